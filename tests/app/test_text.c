/* Texts from elsewhere, made fit to be shown. */

#include "app/text.h"
#include "kit_cmocka.h"

static void
expect_clean(const char *text, size_t len, const char *expected)
{
	char buf[256];
	size_t got = text_clean(text, len, buf, sizeof(buf));

	assert_string_equal(buf, expected);
	assert_int_equal(got, strlen(expected));
}

#define clean(text, expected) expect_clean(text, sizeof(text) - 1, expected)

static void
characters_have_the_length_that_rfc_3629_gives_them(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} characters[] = {
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xee\x80\x80", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\x80", 0 },
		{ "\xbf", 0 },
		{ "\xc0\x80", 0 }, /* overlong */
		{ "\xc1\xbf", 0 },
		{ "\xe0\x9f\xbf", 0 },
		{ "\xf0\x8f\xbf\xbf", 0 },
		{ "\xed\xa0\x80", 0 }, /* a surrogate */
		{ "\xf4\x90\x80\x80", 0 }, /* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xff", 0 },
		{ "\xc3(", 0 },
		{ "\xe2\x82(", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(characters) / sizeof(characters[0]); i++)
		assert_int_equal(text_char_len(characters[i].text, strlen(characters[i].text)),
			characters[i].len);
}

static void
a_character_cut_off_is_none(void **state)
{
	size_t len;

	(void)state;
	for (len = 0; len < 4; len++)
		assert_int_equal(text_char_len("\xf0\x9f\x9a\x82", len), 0);
	assert_int_equal(text_char_len("\xf0\x9f\x9a\x82", 4), 4);
}

static void
control_characters_are_left_out(void **state)
{
	(void)state;
	clean("a\x1b[31mb\x07", "a[31mb");
	clean("\x02"
	      "bold\x0f \x03"
	      "4red\x01",
		"bold 4red");
	clean("a\x7f\xc2\x9b"
	      "b\xc2\xa0",
		"ab\xc2\xa0");
	clean("nul\0nul", "nulnul");
	clean("cr\rlf\n", "crlf ");
}

static void
tabs_lead_to_the_next_column_of_eight(void **state)
{
	(void)state;
	clean("\tx", "        x");
	clean("1234567\tx", "1234567 x");
	clean("12345678\tx", "12345678        x");
	/* Columns are characters, not bytes. */
	clean("\xc3\xa9\tx", "\xc3\xa9       x");
}

static void
a_backspace_takes_back_the_character_before_it(void **state)
{
	(void)state;
	clean("_\bT_\bo", "To");
	clean("\xc3\xa9\be", "e");
	clean("\b\bno\b\b\b\bfurther", "further");
}

static void
what_is_not_utf8_becomes_a_question_mark(void **state)
{
	(void)state;
	clean("caf\xe9 \xff\xfe", "caf? ??");
	clean("\xe2\x82", "??");
}

static void
a_line_is_cut_between_characters(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(text_clean("123456\xc3\xa9", 8, buf, sizeof(buf)), 6);
	assert_string_equal(buf, "123456");
	assert_int_equal(text_clean("12345\xc3\xa9", 7, buf, sizeof(buf)), 7);
	assert_int_equal(text_clean("123456\tx", 8, buf, sizeof(buf)), 7);
	assert_int_equal(text_clean("a", 1, buf, 1), 0);
	assert_string_equal(buf, "");
}

static void
a_long_line_is_wrapped_at_a_space(void **state)
{
	(void)state;
	assert_int_equal(text_wrap("short", 5, 5), 5);
	assert_int_equal(text_wrap("one two three", 13, 8), 7);
	assert_int_equal(text_wrap("one two three", 13, 7), 7);
	/* A space in the first half is too early. */
	assert_int_equal(text_wrap("a bcdefghijkl", 13, 8), 8);
	assert_int_equal(text_wrap("abcdefg\xc3\xa9h", 10, 8), 7);
	/* At least one character, even where it is too long. */
	assert_int_equal(text_wrap("\xf0\x9f\x9a\x82x", 5, 2), 4);
	assert_int_equal(text_wrap("\x80\x80\x80\x80x", 5, 2), 1);
}

static void
no_text_is_the_same_as_no_text_alone(void **state)
{
	(void)state;
	assert_true(text_is_same(NULL, NULL));
	assert_true(text_is_same("a", "a"));
	assert_false(text_is_same("a", "b"));
	assert_false(text_is_same("", NULL));
	assert_false(text_is_same(NULL, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_is_the_same_as_no_text_alone),
		cmocka_unit_test(characters_have_the_length_that_rfc_3629_gives_them),
		cmocka_unit_test(a_character_cut_off_is_none),
		cmocka_unit_test(control_characters_are_left_out),
		cmocka_unit_test(tabs_lead_to_the_next_column_of_eight),
		cmocka_unit_test(a_backspace_takes_back_the_character_before_it),
		cmocka_unit_test(what_is_not_utf8_becomes_a_question_mark),
		cmocka_unit_test(a_line_is_cut_between_characters),
		cmocka_unit_test(a_long_line_is_wrapped_at_a_space),
	};

	return kit_run(tests);
}
