/* What is said on IRC, made plain. */

#include "app/plain.h"
#include "kit_cmocka.h"

static void
expect(const char *text, const char *plain)
{
	char buf[256];

	assert_int_equal(plain_write(text, buf, sizeof(buf)), strlen(plain));
	assert_string_equal(buf, plain);
}

static void
formatting_is_taken_away(void **state)
{
	(void)state;
	expect("\x02"
	       "bold\x02 \x1ditalic\x1d \x1funder\x1f \x1estruck\x1e \x11mono\x11 \x16reverse\x0f.",
		"bold italic under struck mono reverse.");
}

static void
colours_are_taken_away_with_their_numbers(void **state)
{
	(void)state;
	expect("\x03"
	       "4red\x03",
		"red");
	expect("\x03"
	       "04,12red on blue",
		"red on blue");
	expect("\x03"
	       "4,1200",
		"00");
	expect("\x03"
	       "123",
		"3");
	expect("\x03"
	       ",4 is text",
		",4 is text");
	expect("\x03"
	       "4, is text",
		", is text");
	expect("a\x03", "a");
	expect("\x03"
	       "4",
		"");
}

static void
colours_in_hex_are_taken_away(void **state)
{
	(void)state;
	expect("\x04"
	       "ff0000red\x04",
		"red");
	expect("\x04"
	       "ff0000,00FF00red",
		"red");
	expect("\x04"
	       "ff0000,00FFsix or none",
		",00FFsix or none");
	expect("\x04"
	       "ff00 none",
		"ff00 none");
}

static void
it_is_one_clean_line_without_spaces_at_its_ends(void **state)
{
	(void)state;
	expect("a\tb\x01\x1b[2J \xff  ", "a       b[2J ?");
	expect(" \x02 \x01 ", "");
	expect("", "");
	expect(" caf\xc3\xa9 ", "caf\xc3\xa9");
}

static void
a_long_text_is_cut(void **state)
{
	char text[2 * PLAIN_MAX], buf[2 * PLAIN_MAX];

	(void)state;
	assert_int_equal(plain_write("123456\xc3\xa9", buf, 8), 6);
	assert_int_equal(plain_write("a", buf, 1), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[PLAIN_MAX - 1] = '\x02';
	assert_int_equal(plain_write(text, buf, sizeof(buf)), PLAIN_MAX);
}

static void
names_are_folded_as_irc_compares_them(void **state)
{
	char buf[16];

	(void)state;
	plain_fold("#Ab[]\\^{}|~1\xc3", buf, sizeof(buf));
	assert_string_equal(buf, "#ab{}|~{}|~1\xc3");
	plain_fold("abc", buf, 3);
	assert_string_equal(buf, "ab");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatting_is_taken_away),
		cmocka_unit_test(colours_are_taken_away_with_their_numbers),
		cmocka_unit_test(colours_in_hex_are_taken_away),
		cmocka_unit_test(it_is_one_clean_line_without_spaces_at_its_ends),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(names_are_folded_as_irc_compares_them),
	};

	return kit_run(tests);
}
