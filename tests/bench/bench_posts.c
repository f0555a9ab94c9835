/* What a call from another thread costs: ours, beside the least that keeps the same promises over
 * libev: two arrays under a mutex, swapped by the loop, which is woken once a batch. */

#include <ev.h>
#include <pthread.h>

#include <signalbox/reactor.h>

#include "figures.h"

enum { N_POSTS = 1000000, N_AT_ONCE = 1000 };

struct item {
	sb_call_fn *fn;
	const char *place;
	void *self;
};

struct swapped {
	struct ev_loop *loop;
	ev_async async;
	pthread_mutex_t lock;
	struct item *items, *others;
	size_t n, cap, other_cap;
};

struct side {
	const char *name;
	void (*post)(void);
	void (*run)(void); /* until all have come */
	void (*turn)(void);
	void (*begin)(void);
	void (*end)(void);
};

static size_t n_called, n_expected;
static struct swapped swapped;
static struct sb_reactor *reactor;

/* ---- The floor ---- */

static void
on_item(void *self)
{
	(void)self;
	if (++n_called == n_expected)
		ev_break(swapped.loop, EVBREAK_ALL);
}

static void
swapped_post(void)
{
	struct swapped *s = &swapped;

	(void)pthread_mutex_lock(&s->lock);
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 1024;
		s->items = realloc(s->items, s->cap * sizeof(*s->items));
		if (!s->items)
			abort();
	}
	s->items[s->n++] = (struct item){ on_item, SB_PLACE, NULL };
	if (s->n == 1)
		ev_async_send(s->loop, &s->async);
	(void)pthread_mutex_unlock(&s->lock);
}

static void
on_swapped(struct ev_loop *loop, ev_async *async, int events)
{
	struct swapped *s = &swapped;
	struct item *items;
	size_t n, cap, i;

	(void)loop;
	(void)async;
	(void)events;
	(void)pthread_mutex_lock(&s->lock);
	items = s->items;
	n = s->n;
	cap = s->cap;
	s->items = s->others;
	s->cap = s->other_cap;
	s->n = 0;
	s->others = items;
	s->other_cap = cap;
	(void)pthread_mutex_unlock(&s->lock);
	for (i = 0; i < n; i++)
		items[i].fn(items[i].self);
}

static void
swapped_begin(void)
{
	memset(&swapped, 0, sizeof(swapped));
	swapped.loop = ev_loop_new(EVFLAG_AUTO);
	if (!swapped.loop || pthread_mutex_init(&swapped.lock, NULL))
		abort();
	ev_async_init(&swapped.async, on_swapped);
	ev_async_start(swapped.loop, &swapped.async);
}

static void
swapped_run(void)
{
	(void)ev_run(swapped.loop, 0);
}

static void
swapped_turn(void)
{
	(void)ev_run(swapped.loop, EVRUN_NOWAIT);
}

static void
swapped_end(void)
{
	ev_async_stop(swapped.loop, &swapped.async);
	ev_loop_destroy(swapped.loop);
	(void)pthread_mutex_destroy(&swapped.lock);
	free(swapped.items);
	free(swapped.others);
}

/* ---- Ours ---- */

static void
on_call(void *self)
{
	(void)self;
	if (++n_called == n_expected)
		sb_reactor_stop(reactor);
}

static void
our_post(void)
{
	if (sb_reactor_post(reactor, SB_HANDLER(on_call), NULL))
		abort();
}

static void
on_timer(void *self)
{
	(void)self;
}

/* Keeps the reactor waiting for posts. */
static struct sb_timer far_away;

static void
our_begin(void)
{
	reactor = sb_reactor_create();
	if (!reactor || sb_timer_init(&far_away, reactor, SB_HANDLER(on_timer), NULL))
		abort();
	sb_timer_start(&far_away, 3600 * SB_S);
}

static void
our_run(void)
{
	if (sb_reactor_run(reactor))
		abort();
}

static void
our_end(void)
{
	sb_timer_finish(&far_away);
	sb_reactor_destroy(reactor);
}

static const struct side sides[] = { { "swapped", swapped_post, swapped_run, swapped_turn,
					     swapped_begin, swapped_end },
	{ "ours", our_post, our_run, our_run, our_begin, our_end } };

/* ---- What is measured ---- */

static void *
post_all(void *self)
{
	const struct side *side = self;
	size_t i;

	for (i = 0; i < N_POSTS; i++)
		side->post();
	return NULL;
}

enum { WALL, CPU, ALONE, N_FIGURES };

static void
from_another_thread(const struct side *side, struct figure *figures, size_t at, size_t round)
{
	double wall_ns, cpu_ns;
	struct side copy = *side;
	pthread_t thread;

	n_called = 0;
	n_expected = N_POSTS;
	wall_ns = clock_ns(CLOCK_MONOTONIC);
	cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (pthread_create(&thread, NULL, post_all, &copy))
		abort();
	side->run();
	(void)pthread_join(thread, NULL);
	figures[WALL].values[at][round] = (clock_ns(CLOCK_MONOTONIC) - wall_ns) / (double)N_POSTS;
	figures[CPU].values[at][round] =
		(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns) / (double)N_POSTS;
}

static void
from_the_loop(const struct side *side, struct figure *figures, size_t at, size_t round)
{
	double cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	size_t n, i;

	for (n = 0; n < N_POSTS; n += N_AT_ONCE) {
		n_called = 0;
		n_expected = N_AT_ONCE;
		for (i = 0; i < N_AT_ONCE; i++)
			side->post();
		side->turn();
	}
	figures[ALONE].values[at][round] =
		(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns) / (double)N_POSTS;
}

int
main(int argc, char **argv)
{
	static struct figure figures[N_FIGURES] = {
		[WALL] = { .what = "a million by another thread: time", .limit = 2 },
		[CPU] = { .what = "a million by another thread: both CPUs", .limit = 2 },
		[ALONE] = { .what = "by the loop's own, 1000 at once", .limit = 2 },
	};
	struct figures all = { .n_sides = 2, .sides = { "swapped", "ours" } };
	size_t round, i;

	figures_begin(&all, "posts", argc, argv, 21);
	for (round = 0; round < all.n_rounds; round++) {
		for (i = 0; i < 2; i++) {
			size_t at = (i + round) % 2;

			sides[at].begin();
			from_another_thread(&sides[at], figures, at, round);
			from_the_loop(&sides[at], figures, at, round);
			sides[at].end();
		}
	}
	for (i = 0; i < N_FIGURES; i++)
		figure_print(&all, &figures[i]);
	return figures_end(&all);
}
