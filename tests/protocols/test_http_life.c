/* How long the HTTP server waits for what, and how connections, requests and the server itself
 * end. */

#include <errno.h>

#include <signalbox/dispatch_signals.h>

#include "kit_cmocka.h"

#include "http_fixture.h"

/* ---- Deadlines ---- */

static void
a_header_has_its_time_however_it_dribbles(void **state)
{
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "GET /hello HTTP/1.1\r\nA: ");
	for (i = 0; i < 9; i++) {
		pass(&f, SB_S);
		sb_tape_feed(f.tape, "b");
	}
	expect(&f, "");
	pass(&f, SB_S);
	expect_status_(SB_PLACE, &f, 408, true, "a slow header");
	sb_probe_seek(f.probe, "http.answered status=408");
	/* Then it may end its side, and is not waited for longer. */
	pass(&f, 4999 * SB_MS);
	assert_false(sb_tape_is_over(f.tape));
	pass(&f, SB_MS);
	sb_tape_expect_over(f.tape, 0);
	fixture_end(&f);
}

static void
a_body_has_its_time(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/echo", "Content-Length: 5\r\n"));
	pass(&f, 59 * SB_S);
	sb_tape_feed(f.tape, "ab");
	pass(&f, 999 * SB_MS);
	expect(&f, "");
	pass(&f, SB_MS);
	expect_status_(SB_PLACE, &f, 408, true, "a slow body");
	fixture_end(&f);
}

static void
a_body_in_pieces_has_its_time_for_each(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/stream", "Content-Length: 5\r\n"));
	pass(&f, 59 * SB_S);
	sb_tape_feed(f.tape, "ab");
	pass(&f, 59 * SB_S);
	sb_tape_feed(f.tape, "c");
	expect(&f, "");
	pass(&f, 60 * SB_S);
	sb_probe_seek(f.probe, "http.gone error=-ETIMEDOUT path=/stream");
	assert_int_equal(f.ret, -ENOTCONN);
	expect_status_(SB_PLACE, &f, 408, true, "a slow body");
	fixture_end(&f);
}

static void
an_idle_connection_is_closed_without_a_word(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	pass(&f, 59 * SB_S);
	sb_tape_feed(f.tape, GET("/hello"));
	expect(&f, HELLO);
	pass(&f, 59999 * SB_MS);
	assert_true(sb_tape_is_open(f.tape));
	pass(&f, SB_MS);
	expect(&f, "");
	sb_tape_expect_over(f.tape, 0);
	assert_int_equal(sb_http_n_connections(f.http), 0);
	fixture_end(&f);
}

static void
who_took_a_request_and_is_late_is_told_of(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take") GET("/hello"));
	pass(&f, 29 * SB_S);
	assert_int_equal(sb_http_take(f.request), f.id);
	expect(&f, "");
	pass(&f, SB_S);
	sb_probe_seek(f.probe, "http.gone error=-ETIMEDOUT path=/take");
	assert_int_equal(f.ret, 0); /* of /hello */
	sb_probe_seek(f.probe, "http.answered status=504 path=/take");
	assert_non_null(strstr(got(&f), "504 Gateway Timeout"));
	assert_non_null(strstr(f.got, "hello\n"));
	sb_gate_expect_failure(f.world->gate, "fixture_on_requested");
	assert_true(sb_tape_is_open(f.tape));
	fixture_end(&f);
}

static void
an_answer_that_was_begun_and_is_late_is_broken_off(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/begin"));
	pass(&f, 29 * SB_S);
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("a")), 0);
	pass(&f, 29 * SB_S);
	assert_true(sb_tape_is_open(f.tape));
	pass(&f, SB_S);
	sb_tape_expect_over(f.tape, -ECONNABORTED);
	sb_probe_seek(f.probe, "http.gone error=-ETIMEDOUT");
	sb_probe_seek(f.probe, "http.answered status=200 is_whole=false n_bytes=1");
	sb_gate_expect_failure(f.world->gate, "fixture_on_requested");
	fixture_end(&f);
}

static void
a_body_may_not_be_paused_for_ever(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, POST("/pause", "Content-Length: 5\r\n") "ab");
	pass(&f, 30 * SB_S);
	expect_status_(SB_PLACE, &f, 504, true, "a paused body");
	sb_gate_expect_failure(f.world->gate, "fixture_on_requested");
	fixture_end(&f);
}

static void
who_takes_nothing_of_an_answer_is_cut_off(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_room(f.tape, 10);
	sb_tape_feed(f.tape, GET("/hello"));
	pass(&f, 40 * SB_S);
	sb_tape_set_room(f.tape, 20);
	pass(&f, 58 * SB_S);
	assert_false(sb_tape_is_over(f.tape));
	/* When it last took something is known to a quarter of the time. */
	pass(&f, 17 * SB_S);
	sb_tape_expect_over(f.tape, -ECONNABORTED);
	fixture_end(&f);
}

static void
the_client_that_takes_nothing_is_not_the_handlers_fault(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 5, 10, 1000000);
	sb_tape_set_room(f.tape, 0);
	sb_tape_feed(f.tape, GET("/begin"));
	assert_true(sb_http_is_full(f.request));
	pass(&f, 40 * SB_S);
	assert_false(sb_tape_is_over(f.tape));
	sb_tape_set_room(f.tape, SIZE_MAX);
	sb_probe_seek(f.probe, "http.drained path=/begin");
	assert_false(sb_http_is_full(f.request));
	assert_int_equal(sb_http_end(f.request), 0);
	fixture_end(&f);
}

/* The peer takes ten bytes more every ten seconds, until it has all. */
static void
expect_taken_slowly(struct fixture *f, const char *end)
{
	int i;

	for (i = 0; i < 40 && !sb_tape_is_shut(f->tape); i++) {
		pass(f, 10 * SB_S);
		/* A close would give the rest no more than close_timeout_ns. */
		if (!sb_tape_is_open(f->tape))
			sb_testing_fail(SB_PLACE, "closed after %d s", 10 * (i + 1));
		sb_tape_set_room(f->tape, 10);
	}
	sb_tape_seek(f->tape, end);
	assert_true(sb_tape_is_shut(f->tape));
	/* That it has all is known to a quarter of write_timeout_ns; then it may linger. */
	pass(f, 15 * SB_S);
	pass(f, 5 * SB_S);
	sb_tape_expect_over(f->tape, 0);
}

static void
who_takes_the_last_answer_slowly_gets_it_whole(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_room(f.tape, 10);
	sb_tape_feed(f.tape, FIELD_OF("Connection: close"));
	expect_taken_slowly(&f, "hello\n");
	fixture_end(&f);
}

static void
shutting_waits_for_who_takes_an_answer_slowly(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_room(f.tape, 10);
	sb_tape_feed(f.tape, GET("/hello"));
	sb_http_shut(f.http);
	expect_taken_slowly(&f, "hello\n");
	assert_int_equal(sb_http_n_connections(f.http), 0);
	fixture_end(&f);
}

/* ---- Limits ---- */

static void
what_waits_for_a_client_has_a_limit(void **state)
{
	static char content[900 * 1024];
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 5, 10, 64 * 1024 * 1024);
	sb_tape_set_room(f.tape, 0);
	sb_tape_feed(f.tape, GET("/begin"));
	assert_int_equal(
		sb_http_write(f.request, (struct sb_bytes){ content, sizeof(content) }), 0);
	assert_int_equal(
		sb_http_write(f.request, (struct sb_bytes){ content, sizeof(content) }), -ENOBUFS);
	sb_tape_set_room(f.tape, SIZE_MAX);
	sb_probe_seek(f.probe, "http.drained");
	assert_int_equal(
		sb_http_write(f.request, (struct sb_bytes){ content, sizeof(content) }), 0);
	assert_int_equal(sb_http_end(f.request), 0);
	fixture_end(&f);
}

static void
what_does_not_fit_is_waited_for(void **state)
{
	static char content[1024 * 1024];
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 16 * 1024, 64 * 1024, 64 * 1024 * 1024);
	sb_tape_set_room(f.tape, 0);
	sb_tape_feed(f.tape, GET("/begin"));
	assert_int_equal(sb_http_write(f.request, (struct sb_bytes){ content, 50 * 1024 }), 0);
	assert_false(sb_http_is_full(f.request));
	/* Nothing would tell when to try again. */
	assert_int_equal(
		sb_http_write(f.request, (struct sb_bytes){ content, sizeof(content) }), 0);
	assert_true(sb_http_is_full(f.request));
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("x")), -ENOBUFS);
	sb_tape_set_room(f.tape, SIZE_MAX);
	sb_probe_seek(f.probe, "http.drained");
	assert_int_equal(sb_http_end(f.request), 0);
	fixture_end(&f);
}

static void
who_does_not_take_its_answers_gets_no_more(void **state)
{
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 500, 1000, 64 * 1024 * 1024);
	sb_tape_set_room(f.tape, 0);
	for (i = 0; i < 1000; i++)
		sb_tape_feed(f.tape, GET("/hello"));
	sb_probe_clear(f.probe);
	sb_tape_feed(f.tape, GET("/none"));
	sb_probe_expect_none(f.probe);
	sb_tape_set_room(f.tape, SIZE_MAX);
	pass(&f, 0);
	sb_probe_seek(f.probe, "http.answered path=/none");
	fixture_end(&f);
}

static void
connections_beyond_the_most_are_told_503(void **state)
{
	struct sb_http_options options = { .max_connections = 1 };
	struct sb_tape *second = sb_tape_create();
	struct fixture f;

	fixture_begin_with(&f, *state, &options);
	assert_int_equal(sb_http_attach(f.http, sb_tape_stream(second)), 0);
	sb_tape_connect(second);
	sb_tape_expect_line(second, "HTTP/1.1 503 Service Unavailable");
	assert_true(sb_tape_is_shut(second));
	sb_tape_end(second);
	sb_tape_expect_over(second, 0);
	sb_tape_feed(f.tape, GET("/hello"));
	expect(&f, HELLO);
	sb_tape_destroy(second);
	fixture_end(&f);
}

/* ---- Ends ---- */

static void
a_client_that_left_is_told_to_who_took_its_request(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take"));
	sb_tape_break(f.tape, -ECONNRESET);
	sb_probe_seek(f.probe, "http.gone error=-ECONNRESET path=/take");
	assert_int_equal(f.ret, -ENOTCONN);
	assert_null(sb_http_find(f.http, f.id));
	sb_probe_expect_none(f.probe);
	peer_connect(&f);
	sb_tape_feed(f.tape, GET("/begin"));
	sb_tape_break(f.tape, -ECONNRESET);
	sb_probe_seek(f.probe, "http.gone error=-ECONNRESET path=/begin");
	sb_probe_expect(f.probe, "http.answered is_whole=false");
	fixture_end(&f);
}

static void
a_client_that_sends_no_more_still_gets_its_answers(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/take") GET("/hello"));
	sb_tape_end(f.tape);
	expect(&f, "");
	assert_int_equal(sb_http_answer_text(f.request, 200, "hello"), 0);
	pass(&f, 0);
	expect(&f, HELLO HELLO);
	sb_tape_expect_over(f.tape, 0);
	peer_connect(&f);
	sb_tape_end(f.tape);
	sb_tape_expect_over(f.tape, 0);
	fixture_end(&f);
}

static void
a_request_that_ends_in_its_midst_is_wrong(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, "GET /he");
	sb_tape_end(f.tape);
	expect_status_(SB_PLACE, &f, 400, true, "half a header");
	peer_connect(&f);
	sb_tape_feed(f.tape, POST("/stream", "Content-Length: 5\r\n") "ab");
	sb_tape_end(f.tape);
	expect_status_(SB_PLACE, &f, 400, true, "half a body");
	sb_probe_seek(f.probe, "http.gone error=-ECONNRESET path=/stream");
	fixture_end(&f);
}

static void
a_client_that_cannot_be_written_to_is_gone(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/begin"));
	sb_tape_fail_writes(f.tape, -EPIPE);
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("a")), 0);
	assert_int_equal(sb_http_write(f.request, sb_bytes_of("a")), -ENOTCONN);
	pass(&f, 0);
	assert_true(sb_tape_is_over(f.tape));
	sb_probe_seek(f.probe, "http.gone path=/begin");
	fixture_end(&f);
}

static void
shutting_closes_what_is_idle_and_answers_what_is_asked(void **state)
{
	struct sb_tape *idle = sb_tape_create();
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_http_attach(f.http, sb_tape_stream(idle)), 0);
	sb_tape_connect(idle);
	sb_tape_feed(f.tape, GET("/take") GET("/hello"));
	sb_http_shut(f.http);
	sb_tape_turn(idle);
	sb_tape_expect_over(idle, 0);
	sb_tape_destroy(idle);
	assert_int_equal(sb_http_answer_text(f.request, 200, "hello"), 0);
	pass(&f, 0);
	expect(&f, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
		   "Content-Length: 6\r\nConnection: close\r\n\r\nhello\n");
	assert_true(sb_tape_is_shut(f.tape));
	sb_tape_end(f.tape);
	assert_int_equal(sb_http_n_connections(f.http), 0);
	sb_http_shut(f.http);
	fixture_end(&f);
}

static void
a_handler_may_shut_the_server(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed(f.tape, GET("/shut"));
	expect_status_(SB_PLACE, &f, 404, true, "/shut");
	fixture_end(&f);
}

static void
destroy_at(struct sb_world *world, const char *signal, const char *request)
{
	struct fixture f;
	int i;

	for (i = 0; i < 2; i++) {
		fixture_begin(&f, world);
		f.destroys_at = signal;
		if (i)
			sb_tape_feed_by_byte(f.tape, request);
		else
			sb_tape_feed(f.tape, request);
		if (f.http && !strcmp(signal, "http.gone"))
			sb_tape_break(f.tape, -ECONNRESET);
		if (f.http)
			sb_testing_fail(SB_PLACE, "not destroyed at %s by %s", signal, request);
		sb_tape_expect_over(f.tape, -ECONNABORTED);
		fixture_end(&f);
	}
}

static void
a_handler_may_destroy_the_server_at_any_signal(void **state)
{
	destroy_at(*state, "http.requested", GET("/hello") GET("/hello"));
	destroy_at(*state, "http.requested", POST("/stream", "Content-Length: 2\r\n") "ab");
	destroy_at(*state, "http.begun", POST("/echo", "Content-Length: 2\r\n") "ab");
	destroy_at(*state, "http.body_arrived", POST("/stream", "Content-Length: 2\r\n") "ab");
	destroy_at(*state, "http.answered", GET("/hello") GET("/hello"));
	destroy_at(*state, "http.answered", "wrong");
	destroy_at(*state, "http.gone", GET("/take"));
	destroy_at(*state, "http.gone", GET("/begin"));
	destroy_at(*state, "http.gone", POST("/stream", "Transfer-Encoding: chunked\r\n") "x");
	sb_http_destroy(NULL);
}

static void
a_handler_may_destroy_the_server_when_a_deadline_passes(void **state)
{
	static const char *const signals[] = { "http.gone", "http.answered" };
	struct fixture f;
	size_t i;

	for (i = 0; i < 2; i++) {
		fixture_begin(&f, *state);
		sb_tape_feed(f.tape, GET("/take"));
		f.destroys_at = signals[i];
		pass(&f, 30 * SB_S);
		assert_null(f.http);
		if (i)
			sb_gate_expect_failure(f.world->gate, "fixture_on_requested");
		fixture_end(&f);
	}
	fixture_begin(&f, *state);
	sb_tape_set_marks(f.tape, 5, 10, 1000000);
	sb_tape_set_room(f.tape, 0);
	sb_tape_feed(f.tape, GET("/begin"));
	f.destroys_at = "http.drained";
	sb_tape_set_room(f.tape, SIZE_MAX);
	assert_null(f.http);
	fixture_end(&f);
}

static void
on_failure(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)from, (void)e;
	destroy_it(self);
}

static void
a_failure_may_be_told_to_who_destroys_the_server(void **state)
{
	static const char *const requests[] = {
		GET("/fail"),
		GET("/short"),
		GET("/take"),
		GET("/begin"),
		POST("/fail_early", "Content-Length: 2\r\n"),
	};
	struct sb_world *world = *state;
	struct sb_connection connection;
	struct fixture f;
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		fixture_begin(&f, world);
		connection =
			sb_dispatch_failed_connect(world->d, SB_ANY, SB_HANDLER(on_failure), &f);
		sb_tape_feed(f.tape, requests[i]);
		pass(&f, 30 * SB_S);
		assert_null(f.http);
		sb_disconnect(world->d, connection);
		sb_gate_expect_failure(world->gate, "http.");
		fixture_end(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_header_has_its_time_however_it_dribbles),
		kit_test(a_body_has_its_time),
		kit_test(a_body_in_pieces_has_its_time_for_each),
		kit_test(an_idle_connection_is_closed_without_a_word),
		kit_test(who_took_a_request_and_is_late_is_told_of),
		kit_test(an_answer_that_was_begun_and_is_late_is_broken_off),
		kit_test(a_body_may_not_be_paused_for_ever),
		kit_test(who_takes_nothing_of_an_answer_is_cut_off),
		kit_test(the_client_that_takes_nothing_is_not_the_handlers_fault),
		kit_test(who_takes_the_last_answer_slowly_gets_it_whole),
		kit_test(shutting_waits_for_who_takes_an_answer_slowly),
		kit_test(what_waits_for_a_client_has_a_limit),
		kit_test(what_does_not_fit_is_waited_for),
		kit_test(who_does_not_take_its_answers_gets_no_more),
		kit_test(connections_beyond_the_most_are_told_503),
		kit_test(a_client_that_left_is_told_to_who_took_its_request),
		kit_test(a_client_that_sends_no_more_still_gets_its_answers),
		kit_test(a_request_that_ends_in_its_midst_is_wrong),
		kit_test(a_client_that_cannot_be_written_to_is_gone),
		kit_test(shutting_closes_what_is_idle_and_answers_what_is_asked),
		kit_test(a_handler_may_shut_the_server),
		kit_test(a_handler_may_destroy_the_server_at_any_signal),
		kit_test(a_handler_may_destroy_the_server_when_a_deadline_passes),
		kit_test(a_failure_may_be_told_to_who_destroys_the_server),
	};

	return kit_run(tests);
}
