/* The HTTP server: requests become signals, and answers bytes, in order. */

#include <errno.h>

#include "kit_cmocka.h"

#include "http_fixture.h"

static void
a_request_becomes_a_signal(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "PUT /a%20b?c=d&e HTTP/1.1\r\nHost: b:8\r\n\r\n");
	sb_probe_expect(f.probe, "http.requested method=PUT path='/a%20b' query='c=d&e' host='b:8' "
				 "connection=1 id=1");
	sb_probe_expect(f.probe, "http.answered status=404 n_bytes=10 is_whole=true why=null");
	fixture_end(&f);
}

static void
an_absolute_target_says_the_host(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "GET http://b:8/query?x=y HTTP/1.1\r\nHost: a\r\n\r\n");
	sb_tape_seek(f.tape, "/query|x=y|b:8\n");
	sb_probe_clear(f.probe);
	sb_tape_feed(f.tape, "GET HTTPS://b?x HTTP/1.1\r\nHost: a\r\n\r\n");
	sb_probe_seek(f.probe, "http.requested path=/ query=x host=b");
	sb_tape_feed(f.tape, "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n");
	sb_probe_seek(f.probe, "http.requested path='*' query='' host=b");
	fixture_end(&f);
}

static void
fields_are_read_by_any_case_and_in_order(void **state)
{
	const char *name, *value;
	size_t cursor = 0;
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "GET /take HTTP/1.1\r\nHost: a\r\nA:  b c \t\r\nB:\r\na: d\r\n\r\n");
	assert_string_equal(sb_http_field(f.request, "a"), "b c");
	assert_string_equal(sb_http_field(f.request, "b"), "");
	assert_null(sb_http_field(f.request, "c"));
	assert_true(sb_http_field_next(f.request, &cursor, &name, &value));
	assert_true(sb_http_field_next(f.request, &cursor, &name, &value));
	assert_string_equal(name, "A");
	assert_true(sb_http_field_next(f.request, &cursor, &name, &value));
	assert_true(sb_http_field_next(f.request, &cursor, &name, &value));
	assert_string_equal(value, "d");
	assert_false(sb_http_field_next(f.request, &cursor, &name, &value));
	fixture_end(&f);
}

static void
a_connection_serves_many_requests_in_one_piece_or_many(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/hello"));
	expect(&f, HELLO);
	sb_tape_feed_by_byte(f.tape, GET("/hello"));
	expect(&f, HELLO);
	sb_tape_feed(f.tape, GET("/hello") GET("/hello")
				     POST("/echo", "Content-Length: 2\r\n") "ab" GET("/hello"));
	expect(&f, HELLO HELLO "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab" HELLO);
	assert_true(sb_tape_is_open(f.tape));
	fixture_end(&f);
}

static void
every_place_is_one_where_a_request_may_be_split(void **state)
{
	static const char text[] = GET("/hello")
		POST("/echo", "Transfer-Encoding: chunked\r\n") "2\r\nab\r\n3;a\r\ncde\r\n0\r\nA: "
								"b\r\n\r\n" GET("/hello");
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	for (i = 0; i < sizeof(text); i++) {
		sb_tape_feed_split(f.tape, text, i);
		expect(&f, HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde" HELLO);
	}
	fixture_end(&f);
}

static void
the_answer_says_whether_the_connection_stays(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, FIELD_OF("Connection: close"), 200);
	check_refused(&f, FIELD_OF("Connection: keep-alive, close"), 200);
	check_answered(&f, FIELD_OF("Connection: keep-alive"), 200);
	check_refused(&f, "GET /hello HTTP/1.0\r\n\r\n", 200);
	check_refused(&f, "GET /hello HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", 200);
	check_answered(&f, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200);
	sb_tape_feed(f.tape, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	sb_tape_seek(f.tape, "Connection: keep-alive\r\n");
	fixture_end(&f);
}

static void
after_the_last_answer_nothing_is_read(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, FIELD_OF("Connection: close") GET("/hello"));
	sb_tape_feed(f.tape, GET("/hello"));
	assert_true(sb_tape_is_shut(f.tape));
	sb_probe_seek(f.probe, "http.answered status=200");
	assert_string_equal(strstr(got(&f), "hello\n"), "hello\n");
	sb_tape_end(f.tape);
	sb_tape_expect_over(f.tape, 0);
	fixture_end(&f);
}

static void
a_body_may_have_a_length_or_come_in_chunks(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/echo", "Content-Length: 5\r\n") "hello");
	sb_tape_seek(f.tape, "\r\n\r\nhello");
	sb_probe_expect(f.probe, "http.begun length=5 method=POST path=/echo");
	sb_tape_feed(f.tape,
		POST("/echo", "Transfer-Encoding: chunked\r\n") "5\r\nhello\r\nA\r\n0123456"
								"789\r\n0\r\n\r\n");
	sb_tape_seek(f.tape, "\r\n\r\nhello0123456789");
	sb_probe_seek(f.probe, "http.begun length=-1");
	fixture_end(&f);
}

static void
a_body_may_be_as_long_as_a_handler_allows(void **state)
{
	struct sb_http_options options = { .max_body = 4 };
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	check_answered(&f, POST("/echo", "Content-Length: 4\r\n") "abcd", 200);
	check_refused(&f, POST("/echo", "Content-Length: 5\r\n") "abcde", 413);
	check_refused(
		&f, POST("/echo", "Transfer-Encoding: chunked\r\n") "4\r\nabcd\r\n1\r\ne", 413);
	check_answered(&f,
		POST("/echo?more", "Content-Length: 100\r\n") "012345678901234567890123456789012345"
							      "678901234567890123456789012345678901"
							      "2345678901234567890123456789",
		200);
	check_refused(&f, POST("/echo?more", "Content-Length: 101\r\n"), 413);
	sb_tape_feed(f.tape, GET("/take"));
	assert_int_equal(sb_http_set_max_body(f.request, 5), -ENOTCONN);
	fixture_end(&f);
}

static void
a_body_is_asked_for_where_the_client_waits(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/echo", "Content-Length: 2\r\nExpect: 100-Continue\r\n"));
	expect(&f, "HTTP/1.1 100 Continue\r\n\r\n");
	sb_tape_feed(f.tape, "ab");
	sb_tape_seek(f.tape, "\r\n\r\nab");
	/* Not where it is here already, nor where it is refused, nor before HTTP/1.1. */
	sb_tape_feed(f.tape, POST("/echo", "Content-Length: 2\r\nExpect: 100-continue\r\n") "ab");
	assert_null(strstr(got(&f), "100"));
	sb_tape_feed(f.tape, "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: "
			     "2\r\nExpect: 100-continue\r\n\r\n");
	expect(&f, "");
	sb_tape_feed(f.tape, "ab");
	sb_tape_feed(f.tape, POST("/echo", "Content-Length: 2000\r\nExpect: 100-continue\r\n"));
	sb_tape_seek(f.tape, "HTTP/1.1 413 ");
	fixture_end(&f);
}

static void
a_handler_may_refuse_a_body(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_refused(&f, POST("/refuse", "Content-Length: 2\r\nExpect: 100-continue\r\n"), 403);
	check_refused(&f, POST("/refuse", "Content-Length: 2\r\n") "ab", 403);
	check_refused(&f, POST("/early", "Content-Length: 2\r\n"), 200);
	check_refused(&f, POST("/fail_early", "Content-Length: 2\r\n") "ab", 500);
	sb_gate_expect_failure(f.world->gate, "no idea");
	sb_gate_expect_failure(f.world->gate, "no idea");
	fixture_end(&f);
}

static void
begin_when_begun(void *self, struct sb_http *http, const struct sb_http_begun *e)
{
	(void)self, (void)http;
	assert_int_equal(sb_http_stream(e->request), 0);
	assert_int_equal(sb_http_begin(e->request, 200, NULL, 1), 0);
	assert_int_equal(sb_http_stream(e->request), -EALREADY);
	assert_int_equal(sb_http_set_max_body(e->request, 5), -EALREADY);
	assert_int_equal(sb_http_write(e->request, sb_bytes_of("x")), 0);
	assert_int_equal(sb_http_end(e->request), 0);
}

static void
a_body_is_refused_by_an_answer_in_pieces_too(void **state)
{
	struct sb_world *world = *state;
	struct sb_connection connection;
	struct fixture f;

	fixture_begin(&f, world);
	connection = sb_http_begun_connect(world->d, f.http, SB_HANDLER(begin_when_begun), &f);
	check_refused(&f, POST("/none", "Content-Length: 5\r\n"), 200);
	sb_disconnect(world->d, connection);
	fixture_end(&f);
}

static void
a_body_may_come_in_pieces(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/stream", "Content-Length: 5\r\n"));
	sb_probe_seek(f.probe, "http.requested path=/stream");
	sb_tape_feed(f.tape, "ab");
	sb_probe_expect(f.probe, "http.body_arrived bytes=ab is_last=false");
	assert_int_equal(sb_http_body(f.request).len, 0);
	expect(&f, "");
	sb_tape_feed(f.tape, "cde" GET("/hello"));
	sb_probe_expect(f.probe, "http.body_arrived bytes=cde is_last=true");
	sb_tape_seek(f.tape, "5 bytes\n");
	sb_tape_seek(f.tape, "hello\n");
	sb_tape_feed(f.tape, POST("/stream", "Transfer-Encoding: chunked\r\n") "2\r\nab\r\n");
	sb_probe_seek(f.probe, "http.body_arrived bytes=ab is_last=false");
	sb_tape_feed(f.tape, "0\r\n\r\n");
	sb_probe_expect(f.probe, "http.body_arrived bytes='' is_last=true");
	sb_tape_seek(f.tape, "7 bytes\n");
	fixture_end(&f);
}

static void
a_paused_body_is_not_read(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/pause", "Content-Length: 5\r\n") "ab");
	assert_int_equal(f.n_streamed, 0);
	sb_tape_feed(f.tape, "c");
	pass(&f, SB_S);
	assert_int_equal(f.n_streamed, 0);
	sb_http_resume(f.request);
	pass(&f, 0);
	assert_int_equal(f.n_streamed, 3);
	sb_tape_feed(f.tape, "de");
	sb_tape_seek(f.tape, "5 bytes\n");
	fixture_end(&f);
}

static void
head_is_answered_without_the_content(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
		   "6\r\n\r\n");
	sb_tape_feed(f.tape, "HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\n");
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
		   "chunked\r\n\r\n");
	sb_tape_feed(f.tape, "HEAD /known HTTP/1.1\r\nHost: a\r\n\r\n");
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n");
	sb_tape_feed(f.tape, "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n");
	expect(&f, "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; "
		   "charset=utf-8\r\nContent-Length: 10\r\n\r\n");
	fixture_end(&f);
}

static void
an_answer_may_come_in_pieces(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/pieces"));
	expect(&f,
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\none\r\n6\r\nsecond\r\n0\r\n\r\n");
	sb_probe_seek(f.probe, "http.answered n_bytes=9 is_whole=true");
	sb_tape_feed(f.tape, GET("/known"));
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
		   "9\r\n\r\nonesecond");
	sb_tape_feed(f.tape, "GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: "
		   "close\r\n\r\nonesecond");
	assert_true(sb_tape_is_shut(f.tape));
	fixture_end(&f);
}

static void
pieces_go_out_as_they_are_written(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/begin") GET("/hello"));
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
		   "chunked\r\n\r\n");
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("a")), 0);
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("")), 0);
	expect(&f, "1\r\na\r\n");
	assert_int_equal(sb_http_answer_text(f.request, 200, "again"), -EALREADY);
	assert_int_equal(sb_http_begin(f.request, 200, NULL, 1), -EALREADY);
	assert_int_equal(sb_http_end(f.request), 0);
	assert_int_equal(sb_http_end(f.request), -EALREADY);
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("a")), -EALREADY);
	expect(&f, "0\r\n\r\n");
	pass(&f, 0);
	expect(&f, HELLO);
	fixture_end(&f);
}

static void
what_is_not_of_the_length_said_is_not_sent(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/short"));
	assert_int_equal(f.ret, -EMSGSIZE);
	sb_tape_expect_over(f.tape, -ECONNABORTED);
	sb_probe_seek(f.probe, "http.answered is_whole=false n_bytes=3");
	sb_gate_expect_failure(f.world->gate, "fixture_on_requested");
	peer_connect(&f);
	sb_tape_feed(f.tape, GET("/long"));
	assert_int_equal(f.ret, -EMSGSIZE);
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("b")), 0);
	assert_int_equal(sb_http_end(f.request), 0);
	sb_tape_seek(f.tape, "\r\n\r\noneb");
	fixture_end(&f);
}

static void
nobody_answers_is_404_and_a_failure_500(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	check_answered(&f, GET("/none"), 404);
	check_answered(&f, GET("/fail"), 500);
	sb_gate_expect_failure(f.world->gate, "no idea");
	sb_gate_expect_failure(f.world->gate, "no idea");
	fixture_end(&f);
}

static void
who_took_a_request_answers_later_and_the_others_wait(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take") GET("/hello") GET("/take"));
	expect(&f, "");
	assert_ptr_equal(sb_http_find(f.http, f.id), f.request);
	assert_int_equal(sb_http_answer_text(sb_http_find(f.http, f.id), 200, "hello"), 0);
	expect(&f, HELLO);
	assert_null(sb_http_find(f.http, f.id));
	assert_int_equal(sb_http_answer_text(f.request, 200, "hello"), -EALREADY);
	pass(&f, 0);
	expect(&f, HELLO);
	sb_probe_seek(f.probe, "http.answered path=/take");
	sb_probe_seek(f.probe, "http.answered path=/hello");
	sb_probe_seek(f.probe, "http.requested path=/take");
	assert_int_equal(sb_http_answer_text(sb_http_find(f.http, f.id), 200, "hello"), 0);
	expect(&f, HELLO);
	fixture_end(&f);
}

static void
what_waits_behind_a_request_has_a_limit(void **state)
{
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take"));
	for (i = 0; i < 10000; i++)
		sb_tape_feed(f.tape, GET("/hello"));
	assert_int_equal(sb_http_answer_text(f.request, 200, "hello"), 0);
	pass(&f, 0);
	sb_tape_clear(f.tape);
	sb_probe_clear(f.probe);
	/* The rest comes now that it is read again. */
	pass(&f, 0);
	sb_tape_turn(f.tape);
	assert_true(sb_tape_is_open(f.tape));
	sb_tape_feed(f.tape, GET("/none"));
	sb_probe_seek(f.probe, "http.answered path=/none");
	fixture_end(&f);
}

static void
a_handle_that_is_over_is_harmless_until_the_turn_ends(void **state)
{
	struct sb_http_request *old, *later;
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/hello"));
	old = f.request;
	sb_tape_feed(f.tape, GET("/take"));
	assert_ptr_not_equal(old, f.request);
	assert_int_equal(sb_http_answer_text(old, 200, "x"), -ENOTCONN);
	assert_int_equal(sb_http_begin(old, 200, NULL, 1), -ENOTCONN);
	assert_int_equal(sb_http_write(old, sb_bytes_of("x")), -ENOTCONN);
	assert_int_equal(sb_http_end(old), -ENOTCONN);
	assert_int_equal(sb_http_add_field(old, "A", "b"), -ENOTCONN);
	assert_int_equal(sb_http_stream(old), -ENOTCONN);
	assert_false(sb_http_is_full(old));
	sb_http_pause(old);
	sb_http_resume(old);
	assert_int_equal(sb_http_take(old), 1);
	assert_null(sb_http_find(f.http, 1));
	assert_null(sb_http_find(f.http, 1025));
	/* And is used again after it. */
	pass(&f, 0);
	later = f.request;
	assert_int_equal(sb_http_answer_text(later, 200, "x"), 0);
	pass(&f, 0);
	sb_tape_feed(f.tape, GET("/take"));
	assert_true(f.request == old || f.request == later);
	fixture_end(&f);
}

static void
fields_may_be_added_that_can_be(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take"));
	assert_int_equal(sb_http_add_field(f.request, "X-A", "b"), 0);
	assert_int_equal(sb_http_add_field(f.request, "X-B", ""), 0);
	assert_int_equal(sb_http_add_field(f.request, "X A", "b"), -EINVAL);
	assert_int_equal(sb_http_add_field(f.request, "", "b"), -EINVAL);
	assert_int_equal(sb_http_add_field(f.request, "A", "b\r\nSet-Cookie: c"), -EINVAL);
	assert_int_equal(sb_http_add_field(f.request, "content-length", "5"), -EINVAL);
	assert_int_equal(sb_http_add_field(f.request, "Transfer-Encoding", "x"), -EINVAL);
	assert_int_equal(sb_http_add_field(f.request, "Date", "x"), -EINVAL);
	assert_int_equal(sb_http_add_field(f.request, "Connection", "x"), -EINVAL);
	assert_int_equal(sb_http_answer_text(f.request, 199, "x"), -EINVAL);
	assert_int_equal(sb_http_answer_text(f.request, 600, "x"), -EINVAL);
	assert_int_equal(sb_http_answer(f.request, 200, "a\nb", sb_bytes_of("x")), -EINVAL);
	assert_int_equal(sb_http_answer(f.request, 204, NULL, sb_bytes_of("x")), 0);
	expect(&f, "HTTP/1.1 204 No Content\r\nX-A: b\r\nX-B: \r\n\r\n");
	fixture_end(&f);
}

static void
a_redirect_has_a_location(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take"));
	assert_int_equal(sb_http_redirect(f.request, 200, "/b"), -EINVAL);
	assert_int_equal(sb_http_redirect(f.request, 303, "/b\r\n"), -EINVAL);
	assert_int_equal(sb_http_redirect(f.request, 303, "/b"), 0);
	expect(&f, "HTTP/1.1 303 See Other\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(sb_http_redirect(f.request, 303, "/b"), -EALREADY);
	fixture_end(&f);
}

static void
every_answer_has_a_date(void **state)
{
	struct fixture f;
	char first[64];

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/hello"));
	(void)snprintf(first, sizeof(first), "%.37s", strstr(sb_tape_written(f.tape), "Date: "));
	sb_tape_clear(f.tape);
	pass(&f, 500 * SB_MS);
	sb_simulation_step_wall(f.world->sim, 60 * SB_S);
	sb_tape_feed(f.tape, GET("/hello"));
	assert_non_null(strstr(sb_tape_written(f.tape), "Date: "));
	assert_null(strstr(sb_tape_written(f.tape), first));
	fixture_end(&f);
}

static void
a_long_line_of_text_is_answered_whole(void **state)
{
	struct fixture f;
	char text[2000];

	fixture_begin(&f, *state);
	memset(text, 'x', sizeof(text));
	text[1999] = '\0';
	sb_tape_feed(f.tape, GET("/take"));
	assert_int_equal(sb_http_answer_text(f.request, 200, "%s", text), 0);
	assert_non_null(strstr(got(&f), "Content-Length: 2000\r\n\r\nxxx"));
	sb_tape_feed(f.tape, GET("/take"));
	pass(&f, 0);
	text[511] = '\0';
	assert_int_equal(sb_http_answer_text(f.request, 200, "%s", text), 0);
	assert_non_null(strstr(got(&f), "Content-Length: 512\r\n\r\nxxx"));
	assert_int_equal(f.got[strlen(f.got) - 1], '\n');
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_request_becomes_a_signal),
		kit_test(an_absolute_target_says_the_host),
		kit_test(fields_are_read_by_any_case_and_in_order),
		kit_test(a_connection_serves_many_requests_in_one_piece_or_many),
		kit_test(every_place_is_one_where_a_request_may_be_split),
		kit_test(the_answer_says_whether_the_connection_stays),
		kit_test(after_the_last_answer_nothing_is_read),
		kit_test(a_body_may_have_a_length_or_come_in_chunks),
		kit_test(a_body_may_be_as_long_as_a_handler_allows),
		kit_test(a_body_is_asked_for_where_the_client_waits),
		kit_test(a_handler_may_refuse_a_body),
		kit_test(a_body_is_refused_by_an_answer_in_pieces_too),
		kit_test(a_body_may_come_in_pieces),
		kit_test(a_paused_body_is_not_read),
		kit_test(head_is_answered_without_the_content),
		kit_test(an_answer_may_come_in_pieces),
		kit_test(pieces_go_out_as_they_are_written),
		kit_test(what_is_not_of_the_length_said_is_not_sent),
		kit_test(nobody_answers_is_404_and_a_failure_500),
		kit_test(who_took_a_request_answers_later_and_the_others_wait),
		kit_test(what_waits_behind_a_request_has_a_limit),
		kit_test(a_handle_that_is_over_is_harmless_until_the_turn_ends),
		kit_test(fields_may_be_added_that_can_be),
		kit_test(a_redirect_has_a_location),
		kit_test(every_answer_has_a_date),
		kit_test(a_long_line_of_text_is_answered_whole),
	};

	return kit_run(tests);
}
