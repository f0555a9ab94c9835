/* The IRC client and a server that says much at once: it takes so many lines a turn, in order, and
 * loses none. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <signalbox/listener.h>

#include "irc_fixture.h"
#include "protocols/irc/turns.h"

enum { MANY = 10 * SB_TURNS_LINES + 5, ROOM = MANY * 32 + 1 };

/* So many messages, numbered. */
static char *
flood(char buf[ROOM])
{
	size_t len = 0;
	int i;

	for (i = 0; i < MANY; i++)
		len += (size_t)snprintf(buf + len, ROOM - len, ":b!b@h PRIVMSG #c :%d\r\n", i);
	return buf;
}

static void
expect_messages(struct sb_probe *probe, int from, int to)
{
	char expected[64];

	for (; from < to; from++) {
		(void)snprintf(expected, sizeof(expected), "irc.message text=%d", from);
		sb_probe_expect(probe, expected);
	}
}

static void
turn(struct fixture *f)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, 0), 0);
}

static void
settle(struct fixture *f)
{
	sb_simulation_settle(f->world->sim);
	sb_tape_turn(f->tape);
}

static void
what_comes_at_once_is_taken_so_many_lines_a_turn(void **state)
{
	char text[ROOM];
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	expect_messages(f.probe, 0, SB_TURNS_LINES);
	sb_probe_expect_none(f.probe);
	/* Later words do not overtake. */
	sb_tape_feed(f.tape, "PING :x\r\n");
	sb_tape_expect(f.tape, "");
	settle(&f);
	expect_messages(f.probe, SB_TURNS_LINES, MANY);
	sb_tape_expect(f.tape, "PONG x\r\n");
	sb_probe_expect(f.probe, "irc.command verb=PING");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

struct ticker {
	struct sb_timer timer;
	struct sb_probe *probe;
	size_t most, last; /* lines between two ticks */
};

static void
on_tick(void *self)
{
	struct ticker *ticker = self;
	size_t n = sb_probe_count(ticker->probe, "irc.message");

	if (n - ticker->last > ticker->most)
		ticker->most = n - ticker->last;
	ticker->last = n;
	if (n < MANY)
		sb_timer_start(&ticker->timer, 0);
}

static void
others_have_their_turn_meanwhile(void **state)
{
	struct ticker ticker = { .most = 0 };
	char text[ROOM];
	struct fixture f;

	fixture_begin(&f, *state);
	ticker.probe = f.probe;
	assert_int_equal(sb_timer_init(&ticker.timer, f.world->r, SB_HANDLER(on_tick), &ticker), 0);
	sb_timer_start(&ticker.timer, 0);
	sb_tape_feed(f.tape, flood(text));
	settle(&f);
	assert_int_equal(ticker.last, MANY);
	assert_in_range(ticker.most, 1, 2 * SB_TURNS_LINES);
	sb_timer_finish(&ticker.timer);
	fixture_end(&f);
}

static void
the_end_is_told_after_every_line_before_it(void **state)
{
	char text[ROOM];
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	sb_tape_end(f.tape);
	settle(&f);
	expect_messages(f.probe, 0, MANY);
	sb_probe_expect(f.probe, "irc.disconnected error=0");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

/* A server on the network that says all at once and closes. */
static void
on_connected(void *self, struct sb_stream *stream)
{
	assert_int_equal(sb_stream_write(stream, sb_bytes_of(self)), 0);
	sb_stream_close(stream);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol protocol = { .connected = on_connected,
		.closed = on_closed };

	sb_stream_attach(stream, &protocol, self);
}

static void
on_failed(void *self, const struct sb_error *error)
{
	(void)self;
	fail_msg("%s", error->text);
}

static void
the_end_is_told_last_over_the_network_too(void **state)
{
	static const struct sb_acceptor acceptor = {
		.accepted = on_accepted,
		.failed = on_failed,
	};
	struct sb_irc_options options = {
		.url = "tcp://127.0.0.1:6667", .nick = "quoth", .hears_floods = true
	};
	struct sb_world *world = *state;
	struct sb_probe *probe = sb_probe_create(world->d, "irc.*");
	struct sb_irc *irc = fixture_create_irc(world, &options);
	struct sb_listener *listener;
	char text[ROOM];

	assert_int_equal(sb_listener_open(world->r, options.url, NULL, SB_PLACE, &acceptor,
				 flood(text), &listener, NULL),
		0);
	assert_int_equal(sb_irc_open(irc, NULL), 0);
	sb_simulation_settle(world->sim);
	sb_probe_expect(probe, "irc.connecting");
	sb_probe_expect(probe, "irc.connected");
	expect_messages(probe, 0, MANY);
	sb_probe_expect(probe, "irc.disconnected");
	sb_irc_destroy(irc);
	sb_listener_close(listener);
	sb_simulation_settle(world->sim);
	sb_probe_destroy(probe);
}

static void
silence_after_it_is_noticed_as_ever(void **state)
{
	char text[ROOM];
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	settle(&f);
	assert_int_equal(sb_simulation_run_for(f.world->sim, 89 * SB_S), 0);
	sb_tape_expect(f.tape, "");
	assert_int_equal(sb_simulation_run_for(f.world->sim, 2 * SB_S), 0);
	sb_tape_expect(f.tape, "PING :quoth\r\n");
	fixture_end(&f);
}

/* ---- When it ends in the midst ---- */

static void
destroyed_or_told_to_quit_it_says_no_more_than_it_should(void **state)
{
	char text[ROOM];
	struct fixture f;

	/* Destroyed between two turns. */
	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	sb_irc_destroy(f.irc);
	f.irc = NULL;
	turn(&f);
	expect_messages(f.probe, 0, SB_TURNS_LINES);
	sb_probe_expect_none(f.probe);
	fixture_end(&f);

	/* What the server still sends is told to one that quits, until it has waited enough. */
	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	sb_irc_quit(f.irc, NULL);
	sb_tape_expect(f.tape, "QUIT\r\n");
	sb_tape_end(f.tape);
	settle(&f);
	expect_messages(f.probe, 0, MANY);
	sb_probe_expect(f.probe, "irc.disconnected error=0 will_retry=false");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

/* At the fortieth message, which a later turn takes. */
struct intruder {
	struct fixture *f;
	bool destroys; /* or forgets */
	int n_seen;
};

static void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct intruder *intruder = self;

	if (++intruder->n_seen != SB_TURNS_LINES + 8)
		return;
	if (intruder->destroys) {
		sb_irc_destroy(irc);
		intruder->f->irc = NULL;
	} else {
		sb_forget(intruder->f->world->d, irc);
	}
	/* What was told is there until the handler returns. */
	assert_string_equal(e->text, "39");
}

static void
a_handler_may_destroy_or_forget_it_in_a_later_turn(void **state)
{
	struct fixture f;
	struct intruder intruder = { .f = &f, .destroys = true };
	char text[ROOM];

	fixture_begin(&f, *state);
	sb_irc_message_connect(f.world->d, SB_ANY, SB_HANDLER(on_message), &intruder);
	sb_tape_feed(f.tape, flood(text));
	settle(&f);
	expect_messages(f.probe, 0, SB_TURNS_LINES + 8);
	sb_probe_expect_none(f.probe);
	assert_null(f.irc);
	fixture_end(&f);

	/* What had come is over, and what comes then is read. */
	intruder = (struct intruder){ .f = &f };
	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	settle(&f);
	sb_tape_feed(f.tape, ":b!b@h PRIVMSG #c :then\r\n");
	expect_messages(f.probe, 0, SB_TURNS_LINES + 8);
	sb_probe_expect(f.probe, "irc.message text=then");
	sb_probe_expect_none(f.probe);
	sb_forget(f.world->d, &intruder);
	fixture_end(&f);
}

static void
a_connection_that_breaks_takes_what_waits_with_it(void **state)
{
	char text[ROOM];
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, flood(text));
	sb_tape_break(f.tape, -ECONNRESET);
	expect_messages(f.probe, 0, SB_TURNS_LINES);
	sb_probe_expect(f.probe, "irc.disconnected error=-ECONNRESET");
	turn(&f);
	sb_probe_expect_none(f.probe);
	/* The next connection begins with nothing of it. */
	sb_tape_destroy(f.tape);
	f.tape = sb_tape_create();
	assert_int_equal(sb_irc_attach(f.irc, sb_tape_stream(f.tape)), 0);
	sb_tape_connect(f.tape);
	sb_probe_expect(f.probe, "irc.connected");
	sb_tape_clear(f.tape);
	settle(&f);
	sb_probe_expect_none(f.probe);
	sb_tape_feed(f.tape, "PING :x\r\n");
	sb_tape_expect(f.tape, "PONG x\r\n");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(what_comes_at_once_is_taken_so_many_lines_a_turn),
		kit_test(others_have_their_turn_meanwhile),
		kit_test(the_end_is_told_after_every_line_before_it),
		kit_test(the_end_is_told_last_over_the_network_too),
		kit_test(silence_after_it_is_noticed_as_ever),
		kit_test(destroyed_or_told_to_quit_it_says_no_more_than_it_should),
		kit_test(a_handler_may_destroy_or_forget_it_in_a_later_turn),
		kit_test(a_connection_that_breaks_takes_what_waits_with_it),
	};

	return kit_run(tests);
}
