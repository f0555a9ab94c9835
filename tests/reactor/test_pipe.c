/* Pipes in all weathers, over seeds: a client and a server talk through a proxy of one pipe, some of
 * them read slowly, some connections break, some pipes are destroyed. What arrives is always the
 * beginning of what was sent, and all of it where the pipe says that it ended in order. */

#include <errno.h>
#include <stdlib.h>

#include <signalbox/listener.h>
#include <signalbox/pipe.h>
#include <signalbox/simulation.h>
#include <signalbox/stream.h>

#include "kit_cmocka.h"

enum {
	SPEECH_MAX = 300 * 1000,
	QUEUE_MAX = 128 * 1024, /* the high-water mark, and one read beyond it */
};

struct trip;

/* The client or the server. */
struct speaker {
	struct trip *trip;
	struct sb_stream *stream; /* NULL before and after */
	size_t n_to_say, n_said, n_heard;
	struct sb_timer nap; /* it pauses now and then */
	unsigned nap_per_cent;
	bool is_over;
	int code;
};

struct trip {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct sb_listener *proxy_at, *server_at;
	struct sb_stream *in, *out;
	struct sb_pipe *pipe;
	struct speaker client, server;
	unsigned n_over, n_looks;
	struct sb_error error;
	uint64_t n_from_client, n_from_server;
	bool may_break, was_destroyed;
};

static unsigned char
byte_at(size_t i)
{
	return (unsigned char)(i * 31 + i / 251 + i / 65521);
}

static uint64_t
below(struct trip *t, uint64_t n)
{
	return sb_reactor_random(t->r) % n;
}

/* While both still have something to say, and nothing can have broken, both streams of the pipe are
 * there. */
static void
look_at_queues(struct trip *t)
{
	if (!t->pipe || t->may_break || t->client.n_said == t->client.n_to_say
		|| t->server.n_said == t->server.n_to_say)
		return;
	t->n_looks++;
	assert_true(sb_stream_queued(t->in) <= QUEUE_MAX);
	assert_true(sb_stream_queued(t->out) <= QUEUE_MAX);
}

static void
say_more(struct speaker *s)
{
	unsigned char piece[7000];

	while (s->stream && s->n_said < s->n_to_say && !sb_stream_is_full(s->stream)) {
		size_t n = s->n_to_say - s->n_said, i;

		if (n > sizeof(piece))
			n = sizeof(piece);
		for (i = 0; i < n; i++)
			piece[i] = byte_at(s->n_said + i);
		if (sb_stream_write(s->stream, (struct sb_bytes){ piece, n }) < 0)
			return;
		s->n_said += n;
	}
	if (s->n_said == s->n_to_say)
		sb_stream_shutdown(s->stream);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct speaker *s = self;

	s->stream = stream;
	say_more(s);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct speaker *s = self;
	const unsigned char *ptr = bytes.ptr;
	size_t i;

	for (i = 0; i < bytes.len; i++)
		assert_int_equal(ptr[i], byte_at(s->n_heard + i));
	s->n_heard += bytes.len;
	look_at_queues(s->trip);
	if (below(s->trip, 100) < s->nap_per_cent) {
		sb_stream_pause(stream);
		sb_timer_start(&s->nap, (int64_t)below(s->trip, 20) * SB_MS);
	}
}

static void
on_nap_over(void *self)
{
	struct speaker *s = self;

	if (s->stream)
		sb_stream_resume(s->stream);
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	(void)stream;
	say_more(self);
}

static void
on_ended(void *self, struct sb_stream *stream)
{
	(void)self, (void)stream;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct speaker *s = self;

	(void)stream;
	s->stream = NULL;
	s->is_over = true;
	s->code = error->code;
	sb_timer_stop(&s->nap);
}

static const struct sb_protocol speaking = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.ended = on_ended,
	.closed = on_closed,
};

static void
on_over(void *self, const struct sb_error *error, uint64_t n_from_a, uint64_t n_from_b)
{
	struct trip *t = self;

	t->n_over++;
	t->error = *error;
	t->n_from_client = n_from_a;
	t->n_from_server = n_from_b;
	t->pipe = NULL;
}

static const struct sb_protocol unattached = { .closed = on_closed };

static void
on_proxy_accepted(void *self, struct sb_stream *stream)
{
	struct trip *t = self;
	int ret;

	t->in = stream;
	ret = sb_stream_connect(t->r, sb_listener_url(t->server_at), NULL, SB_PLACE, &unattached,
		&t->server, &t->out, NULL);
	assert_int_equal(ret, 0);
	assert_int_equal(sb_pipe_create(stream, t->out, on_over, t, &t->pipe), 0);
}

static void
on_server_accepted(void *self, struct sb_stream *stream)
{
	struct trip *t = self;

	t->server.stream = stream;
	sb_stream_attach(stream, &speaking, &t->server);
}

static const struct sb_acceptor proxy_acceptor = { .accepted = on_proxy_accepted };
static const struct sb_acceptor server_acceptor = { .accepted = on_server_accepted };

static void
begin(struct trip *t, uint64_t seed)
{
	struct sb_weather weather;

	memset(t, 0, sizeof(*t));
	t->sim = sb_simulation_create(seed);
	assert_non_null(t->sim);
	t->r = sb_simulation_reactor(t->sim);
	weather = (struct sb_weather){
		.latency_max_ns = (int64_t)below(t, 4) * SB_MS,
		.chops = below(t, 2),
		.pipe_size = below(t, 2) ? 0 : 500 + below(t, 5000),
		.cut_per_million = below(t, 2) ? 0 : (uint32_t)below(t, 3000),
	};
	t->may_break = weather.cut_per_million > 0;
	sb_simulation_set_weather(t->sim, &weather);
	assert_int_equal(sb_listener_open(t->r, "tcp://127.0.0.1:1", NULL, SB_PLACE,
				 &proxy_acceptor, t, &t->proxy_at, NULL),
		0);
	assert_int_equal(sb_listener_open(t->r, "tcp://127.0.0.1:2", NULL, SB_PLACE,
				 &server_acceptor, t, &t->server_at, NULL),
		0);
}

static void
prepare(struct trip *t, struct speaker *s)
{
	s->trip = t;
	s->n_to_say = below(t, 4) ? below(t, 5000) : below(t, SPEECH_MAX);
	s->nap_per_cent = (unsigned)below(t, 3) * 10;
	assert_int_equal(sb_timer_init(&s->nap, t->r, SB_HANDLER(on_nap_over), s), 0);
}

static bool
is_done(void *self)
{
	struct trip *t = self;

	return t->client.is_over && (t->server.is_over || !t->server.stream) && !t->pipe;
}

/* At some moment somebody may give up. */
static void
disturb(struct trip *t)
{
	uint64_t what = below(t, 8);

	(void)sb_simulation_run_for(t->sim, (int64_t)below(t, 200) * SB_MS / 10);
	t->may_break = t->may_break || what < 3;
	if (what == 0 && t->client.stream) {
		sb_stream_abort(t->client.stream);
	} else if (what == 1 && t->server.stream) {
		sb_stream_abort(t->server.stream);
	} else if (what == 2 && t->pipe) {
		sb_pipe_destroy(t->pipe);
		t->pipe = NULL;
		t->was_destroyed = true;
	}
}

static void
check(const struct trip *t)
{
	assert_true(t->client.n_heard <= t->server.n_said);
	assert_true(t->server.n_heard <= t->client.n_said);
	assert_int_equal(t->n_over, t->was_destroyed || !t->in ? 0 : 1);
	if (!t->may_break)
		assert_int_equal(t->error.code, 0);
	if (t->n_over && t->error.code == 0) {
		assert_int_equal(t->n_from_client, t->client.n_to_say);
		assert_int_equal(t->n_from_server, t->server.n_to_say);
	}
	if (!t->may_break) {
		assert_int_equal(t->server.n_heard, t->client.n_to_say);
		assert_int_equal(t->client.n_heard, t->server.n_to_say);
		assert_int_equal(t->client.code, 0);
		assert_int_equal(t->server.code, 0);
	}
}

struct tally {
	unsigned n_whole, n_broken, n_destroyed, n_looks;
};

static void
travel(void *self, uint64_t seed)
{
	struct tally *tally = self;
	struct trip t;

	begin(&t, seed);
	prepare(&t, &t.client);
	prepare(&t, &t.server);
	assert_int_equal(sb_stream_connect(t.r, "tcp://127.0.0.1:1", NULL, SB_PLACE, &speaking,
				 &t.client, &t.client.stream, NULL),
		0);
	disturb(&t);
	assert_int_equal(sb_simulation_run_until(t.sim, is_done, &t, 10000 * SB_S), 0);
	check(&t);
	tally->n_destroyed += t.was_destroyed;
	tally->n_whole += t.n_over && t.error.code == 0;
	tally->n_looks += t.n_looks;
	tally->n_broken += t.error.code < 0;
	sb_timer_finish(&t.client.nap);
	sb_timer_finish(&t.server.nap);
	sb_listener_close(t.proxy_at);
	sb_listener_close(t.server_at);
	sb_simulation_destroy(t.sim);
}

static void
what_comes_through_is_whole_and_in_order_in_all_weathers(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	sb_testing_each_seed(1, 1000, travel, &tally);
	print_message("%u whole, %u broken, %u destroyed; queues were looked at %u times\n",
		tally.n_whole, tally.n_broken, tally.n_destroyed, tally.n_looks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_comes_through_is_whole_and_in_order_in_all_weathers),
	};

	return kit_run(tests);
}
