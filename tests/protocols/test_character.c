/* Where a character of UTF-8 ends. */

#include "kit_cmocka.h"

#include <string.h>

#include "protocols/character.h"

static void
each_character_is_as_long_as_it_says_and_anything_else_is_one_byte(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} examples[] = {
		{ "a", 1 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xec\xbf\xbf", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xee\x80\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf3\xbf\xbf\xbf", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		/* Longer than it needs. */
		{ "\xc0\x80", 1 },
		{ "\xc1\xbf", 1 },
		{ "\xe0\x9f\xbf", 1 },
		{ "\xf0\x8f\xbf\xbf", 1 },
		/* Surrogates. */
		{ "\xed\xa0\x80", 1 },
		{ "\xed\xbf\xbf", 1 },
		/* Past the last. */
		{ "\xf4\x90\x80\x80", 1 },
		{ "\xf5\x80\x80\x80", 1 },
		{ "\xff\xbf\xbf\xbf", 1 },
		/* Without an end, or a beginning. */
		{ "\xc3", 1 },
		{ "\xe2\x82", 1 },
		{ "\xe2\x82x", 1 },
		{ "\xf0\x9f\x90", 1 },
		{ "\xf0\x9f\x90x", 1 },
		{ "\x80\x80", 1 },
		{ "", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		size_t len = strlen(examples[i].text);

		assert_int_equal(sb_character_len(examples[i].text, 4), examples[i].len);
		assert_int_equal(
			sb_character_len(examples[i].text, len ? len : 1), examples[i].len);
		if (len > 1)
			assert_int_equal(sb_character_len(examples[i].text, len - 1), 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(each_character_is_as_long_as_it_says_and_anything_else_is_one_byte),
	};

	return kit_run(tests);
}
