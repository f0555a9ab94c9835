/* The bot on IRC where a network has more than what RFC 2812 knows: accounts, answers that name what
 * they answer, several lines, what was said before. */

#include "bot_fixture.h"

#include <signalbox/dispatch_signals.h>

#define IN_MEMORY_LIBERA                                                                           \
	"database = \"\"\n"                                                                        \
	"limits { person-every-s = 0 channel-every-s = 0 }\n"                                      \
	"irc libera { server = \"tcp://127.0.0.1:6667\" "
#define MODERATED IN_MEMORY_LIBERA "moderators = { \"account:Ann[x]\" } }\n"

static int
set_up_moderated(void **state)
{
	struct fixture *f = make_fixture(MODERATED);

	add(f, "to be\n");
	*state = f;
	return 0;
}

/* The server offers capabilities from now on, and they are taken. */
static void
offer(struct fixture *f, const char *names)
{
	char line[256];

	(void)snprintf(line, sizeof(line), ":irc.test CAP Quoth NEW :%s", names);
	sb_tape_feed_line(f->tape, line);
	(void)snprintf(line, sizeof(line), ":irc.test CAP Quoth ACK :%s", names);
	sb_tape_feed_line(f->tape, line);
	sb_tape_clear(f->tape);
}

/* What is answered to somebody who deletes another's quote. */
static const char *
answer_to(struct fixture *f, const char *line)
{
	static char written[512];

	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, line);
	(void)snprintf(written, sizeof(written), "%s", sb_tape_written(f->tape));
	sb_tape_clear(f->tape);
	return written;
}

static void
expect_moderator(struct fixture *f, const char *line, bool is_moderator)
{
	const char *answer = answer_to(f, line);

	if (!strncmp(answer, "NOTICE bob :", 12) == is_moderator)
		sb_testing_fail(SB_PLACE, "%s: %s", line, answer);
}

static void
who_is_logged_in_to_an_account_is_a_moderator(void **state)
{
	struct fixture *f = *state;

	expect_moderator(f, "@account=bob :bob!b@h PRIVMSG #c :!del 1", false);
	/* A tag counts only where the capability is on. */
	offer(f, "account-tag message-tags");
	expect_moderator(f, "@account=bob :bob!b@h PRIVMSG #c :!del 1", false);
	expect_moderator(f, ":bob!b@h PRIVMSG #c :!del 1", false);
	expect_moderator(f, "@account=* :bob!b@h PRIVMSG #c :!del 1", false);
	expect_moderator(f, "@account=aNN{X} :bob!b@h PRIVMSG #c :!del 1", true);
}

static int
set_up_masked(void **state)
{
	struct fixture *f = make_fixture(IN_MEMORY_LIBERA "moderators = { \"*!*@good\" } }\n");

	add(f, "to be\n");
	*state = f;
	return 0;
}

/* A name that is too long to be looked at whole is that of nobody. */
static void
a_mask_is_held_against_all_of_a_name(void **state)
{
	struct fixture *f = *state;
	char line[1024];
	int n;

	expect_moderator(f, ":bob!b@good PRIVMSG #c :!del 1", true);
	expect_moderator(f, ":bob!b@good PRIVMSG #c :!restore 1", true);
	sb_tape_feed_line(f->tape, ":irc.test 005 Quoth LINELEN=2048 :are supported");
	for (n = 400; n < 520; n++) {
		(void)snprintf(line, sizeof(line), ":bob!%0*d@good.evil PRIVMSG #c :!del 1", n, 0);
		expect_moderator(f, line, false);
	}
}

static void
accounts_are_the_same_as_the_server_says(void **state)
{
	struct fixture *f = *state;

	offer(f, "account-tag message-tags");
	sb_tape_feed_line(f->tape, ":irc.test 005 Quoth CASEMAPPING=ascii :are supported");
	expect_moderator(f, "@account=ann{x} :bob!b@h PRIVMSG #c :!del 1", false);
	expect_moderator(f, "@account=aNN[X] :bob!b@h PRIVMSG #c :!del 1", true);
}

static void
an_account_is_known_where_the_server_tells_who_logs_in_and_out(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":Quoth!q@h JOIN #c");
	sb_tape_feed_line(f->tape, ":bob!b@h JOIN #c");
	/* Without the capability one who logged out would not be noticed. */
	sb_tape_feed_line(f->tape, ":bob!b@h ACCOUNT Ann[x]");
	expect_moderator(f, ":bob!b@h PRIVMSG #c :!del 1", false);
	offer(f, "account-notify");
	sb_tape_feed_line(f->tape, ":bob!b@h ACCOUNT Ann[x]");
	expect_moderator(f, ":bob!b@h PRIVMSG #c :!del 1", true);
	expect_moderator(f, ":bob!b@h PRIVMSG #c :!restore 1", true);
	sb_tape_feed_line(f->tape, ":bob!b@h ACCOUNT *");
	expect_moderator(f, ":bob!b@h PRIVMSG #c :!del 1", false);
	/* Somebody else under that nick. */
	sb_tape_feed_line(f->tape, ":bob!b@h ACCOUNT Ann[x]");
	sb_tape_feed_line(f->tape, ":bob!b@h QUIT :bye");
	expect_moderator(f, ":bob!e@vil PRIVMSG #c :!del 1", false);
}

static void
an_answer_names_what_it_answers(void **state)
{
	struct fixture *f = *state;

	add(f, "one\ntwo\n");
	offer(f, "message-tags");
	sb_tape_feed_line(f->tape, "@msgid=a1 :bob!b@h PRIVMSG #c :!quote 2");
	sb_tape_expect(
		f->tape, "@+reply=a1;+draft/reply=a1 PRIVMSG #c :one\r\nPRIVMSG #c :two (2)\r\n");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!quote 1");
	sb_tape_expect(f->tape, "PRIVMSG #c :to be (1)\r\n");
	sb_tape_feed_line(f->tape, "@msgid=a2 :bob!b@h PRIVMSG Quoth :quote 1");
	sb_tape_expect(f->tape, "@+reply=a2;+draft/reply=a2 PRIVMSG bob :to be (1)\r\n");
	/* An error is a notice. */
	sb_tape_feed_line(f->tape, "@msgid=a3 :bob!b@h PRIVMSG #c :!quote 9");
	sb_tape_expect(f->tape, "NOTICE bob :There is no quote 9.\r\n");
}

static void
what_was_said_before_is_remembered_and_not_done(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_message e = { .target = "#c",
		.text = "!quote 1",
		.reply_to = "#c",
		.nick = "ann",
		.tags = "",
		.is_history = true };
	struct sb_irc_nick_changed renamed = {
		.new_nick = "eve", .nick = "ann", .tags = "", .is_history = true
	};
	struct sb_irc_joined joined = {
		.channel = "#old", .nick = "Quoth", .tags = "", .is_self = true, .is_history = true
	};

	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
	e.text = "while you were gone";
	e.time_ms = 1000;
	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
	/* Who took another nick then did it then. */
	assert_true(sb_irc_nick_changed_emit(f->world->d, f->irc, &renamed) >= 1);
	assert_true(sb_irc_joined_emit(f->world->d, f->irc, &joined) >= 1);
	sb_tape_expect(f->tape, "");
	assert_string_equal(f->log, "");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!grab ann 5");
	sb_tape_expect(f->tape, "PRIVMSG #c :Quote 2 added: <ann> while you were gone (!undo takes "
				"it back)\r\n");
}

static void
a_message_of_several_lines_is_one_command(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_message e = { .target = "#c",
		.text = "!addquote <a> one\n<b> two",
		.reply_to = "#c",
		.nick = "bob",
		.user = "b",
		.host = "h",
		.tags = "" };

	assert_true(sb_irc_message_emit(f->world->d, f->irc, &e) >= 1);
	sb_tape_expect(
		f->tape, "PRIVMSG #c :Quote 2 added: <a> one <b> two (!undo takes it back)\r\n");
}

static void
what_is_said_in_the_network_s_charset_is_kept_as_utf8(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!addquote caf\xe9 cr\xe8me");
	sb_tape_expect(f->tape, "PRIVMSG #c :Quote 2 added: caf\xc3\xa9 cr\xc3\xa8me (!undo "
				"takes it back)\r\n");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!addquote th\xc3\xa9");
	sb_tape_expect(f->tape, "PRIVMSG #c :Quote 3 added: th\xc3\xa9 (!undo takes it back)\r\n");
}

static void
names_in_the_network_s_charset_are_kept_as_utf8_and_answered_as_they_are(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":ann\xe9!a@h PRIVMSG #caf\xe9 :hello");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #caf\xe9 :!grab ann\xe9");
	sb_tape_expect(f->tape, "PRIVMSG #caf\xe9 :Quote 2 added: <ann\xc3\xa9> hello (!undo takes "
				"it back)\r\n");
	/* Whether who asks writes it in UTF-8 or not. */
	sb_tape_feed_line(f->tape, ":ann\xe9!a@h NICK :eve\xe9");
	sb_tape_feed_line(f->tape, ":eve\xe9!a@h PRIVMSG #caf\xe9 :it is me");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #caf\xe9 :!grab eve\xc3\xa9 2");
	sb_tape_expect(f->tape, "PRIVMSG #caf\xe9 :Quote 3 added: <ann\xc3\xa9> hello "
				"<eve\xc3\xa9> it is me (!undo takes it back)\r\n");
	sb_tape_feed_line(f->tape, ":b\xf6"
				   "b!b@h PRIVMSG Quoth :quote 1");
	sb_tape_expect(f->tape, "PRIVMSG b\xf6"
				"b :to be (1)\r\n");
	sb_tape_feed_line(f->tape, ":b\xf6"
				   "b!b@h PRIVMSG #caf\xe9 :!addquote mine");
	sb_tape_clear(f->tape);
	sb_tape_feed_line(f->tape, ":b\xf6"
				   "b!b@h PRIVMSG #caf\xe9 :!info 4");
	if (!strstr(sb_tape_written(f->tape), "b\xc3\xb6"
					      "b")
		|| !strstr(sb_tape_written(f->tape), "#caf\xc3\xa9"))
		sb_testing_fail(SB_PLACE, "%s", sb_tape_written(f->tape));
	sb_tape_clear(f->tape);
	assert_string_equal(f->log, "");
}

static void
who_has_no_name_is_not_answered(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, "PRIVMSG Quoth :quote 1");
	sb_tape_feed_line(f->tape, "PRIVMSG #c :!quote 9");
	sb_tape_feed_line(f->tape, "PRIVMSG #c :\1ACTION nods\1");
	sb_tape_expect(f->tape, "");
	assert_string_equal(f->log, "");
}

/* To the operators of a channel alone, say. */
static void
what_is_said_to_some_of_a_channel_stays_among_them(void **state)
{
	struct fixture *f = *state;

	sb_tape_feed_line(f->tape, ":irc.test 005 Quoth STATUSMSG=@+ PREFIX=(ov)@+ :are supported");
	sb_tape_feed_line(f->tape, ":ann!a@h PRIVMSG @#c :for few");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG #c :!grab ann");
	sb_tape_expect(f->tape, "NOTICE bob :I remember nothing that ann said in #c.\r\n");
	sb_tape_feed_line(f->tape, ":bob!b@h PRIVMSG @#c :!grab ann");
	sb_tape_expect(
		f->tape, "PRIVMSG @#c :Quote 2 added: <ann> for few (!undo takes it back)\r\n");
}

static void
what_becomes_of_a_connection_is_logged_without_secrets(void **state)
{
	struct fixture *f = *state;
	struct sb_dispatcher *d = f->world->d;
	struct sb_irc_sts_upgraded upgraded = { .host = "irc.test", .port = 6697 };
	struct sb_irc_authenticated in = { .account = "quoth", .mechanism = "SCRAM-SHA-256" };
	struct sb_irc_authentication_failed out = {
		.mechanism = "PLAIN", .text = "wrong password", .goes_on = true
	};
	struct sb_irc_nick_regained regained = { .our_nick = "Quoth" };
	struct sb_irc_not_sent not_sent = { .line = sb_bytes_of("PRIVMSG NickServ :IDENTIFY x") };
	struct sb_irc_flooded flooded = { .who = "h", .kind = "private", .for_ms = 300000 };
	struct sb_irc_flooded over = { .who = "h", .kind = "" };
	struct sb_irc_caught_up caught_up = { .channel = "#c", .n_messages = 3 };
	struct sb_irc_join_failed failed = { .channel = "#c",
		.numeric = "475",
		.text = "Bad key",
		.will_retry = true,
		.delay_ms = 30000 };

	sb_irc_sts_upgraded_emit(d, f->irc, &upgraded);
	sb_irc_authenticated_emit(d, f->irc, &in);
	sb_irc_authentication_failed_emit(d, f->irc, &out);
	sb_irc_nick_regained_emit(d, f->irc, &regained);
	sb_irc_not_sent_emit(d, f->irc, &not_sent);
	sb_irc_flooded_emit(d, f->irc, &flooded);
	sb_irc_flooded_emit(d, f->irc, &over);
	sb_irc_caught_up_emit(d, f->irc, &caught_up);
	sb_irc_join_failed_emit(d, f->irc, &failed);
	assert_string_equal(f->log,
		"libera: irc.test wants TLS from now on, at port 6697\n"
		"libera: logged in as quoth by SCRAM-SHA-256\n"
		"libera: not logged in by PLAIN: wrong password; another way is tried\n"
		"libera: has its nick Quoth again\n"
		"libera: a line was not sent before the connection ended\n"
		"libera: h says too much (private), and is not heard for 300 s\n"
		"libera: caught up with #c: 3 messages, perhaps not all\n"
		"libera: not let into #c: Bad key; again in 30 s\n");
}

#define with_moderated(fn) cmocka_unit_test_setup_teardown(fn, set_up_moderated, tear_down)

/* How many lines of the log have that in them. */
static size_t
count_lines(const struct fixture *f, const char *text)
{
	const char *at = f->log;
	size_t n = 0;

	for (; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* Lines that are none, for ever. */
static void
feed_garbage(struct fixture *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sb_tape_feed_line(f->tape, ": x");
}

/* As handlers of ours do. */
static void
fail_often(struct fixture *f, size_t n)
{
	const struct sb_dispatch_failed failed = {
		.text = "no disk", .place = "on_message app/bot.c:1", .signal = "irc.message"
	};

	for (size_t i = 0; i < n; i++) {
		sb_dispatch_failed_emit(f->world->d, f->irc, &failed);
		sb_gate_expect_failure(f->world->gate, "no disk");
	}
}

static void
a_server_that_talks_nonsense_for_ever_does_not_fill_the_log(void **state)
{
	struct fixture *f = *state;
	struct sb_irc_not_sent not_sent = { .line = sb_bytes_of("PRIVMSG a :b") };
	struct sb_tape *tape;
	struct sb_irc *other = make_irc(f, "oftc", &tape);

	f->log[0] = '\0';
	feed_garbage(f, 1000);
	/* And that it registered. */
	assert_int_equal(count_lines(f, "libera: a line that is not IRC"), 59);
	assert_int_equal(count_lines(f, "\n"), 59);
	f->log[0] = '\0';
	/* Nothing else is told of it but what has failed here; of others all. */
	sb_irc_not_sent_emit(f->world->d, f->irc, &not_sent);
	assert_string_equal(f->log, "");
	fail_often(f, 61);
	assert_int_equal(count_lines(f, "libera: failed in on_message"), 60);
	assert_int_equal(count_lines(f, "\n"), 60);
	f->log[0] = '\0';
	sb_irc_not_sent_emit(f->world->d, other, &not_sent);
	assert_string_equal(f->log, "oftc: a line was not sent before the connection ended\n");
	f->log[0] = '\0';
	assert_int_equal(sb_simulation_run_for(f->world->sim, 61 * SB_S), 0);
	assert_string_equal(f->log, "libera: 943 more lines within a minute are left out\n");
	/* Once. */
	f->log[0] = '\0';
	sb_irc_not_sent_emit(f->world->d, other, &not_sent);
	assert_string_equal(f->log, "oftc: a line was not sent before the connection ended\n");
	sb_irc_destroy(other);
	sb_tape_destroy(tape);
	/* The next minute is like the first, and what it left out is told at the end of all. */
	f->log[0] = '\0';
	feed_garbage(f, 62);
	assert_int_equal(count_lines(f, "a line that is not IRC"), 60);
	f->log[0] = '\0';
	bot_destroy(f->bot);
	f->bot = NULL;
	assert_string_equal(f->log, "libera: 2 more lines within a minute are left out\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_moderated(who_is_logged_in_to_an_account_is_a_moderator),
		cmocka_unit_test_setup_teardown(
			a_mask_is_held_against_all_of_a_name, set_up_masked, tear_down),
		with_moderated(accounts_are_the_same_as_the_server_says),
		with_moderated(an_account_is_known_where_the_server_tells_who_logs_in_and_out),
		with_moderated(an_answer_names_what_it_answers),
		with_moderated(what_was_said_before_is_remembered_and_not_done),
		with_moderated(a_message_of_several_lines_is_one_command),
		with_moderated(what_is_said_in_the_network_s_charset_is_kept_as_utf8),
		with_moderated(
			names_in_the_network_s_charset_are_kept_as_utf8_and_answered_as_they_are),
		with_moderated(who_has_no_name_is_not_answered),
		with_moderated(what_is_said_to_some_of_a_channel_stays_among_them),
		with_moderated(what_becomes_of_a_connection_is_logged_without_secrets),
		with_bot(a_server_that_talks_nonsense_for_ever_does_not_fill_the_log),
	};

	return kit_run(tests);
}
