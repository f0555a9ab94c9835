/* Masks of IRC: examples, and random ones held against a matcher that tries everything. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kit_cmocka.h"

#include "protocols/irc/mask.h"

struct example {
	const char *mask, *text;
	bool matches;
};

static void
check(enum sb_casemap map, const struct example *examples, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (sb_mask_matches(map, examples[i].mask, examples[i].text) != examples[i].matches)
			fail_msg("'%s' and '%s'", examples[i].mask, examples[i].text);
}

#define CHECK(map, examples) check(map, examples, sizeof(examples) / sizeof(*(examples)))

static void
masks_match_as_they_should(void **state)
{
	static const struct example examples[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "**", "abc", true },
		{ "?", "", false },
		{ "?", "a", true },
		{ "?", "ab", false },
		{ "*?", "", false },
		{ "?*?", "a", false },
		{ "?*?", "ab", true },
		{ "a*", "a", true },
		{ "a*", "ba", false },
		{ "*a", "ba", true },
		{ "*a", "ab", false },
		{ "*a*b", "aab", true },
		{ "*ab*ab", "abab", true },
		{ "*ab*ab", "ab", false },
		{ "*?c", "abc", true },
		{ "*?c", "c", false },
		{ "b*!*@*.1", "bob!u@10.0.0.1", true },
		{ "b*!*@*.1", "bob!u@10.0.0.2", false },
		{ "a\xc3\xa9?", "a\xc3\xa9z", true },
		{ "a?", "a\xc3\xa9", false }, /* ? is one byte */
		{ "a??", "a\xc3\xa9", true },
	};

	(void)state;
	CHECK(SB_CASEMAP_RFC1459, examples);
}

static void
a_backslash_escapes_wildcards_and_nothing_else(void **state)
{
	static const struct example examples[] = {
		{ "a\\*", "a*", true },
		{ "a\\*", "ab", false },
		{ "a\\*", "a\\", false },
		{ "a\\*", "a\\b", false },
		{ "a\\?", "a?", true },
		{ "a\\?", "ab", false },
		{ "a\\*?", "a*x", true },
		{ "a\\b", "a\\b", true },
		{ "a\\b", "ab", false },
		{ "a\\", "a\\", true },
		{ "a\\\\", "a\\\\", true },
		{ "a\\\\*", "a\\*", true },
		{ "a\\\\*", "a\\b", false },
	};

	(void)state;
	CHECK(SB_CASEMAP_RFC1459, examples);
	CHECK(SB_CASEMAP_ASCII, examples);
}

static void
capitals_are_what_the_casemapping_says(void **state)
{
	static const struct example both[] = {
		{ "BOB!*@*", "bob!b@h", true },
		{ "bob!*@*", "BoB!b@h", true },
	};
	static const struct example rfc1459[] = {
		{ "A[]\\^*", "a{}|~x", true },
		{ "a{}|~*", "A[]\\^x", true },
	};
	static const struct example strict[] = {
		{ "A[]\\", "a{}|", true },
		{ "a^", "a~", false },
	};
	static const struct example ascii[] = {
		{ "A[", "a{", false },
		{ "A[", "a[", true },
	};

	(void)state;
	CHECK(SB_CASEMAP_RFC1459, both);
	CHECK(SB_CASEMAP_RFC1459_STRICT, both);
	CHECK(SB_CASEMAP_ASCII, both);
	CHECK(SB_CASEMAP_RFC1459, rfc1459);
	CHECK(SB_CASEMAP_RFC1459_STRICT, strict);
	CHECK(SB_CASEMAP_ASCII, ascii);
}

/* The cases of ircdocs/parser-tests, mask-match. */
static void
masks_of_the_parser_tests(void **state)
{
	static const struct example examples[] = {
		{ "*@127.0.0.1", "coolguy!ab@127.0.0.1", true },
		{ "*@127.0.0.1", "cooldud3!~bc@127.0.0.1", true },
		{ "*@127.0.0.1", "coolguy!ab@127.0.0.5", false },
		{ "*@127.0.0.1", "cooldud3!~d@124.0.0.1", false },
		{ "cool*@*", "coolguy!ab@127.0.0.1", true },
		{ "cool*@*", "cooldud3!~bc@127.0.0.1", true },
		{ "cool*@*", "cool132!ab@example.com", true },
		{ "cool*@*", "koolguy!ab@127.0.0.5", false },
		{ "cool*@*", "cooodud3!~d@124.0.0.1", false },
		{ "cool!*@*", "cool!guyab@127.0.0.1", true },
		{ "cool!*@*", "cool!~dudebc@127.0.0.1", true },
		{ "cool!*@*", "cool!312ab@example.com", true },
		{ "cool!*@*", "coolguy!ab@127.0.0.1", false },
		{ "cool!*@*", "cooldud3!~bc@127.0.0.1", false },
		{ "cool!*@*", "koolguy!ab@127.0.0.5", false },
		{ "cool!*@*", "cooodud3!~d@124.0.0.1", false },
		{ "cool!?username@*", "cool!ausername@127.0.0.1", true },
		{ "cool!?username@*", "cool!~username@127.0.0.1", true },
		{ "cool!?username@*", "cool!username@127.0.0.1", false },
		{ "cool!a?*@*", "cool!ab@127.0.0.1", true },
		{ "cool!a?*@*", "cool!abc@127.0.0.1", true },
		{ "cool!a?*@*", "cool!a@127.0.0.1", false },
		{ "cool[guy]!*@*", "cool[guy]!guy@127.0.0.1", true },
		{ "cool[guy]!*@*", "cool[guy]!a@example.com", true },
		{ "cool[guy]!*@*", "coolg!ab@127.0.0.1", false },
		{ "cool[guy]!*@*", "cool[!ac@127.0.1.1", false },
	};

	(void)state;
	CHECK(SB_CASEMAP_RFC1459, examples);
	CHECK(SB_CASEMAP_ASCII, examples);
}

/* Tries everything. */
static bool
matches_slowly(enum sb_casemap map, const char *mask, const char *text)
{
	if (*mask == '*')
		return matches_slowly(map, mask + 1, text)
		       || (*text && matches_slowly(map, mask, text + 1));
	if (!*mask || !*text)
		return *mask == *text;
	if (*mask == '?')
		return matches_slowly(map, mask + 1, text + 1);
	if (*mask == '\\' && (mask[1] == '*' || mask[1] == '?'))
		mask++;
	return sb_casemap_fold(map, *mask) == sb_casemap_fold(map, *text)
	       && matches_slowly(map, mask + 1, text + 1);
}

static uint64_t
random_below(uint64_t *random, uint64_t n)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*random >> 33) % n;
}

static void
make_text(uint64_t *random, const char *characters, size_t len, char *buf)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = characters[random_below(random, strlen(characters))];
	buf[len] = '\0';
}

enum { PER_SEED = 1000 };

static void
match_as_when_all_is_tried(void *self, uint64_t seed)
{
	char mask[16], text[16];
	uint64_t random = seed;
	size_t *n_matches = self;

	for (int i = 0; i < PER_SEED; i++) {
		enum sb_casemap map = (enum sb_casemap)random_below(&random, 3);
		bool matches;

		make_text(&random, "ab[{\\*?", random_below(&random, 9), mask);
		make_text(&random, "aAb[{\\|*?", random_below(&random, 9), text);
		matches = matches_slowly(map, mask, text);
		*n_matches += matches;
		if (sb_mask_matches(map, mask, text) != matches)
			fail_msg("'%s' and '%s' under casemapping %d", mask, text, (int)map);
	}
}

static void
random_masks_match_as_when_all_is_tried(void **state)
{
	size_t n_matches = 0;

	(void)state;
	sb_testing_each_seed(1, 300, match_as_when_all_is_tried, &n_matches);
	print_message("%zu match\n", n_matches);
	assert_true(n_matches > 0);
}

/* The states of a mask are taken 64 at a time: its characters stand around the seams here, with few
 * stars, so that all can be tried. */
static void
long_masks_match_across_the_seams(void **state)
{
	static const char *const tails[] = { "", "b", "*", "*b", "?", "?b", "\\*", "ab*?c" };
	static const char *const ends[] = { "", "b", "ab", "xb", "*", "abxc", "abc", "aaaaab" };
	char mask[256], text[256];
	size_t n, i, k;

	(void)state;
	for (n = 55; n < 200; n++) {
		for (i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
			for (k = 0; k < sizeof(ends) / sizeof(*ends); k++) {
				memset(mask, 'a', n);
				memset(text, 'a', n);
				mask[n / 2] = '?';
				strcpy(mask + n, tails[i]);
				strcpy(text + n, ends[k]);
				assert_int_equal(sb_mask_matches(SB_CASEMAP_ASCII, mask, text),
					matches_slowly(SB_CASEMAP_ASCII, mask, text));
				memmove(mask + 1, mask, strlen(mask) + 1);
				mask[0] = '*';
				assert_int_equal(sb_mask_matches(SB_CASEMAP_ASCII, mask, text),
					matches_slowly(SB_CASEMAP_ASCII, mask, text));
			}
		}
	}
}

static void
what_is_longer_than_the_limit_matches_nothing(void **state)
{
	char stars[SB_MASK_MAX + 2], text[SB_MASK_MAX + 2];

	(void)state;
	memset(stars, '*', sizeof(stars));
	memset(text, 'a', sizeof(text));
	stars[SB_MASK_MAX] = text[SB_MASK_MAX] = '\0';
	assert_true(sb_mask_matches(SB_CASEMAP_ASCII, stars, text));
	assert_true(sb_mask_matches(SB_CASEMAP_ASCII, text, text));
	stars[SB_MASK_MAX] = '*';
	stars[SB_MASK_MAX + 1] = '\0';
	assert_false(sb_mask_matches(SB_CASEMAP_ASCII, stars, text));
	text[SB_MASK_MAX] = 'a';
	text[SB_MASK_MAX + 1] = '\0';
	assert_false(sb_mask_matches(SB_CASEMAP_ASCII, "*", text));
}

/* Where a matcher goes back to its stars, each of these takes a minute or the lifetime of the
 * universe. */
static void
hostile_masks_take_no_longer_than_others(void **state)
{
	char mask[SB_MASK_MAX + 1], text[SB_MASK_MAX + 1];
	size_t i, n;

	(void)state;
	memset(text, 'a', SB_MASK_MAX);
	text[SB_MASK_MAX] = '\0';
	for (i = 0; i < SB_MASK_MAX; i++)
		mask[i] = i % 2 ? 'a' : '*';
	mask[SB_MASK_MAX - 1] = 'b';
	mask[SB_MASK_MAX] = '\0';
	for (n = 0; n < 2000; n++)
		assert_false(sb_mask_matches(SB_CASEMAP_RFC1459, mask, text));
	memset(mask, 'a', SB_MASK_MAX);
	mask[0] = '*';
	mask[SB_MASK_MAX / 2] = 'b';
	mask[SB_MASK_MAX / 2 + 1] = '*';
	for (n = 0; n < 2000; n++)
		assert_false(sb_mask_matches(SB_CASEMAP_RFC1459, mask, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_match_as_they_should),
		cmocka_unit_test(a_backslash_escapes_wildcards_and_nothing_else),
		cmocka_unit_test(capitals_are_what_the_casemapping_says),
		cmocka_unit_test(masks_of_the_parser_tests),
		cmocka_unit_test(random_masks_match_as_when_all_is_tried),
		cmocka_unit_test(long_masks_match_across_the_seams),
		cmocka_unit_test(what_is_longer_than_the_limit_matches_nothing),
		cmocka_unit_test(hostile_masks_take_no_longer_than_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
