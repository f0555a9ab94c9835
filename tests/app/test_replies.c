/* What Quoth answers, from a message to lines. */

#include <stdlib.h>

#include "app/replies.h"
#include "app/text.h"
#include "kit_cmocka.h"

static void
on_problem(void *self, const struct quotes_problem *problem)
{
	(void)self;
	sb_testing_fail(SB_PLACE, "line %zu: %s", problem->line, problem->why);
}

static int
set_up(void **state)
{
	*state = quotes_create();
	return *state ? 0 : -1;
}

static int
tear_down(void **state)
{
	quotes_destroy(*state);
	return 0;
}

static void
add(struct quotes *quotes, const char *text)
{
	assert_true(quotes_read(quotes, "test", sb_bytes_of(text), on_problem, NULL) >= 1);
}

static struct replies
ask(const struct quotes *quotes, const char *text, bool is_private, uint64_t random)
{
	struct question question = { text, "Quoth", is_private };
	struct replies replies;

	memset(&replies, 0x55, sizeof(replies));
	replies_make(quotes, &question, random, &replies);
	return replies;
}

static struct replies
ask_channel(const struct quotes *quotes, const char *text)
{
	return ask(quotes, text, false, 1);
}

static void
expect_one(const struct replies *replies, const char *line)
{
	assert_int_equal(replies->n, 1);
	assert_string_equal(replies->lines[0], line);
}

static void
expect_to_channel(const struct quotes *quotes, const char *text, const char *line)
{
	struct replies replies = ask_channel(quotes, text);

	expect_one(&replies, line);
}

static void
a_command_asks_for_a_quote(void **state)
{
	add(*state, "only this\n");
	expect_to_channel(*state, "!quote", "only this (1)");
	expect_to_channel(*state, "!QUOTE  ", "only this (1)");
	expect_to_channel(*state, "!quote\t1", "only this (1)");
}

static void
what_is_said_to_our_nick_is_a_command(void **state)
{
	add(*state, "only this\n");
	expect_to_channel(*state, "Quoth: quote", "only this (1)");
	expect_to_channel(*state, "quoth, quote 1", "only this (1)");
	expect_to_channel(*state, "QUOTH:!quote", "only this (1)");
}

static void
in_private_the_mark_may_be_left_out(void **state)
{
	struct replies replies;

	add(*state, "only this\n");
	replies = ask(*state, "quote", true, 1);
	expect_one(&replies, "only this (1)");
	replies = ask(*state, "!quote", true, 1);
	expect_one(&replies, "only this (1)");
	replies = ask(*state, "quoth: quote", true, 1);
	expect_one(&replies, "only this (1)");
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
		"Quoth\0quote",
		"Quo\0h:quote",
		"Quoth; quote",
		"Quoths: quote",
		"Quot: quote",
	};
	struct replies replies;
	size_t i;

	add(*state, "only this\n");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		replies = ask_channel(*state, texts[i]);
		assert_int_equal(replies.n, 0);
	}
	replies = ask(*state, "hello", true, 1);
	assert_int_equal(replies.n, 0);
	replies = ask(*state, "", true, 1);
	assert_int_equal(replies.n, 0);
}

static void
a_number_asks_for_that_quote(void **state)
{
	add(*state, "one\n%\ntwo\n%\nthree 1\n");
	expect_to_channel(*state, "!quote 2", "two (2)");
	expect_to_channel(*state, "!quote   003  ", "three 1 (3)");
}

static void
a_number_that_no_quote_has_is_told(void **state)
{
	static const char none[] = "There is no such quote: they are numbered from 1 to 2.";

	add(*state, "one\n%\ntwo\n");
	expect_to_channel(*state, "!quote 0", none);
	expect_to_channel(*state, "!quote 3", none);
	expect_to_channel(*state, "!quote 18446744073709551617", none);
	expect_to_channel(*state, "!quote -1", "No quote has this word.");
}

static void
words_ask_for_a_quote_that_has_them_all(void **state)
{
	struct replies replies;
	uint64_t random;
	size_t n_first = 0;

	add(*state, "a red fox\n%\na red hen\n%\na blue fox\n");
	expect_to_channel(*state, "!quote blue fox", "a blue fox (3)");
	for (random = 0; random < 100; random++) {
		replies = ask(*state, "!quote RED", false, random);
		assert_int_equal(replies.n, 1);
		if (!strcmp(replies.lines[0], "a red fox (1, one of 2)"))
			n_first++;
		else
			assert_string_equal(replies.lines[0], "a red hen (2, one of 2)");
	}
	assert_in_range(n_first, 20, 80);
}

static void
words_that_no_quote_has_are_told(void **state)
{
	add(*state, "a red fox\n%\na blue hen\n");
	expect_to_channel(*state, "!quote green", "No quote has this word.");
	expect_to_channel(*state, "!quote red hen", "No quote has all these words.");
	expect_to_channel(*state, "!quote a r e d f o x a green", "a red fox (1)");
}

static void
without_quotes_it_says_so(void **state)
{
	expect_to_channel(*state, "!quote", "I have no quotes.");
	expect_to_channel(*state, "!quote 1", "I have no quotes.");
	expect_to_channel(*state, "!quote word", "I have no quotes.");
}

static void
help_names_the_commands_and_our_nick(void **state)
{
	struct replies replies;

	add(*state, "one\n%\ntwo\n");
	replies = ask_channel(*state, "!help");
	assert_int_equal(replies.n, 1);
	assert_non_null(strstr(replies.lines[0], "2 quotes"));
	assert_non_null(strstr(replies.lines[0], "!quote 12"));
	assert_non_null(strstr(replies.lines[0], "\"Quoth:\""));
	assert_true(replies.lines[0][0] != '!');
	replies = ask(*state, "help", true, 1);
	assert_int_equal(replies.n, 1);
}

static void
a_quote_of_several_lines_is_several_lines(void **state)
{
	struct replies replies;

	add(*state, "\n  one\n\n\ttwo  \nthree\n");
	replies = ask_channel(*state, "!quote");
	assert_int_equal(replies.n, 3);
	assert_string_equal(replies.lines[0], "  one");
	assert_string_equal(replies.lines[1], "        two");
	assert_string_equal(replies.lines[2], "three (1)");
}

static void
at_random_long_quotes_are_passed_over(void **state)
{
	struct replies replies;
	uint64_t random;

	add(*state, "1\n2\n3\n4\n5\n6\n7\n%\na\nb\nc\nd\ne\nf\n%\n1\n2\n3\n4\n5\n6\n7\n8\n");
	for (random = 0; random < 100; random++) {
		replies = ask(*state, "!quote", false, random);
		assert_int_equal(replies.n, 6);
		assert_string_equal(replies.lines[5], "f (2)");
	}
	add(*state, "1\n2\n3\n4\n5\n6\n7\n8 c\n");
	for (random = 0; random < 100; random++) {
		replies = ask(*state, "!quote c", false, random);
		assert_string_equal(replies.lines[5], "f (2, one of 2)");
	}
}

static void
a_long_quote_asked_for_is_cut_and_says_so(void **state)
{
	struct replies replies;

	add(*state, "1\n2\n\n3\n4\n5\n6 x\n7 x\n");
	replies = ask_channel(*state, "!quote 1");
	assert_int_equal(replies.n, REPLIES_MAX_LINES);
	assert_string_equal(replies.lines[4], "5");
	assert_string_equal(replies.lines[5], "... (1: 7 lines, too long to show whole)");
	replies = ask_channel(*state, "!quote x");
	assert_string_equal(replies.lines[5], "... (1: 7 lines, too long to show whole)");
}

/* A quote of one line of n letters. */
static void
add_long(struct quotes *quotes, size_t n, const char *letter)
{
	size_t i, len = strlen(letter);
	char *text = malloc(n * len + 1);

	assert_non_null(text);
	for (i = 0; i < n; i++)
		memcpy(text + i * len, letter, len + 1);
	add(quotes, text);
	free(text);
}

static void
a_long_line_becomes_several_and_none_is_too_long(void **state)
{
	struct replies replies;
	size_t i, at, len, n;

	add_long(*state, 800, "\xc3\xa9");
	add_long(*state, 20000, "\xe2\x82\xac");
	add_long(*state, 20000, "a ");
	replies = ask_channel(*state, "!quote 1");
	assert_int_equal(replies.n, 5);
	for (n = 1; n <= 3; n++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "!quote %zu", n);
		replies = ask_channel(*state, text);
		for (i = 0; i < replies.n; i++) {
			assert_in_range(strlen(replies.lines[i]), 1, REPLIES_MAX_LINE);
			for (at = 0; replies.lines[i][at]; at += len) {
				len = text_char_len(replies.lines[i] + at, 4);
				assert_true(len > 0);
			}
		}
	}
	assert_int_equal(replies.n, REPLIES_MAX_LINES);
}

static void
a_line_too_long_to_be_counted_is_not_counted(void **state)
{
	struct replies replies;
	char text[6002];

	add_long(*state, 60000, "a");
	replies = ask_channel(*state, "!quote 1");
	assert_int_equal(replies.n, REPLIES_MAX_LINES);
	assert_string_equal(replies.lines[5], "... (1: too long to show whole)");
	/* What stands behind very many spaces is no less there. */
	memset(text, ' ', sizeof(text));
	memcpy(text, "\x01", 1);
	memcpy(text + sizeof(text) - 2, "a", 2);
	add(*state, text);
	replies = ask_channel(*state, "!quote 2");
	assert_string_equal(replies.lines[replies.n - 1], "... (2: too long to show whole)");
}

static void
control_characters_of_a_quote_are_neutralised(void **state)
{
	add(*state, "_\bT_\bo\x01 \x02"
		    "be\x1b[2J\n");
	expect_to_channel(*state, "!quote", "To be[2J (1)");
}

static void
no_line_begins_with_the_mark_of_a_command(void **state)
{
	struct replies replies;
	size_t i;

	add(*state, "!quote\n\x02!quote\n?\b!quote\nlast\n");
	replies = ask_channel(*state, "!quote");
	assert_int_equal(replies.n, 4);
	for (i = 0; i < 3; i++) {
		assert_string_equal(replies.lines[i], " !quote");
		/* Nor is it one to ourselves. */
		assert_int_equal(ask_channel(*state, replies.lines[i]).n, 0);
	}
	add_long(*state, 3000, "!");
	replies = ask_channel(*state, "!quote 2");
	for (i = 0; i < replies.n; i++)
		assert_true(replies.lines[i][0] != '!');
}

static void
a_quote_of_nothing_to_show_says_so(void **state)
{
	add(*state, "\x01\x02\n\b\n");
	expect_to_channel(*state, "!quote", "Nothing in it can be shown (1)");
}

static void
the_same_question_and_number_get_the_same_answer(void **state)
{
	struct replies a, b;
	uint64_t random;

	assert_true(quotes_load(*state, "/usr/share/games/fortunes", on_problem, NULL) > 10000);
	for (random = 0; random < 300; random++) {
		a = ask(*state, "!quote", false, random);
		b = ask(*state, "!quote", false, random);
		assert_in_range(a.n, 1, REPLIES_MAX_LINES);
		assert_null(strstr(a.lines[a.n - 1], "too long"));
		assert_string_equal(a.lines[a.n - 1], b.lines[b.n - 1]);
	}
	a = ask(*state, "!quote the", false, 5);
	assert_non_null(strstr(a.lines[a.n - 1], ", one of "));
}

static void
a_very_long_message_is_answered(void **state)
{
	char text[5000];

	add(*state, "only this\n");
	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "!quote", 6);
	text[sizeof(text) - 1] = '\0';
	expect_to_channel(*state, text, "only this (1)");
	memset(text + 7, 'x', sizeof(text) - 8);
	expect_to_channel(*state, text, "No quote has this word.");
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(ask_channel(*state, text).n, 0);
}

#define with_quotes(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_quotes(a_command_asks_for_a_quote),
		with_quotes(what_is_said_to_our_nick_is_a_command),
		with_quotes(in_private_the_mark_may_be_left_out),
		with_quotes(what_is_no_command_meets_silence),
		with_quotes(a_number_asks_for_that_quote),
		with_quotes(a_number_that_no_quote_has_is_told),
		with_quotes(words_ask_for_a_quote_that_has_them_all),
		with_quotes(words_that_no_quote_has_are_told),
		with_quotes(without_quotes_it_says_so),
		with_quotes(help_names_the_commands_and_our_nick),
		with_quotes(a_quote_of_several_lines_is_several_lines),
		with_quotes(at_random_long_quotes_are_passed_over),
		with_quotes(a_long_quote_asked_for_is_cut_and_says_so),
		with_quotes(a_long_line_becomes_several_and_none_is_too_long),
		with_quotes(a_line_too_long_to_be_counted_is_not_counted),
		with_quotes(control_characters_of_a_quote_are_neutralised),
		with_quotes(no_line_begins_with_the_mark_of_a_command),
		with_quotes(a_quote_of_nothing_to_show_says_so),
		with_quotes(the_same_question_and_number_get_the_same_answer),
		with_quotes(a_very_long_message_is_answered),
	};

	return kit_run(tests);
}
