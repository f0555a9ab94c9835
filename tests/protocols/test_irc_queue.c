/* The IRC client: what it says goes as fast as the server lets it, in whose turn it is, and what was
 * not sent is told. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

#include <signalbox/ircd.h>

#include "protocols/irc/outbox.h"

/* Registered with a server that does not say what it is: 2 s a line, 8 s at once. */
static void
begin_slow(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_feed_line(f->tape, ":irc.x 001 quoth :Welcome");
	sb_probe_clear(f->probe);
	sb_tape_clear(f->tape);
}

static void
pass(struct fixture *f, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, ns), 0);
}

/* Says the numbers from first to last. */
static void
say_numbers(struct fixture *f, const char *target, int first, int last)
{
	int i;

	for (i = first; i <= last; i++)
		assert_int_equal(sb_irc_say(f->irc, target, "%d", i), 0);
}

static void
lines_go_as_fast_as_the_server_lets_them(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	say_numbers(&f, "#c", 1, 6);
	sb_tape_expect(f.tape, "PRIVMSG #c :1\r\nPRIVMSG #c :2\r\nPRIVMSG #c :3\r\n"
			       "PRIVMSG #c :4\r\n");
	pass(&f, 2 * SB_S - SB_MS);
	sb_tape_expect(f.tape, "");
	pass(&f, SB_MS);
	sb_tape_expect(f.tape, "PRIVMSG #c :5\r\n");
	pass(&f, 2 * SB_S);
	sb_tape_expect(f.tape, "PRIVMSG #c :6\r\n");
	/* What has passed in silence counts: it is again as at first. */
	pass(&f, 8 * SB_S);
	say_numbers(&f, "#c", 1, 5);
	sb_tape_expect(f.tape, "PRIVMSG #c :1\r\nPRIVMSG #c :2\r\nPRIVMSG #c :3\r\n"
			       "PRIVMSG #c :4\r\n");
	fixture_end(&f);
}

static void
those_who_are_answered_take_turns_and_the_rest_waits_for_them(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	say_numbers(&f, "#flood", 1, 6);
	assert_int_equal(sb_irc_send(f.irc, "LIST", NULL, 0), 0);
	assert_int_equal(sb_irc_notice_to(f.irc, "bob", "hi"), 0);
	sb_tape_clear(f.tape);
	pass(&f, 2 * SB_S);
	sb_tape_expect(f.tape, "PRIVMSG #flood :5\r\n");
	pass(&f, 2 * SB_S);
	sb_tape_expect(f.tape, "NOTICE bob :hi\r\n");
	/* A PING is answered at once, and is paid for. */
	sb_tape_feed_line(f.tape, "PING :x");
	sb_tape_expect(f.tape, "PONG x\r\n");
	pass(&f, 2 * SB_S);
	sb_tape_expect(f.tape, "");
	pass(&f, 2 * SB_S);
	sb_tape_expect(f.tape, "PRIVMSG #flood :6\r\n");
	/* LIST costs 6 s, and leaves 4 to answers: it goes when nothing stands out. */
	pass(&f, 7 * SB_S);
	sb_tape_expect(f.tape, "");
	pass(&f, SB_S);
	sb_tape_expect(f.tape, "LIST\r\n");
	fixture_end(&f);
}

static void
a_server_that_says_what_it_is_is_talked_to_as_it_allows(void **state)
{
	static const struct {
		const char *line;
		size_t n_at_once;
	} servers[] = {
		{ ":irc.x 004 quoth irc.x solanum-1.0-dev a b", 5 },
		{ ":irc.x 004 quoth irc.x InspIRCd-4 a b", 8 },
		{ ":irc.x 004 quoth irc.x signalbox a b", 20 },
		{ ":irc.x 004 quoth irc.x other a b", 4 },
		{ ":irc.x 004 quoth", 4 },
		/* That of another, which somebody has asked. */
		{ ":irc.y 351 quoth ngircd-26. irc.y :x", 4 },
	};
	struct fixture f;
	size_t i, n;

	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		const char *at;

		begin_slow(&f, *state);
		sb_tape_feed_line(f.tape, servers[i].line);
		say_numbers(&f, "#c", 1, 20);
		at = sb_tape_written(f.tape);
		for (n = 0; (at = strstr(at, "\r\n")); n++)
			at += 2;
		assert_int_equal(n, servers[i].n_at_once);
		fixture_end(&f);
	}
}

static void
what_waits_goes_when_the_server_turns_out_to_mind_nothing(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	say_numbers(&f, "#c", 1, 6);
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 004 quoth irc.x signalbox a b");
	sb_tape_expect(f.tape, "PRIVMSG #c :5\r\nPRIVMSG #c :6\r\n");
	fixture_end(&f);
}

static void
a_pace_that_is_chosen_stays(void **state)
{
	struct fixture f;

	fixture_begin_with(
		&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "gentle" });
	sb_tape_feed(f.tape, ":irc.x 001 quoth :Welcome\r\n:irc.x 004 quoth irc.x signalbox a b\n");
	sb_tape_clear(f.tape);
	say_numbers(&f, "#c", 1, 3);
	sb_tape_expect(f.tape, "PRIVMSG #c :1\r\nPRIVMSG #c :2\r\n");
	fixture_end(&f);
}

static void
every_pace_that_is_named_exists(void **state)
{
	char names[256], *rest = names, *name;
	size_t n = 0;

	(void)state;
	(void)snprintf(names, sizeof(names), "%s", sb_outbox_model_names());
	while ((name = strsep(&rest, ","))) {
		name += strspn(name, " ");
		assert_non_null(sb_outbox_model(name));
		assert_string_equal(sb_outbox_model(name)->name, name);
		n++;
	}
	assert_int_equal(n, 9);
}

/* Warnings. */

static void
after_an_excess_flood_we_are_gentle(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	sb_tape_feed_line(f.tape, "ERROR :Closing Link: quoth (excess flood)");
	fixture_reconnect(&f);
	sb_tape_feed(f.tape, ":irc.x 001 quoth :Welcome\r\n:irc.x 004 quoth irc.x signalbox a b\n");
	sb_tape_clear(f.tape);
	say_numbers(&f, "#c", 1, 3);
	sb_tape_expect(f.tape, "PRIVMSG #c :1\r\nPRIVMSG #c :2\r\n");
	pass(&f, 4 * SB_S);
	sb_tape_expect(f.tape, "PRIVMSG #c :3\r\n");
	fixture_end(&f);
}

static void
a_warning_of_the_servers_makes_us_wait(void **state)
{
	static const struct {
		const char *line;
		bool is_heeded;
	} lines[] = {
		{ ":irc.x 263 quoth LIST :Please wait a while and try again", true },
		{ ":irc.x 439 quoth bob :Target change too fast", true },
		{ ":irc.x NOTICE quoth :*** Message to #c throttled", true },
		{ ":irc.x NOTICE quoth :*** Flood detected", true },
		{ ":irc.x NOTICE #c :*** Flood detected", false },
		{ ":irc.x NOTICE quoth :*** Welcome", false },
		{ ":bob!b@h NOTICE quoth :what a flood", false },
		{ ":bob NOTICE quoth :what a flood", false },
	};
	struct fixture f;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		begin_slow(&f, *state);
		sb_tape_feed_line(f.tape, lines[i].line);
		say_numbers(&f, "#c", 1, 1);
		sb_tape_expect(f.tape, lines[i].is_heeded ? "" : "PRIVMSG #c :1\r\n");
		/* What it costs comes on top of the wait. */
		pass(&f, 7 * SB_S - SB_MS);
		sb_tape_expect(f.tape, "");
		pass(&f, SB_MS);
		sb_tape_expect(f.tape, lines[i].is_heeded ? "PRIVMSG #c :1\r\n" : "");
		fixture_end(&f);
	}
}

/* Says so many lines of forty bytes. */
static void
say_many(struct sb_irc *irc, int n)
{
	int i;

	for (i = 0; i < n; i++)
		assert_int_equal(sb_irc_say(irc, i % 2 ? "quoth" : "Quoth", "%025d", i), 0);
}

/* With a server that counts as RFC 2813 says and closes on who floods. */
static void
talk_with_a_strict_server(struct sb_world *world, const char *pace, int64_t n_closed)
{
	struct sb_ircd_options strict = {
		.url = "tcp://127.0.0.1:6667",
		.flood = { .penalty_ms = 2000, .max_waiting = 2000 },
	};
	/* What we say to ourselves is to come back once. */
	static const char *const no_echo[] = { "-echo-message" };
	struct sb_probe *probe = sb_probe_create(world->d, "irc.*");
	struct sb_irc_status status;
	struct sb_ircd *ircd;
	struct sb_irc *irc;

	assert_int_equal(sb_ircd_create(world->d, world->r, &strict, SB_PLACE, &ircd, NULL), 0);
	irc = fixture_create_irc(world, &(struct sb_irc_options){ .url = strict.url,
						.nick = "quoth",
						.pace = pace,
						.capabilities = no_echo,
						.n_capabilities = 1 });
	assert_int_equal(sb_irc_open(irc, NULL), 0);
	assert_int_equal(sb_simulation_run_for(world->sim, 20 * SB_S), 0);
	say_many(irc, 100);
	assert_int_equal(sb_simulation_run_for(world->sim, 20 * SB_S), 0);
	/* Once is enough to learn from. */
	say_many(irc, 100);
	assert_int_equal(sb_simulation_run_for(world->sim, 1200 * SB_S), 0);
	assert_int_equal(sb_probe_count(probe, "irc.disconnected"), n_closed);
	assert_int_equal(sb_probe_count(probe, "irc.disconnected text~'Excess Flood'"), n_closed);
	assert_int_equal(sb_probe_count(probe, "irc.message"), n_closed ? 106 : 200);
	sb_irc_status(irc, &status);
	assert_int_equal(status.n_lines, 0);
	sb_irc_destroy(irc);
	sb_ircd_destroy(ircd);
	sb_simulation_settle(world->sim);
	sb_probe_destroy(probe);
}

static void
a_strict_server_closes_on_us_once_at_most(void **state)
{
	talk_with_a_strict_server(*state, "default", 0);
	talk_with_a_strict_server(*state, "none", 1);
}

/* Too much. */

static void
much_that_waits_is_told_once_and_so_is_its_end(void **state)
{
	struct fixture f;
	struct sb_irc_status status;
	int i;

	begin_slow(&f, *state);
	for (i = 0; i < 280; i++)
		assert_int_equal(sb_irc_say(f.irc, i % 2 ? "#a" : "#b", "x"), 0);
	/* Never from within a command. */
	sb_probe_expect_none(f.probe);
	pass(&f, 0);
	sb_probe_expect(f.probe, "irc.queue_changed is_high=true n_lines=276 n_bytes=4140 "
				 "wait_ms=554000");
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.n_lines, 276);
	assert_int_equal(status.n_bytes, 4140);
	assert_int_equal(status.wait_ms, 554000);
	pass(&f, 80 * SB_S);
	sb_probe_expect_none(f.probe);
	pass(&f, 600 * SB_S);
	sb_probe_expect(f.probe, "irc.queue_changed is_high=false n_lines=128");
	sb_probe_expect_none(f.probe);
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.n_lines, 0);
	assert_int_equal(status.wait_ms, 0);
	fixture_end(&f);
}

static void
there_is_an_end_to_what_may_wait_and_others_have_room_then(void **state)
{
	char text[1001];
	struct sb_irc_status status;
	struct fixture f;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	begin_slow(&f, *state);
	say_numbers(&f, "#c", 1, 4 + 254);
	/* A text of three lines where there is room for two: nothing of it is kept. */
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), -ENOBUFS);
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.n_lines, 254);
	say_numbers(&f, "#c", 259, 260);
	assert_int_equal(sb_irc_say(f.irc, "#c", "one more"), -ENOBUFS);
	assert_int_equal(sb_irc_act(f.irc, "#c", "%s", ""), -ENOBUFS);
	assert_int_equal(sb_irc_say(f.irc, "bob", "%s", text), 0);
	/* And commands have theirs: 512 lines, 64 of which are ours. */
	while (!sb_irc_send(f.irc, "LIST", NULL, 0))
		continue;
	assert_int_equal(sb_irc_join(f.irc, "#d", NULL), -ENOBUFS);
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.n_lines, 256 + 3 + 448);
	sb_tape_feed_line(f.tape, "PING :x");
	sb_tape_seek(f.tape, "PONG x\r\n");
	/* A refused JOIN is not made later either. */
	fixture_reconnect(&f);
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
a_refusal_is_much_too(void **state)
{
	char text[512 * 300];
	struct fixture f;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	begin_slow(&f, *state);
	/* Nothing waits after it, so that there is nothing to tell. */
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), -ENOBUFS);
	pass(&f, 0);
	sb_probe_expect_none(f.probe);
	sb_tape_expect(f.tape, "");
	say_numbers(&f, "#c", 1, 200);
	assert_int_equal(sb_irc_say(f.irc, "#c", "%s", text), -ENOBUFS);
	pass(&f, 0);
	sb_probe_expect(f.probe, "irc.queue_changed is_high=true n_lines=196");
	fixture_end(&f);
}

static void
what_the_stream_does_not_take_waits_until_it_is_drained(void **state)
{
	struct sb_irc_status status;
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 10, 30, 1000);
	sb_tape_set_room(f.tape, 0);
	say_numbers(&f, "#c", 1, 6);
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.n_lines, 3);
	sb_tape_set_room(f.tape, SIZE_MAX);
	sb_tape_expect(f.tape, "PRIVMSG #c :1\r\nPRIVMSG #c :2\r\nPRIVMSG #c :3\r\n"
			       "PRIVMSG #c :4\r\nPRIVMSG #c :5\r\nPRIVMSG #c :6\r\n");
	fixture_end(&f);
}

/* The end. */

static void
what_was_not_sent_is_told_after_the_end(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	say_numbers(&f, "#c", 1, 5);
	assert_int_equal(sb_irc_join(f.irc, "#d", "key"), 0);
	assert_int_equal(sb_irc_part(f.irc, "#e", NULL), 0);
	assert_int_equal(sb_irc_change_nick(f.irc, "raven"), 0);
	assert_int_equal(sb_irc_act(f.irc, "bob", "waves"), 0);
	sb_tape_end(f.tape);
	sb_probe_expect(f.probe, "irc.disconnected");
	sb_probe_expect(f.probe, "irc.not_sent line='PRIVMSG #c :5'");
	sb_probe_expect(f.probe, "irc.not_sent line='PRIVMSG bob :\\x01ACTION waves\\x01'");
	sb_probe_expect(f.probe, "irc.not_sent line='NICK raven'");
	sb_probe_expect_none(f.probe);
	/* It is over with them: the next connection begins with nothing, but for the JOIN. */
	fixture_end(&f);
}

static void
a_level_does_not_outlive_its_connection(void **state)
{
	struct fixture f;
	int i;

	begin_slow(&f, *state);
	for (i = 0; i < 300; i++)
		assert_int_equal(sb_irc_say(f.irc, i % 2 ? "#a" : "#b", "x"), 0);
	pass(&f, 0);
	sb_probe_expect(f.probe, "irc.queue_changed is_high=true");
	fixture_reconnect(&f);
	sb_probe_expect(f.probe, "irc.disconnected");
	sb_probe_seek(f.probe, "irc.queue_changed is_high=false n_lines=0 n_bytes=0 wait_ms=0");
	sb_probe_expect(f.probe, "irc.connected");
	sb_probe_expect_none(f.probe);
	assert_int_equal(sb_probe_count(f.probe, "irc.not_sent"), 296);
	/* Nor does what stood out. */
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_clear(f.tape);
	say_numbers(&f, "#c", 1, 1);
	sb_tape_expect(f.tape, "PRIVMSG #c :1\r\n");
	fixture_end(&f);
}

static void
quit_overtakes_what_waits(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	say_numbers(&f, "#c", 1, 6);
	sb_tape_clear(f.tape);
	sb_irc_quit(f.irc, "bye");
	sb_tape_expect(f.tape, "QUIT :bye\r\n");
	/* A server that is told so does not need to hear more, but may ask. */
	pass(&f, 4 * SB_S);
	sb_tape_feed_line(f.tape, "PING :x");
	sb_tape_expect(f.tape, "PONG x\r\n");
	sb_probe_seek(f.probe, "irc.command verb=PING");
	sb_tape_end(f.tape);
	sb_probe_expect(f.probe, "irc.disconnected error=0");
	sb_probe_expect(f.probe, "irc.not_sent line='PRIVMSG #c :5'");
	sb_probe_expect(f.probe, "irc.not_sent line='PRIVMSG #c :6'");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
a_line_that_cannot_be_written_when_its_time_has_come_is_told(void **state)
{
	struct fixture f;

	begin_slow(&f, *state);
	say_numbers(&f, "#c", 1, 6);
	sb_tape_fail_writes(f.tape, -ECONNRESET);
	pass(&f, 2 * SB_S);
	/* That it is broken is known now. */
	assert_int_equal(sb_irc_say(f.irc, "#c", "7"), -EPIPE);
	assert_int_equal(sb_irc_send(f.irc, "LIST", NULL, 0), -EPIPE);
	sb_tape_end(f.tape);
	sb_probe_expect(f.probe, "irc.disconnected error=-ECONNRESET");
	sb_probe_expect(f.probe, "irc.not_sent line='PRIVMSG #c :6'");
	sb_probe_expect(f.probe, "irc.not_sent line='PRIVMSG #c :5'");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
destroy_it(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)signal;
	(void)payload;
	assert_ptr_equal(from, f->irc);
	sb_irc_destroy(f->irc);
	f->irc = NULL;
}

static void
may_be_destroyed_in_what_the_queue_tells(void **state)
{
	static const char *const signals[] = { "irc.queue_changed", "irc.not_sent",
		"irc.disconnected" };
	struct fixture f;
	size_t i;
	int n;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		begin_slow(&f, *state);
		sb_pattern_connect(f.world->d, signals[i], f.irc,
			(struct sb_options){ .once = true }, SB_HANDLER(destroy_it), &f);
		for (n = 0; n < 300; n++)
			assert_int_equal(sb_irc_say(f.irc, n % 2 ? "#a" : "#b", "x"), 0);
		if (i == 0)
			pass(&f, 0);
		else
			sb_tape_end(f.tape);
		assert_null(f.irc);
		assert_int_equal(sb_probe_count(f.probe, signals[i]), 1);
		assert_true(sb_probe_count(f.probe, NULL) <= 2);
		fixture_end(&f);
	}
}

/* The lag. */

static void
the_lag_is_how_long_an_answer_takes(void **state)
{
	struct fixture f;
	struct sb_irc_status status;

	begin_slow(&f, *state);
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.lag_ms, -1);
	assert_null(status.account);
	/* One that nobody asked for says nothing of it. */
	sb_tape_feed_line(f.tape, ":irc.x PONG irc.x :x");
	sb_probe_expect(f.probe, "irc.command verb=PONG");
	pass(&f, 90 * SB_S);
	sb_tape_expect(f.tape, "PING :quoth\r\n");
	pass(&f, 250 * SB_MS);
	sb_tape_feed_line(f.tape, ":irc.x PONG irc.x :quoth");
	sb_probe_expect(f.probe, "irc.lag_measured lag_ms=250");
	sb_probe_expect(f.probe, "irc.command verb=PONG");
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.lag_ms, 250);
	/* Again, it is the answer to nothing. */
	pass(&f, SB_S);
	sb_tape_feed_line(f.tape, ":irc.x PONG irc.x :quoth");
	sb_probe_expect(f.probe, "irc.command verb=PONG");
	sb_probe_expect_none(f.probe);
	fixture_reconnect(&f);
	sb_irc_status(f.irc, &status);
	assert_int_equal(status.lag_ms, -1);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(lines_go_as_fast_as_the_server_lets_them),
		kit_test(those_who_are_answered_take_turns_and_the_rest_waits_for_them),
		kit_test(a_server_that_says_what_it_is_is_talked_to_as_it_allows),
		kit_test(what_waits_goes_when_the_server_turns_out_to_mind_nothing),
		kit_test(a_pace_that_is_chosen_stays),
		kit_test(every_pace_that_is_named_exists),
		kit_test(after_an_excess_flood_we_are_gentle),
		kit_test(a_warning_of_the_servers_makes_us_wait),
		kit_test(a_strict_server_closes_on_us_once_at_most),
		kit_test(much_that_waits_is_told_once_and_so_is_its_end),
		kit_test(there_is_an_end_to_what_may_wait_and_others_have_room_then),
		kit_test(a_refusal_is_much_too),
		kit_test(what_the_stream_does_not_take_waits_until_it_is_drained),
		kit_test(what_was_not_sent_is_told_after_the_end),
		kit_test(a_level_does_not_outlive_its_connection),
		kit_test(quit_overtakes_what_waits),
		kit_test(a_line_that_cannot_be_written_when_its_time_has_come_is_told),
		kit_test(may_be_destroyed_in_what_the_queue_tells),
		kit_test(the_lag_is_how_long_an_answer_takes),
	};

	return kit_run(tests);
}
