/* Charsets: what is UTF-8 stays, what is not is read in the fallback. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/irc/charset.h"

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static struct sb_charset *
created(const char *name_or_null)
{
	struct sb_charset *charset = NULL;
	struct sb_error error;

	assert_int_equal(sb_charset_create(name_or_null, &charset, &error), 0);
	return charset;
}

static void
what_is_utf8_is_not_touched(void **state)
{
	static const char *const texts[] = { "", "plain", "caf\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80 \xc2\x80", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
		"\1\2\x7f" };
	struct sb_charset *charset = created(NULL);
	char buf[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_true(sb_charset_is_utf8(texts[i]));
		assert_ptr_equal(sb_charset_read(charset, texts[i], buf, 1), texts[i]);
		assert_ptr_equal(sb_charset_read(NULL, texts[i], buf, 1), texts[i]);
	}
	sb_charset_destroy(charset);
}

static const struct {
	const char *charset, *text, *read;
} examples[] = {
	{ NULL, "caf\xe9", "caf\xc3\xa9" },
	{ NULL, "\x80 5", "\xe2\x82\xac 5" },
	{ NULL, "\x93x\x94", "\xe2\x80\x9cx\xe2\x80\x9d" },
	/* The holes. */
	{ NULL, "\x81\x8d\x8f\x90\x9d.", BAD BAD BAD BAD BAD "." },
	{ "ISO-8859-15", "\xa4", "\xe2\x82\xac" },
	{ "KOI8-R", "\xd0\xd2\xc9", "\xd0\xbf\xd1\x80\xd0\xb8" },
	{ "CP1251", "\xef\xf0", "\xd0\xbf\xd1\x80" },
	{ "EUC-JP", "\xc6\xfc\xa4", "\xe6\x97\xa5" BAD },
	/* Longer forms, surrogates, and what is past the end are no UTF-8. */
	{ NULL, "\xc0\x80", "\xc3\x80\xe2\x82\xac" },
	{ NULL, "\xed\xa0\x80", "\xc3\xad\xc2\xa0\xe2\x82\xac" },
	{ NULL, "\xf5\x80", "\xc3\xb5\xe2\x82\xac" },
	/* Both in one: the fallback, for all of it. */
	{ NULL, "\xc3\xa9 \xe9 x", "\xc3\x83\xc2\xa9 \xc3\xa9 x" },
	/* Cut in the last character. */
	{ NULL, "\xc3\xa9\xc3", "\xc3\xa9" BAD },
	{ NULL, "\xc3\xa9\xe2\x82", "\xc3\xa9" BAD },
	{ NULL, "\xc3\xa9\xf0\x9f\x98", "\xc3\xa9" BAD },
	{ NULL, "\xc3\xa9\xf4\x8f", "\xc3\xa9" BAD },
	{ NULL, "\xc3\xa9\xe0\xa0", "\xc3\xa9" BAD },
	{ NULL, "\xc3\xa9\xed\xa0", "\xc3\x83\xc2\xa9\xc3\xad\xc2\xa0" },
	{ NULL, "\xc3\xa9\xff", "\xc3\x83\xc2\xa9\xc3\xbf" },
	{ NULL, "a\xe9", "a\xc3\xa9" },
	/* Codes of formatting stay. */
	{ NULL,
		"\2\xe9\2\x03"
		"4",
		"\2\xc3\xa9\2\x03"
		"4" },
};

static void
what_is_not_is_read_in_the_fallback(void **state)
{
	char buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_charset *charset = created(examples[i].charset);

		assert_false(sb_charset_is_utf8(examples[i].text));
		assert_ptr_equal(sb_charset_read(charset, examples[i].text, buf, sizeof(buf)), buf);
		assert_string_equal(buf, examples[i].read);
		/* And the next text does not suffer from it. */
		assert_string_equal(sb_charset_read(charset, examples[i].text, buf, sizeof(buf)),
			examples[i].read);
		sb_charset_destroy(charset);
	}
}

static void
without_a_charset_bad_bytes_are_marked(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(sb_charset_read(NULL, "a\xe9\xff\xc3\xa9z", buf, sizeof(buf)),
		"a" BAD BAD "\xc3\xa9z");
	assert_string_equal(
		sb_charset_read(NULL, "\xc3\xa9\xe2\x82", buf, sizeof(buf)), "\xc3\xa9" BAD);
	assert_string_equal(sb_charset_read(NULL, "\xe2\x82", buf, sizeof(buf)), BAD BAD);
}

static void
what_does_not_fit_is_cut_between_characters(void **state)
{
	struct sb_charset *charset = created(NULL);
	char buf[8];
	size_t cap;

	(void)state;
	for (cap = 1; cap <= 6; cap++) {
		memset(buf, '#', sizeof(buf));
		(void)sb_charset_read(charset, "\xe9\x80", buf, cap);
		assert_string_equal(buf, cap < 3   ? ""
					 : cap < 6 ? "\xc3\xa9"
						   : "\xc3\xa9\xe2\x82\xac");
		assert_int_equal(buf[cap], '#');
		(void)sb_charset_read(charset, "a\x81", buf, cap);
		assert_string_equal(buf, cap < 2 ? "" : cap < 5 ? "a" : "a" BAD);
		(void)sb_charset_read(NULL, "a\x81", buf, cap);
		assert_string_equal(buf, cap < 2 ? "" : cap < 5 ? "a" : "a" BAD);
	}
	sb_charset_destroy(charset);
}

static void
a_text_that_was_cut_leaves_the_next_one_alone(void **state)
{
	struct sb_charset *charset = created("ISO-2022-JP");
	char buf[16];

	(void)state;
	assert_string_equal(
		sb_charset_read(charset, "\x1b$BF|\xff", buf, sizeof(buf)), "\xe6\x97\xa5" BAD);
	assert_string_equal(sb_charset_read(charset, "F|\xff", buf, sizeof(buf)), "F|" BAD);
	sb_charset_destroy(charset);
}

static void
a_charset_is_known_and_leaves_ascii_alone(void **state)
{
	static const char *const bad[] = { "", "no-such-charset", "UTF-16", "UTF-7", "IBM037",
		"windows-1252//TRANSLIT", "windows-1252//IGNORE", "/" };
	struct sb_charset *charset = NULL;
	struct sb_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(sb_charset_create(bad[i], &charset, &error), -EINVAL);
		assert_non_null(strstr(error.text, bad[i]));
	}
	assert_null(charset);
	sb_charset_destroy(NULL);
	charset = created("latin1");
	sb_charset_destroy(charset);
}

static void
create_once(void *self)
{
	struct sb_charset *charset = NULL;
	int error = sb_charset_create(NULL, &charset, NULL);

	(void)self;
	assert_int_equal(error, sb_testing_allocation_failed() ? -ENOMEM : 0);
	sb_charset_destroy(charset);
}

static void
without_memory_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(sb_testing_each_allocation(create_once, NULL), 1);
}

static void
a_text_costs_no_memory(void **state)
{
	struct sb_charset *charset = created(NULL);
	char buf[32];

	(void)state;
	sb_testing_fail_allocations(1, SIZE_MAX);
	(void)sb_charset_read(charset, "caf\xc3\xa9", buf, sizeof(buf));
	(void)sb_charset_read(charset, "caf\xe9", buf, sizeof(buf));
	assert_int_equal(sb_testing_n_allocations(), 0);
	sb_testing_fail_allocations(0, 0);
	sb_charset_destroy(charset);
}

/* Any bytes, in charsets of several kinds: the result is UTF-8, ends in a NUL within its room, and
 * what is UTF-8 comes back as it was, where the charset has it. */
static void
read_anything(void *self, uint64_t seed)
{
	static const char *const names[] = { NULL, "EUC-JP", "ISO-2022-JP", "GB18030", "BIG5" };
	struct sb_charset *charset = created(names[seed % 5]);
	uint64_t random = seed;
	char text[24], buf[64];
	size_t i, k, cap;

	(void)self;
	for (k = 0; k < 20; k++) {
		const char *read;

		for (i = 0; i < sizeof(text) - 1; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			text[i] = (char)(random >> 40 & (random >> 60 ? 0xff : 0x1f));
		}
		text[i] = '\0';
		cap = 1 + random % sizeof(buf);
		memset(buf, '#', sizeof(buf));
		read = sb_charset_read(charset, text, buf, cap);
		assert_true(read == text || memchr(buf, '\0', cap));
		assert_true(sb_charset_is_utf8(read));
	}
	sb_charset_destroy(charset);
}

static void
any_bytes_are_read(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 500, read_anything, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_is_utf8_is_not_touched),
		kit_test_bare(what_is_not_is_read_in_the_fallback),
		kit_test_bare(without_a_charset_bad_bytes_are_marked),
		kit_test_bare(what_does_not_fit_is_cut_between_characters),
		kit_test_bare(a_text_that_was_cut_leaves_the_next_one_alone),
		kit_test_bare(a_charset_is_known_and_leaves_ascii_alone),
		kit_test_bare(without_memory_there_is_none),
		kit_test_bare(a_text_costs_no_memory),
		kit_test_bare(any_bytes_are_read),
	};

	return kit_run(tests);
}
