/* A server that says anything to the IRC client, in pieces, while a handler does something drastic
 * at some signal: the client lives on, and all that it ever says is IRC. The first three bytes
 * choose the signal, the deed, whether it logs in and whether it comes twice and catches up, and the
 * pieces. What it knows of the network is sound. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/irc.h>
#include <signalbox/irc_ask.h>
#include <signalbox/testing.h>

#include "protocols/irc/wire.h"
#include "protocols/roster_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum deed { NOTHING, DESTROY, QUIT, FORGET, SAY, JOIN, NICK, N_DEEDS };

/* No line that the client writes is longer, whatever the server takes. */
enum { WRITTEN_MAX = 4096 };

struct run {
	struct sb_dispatcher *d;
	struct sb_irc *irc; /* NULL when destroyed */
	unsigned countdown; /* signals until the deed */
	enum deed deed;
	char printed[1024]; /* the signal at which it is done */
};

/* Three of which one is forgotten again; what cannot be asked is refused. */
static void
ask(struct run *run)
{
	const char *const params[] = { "#c", run->printed };
	int64_t request = 0;

	(void)sb_irc_ask(run->irc, "WHO", params, 1, &request);
	(void)sb_irc_ask(run->irc, "LIST", NULL, 0, &request);
	sb_irc_ask_cancel(run->irc, request);
	(void)sb_irc_ask(run->irc, "MODE", params, 2, &request);
}

/* Where the network has more than words. */
static void
say_more(struct sb_irc *irc, const char *text)
{
	const struct sb_irc_tag tag = { "+example.com/said", text };
	const char *params[] = { "#c" };

	(void)sb_irc_answer_to(irc, "#c", text, "%s", text);
	(void)sb_irc_say_lines(irc, "#c", text);
	(void)sb_irc_react(irc, "#c", text, text);
	(void)sb_irc_type(irc, "#c", SB_IRC_TYPING_ACTIVE);
	(void)sb_irc_redact(irc, "#c", "m1", text);
	(void)sb_irc_mark_read(irc, "#c", 1);
	(void)sb_irc_send_tagged(irc, &tag, 1, "TAGMSG", params, 1);
}

static void
do_deed(struct run *run)
{
	if (run->deed == SAY && run->irc)
		(void)sb_irc_say_lines(run->irc, "#c", run->printed);
	run->printed[strcspn(run->printed, "\r\n\1")] = '\0';
	switch (run->deed) {
	case DESTROY:
		sb_irc_destroy(run->irc);
		run->irc = NULL;
		break;
	case QUIT:
		sb_irc_quit(run->irc, run->printed);
		break;
	case FORGET:
		sb_forget(run->d, run->irc);
		break;
	case SAY:
		(void)sb_irc_say(run->irc, sb_irc_nick(run->irc), "%s", run->printed);
		(void)sb_irc_act(run->irc, "#c", "%s", run->printed);
		say_more(run->irc, run->printed);
		(void)sb_irc_set_away(run->irc, run->printed);
		break;
	case JOIN:
		(void)sb_irc_join(run->irc, "#joined", NULL);
		(void)sb_irc_monitor(run->irc, "bob");
		(void)sb_irc_unmonitor(run->irc, "al");
		(void)sb_irc_part(run->irc, "#joined", run->printed);
		ask(run);
		break;
	case NICK:
		(void)sb_irc_change_nick(run->irc, "other");
		break;
	case NOTHING:
	case N_DEEDS:
		break;
	}
}

/* Reads every field of every signal. */
static void
on_signal(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct run *run = self;

	sb_assert(from == run->irc);
	(void)sb_signal_print(signal, payload, run->printed, sizeof(run->printed));
	if (run->countdown-- == 0)
		do_deed(run);
}

/* How long a line's tags may be, and how long they are, with their signs. */
static size_t
check_tags(const char *line)
{
	size_t len = *line == '@' ? strcspn(line, " ") + 1 : 0;

	sb_assert(len <= SB_WIRE_CLIENT_TAGS_MAX);
	return len;
}

/* Every line written can be read, and is no longer than it may be. */
static void
check_written(struct sb_tape *tape)
{
	static struct sb_wire_line line;
	struct sb_bytes written = sb_tape_written_bytes(tape);
	const char *at = written.ptr, *why, *end;
	size_t len = written.len;

	while (len) {
		end = memchr(at, '\n', len);
		sb_assert(end && end > at && end[-1] == '\r');
		sb_assert((size_t)(end - at) - check_tags(at) < WRITTEN_MAX);
		sb_assert(!sb_wire_parse_long(
			(struct sb_bytes){ at, (size_t)(end - at) - 1 }, WRITTEN_MAX, &line, &why));
		len -= (size_t)(end - at) + 1;
		at = end + 1;
	}
}

/* Feeds a piece, and lets it be taken, which may be in several turns. */
static void
feed_piece(struct sb_simulation *sim, struct sb_tape *tape, struct sb_bytes piece)
{
	sb_tape_feed_bytes(tape, piece);
	sb_simulation_settle(sim);
	sb_tape_turn(tape);
}

static void
feed(struct sb_simulation *sim, struct sb_tape *tape, const uint8_t *data, size_t size, size_t step)
{
	while (size && sb_tape_is_open(tape)) {
		size_t len = 1 + step % 61 > size ? size : 1 + step % 61;
		uint8_t *copy = malloc(len);

		sb_assert(copy);
		memcpy(copy, data, len);
		feed_piece(sim, tape, (struct sb_bytes){ copy, len });
		free(copy);
		step = step * 31 + *data;
		data += len;
		size -= len;
	}
}

/* Whatever came before, a line of its own is heard, and answered. */
static void
check_alive(struct sb_tape *tape)
{
	if (!sb_tape_is_open(tape))
		return;
	sb_tape_clear(tape);
	sb_tape_feed(tape, "\r\nPING :alive\r\n");
	if (sb_tape_is_open(tape))
		sb_tape_seek(tape, "PONG alive\r\n");
}

static struct sb_dispatcher *
make_dispatcher(struct run *run)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);

	sb_assert(d);
	sb_pattern_connect(d, "irc.*", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_signal), run);
	return d;
}

/* The same client on a new connection; one that has not ended yet is ended. */
static struct sb_tape *
come_again(struct run *run, struct sb_simulation *sim, struct sb_tape *tape)
{
	struct sb_tape *next = sb_tape_create();
	enum deed deed = run->deed;

	run->deed = NOTHING;
	if (sb_tape_is_open(tape))
		sb_tape_end(tape);
	sb_simulation_settle(sim);
	sb_assert(!sb_irc_attach(run->irc, sb_tape_stream(next)));
	sb_tape_destroy(tape);
	sb_tape_connect(next);
	run->deed = deed;
	return next;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sb_irc_login login = {
		.user = "quoth", .password = "p", .allows_plain_in_clear = true
	};
	struct sb_irc_options options = {
		.nick = "quoth", .password = "p", .version = "v", .services = "NickServ"
	};
	static struct sb_simulation *sim;
	static struct run run;
	struct sb_tape *tape;

	if (!sim)
		sim = sb_simulation_create(1);
	if (size < 3)
		return 0;
	/* To make a dispatcher takes longer than to use it: one is for many clients. */
	if (!run.d)
		run.d = make_dispatcher(&run);
	run.countdown = data[0] % 16;
	run.deed = data[1] % N_DEEDS;
	if (data[1] / N_DEEDS % 2)
		options.login = &login;
	options.catches_up = options.is_bot = data[1] / N_DEEDS / 2 % 2;
	options.away = options.is_bot ? "x" : NULL;
	tape = sb_tape_create();
	sb_assert(sim);
	sb_assert(!sb_irc_create(
		run.d, sb_simulation_reactor(sim), &options, SB_PLACE, &run.irc, NULL));
	sb_assert(!sb_irc_monitor(run.irc, "al"));
	sb_assert(!sb_irc_attach(run.irc, sb_tape_stream(tape)));
	sb_tape_connect(tape);
	feed(sim, tape, data + 3, size - 3, data[2]);
	check_written(tape);
	if (options.catches_up && run.irc) {
		tape = come_again(&run, sim, tape);
		feed(sim, tape, data + 3, size - 3, data[2]);
		check_written(tape);
	}
	run.deed = NOTHING;
	if (run.irc) {
		check_roster(sb_irc_state(run.irc), SIZE_MAX);
		check_alive(tape);
	}
	sb_irc_destroy(run.irc);
	run.irc = NULL;
	sb_tape_destroy(tape);
	sb_simulation_settle(sim);
	return 0;
}
