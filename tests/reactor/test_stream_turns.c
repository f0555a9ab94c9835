/* A connection by name and TLS, told at each turn of its life, and in each of its callbacks, to close,
 * abort, shut down or go: whatever it is just about, its protocol is told in order, `closed` exactly
 * once, or nothing after a destroy, and nothing is left. */

#include <errno.h>

#include <signalbox/listener.h>
#include <signalbox/stream.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

#include "kit_cmocka.h"

enum act { DESTROY, CLOSE, ABORT, SHUT_DOWN, PAUSE, WRITE, START_TLS, N_ACTS };
enum when { IN_TURN, IN_CONNECTED, IN_DATA, IN_SECURED, IN_ENDED, IN_CLOSED, N_WHENS };
enum { TURNS_MAX = 200 };

struct life;

struct side {
	struct life *life;
	struct sb_stream *stream; /* NULL when it is over */
	unsigned n_connected, n_secured, n_ended, n_closed;
	size_t n_bytes;
	bool was_destroyed;
};

struct life {
	struct sb_world *world;
	struct sb_listener *listener;
	struct sb_tls *server_tls, *client_tls;
	struct side client, server, *victim;
	enum act act;
	enum when when;
	bool secures_later; /* TLS begins in mid-stream */
	unsigned n_turns; /* left until it happens */
	bool has_acted, is_inside;
};

static struct sb_test_ca *ca;
static const struct sb_test_certificate *certificate;

static void
act(struct life *life)
{
	struct sb_stream *stream = life->victim->stream;

	life->has_acted = true;
	if (!stream)
		return;
	life->is_inside = true;
	switch (life->act) {
	case DESTROY:
		life->victim->stream = NULL;
		life->victim->was_destroyed = life->when != IN_CLOSED;
		sb_stream_destroy(stream);
		break;
	case CLOSE:
		sb_stream_close(stream);
		break;
	case ABORT:
		sb_stream_abort(stream);
		break;
	case SHUT_DOWN:
		sb_stream_shutdown(stream);
		break;
	case PAUSE:
		sb_stream_pause(stream);
		break;
	case WRITE:
		(void)sb_stream_write(stream, sb_bytes_of("more"));
		break;
	default:
		(void)sb_stream_start_tls(stream,
			life->victim == &life->client ? life->client_tls : life->server_tls, NULL,
			NULL);
		break;
	}
	life->is_inside = false;
}

static void
note(struct side *side, enum when when)
{
	struct life *life = side->life;

	assert_false(life->is_inside);
	assert_false(side->was_destroyed);
	assert_int_equal(side->n_closed, when == IN_CLOSED);
	if (side == life->victim && when == life->when && !life->has_acted)
		act(life);
}

static void
secure(struct side *side)
{
	struct life *life = side->life;
	bool is_client = side == &life->client;

	/* What happened in the callback may be against it. */
	if (side->stream)
		(void)sb_stream_start_tls(
			side->stream, is_client ? life->client_tls : life->server_tls, NULL, NULL);
}

static void
talk(struct side *side)
{
	if (side->stream && side == &side->life->client)
		(void)sb_stream_write(side->stream, sb_bytes_of("hello"));
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	assert_int_equal(side->n_connected++, 0);
	side->stream = stream;
	note(side, IN_CONNECTED);
	if (side->life->secures_later)
		secure(side);
	else
		talk(side);
}

static void
on_secured(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	(void)stream;
	assert_int_equal(side->n_connected, 1);
	assert_int_equal(side->n_secured++, 0);
	note(side, IN_SECURED);
	talk(side);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct side *side = self;

	(void)stream;
	assert_int_equal(side->n_connected, 1);
	assert_int_equal(side->n_ended, 0);
	side->n_bytes += bytes.len;
	note(side, IN_DATA);
	if (side->stream && side == &side->life->server)
		(void)sb_stream_write(side->stream, sb_bytes_of("good-bye"));
	if (side->stream && side == &side->life->client && side->n_bytes >= 8)
		sb_stream_shutdown(side->stream);
}

static void
on_ended(void *self, struct sb_stream *stream)
{
	struct side *side = self;

	(void)stream;
	assert_int_equal(side->n_ended++, 0);
	note(side, IN_ENDED);
	if (side->stream)
		sb_stream_close(side->stream);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct side *side = self;

	(void)stream;
	assert_true(error->text[0] != '\0');
	side->n_closed++;
	note(side, IN_CLOSED);
	side->stream = NULL;
}

static const struct sb_protocol living = {
	.connected = on_connected,
	.secured = on_secured,
	.data = on_data,
	.ended = on_ended,
	.closed = on_closed,
};

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct life *life = self;

	life->server.stream = stream;
	sb_stream_attach(stream, &living, &life->server);
}

static const struct sb_acceptor acceptor = { .accepted = on_accepted };

static void
begin(struct life *life)
{
	static const char *const v4[] = { "192.0.2.1", "127.0.0.1" };
	static const struct sb_weather weather = {
		.latency_min_ns = SB_MS, .latency_max_ns = 3 * SB_MS, .pipe_size = 700
	};
	struct sb_tls_options server = { .is_server = true, .cert_pem = certificate->both };
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca) };
	struct sb_stream_options options = { .idle_timeout_ns = 20 * SB_S };
	struct sb_reactor *r;

	life->world = sb_world_create(1);
	r = life->world->r;
	life->client.life = life->server.life = life;
	sb_simulation_set_weather(life->world->sim, &weather);
	assert_int_equal(sb_simulation_set_name(
				 life->world->sim, "a.example", SB_LOOKUP_IPV4, v4, 2, 0, SB_MS),
		0);
	assert_int_equal(sb_tls_create(r, &server, SB_PLACE, &life->server_tls, NULL), 0);
	assert_int_equal(sb_tls_create(r, &client, SB_PLACE, &life->client_tls, NULL), 0);
	options.tls = life->secures_later ? NULL : life->server_tls;
	assert_int_equal(sb_listener_open(r, "tcp://127.0.0.1:17", &options, SB_PLACE, &acceptor,
				 life, &life->listener, NULL),
		0);
	options.tls = life->secures_later ? NULL : life->client_tls;
	assert_int_equal(sb_stream_connect(r, "tcp://a.example:17", &options, SB_PLACE, &living,
				 &life->client, &life->client.stream, NULL),
		0);
}

static bool
is_its_turn(void *self)
{
	struct life *life = self;

	return life->n_turns-- == 0;
}

static void
check(struct side *side, bool was_made)
{
	assert_int_equal(side->n_closed, was_made && !side->was_destroyed);
	assert_null(side->stream);
}

/* Returns whether it came to what was to happen. */
static bool
live(struct life *life)
{
	struct sb_simulation *sim;

	begin(life);
	sim = life->world->sim;
	if (life->when == IN_TURN
		&& sb_simulation_run_until(sim, is_its_turn, life, 100 * SB_S) == 0
		&& life->victim->stream)
		act(life);
	assert_int_equal(sb_simulation_run_for(sim, 100 * SB_S), 0);
	/* Who paused reads on. */
	if (life->victim->stream)
		sb_stream_resume(life->victim->stream);
	assert_int_equal(sb_simulation_run_for(sim, 100 * SB_S), 0);
	check(&life->client, true);
	check(&life->server,
		life->server.n_connected || life->server.n_closed || life->server.was_destroyed);
	if (life->act == PAUSE || life->act == WRITE || life->act == START_TLS)
		assert_int_equal(life->client.n_connected, 1);
	sb_listener_close(life->listener);
	sb_tls_destroy(life->server_tls);
	sb_tls_destroy(life->client_tls);
	sb_world_destroy(life->world);
	return life->has_acted;
}

/* Returns how often it came to it. */
static unsigned
live_all(enum when when, unsigned n_turns)
{
	unsigned n = 0, i;

	for (i = 0; i < 4 * N_ACTS; i++) {
		struct life life = { .act = (enum act)(i / 4), .when = when, .n_turns = n_turns };

		life.victim = i % 2 ? &life.client : &life.server;
		life.secures_later = i / 2 % 2;
		n += live(&life);
	}
	return n;
}

static void
each_turn_may_be_the_last(void **state)
{
	unsigned n_turns, n = 0, n_this;

	(void)state;
	for (n_turns = 0; n_turns < TURNS_MAX; n_turns++) {
		n_this = live_all(IN_TURN, n_turns);
		n += n_this;
		/* The server has its stream some turns later. */
		if (n_this == 0)
			break;
	}
	print_message("%u lives of up to %u turns\n", n, n_turns);
	assert_in_range(n_turns, 10, TURNS_MAX - 1);
}

static void
each_callback_may_be_the_last(void **state)
{
	enum when when;

	(void)state;
	for (when = IN_CONNECTED; when < N_WHENS; when++)
		assert_true(live_all(when, 0) >= N_ACTS);
}

int
main(void)
{
	static const struct sb_test_certificate_options who = { .names = "a.example" };
	const struct CMUnitTest tests[] = {
		kit_test_bare(each_turn_may_be_the_last),
		kit_test_bare(each_callback_may_be_the_last),
	};
	int ret;

	ca = sb_test_ca_create("Test Authority");
	certificate = sb_test_certificate_create(ca, &who);
	ret = kit_run(tests);
	sb_test_ca_destroy(ca);
	return ret;
}
