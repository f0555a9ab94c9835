/* What Quoth answers on IRC: which messages are commands, and how many. */

#include "commands_fixture.h"

static void
a_command_asks_for_a_quote(void **state)
{
	add(*state, "only this");
	expect(*state, "!quote", "only this (1)");
	expect(*state, "!QUOTE  ", "only this (1)");
	expect(*state, "!quote\t1", "only this (1)");
}

static void
what_is_said_to_our_nick_is_a_command(void **state)
{
	add(*state, "only this");
	expect(*state, "Quoth: quote", "only this (1)");
	expect(*state, "quoth, quote 1", "only this (1)");
	expect(*state, "QUOTH:!quote", "only this (1)");
}

static void
in_private_the_mark_may_be_left_out(void **state)
{
	add(*state, "only this");
	expect_private(*state, "quote", "only this (1)");
	expect_private(*state, "!quote", "only this (1)");
	expect_private(*state, "quoth: quote", "only this (1)");
}

static void
any_of_several_prefixes_marks_a_command(void **state)
{
	static const char *const prefixes[] = { "q", "", "!", "q:" };
	struct fixture *f = *state;

	add(f, "only this");
	f->said.prefixes = prefixes;
	f->said.n_prefixes = 4;
	expect(f, "qquote", "only this (1)");
	expect(f, "!quote", "only this (1)");
	/* The longest counts. */
	expect(f, "q:quote", "only this (1)");
	expect_silence(f, "bob", "#c", "quote");
	f->said.n_prefixes = 0;
	expect_silence(f, "bob", "#c", "!quote");
	expect(f, "Quoth: quote", "only this (1)");
}

static void
what_is_no_command_meets_silence(void **state)
{
	static const char *const texts[] = {
		"",
		"!",
		"! quote",
		"!quotes",
		"!quot",
		"!!quote",
		" !quote",
		"quote",
		"help",
		"hello, Quoth: quote",
		"Quoth quote",
		"Quoth:",
		"Quoth: ",
		"Quoth: hello",
		"Quoth; quote",
		"Quoths: quote",
		"Quot: quote",
	};
	struct fixture *f = *state;
	size_t i;

	add(f, "only this");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect_silence(f, "bob", "#c", texts[i]);
	expect_silence(f, "bob", NULL, "");
	expect_silence(f, "bob", NULL, "! quote");
	f->said.is_action = true;
	expect_silence(f, "bob", "#c", "!quote");
	expect_silence(f, "bob", NULL, "quote");
}

static void
what_is_said_under_our_nick_meets_silence(void **state)
{
	struct fixture *f = *state;

	add(f, "only this");
	expect_silence(f, "Quoth", "#c", "!quote");
	expect_silence(f, "qUOTH", NULL, "quote");
	expect_silence(f, "Quoth", "#c", "hello");
	expect_error(f, "!grab Quoth", "I remember nothing that Quoth said in #c.");
}

static void
in_private_a_hint_is_given_once_in_ten_minutes(void **state)
{
	struct fixture *f = *state;
	static const char hint[] = "I do not know that; help names what I know.";

	expect_lines(f, "bob", NULL, "hello", true, hint);
	expect_silence(f, "bob", NULL, "I do not know that; help names what I know.");
	expect_lines(f, "alice", NULL, "hello", true, hint);
	wait_s(f, 599);
	expect_silence(f, "bob", NULL, "hello");
	wait_s(f, 1);
	expect_lines(f, "bob", NULL, "hello", true, hint);
}

static void
help_names_the_commands_and_our_nick(void **state)
{
	static const char *const names[] = { "quote", "addquote", "grab", "undo", "search", "more",
		"vote", "info", "top", "del", "restore", "help" };
	struct fixture *f = *state;
	size_t i;

	add(f, "one");
	add(f, "two");
	assert_int_equal(hear(f, "bob", "#c", "!help"), 0);
	assert_int_equal(f->replies.n, 1);
	assert_non_null(strstr(f->replies.lines[0], "2 quotes"));
	assert_non_null(strstr(f->replies.lines[0], "\"Quoth:\", or in private."));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[32];

		assert_non_null(strstr(f->replies.lines[0], names[i]));
		(void)snprintf(text, sizeof(text), "help %s", names[i]);
		assert_int_equal(hear(f, "bob", NULL, text), 0);
		assert_int_equal(f->replies.n, 1);
		assert_memory_equal(f->replies.lines[0], names[i], strlen(names[i]));
		assert_int_equal(hear(f, "bob", "#c", "!help"), 0);
	}
	expect(f, "!help VOTE", "vote ID +|-: for a quote, or against it");
	expect_error(f, "!help dance", "There is no command dance; !help names all.");
}

static void
who_asks_too_much_is_told_once(void **state)
{
	struct commands_limits limits = { .person_burst = 2, .person_every_s = 10 };
	struct fixture *f = *state;

	add(f, "to be");
	commands_set_limits(f->commands, &limits);
	expect(f, "!quote", "to be (1)");
	expect(f, "!quote", "to be (1)");
	expect_error(f, "!quote", "That is much at once: one more every 10 s.");
	expect_silence(f, "bob", "#c", "!quote");
	expect_silence(f, "bob", "#d", "!quote");
	expect_silence(f, "bob", NULL, "quote");
	/* Another nick of the same host and user is the same person. */
	f->said.user = "bob";
	expect_silence(f, "bobby", "#c", "!quote");
	f->said.user = NULL;
	expect_lines(f, "alice", "#c", "!quote", false, "to be (1)");
	wait_s(f, 10);
	expect(f, "!quote", "to be (1)");
	expect_silence(f, "bob", "#c", "!quote");
}

static void
a_channel_that_asks_too_much_is_told_once(void **state)
{
	struct commands_limits limits = { .channel_burst = 2, .channel_every_s = 10 };
	struct fixture *f = *state;
	int i;

	add(f, "to be");
	commands_set_limits(f->commands, &limits);
	expect_lines(f, "alice", "#c", "!quote", false, "to be (1)");
	expect_lines(f, "carol", "#C", "!quote", false, "to be (1)");
	expect_error(f, "!quote", "That is much at once for #c: one more every 10 s.");
	expect_silence(f, "alice", "#c", "!quote");
	expect_lines(f, "alice", "#d", "!quote", false, "to be (1)");
	for (i = 0; i < 5; i++)
		expect_private(f, "quote", "to be (1)");
	f->said.network = "other";
	expect_lines(f, "alice", "#c", "!quote", false, "to be (1)");
}

static void
what_is_no_command_costs_nothing(void **state)
{
	struct commands_limits limits = { 1, 10, 1, 10 };
	struct fixture *f = *state;
	int i;

	add(f, "to be");
	commands_set_limits(f->commands, &limits);
	for (i = 0; i < 10; i++)
		say(f, "bob", "!op and so on");
	expect(f, "!quote", "to be (1)");
}

static void
no_line_begins_with_the_mark_of_a_command(void **state)
{
	static const char *const prefixes[] = { "to", "!" };
	struct fixture *f = *state;
	size_t i;

	add(f, "!quote\n\x02!quote\nto be\n.quote\nlast");
	f->said.prefixes = prefixes;
	f->said.n_prefixes = 2;
	assert_int_equal(hear(f, "bob", "#c", "!quote"), 0);
	assert_int_equal(f->replies.n, 5);
	for (i = 0; i < 4; i++)
		assert_int_equal(f->replies.lines[i][0], ' ');
	assert_string_equal(f->replies.lines[4], "last (1)");
}

static void
a_very_long_message_is_answered(void **state)
{
	struct fixture *f = *state;
	static char text[20000];

	add(f, "only this");
	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "!quote", 6);
	expect(f, text, "only this (1)");
	memset(text + 7, 'x', sizeof(text) - 8);
	expect(f, text, "No quote has this word.");
	memcpy(text, "!help ", 6);
	assert_int_equal(hear(f, "bob", "#c", text), 0);
	assert_int_equal(f->replies.n, 1);
	memset(text, 'x', sizeof(text) - 1);
	expect_silence(f, "bob", "#c", text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_command_asks_for_a_quote),
		with_fixture(what_is_said_to_our_nick_is_a_command),
		with_fixture(in_private_the_mark_may_be_left_out),
		with_fixture(any_of_several_prefixes_marks_a_command),
		with_fixture(what_is_no_command_meets_silence),
		with_fixture(what_is_said_under_our_nick_meets_silence),
		with_fixture(in_private_a_hint_is_given_once_in_ten_minutes),
		with_fixture(help_names_the_commands_and_our_nick),
		with_fixture(who_asks_too_much_is_told_once),
		with_fixture(a_channel_that_asks_too_much_is_told_once),
		with_fixture(what_is_no_command_costs_nothing),
		with_fixture(no_line_begins_with_the_mark_of_a_command),
		with_fixture(a_very_long_message_is_answered),
	};

	return kit_run(tests);
}
