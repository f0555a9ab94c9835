/* How quotes are shown in the lines of an answer. */

#include <stdlib.h>

#include "app/replies.h"
#include "app/text.h"
#include "kit_cmocka.h"

static struct quote
quote_of(const char *text)
{
	struct quote quote = { .id = 12, .text = text, .len = strlen(text) };

	return quote;
}

static struct replies
show_from(const char *text, size_t from, size_t *ret_next)
{
	struct quote quote = quote_of(text);
	struct replies replies;

	memset(&replies, 0x55, sizeof(replies));
	replies.n = 0;
	*ret_next = replies_show(&replies, &quote, from, NULL, "!more");
	assert_in_range(replies.n, 1, REPLIES_MAX_LINES);
	return replies;
}

static struct replies
show(const char *text)
{
	size_t next;

	return show_from(text, 0, &next);
}

static void
expect_one(const struct replies *replies, const char *line)
{
	assert_int_equal(replies->n, 1);
	assert_string_equal(replies->lines[0], line);
}

static bool
fits(const char *text)
{
	struct quote quote = quote_of(text);

	return replies_fit(NULL, &quote);
}

static void
a_quote_is_shown_with_its_id(void **state)
{
	struct replies replies = show("to be");

	(void)state;
	expect_one(&replies, "to be (12)");
	assert_true(fits("to be"));
}

static void
a_note_stands_beside_the_id(void **state)
{
	struct quote quote = quote_of("to be");
	struct replies replies = { 0 };

	(void)state;
	assert_int_equal(replies_show(&replies, &quote, 0, "one of 3", "!more"), 0);
	expect_one(&replies, "to be (12, one of 3)");
	replies.n = 0;
	assert_int_equal(replies_show(&replies, &quote, 0, "", "!more"), 0);
	expect_one(&replies, "to be (12)");
}

static void
a_quote_of_several_lines_is_several_lines(void **state)
{
	struct replies replies = show("  one\n\n\ttwo  \n   \nthree");

	(void)state;
	assert_int_equal(replies.n, 3);
	assert_string_equal(replies.lines[0], "  one");
	assert_string_equal(replies.lines[1], "        two");
	assert_string_equal(replies.lines[2], "three (12)");
}

static void
what_has_no_room_is_said_to_follow(void **state)
{
	struct replies replies;
	size_t next;

	(void)state;
	replies = show_from("1\n2\n3\n4\n5\n6", 0, &next);
	assert_int_equal(next, 0);
	assert_int_equal(replies.n, 6);
	assert_string_equal(replies.lines[5], "6 (12)");
	assert_true(fits("1\n2\n3\n4\n5\n6"));

	replies = show_from("1\n2\n\n3\n4\n5\n6\n7", 0, &next);
	assert_int_equal(replies.n, REPLIES_MAX_LINES);
	assert_string_equal(replies.lines[4], "5");
	assert_string_equal(replies.lines[5], "(12: 7 lines; !more shows the rest)");
	assert_int_equal(next, 5);
	assert_false(fits("1\n2\n\n3\n4\n5\n6\n7"));

	replies = show_from("1\n2\n\n3\n4\n5\n6\n7", next, &next);
	assert_int_equal(next, 0);
	assert_int_equal(replies.n, 2);
	assert_string_equal(replies.lines[0], "6");
	assert_string_equal(replies.lines[1], "7 (12)");
}

static void
it_goes_on_until_all_was_shown(void **state)
{
	char text[512] = "";
	struct replies replies;
	size_t next = 0;
	int i, shown = 0;

	(void)state;
	for (i = 0; i < 50; i++)
		(void)sprintf(text + strlen(text), "%sline %d", i ? "\n" : "", i);
	do {
		replies = show_from(text, next, &next);
		for (i = 0; i < (int)replies.n - (next ? 1 : 0); i++) {
			char line[32];

			(void)snprintf(line, sizeof(line), shown == 49 ? "line %d (12)" : "line %d",
				shown);
			assert_string_equal(replies.lines[i], line);
			shown++;
		}
	} while (next);
	assert_int_equal(shown, 50);
}

static void
going_on_behind_the_end_shows_no_line(void **state)
{
	size_t next;
	struct replies replies = show_from("one\ntwo", 2, &next);

	(void)state;
	expect_one(&replies, "Nothing in it can be shown (12)");
	assert_int_equal(next, 0);
}

/* One line of n letters; to be freed. */
static char *
long_text(size_t n, const char *letter)
{
	size_t i, len = strlen(letter);
	char *text = malloc(n * len + 1);

	assert_non_null(text);
	for (i = 0; i < n; i++)
		memcpy(text + i * len, letter, len + 1);
	return text;
}

static void
check_lines(const struct replies *replies)
{
	size_t i, at, len;

	for (i = 0; i < replies->n; i++) {
		assert_in_range(strlen(replies->lines[i]), 1, REPLIES_MAX_LINE);
		for (at = 0; replies->lines[i][at]; at += len) {
			len = text_char_len(replies->lines[i] + at, 4);
			assert_true(len > 0);
		}
	}
}

static void
a_long_line_becomes_several_and_none_is_too_long(void **state)
{
	static const struct {
		size_t n;
		const char *letter;
		size_t n_lines;
	} cases[] = {
		{ 800, "\xc3\xa9", 5 },
		{ 20000, "\xe2\x82\xac", REPLIES_MAX_LINES },
		{ 20000, "a ", REPLIES_MAX_LINES },
		{ 399, "x", 2 },
	};
	struct replies replies;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = long_text(cases[i].n, cases[i].letter);
		replies = show(text);
		free(text);
		assert_int_equal(replies.n, cases[i].n_lines);
		check_lines(&replies);
	}
}

static void
a_line_too_long_to_be_counted_is_not_counted(void **state)
{
	char *text = long_text(60000, "a"), spaces[6002];
	struct replies replies;
	size_t next = 0;

	(void)state;
	assert_false(fits(text));
	do
		replies = show_from(text, next, &next);
	while (next);
	assert_string_equal(replies.lines[replies.n - 1], "(12: too long to show whole)");
	free(text);
	/* What stands behind very many spaces is no less there. */
	memset(spaces, ' ', sizeof(spaces));
	memcpy(spaces + sizeof(spaces) - 2, "a", 2);
	assert_false(fits(spaces));
	replies = show(spaces);
	assert_string_equal(replies.lines[replies.n - 1], "(12: too long to show whole)");
}

static void
control_characters_of_a_quote_are_neutralised(void **state)
{
	struct replies replies = show("_\bT_\bo\x01 \x02"
				      "be\x1b[2J");

	(void)state;
	expect_one(&replies, "To be[2J (12)");
}

static void
a_quote_of_nothing_to_show_says_so(void **state)
{
	struct replies replies = show("\x01\x02\n \n\b");

	(void)state;
	expect_one(&replies, "Nothing in it can be shown (12)");
	assert_false(fits("\x01\x02\n \n\b"));
}

static void
what_is_said_is_cleaned_and_cut(void **state)
{
	struct replies replies = { 0 };
	char *text = long_text(300, "\xc3\xa9");

	(void)state;
	replies_say(&replies, "a\r\nPRIVMSG #c :b\x01%d", 1);
	assert_string_equal(replies.lines[0], "a PRIVMSG #c :b1");
	replies_say(&replies, "%s", text);
	check_lines(&replies);
	assert_int_equal(replies.n, 2);
	replies_say(&replies, " \x02 ");
	replies_say(&replies, "%s", "");
	assert_int_equal(replies.n, 2);
	free(text);
}

static void
no_line_begins_with_the_mark_of_a_command(void **state)
{
	static const char *const prefixes[] = { "quoth ", "", " ", "\xc2\xa7" };
	static const char *const guarded[] = { "!quote", ".q", "@q", "~q", "&q", "$q", "%q", "+q",
		"?q", "/quit", "\\q", "-1", "quoth do", "\xc2\xa7q" };
	static const char *const left[] = { "quote", " !q", "quoth", "<bob> hi", "1", "#c", ":" };
	struct replies replies = { 0 };
	char expected[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++) {
		replies.n = 0;
		replies_say(&replies, "%s", guarded[i]);
		replies_guard(&replies, prefixes, 4);
		(void)snprintf(expected, sizeof(expected), " %s", guarded[i]);
		expect_one(&replies, expected);
	}
	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		replies.n = 0;
		replies_say(&replies, "%s", left[i]);
		replies_guard(&replies, prefixes, 4);
		expect_one(&replies, left[i]);
	}
}

static void
the_longest_lines_have_room_for_a_guard(void **state)
{
	struct replies replies = { 0 };
	struct quote quote;
	char *text = long_text(3000, "!"), note[100];
	size_t i;

	(void)state;
	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	for (i = 318; i < 322; i++) {
		text[i] = '\0';
		quote = quote_of(text);
		quote.id = INT64_MAX;
		replies.n = 0;
		(void)replies_show(&replies, &quote, 0, note, "!more");
		replies_say(&replies, "%s", text);
		replies_guard(&replies, NULL, 0);
		check_lines(&replies);
		text[i] = '!';
	}
	replies.n = 0;
	replies_say(&replies, "%s", text);
	replies_guard(&replies, NULL, 0);
	check_lines(&replies);
	assert_int_equal(strlen(replies.lines[0]), REPLIES_MAX_LINE);
	free(text);
}

static void
expect_beginning(const char *text, const char *beginning)
{
	struct quote quote = quote_of(text);
	char buf[12];

	replies_begin(&quote, buf, sizeof(buf));
	assert_string_equal(buf, beginning);
}

static void
the_beginning_of_a_quote_is_one_line(void **state)
{
	(void)state;
	expect_beginning("one", "one");
	expect_beginning(" \tone\ntwo", "one two");
	expect_beginning("12345678901", "12345678901");
	expect_beginning("123456789012", "12345678...");
	expect_beginning("one two three", "one two...");
	expect_beginning("\x01", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quote_is_shown_with_its_id),
		cmocka_unit_test(a_note_stands_beside_the_id),
		cmocka_unit_test(a_quote_of_several_lines_is_several_lines),
		cmocka_unit_test(what_has_no_room_is_said_to_follow),
		cmocka_unit_test(it_goes_on_until_all_was_shown),
		cmocka_unit_test(going_on_behind_the_end_shows_no_line),
		cmocka_unit_test(a_long_line_becomes_several_and_none_is_too_long),
		cmocka_unit_test(a_line_too_long_to_be_counted_is_not_counted),
		cmocka_unit_test(control_characters_of_a_quote_are_neutralised),
		cmocka_unit_test(a_quote_of_nothing_to_show_says_so),
		cmocka_unit_test(what_is_said_is_cleaned_and_cut),
		cmocka_unit_test(no_line_begins_with_the_mark_of_a_command),
		cmocka_unit_test(the_longest_lines_have_room_for_a_guard),
		cmocka_unit_test(the_beginning_of_a_quote_is_one_line),
	};

	return kit_run(tests);
}
