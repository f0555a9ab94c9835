/* The IRC client and people who ask it, and who say too much. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

/* Registered; version NULL: it has none. */
static void
begin(struct fixture *f, struct sb_world *world, const char *version)
{
	fixture_begin_with(f, world,
		&(struct sb_irc_options){ .nick = "quoth", .pace = "none", .version = version });
	sb_tape_feed_line(f->tape, ":irc.x 001 quoth :Welcome");
	sb_probe_clear(f->probe);
	sb_tape_clear(f->tape);
}

static void
pass(struct fixture *f, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, ns), 0);
}

/* Feeds a line n times. */
static void
feed_n(struct fixture *f, const char *line, int n)
{
	while (n--) {
		sb_tape_feed_line(f->tape, line);
		pass(f, 0);
	}
}

/* Requests. */

static void
requests_are_told_and_then_answered(void **state)
{
	struct fixture f;

	begin(&f, *state, "Quoth 1.0");
	sb_tape_feed_line(f.tape, ":al!a@1 PRIVMSG quoth :\1version\1");
	sb_probe_expect(f.probe, "irc.ctcp_requested verb=VERSION nick=al");
	sb_tape_expect(f.tape, "NOTICE al :\1VERSION Quoth 1.0\1\r\n");
	sb_tape_feed_line(f.tape, ":bob!b@2 PRIVMSG quoth :\1PING 12 34\1");
	sb_tape_expect(f.tape, "NOTICE bob :\1PING 12 34\1\r\n");
	sb_tape_feed_line(f.tape, ":bob!b@2 PRIVMSG quoth :\1CLIENTINFO\1");
	sb_tape_expect(
		f.tape, "NOTICE bob :\1CLIENTINFO ACTION CLIENTINFO PING TIME VERSION\1\r\n");
	/* The world's clock begins at 01:46:40 of the 9th of September 2001. */
	sb_tape_feed_line(f.tape, ":eve!e@3 PRIVMSG quoth :\1TIME\1");
	sb_tape_expect(f.tape, "NOTICE eve :\1TIME 2001-09-09T01:46:40Z\1\r\n");
	fixture_end(&f);
}

static void
what_needs_no_answer_gets_none(void **state)
{
	static const char *const lines[] = { ":al!a@1 PRIVMSG quoth :\1VERSION\1",
		":al!a@2 PRIVMSG quoth :\1DCC SEND x 1 2 3\1", ":al!a@3 PRIVMSG #c :\1PING 1\1",
		":quoth!q@h PRIVMSG quoth :\1PING 1\1", ":irc.x PRIVMSG quoth :\1PING 1\1",
		":#c!a@4 PRIVMSG quoth :\1PING 1\1", "PRIVMSG quoth :\1PING 1\1",
		":al!a@5 NOTICE quoth :\1PING 1\1" };
	struct fixture f;
	size_t i;

	begin(&f, *state, NULL);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		sb_tape_feed_line(f.tape, lines[i]);
	sb_tape_expect(f.tape, "");
	assert_int_equal(sb_probe_count(f.probe, "irc.ctcp_requested"), 7);
	fixture_end(&f);
	/* Nor before we are let in. */
	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":al!a@1 PRIVMSG quoth :\1PING 1\1");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
	/* And none at all where one answers oneself. */
	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":al!a@1 PRIVMSG quoth :\1PING 1\1");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
answers_are_limited_for_one_and_for_all(void **state)
{
	struct fixture f;
	char line[64];
	int i, n = 0;

	begin(&f, *state, NULL);
	for (i = 0; i < 20; i++) {
		(void)snprintf(line, sizeof(line), ":al!a@%d PRIVMSG quoth :\1PING 1\1", i);
		sb_tape_feed_line(f.tape, line);
		n += *sb_tape_written(f.tape) != '\0';
		sb_tape_clear(f.tape);
	}
	assert_int_equal(n, 8);
	pass(&f, 60 * SB_S);
	/* One who asks again and again, but never so fast that they are not heard. */
	for (i = n = 0; i < 10; i++) {
		sb_tape_feed_line(f.tape, ":bob!b@h PRIVMSG quoth :\1PING 1\1");
		n += *sb_tape_written(f.tape) != '\0';
		sb_tape_clear(f.tape);
		if (i % 2)
			pass(&f, 60 * SB_S);
	}
	assert_int_equal(n, 10);
	fixture_end(&f);
}

static void
quit_at_a_request(void *self, struct sb_irc *irc, const struct sb_irc_ctcp_requested *e)
{
	(void)self;
	(void)e;
	sb_irc_quit(irc, NULL);
}

static void
a_request_after_which_we_quit_is_not_answered(void **state)
{
	struct fixture f;

	begin(&f, *state, NULL);
	sb_irc_ctcp_requested_connect(f.world->d, f.irc, SB_HANDLER(quit_at_a_request), &f);
	sb_tape_feed_line(f.tape, ":al!a@1 PRIVMSG quoth :\1PING 1\1");
	sb_tape_expect(f.tape, "QUIT\r\n");
	sb_forget(f.world->d, &f);
	fixture_end(&f);
}

/* Floods. */

static void
one_who_says_too_much_is_not_heard_for_a_while(void **state)
{
	struct fixture f;

	begin(&f, *state, NULL);
	feed_n(&f, ":bob!b@Host PRIVMSG quoth :hi", 4);
	assert_int_equal(sb_probe_count(f.probe, "irc.message"), 4);
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":bob!b@host PRIVMSG quoth :hi");
	sb_probe_expect(f.probe, "irc.flooded who=host kind=private for_ms=300000");
	/* Nothing of what they say, under whatever name. */
	sb_tape_feed_line(f.tape, ":rob!b@host PRIVMSG #c :hi");
	sb_tape_feed_line(f.tape, ":bob!b@host NOTICE quoth :hi");
	sb_tape_feed_line(f.tape, ":bob!b@host PRIVMSG #c :\1ACTION waves\1");
	sb_tape_feed_line(f.tape, ":bob!b@host PRIVMSG quoth :\1PING 1\1");
	sb_probe_expect_none(f.probe);
	sb_tape_expect(f.tape, "");
	/* But what they do, and others. */
	sb_tape_feed_line(f.tape, ":bob!b@host JOIN #c");
	sb_probe_expect(f.probe, "irc.joined nick=bob");
	sb_tape_feed_line(f.tape, ":al!b@h PRIVMSG quoth :hi");
	sb_probe_expect(f.probe, "irc.message nick=al");
	pass(&f, 300 * SB_S - SB_MS);
	sb_probe_expect_none(f.probe);
	pass(&f, SB_MS);
	sb_probe_expect(f.probe, "irc.flooded who=host kind='' for_ms=0");
	sb_tape_feed_line(f.tape, ":bob!b@host PRIVMSG quoth :hi");
	sb_probe_expect(f.probe, "irc.message nick=bob");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
there_are_floods_of_each_kind(void **state)
{
	struct fixture f;

	begin(&f, *state, NULL);
	feed_n(&f, ":al!a@1 PRIVMSG #c :hi", 14);
	feed_n(&f, ":bob!b@2 PRIVMSG #c :\1PING\1", 2);
	assert_int_equal(sb_probe_count(f.probe, "irc.flooded"), 0);
	sb_tape_feed_line(f.tape, ":al!a@1 PRIVMSG #c :\1ACTION waves\1");
	sb_probe_seek(f.probe, "irc.flooded who=1 kind=channel");
	sb_tape_feed_line(f.tape, ":bob!b@2 PRIVMSG #c :\1PING\1");
	sb_probe_seek(f.probe, "irc.flooded who=2 kind=ctcp");
	sb_probe_expect_none(f.probe);
	/* Both are heard again, each told. */
	pass(&f, 300 * SB_S);
	sb_probe_expect(f.probe, "irc.flooded who=1 for_ms=0");
	sb_probe_expect(f.probe, "irc.flooded who=2 for_ms=0");
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
a_person_is_an_account_or_a_host_or_a_nick(void **state)
{
	struct fixture f;

	begin(&f, *state, NULL);
	feed_n(&f, "@account=Bobs :bob!b@1 PRIVMSG quoth :hi", 3);
	feed_n(&f, "@account=bobs :rob!b@2 PRIVMSG quoth :hi", 2);
	sb_probe_seek(f.probe, "irc.flooded who=bobs kind=private");
	feed_n(&f, ":AL[] PRIVMSG quoth :hi", 3);
	feed_n(&f, ":al{} PRIVMSG quoth :hi", 2);
	sb_probe_seek(f.probe, "irc.flooded who='al{}'");
	feed_n(&f, ":eve!e@[::1] PRIVMSG quoth :hi", 5);
	sb_probe_seek(f.probe, "irc.flooded who='[::1]'");
	fixture_end(&f);
}

static void
neither_servers_nor_we_ourselves_flood(void **state)
{
	static const char *const lines[] = { ":irc.x PRIVMSG quoth :hi", "PRIVMSG quoth :hi",
		":quoth!q@h PRIVMSG #c :hi", ":bob!b@h NOTICE quoth :hi" };
	struct fixture f;
	size_t i;

	begin(&f, *state, NULL);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		feed_n(&f, lines[i], 40);
	assert_int_equal(sb_probe_count(f.probe, "irc.message"), 120);
	assert_int_equal(sb_probe_count(f.probe, "irc.notice"), 40);
	assert_int_equal(sb_probe_count(f.probe, "irc.flooded"), 0);
	fixture_end(&f);
}

static void
what_was_said_before_is_no_flood_and_asks_nothing(void **state)
{
	struct fixture f;

	begin(&f, *state, NULL);
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory quoth");
	feed_n(&f, "@batch=h :bob!b@h PRIVMSG quoth :hi", 20);
	feed_n(&f, "@batch=h :bob!b@h PRIVMSG quoth :\1PING 1\1", 5);
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	assert_int_equal(sb_probe_count(f.probe, "irc.message batch=chathistory"), 20);
	assert_int_equal(sb_probe_count(f.probe, "irc.ctcp_requested"), 5);
	assert_int_equal(sb_probe_count(f.probe, "irc.flooded"), 0);
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
floods_are_heard_where_one_wants_to(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	feed_n(&f, ":bob!b@h PRIVMSG quoth :hi", 40);
	assert_int_equal(sb_probe_count(f.probe, "irc.message"), 40);
	assert_int_equal(sb_probe_count(f.probe, NULL), 40);
	fixture_end(&f);
}

static void
a_new_connection_hears_everybody(void **state)
{
	struct fixture f;

	begin(&f, *state, NULL);
	feed_n(&f, ":bob!b@h PRIVMSG quoth :hi", 6);
	assert_int_equal(sb_probe_count(f.probe, "irc.flooded"), 1);
	fixture_reconnect(&f);
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":bob!b@h PRIVMSG quoth :hi");
	sb_probe_expect(f.probe, "irc.message");
	pass(&f, 600 * SB_S);
	sb_probe_expect_none(f.probe);
	fixture_end(&f);
}

static void
destroy_it(void *self, struct sb_irc *irc, const struct sb_irc_flooded *e)
{
	struct fixture *f = self;

	if (e->for_ms && f->tape)
		return;
	sb_irc_destroy(irc);
	f->irc = NULL;
}

static void
may_be_destroyed_when_a_flood_is_told(void **state)
{
	struct fixture f;
	struct sb_tape *tape;

	begin(&f, *state, NULL);
	sb_irc_flooded_connect(f.world->d, f.irc, SB_HANDLER(destroy_it), &f);
	feed_n(&f, ":bob!b@h PRIVMSG quoth :hi", 5);
	pass(&f, 300 * SB_S);
	assert_null(f.irc);
	sb_forget(f.world->d, &f);
	fixture_end(&f);
	/* At its beginning. */
	begin(&f, *state, NULL);
	sb_irc_flooded_connect(f.world->d, f.irc, SB_HANDLER(destroy_it), &f);
	tape = f.tape;
	f.tape = NULL;
	sb_tape_feed(tape, ":b!b@h PRIVMSG quoth :1\n:b!b@h PRIVMSG quoth :2\n"
			   ":b!b@h PRIVMSG quoth :3\n:b!b@h PRIVMSG quoth :4\n"
			   ":b!b@h PRIVMSG quoth :5\n:b!b@h PRIVMSG quoth :6\nPING x\n");
	assert_null(f.irc);
	sb_tape_expect(tape, "");
	f.tape = tape;
	sb_forget(f.world->d, &f);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(requests_are_told_and_then_answered),
		kit_test(what_needs_no_answer_gets_none),
		kit_test(answers_are_limited_for_one_and_for_all),
		kit_test(a_request_after_which_we_quit_is_not_answered),
		kit_test(one_who_says_too_much_is_not_heard_for_a_while),
		kit_test(there_are_floods_of_each_kind),
		kit_test(a_person_is_an_account_or_a_host_or_a_nick),
		kit_test(neither_servers_nor_we_ourselves_flood),
		kit_test(what_was_said_before_is_no_flood_and_asks_nothing),
		kit_test(floods_are_heard_where_one_wants_to),
		kit_test(a_new_connection_hears_everybody),
		kit_test(may_be_destroyed_when_a_flood_is_told),
	};

	return kit_run(tests);
}
