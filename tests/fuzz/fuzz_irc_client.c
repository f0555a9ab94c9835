/* A server that says anything to the IRC client, in pieces, while a handler does something drastic
 * at some signal: the client lives on, and all that it ever says is IRC. The first three bytes
 * choose the signal, the deed and whether it logs in, and the pieces. What it knows of the network is
 * sound. */

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

static void
do_deed(struct run *run)
{
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
		sb_assert(end && end > at && end[-1] == '\r' && end - at < SB_WIRE_MAX);
		sb_assert(!sb_wire_parse(
			(struct sb_bytes){ at, (size_t)(end - at) - 1 }, &line, &why));
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
	struct run run = { .irc = NULL };
	struct sb_tape *tape;

	if (!sim)
		sim = sb_simulation_create(1);
	if (size < 3)
		return 0;
	run.countdown = data[0] % 16;
	run.deed = data[1] % N_DEEDS;
	if (data[1] / N_DEEDS % 2)
		options.login = &login;
	run.d = sb_dispatcher_create(NULL, NULL);
	tape = sb_tape_create();
	sb_assert(sim && run.d);
	sb_assert(!sb_irc_create(
		run.d, sb_simulation_reactor(sim), &options, SB_PLACE, &run.irc, NULL));
	sb_pattern_connect(run.d, "irc.*", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_signal), &run);
	sb_assert(!sb_irc_monitor(run.irc, "al"));
	sb_assert(!sb_irc_attach(run.irc, sb_tape_stream(tape)));
	sb_tape_connect(tape);
	feed(sim, tape, data + 3, size - 3, data[2]);
	check_written(tape);
	run.deed = NOTHING;
	if (run.irc) {
		check_roster(sb_irc_state(run.irc), SIZE_MAX);
		check_alive(tape);
	}
	sb_irc_destroy(run.irc);
	sb_tape_destroy(tape);
	sb_simulation_settle(sim);
	sb_dispatcher_destroy(run.d);
	return 0;
}
