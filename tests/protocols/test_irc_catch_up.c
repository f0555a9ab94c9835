/* What was missed is fetched by the client. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"

static const struct sb_irc_options catching = { .nick = "quoth",
	.pace = "none",
	.ignores_ctcp = true,
	.hears_floods = true,
	.catches_up = true };

static void
register_with(struct sb_tape *tape, const char *capabilities)
{
	char line[600];

	(void)snprintf(line, sizeof(line), ":irc.x CAP * LS :%s", capabilities);
	sb_tape_feed_line(tape, line);
	(void)snprintf(line, sizeof(line), ":irc.x CAP quoth ACK :%s", capabilities);
	sb_tape_feed_line(tape, line);
	sb_tape_feed_line(tape, ":irc.x 001 quoth :Welcome");
	sb_tape_clear(tape);
}

/* Was on #c, where bob said something, and is there again, with a page asked for. */
static void
begin_again(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world, &catching);
	register_with(f->tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f->tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f->tape, "@time=2001-09-09T01:46:41.000Z :bob!b@h PRIVMSG #c :one");
	fixture_reconnect(f);
	register_with(f->tape, "batch server-time draft/chathistory");
	sb_probe_clear(f->probe);
	sb_tape_feed_line(f->tape, ":quoth!q@h JOIN #c");
	sb_tape_seek(f->tape, "CHATHISTORY TARGETS");
	sb_tape_feed_line(f->tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f->tape, ":irc.x BATCH -t");
	sb_tape_seek(f->tape, "CHATHISTORY AFTER #c timestamp=2001-09-09T01:46:40.999Z 50\r\n");
	sb_probe_clear(f->probe);
}

static void
who_does_not_want_it_asks_for_nothing(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	fixture_reconnect(&f);
	sb_tape_feed_line(f.tape, ":irc.x CAP * LS :batch server-time draft/chathistory");
	sb_tape_expect(f.tape, "CAP LS 302\r\nNICK quoth\r\nUSER quoth 0 * :quoth\r\n"
			       "CAP REQ :batch server-time\r\n");
	fixture_end(&f);
}

/* A connection that is lost in the midst leaves nothing behind but what was seen. */
static void
a_page_may_be_cut_off(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(
		f.tape, "@batch=h;time=2001-09-09T01:46:42.000Z :bob!b@h PRIVMSG #c :two");
	sb_probe_seek(f.probe, "irc.message text=two is_history=true");
	fixture_reconnect(&f);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c timestamp=2001-09-09T01:46:41.999Z 50\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.caught_up"), 0);
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(
		f.tape, "@batch=h;time=2001-09-09T01:46:43.000Z :bob!b@h PRIVMSG #c :three");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' n_messages=1 is_whole=true");
	fixture_end(&f);
}

/* Names and ids that could not stand in a line are not asked by. */
static void
a_server_cannot_make_us_say_anything(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state, &catching);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	sb_tape_feed_line(f.tape, "@msgid=a\\sb\\r\\nQUIT :bob!b@h PRIVMSG #c :one");
	sb_tape_feed_line(f.tape, ":op!o@h RENAME #d :#d QUIT");
	fixture_reconnect(&f);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth MSGREFTYPES=msgid :are supported");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN :#d QUIT");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, "@batch=t :irc.x CHATHISTORY TARGETS :al QUIT");
	sb_tape_feed_line(f.tape, "@batch=t :irc.x CHATHISTORY TARGETS");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c timestamp=");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	sb_probe_seek(f.probe, "irc.caught_up channel='#c'");
	sb_tape_feed_line(f.tape, "PING :x");
	sb_tape_seek(f.tape, "PONG x\r\n");
	fixture_end(&f);
}

/* Fetching begins when the request goes out, however long it waits for that. */
static void
what_waits_to_be_asked_for_is_not_given_up(void **state)
{
	static const char *const who[] = { "al" };
	struct sb_irc_options options = catching;
	struct fixture f;

	options.pace = "default";
	fixture_begin_with(&f, *state, &options);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	fixture_reconnect(&f);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_probe_clear(f.probe);
	for (int i = 0; i < 40; i++)
		assert_int_equal(sb_irc_send(f.irc, "WHOIS", who, 1), 0);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	while (!strstr(sb_tape_written(f.tape), "CHATHISTORY TARGETS"))
		assert_int_equal(sb_simulation_run_for(f.world->sim, SB_S), 0);
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	for (int i = 0; i < 40; i++)
		assert_int_equal(sb_irc_say(f.irc, "al", "hi"), 0);
	assert_int_equal(sb_simulation_run_for(f.world->sim, 60 * SB_S), 0);
	assert_int_equal(sb_probe_count(f.probe, "irc.caught_up"), 0);
	assert_int_equal(sb_simulation_run_for(f.world->sim, 40 * SB_S), 0);
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c");
	assert_int_equal(sb_simulation_run_for(f.world->sim, 31 * SB_S), 0);
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' is_whole=false");
	fixture_end(&f);
}

/* A channel that we leave does not keep the next one waiting, nor is it asked for any more. */
static void
what_is_left_makes_room_for_the_next(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	sb_tape_feed_line(f.tape, ":quoth!q@h PART #d");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	fixture_reconnect(&f);
	register_with(f.tape, "batch server-time draft/chathistory");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c");
	assert_int_equal(sb_irc_part(f.irc, "#c", NULL), 0);
	sb_tape_seek(f.tape, "PART #c\r\nCHATHISTORY AFTER #d");
	fixture_end(&f);
}

/* A message of several lines, of which a server keeps no id, is known again, too. */
static void
feed_two_lines(struct fixture *f, const char *within, int64_t second, const char *text)
{
	char lines[400];

	(void)snprintf(lines, sizeof(lines),
		"@%stime=2001-09-09T01:46:%02d.000Z :bob!b@h BATCH +m draft/multiline #c\r\n"
		"@batch=m :bob!b@h PRIVMSG #c :%s\r\n"
		"@batch=m :bob!b@h PRIVMSG #c :and more\r\n"
		"BATCH -m\r\n",
		within, (int)second, text);
	sb_tape_feed(f->tape, lines);
}

static void
what_has_several_lines_is_told_once(void **state)
{
	static const char caps[] = "batch server-time message-tags draft/chathistory "
				   "draft/multiline=max-bytes=4096";
	struct fixture f;

	fixture_begin_with(&f, *state, &catching);
	register_with(f.tape, caps);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	feed_two_lines(&f, "", 41, "one");
	/* What is cut off is not told, and so is not known. */
	sb_tape_feed(f.tape,
		"@time=2001-09-09T01:46:42.000Z :bob!b@h BATCH +m draft/multiline #c\r\n"
		"@batch=m :bob!b@h PRIVMSG #c :two\r\n");
	fixture_reconnect(&f);
	register_with(f.tape, caps);
	sb_probe_clear(f.probe);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +t draft/chathistory-targets");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c timestamp=2001-09-09T01:46:40.999Z 50\r\n");
	for (int i = 0; i < 2; i++) {
		sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
		feed_two_lines(&f, "batch=h;", 41, "one");
		feed_two_lines(&f, "batch=h;", 42, "two");
		sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	}
	assert_int_equal(sb_probe_count(f.probe, "irc.message"), 1);
	sb_probe_seek(f.probe, "irc.message text=\"two\\nand more\" is_history=true");
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' n_messages=1 is_whole=true");
	fixture_end(&f);
}

/* A line that is not of the message that it says it is of was said when that was. */
static void
what_is_in_a_message_that_it_is_not_of_is_as_old(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed(f.tape,
		":irc.x CAP quoth NEW :draft/multiline=max-bytes=4096\r\n"
		":irc.x CAP quoth ACK :draft/multiline\r\n"
		":irc.x BATCH +h chathistory #c\r\n"
		"@batch=h :irc.x BATCH +m draft/multiline #c\r\n"
		"@batch=m;time=2001-09-09T01:46:42.000Z :bob!b@h PRIVMSG #c :two\r\n"
		"@batch=m;time=2001-09-09T01:46:43.000Z :op!o@h KICK #c quoth :then\r\n"
		":irc.x BATCH -m\r\n"
		":irc.x BATCH -h\r\n");
	sb_probe_seek(f.probe, "irc.message text=two is_history=true batch=chathistory");
	sb_probe_seek(f.probe, "irc.kicked is_history=true");
	assert_non_null(sb_irc_channel_find(sb_irc_state(f.irc), "#c"));
	fixture_end(&f);
}

/* An answer that has a label is the application's, who asked for something else. */
static void
what_somebody_else_asked_for_is_no_page(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed(f.tape, "@label=7 :irc.x BATCH +l chathistory #c\r\n"
			     "@batch=l;time=2001-09-09T01:40:00.000Z :bob!b@h PRIVMSG #c :old\r\n"
			     ":irc.x BATCH -l\r\n"
			     "@label=8 :irc.x FAIL CHATHISTORY INVALID_TARGET AFTER #c :no\r\n");
	sb_probe_seek(f.probe, "irc.message text=old is_history=true");
	assert_int_equal(sb_probe_count(f.probe, "irc.caught_up"), 0);
	sb_tape_feed(f.tape, ":irc.x BATCH +h chathistory #c\r\n"
			     "@batch=h;time=2001-09-09T01:46:41.000Z :bob!b@h PRIVMSG #c :one\r\n"
			     ":irc.x BATCH -h\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.message"), 1);
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' n_messages=0 is_whole=true");
	fixture_end(&f);
}

/* Where a batch is not made into one message its lines count as any. */
static void
what_is_in_a_batch_within_a_page_is_told_once(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	for (int i = 0; i < 2; i++)
		sb_tape_feed(f.tape, ":irc.x BATCH +h chathistory #c\r\n"
				     "@batch=h :irc.x BATCH +n netsplit a b\r\n"
				     "@batch=n;time=2001-09-09T01:46:42.000Z :al!a@h QUIT :a b\r\n"
				     ":irc.x BATCH -n\r\n"
				     ":irc.x BATCH -h\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.quit"), 1);
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' n_messages=0 is_whole=true");
	fixture_end(&f);
}

/* A server without echo-message has not shown it to us before. */
static void
what_we_said_ourselves_we_have_not_missed(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	for (int i = 0; i < 2; i++)
		sb_tape_feed(f.tape,
			":irc.x BATCH +h chathistory #c\r\n"
			"@batch=h;time=2001-09-09T01:46:41.000Z :bob!b@h PRIVMSG #c :one\r\n"
			"@batch=h;time=2001-09-09T01:46:42.000Z :Quoth!q@h PRIVMSG #c :ours\r\n"
			"@batch=h;time=2001-09-09T01:46:43.000Z :bob!b@h PRIVMSG #c :two\r\n"
			":irc.x BATCH -h\r\n");
	sb_probe_seek(f.probe, "irc.message text=ours is_self=true is_history=true");
	sb_probe_seek(f.probe, "irc.message text=two is_self=false");
	sb_probe_seek(f.probe, "irc.caught_up channel='#c' n_messages=1 is_whole=true");
	assert_int_equal(sb_probe_count(f.probe, "irc.message"), 2);
	fixture_end(&f);
}

static void
what_was_said_before_of_people_is_not_believed_now(void **state)
{
	struct fixture f;

	begin_again(&f, *state);
	sb_tape_feed_line(f.tape, ":eve!e@h JOIN #c");
	sb_tape_feed_line(f.tape, ":irc.x BATCH +h chathistory #c");
	sb_tape_feed_line(f.tape, "@batch=h :eve!other@elsewhere PRIVMSG #c :x");
	sb_tape_feed_line(f.tape, "@batch=h :quoth!long@longer PRIVMSG #c :x");
	sb_tape_feed_line(f.tape, "@batch=h :irc.x NOTICE quoth :you flood");
	sb_tape_feed_line(f.tape, ":irc.x BATCH -h");
	assert_string_equal(sb_irc_user_host(sb_irc_user_find(sb_irc_state(f.irc), "eve")), "h");
	assert_int_equal(sb_irc_say(f.irc, "#c", "now"), 0);
	sb_tape_seek(f.tape, "PRIVMSG #c :now\r\n");
	fixture_end(&f);
}

/* Whatever of it is told, who hears it may end all. */
static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)from;
	(void)signal;
	(void)payload;
	sb_irc_destroy(f->irc);
	f->irc = NULL;
}

static void
may_end_in_every_signal(void **state)
{
	static const char *const signals[] = { "irc.batch_began", "irc.message", "irc.batch_ended",
		"irc.caught_up", "irc.replied", "irc.channel_renamed" };
	struct sb_world *world = *state;
	struct fixture f;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		begin_again(&f, world);
		sb_pattern_connect(world->d, signals[i], SB_ANY,
			(struct sb_options){ .priority = 0, .once = true }, SB_HANDLER(on_any), &f);
		sb_tape_feed(f.tape, ":irc.x BATCH +h chathistory #c\r\n"
				     "@batch=h :bob!b@h PRIVMSG #c :x\r\n"
				     ":irc.x BATCH -h\r\n"
				     ":irc.x BATCH +i chathistory #c\r\n"
				     ":irc.x BATCH -i\r\n"
				     ":irc.x FAIL X Y :z\r\n"
				     ":bob!b@h RENAME #c #d :z\r\n");
		assert_null(f.irc);
		fixture_end(&f);
		sb_simulation_settle(world->sim);
	}
}

/* ---- Without memory ---- */

static void
catch_up_without_memory(void *self)
{
	struct sb_world *world = self;
	struct sb_irc_options options = catching;
	struct sb_irc *irc = NULL;
	struct sb_error why;
	struct sb_tape *tape;
	int i;

	options.away = "x";
	if (sb_irc_create(world->d, world->r, &options, SB_PLACE, &irc, &why)) {
		assert_true(sb_testing_allocation_failed());
		return;
	}
	for (i = 0; i < 2; i++) {
		tape = sb_tape_create();
		if (sb_irc_attach(irc, sb_tape_stream(tape)))
			sb_testing_fail(SB_PLACE, "the client takes no tape");
		sb_tape_connect(tape);
		if (sb_tape_is_open(tape))
			sb_tape_feed(tape,
				":irc.x CAP * LS :batch server-time draft/chathistory\r\n"
				":irc.x CAP x ACK :batch server-time draft/chathistory\r\n"
				":irc.x 001 quoth :Welcome\r\n"
				":irc.x 005 quoth UTF8ONLY :x\r\n"
				":quoth!q@h JOIN #c\r\n"
				":bob!b@h PRIVMSG #c :x\r\n"
				":irc.x BATCH +t draft/chathistory-targets\r\n"
				"@batch=t :irc.x CHATHISTORY TARGETS al x\r\n"
				":irc.x BATCH -t\r\n");
		if (sb_tape_is_open(tape)) {
			(void)sb_irc_say(irc, "#c", "\xe9");
			(void)sb_irc_set_away(irc, "y");
		}
		if (sb_tape_is_open(tape))
			sb_tape_end(tape);
		if (i)
			sb_irc_destroy(irc);
		sb_tape_destroy(tape);
	}
	sb_simulation_settle(world->sim);
}

static void
each_allocation_may_fail(void **state)
{
	assert_true(sb_testing_each_allocation(catch_up_without_memory, *state) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(who_does_not_want_it_asks_for_nothing),
		kit_test(a_page_may_be_cut_off),
		kit_test(a_server_cannot_make_us_say_anything),
		kit_test(what_waits_to_be_asked_for_is_not_given_up),
		kit_test(what_is_left_makes_room_for_the_next),
		kit_test(what_has_several_lines_is_told_once),
		kit_test(what_is_in_a_message_that_it_is_not_of_is_as_old),
		kit_test(what_somebody_else_asked_for_is_no_page),
		kit_test(what_is_in_a_batch_within_a_page_is_told_once),
		kit_test(what_we_said_ourselves_we_have_not_missed),
		kit_test(what_was_said_before_of_people_is_not_believed_now),
		kit_test(may_end_in_every_signal),
		kit_test(each_allocation_may_fail),
	};

	return kit_run(tests);
}
