/* A simulation with TLS repeats exactly, and what a network does to it is noticed: seen by a relay that
 * stands between client and server, knows nothing of TLS, and passes on what it is given. */

#include <signalbox/testing.h>

#include "reactor/tls.h"

/* What OpenSSL takes for the time. */
static time_t real_time = 1700000000;
static time_t real_step; /* between two connections */

__attribute__((visibility("default"))) time_t
time(time_t *ret_time)
{
	if (ret_time)
		*ret_time = real_time;
	return real_time;
}

/* Passes bytes on from one stream to the other. */
struct leg {
	struct relay *relay;
	struct sb_stream *stream;
	struct leg *other;
	bool is_connected;
	size_t n_bytes;
	char early[8192]; /* before the other leg stood */
	size_t n_early;
};

struct relay {
	struct world *world;
	struct sb_listener *listener;
	struct leg from_client, to_server;
	uint64_t hash; /* of all that passed */
	size_t cut_at; /* byte of the server's; 0: none. Then both ends are ended in order */
	size_t flip_at; /* byte of the server's that is changed; 0: none */
};

static void
pass_on(struct leg *leg, const void *ptr, size_t len)
{
	assert_int_equal(sb_stream_write(leg->stream, (struct sb_bytes){ ptr, len }), 0);
}

static void
leg_connected(void *self, struct sb_stream *stream)
{
	struct leg *leg = self;

	(void)stream;
	leg->is_connected = true;
	pass_on(leg, leg->early, leg->n_early);
}

static void
leg_data(void *self, struct sb_stream *stream, struct sb_bytes got)
{
	struct leg *leg = self, *other = leg->other;
	struct relay *relay = leg->relay;
	static unsigned char copy[READ_CAP];
	size_t at;

	(void)stream;
	memcpy(copy, got.ptr, got.len);
	relay->hash = hash_more(relay->hash, &leg->n_bytes, sizeof(leg->n_bytes));
	relay->hash = hash_more(relay->hash, copy, got.len);
	at = leg->n_bytes;
	leg->n_bytes += got.len;
	if (leg == &relay->to_server && relay->flip_at > at && relay->flip_at <= leg->n_bytes)
		copy[relay->flip_at - at - 1] ^= 1;
	if (leg == &relay->to_server && relay->cut_at && leg->n_bytes >= relay->cut_at) {
		pass_on(other, copy, relay->cut_at - at);
		sb_stream_close(other->stream);
		sb_stream_close(leg->stream);
		return;
	}
	if (other->is_connected) {
		pass_on(other, copy, got.len);
		return;
	}
	assert_true(other->n_early + got.len <= sizeof(other->early));
	memcpy(other->early + other->n_early, copy, got.len);
	other->n_early += got.len;
}

static void
leg_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct leg *leg = self;

	(void)stream;
	(void)error;
	leg->stream = NULL;
	if (leg->other->stream)
		sb_stream_close(leg->other->stream);
}

static const struct sb_protocol passing = {
	.connected = leg_connected,
	.data = leg_data,
	.closed = leg_closed,
};

static void
relay_accepted(void *self, struct sb_stream *stream)
{
	struct relay *relay = self;
	struct sb_error error;

	relay->from_client.stream = stream;
	sb_stream_attach(stream, &passing, &relay->from_client);
	assert_int_equal(
		sb_stream_connect(relay->world->r, sb_listener_url(relay->world->listener), NULL,
			SB_PLACE, &passing, &relay->to_server, &relay->to_server.stream, &error),
		0);
}

static const struct sb_acceptor relaying = { .accepted = relay_accepted };

static void
open_relay(struct relay *relay, struct world *w)
{
	struct sb_error error;

	memset(relay, 0, sizeof(*relay));
	relay->world = w;
	relay->hash = 1;
	relay->from_client.relay = relay->to_server.relay = relay;
	relay->from_client.other = &relay->to_server;
	relay->to_server.other = &relay->from_client;
	open_listener(w);
	assert_int_equal(sb_listener_open(w->r, "tcp://127.0.0.1:9000", NULL, SB_PLACE, &relaying,
				 relay, &relay->listener, &error),
		0);
	(void)strcpy(w->client_url, "tcp://127.0.0.1:9000");
	connect_peer(w, &w->client, NULL);
}

static void
close_relay(struct relay *relay)
{
	sb_stream_destroy(relay->from_client.stream);
	sb_stream_destroy(relay->to_server.stream);
	sb_listener_close(relay->listener);
}

static void
echo_some(struct peer *p)
{
	if (p->n_bytes < 5000)
		write_text(p, "some words that go to and fro");
}

/* A conversation of some time, in bad weather, with a second connection that resumes. Returns the hash
 * of all that went over the wire, and when. */
static uint64_t
converse(uint64_t seed, bool is_1_2)
{
	static const struct sb_weather weather = {
		.latency_min_ns = SB_MS, .latency_max_ns = 3 * SB_MS, .chops = true
	};
	struct world *w = create_world(OVER_SIMULATION, seed);
	struct relay relay;
	uint64_t hash;
	int64_t end_ns;

	use_tls(w);
	if (is_1_2)
		allow_only_1_2(w);
	sb_simulation_set_weather(w->sim, &weather);
	w->client.on_data = w->server.on_data = echo_some;
	open_relay(&relay, w);
	wait_for(w, both_connected);
	write_text(&w->client, "begin");
	let_pass(w, SB_S);
	assert_true(w->client.n_bytes > 1000);
	w->client.on_data = w->server.on_data = NULL;
	sb_stream_close(w->client.stream);
	let_pass(w, SB_S);
	assert_null(relay.to_server.stream);
	relay.to_server.is_connected = relay.from_client.is_connected = false;
	relay.to_server.n_early = relay.from_client.n_early = 0;
	real_time += real_step;
	connect_peer(w, &w->more[9], NULL);
	let_pass(w, SB_S);
	assert_true(info_of(&w->more[9]).is_resumed);
	end_ns = sb_reactor_now_ns(w->r);
	hash = hash_more(relay.hash, &end_ns, sizeof(end_ns));
	close_relay(&relay);
	destroy_world(w);
	return hash;
}

static void
same_seed_is_the_same_bytes_on_the_wire(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 8; seed++)
		assert_true(converse(seed, seed % 4 == 0) == converse(seed, seed % 4 == 0));
}

static void
real_time_changes_nothing(void **state)
{
	uint64_t hash = converse(3, false);

	(void)state;
	real_time += 1000000;
	real_step = 50;
	assert_int_equal(time(NULL), real_time);
	assert_true(converse(3, false) == hash);
}

static void
another_seed_is_other_bytes(void **state)
{
	(void)state;
	assert_true(converse(1, false) != converse(2, false));
}

/* The whole of a program of the simulation, with and without TLS in it. */
static uint64_t
draw_beside_tls(bool has_tls)
{
	struct world *w = create_world(OVER_SIMULATION, 7);
	uint64_t drawn;

	if (has_tls)
		use_tls(w);
	meet(w);
	drawn = sb_reactor_random(w->r);
	destroy_world(w);
	return drawn;
}

static void
tls_draws_none_of_the_simulations_numbers(void **state)
{
	(void)state;
	assert_true(draw_beside_tls(false) == draw_beside_tls(true));
}

/* Cut off after each byte that the server sends: never a crash, never bytes that were not said, and
 * the end is known for what it is. */
static void
cut_at_any_byte_is_known(void **state)
{
	size_t at, n_refused = 0, n_truncated = 0;
	struct relay relay;

	(void)state;
	for (at = 1; at < 1500; at += 7) {
		struct world *w = create_world(OVER_SIMULATION, 1);

		use_tls(w);
		open_relay(&relay, w);
		relay.cut_at = at;
		sb_simulation_settle(w->sim);
		if (w->server.stream && w->server.n_connected) {
			write_text(&w->server, "the last words");
			sb_simulation_settle(w->sim);
		}
		if (w->client.n_closed && !w->client.n_connected) {
			expect_text(&w->client, -EPROTO, "in the midst of the handshake");
			n_refused++;
		} else if (w->client.n_closed) {
			assert_int_equal(w->client.error.code, 0);
			assert_true(w->client.is_truncated);
			assert_true(strcmp(w->client.text, "") == 0
				    || strcmp(w->client.text, "the last words") == 0);
			n_truncated++;
		}
		close_relay(&relay);
		destroy_world(w);
	}
	assert_true(n_refused > 50);
	assert_true(n_truncated > 20);
}

/* Each byte that the server sends is changed in one bit. */
static void
changed_byte_is_never_taken(void **state)
{
	size_t at, n_noticed = 0;
	struct relay relay;

	(void)state;
	for (at = 1; at < 1500; at += 13) {
		struct world *w = create_world(OVER_SIMULATION, 1);

		use_tls(w);
		open_relay(&relay, w);
		relay.flip_at = at;
		sb_simulation_settle(w->sim);
		if (w->server.stream && w->server.n_connected) {
			write_text(&w->server, "the last words");
			sb_simulation_settle(w->sim);
		}
		/* A length that grew is waited for. */
		if (relay.to_server.stream)
			sb_stream_close(relay.to_server.stream);
		sb_simulation_settle(w->sim);
		if (w->client.n_closed
			&& (w->client.error.code == -EPROTO || w->client.is_truncated))
			n_noticed++;
		assert_true(strcmp(w->client.text, "") == 0
			    || strcmp(w->client.text, "the last words") == 0);
		close_relay(&relay);
		destroy_world(w);
	}
	assert_true(n_noticed > 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		tls_test(same_seed_is_the_same_bytes_on_the_wire),
		tls_test(real_time_changes_nothing),
		tls_test(another_seed_is_other_bytes),
		tls_test(tls_draws_none_of_the_simulations_numbers),
		tls_test(cut_at_any_byte_is_known),
		tls_test(changed_byte_is_never_taken),
	};

	return run_tests_of(tests, sizeof(tests) / sizeof(tests[0]));
}
