/* The IRC client's parts together: what one of them does while another is about something. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kit_cmocka.h"

#include <signalbox/irc_ask.h>

#include "irc_fixture.h"

static void
fill(char *buf, size_t cap, char c)
{
	memset(buf, c, cap - 1);
	buf[cap - 1] = '\0';
}

static int64_t
ask(struct fixture *f, const char *verb, const char *param)
{
	int64_t request = 0;

	assert_int_equal(sb_irc_ask(f->irc, verb, &param, 1, &request), 0);
	return request;
}

static void
pass(struct fixture *f, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(f->world->sim, ns), 0);
}

static void
feed(struct fixture *f, const char *line)
{
	sb_tape_feed_line(f->tape, line);
	sb_simulation_settle(f->world->sim);
}

/* ---- Lines of ours that cannot be ---- */

static void
a_ping_that_no_line_can_answer_is_survived(void **state)
{
	char line[2048], name[1001];
	struct fixture f;

	fixture_begin(&f, *state);
	fill(name, sizeof(name), 'x');
	sb_tape_feed_line(f.tape, ":irc.x 005 quoth LINELEN=4096 :are supported");
	(void)snprintf(line, sizeof(line), "PING %s :y", name);
	sb_tape_feed_line(f.tape, line);
	sb_tape_feed_line(f.tape, "PING :z");
	sb_tape_expect(f.tape, "PONG z\r\n");
	fixture_end(&f);
}

static void
who_has_too_long_a_nick_for_an_answer_gets_none(void **state)
{
	char version[300], nick[401], line[512];
	struct fixture f;

	fill(version, sizeof(version), 'v');
	fill(nick, sizeof(nick), 'n');
	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoth", .pace = "none", .version = version });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	sb_tape_clear(f.tape);
	(void)snprintf(line, sizeof(line), ":%s!u@h PRIVMSG quoth :\1VERSION\1", nick);
	sb_tape_feed_line(f.tape, line);
	sb_tape_expect(f.tape, "");
	sb_probe_seek(f.probe, "irc.ctcp_requested verb=VERSION");
	fixture_end(&f);
}

/* The channel may be called longer when it is joined again. */
static void
a_key_that_is_too_long_is_refused(void **state)
{
	char key[202], name[201], line[512];
	struct fixture f;

	fixture_begin(&f, *state);
	fill(key, sizeof(key), 'k');
	assert_int_equal(sb_irc_join(f.irc, "#c", key), -EMSGSIZE);
	key[200] = '\0';
	assert_int_equal(sb_irc_join(f.irc, "#c", key), 0);
	fill(name, sizeof(name), 'c');
	name[0] = '#';
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	(void)snprintf(line, sizeof(line), ":irc.x RENAME #c %s :longer", name);
	sb_tape_feed_line(f.tape, line);
	(void)snprintf(line, sizeof(line), ":op!o@h KICK %s quoth", name);
	sb_tape_feed_line(f.tape, line);
	sb_tape_clear(f.tape);
	pass(&f, 6 * SB_S);
	(void)snprintf(line, sizeof(line), "JOIN %s %s\r\n", name, key);
	sb_tape_seek(f.tape, line);
	fixture_end(&f);
}

/* ---- Channels ---- */

static void
a_join_of_which_nothing_comes_is_said_again(void **state)
{
	struct fixture f;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){
			.nick = "quoth", .pace = "none", .ping_after_ns = 3600 * SB_S });
	feed(&f, ":irc.x 001 quoth :Welcome");
	assert_int_equal(sb_irc_join(f.irc, "#c", "k"), 0);
	sb_tape_clear(f.tape);
	feed(&f, ":irc.x 263 quoth JOIN :Please wait a while and try again");
	pass(&f, 899 * SB_S);
	sb_tape_expect(f.tape, "");
	pass(&f, SB_S);
	sb_tape_expect(f.tape, "JOIN #c k\r\n");
	feed(&f, ":quoth!q@h JOIN #c");
	sb_tape_clear(f.tape);
	pass(&f, 1000 * SB_S);
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

/* ---- Requests ---- */

static void
what_we_asked_for_ourselves_in_vain_takes_no_later_answer(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	feed(&f, ":quoth!q@h JOIN #c");
	feed(&f, ":irc.x 366 quoth #c :End");
	sb_tape_seek(f.tape, "WHO #c\r\n");
	pass(&f, 40 * SB_S);
	(void)ask(&f, "WHO", "#c");
	feed(&f, ":irc.x 352 quoth #c b h irc.x bob H :0 Bob");
	feed(&f, ":irc.x 315 quoth #c :End");
	sb_probe_seek(f.probe, "irc.answered verb=WHO outcome=done");
	fixture_end(&f);
}

static void
an_ison_of_the_application_says_nothing_of_who_is_watched(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	feed(&f, ":irc.x 422 quoth :No MOTD");
	(void)ask(&f, "ISON", "joe");
	assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
	sb_simulation_settle(f.world->sim);
	sb_tape_expect(f.tape, "ISON joe\r\nISON :bob\r\n");
	feed(&f, ":irc.x 303 quoth :");
	sb_probe_seek(f.probe, "irc.answered verb=ISON outcome=done");
	assert_int_equal(sb_probe_count(f.probe, "irc.monitored"), 0);
	feed(&f, ":irc.x 303 quoth :bob");
	sb_probe_seek(f.probe, "irc.monitored nick=bob is_online=true");
	fixture_end(&f);
}

static void
what_is_asked_is_utf8_where_the_network_takes_nothing_else(void **state)
{
	const char *const params[] = { "\xff" };
	struct fixture f;
	int64_t request;

	fixture_begin(&f, *state);
	feed(&f, ":irc.x 005 quoth UTF8ONLY :are supported");
	assert_int_equal(sb_irc_ask(f.irc, "WHOIS", params, 1, &request), -EILSEQ);
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
on_answered(void *self, struct sb_irc *irc, const struct sb_irc_answered *e)
{
	(void)irc;
	*(size_t *)self = sb_irc_answer_n_lines(e->answer);
	assert_true(sb_irc_answer_is_whole(e->answer));
}

static void
messages_of_several_lines_are_in_an_answer_line_by_line(void **state)
{
	static const char caps[] = "batch labeled-response draft/multiline=max-bytes=4096 "
				   "message-tags draft/chathistory";
	const char *const params[] = { "LATEST", "#c", "*", "10" };
	char line[512];
	struct fixture f;
	int64_t request;
	size_t n = 0;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth", .pace = "none" });
	(void)snprintf(line, sizeof(line), ":x CAP * LS :%s", caps);
	feed(&f, line);
	feed(&f, ":x CAP * ACK :batch labeled-response draft/multiline message-tags "
		 "draft/chathistory");
	feed(&f, ":x 001 quoth :Hi");
	sb_irc_answered_connect(f.world->d, f.irc, on_answered, SB_PLACE, &n);
	assert_int_equal(sb_irc_ask(f.irc, "CHATHISTORY", params, 4, &request), 0);
	feed(&f, "@label=ask-1 :x BATCH +1 chathistory #c");
	feed(&f, "@batch=1 :bob!b@h BATCH +2 draft/multiline #c");
	feed(&f, "@batch=2 :bob!b@h PRIVMSG #c :one");
	feed(&f, "@batch=2 :bob!b@h PRIVMSG #c :two");
	feed(&f, "@batch=1 :x BATCH -2");
	feed(&f, "@batch=1 :bob!b@h PRIVMSG #c :three");
	feed(&f, ":x BATCH -1");
	assert_int_equal(n, 3);
	fixture_end(&f);
}

static void
say_hello(struct fixture *f)
{
	feed(f, ":x CAP * LS :batch labeled-response message-tags server-time draft/chathistory");
	feed(f, ":x CAP * ACK :batch labeled-response message-tags server-time draft/chathistory");
	feed(f, ":x 001 quoth :Hi");
	feed(f, ":x 422 quoth :No MOTD");
	feed(f, "@time=2001-09-09T01:46:41.000Z :quoth!q@h JOIN #c");
}

/* Of one channel, the client and the application ask at a time. */
static void
history_that_the_application_asks_for_is_not_what_the_client_asked_for(void **state)
{
	static const char said[] =
		"batch=1;msgid=m1;time=2001-09-09T01:46:42.000Z :bob!b@h PRIVMSG #c :hello";
	const char *const params[] = { "LATEST", "#c", "*", "10" };
	char line[512];
	struct fixture f;
	int64_t request;

	fixture_begin_with(&f, *state,
		&(struct sb_irc_options){ .nick = "quoth", .pace = "none", .catches_up = true });
	say_hello(&f);
	(void)snprintf(line, sizeof(line), "@%s", said + strlen("batch=1;"));
	feed(&f, line);
	fixture_reconnect(&f);
	sb_tape_clear(f.tape);
	say_hello(&f);
	feed(&f, ":x BATCH +t draft/chathistory-targets");
	feed(&f, ":x BATCH -t");
	sb_tape_seek(f.tape, "CHATHISTORY AFTER #c");
	assert_int_equal(sb_irc_ask(f.irc, "CHATHISTORY", params, 4, &request), 0);
	sb_probe_clear(f.probe);
	(void)snprintf(line, sizeof(line),
		"@label=ask-%d :x FAIL CHATHISTORY MESSAGE_ERROR LATEST #c :No", (int)request);
	feed(&f, line);
	sb_probe_seek(f.probe, "irc.answered outcome=failed");
	assert_int_equal(sb_irc_ask(f.irc, "CHATHISTORY", params, 4, &request), 0);
	(void)snprintf(
		line, sizeof(line), "@label=ask-%d :x BATCH +1 chathistory #c", (int)request);
	feed(&f, line);
	(void)snprintf(line, sizeof(line), "@%s", said);
	feed(&f, line);
	feed(&f, ":x BATCH -1");
	assert_int_equal(sb_probe_count(f.probe, "irc.message text=hello is_history=true"), 1);
	sb_probe_seek(f.probe, "irc.answered outcome=done");
	assert_int_equal(sb_probe_count(f.probe, "irc.caught_up"), 0);
	feed(&f, ":x BATCH +2 chathistory #c");
	feed(&f, ":x BATCH -2");
	sb_probe_seek(f.probe, "irc.caught_up");
	fixture_end(&f);
}

/* ---- Who is watched ---- */

static void
who_was_there_by_ison_and_is_no_more_is_not_in_the_state(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
	feed(&f, ":irc.x 422 quoth :No MOTD");
	feed(&f, ":irc.x 303 quoth :bob");
	assert_non_null(sb_irc_user_find(sb_irc_state(f.irc), "bob"));
	pass(&f, 60 * SB_S);
	feed(&f, ":irc.x 303 quoth :");
	sb_probe_seek(f.probe, "irc.monitored nick=bob is_online=false");
	assert_null(sb_irc_user_find(sb_irc_state(f.irc), "bob"));
	fixture_end(&f);
}

static void
who_is_watched_again_at_once_is_in_the_state(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	feed(&f, ":irc.x 005 quoth MONITOR=10 :are supported");
	assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
	feed(&f, ":irc.x 422 quoth :No MOTD");
	feed(&f, ":irc.x 730 quoth :bob!b@h");
	assert_int_equal(sb_irc_unmonitor(f.irc, "bob"), 0);
	assert_int_equal(sb_irc_monitor(f.irc, "bob"), 0);
	sb_probe_clear(f.probe);
	sb_simulation_settle(f.world->sim);
	sb_probe_seek(f.probe, "irc.monitored nick=bob is_online=true");
	assert_non_null(sb_irc_user_find(sb_irc_state(f.irc), "bob"));
	fixture_end(&f);
}

/* ---- The queue ---- */

static void
a_full_queue_of_the_application_leaves_room_to_the_client(void **state)
{
	struct fixture f;
	int error = 0, n;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	sb_tape_feed_line(f.tape, ":irc.x 001 quoth :Welcome");
	assert_int_equal(sb_irc_join(f.irc, "#c", NULL), 0);
	feed(&f, ":quoth!q@h JOIN #c");
	feed(&f, ":op!o@h KICK #c quoth");
	for (n = 0; !error; n++)
		error = sb_irc_send(f.irc, "X", NULL, 0);
	assert_int_equal(error, -ENOBUFS);
	assert_true(n > 400);
	feed(&f, ":op!o@h INVITE quoth #c");
	assert_int_equal(sb_probe_count(f.probe, "irc.disconnected"), 0);
	assert_true(sb_irc_is_registered(f.irc));
	fixture_end(&f);
}

static void
of_a_secret_with_tags_the_verb_is_told_when_it_was_not_sent(void **state)
{
	const struct sb_irc_tag tags[] = { { "+a", "b" } };
	const char *const params[] = { "me", "hush" };
	struct fixture f;
	int i;

	fixture_begin_with(&f, *state, &(struct sb_irc_options){ .nick = "quoth" });
	feed(&f, ":x CAP * LS :message-tags");
	feed(&f, ":x CAP * ACK :message-tags");
	feed(&f, ":irc.x 001 quoth :Welcome");
	for (i = 0; i < 10; i++)
		assert_int_equal(sb_irc_send(f.irc, "X", NULL, 0), 0);
	assert_int_equal(sb_irc_send_tagged(f.irc, tags, 1, "OPER", params, 2), 0);
	sb_tape_end(f.tape);
	sb_simulation_settle(f.world->sim);
	sb_probe_seek(f.probe, "irc.not_sent line=OPER");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_ping_that_no_line_can_answer_is_survived),
		kit_test(who_has_too_long_a_nick_for_an_answer_gets_none),
		kit_test(a_key_that_is_too_long_is_refused),
		kit_test(a_join_of_which_nothing_comes_is_said_again),
		kit_test(what_we_asked_for_ourselves_in_vain_takes_no_later_answer),
		kit_test(an_ison_of_the_application_says_nothing_of_who_is_watched),
		kit_test(what_is_asked_is_utf8_where_the_network_takes_nothing_else),
		kit_test(messages_of_several_lines_are_in_an_answer_line_by_line),
		kit_test(history_that_the_application_asks_for_is_not_what_the_client_asked_for),
		kit_test(who_was_there_by_ison_and_is_no_more_is_not_in_the_state),
		kit_test(who_is_watched_again_at_once_is_in_the_state),
		kit_test(a_full_queue_of_the_application_leaves_room_to_the_client),
		kit_test(of_a_secret_with_tags_the_verb_is_told_when_it_was_not_sent),
	};

	return kit_run(tests);
}
