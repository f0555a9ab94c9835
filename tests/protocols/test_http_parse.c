/* What the HTTP server reads in the texts of a request: tables of texts and what they say. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "protocols/http/http_parse.h"

/* Pairs as text: "a=1|b=|c!", the last without a value. */
static void
print_pairs(const struct sb_http_pairs *pairs, char *buf, size_t cap)
{
	size_t i, len = 0;

	buf[0] = '\0';
	assert_non_null(pairs);
	for (i = 0; i < pairs->n; i++) {
		const char *value = pairs->pairs[i].value;

		len += (size_t)snprintf(buf + len, cap - len, "%s%s%s%s", i ? "|" : "",
			pairs->pairs[i].name, value ? "=" : "!", value ? value : "");
	}
	assert_true(len < cap);
}

static void
pairs_are(struct sb_http_pairs *pairs, const char *expected)
{
	char buf[256];

	print_pairs(pairs, buf, sizeof(buf));
	assert_string_equal(buf, expected);
	free(pairs);
}

/* Memory of just the size said, so that a sanitizer sees a look beyond it. */
static struct sb_http_pairs *
read_pairs(struct sb_bytes text, char separator)
{
	void *memory = malloc(sb_http_pairs_size(text, separator));

	assert_non_null(memory);
	return sb_http_pairs_read(memory, text, separator);
}

static struct sb_http_pairs *
read_params(const char *pattern, const char *path)
{
	void *memory = malloc(sb_http_pattern_size(pattern, path));

	assert_non_null(memory);
	return sb_http_pattern_read(memory, pattern, path);
}

static void
query_is(const char *text, const char *expected)
{
	pairs_are(read_pairs(sb_bytes_of(text), '&'), expected);
}

static void
a_query_is_taken_apart_and_then_decoded(void **state)
{
	(void)state;
	query_is("", "");
	query_is("a", "a=");
	query_is("a=", "a=");
	query_is("=1", "=1");
	query_is("a=1&b=2", "a=1|b=2");
	query_is("&&a=1&&b=2&", "a=1|b=2");
	query_is("a=1;b=2", "a=1;b=2");
	query_is("a=1=2", "a=1=2");
	query_is("a+b=c+d", "a b=c d");
	query_is("a%26b=c%3Dd", "a&b=c=d");
	query_is("a=1&a=2", "a=1|a=2");
	/* What cannot be decoded has no value, or no name. */
	query_is("a=%&b=%zz&c=%00&d=1", "a!|b!|c!|d=1");
	query_is("%=1&b=2", "b=2");
}

static void
a_nul_in_a_form_makes_it_none(void **state)
{
	(void)state;
	pairs_are(read_pairs((struct sb_bytes){ "a=1&b=\0", 7 }, '&'), "");
	pairs_are(read_pairs((struct sb_bytes){ NULL, 0 }, '&'), "");
}

static void
the_first_of_a_name_counts(void **state)
{
	struct sb_http_pairs *pairs = read_pairs(sb_bytes_of("a=1&a=2&b=%&b=3&A=4&=5"), '&');

	(void)state;
	assert_string_equal(sb_http_pairs_get(pairs, "a"), "1");
	assert_null(sb_http_pairs_get(pairs, "b"));
	assert_string_equal(sb_http_pairs_get(pairs, "A"), "4");
	assert_string_equal(sb_http_pairs_get(pairs, ""), "5");
	assert_null(sb_http_pairs_get(pairs, "c"));
	assert_null(sb_http_pairs_get(NULL, "a"));
	free(pairs);
}

static void
pairs_beyond_the_limit_are_ignored(void **state)
{
	char text[8 * SB_HTTP_PAIRS_MAX + 64] = "";
	size_t len = 0;
	struct sb_http_pairs *pairs;

	(void)state;
	for (int i = 0; i < SB_HTTP_PAIRS_MAX + 3; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "n%d=%d&", i, i);
	pairs = read_pairs(sb_bytes_of(text), '&');
	assert_int_equal(pairs->n, SB_HTTP_PAIRS_MAX);
	assert_string_equal(sb_http_pairs_get(pairs, "n255"), "255");
	assert_null(sb_http_pairs_get(pairs, "n256"));
	free(pairs);
	for (char *c = text; *c; c++)
		*c = *c == '&' ? ';' : *c;
	pairs = read_pairs(sb_bytes_of(text), ';');
	assert_int_equal(pairs->n, SB_HTTP_PAIRS_MAX);
	assert_string_equal(sb_http_pairs_get(pairs, "n255"), "255");
	free(pairs);
}

static void
cookies_are(const char *text, const char *expected)
{
	pairs_are(read_pairs(sb_bytes_of(text), ';'), expected);
}

static void
cookies_are_taken_apart_and_not_decoded(void **state)
{
	(void)state;
	cookies_are("", "");
	cookies_are("a=1", "a=1");
	cookies_are("a=1; b=2", "a=1|b=2");
	cookies_are("a=1;b=2;", "a=1|b=2");
	cookies_are(" a = 1 ;\tb\t=\t2\t", "a=1|b=2");
	cookies_are("a=%41+b; c=d=e", "a=%41+b|c=d=e");
	cookies_are("a=\"1\"; b", "a=\"1\"");
	cookies_are("a=; =1", "a=|=1");
}

static void
what_is_compressed_can_be_had_again(void **state)
{
	static const size_t lens[] = { 1, 2, 512, 513, 1024, 32768, 32769, 200000 };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		unsigned char *content = malloc(lens[i]), *packed = malloc(lens[i] + 64);
		unsigned char *again = malloc(lens[i] + 1);
		z_stream z = { .next_in = packed, .next_out = again };
		int64_t len;

		for (k = 0; k < lens[i]; k++)
			content[k] = (unsigned char)("abcdefgh"[(k * k / 7) % 8]);
		len = sb_http_deflate((struct sb_bytes){ content, lens[i] }, packed, lens[i] + 64);
		assert_true(len > 0);
		z.avail_in = (uInt)len;
		z.avail_out = (uInt)lens[i] + 1;
		assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(inflateEnd(&z), Z_OK);
		assert_int_equal(z.total_out, lens[i]);
		assert_memory_equal(again, content, lens[i]);
		/* What does not fit is said not to. */
		assert_int_equal(sb_http_deflate((struct sb_bytes){ content, lens[i] }, packed,
					 (size_t)len - 1),
			-E2BIG);
		free(content);
		free(packed);
		free(again);
	}
}

static void
some_patterns_cannot_be(void **state)
{
	static const char *const right[] = { "/", "/a", "/a/", "/{a}", "/{a}/b/{c}", "/{rest...}",
		"/a/{rest...}", "//" };
	static const char *const wrong[] = { "", "a", "{a}", "/{}", "/{a", "/a}", "/a{b}", "/{a}b",
		"/{a{b}", "/{...}", "/{rest...}/a", "/{{rest...}", "*" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_true(sb_http_pattern_is_right(right[i]));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (sb_http_pattern_is_right(wrong[i]))
			fail_msg("\"%s\" is taken for right", wrong[i]);
	}
}

static void
path_gives(const char *pattern, const char *path, const char *expected)
{
	assert_true(sb_http_pattern_is_right(pattern));
	if (sb_http_pattern_matches(pattern, path) != !!expected)
		fail_msg("%s %s %s", pattern, expected ? "does not match" : "matches", path);
	if (expected)
		pairs_are(read_params(pattern, path), expected);
}

static void
a_path_matches_segment_by_segment(void **state)
{
	(void)state;
	path_gives("/", "/", "");
	path_gives("/", "/a", NULL);
	path_gives("/", "", NULL);
	path_gives("/", "*", NULL);
	path_gives("/a", "/a", "");
	path_gives("/a", "/A", NULL);
	path_gives("/a", "/a/", NULL);
	path_gives("/a", "/ab", NULL);
	path_gives("/ab", "/a", NULL);
	path_gives("/a/", "/a", NULL);
	path_gives("/a/", "/a/", "");
	path_gives("/a", "/%61", "");
	path_gives("/a", "/%6", NULL);
	path_gives("/\xc3\xa9", "/%C3%A9", "");
	path_gives("/a/b", "/a%2Fb", NULL);
	path_gives("/%", "/%25", "");
	path_gives("/..", "/..", "");
}

static void
a_name_takes_one_whole_segment_decoded(void **state)
{
	(void)state;
	path_gives("/q/{id}", "/q/12", "id=12");
	path_gives("/q/{id}", "/q/", NULL);
	path_gives("/q/{id}", "/q", NULL);
	path_gives("/q/{id}", "/q/12/", NULL);
	path_gives("/q/{id}", "/q/1/2", NULL);
	path_gives("/q/{id}/by", "/q/12/by", "id=12");
	path_gives("/{a}/{b}", "/x/y", "a=x|b=y");
	path_gives("/q/{id}", "/q/a%20b%2Fc+d", "id=a b/c+d");
	/* Who has matched need not look whether the value could be decoded. */
	path_gives("/q/{id}", "/q/%", NULL);
	path_gives("/q/{id}", "/q/%zz", NULL);
	path_gives("/q/{id}", "/q/a%00", NULL);
}

static void
the_rest_is_taken_as_it_was_sent(void **state)
{
	(void)state;
	path_gives("/f/{rest...}", "/f/", "rest=");
	path_gives("/f/{rest...}", "/f/a/b%2Fc/", "rest=a/b%2Fc/");
	path_gives("/f/{rest...}", "/f/%00", "rest=%00");
	path_gives("/f/{rest...}", "/f", NULL);
	path_gives("/{a}/{rest...}", "/x/y/z", "a=x|rest=y/z");
	path_gives("/{rest...}", "/", "rest=");
}

static void
gzip_is(const char *field, bool is_taken)
{
	struct sb_http_codings codings = { -1, -1, -1 };

	sb_http_codings_read(&codings, field);
	if (sb_http_codings_take_gzip(&codings) != is_taken)
		fail_msg("\"%s\"", field);
}

static void
gzip_is_taken_by_who_says_so(void **state)
{
	(void)state;
	gzip_is("", false);
	gzip_is("gzip", true);
	gzip_is("GZip", true);
	gzip_is("x-gzip", true);
	gzip_is("deflate", false);
	gzip_is("deflate, gzip", true);
	gzip_is("deflate,gzip;q=1.0, br", true);
	gzip_is("gzipped", false);
	gzip_is("gzip;q=0", false);
	gzip_is("gzip;q=0.000", false);
	gzip_is("gzip; q=0.001", true);
	gzip_is("gzip ;Q=0.5", true);
	gzip_is("*", true);
	gzip_is("*;q=0", false);
	gzip_is("gzip;q=0, *", false);
	gzip_is("gzip, *;q=0", true);
	gzip_is("identity", false);
	gzip_is("identity, gzip;q=0.5", false);
	gzip_is("identity;q=0.5, gzip", true);
	gzip_is("identity;q=1, gzip;q=1", true);
	/* The first that is said counts; what cannot be read says nothing. */
	gzip_is("gzip;q=0, gzip", false);
	gzip_is("gzip;q=2, deflate", false);
	gzip_is("gzip;q=1.001", false);
	gzip_is("gzip;q=0.5000", false);
	gzip_is("gzip;q=", false);
	gzip_is("gzip;level=9", false);
	gzip_is("gzip br", false);
	gzip_is(",,;q=1,,gzip", true);
}

static void
texts_shrink_and_pictures_do_not(void **state)
{
	static const char *const shrink[] = { "text/html; charset=utf-8", "TEXT/plain", "text/x",
		"application/json", "application/problem+json", "application/json;x=y",
		"image/svg+xml", "application/xml", "application/atom+xml; charset=utf-8" };
	static const char *const stay[] = { "image/png", "application/zip",
		"application/octet-stream", "text/event-stream", "", "+", "json",
		"application/jsonx", "font/woff2", "+json;+xm" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shrink) / sizeof(shrink[0]); i++)
		assert_true(sb_http_type_shrinks(shrink[i]));
	for (i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		assert_false(sb_http_type_shrinks(stay[i]));
}

static void
a_tag_has_quotes(void **state)
{
	static const char *const wrong[] = { "", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/", "W/a",
		"\"a\"b", "\"a\"b\"", "\"a b\"", " \"a\"", "\"a\x7f\"", "\"a\n\"" };
	size_t i;

	(void)state;
	assert_true(sb_http_is_etag(sb_bytes_of("\"\"")));
	assert_true(sb_http_is_etag(sb_bytes_of("\"a-!\xc3\xa9\"")));
	assert_true(sb_http_is_etag(sb_bytes_of("W/\"a\"")));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(sb_http_is_etag(sb_bytes_of(wrong[i])));
}

static void
tags_are_found_in_a_list(void **state)
{
	(void)state;
	assert_true(sb_http_etags_have("\"a\"", sb_bytes_of("\"a\""), false));
	assert_true(sb_http_etags_have("\"b\", \"a\"", sb_bytes_of("\"a\""), false));
	assert_true(
		sb_http_etags_have(" , ,\"b\",W/\"c\" , \"a\"\t,", sb_bytes_of("\"a\""), false));
	assert_true(sb_http_etags_have("\"a,b\"", sb_bytes_of("\"a,b\""), false));
	assert_false(sb_http_etags_have("\"a,b\"", sb_bytes_of("\"a\""), false));
	assert_false(sb_http_etags_have("\"ab\"", sb_bytes_of("\"a\""), true));
	assert_false(sb_http_etags_have("\"A\"", sb_bytes_of("\"a\""), true));
	assert_false(sb_http_etags_have("", sb_bytes_of("\"a\""), true));
	assert_false(sb_http_etags_have("a", sb_bytes_of("\"a\""), true));
	/* Nothing is believed of a list from where it cannot be read. */
	assert_false(sb_http_etags_have("b, \"a\"", sb_bytes_of("\"a\""), true));
	assert_false(sb_http_etags_have("\"b\" \"a\"", sb_bytes_of("\"a\""), true));
}

static void
a_weak_tag_is_found_only_by_weak_comparison(void **state)
{
	(void)state;
	assert_true(sb_http_etags_have("W/\"a\"", sb_bytes_of("\"a\""), true));
	assert_true(sb_http_etags_have("\"a\"", sb_bytes_of("W/\"a\""), true));
	assert_true(sb_http_etags_have("W/\"a\"", sb_bytes_of("W/\"a\""), true));
	assert_false(sb_http_etags_have("W/\"a\"", sb_bytes_of("\"a\""), false));
	assert_false(sb_http_etags_have("\"a\"", sb_bytes_of("W/\"a\""), false));
	assert_false(sb_http_etags_have("W/\"a\"", sb_bytes_of("W/\"a\""), false));
}

static void
a_star_is_any_tag_and_none(void **state)
{
	(void)state;
	assert_true(sb_http_etags_have("*", sb_bytes_of("\"a\""), false));
	assert_true(sb_http_etags_have(" * ", (struct sb_bytes){ .len = 0 }, false));
	assert_false(sb_http_etags_have("*, \"a\"", sb_bytes_of("\"a\""), true));
	assert_false(sb_http_etags_have("\"a\"", (struct sb_bytes){ .len = 0 }, true));
}

static void
range_is(const char *field, uint64_t size, int expected, uint64_t from, uint64_t len)
{
	struct sb_http_range range = { 0 };
	int ret = sb_http_range_read(field, size, &range);

	if (ret != expected || range.from != from || range.len != len)
		fail_msg("\"%s\" of %d: %d, %d bytes from %d", field, (int)size, ret,
			(int)range.len, (int)range.from);
}

static void
one_range_is_read(void **state)
{
	(void)state;
	range_is("bytes=0-0", 10, 1, 0, 1);
	range_is("bytes=0-9", 10, 1, 0, 10);
	range_is("bytes=2-5", 10, 1, 2, 4);
	range_is("bytes=2-", 10, 1, 2, 8);
	range_is("bytes=2-99", 10, 1, 2, 8);
	range_is("bytes=9-", 10, 1, 9, 1);
	range_is("bytes=-3", 10, 1, 7, 3);
	range_is("bytes=-99", 10, 1, 0, 10);
	range_is("Bytes=1-1", 10, 1, 1, 1);
	range_is("bytes=1-99999999999999999999999999", 10, 1, 1, 9);
	range_is("bytes=-18446744073709551616", 10, 1, 0, 10);
}

static void
a_range_that_cannot_be_had_is_told(void **state)
{
	(void)state;
	range_is("bytes=10-", 10, -ERANGE, 0, 0);
	range_is("bytes=10-12", 10, -ERANGE, 0, 0);
	range_is("bytes=-0", 10, -ERANGE, 0, 0);
	range_is("bytes=0-", 0, -ERANGE, 0, 0);
	range_is("bytes=-1", 0, -ERANGE, 0, 0);
	range_is("bytes=18446744073709551615-", UINT64_MAX, -ERANGE, 0, 0);
	range_is("bytes=99999999999999999999-", 10, -ERANGE, 0, 0);
}

static void
other_ranges_are_ignored(void **state)
{
	static const char *const fields[] = { "", "bytes", "bytes=", "bytes=-", "bytes=1",
		"bytes=a-", "bytes=1-a", "bytes=5-2", "bytes=0-1,3-4", "bytes=0-1,", "bytes=0-1 ",
		"bytes= 0-1", "bytes=0 -1", "bytes=-1-2", "bytes=+1-2", "bytes=--1", "bytes=-1,2-3",
		"lines=0-1", "bytes =0-1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		range_is(fields[i], 10, 0, 0, 0);
}

static void
a_name_tells_the_type(void **state)
{
	(void)state;
	assert_string_equal(sb_http_type_of("index.html"), "text/html; charset=utf-8");
	assert_string_equal(sb_http_type_of("a.b.CSS"), "text/css; charset=utf-8");
	assert_string_equal(sb_http_type_of("a.png"), "image/png");
	assert_string_equal(sb_http_type_of("html"), "application/octet-stream");
	assert_string_equal(sb_http_type_of("a."), "application/octet-stream");
	assert_string_equal(sb_http_type_of("a.html.x"), "application/octet-stream");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_taken_apart_and_then_decoded),
		cmocka_unit_test(a_nul_in_a_form_makes_it_none),
		cmocka_unit_test(the_first_of_a_name_counts),
		cmocka_unit_test(pairs_beyond_the_limit_are_ignored),
		cmocka_unit_test(cookies_are_taken_apart_and_not_decoded),
		cmocka_unit_test(some_patterns_cannot_be),
		cmocka_unit_test(a_path_matches_segment_by_segment),
		cmocka_unit_test(a_name_takes_one_whole_segment_decoded),
		cmocka_unit_test(the_rest_is_taken_as_it_was_sent),
		cmocka_unit_test(gzip_is_taken_by_who_says_so),
		cmocka_unit_test(texts_shrink_and_pictures_do_not),
		cmocka_unit_test(what_is_compressed_can_be_had_again),
		cmocka_unit_test(a_tag_has_quotes),
		cmocka_unit_test(tags_are_found_in_a_list),
		cmocka_unit_test(a_weak_tag_is_found_only_by_weak_comparison),
		cmocka_unit_test(a_star_is_any_tag_and_none),
		cmocka_unit_test(one_range_is_read),
		cmocka_unit_test(a_range_that_cannot_be_had_is_told),
		cmocka_unit_test(other_ranges_are_ignored),
		cmocka_unit_test(a_name_tells_the_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
