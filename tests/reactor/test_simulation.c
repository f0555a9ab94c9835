/* The simulation: its time and turns, and that a seed is a run. */

#include "reactor/contract.h"

#include <signal.h>

static int
set_up(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_SIMULATION, 7);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

/* A trace of everything that happens in a crowd of connections in bad weather. */
struct trace {
	struct world *world;
	uint64_t hash;
	unsigned n_cut, n_whole;
};

static struct trace *tracing;

static void
trace(const char *what, uint64_t number)
{
	int64_t now_ns = sb_reactor_now_ns(tracing->world->r);

	tracing->hash = hash_more(tracing->hash, what, strlen(what));
	tracing->hash = hash_more(tracing->hash, &number, sizeof(number));
	tracing->hash = hash_more(tracing->hash, &now_ns, sizeof(now_ns));
}

static void
trace_connected(struct peer *p)
{
	trace(sb_stream_peer(p->stream), 0);
	(void)sb_stream_write(p->stream, bytes("a line of a certain length, and some more"));
}

static void
trace_data(struct peer *p)
{
	trace("data", p->hash);
	if (p->n_data == 20)
		sb_stream_shutdown(p->stream);
	else
		(void)sb_stream_write(p->stream, bytes("x"));
}

static void
trace_closed(struct peer *p)
{
	trace(p->error.text, (uint64_t)-p->error.code);
	tracing->n_cut += p->error.code != 0;
	tracing->n_whole += p->error.code == 0;
}

static void
trace_peer(struct peer *p)
{
	p->on_connected = trace_connected;
	p->on_data = trace_data;
	p->on_closed = trace_closed;
}

static struct trace
trace_crowd(uint64_t seed)
{
	static const struct sb_weather weather = { .latency_min_ns = SB_MS,
		.latency_max_ns = 90 * SB_MS,
		.chops = true,
		.cut_per_million = 5000,
		.pipe_size = 100 };
	struct world *w = create_world(OVER_SIMULATION, seed);
	struct trace t = { .world = w, .hash = seed };
	int i;

	tracing = &t;
	t.hash = 0;
	sb_simulation_set_weather(w->sim, &weather);
	for (i = 0; i < N_PEERS; i++)
		trace_peer(&w->more[i]);
	w->n_accepted = 1;
	open_listener(w);
	for (i = 0; i < 30; i++)
		connect_peer(w, &w->more[30 + i], NULL);
	assert_int_equal(sb_simulation_run_for(w->sim, 3600 * SB_S), 0);
	trace("random", sb_reactor_random(w->r));
	destroy_world(w);
	return t;
}

static void
same_seed_is_the_same_run_and_another_is_another(void **state)
{
	struct trace a = trace_crowd(1), b, c;
	/* Moves what is allocated next. */
	void *elsewhere[50];
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		elsewhere[i] = malloc((size_t)i * 37 + 1);
	b = trace_crowd(1);
	c = trace_crowd(2);
	for (i = 0; i < 50; i++)
		free(elsewhere[i]);
	assert_true(a.hash == b.hash);
	assert_true(a.hash != c.hash);
	/* The weather was as bad as said, and not worse. */
	assert_true(a.n_cut > 0 && a.n_whole > 0);
	assert_int_equal(a.n_cut + a.n_whole, b.n_cut + b.n_whole);
}

static void
seed_is_known_and_decides_chance(void **state)
{
	struct sb_simulation *a = sb_simulation_create(5), *b = sb_simulation_create(5),
			     *c = sb_simulation_create(0);
	uint64_t x;

	(void)state;
	assert_true(sb_simulation_seed(a) == 5);
	x = sb_reactor_random(sb_simulation_reactor(a));
	assert_true(x == sb_reactor_random(sb_simulation_reactor(b)));
	assert_true(x != sb_reactor_random(sb_simulation_reactor(a)));
	assert_true(x != sb_reactor_random(sb_simulation_reactor(c)));
	assert_true(sb_reactor_random(sb_simulation_reactor(c)) != 0);
	sb_simulation_destroy(a);
	sb_simulation_destroy(b);
	sb_simulation_destroy(c);
}

static void
time_begins_where_it_is_said_to(void **state)
{
	struct world *w = *state;

	assert_true(sb_reactor_now_ns(w->r) == SB_S);
	assert_true(sb_reactor_wall_ns(w->r) == INT64_C(1000000000) * SB_S);
	assert_int_equal(sb_simulation_run_for(w->sim, 5 * SB_S), 0);
	assert_true(sb_reactor_now_ns(w->r) == 6 * SB_S);
	assert_true(sb_reactor_wall_ns(w->r) == INT64_C(1000000005) * SB_S);
	sb_simulation_step_wall(w->sim, -3600 * SB_S);
	assert_true(sb_reactor_now_ns(w->r) == 6 * SB_S);
	assert_true(sb_reactor_wall_ns(w->r) == (INT64_C(1000000005) - 3600) * SB_S);
}

static void
count(void *self)
{
	++*(unsigned *)self;
}

static void
run_for_fires_what_is_due_by_its_end(void **state)
{
	struct world *w = *state;
	struct sb_timer at_the_end, after;
	unsigned n_end = 0, n_after = 0;

	assert_int_equal(sb_timer_init(&at_the_end, w->r, SB_HANDLER(count), &n_end), 0);
	assert_int_equal(sb_timer_init(&after, w->r, SB_HANDLER(count), &n_after), 0);
	sb_timer_start(&at_the_end, SB_S);
	sb_timer_start(&after, SB_S + 1);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_S), 0);
	assert_int_equal(n_end, 1);
	assert_int_equal(n_after, 0);
	assert_int_equal(sb_simulation_run_for(w->sim, 1), 0);
	assert_int_equal(n_after, 1);
	sb_timer_finish(&at_the_end);
	sb_timer_finish(&after);
}

static bool
has_two(void *self)
{
	return *(unsigned *)self == 2;
}

static void
stop_it(void *self)
{
	sb_reactor_stop(self);
}

static void
run_until_says_how_it_ended(void **state)
{
	struct world *w = *state;
	struct sb_timer timers[2], stopper;
	unsigned n = 0;
	int64_t began_ns = sb_reactor_now_ns(w->r);

	assert_int_equal(sb_timer_init(&timers[0], w->r, SB_HANDLER(count), &n), 0);
	assert_int_equal(sb_timer_init(&timers[1], w->r, SB_HANDLER(count), &n), 0);
	assert_int_equal(sb_timer_init(&stopper, w->r, SB_HANDLER(stop_it), w->r), 0);
	sb_timer_start(&timers[0], SB_S);
	sb_timer_start(&timers[1], 3 * SB_S);
	assert_int_equal(sb_simulation_run_until(w->sim, has_two, &n, 2 * SB_S), -ETIMEDOUT);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 2 * SB_S);
	assert_int_equal(sb_simulation_run_until(w->sim, has_two, &n, 2 * SB_S), 0);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 3 * SB_S);
	/* Nothing can happen any more, and the time passes all the same. */
	n = 0;
	assert_int_equal(sb_simulation_run_until(w->sim, has_two, &n, SB_S), -ETIMEDOUT);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 4 * SB_S);
	sb_timer_start(&stopper, 0);
	assert_int_equal(sb_simulation_run_until(w->sim, has_two, &n, SB_S), -ECANCELED);
	sb_timer_finish(&timers[0]);
	sb_timer_finish(&timers[1]);
	sb_timer_finish(&stopper);
}

static void
settle_delivers_but_fires_nothing_that_is_due_later(void **state)
{
	struct world *w = *state;
	struct sb_weather slow = { .latency_min_ns = 100 * SB_MS, .latency_max_ns = 100 * SB_MS };
	struct sb_timer now, later;
	unsigned n_now = 0, n_later = 0;
	int64_t began_ns;

	sb_simulation_set_weather(w->sim, &slow);
	assert_int_equal(sb_timer_init(&now, w->r, SB_HANDLER(count), &n_now), 0);
	assert_int_equal(sb_timer_init(&later, w->r, SB_HANDLER(count), &n_later), 0);
	meet(w);
	sb_timer_start(&now, 0);
	sb_timer_start(&later, 150 * SB_MS);
	write_text(&w->client, "hello");
	began_ns = sb_reactor_now_ns(w->r);
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "hello");
	assert_int_equal(n_now, 1);
	assert_int_equal(n_later, 0);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 100 * SB_MS);
	/* Unless the deliveries take until then. */
	write_text(&w->client, "hello");
	sb_simulation_settle(w->sim);
	assert_int_equal(n_later, 1);
	sb_timer_finish(&now);
	sb_timer_finish(&later);
}

static void
note_signal(void *self, int signal_number)
{
	*(int *)self = *(int *)self * 100 + signal_number;
}

static void
signals_arrive_as_calls(void **state)
{
	struct world *w = *state;
	int noted = 0;

	assert_int_equal(sb_reactor_on_signal(w->r, SB_HANDLER(note_signal), &noted), 0);
	sb_simulation_raise(w->sim, SIGTERM);
	assert_int_equal(noted, 0);
	sb_simulation_settle(w->sim);
	assert_int_equal(noted, SIGTERM);
	sb_simulation_raise(w->sim, SIGINT);
	assert_int_equal(sb_simulation_run_for(w->sim, 0), 0);
	assert_int_equal(noted, SIGTERM * 100 + SIGINT);
	/* Those that came before one turn have an order of their own. */
	noted = 0;
	sb_simulation_raise(w->sim, SIGHUP);
	sb_simulation_raise(w->sim, SIGTERM);
	sb_simulation_raise(w->sim, SIGINT);
	sb_simulation_settle(w->sim);
	assert_int_equal(noted, (SIGINT * 100 + SIGTERM) * 100 + SIGHUP);
	assert_int_equal(sb_reactor_on_signal(w->r, NULL, NULL, NULL), 0);
}

struct looks {
	struct sb_simulation *sim;
	int64_t now_ns, clock_ns, clock_again_ns;
};

static void
look_at_clocks(void *self)
{
	struct looks *looks = self;
	struct sb_reactor *r = sb_simulation_reactor(looks->sim);

	looks->now_ns = sb_reactor_now_ns(r);
	looks->clock_ns = sb_reactor_clock_ns(r);
	looks->clock_again_ns = sb_reactor_clock_ns(r);
}

static void
a_callback_takes_no_virtual_time(void **state)
{
	struct world *w = *state;
	struct looks looks = { .sim = w->sim };
	int64_t start_ns = sb_reactor_clock_ns(w->r);
	struct sb_timer timer;

	assert_int_equal(sb_timer_init(&timer, w->r, SB_HANDLER(look_at_clocks), &looks), 0);
	sb_timer_start(&timer, 7 * SB_MS);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_S), 0);
	assert_int_equal(looks.now_ns, start_ns + 7 * SB_MS);
	assert_int_equal(looks.clock_ns, looks.now_ns);
	assert_int_equal(looks.clock_again_ns, looks.now_ns);
	assert_int_equal(sb_reactor_clock_ns(w->r), start_ns + SB_S);
	sb_timer_finish(&timer);
}

struct day {
	struct world *world;
	struct sb_timer timer;
	unsigned n_pings;
};

static void
ping(void *self)
{
	struct day *day = self;

	day->n_pings++;
	write_text(&day->world->client, "p");
	sb_timer_start(&day->timer, 60 * SB_S);
}

/* That it is done at all within the guard of a test says that no time was waited for. */
static void
day_of_an_idle_connection_is_few_turns(void **state)
{
	struct world *w = *state;
	struct day day = { .world = w };
	struct sb_stream_options options = { .idle_timeout_ns = 90 * SB_S };

	w->options = options;
	meet(w);
	assert_int_equal(sb_timer_init(&day.timer, w->r, SB_HANDLER(ping), &day), 0);
	sb_timer_start(&day.timer, 60 * SB_S);
	assert_int_equal(sb_simulation_run_for(w->sim, 86400 * SB_S), 0);
	assert_int_equal(day.n_pings, 1440);
	assert_int_equal(w->server.n_bytes, 1440);
	assert_int_equal(w->server.n_closed, 0);
	/* When the pings end, so does the connection. */
	sb_timer_finish(&day.timer);
	assert_int_equal(sb_simulation_run_for(w->sim, 90 * SB_S), 0);
	assert_int_equal(w->server.n_closed, 1);
	assert_int_equal(w->server.error.code, -ETIMEDOUT);
}

struct spin {
	struct sb_timer timer;
};

static void
spin(void *self)
{
	struct spin *s = self;

	sb_timer_start(&s->timer, 0);
}

/* As in reality, time passes for who does not wait; else this would never end. */
static void
program_that_spins_does_not_stop_the_clock(void **state)
{
	struct world *w = *state;
	struct spin s;

	assert_int_equal(sb_timer_init(&s.timer, w->r, SB_HANDLER(spin), &s), 0);
	sb_timer_start(&s.timer, 0);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_MS), 0);
	sb_timer_finish(&s.timer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		cmocka_unit_test(same_seed_is_the_same_run_and_another_is_another),
		cmocka_unit_test(seed_is_known_and_decides_chance),
		in_world(time_begins_where_it_is_said_to),
		in_world(run_for_fires_what_is_due_by_its_end),
		in_world(run_until_says_how_it_ended),
		in_world(settle_delivers_but_fires_nothing_that_is_due_later),
		in_world(signals_arrive_as_calls),
		in_world(a_callback_takes_no_virtual_time),
		in_world(day_of_an_idle_connection_is_few_turns),
		in_world(program_that_spins_does_not_stop_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
