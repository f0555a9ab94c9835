#include <signalbox/simulation.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "sim.h"
#include "tls_end.h"

enum {
	TURNS_AT_ONCE = 100000, /* then time passes by itself, so that a program that spins ends */
	SPIN_NS = 1000,
	SETTLE_TURNS = 10000000,
};

#define WALL_START_NS (INT64_C(1000000000) * SB_S)

static int64_t
now_ns(void *back)
{
	return ((const struct sb_simulation *)back)->now_ns;
}

static int64_t
wall_ns(void *back)
{
	const struct sb_simulation *sim = back;

	return sim->now_ns + sim->wall_ahead_ns;
}

static uint64_t
random_bits(void *back)
{
	uint64_t bits = sb_sim_random(back);

	sb_sim_trace(back, "random %016" PRIx64, bits);
	return bits;
}

static void
pass_time(struct sb_simulation *sim, int64_t until_ns)
{
	if (until_ns > sim->now_ns) {
		sim->now_ns = until_ns;
		sim->n_turns_at_once = 0;
	} else if (++sim->n_turns_at_once > TURNS_AT_ONCE) {
		sim->now_ns += SPIN_NS;
	}
	sb_sim_step_clock(sim);
	sb_sim_deliver(sim);
}

static int
wait_until(void *back, int64_t until_ns)
{
	struct sb_simulation *sim = back;
	int64_t next_ns;

	sb_sim_deliver(sim);
	next_ns = sb_sim_next_ns(sim);
	if (until_ns > next_ns)
		until_ns = next_ns;
	/* Work that was at its end now has something for the core. */
	if (sb_sim_report(sim, false) || sb_reactor_next_ns(sim->reactor) == INT64_MIN)
		until_ns = INT64_MIN;
	if (until_ns == INT64_MAX)
		return -EDEADLK;
	pass_time(sim, until_ns);
	(void)sb_sim_report(sim, true);
	return 0;
}

/* Only what was posted before a turn is seen by it, so there is no wait to be ended. */
static void
wake(void *back)
{
	(void)back;
}

static int
take_signals(void *back)
{
	struct sb_simulation *sim = back;

	sim->takes_signals = true;
	return 0;
}

static void
return_signals(void *back)
{
	struct sb_simulation *sim = back;

	/* By one that had come the process would end here. */
	sb_assert(sim->reactor->pending_signals == 0);
	sim->takes_signals = false;
}

static struct tls_library *
tls_library(void *back)
{
	struct sb_simulation *sim = back;

	if (!sim->tls_library)
		sim->tls_library = sb_tls_library_create(sim->seed);
	return sim->tls_library;
}

static void
watch_wall(void *back, bool is_wanted)
{
	struct sb_simulation *sim = back;

	sim->watches_wall = is_wanted;
}

static const struct backend simulated = {
	.is_simulated = true,
	.now_ns = now_ns,
	.wall_ns = wall_ns,
	.random = random_bits,
	.wait = wait_until,
	.wake = wake,
	.take_signals = take_signals,
	.return_signals = return_signals,
	.watch_wall = watch_wall,
	.hire = sb_sim_hire,
	.connect = sb_sim_connect,
	.listen = sb_sim_listen,
	.tls_library = tls_library,
	.make_resolver = sb_sim_make_resolver,
	.destroy = NULL,
};

struct sb_simulation *
sb_simulation_create(uint64_t seed)
{
	struct sb_simulation *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return NULL;
	sim->reactor = sb_reactor_make(&simulated, sim);
	if (!sim->reactor) {
		free(sim);
		return NULL;
	}
	sb_sim_seed(sim, seed);
	sim->now_ns = SB_S;
	sim->wall_ahead_ns = WALL_START_NS - sim->now_ns;
	TAILQ_INIT(&sim->hot);
	TAILQ_INIT(&sim->places);
	TAILQ_INIT(&sim->connections);
	sb_sim_names_init(sim);
	TAILQ_INIT(&sim->passed);
	return sim;
}

void
sb_simulation_destroy(struct sb_simulation *sim)
{
	if (!sim)
		return;
	sb_reactor_free(sim->reactor);
	sb_sim_names_finish(sim);
	sb_sim_network_finish(sim);
	sb_tls_library_destroy(sim->tls_library);
	free(sim);
}

struct sb_reactor *
sb_simulation_reactor(struct sb_simulation *sim)
{
	return sim->reactor;
}

uint64_t
sb_simulation_seed(const struct sb_simulation *sim)
{
	return sim->seed;
}

int
sb_simulation_set_reach(struct sb_simulation *sim, const char *url, enum sb_reach reach)
{
	struct sb_url where;
	int ret = sb_url_parse(url, &where, NULL);

	if (ret < 0)
		return ret;
	if (where.scheme != SB_SCHEME_TCP && where.scheme != SB_SCHEME_UNIX)
		return -EINVAL;
	sb_url_normalise(&where);
	return sb_url_has_name(&where) ? sb_sim_set_reach_of_name(sim, &where, reach)
				       : sb_sim_set_reach(sim, &where, reach);
}

void
sb_simulation_cut_all(struct sb_simulation *sim)
{
	sb_sim_cut_all(sim);
}

/* When the next turn has something to do: INT64_MIN: now; INT64_MAX: never. */
static int64_t
next_ns(struct sb_simulation *sim)
{
	int64_t core_ns = sb_reactor_next_ns(sim->reactor);
	int64_t own_ns = sb_sim_next_ns(sim);

	if (sb_sim_report(sim, false))
		return INT64_MIN;
	return core_ns < own_ns ? core_ns : own_ns;
}

/* Whether a turn before end_ns has something to do. */
static bool
is_due_by(struct sb_simulation *sim, int64_t end_ns)
{
	int64_t due_ns = next_ns(sim);

	return due_ns < INT64_MAX && due_ns <= end_ns && sim->now_ns <= end_ns;
}

static void
turn(struct sb_simulation *sim, int64_t limit_ns)
{
	int ret = sb_reactor_turn(sim->reactor, limit_ns);

	sb_assert(ret == 0);
}

static void
skip_to(struct sb_simulation *sim, int64_t end_ns)
{
	if (sim->now_ns >= end_ns)
		return;
	sim->now_ns = end_ns;
	sb_sim_step_clock(sim);
}

int
sb_simulation_run_for(struct sb_simulation *sim, int64_t duration_ns)
{
	struct sb_reactor *r = sim->reactor;
	int64_t end_ns = time_add(sim->now_ns, duration_ns > 0 ? duration_ns : 0);
	int ret = sb_reactor_begin(r);

	if (ret < 0)
		return ret;
	while (!r->is_stopping && is_due_by(sim, end_ns))
		turn(sim, end_ns);
	if (!r->is_stopping)
		skip_to(sim, end_ns);
	sb_reactor_end(r);
	return 0;
}

int
sb_simulation_run_until(
	struct sb_simulation *sim, bool (*is_so)(void *self), void *self, int64_t limit_ns)
{
	struct sb_reactor *r = sim->reactor;
	int64_t end_ns = time_add(sim->now_ns, limit_ns > 0 ? limit_ns : 0);
	int ret = sb_reactor_begin(r);

	if (ret < 0)
		return ret;
	while (!is_so(self)) {
		if (r->is_stopping) {
			ret = -ECANCELED;
			break;
		}
		if (!is_due_by(sim, end_ns)) {
			skip_to(sim, end_ns);
			ret = -ETIMEDOUT;
			break;
		}
		turn(sim, end_ns);
	}
	sb_reactor_end(r);
	return ret;
}

void
sb_simulation_settle(struct sb_simulation *sim)
{
	struct sb_reactor *r = sim->reactor;
	unsigned n_turns = 0;
	int ret = sb_reactor_begin(r);

	sb_assert(ret == 0);
	while (!r->is_stopping) {
		int64_t arrival_ns = sb_timer_heap_first_ns(&sim->network);
		int64_t limit_ns = arrival_ns < INT64_MAX ? arrival_ns : sim->now_ns;

		if (!is_due_by(sim, limit_ns))
			break;
		turn(sim, limit_ns);
		sb_assert(++n_turns < SETTLE_TURNS);
	}
	sb_reactor_end(r);
}

void
sb_simulation_step_wall(struct sb_simulation *sim, int64_t by_ns)
{
	sb_sim_trace(sim, "the wall clock is stepped by %" PRId64 " ns", by_ns);
	sim->wall_ahead_ns += by_ns;
}

void
sb_simulation_raise(struct sb_simulation *sim, int signal_number)
{
	sb_assert(signal_number == SIGINT || signal_number == SIGTERM || signal_number == SIGHUP);
	sb_assert(sim->takes_signals);
	sb_sim_trace(sim, "signal %d", signal_number);
	sb_reactor_signal(sim->reactor, signal_number);
}
