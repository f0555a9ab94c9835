/* What Quoth does on IRC: the commands that change the collection, and who may give them. */

#include <signal.h>
#include <sys/resource.h>

#include "commands_fixture.h"

static void
a_quote_is_added(void **state)
{
	struct fixture *f = *state;

	expect(f, "!addquote <alice> hi", "Quote 1 added: <alice> hi (!undo takes it back)");
	expect(f, "!quote 1", "<alice> hi (1)");
	expect(f, "!info 1",
		"Quote 1: added by bob on 2023-11-14 at 22:13 UTC, in #c, net; score 0, 0 votes; "
		"public");
	expect_private(f, "addquote another", "Quote 2 added: another (undo takes it back)");
	expect_error(
		f, "!addquote", "Usage: !addquote TEXT: keeps a quote; \" | \" parts its lines");
}

static void
bars_part_the_lines_of_a_quote(void **state)
{
	struct fixture *f = *state;

	expect(f, "!addquote  <a> one | <b> two |  | a|b | three ",
		"Quote 1 added: <a> one <b> two a|b three (!undo takes it back)");
	expect(f, "!quote 1", "<a> one\n<b> two\na|b\nthree (1)");
	expect(f, "!addquote | four |  five | |", "Quote 2 added: four five (!undo takes it back)");
	expect(f, "!quote 2", "four\nfive (2)");
	expect_error(f, "!addquote  |  | ",
		"Usage: !addquote TEXT: keeps a quote; \" | \" parts its lines");
}

static void
formatting_is_not_kept(void **state)
{
	struct fixture *f = *state;

	expect(f,
		"!addquote \x02"
		"bold\x02 and \x03"
		"4,12red\x0f",
		"Quote 1 added: bold and red (!undo takes it back)");
	expect_error(f,
		"!addquote \x02 \x03"
		"4",
		"Usage: !addquote TEXT: keeps a quote; \" | \" parts its lines");
}

static void
a_quote_that_is_there_is_not_added_again(void **state)
{
	struct fixture *f = *state;

	add(f, "to be");
	expect(f, "!addquote To  BE", "That is quote 1 already.");
	f->said.is_moderator = true;
	expect(f, "!del 1", "Quote 1 is deleted.");
	expect(f, "!addquote to be", "That is quote 1 already, which was deleted.");
}

static void
where_quotes_are_the_channels_none_is_added_in_private(void **state)
{
	struct fixture *f = *state;

	f->said.visibility = QUOTES_CHANNEL;
	expect_lines(f, "bob", NULL, "addquote hi", true,
		"Quotes belong to their channel here: add it there.");
	assert_int_equal(quotes_n(f->quotes), 0);
}

static void
what_somebody_said_is_grabbed(void **state)
{
	struct fixture *f = *state;

	say(f, "alice", "one");
	say(f, "carol", "two");
	say(f, "alice", "\x02three\x02");
	expect(f, "!grab alice", "Quote 1 added: <alice> three (!undo takes it back)");
	expect(f, "!grab ALICE 2",
		"Quote 2 added: <alice> one <alice> three (!undo takes it back)");
	expect(f, "!quote 2", "<alice> one\n<alice> three (2)");
	/* As many as there are. */
	expect(f, "!grab carol 10", "Quote 3 added: <carol> two (!undo takes it back)");
	expect(f, "!grab alice 1", "That is quote 1 already.");
}

static void
actions_are_grabbed_as_such(void **state)
{
	struct fixture *f = *state;

	f->said.is_action = true;
	say(f, "alice", "waves");
	f->said.is_action = false;
	expect(f, "!grab alice", "Quote 1 added: * alice waves (!undo takes it back)");
	expect(f, "!quote 1", "* alice waves (1)");
}

static void
commands_are_not_grabbed(void **state)
{
	struct fixture *f = *state;

	say(f, "alice", "hello");
	assert_int_equal(hear(f, "alice", "#c", "!help"), 0);
	assert_int_equal(hear(f, "alice", "#c", "Quoth: top"), 0);
	expect(f, "!grab alice", "Quote 1 added: <alice> hello (!undo takes it back)");
	say(f, "alice", "!op bob");
	expect(f, "!grab alice", "Quote 2 added: <alice> !op bob (!undo takes it back)");
}

static void
nobody_grabs_themselves(void **state)
{
	struct fixture *f = *state;

	say(f, "bob", "how clever I am");
	expect_error(f, "!grab BOB", "What you say is for others to grab.");
	assert_int_equal(quotes_n(f->quotes), 0);
}

static void
what_was_said_elsewhere_is_not_grabbed(void **state)
{
	struct fixture *f = *state;

	expect_silence(f, "alice", "#d", "hello");
	f->said.network = "other";
	say(f, "alice", "hello");
	f->said.network = "net";
	expect_error(f, "!grab alice", "I remember nothing that alice said in #c.");
	expect_lines(f, "bob", NULL, "grab alice", true, "What is said in private is not kept.");
}

static void
grab_takes_a_nick_and_a_number(void **state)
{
	static const char usage[] =
		"Usage: !grab NICK [N]: keeps the last line, or the last N of up to 10, that NICK "
		"said here";
	struct fixture *f = *state;

	say(f, "alice", "hello");
	expect_error(f, "!grab", usage);
	expect_error(f, "!grab alice 0", usage);
	expect_error(f, "!grab alice 11", usage);
	expect_error(f, "!grab alice -1", usage);
	expect_error(f, "!grab alice two", usage);
	expect_error(f, "!grab alice 1 2", usage);
	expect_error(f, "!grab alice 99999999999999999999", usage);
	assert_int_equal(quotes_n(f->quotes), 0);
}

static void
the_longest_ten_lines_are_grabbed(void **state)
{
	struct fixture *f = *state;
	char text[1500];
	struct quote quote;
	struct quotes_scope scope = { .sees_all = true };
	int i;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 12; i++) {
		text[0] = (char)('a' + i);
		say(f, "alice", text);
	}
	assert_int_equal(hear(f, "bob", "#c", "!grab alice 10"), 0);
	assert_int_equal(quotes_get(f->quotes, &scope, 1, &quote), 0);
	assert_int_equal(quote.n_lines, 10);
	assert_memory_equal(quote.text, "<alice> cxxx", 12);
	assert_int_equal(quote.len, 10 * (strlen("<alice> ") + 1024) + 9);
}

static void
somebody_renamed_is_grabbed_under_the_new_nick(void **state)
{
	struct fixture *f = *state;

	say(f, "alice", "hello");
	commands_renamed(f->commands, "net", "alice", "alicia");
	expect_error(f, "!grab alice", "I remember nothing that alice said in #c.");
	expect(f, "!grab alicia", "Quote 1 added: <alice> hello (!undo takes it back)");
}

static void
what_one_has_added_is_taken_back_within_two_minutes(void **state)
{
	struct fixture *f = *state;

	expect_error(f, "!undo", "You have added nothing that could be taken back.");
	assert_int_equal(hear(f, "bob", "#c", "!addquote one"), 0);
	expect_lines(f, "alice", "#c", "!undo", true,
		"You have added nothing that could be taken back.");
	wait_s(f, QUOTES_UNDO_S);
	expect(f, "!undo", "Quote 1 is taken back.");
	expect_error(f, "!quote 1", "There is no quote 1.");
	assert_int_equal(hear(f, "bob", "#c", "!addquote two"), 0);
	wait_s(f, QUOTES_UNDO_S + 1);
	expect_error(f, "!undo",
		"You added your last quote too long ago to take it back; !del deletes it.");
	expect(f, "!quote 2", "two (2)");
	expect_error(f, "!undo 2", "Usage: !undo: takes back what you have just added");
}

static void
everybody_has_one_vote(void **state)
{
	struct fixture *f = *state;

	add(f, "to be");
	expect(f, "!vote 1 +", "Quote 1 has a score of 1 now.");
	expect_error(f, "!vote 1 +", "You have voted so already.");
	expect_lines(f, "alice", "#d", "!vote 1 up", false, "Quote 1 has a score of 2 now.");
	expect(f, "!vote 1 -1", "Quote 1 has a score of 0 now.");
	/* One's own quote, too. */
	assert_int_equal(hear(f, "bob", "#c", "!addquote mine"), 0);
	expect(f, "!vote 2 ++", "Quote 2 has a score of 1 now.");
}

static void
a_vote_is_for_or_against(void **state)
{
	static const char *const wrong[] = { "!vote", "!vote 1", "!vote + 1", "!vote 1 maybe",
		"!vote 1 + +", "!vote one +", "!vote 1+" };
	static const char *const up[] = { "+", "+1", "++", "up", "UP" };
	static const char *const down[] = { "-", "-1", "--", "down", "Down" };
	struct fixture *f = *state;
	char text[32];
	size_t i;

	add(f, "to be");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_error(f, wrong[i], "Usage: !vote ID +|-: for a quote, or against it");
	for (i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
		(void)snprintf(text, sizeof(text), "!vote 1 %s", up[i]);
		expect(f, text, "Quote 1 has a score of 1 now.");
		(void)snprintf(text, sizeof(text), "!vote 1 %s", down[i]);
		expect(f, text, "Quote 1 has a score of -1 now.");
	}
	expect_error(f, "!vote 2 +", "There is no quote 2.");
}

static void
who_added_a_quote_deletes_and_restores_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hear(f, "bob", "#c", "!addquote mine"), 0);
	expect_lines(f, "alice", "#c", "!del 1", true,
		"Only who added quote 1, or a moderator, may do that.");
	expect(f, "!del 1", "Quote 1 is deleted.");
	expect_error(f, "!quote 1", "There is no quote 1.");
	expect(f, "!quote", "I have no quotes.");
	expect(f, "!restore 1", "Quote 1 is back.");
	expect_error(f, "!restore 1", "Quote 1 is not deleted.");
	expect(f, "!quote 1", "mine (1)");
	expect_error(f, "!del 2", "There is no quote 2.");
	expect_error(f, "!restore 2", "There is no quote 2.");
	expect_error(f, "!del", "Usage: !del ID: deletes a quote that you added");
	expect_error(f, "!restore x", "Usage: !restore ID: brings back a quote that was deleted");
}

static void
the_nick_alone_is_not_who_added_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hear(f, "bob", "#c", "!addquote mine"), 0);
	f->said.user = "mallory";
	expect_error(f, "!del 1", "Only who added quote 1, or a moderator, may do that.");
	expect_error(f, "!undo", "You have added nothing that could be taken back.");
	f->said.user = NULL;
	f->said.network = "other";
	expect_error(f, "!del 1", "Only who added quote 1, or a moderator, may do that.");
	f->said.network = "net";
	/* And somebody renamed is. */
	f->said.user = "bob";
	expect_lines(f, "robert", "#c", "!del 1", false, "Quote 1 is deleted.");
}

static void
an_account_is_known_from_any_host(void **state)
{
	struct fixture *f = *state;

	f->said.account = "bob";
	assert_int_equal(hear(f, "bob", "#c", "!addquote mine"), 0);
	f->said.account = NULL;
	expect_error(f, "!del 1", "Only who added quote 1, or a moderator, may do that.");
	/* The star that IRC shows for none is not an account that many share. */
	f->said.account = "*";
	assert_int_equal(hear(f, "bob", "#c", "!addquote another"), 0);
	expect_lines(f, "alice", "#c", "!del 2", true,
		"Only who added quote 2, or a moderator, may do that.");
	f->said.account = "bob";
	f->said.host = "elsewhere.example";
	expect_lines(f, "bobby", "#c", "!del 1", false, "Quote 1 is deleted.");
}

static void
who_cannot_be_known_again_changes_nothing(void **state)
{
	static const char *const changes[] = { "!addquote hi", "!grab alice", "!undo", "!vote 1 +",
		"!del 1", "!restore 1" };
	struct fixture *f = *state;
	size_t i;

	add(f, "to be");
	say(f, "alice", "hello");
	f->said.host = NULL;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		expect_error(f, changes[i],
			"I cannot tell who you are: the server names neither your account nor your "
			"host.");
	expect(f, "!quote", "to be (1)");
	assert_int_equal(quotes_n(f->quotes), 1);
	f->said.account = "bob";
	expect(f, "!vote 1 +", "Quote 1 has a score of 1 now.");
}

static void
moderators_delete_and_see_what_is_deleted(void **state)
{
	struct fixture *f = *state;

	add(f, "to be");
	f->said.is_moderator = true;
	expect(f, "!del 1", "Quote 1 is deleted.");
	expect_error(f, "!quote 1", "to be (1)");
	expect_error(f, "!info 1",
		"Quote 1: added by carol on 2023-11-14 at 22:13 UTC, in #c, net; score 0, 0 votes; "
		"public; deleted");
	expect_error(f, "!del 1", "Quote 1 is deleted already.");
	expect(f, "!restore 1", "Quote 1 is back.");
	expect(f, "!quote 1", "to be (1)");
}

static void
what_another_network_keeps_to_itself_is_no_moderators_business(void **state)
{
	struct fixture *f = *state;

	f->said.visibility = QUOTES_CHANNEL;
	assert_int_equal(hear(f, "bob", "#secret", "!addquote hidden"), 0);
	f->said.is_moderator = true;
	f->said.network = "other";
	expect_error(f, "!quote 1", "There is no quote 1.");
	expect_error(f, "!info 1", "There is no quote 1.");
	expect_error(f, "!del 1", "There is no quote 1.");
	f->said.network = "net";
	expect_error(f, "!quote 1", "hidden (1)");
	expect(f, "!del 1", "Quote 1 is deleted.");
}

/* From now on no file can be written beyond so many bytes. Returns what was so until now. */
static rlim_t
limit_files(rlim_t len)
{
	struct rlimit limit;
	rlim_t before;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = len;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return before;
}

static void
use_file(struct fixture *f, const char *path)
{
	commands_destroy(f->commands);
	quotes_close(f->quotes);
	assert_int_equal(quotes_open(path, &f->quotes, &f->error), 0);
	f->commands = commands_create(f->quotes, &no_limits, sb_testing_seed());
	assert_non_null(f->commands);
}

static void
trouble_with_the_database_is_told_and_handed_up(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/quoth-XXXXXX", text[64];
	rlim_t before;
	int error;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(text, sizeof(text), "%s/q.db", folder);
	use_file(f, text);
	add(f, "to be");
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	before = limit_files(0);
	error = hear(f, "bob", "#c", "!addquote another");
	(void)limit_files(before);
	(void)snprintf(text, sizeof(text), "rm -rf %s", folder);
	assert_int_equal(system(text), 0);

	assert_true(error < 0);
	assert_int_equal(f->error.code, error);
	assert_memory_equal(f->error.text, "addquote: ", 10);
	assert_int_equal(f->replies.n, 1);
	assert_true(f->replies.is_private);
	assert_memory_equal(f->replies.lines[0], "I cannot do that now: ", 22);
	assert_null(strstr(f->replies.lines[0], "/tmp/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_quote_is_added),
		with_fixture(bars_part_the_lines_of_a_quote),
		with_fixture(formatting_is_not_kept),
		with_fixture(a_quote_that_is_there_is_not_added_again),
		with_fixture(where_quotes_are_the_channels_none_is_added_in_private),
		with_fixture(what_somebody_said_is_grabbed),
		with_fixture(actions_are_grabbed_as_such),
		with_fixture(commands_are_not_grabbed),
		with_fixture(nobody_grabs_themselves),
		with_fixture(what_was_said_elsewhere_is_not_grabbed),
		with_fixture(grab_takes_a_nick_and_a_number),
		with_fixture(the_longest_ten_lines_are_grabbed),
		with_fixture(somebody_renamed_is_grabbed_under_the_new_nick),
		with_fixture(what_one_has_added_is_taken_back_within_two_minutes),
		with_fixture(everybody_has_one_vote),
		with_fixture(a_vote_is_for_or_against),
		with_fixture(who_added_a_quote_deletes_and_restores_it),
		with_fixture(the_nick_alone_is_not_who_added_it),
		with_fixture(an_account_is_known_from_any_host),
		with_fixture(who_cannot_be_known_again_changes_nothing),
		with_fixture(moderators_delete_and_see_what_is_deleted),
		with_fixture(what_another_network_keeps_to_itself_is_no_moderators_business),
		with_fixture(trouble_with_the_database_is_told_and_handed_up),
	};

	return kit_run(tests);
}
