/* Answers that go out compressed, to whom, and what stands in their fields. */

#include "http_site.h"
#include "kit_cmocka.h"

#include <zlib.h>

#define GZIP "Accept-Encoding: gzip, deflate\r\n"
#define HTML "text/html; charset=utf-8"

struct told {
	const char *type, *etag, *coding;
	size_t len;
	int status;
	bool is_noise;
};

/* A content that repeats itself, or one that never does. */
static char *
make_content(size_t len, bool is_noise)
{
	char *content = malloc(len + 1);
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		content[i] = is_noise ? (char)(x >> 24) : "quote "[i % 6];
	}
	content[len] = '\0';
	return content;
}

static void
on_requested(struct site *site, const struct sb_http_requested *e)
{
	const struct told *told = site->told;
	char *content = make_content(told->len, told->is_noise);

	if (told->etag)
		(void)sb_http_add_field(e->request, "ETag", told->etag);
	if (told->coding)
		(void)sb_http_add_field(e->request, "Content-Encoding", told->coding);
	site->ret = sb_http_answer(e->request, told->status ? told->status : 200, told->type,
		(struct sb_bytes){ content, told->len });
	free(content);
}

/* What is compressed behind the head, which must be all there is, is the content told. */
static void
expect_packed(struct site *site, const struct told *told)
{
	struct sb_bytes written = sb_tape_written_bytes(site->tape);
	const char *answer = written.ptr, *packed = content_of(answer);
	size_t len = written.len - (size_t)(packed - answer);
	char *content = make_content(told->len, told->is_noise), *again = malloc(told->len + 1);
	z_stream z = { .next_out = (unsigned char *)again, .avail_out = (uInt)told->len + 1 };
	unsigned char *copy = malloc(len);

	memcpy(copy, packed, len);
	z.next_in = copy;
	z.avail_in = (uInt)len;
	expect_field(answer, "Content-Encoding", "gzip");
	assert_int_equal(atoi(field_of(answer, "Content-Length")), len);
	assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, told->len);
	assert_memory_equal(again, content, told->len);
	assert_int_equal(inflateEnd(&z), Z_OK);
	free(copy);
	free(again);
	free(content);
}

static void
expect_plain(const char *answer, size_t len)
{
	expect_no_field(answer, "Content-Encoding");
	assert_int_equal(atoi(field_of(answer, "Content-Length")), len);
}

static const char *
ask(struct site *site, const struct told *told, const char *fields)
{
	site->told = told;
	return site_ask(site, "GET", "/", fields);
}

static void
a_long_text_is_compressed_for_who_takes_it(void **state)
{
	static const struct told told = { HTML, .len = 1024 * 1024 },
				 json = { "application/json", .len = 1024 };
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = ask(&site, &told, GZIP);
	expect_field(answer, "Vary", "Accept-Encoding");
	assert_true(atoi(field_of(answer, "Content-Length")) < 10000);
	expect_packed(&site, &told);
	(void)ask(&site, &json, "Accept-Encoding: br\r\nAccept-Encoding: gzip;q=0.1\r\n");
	expect_packed(&site, &json);
	/* For who does not, it is whole; but caches must know that it depends. */
	answer = ask(&site, &told, "");
	expect_plain(answer, told.len);
	expect_field(answer, "Vary", "Accept-Encoding");
	expect_plain(ask(&site, &told, "Accept-Encoding: gzip;q=0\r\n"), told.len);
	site_end(&site);
}

static void
an_error_is_compressed_too(void **state)
{
	static const struct told told = { HTML, .len = 2000, .status = 404 };
	struct site site;

	site_begin(&site, *state, on_requested);
	expect_status(ask(&site, &told, GZIP), 404);
	expect_packed(&site, &told);
	site_end(&site);
}

static void
what_would_not_be_smaller_is_left(void **state)
{
	static const struct told small = { HTML, .len = 1023 },
				 noise = { HTML, "\"n\"", .len = 5000, .is_noise = true },
				 picture = { "image/png", .len = 5000 }, untyped = { .len = 5000 },
				 coded = { HTML, .coding = "br", .len = 5000 },
				 large = { HTML, .len = 1024 * 1024 + 1 };
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = ask(&site, &small, GZIP);
	expect_plain(answer, small.len);
	expect_no_field(answer, "Vary");
	answer = ask(&site, &picture, GZIP);
	expect_plain(answer, picture.len);
	expect_no_field(answer, "Vary");
	expect_plain(ask(&site, &untyped, GZIP), untyped.len);
	answer = ask(&site, &coded, GZIP);
	expect_field(answer, "Content-Encoding", "br");
	expect_field(answer, "Content-Length", "5000");
	assert_null(field_n(answer, "Content-Encoding", 1));
	answer = ask(&site, &noise, GZIP);
	expect_plain(answer, noise.len);
	expect_field(answer, "Vary", "Accept-Encoding");
	expect_field(answer, "ETag", "\"n\"");
	expect_plain(ask(&site, &large, GZIP), large.len);
	site_end(&site);
}

static void
what_is_compressed_has_a_tag_of_its_own(void **state)
{
	static const struct told told = { HTML, "\"a\"", .len = 5000 },
				 weak = { HTML, "W/\"a\"", .len = 5000 };
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = ask(&site, &told, GZIP);
	expect_field(answer, "ETag", "\"a-gzip\"");
	expect_packed(&site, &told);
	expect_field(ask(&site, &told, ""), "ETag", "\"a\"");
	expect_field(ask(&site, &weak, GZIP), "ETag", "W/\"a-gzip\"");
	site_end(&site);
}

static void
each_coding_is_had_by_its_own_tag(void **state)
{
	static const struct told told = { HTML, "\"a\"", .len = 5000 },
				 noise = { HTML, "\"n\"", .len = 5000, .is_noise = true };
	struct site site;
	const char *answer;

	site_begin(&site, *state, on_requested);
	answer = ask(&site, &told, GZIP "If-None-Match: \"a-gzip\"\r\n");
	expect_status(answer, 304);
	expect_field(answer, "ETag", "\"a-gzip\"");
	expect_field(answer, "Vary", "Accept-Encoding");
	expect_content(answer, "");
	answer = ask(&site, &told, "If-None-Match: \"a\"\r\n");
	expect_status(answer, 304);
	expect_field(answer, "ETag", "\"a\"");
	/* The one's tag is not the other's. */
	expect_status(ask(&site, &told, GZIP "If-None-Match: \"a\"\r\n"), 200);
	expect_packed(&site, &told);
	expect_status(ask(&site, &told, "If-None-Match: \"a-gzip\"\r\n"), 200);
	/* What does not shrink has but one. */
	expect_status(ask(&site, &noise, GZIP "If-None-Match: \"n\"\r\n"), 304);
	site_end(&site);
}

static void
head_tells_the_length_of_what_is_compressed(void **state)
{
	static const struct told told = { HTML, "\"a\"", .len = 5000 };
	struct site site;
	const char *answer;
	char len[16];

	site_begin(&site, *state, on_requested);
	(void)snprintf(len, sizeof(len), "%s", field_of(ask(&site, &told, GZIP), "Content-Length"));
	answer = site_ask(&site, "HEAD", "/", GZIP);
	expect_field(answer, "Content-Length", len);
	expect_field(answer, "Content-Encoding", "gzip");
	expect_field(answer, "ETag", "\"a-gzip\"");
	expect_content(answer, "");
	site_end(&site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_long_text_is_compressed_for_who_takes_it),
		kit_test(an_error_is_compressed_too),
		kit_test(what_would_not_be_smaller_is_left),
		kit_test(what_is_compressed_has_a_tag_of_its_own),
		kit_test(each_coding_is_had_by_its_own_tag),
		kit_test(head_tells_the_length_of_what_is_compressed),
	};

	return kit_run(tests);
}
