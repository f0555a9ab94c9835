/* What the HTTP server does not serve, and what it says to that. Each is asked in one piece and
 * byte by byte. */

#include <errno.h>

#include "kit_cmocka.h"

#include "http_fixture.h"

static void
what_can_be_read_is_served(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_answered(&f, GET("/hello"), 200);
	check_answered(&f, "\r\n" GET("/hello"), 200);
	check_answered(&f, "GET /hello HTTP/1.1\r\nhOsT:a:80\r\n\r\n", 200);
	check_answered(&f, "GET /hello HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200);
	check_answered(&f, FIELD_OF("A:\t b \t\xff "), 200);
	check_answered(&f, FIELD_OF("A:"), 200);
	check_answered(&f, FIELD_OF("Content-Length: 0"), 200);
	check_answered(&f, FIELD_OF("Upgrade: h2c\r\nConnection: Upgrade"), 200);
	/* Spaces around a value are no part of it (RFC 9110, section 5.5). */
	check_answered(&f, POST("/echo", "Content-Length:  5 \r\n") "hello", 200);
	check_answered(&f, "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", 204);
	fixture_end(&f);
}

static void
a_method_or_a_version_that_is_not_known_is_told_so(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, "BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501);
	check_refused(&f, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501);
	check_refused(&f, "\x16\x03\x01\x02", 400);
	check_refused(&f, "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505);
	check_refused(&f, "GET /hello HTTP/9.9\r\nHost: a\r\n\r\n", 505);
	check_refused(&f, "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n", 505);
	check_refused(&f, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
	check_refused(&f, "GET /hello\r\n\r\n", 505);
	check_refused(&f, "GET /hello HTTP/1.x\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/x.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello http/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello  HTTP/1.1 \r\nHost: a\r\n\r\n", 400);
	check_refused(&f, " GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello RTSP/1.0\r\n\r\n", 505);
	check_refused(&f, "DESCRIBE /hello RTSP/1.0\r\n\r\n", 505);
	check_refused(&f, "SOURCE /hello ICE/1.0\r\n\r\n", 505);
	check_refused(&f, "SOURCE /hello ICE/1.1\r\nHost: a\r\n\r\n", 505);
	fixture_end(&f);
}

static void
lines_end_in_cr_lf_and_are_not_folded(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, "GET /hello HTTP/1.1\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a\r\n\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a\r\rX: b\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\rHost: a\r\n\r\n", 400);
	check_refused(&f, FIELD_OF("A: b\r\n c"), 400);
	check_refused(&f, FIELD_OF("A: b\r\n\tc"), 400);
	check_refused(&f, FIELD_OF("A:\r\n b"), 400);
	check_refused(&f, FIELD_OF("A: b\r\n "), 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "\r\n\r\n" GET("/hello"), 400);
	check_refused(&f, "\n" GET("/hello"), 400);
	check_refused(&f, "\r" GET("/hello"), 400);
	fixture_end(&f);
}

static void
fields_are_as_fields_may_be(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, FIELD_OF("A : b"), 400);
	check_refused(&f, FIELD_OF("A\t: b"), 400);
	check_refused(&f, FIELD_OF(": b"), 400);
	check_refused(&f, FIELD_OF("A"), 400);
	check_refused(&f, FIELD_OF("A(: b"), 400);
	check_refused(&f, FIELD_OF("A\x80: b"), 400);
	check_refused(&f, FIELD_OF("A: b\x01"), 400);
	check_refused(&f, FIELD_OF("A: b\x7f"), 400);
	check_refused(&f, FIELD_OF("Content-Length : 5"), 400);
	peer_connect(&f);
	sb_tape_feed_bytes(f.tape, (struct sb_bytes){ FIELD_OF("A: b\0c"), 40 });
	expect_status_(SB_PLACE, &f, 400, true, "NUL");
	fixture_end(&f);
}

static void
there_is_one_host_and_it_is_one(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, "GET /hello HTTP/1.1\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400);
	check_refused(&f, FIELD_OF("Host: a"), 400);
	check_refused(&f, "GET /hello HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a:b\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a:123456\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: :80\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: [::1\r\n\r\n", 400);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: [::1]a\r\n\r\n", 400);
	check_refused(&f, "GET http:///hello HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET http://u@b/hello HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	fixture_end(&f);
}

static void
targets_have_one_of_the_forms(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET ftp://a/hello HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hello#a HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hel\x80lo HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "GET /hel\x01lo HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	check_refused(&f, "OPTIONS *x HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	fixture_end(&f);
}

static void
a_body_has_one_length(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, POST("/echo", "Content-Length: 5\r\nContent-Length: 5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: 5, 5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: 5,5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: +5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: -5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: 0x5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: 5 5\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: 5a\r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: \r\n") "hello", 400);
	check_refused(&f, POST("/echo", "Content-Length: 99999999999999999999\r\n"), 400);
	check_refused(&f, POST("/echo", "Content-Length: 9999999999999999999\r\n"), 413);
	check_refused(&f, POST("/echo", "Content-Length: 1001\r\n"), 413);
	check_refused(&f, "POST /echo HTTP/1.0\r\n\r\n", 411);
	check_answered(&f, POST("/echo", ""), 200);
	fixture_end(&f);
}

#define CHUNKED "Transfer-Encoding: chunked\r\n"

static void
chunks_are_the_last_and_only_coding(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_answered(&f, POST("/echo", "Transfer-Encoding: Chunked\r\n") "0\r\n\r\n", 200);
	check_refused(&f, POST("/echo", CHUNKED "Content-Length: 5\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Content-Length: 5\r\n" CHUNKED) "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED CHUNKED) "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: gzip, chunked\r\n") "0\r\n\r\n", 501);
	check_refused(&f, POST("/echo", "Transfer-Encoding: gzip\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: identity\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: chunked, gzip\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: chunkedx\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: xchunked\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: \"chunked\"\r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: \r\n") "0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", "Transfer-Encoding: ,chunked\r\n") "0\r\n\r\n", 501);
	check_refused(&f, "POST /echo HTTP/1.0\r\n" CHUNKED "\r\n0\r\n\r\n", 400);
	fixture_end(&f);
}

static void
chunks_are_framed_as_they_must_be(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_answered(&f, POST("/echo", CHUNKED) "5;a;b=\"c\"\r\nhello\r\n0\r\nA: b\r\n\r\n", 200);
	check_refused(&f, POST("/echo", CHUNKED) "5\nhello\r\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5\r\nhello\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5\r\nhelloXX0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5\r\nhello\r\n0\r\n\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5\r\nhello\r\n0\r\nA: b\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5\r\nhello\r\n0\r\nA : b\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "+5\r\nhello\r\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "0x5\r\nhello\r\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) " 5\r\nhello\r\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "\r\nhello\r\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "5;\x01\r\nhello\r\n0\r\n\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "fffffffffffffffff\r\n", 400);
	check_refused(&f, POST("/echo", CHUNKED) "3e9\r\n", 413);
	fixture_end(&f);
}

/* The text, then n times the byte, then the rest. */
static const char *
fill(char *buf, const char *text, char byte, size_t n, const char *rest)
{
	size_t len = strlen(text);

	memcpy(buf, text, len);
	memset(buf + len, byte, n);
	memcpy(buf + len + n, rest, strlen(rest) + 1);
	return buf;
}

static void
what_frames_chunks_has_a_limit(void **state)
{
	char *buf = malloc(128 * 1024);
	struct fixture f;

	fixture_begin(&f, *state);
	check_answered(&f,
		fill(buf, POST("/echo", CHUNKED) "5;", 'a', 3000, "\r\nhello\r\n0\r\n\r\n"), 200);
	check_refused(&f, fill(buf, POST("/echo", CHUNKED) "5;", 'a', 6000, "\r\nhello"), 400);
	check_refused(&f, fill(buf, POST("/echo", CHUNKED), '0', 6000, "5\r\nhello"), 400);
	check_refused(&f, fill(buf, POST("/echo", CHUNKED) "0\r\nA: ", 'a', 6000, "\r\n"), 400);
	free(buf);
	fixture_end(&f);
}

static void
the_header_has_limits(void **state)
{
	struct sb_http_options options = { .max_target = 100, .max_header = 1000, .max_fields = 3 };
	struct fixture f;
	char buf[2000];

	fixture_begin_with(&f, *state, &options);
	check_answered(&f, fill(buf, "GET /", 'a', 99, " HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
	check_refused(&f, fill(buf, "GET /", 'a', 100, " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
	check_refused(&f, fill(buf, "GET /", 'a', 101, ""), 414);
	check_answered(&f,
		fill(buf, "GET /hello HTTP/1.1\r\nHost: a\r\nA: ", 'a', 1000 - 33 - 4, "\r\n\r\n"),
		200);
	check_refused(&f,
		fill(buf, "GET /hello HTTP/1.1\r\nHost: a\r\nA: ", 'a', 1001 - 33 - 4, "\r\n\r\n"),
		431);
	check_refused(&f, fill(buf, "GET /hello HTTP/1.1\r\n", 'a', 1000, ""), 431);
	check_answered(&f, FIELD_OF("A: b\r\nA: b"), 200);
	check_refused(&f, FIELD_OF("A: b\r\nA: b\r\nA: b"), 431);
	fixture_end(&f);
}

static void
another_host_is_told_that_it_is_not_here(void **state)
{
	const char *hosts[] = { "a.example", "[::1]" };
	struct sb_http_options options = { .hosts = hosts, .n_hosts = 2 };
	struct sb_http *http;
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	check_answered(&f, "GET /hello HTTP/1.1\r\nHost: A.Example:80\r\n\r\n", 200);
	check_answered(&f, "GET /hello HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200);
	check_answered(&f, "GET http://a.example/hello HTTP/1.1\r\nHost: b\r\n\r\n", 200);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: b.example\r\n\r\n", 421);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a.example.b\r\n\r\n", 421);
	check_refused(&f, "GET http://b/hello HTTP/1.1\r\nHost: a.example\r\n\r\n", 421);

	/* Other names, from now on; or any. */
	hosts[0] = "b.example";
	assert_int_equal(sb_http_set_hosts(f.http, hosts, 1), 0);
	check_answered(&f, "GET /hello HTTP/1.1\r\nHost: b.example\r\n\r\n", 200);
	check_refused(&f, "GET /hello HTTP/1.1\r\nHost: a.example\r\n\r\n", 421);
	hosts[0] = "";
	assert_int_equal(sb_http_set_hosts(f.http, hosts, 1), -EINVAL);
	check_answered(&f, "GET /hello HTTP/1.1\r\nHost: b.example\r\n\r\n", 200);
	assert_int_equal(sb_http_set_hosts(f.http, NULL, 0), 0);
	check_answered(&f, "GET /hello HTTP/1.1\r\nHost: a.example\r\n\r\n", 200);
	assert_int_equal(
		sb_http_create(f.world->d, f.world->r, &options, SB_PLACE, &http, NULL), -EINVAL);
	fixture_end(&f);
}

static void
expectations_but_one_are_not_met(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, POST("/echo", "Content-Length: 5\r\nExpect: tea\r\n"), 417);
	check_answered(&f, FIELD_OF("Expect: 100-continue"), 200);
	fixture_end(&f);
}

static void
what_was_wrong_is_told(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "GET /hello HTTP/1.1\r\nReferer: r\r\nUser-Agent: u\r\n\r\n");
	sb_probe_expect(f.probe, "http.answered status=400 is_whole=true why='not one Host field' "
				 "referer=r user_agent=u method=GET path=/hello n_bytes=12");
	sb_tape_expect_line(f.tape, "HTTP/1.1 400 Bad Request");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(what_can_be_read_is_served),
		kit_test(a_method_or_a_version_that_is_not_known_is_told_so),
		kit_test(lines_end_in_cr_lf_and_are_not_folded),
		kit_test(fields_are_as_fields_may_be),
		kit_test(there_is_one_host_and_it_is_one),
		kit_test(targets_have_one_of_the_forms),
		kit_test(a_body_has_one_length),
		kit_test(chunks_are_the_last_and_only_coding),
		kit_test(chunks_are_framed_as_they_must_be),
		kit_test(what_frames_chunks_has_a_limit),
		kit_test(the_header_has_limits),
		kit_test(another_host_is_told_that_it_is_not_here),
		kit_test(expectations_but_one_are_not_met),
		kit_test(what_was_wrong_is_told),
	};

	return kit_run(tests);
}
