/* What timers cost, at 1000 and at 100 000: ours over libev, libev's own in a bare loop, and libuv's
 * where it is installed. Delays of 1 to 60 s; started again and stopped in random order. */

#include <ev.h>
#ifdef HAS_UV
#include <uv.h>
#endif

#include <signalbox/reactor.h>

#include "figures.h"

enum { MOST_TIMERS = 100000, N_OPERATIONS = 7 };

enum operation {
	INSERT,
	REARM,
	REARM_ALIKE,
	CANCEL,
	INSERT_ALIKE,
	FIRE,
	FIRE_ALIKE,
};

static const char *const names[N_OPERATIONS] = {
	"start",
	"start again, in random order",
	"start again, all for the same time",
	"stop, in random order",
	"start, all for the same time",
	"fire, at random times",
	"fire, all of the same time",
};

/* One way to have timers. `fire` returns when n have fired; all were started by `start_soon`. */
struct side {
	const char *name;
	void (*begin)(size_t n);
	void (*run)(void (*work)(size_t n), size_t n); /* work is done in a callback of the loop */
	void (*start)(size_t i, double delay_s);
	void (*restart)(size_t i, double delay_s);
	void (*stop)(size_t i);
	void (*fire)(size_t n);
	void (*end)(size_t n);
};

static const struct side *side;
static uint32_t order[MOST_TIMERS];
static double delays[MOST_TIMERS];
static size_t n_fired, n_to_fire;
static double taken_ns;

/* ---- Ours ---- */

static struct sb_reactor *reactor;
static struct sb_timer *our_timers;
static struct {
	void (*work)(size_t n);
	size_t n;
} our_work;

static void
on_our_timer(void *self)
{
	(void)self;
	if (++n_fired == n_to_fire)
		sb_reactor_stop(reactor);
}

static void
our_begin(size_t n)
{
	size_t i;

	reactor = sb_reactor_create();
	our_timers = calloc(n, sizeof(*our_timers));
	if (!reactor || !our_timers)
		abort();
	for (i = 0; i < n; i++)
		if (sb_timer_init(&our_timers[i], reactor, SB_HANDLER(on_our_timer), NULL))
			abort();
}

static void
on_our_work(void *self)
{
	(void)self;
	our_work.work(our_work.n);
	sb_reactor_stop(reactor);
}

static void
our_run(void (*work)(size_t n), size_t n)
{
	our_work.work = work;
	our_work.n = n;
	if (sb_reactor_post(reactor, SB_HANDLER(on_our_work), NULL) || sb_reactor_run(reactor))
		abort();
}

static void
our_start(size_t i, double delay_s)
{
	sb_timer_start(&our_timers[i], (int64_t)(delay_s * 1e9));
}

static void
our_stop(size_t i)
{
	sb_timer_stop(&our_timers[i]);
}

static void
our_fire(size_t n)
{
	(void)n;
	if (sb_reactor_run(reactor))
		abort();
}

static void
our_end(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sb_timer_finish(&our_timers[i]);
	free(our_timers);
	sb_reactor_destroy(reactor);
}

static const struct side ours = { "ours", our_begin, our_run, our_start, our_start, our_stop,
	our_fire, our_end };

/* ---- libev ---- */

static struct ev_loop *loop;
static ev_timer *ev_timers;

static void
on_ev_timer(struct ev_loop *of, ev_timer *timer, int events)
{
	(void)of;
	(void)events;
	ev_timer_stop(loop, timer); /* it repeats, for ev_timer_again() */
	n_fired++;
}

static void
on_ev_timer_once(struct ev_loop *of, ev_timer *timer, int events)
{
	(void)of;
	(void)timer;
	(void)events;
	n_fired++;
}

static void
ev_begin(size_t n)
{
	size_t i;

	loop = ev_loop_new(EVFLAG_AUTO);
	ev_timers = calloc(n, sizeof(*ev_timers));
	if (!loop || !ev_timers)
		abort();
	for (i = 0; i < n; i++)
		ev_init(&ev_timers[i], on_ev_timer);
}

static void
ev_run_work(void (*work)(size_t n), size_t n)
{
	ev_now_update(loop);
	work(n);
}

static void
ev_start(size_t i, double delay_s)
{
	ev_set_cb(&ev_timers[i], on_ev_timer_once);
	ev_timer_set(&ev_timers[i], delay_s, 0.);
	ev_timer_start(loop, &ev_timers[i]);
}

static void
ev_restart(size_t i, double delay_s)
{
	ev_set_cb(&ev_timers[i], on_ev_timer);
	ev_timers[i].repeat = delay_s;
	ev_timer_again(loop, &ev_timers[i]);
}

static void
ev_stop(size_t i)
{
	ev_timer_stop(loop, &ev_timers[i]);
}

static void
ev_fire(size_t n)
{
	while (n_fired < n)
		ev_run(loop, EVRUN_ONCE);
}

static void
ev_end(size_t n)
{
	(void)n;
	ev_loop_destroy(loop);
	free(ev_timers);
}

static const struct side libev = { "libev", ev_begin, ev_run_work, ev_start, ev_restart, ev_stop,
	ev_fire, ev_end };

/* ---- libuv ---- */

#ifdef HAS_UV
static uv_loop_t uv;
static uv_timer_t *uv_timers;

static void
on_uv_timer(uv_timer_t *timer)
{
	(void)timer;
	n_fired++;
}

static void
uv_begin(size_t n)
{
	size_t i;

	uv_timers = calloc(n, sizeof(*uv_timers));
	if (!uv_timers || uv_loop_init(&uv))
		abort();
	for (i = 0; i < n; i++)
		(void)uv_timer_init(&uv, &uv_timers[i]);
}

static void
uv_run_work(void (*work)(size_t n), size_t n)
{
	uv_update_time(&uv);
	work(n);
}

static void
uv_start(size_t i, double delay_s)
{
	(void)uv_timer_start(&uv_timers[i], on_uv_timer, (uint64_t)(delay_s * 1e3), 0);
}

static void
uv_stop_one(size_t i)
{
	(void)uv_timer_stop(&uv_timers[i]);
}

static void
uv_fire(size_t n)
{
	while (n_fired < n)
		(void)uv_run(&uv, UV_RUN_ONCE);
}

static void
uv_end(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		uv_close((uv_handle_t *)&uv_timers[i], NULL);
	(void)uv_run(&uv, UV_RUN_DEFAULT);
	(void)uv_loop_close(&uv);
	free(uv_timers);
}

static const struct side libuv = { "libuv", uv_begin, uv_run_work, uv_start, uv_start, uv_stop_one,
	uv_fire, uv_end };
#endif

/* ---- What is measured ---- */

static void
shuffle(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		order[i] = (uint32_t)i;
		delays[i] = 1. + (double)(next_random() % 59000) / 1e3;
	}
	for (i = n; i > 1; i--) {
		size_t j = next_random() % i;
		uint32_t other = order[j];

		order[j] = order[i - 1];
		order[i - 1] = other;
	}
}

static void
start_all(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->start(i, delays[i]);
}

static void
restart_all(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->restart(order[i], delays[order[n - 1 - i]]);
}

static void
start_all_alike(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->start(order[i], 60.);
}

static void
restart_all_alike(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->restart(order[i], 60.);
}

static void
stop_all(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->stop(order[i]);
}

/* Within 5 ms, which is over before the first is asked for. */
static void
start_all_soon(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->start(i, delays[i] / 12e3);
}

static void
start_all_alike_soon(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		side->start(order[i], 5e-3);
}

static void (*measured)(size_t n);

static void
measure_it(size_t n)
{
	double before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	measured(n);
	taken_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns;
}

static double
cost_of(void (*work)(size_t n), size_t n)
{
	measured = work;
	side->run(measure_it, n);
	return taken_ns / (double)n;
}

static double
cost_of_firing(void (*start)(size_t n), size_t n)
{
	double until_ns, before_ns;

	side->run(start, n);
	until_ns = clock_ns(CLOCK_MONOTONIC) + 7e6;
	while (clock_ns(CLOCK_MONOTONIC) < until_ns)
		continue;
	n_fired = 0;
	n_to_fire = n;
	before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	side->fire(n);
	return (clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns) / (double)n;
}

static void
take_round(struct figure *figures, size_t at, size_t round, size_t n)
{
	side->begin(n);
	figures[INSERT].values[at][round] = cost_of(start_all, n);
	figures[REARM].values[at][round] = cost_of(restart_all, n);
	figures[CANCEL].values[at][round] = cost_of(stop_all, n);
	figures[INSERT_ALIKE].values[at][round] = cost_of(start_all_alike, n);
	figures[REARM_ALIKE].values[at][round] = cost_of(restart_all_alike, n);
	side->run(stop_all, n);
	figures[FIRE].values[at][round] = cost_of_firing(start_all_soon, n);
	figures[FIRE_ALIKE].values[at][round] = cost_of_firing(start_all_alike_soon, n);
	side->end(n);
}

/* libev keeps no order among those: there is nothing to compare with. */
static bool
is_alike(size_t operation)
{
	return operation == REARM_ALIKE || operation == INSERT_ALIKE || operation == FIRE_ALIKE;
}

static void
measure(struct figures *all, const struct side *const *sides, size_t n)
{
	static struct figure figures[N_OPERATIONS];
	char what[N_OPERATIONS][64];
	size_t round, i;

	for (round = 0; round < all->n_rounds; round++) {
		shuffle(n);
		for (i = 0; i < all->n_sides; i++) {
			/* Each is first and last as often. */
			size_t at = (i + round) % all->n_sides;

			side = sides[at];
			take_round(figures, at, round, n);
		}
	}
	for (i = 0; i < N_OPERATIONS; i++) {
		(void)snprintf(what[i], sizeof(what[i]), "%zu: %s", n, names[i]);
		figures[i].what = what[i];
		figures[i].limit = n == MOST_TIMERS && !is_alike(i) ? 1.2 : 0;
		figure_print(all, &figures[i]);
	}
}

int
main(int argc, char **argv)
{
	const struct side *const sides[] = {
		&libev,
		&ours,
#ifdef HAS_UV
		&libuv,
#endif
	};
	struct figures all = { .n_sides = sizeof(sides) / sizeof(sides[0]) };
	size_t i;

	for (i = 0; i < all.n_sides; i++)
		all.sides[i] = sides[i]->name;
	figures_begin(&all, "timers", argc, argv, 15);
	measure(&all, sides, 1000);
	measure(&all, sides, MOST_TIMERS);
	return figures_end(&all);
}
