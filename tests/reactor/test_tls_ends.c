/* TLS on streams: ends, starting in mid-stream, marks, errors of others. */

#include "reactor/tls.h"

/* ---- Ends ---- */

static void
answer(struct peer *p)
{
	write_text(p, "answer");
	sb_stream_shutdown(p->stream);
}

static void
expect_half_close(struct world *w)
{
	w->server.on_ended = answer;
	meet(w);
	write_text(&w->client, "question");
	sb_stream_shutdown(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "question");
	assert_string_equal(w->client.text, "answer");
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
	assert_false(w->client.is_truncated || w->server.is_truncated);
}

static void
half_close_works_in_1_3(void **state)
{
	use_tls(*state);
	expect_half_close(*state);
}

static void
half_close_works_in_1_2(void **state)
{
	use_tls(*state);
	allow_only_1_2(*state);
	expect_half_close(*state);
}

static void
close_says_goodbye(void **state)
{
	struct world *w = *state;

	use_tls(w);
	meet(w);
	write_text(&w->client, "bye");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "bye");
	assert_false(w->server.is_truncated);
}

/* The network takes nothing for a while: not even the goodbye. */
static void
close_waits_until_goodbye_is_said(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1 };

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_set_weather(w->sim, &weather);
	sb_stream_pause(w->server.stream);
	sb_stream_close(w->client.stream);
	let_pass(w, SB_S);
	assert_int_equal(w->client.n_closed, 0);
	sb_stream_resume(w->server.stream);
	wait_for(w, both_closed);
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
	assert_false(w->server.is_truncated);
}

static void
close_gives_up_when_goodbye_is_not_taken(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1 };

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_set_weather(w->sim, &weather);
	sb_stream_pause(w->server.stream);
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ETIMEDOUT);
	sb_stream_resume(w->server.stream);
	wait_for(w, server_closed);
	assert_int_equal(w->server.error.code, -ECONNRESET);
}

/* ---- In the midst of a plain stream ---- */

static void
what_is_queued_goes_out_in_the_clear_before(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 10 };

	use_tls(w);
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	w->is_plain = true;
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	sb_simulation_set_weather(w->sim, &weather);
	write_text(&w->client, "so much that it is queued: STARTTLS\r\n");
	assert_true(sb_stream_queued(w->client.stream) > 0);
	start_client(&w->client);
	assert_int_equal(sb_stream_write(w->client.stream, bytes("x")), -ENOTCONN);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, NULL, NULL), -EALREADY);
	while (w->server.n_bytes < strlen("so much that it is queued: STARTTLS\r\n"))
		let_pass(w, 0);
	assert_string_equal(w->server.text, "so much that it is queued: STARTTLS\r\n");
	w->server.server_tls = w->own_tls;
	start_server(&w->server);
	wait_for(w, both_secured);
	assert_int_equal(w->client.n_connected, 1);
	write_text(&w->client, "secret");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_non_null(strstr(w->server.text, "\r\nsecret"));
}

static void
starting_tls_needs_an_open_stream_and_a_name(void **state)
{
	struct world *w = *state;
	struct sb_error error;

	use_tls(w);
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	w->is_plain = true;
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, NULL, &error), -ENOTCONN);
	wait_for(w, both_connected);
	/* A server's stream has no URL to take the name from. */
	assert_int_equal(
		sb_stream_start_tls(w->server.stream, w->client_tls, NULL, &error), -EINVAL);
	assert_non_null(strstr(error.text, "name="));
	sb_stream_shutdown(w->client.stream);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, NULL, &error), -ENOTCONN);
	assert_non_null(strstr(error.text, "open both ways"));
}

static void
close_while_tls_starts_ends_in_order(void **state)
{
	struct world *w = *state;

	use_tls(w);
	start_both(w, NULL);
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->client.n_secured + w->server.n_secured, 0);
	expect_text(&w->server, -EPROTO, "in the midst of the handshake");
}

static void
destroying_a_stream_while_tls_starts_is_fine(void **state)
{
	struct world *w = *state;

	use_tls(w);
	start_both(w, NULL);
	drop_peer(&w->client);
	wait_for(w, server_closed);
	assert_true(w->server.error.code < 0);
}

static void
host_of_the_url_is_the_name(void **state)
{
	struct world *w = *state;

	use_tls(w);
	start_both(w, NULL);
	wait_for(w, both_secured);
}

/* ---- Bytes ---- */

static bool
server_has_hello(struct world *w)
{
	return strcmp(w->server.text, "hello") == 0;
}

static bool
server_has_all(struct world *w)
{
	return w->server.n_bytes == 3 * 1024 * 1024;
}

/* So much that a turn's reads leave something in the SSL, of which the network tells nothing. */
static void
much_is_told_though_the_network_is_silent(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 16 * 1024 * 1024 };
	struct sb_stream_options options = { .hard_limit = 8 * 1024 * 1024 };
	unsigned char *pattern = make_pattern(3 * 1024 * 1024);

	use_tls(w);
	sb_simulation_set_weather(w->sim, &weather);
	open_listener(w);
	connect_peer(w, &w->client, &options);
	wait_for(w, both_connected);
	sb_stream_pause(w->server.stream);
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 3 * 1024 * 1024 }),
		0);
	let_pass(w, SB_S);
	sb_stream_resume(w->server.stream);
	wait_for(w, server_has_all);
	assert_true(w->server.hash == hash_more(w->more[0].hash, pattern, 3 * 1024 * 1024));
	free(pattern);
}

static void
pause_at_once(struct peer *p)
{
	sb_stream_pause(p->stream);
}

/* Each resume gives what one read gave, from within the SSL. */
static void
bytes_left_in_the_ssl_wait_for_resume(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1024 * 1024 };
	unsigned char *pattern = make_pattern(200 * 1024);
	unsigned i;

	use_tls(w);
	sb_simulation_set_weather(w->sim, &weather);
	w->server.on_data = pause_at_once;
	meet(w);
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 200 * 1024 }), 0);
	let_pass(w, SB_S);
	for (i = 1; w->server.n_bytes < 200 * 1024; i++) {
		assert_int_equal(w->server.n_data, i);
		let_pass(w, SB_S);
		assert_int_equal(w->server.n_data, i);
		sb_stream_resume(w->server.stream);
		let_pass(w, SB_S);
	}
	assert_true(i >= 4);
	free(pattern);
}

/* What a peer does not take waits in the stream's queue, where the marks see it. */
static void
peer_who_does_not_read_fills_the_queue_only(void **state)
{
	struct world *w = *state;
	static unsigned char block[64 * 1024];
	int ret = 0;

	use_tls(w);
	meet(w);
	sb_stream_pause(w->server.stream);
	while (ret == 0)
		ret = sb_stream_write(w->client.stream, (struct sb_bytes){ block, sizeof(block) });
	assert_int_equal(ret, -ENOBUFS);
	assert_true(sb_stream_queued(w->client.stream) > 1024 * 1024 - sizeof(block));
	let_pass(w, SB_S);
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ block, sizeof(block) }),
		-ENOBUFS);
}

static struct sb_timer mess;

static void
leave_an_error(void *self)
{
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	sb_timer_start(self, 0);
}

/* In each turn there is an error in OpenSSL's queue, as another library may leave it. */
static void
errors_of_others_disturb_nothing(void **state)
{
	struct world *w = *state;

	use_tls(w);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	assert_int_equal(sb_timer_init(&mess, w->r, SB_HANDLER(leave_an_error), &mess), 0);
	sb_timer_start(&mess, 0);
	wait_for(w, both_connected);
	let_pass(w, 0);
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	write_text(&w->client, "hello");
	assert_int_equal(ERR_peek_error(), 0);
	wait_for(w, server_has_hello);
	let_pass(w, SB_MS / 1000);
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	sb_timer_finish(&mess);
	ERR_clear_error();
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
}

static void
errors_of_others_do_not_fail_a_write_that_waits(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 10 };

	use_tls(w);
	meet(w);
	let_pass(w, SB_S);
	sb_simulation_set_weather(w->sim, &weather);
	ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
	write_text(&w->client, "hello");
	assert_int_equal(sb_stream_queued(w->client.stream), strlen("hello"));
	wait_for(w, server_has_hello);
}

/* Byte by byte: a flight, and the alert of a handshake that fails, wait for the network. */
static void
alert_reaches_a_peer_who_reads_slowly(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .pipe_size = 1 };

	serve_names(w, "other.example");
	trust(w);
	sb_simulation_set_weather(w->sim, &weather);
	expect_refusal(w, "is for other.example, and not for 127.0.0.1");
	expect_text(&w->server, -EPROTO, "the peer does not trust our certificate");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		tls_test(half_close_works_in_1_3),
		tls_test(half_close_works_in_1_2),
		tls_test(close_says_goodbye),
		tls_test(close_waits_until_goodbye_is_said),
		tls_test(close_gives_up_when_goodbye_is_not_taken),
		tls_test(what_is_queued_goes_out_in_the_clear_before),
		tls_test(starting_tls_needs_an_open_stream_and_a_name),
		tls_test(close_while_tls_starts_ends_in_order),
		tls_test(destroying_a_stream_while_tls_starts_is_fine),
		tls_test(host_of_the_url_is_the_name),
		tls_test(much_is_told_though_the_network_is_silent),
		tls_test(bytes_left_in_the_ssl_wait_for_resume),
		tls_test(peer_who_does_not_read_fills_the_queue_only),
		tls_test(errors_of_others_disturb_nothing),
		tls_test(errors_of_others_do_not_fail_a_write_that_waits),
		tls_test(alert_reaches_a_peer_who_reads_slowly),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
