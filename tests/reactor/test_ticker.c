/* Tickers: over libev and the simulation, and exactly, in virtual time with stalls. */

#include "reactor/contract.h"
#include "reactor/sim.h"

#include <signalbox/timers.h>

#include "kit_cmocka.h"

enum { N_CALLS = 5 };

struct clockwork {
	struct world *world;
	struct sb_ticker ticker;
	unsigned n_calls;
	uint64_t n_due;
	int64_t at_ns[N_CALLS];
	void (*on_tick)(struct clockwork *);
};

static int
set_up_over(void **state, enum transport transport)
{
	struct clockwork *c = calloc(1, sizeof(*c));

	(void)alarm(60);
	assert_non_null(c);
	c->world = create_world(transport, 1);
	*state = c;
	return 0;
}

static int
set_up_libev(void **state)
{
	return set_up_over(state, OVER_TCP);
}

static int
set_up_simulation(void **state)
{
	return set_up_over(state, OVER_SIMULATION);
}

static int
tear_down(void **state)
{
	struct clockwork *c = *state;

	sb_ticker_finish(&c->ticker);
	destroy_world(c->world);
	free(c);
	return 0;
}

static void
note_tick(void *self, uint64_t n_due)
{
	struct clockwork *c = self;

	assert_true(n_due > 0);
	assert_true(c->n_calls < N_CALLS);
	c->n_due += n_due;
	c->at_ns[c->n_calls++] = sb_reactor_now_ns(c->world->r);
	if (c->on_tick)
		c->on_tick(c);
	else if (c->n_calls == N_CALLS)
		sb_ticker_stop(&c->ticker);
}

static void
wind(struct clockwork *c, void (*on_tick)(struct clockwork *))
{
	c->on_tick = on_tick;
	assert_int_equal(sb_ticker_init(&c->ticker, c->world->r, SB_HANDLER(note_tick), c), 0);
}

static void
first_call_comes_after_one_interval_and_the_others_do_not_drift(void **state)
{
	struct clockwork *c = *state;
	int64_t start_ns, due_ns;
	unsigned i;

	wind(c, NULL);
	assert_false(sb_ticker_is_started(&c->ticker));
	start_ns = sb_reactor_now_ns(c->world->r);
	sb_ticker_start(&c->ticker, 2 * SB_MS);
	assert_true(sb_ticker_is_started(&c->ticker));
	assert_int_equal(sb_reactor_run(c->world->r), 0);
	assert_int_equal(c->n_calls, N_CALLS);
	/* Outside a run the start was a moment later. */
	due_ns = c->ticker.due_ns - ((int64_t)c->n_due + 1) * 2 * SB_MS;
	assert_true(c->world->sim ? due_ns == start_ns : due_ns >= start_ns);
	for (i = 0; i < N_CALLS; i++) {
		assert_true(c->at_ns[i] >= due_ns + (i + 1) * 2 * SB_MS);
		if (c->world->sim)
			assert_true(c->at_ns[i] == due_ns + (i + 1) * 2 * SB_MS);
	}
}

static void
stop_it(struct clockwork *c)
{
	assert_true(sb_ticker_is_started(&c->ticker));
	sb_ticker_stop(&c->ticker);
	assert_false(sb_ticker_is_started(&c->ticker));
}

static void
finish_it(struct clockwork *c)
{
	sb_ticker_finish(&c->ticker);
}

static void
ticker_may_be_stopped_in_its_call(void **state)
{
	struct clockwork *c = *state;

	wind(c, stop_it);
	sb_ticker_start(&c->ticker, 1);
	assert_int_equal(sb_reactor_run(c->world->r), 0);
	assert_int_equal(c->n_calls, 1);
}

static void
ticker_may_be_finished_in_its_call(void **state)
{
	struct clockwork *c = *state;

	wind(c, finish_it);
	sb_ticker_start(&c->ticker, 1);
	assert_int_equal(sb_reactor_run(c->world->r), 0);
	assert_int_equal(c->n_calls, 1);
}

static void
slow_down_then_stop(struct clockwork *c)
{
	if (c->n_calls == 2)
		sb_ticker_stop(&c->ticker);
	else
		sb_ticker_start(&c->ticker, 7 * SB_MS);
}

static void
ticker_started_in_its_call_starts_over(void **state)
{
	struct clockwork *c = *state;

	wind(c, slow_down_then_stop);
	sb_ticker_start(&c->ticker, SB_MS);
	assert_int_equal(sb_reactor_run(c->world->r), 0);
	assert_int_equal(c->n_calls, 2);
	assert_true(c->at_ns[1] >= c->at_ns[0] + 7 * SB_MS);
}

static void
started_ticker_starts_over(void **state)
{
	struct clockwork *c = *state;
	int64_t start_ns = sb_reactor_now_ns(c->world->r);

	wind(c, stop_it);
	sb_ticker_start(&c->ticker, SB_MS);
	sb_ticker_start(&c->ticker, 5 * SB_MS);
	assert_int_equal(sb_reactor_run(c->world->r), 0);
	assert_true(c->at_ns[0] >= start_ns + 5 * SB_MS);
}

static void
endless_interval_never_comes(void **state)
{
	struct clockwork *c = *state;

	wind(c, NULL);
	sb_ticker_start(&c->ticker, INT64_MAX);
	assert_int_equal(sb_simulation_run_for(c->world->sim, 1000000 * SB_S), 0);
	assert_int_equal(c->n_calls, 0);
}

static void
finished_and_zeroed_tickers_are_harmless(void **state)
{
	struct clockwork *c = *state;

	sb_ticker_finish(&c->ticker);
	sb_ticker_stop(&c->ticker);
	wind(c, NULL);
	sb_ticker_finish(&c->ticker);
	sb_ticker_finish(&c->ticker);
	assert_false(sb_ticker_is_started(&c->ticker));
}

static void
ticker_is_listed_with_its_place(void **state)
{
	struct clockwork *c = *state;
	size_t cursor = 0;
	char line[256];

	wind(c, NULL);
	assert_true(sb_reactor_pending_next(c->world->r, &cursor, line, sizeof(line)));
	assert_memory_equal(line, "timer note_tick tests/reactor/test_ticker.c:", 44);
	assert_false(sb_reactor_pending_next(c->world->r, &cursor, line, sizeof(line)));
}

/* Several tickers, and a loop that is held up again and again. */
enum { N_TICKERS = 4, N_STALLS = 300 };

struct tower {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct bell {
		struct tower *tower;
		struct sb_ticker ticker;
		int64_t start_ns, interval_ns, last_ns;
		uint64_t n_due;
	} bells[N_TICKERS];
	struct sb_timer stall;
	unsigned n_stalls;
	uint64_t n_calls;
};

static int64_t
random_to(struct tower *t, int64_t max)
{
	return (int64_t)(sb_reactor_random(t->r) % (uint64_t)max) + 1;
}

static void
on_bell(void *self, uint64_t n_due)
{
	struct bell *bell = self;
	int64_t now_ns = sb_reactor_now_ns(bell->tower->r);

	/* Neither twice at one moment nor twice for one interval. */
	assert_true(n_due > 0 && now_ns > bell->last_ns);
	bell->last_ns = now_ns;
	bell->n_due += n_due;
	assert_true(bell->n_due == (uint64_t)((now_ns - bell->start_ns) / bell->interval_ns));
	bell->tower->n_calls++;
	if (random_to(bell->tower, 8) == 1)
		bell->tower->sim->now_ns += random_to(bell->tower, 3 * bell->interval_ns);
}

static void
on_stall(void *self)
{
	struct tower *t = self;
	unsigned i;

	/* Before any turn has seen that time pass, nothing that was due is missing. */
	for (i = 0; i < N_TICKERS; i++) {
		const struct bell *bell = &t->bells[i];
		int64_t due_ns = bell->start_ns + (int64_t)(bell->n_due + 1) * bell->interval_ns;

		assert_true(due_ns >= sb_reactor_now_ns(t->r)
			    || sb_timer_due_ns(&bell->ticker.timer) == due_ns);
	}
	t->sim->now_ns += random_to(t, 20 * SB_MS);
	if (++t->n_stalls < N_STALLS) {
		sb_timer_start(&t->stall, random_to(t, 30 * SB_MS));
		return;
	}
	for (i = 0; i < N_TICKERS; i++)
		sb_ticker_stop(&t->bells[i].ticker);
}

static void
ring(void *self, uint64_t seed)
{
	uint64_t *n_calls = self;
	struct tower t = { .sim = sb_simulation_create(seed) };
	unsigned i;

	assert_non_null(t.sim);
	t.r = sb_simulation_reactor(t.sim);
	assert_int_equal(sb_timer_init(&t.stall, t.r, SB_HANDLER(on_stall), &t), 0);
	sb_timer_start(&t.stall, 0);
	for (i = 0; i < N_TICKERS; i++) {
		struct bell *bell = &t.bells[i];

		bell->tower = &t;
		bell->interval_ns = random_to(&t, 10 * SB_MS);
		bell->start_ns = sb_reactor_now_ns(t.r);
		assert_int_equal(sb_ticker_init(&bell->ticker, t.r, SB_HANDLER(on_bell), bell), 0);
		sb_ticker_start(&bell->ticker, bell->interval_ns);
	}
	assert_int_equal(sb_reactor_run(t.r), 0);
	assert_int_equal(t.n_stalls, N_STALLS);
	for (i = 0; i < N_TICKERS; i++)
		sb_ticker_finish(&t.bells[i].ticker);
	sb_timer_finish(&t.stall);
	sb_simulation_destroy(t.sim);
	*n_calls += t.n_calls;
}

static void
over_random_stalls_each_interval_counts_once(void **state)
{
	uint64_t n_calls = 0;

	(void)state;
	sb_testing_each_seed(1, 100, ring, &n_calls);
	print_message("100 seeds, %llu ticks\n", (unsigned long long)n_calls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define simulated(name) cmocka_unit_test_setup_teardown(name, set_up_simulation, tear_down)
#define both(name) simulated(name), cmocka_unit_test_setup_teardown(name, set_up_libev, tear_down)
		both(first_call_comes_after_one_interval_and_the_others_do_not_drift),
		both(ticker_may_be_stopped_in_its_call),
		both(ticker_may_be_finished_in_its_call),
		both(ticker_started_in_its_call_starts_over),
		both(started_ticker_starts_over),
		both(finished_and_zeroed_tickers_are_harmless),
		both(ticker_is_listed_with_its_place),
		simulated(endless_interval_never_comes),
		kit_test_bare(over_random_stalls_each_interval_counts_once),
	};

	return kit_run(tests);
}
