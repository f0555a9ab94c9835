/* Streams between plain and TLS, where TLS stands or ends: what they may be asked for then, which
 * deadlines hold, and who is expected. */

#include <signalbox/client.h>
#include <signalbox/pipe.h>

#include "reactor/stream.h"
#include "reactor/tls.h"

/* A plain connection, on which TLS may be started. */
static void
meet_plain(struct world *w, const struct sb_stream_options *options)
{
	use_tls(w);
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	w->is_plain = true;
	open_listener(w);
	connect_peer(w, &w->client, options);
	wait_for(w, both_connected);
}

static int
start(struct peer *p, struct sb_tls *tls, const char *name, struct sb_error *ret_error)
{
	int ret;

	begin_call(p);
	ret = sb_stream_start_tls(p->stream, tls, name, ret_error);
	end_call(p);
	return ret;
}

static void
secure_client(struct world *w)
{
	assert_int_equal(start(&w->client, w->client_tls, NULL, NULL), 0);
}

static void
secure_server(struct world *w)
{
	assert_int_equal(start(&w->server, w->own_tls, NULL, NULL), 0);
}

/* Nothing passes at all. */
static void
stop_the_network(struct world *w)
{
	assert_int_equal(
		sb_simulation_set_reach(w->sim, sb_listener_url(w->listener), SB_BLACK_HOLED), 0);
}

/* ---- Deadlines ---- */

static void
lifetime_ends_a_stream_in_its_handshake(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = { .connect_timeout_ns = -1, .lifetime_ns = 5 * SB_S };

	meet_plain(w, &options);
	secure_client(w);
	(void)sb_simulation_run_for(w->sim, 10 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "its lifetime of 5 s is over");
}

static void
lifetime_counts_on_over_a_handshake(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = { .lifetime_ns = 5 * SB_S };

	meet_plain(w, &options);
	(void)sb_simulation_run_for(w->sim, 2 * SB_S);
	secure_client(w);
	secure_server(w);
	wait_for(w, both_secured);
	(void)sb_simulation_run_for(w->sim, 3 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "its lifetime of 5 s is over");
}

static void
write_timeout_holds_for_what_is_queued_before_tls(void **state)
{
	static const struct sb_weather narrow = { .pipe_size = 4 };
	struct world *w = *state;
	struct sb_stream_options options = { .write_timeout_ns = 5 * SB_S };

	meet_plain(w, &options);
	sb_simulation_set_weather(w->sim, &narrow);
	sb_stream_pause(w->server.stream);
	write_text(&w->client, "STARTTLS");
	secure_client(w);
	(void)sb_simulation_run_for(w->sim, 6 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "the peer took nothing of what is queued for 5 s");
}

/* No handshake has begun that could be late. */
static void
queue_that_does_not_go_before_tls_is_told_as_that(void **state)
{
	static const struct sb_weather narrow = { .pipe_size = 4 };
	struct world *w = *state;
	struct sb_stream_options options = { .connect_timeout_ns = 7 * SB_S };

	meet_plain(w, &options);
	sb_simulation_set_weather(w->sim, &narrow);
	sb_stream_pause(w->server.stream);
	write_text(&w->client, "STARTTLS");
	secure_client(w);
	(void)sb_simulation_run_for(w->sim, 8 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "what is queued before it did not go within 7 s");
	assert_null(strstr(w->client.error.text, "handshake"));
}

/* The handshake has a deadline of its own; the idle one rests meanwhile. */
static void
silent_peer_in_a_handshake_is_told_as_that(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = { .connect_timeout_ns = 7 * SB_S,
		.idle_timeout_ns = 2 * SB_S };

	meet_plain(w, &options);
	secure_client(w);
	(void)sb_simulation_run_for(w->sim, 8 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "the handshake was not through within 7 s");
}

/* A flight that the peer does not take is nothing that was queued. */
static void
close_in_a_handshake_waits_for_nobody(void **state)
{
	static const struct sb_weather narrow = { .pipe_size = 10 };
	struct world *w = *state;
	int64_t began_ns;

	meet_plain(w, NULL);
	sb_simulation_set_weather(w->sim, &narrow);
	sb_stream_pause(w->server.stream);
	secure_client(w);
	sb_simulation_settle(w->sim);
	began_ns = sb_reactor_now_ns(w->r);
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, 0);
	assert_true(sb_reactor_now_ns(w->r) == began_ns);
}

/* The same where it is taken later, and the handshake still hangs. */
static void
close_in_a_handshake_that_hangs_is_in_order(void **state)
{
	static const struct sb_weather narrow = { .pipe_size = 10 };
	struct world *w = *state;

	meet_plain(w, NULL);
	sb_simulation_set_weather(w->sim, &narrow);
	sb_stream_pause(w->server.stream);
	secure_client(w);
	sb_simulation_settle(w->sim);
	sb_stream_close(w->client.stream);
	sb_stream_resume(w->server.stream);
	(void)sb_simulation_run_for(w->sim, 60 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	assert_int_equal(w->client.error.code, 0);
}

/* The words of TLS itself wait in its own memory; they are no reason to be called on and on. */
static void
close_over_tls_has_a_deadline_and_does_not_spin(void **state)
{
	static const struct sb_weather narrow = { .pipe_size = 5 };
	struct world *w = *state;
	uint64_t turn;

	meet_plain(w, NULL);
	secure_client(w);
	secure_server(w);
	wait_for(w, both_secured);
	sb_simulation_set_weather(w->sim, &narrow);
	stop_the_network(w);
	sb_stream_close(w->client.stream);
	turn = w->r->turn;
	(void)sb_simulation_run_for(w->sim, 11 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "closing tcp://");
	assert_true(w->r->turn - turn < 10);
	assert_int_equal(
		sb_simulation_set_reach(w->sim, sb_listener_url(w->listener), SB_REACHED), 0);
}

static void
paused_stream_does_not_spin_at_the_peers_end(void **state)
{
	struct world *w = *state;
	uint64_t turn;

	meet_plain(w, NULL);
	secure_client(w);
	secure_server(w);
	wait_for(w, both_secured);
	sb_stream_pause(w->client.stream);
	write_text(&w->server, "last words");
	sb_stream_close(w->server.stream);
	turn = w->r->turn;
	(void)sb_simulation_run_for(w->sim, 60 * SB_S);
	assert_true(w->r->turn - turn < 10);
	assert_int_equal(w->client.n_closed, 0);
	sb_stream_resume(w->client.stream);
	wait_for(w, client_closed);
	assert_string_equal(w->client.text, "last words");
	assert_int_equal(w->client.error.code, 0);
	assert_false(w->client.is_truncated);
}

static void
note_only(struct peer *p)
{
	(void)p;
}

/* After the peer's end nothing can come: what is late is that it takes nothing. */
static void
idle_after_the_peers_end_is_told_as_that(void **state)
{
	static const struct sb_weather narrow = { .pipe_size = 4 };
	struct world *w = *state;
	struct sb_stream_options options = { .idle_timeout_ns = 5 * SB_S };

	w->client.on_ended = w->server.on_ended = note_only;
	meet_plain(w, &options);
	sb_stream_shutdown(w->server.stream);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.n_ended, 1);
	sb_simulation_set_weather(w->sim, &narrow);
	sb_stream_pause(w->server.stream);
	write_text(&w->client, "not taken");
	(void)sb_simulation_run_for(w->sim, 6 * SB_S);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -ETIMEDOUT, "writing to tcp://");
	expect_text(&w->client, -ETIMEDOUT, "it has ended, and took nothing for 5 s");
}

/* ---- What a peer may do ---- */

static struct tls_end *
below(struct peer *p)
{
	return tls_of((struct stream *)p->stream);
}

static void
secure_both(struct world *w)
{
	meet_plain(w, NULL);
	secure_client(w);
	secure_server(w);
	wait_for(w, both_secured);
}

/* Both ask for new keys at once, while records of both have gone half. */
static void
new_keys_come_between_bytes(void **state)
{
	static const struct sb_weather narrow = {
		.pipe_size = 700, .chops = true, .latency_max_ns = SB_MS
	};
	struct world *w = *state;
	unsigned char *pattern = make_pattern(100 * 1000);
	uint64_t hash = hash_more(w->client.hash, pattern, 100 * 1000);
	int i;

	secure_both(w);
	sb_simulation_set_weather(w->sim, &narrow);
	for (i = 0; i < 10; i++) {
		struct sb_bytes part = { pattern + i * 10000, 10000 };

		assert_int_equal(sb_stream_write(w->client.stream, part), 0);
		assert_int_equal(sb_stream_write(w->server.stream, part), 0);
		(void)sb_simulation_run_for(w->sim, 2 * SB_MS);
		assert_true(SSL_key_update(below(&w->client)->ssl, SSL_KEY_UPDATE_REQUESTED)
			    || sb_stream_queued(w->client.stream) > 0);
		assert_true(SSL_key_update(below(&w->server)->ssl, SSL_KEY_UPDATE_REQUESTED)
			    || sb_stream_queued(w->server.stream) > 0);
		ERR_clear_error();
		(void)sb_simulation_run_for(w->sim, i % 2 * SB_S);
	}
	sb_simulation_settle(w->sim);
	assert_int_equal(w->server.n_bytes, 100 * 1000);
	assert_int_equal(w->client.n_bytes, 100 * 1000);
	assert_true(w->server.hash == hash && w->client.hash == hash);
	free(pattern);
}

/* Words behind close_notify are nobody's: not TLS, not to be taken for the peer's, and no error. */
static void
plain_text_behind_the_end_of_tls_is_not_heard(void **state)
{
	struct world *w = *state;
	struct end *under;

	w->client.on_ended = w->server.on_ended = note_only;
	secure_both(w);
	write_text(&w->server, "last words");
	sb_stream_shutdown(w->server.stream);
	under = below(&w->server)->under;
	assert_int_equal(under->ops->write(under, "plain text", 10), 10);
	sb_simulation_settle(w->sim);
	assert_string_equal(w->client.text, "last words");
	assert_int_equal(w->client.n_ended, 1);
	write_text(&w->client, "answer");
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "answer");
	sb_stream_close(w->client.stream);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
	assert_false(w->client.is_truncated);
}

/* And in its midst they are an attack. */
static void
plain_text_under_tls_is_refused(void **state)
{
	struct world *w = *state;
	struct end *under;

	secure_both(w);
	write_text(&w->server, "words");
	under = below(&w->server)->under;
	assert_int_equal(under->ops->write(under, "plain text", 10), 10);
	wait_for(w, client_closed);
	assert_string_equal(w->client.text, "words");
	expect_text(&w->client, -EPROTO, "reading from ");
}

/* TLS 1.2: whoever asks for another handshake is told no. OpenSSL's client ends then. */
static void
renegotiation_is_refused(void **state)
{
	struct world *w = *state;

	trust(w);
	allow_only_1_2(w);
	serve(w, server_certificate);
	meet(w);
	(void)SSL_clear_options(below(&w->client)->ssl, SSL_OP_NO_RENEGOTIATION);
	assert_true(SSL_renegotiate(below(&w->client)->ssl));
	(void)sb_stream_write(w->client.stream, bytes("again"));
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.n_closed, 1);
	expect_text(&w->client, -EPROTO, "no renegotiation");
	assert_int_equal(w->server.n_connected, 1);
	assert_int_equal(w->server.n_bytes, 0);
}

/* ---- Names ---- */

/* None of these is a name that a certificate can have; OpenSSL would take some for "anybody" or for
 * "any host below". */
static void
what_is_no_name_is_refused_in_words(void **state)
{
	static const char *const names[] = { "", ".", ".example", "a..example", "a b", "*.example",
		"[::1]", "b\303\274cher.example", "127.0.0.1:17", "server.example\n" };
	char too_long[400];
	struct world *w = *state;
	struct sb_error error;
	size_t i;

	meet_plain(w, NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(start(&w->client, w->client_tls, names[i], &error), -EINVAL);
		assert_non_null(strstr(error.text, "neither a host's name nor an address"));
	}
	memset(too_long, 'a', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(start(&w->client, w->client_tls, too_long, &error), -EINVAL);
	/* Nothing has happened to the stream. */
	write_text(&w->client, "plain");
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "plain");
}

/* ---- Pipes ---- */

static unsigned n_over;

static void
on_over(void *self, const struct sb_error *error, uint64_t n_from_a, uint64_t n_from_b)
{
	struct sb_pipe **pipe = self;

	assert_int_equal(error->code, 0);
	assert_int_equal(n_from_a, 4);
	assert_int_equal(n_from_b, 6);
	*pipe = NULL;
	n_over++;
}

static struct peer *
connect_more(struct world *w, int i)
{
	connect_peer(w, &w->more[i], NULL);
	sb_simulation_settle(w->sim);
	return &w->more[i];
}

/* client --TLS, begun just now--> server == pipe == more[9] --> more[0], accepted */
static void
pipe_waits_for_tls_that_is_begun(void **state)
{
	struct world *w = *state;
	struct sb_pipe *pipe;
	struct peer *out;

	n_over = 0;
	meet_plain(w, NULL);
	out = connect_more(w, 9);
	secure_client(w);
	secure_server(w);
	assert_int_equal(sb_pipe_create(w->server.stream, out->stream, on_over, &pipe, &pipe), 0);
	w->server.stream = out->stream = NULL;
	write_text(&w->more[0], "answer");
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.n_secured, 1);
	assert_string_equal(w->client.text, "answer");
	write_text(&w->client, "word");
	sb_simulation_settle(w->sim);
	assert_string_equal(w->more[0].text, "word");
	sb_stream_close(w->client.stream);
	sb_simulation_settle(w->sim);
	assert_int_equal(n_over, 1);
	assert_null(pipe);
}

/* ---- Clients ---- */

static const struct sb_protocol *
start_in_up(void *self, struct sb_stream *stream, void **ret_self)
{
	struct world *w = self;

	*ret_self = &w->client;
	assert_int_equal(sb_stream_start_tls(stream, w->client_tls, NULL, NULL), 0);
	return &noting;
}

static void
start_when_connected(struct peer *p)
{
	secure_server(p->world);
}

/* The protocol is not there yet, but is told all in order. */
static void
client_may_start_tls_when_it_is_up(void **state)
{
	static const struct sb_client_events events = { .up = start_in_up };
	struct world *w = *state;
	const char *url;
	struct sb_client_options options = { .urls = &url, .n_urls = 1 };
	struct sb_client *client;

	use_tls(w);
	w->own_tls = w->options.tls;
	w->options.tls = NULL;
	w->server.on_connected = start_when_connected;
	open_listener(w);
	url = sb_listener_url(w->listener);
	assert_int_equal(sb_client_create(w->r, &options, SB_PLACE, &events, w, &client, NULL), 0);
	sb_client_start(client);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.n_connected, 1);
	assert_int_equal(w->client.n_secured, 1);
	write_text(&w->client, "secret");
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "secret");
	sb_client_destroy(client);
	w->client.stream = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		tls_test(lifetime_ends_a_stream_in_its_handshake),
		tls_test(lifetime_counts_on_over_a_handshake),
		tls_test(write_timeout_holds_for_what_is_queued_before_tls),
		tls_test(queue_that_does_not_go_before_tls_is_told_as_that),
		tls_test(silent_peer_in_a_handshake_is_told_as_that),
		tls_test(close_in_a_handshake_waits_for_nobody),
		tls_test(close_in_a_handshake_that_hangs_is_in_order),
		tls_test(close_over_tls_has_a_deadline_and_does_not_spin),
		tls_test(paused_stream_does_not_spin_at_the_peers_end),
		tls_test(idle_after_the_peers_end_is_told_as_that),
		tls_test(new_keys_come_between_bytes),
		tls_test(plain_text_behind_the_end_of_tls_is_not_heard),
		tls_test(plain_text_under_tls_is_refused),
		tls_test(renegotiation_is_refused),
		tls_test(what_is_no_name_is_refused_in_words),
		tls_test(pipe_waits_for_tls_that_is_begun),
		tls_test(client_may_start_tls_when_it_is_up),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
