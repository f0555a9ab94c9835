/* What looks at many bytes at once finds what looking at one after the other finds. */

#include "kit_cmocka.h"

#include "protocols/irc/casemap.h"
#include "protocols/irc/marks.h"
#include "protocols/irc/words.h"

static void
marks_are_where_the_byte_is_and_nowhere_else(void **state)
{
	static const char bytes[] = "a !@;=\\\xff\x80\x21\x20_";
	unsigned char text[SB_MARKS_SPAN];
	unsigned seed = 1, byte;
	size_t round, i;

	(void)state;
	for (round = 0; round < 200; round++) {
		for (i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245U + 12345U;
			text[i] = (unsigned char)bytes[(seed >> 16) % sizeof(bytes)];
		}
		for (byte = 0; byte < 256; byte++) {
			uint64_t all = sb_marks_64(text, (unsigned char)byte);
			uint64_t some = sb_marks_48(text, (unsigned char)byte);

			for (i = 0; i < sizeof(text); i++)
				assert_int_equal(all >> i & 1, text[i] == byte);
			assert_true(some == (all & sb_marks_below(48)));
		}
	}
}

static void
any_processor_finds_the_same(void **state)
{
	unsigned a, b;
	size_t i;

	(void)state;
	for (a = 0; a < 256; a++)
		for (b = 0; b < 256; b++) {
			unsigned char bytes[SB_MARKS_STEP];

			for (i = 0; i < sizeof(bytes); i++)
				bytes[i] = (unsigned char)(i % 3 ? a : b + i / 8);
			assert_int_equal(sb_marks_16_plain_(bytes, (unsigned char)b),
				sb_marks_16(bytes, (unsigned char)b));
		}
}

static void
a_byte_that_is_less_is_found_wherever_it_is(void **state)
{
	unsigned byte, limit, other;
	size_t at;

	(void)state;
	for (limit = 1; limit < 0x20; limit++)
		for (other = limit; other < 256; other += 5)
			for (byte = 0; byte < 256; byte++)
				for (at = 0; at < SB_MARKS_STEP; at++) {
					unsigned char bytes[SB_MARKS_STEP];

					memset(bytes, (int)other, sizeof(bytes));
					bytes[at] = (unsigned char)byte;
					assert_int_equal(
						sb_marks_has_less(bytes, (unsigned char)limit),
						byte < limit);
					assert_int_equal(sb_marks_has_less_plain_(
								 bytes, (unsigned char)limit),
						byte < limit);
				}
}

static void
the_first_mark_and_those_below_one(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < SB_MARKS_SPAN; i++) {
		assert_int_equal(sb_marks_first(UINT64_MAX << i), i);
		assert_true(sb_marks_below(i) == ~(UINT64_MAX << i));
	}
	assert_true(sb_marks_below(SB_MARKS_SPAN) == UINT64_MAX);
}

static void
the_next_mark_of_many(void **state)
{
	const uint64_t marks[] = { UINT64_C(1) << 63 | 2, 0, 0, 1, 1 };

	(void)state;
	assert_int_equal(sb_marks_next(marks, 0), 1);
	assert_int_equal(sb_marks_next(marks, 1), 1);
	assert_int_equal(sb_marks_next(marks, 2), 63);
	assert_int_equal(sb_marks_next(marks, 63), 63);
	assert_int_equal(sb_marks_next(marks, 64), 3 * 64);
	assert_int_equal(sb_marks_next(marks, 3 * 64), 3 * 64);
	assert_int_equal(sb_marks_next(marks, 3 * 64 + 1), 4 * 64);
}

/* Also those that begin, or end, alike, or that are the beginning of another. */
static void
a_word_is_found_and_no_other(void **state)
{
	static const char *const texts[] = { "a", "ab", "aab", "abb", "aabb", "PING", "PONG",
		"PRIVMSG", "001", "010", "100", "12345678", "123456789", "12345678x",
		"+draft/reply", "+draft/react" };
	enum { N = sizeof(texts) / sizeof(*texts) };
	struct sb_bytes known[N];
	struct sb_words words;
	int i;

	(void)state;
	for (i = 0; i < N; i++)
		known[i] = sb_bytes_of(texts[i]);
	sb_words_init(&words, known, N);
	for (i = 0; i < N; i++) {
		size_t len = known[i].len;

		assert_int_equal(sb_words_find(&words, texts[i], len), i);
		assert_int_not_equal(sb_words_find(&words, texts[i], len - 1), i);
	}
	assert_int_equal(sb_words_find(&words, "", 0), -1);
	assert_int_equal(sb_words_find(&words, "abab", 4), -1);
	assert_int_equal(sb_words_find(&words, "12345678y", 9), -1);
	assert_int_equal(sb_words_find(&words, "+draft/rep", 10), -1);
}

/* Many that begin alike, of which some come to stand at the same place. */
static void
a_word_that_goes_on_is_another(void **state)
{
	char text[1000];
	const struct sb_bytes known = { text, 900 };
	struct sb_words words;
	size_t len;

	(void)state;
	memset(text, 'a', sizeof(text));
	sb_words_init(&words, &known, 1);
	for (len = 0; len <= sizeof(text); len++)
		assert_int_equal(sb_words_find(&words, text, len), len == known.len ? 0 : -1);
}

static void
bytes_are_folded_as_one_is(void **state)
{
	static const enum sb_casemap maps[] = { SB_CASEMAP_RFC1459, SB_CASEMAP_RFC1459_STRICT,
		SB_CASEMAP_ASCII };
	char text[256], folded[256];
	size_t map, len, from, i;

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	for (map = 0; map < sizeof(maps) / sizeof(*maps); map++)
		for (len = 0; len < 40; len++)
			for (from = 0; from + len < sizeof(text); from++) {
				sb_casemap_fold_bytes(maps[map], text + from, len, folded);
				assert_int_equal(folded[len], 0);
				for (i = 0; i < len; i++)
					assert_int_equal(folded[i],
						sb_casemap_fold(maps[map], text[from + i]));
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_where_the_byte_is_and_nowhere_else),
		cmocka_unit_test(any_processor_finds_the_same),
		cmocka_unit_test(a_byte_that_is_less_is_found_wherever_it_is),
		cmocka_unit_test(the_next_mark_of_many),
		cmocka_unit_test(the_first_mark_and_those_below_one),
		cmocka_unit_test(a_word_is_found_and_no_other),
		cmocka_unit_test(a_word_that_goes_on_is_another),
		cmocka_unit_test(bytes_are_folded_as_one_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
