#include <stdlib.h>

#include "pool.h"
#include "sim.h"

/* Where one piece of work at a time is done, by a thread if there were any. */
struct place {
	struct sim_crew *crew;
	struct sb_timer due; /* in sim->network: when it looks for work, or its work is at an end */
	struct sb_work *work; /* NULL: has none */
};

struct sim_crew {
	struct crew base;
	struct sb_simulation *sim;
	struct sb_pool *pool;
	unsigned n;
	struct place places[];
};

static void
wait_for(struct place *place, int64_t after_ns)
{
	struct sb_simulation *sim = place->crew->sim;

	sb_timer_heap_start(&sim->network, &place->due, time_add(sim->now_ns, after_ns));
}

static int64_t
duration_ns(struct sb_simulation *sim)
{
	const struct sb_weather *w = &sim->weather;
	uint64_t spread = (uint64_t)(w->work_max_ns - w->work_min_ns);

	return w->work_min_ns + (spread ? (int64_t)(sb_sim_random(sim) % (spread + 1)) : 0);
}

static void
begin(struct place *place)
{
	struct sb_simulation *sim = place->crew->sim;

	place->work = sb_pool_take(place->crew->pool);
	if (!place->work)
		return;
	sb_sim_trace(sim, "work %s begins", place->work->place);
	wait_for(place, duration_ns(sim));
}

/* Not the place's any more when it is done: a test may leave it by longjmp. */
static void
finish(struct place *place)
{
	struct sb_work *work = place->work;

	place->work = NULL;
	sb_sim_trace(place->crew->sim, "work %s is done", work->place);
	work->work(work->self);
	sb_pool_finish(place->crew->pool, work);
}

static void
on_due(void *self)
{
	struct place *place = self;

	if (place->work)
		finish(place);
	begin(place);
}

/* A thread comes for its work at once or a little later: in the calm later always, else by chance. */
static int
call(struct crew *base)
{
	struct sim_crew *crew = (struct sim_crew *)base;
	unsigned i;

	for (i = 0; i < crew->n; i++) {
		struct place *place = &crew->places[i];

		if (place->work || is_started(&crew->sim->network, &place->due))
			continue;
		if (crew->sim->weather.work_max_ns > 0 && sb_sim_random(crew->sim) % 2)
			begin(place);
		else
			wait_for(place, 0);
		break;
	}
	return 0;
}

/* Time cannot pass in it, so the ends of what was begun are now. */
static void
dismiss(struct crew *base)
{
	struct sim_crew *crew = (struct sim_crew *)base;
	unsigned i;

	for (i = 0; i < crew->n; i++) {
		struct place *place = &crew->places[i];

		if (place->work)
			finish(place);
		sb_timer_heap_remove(&crew->sim->network, &place->due);
	}
	free(crew);
}

struct crew *
sb_sim_hire(void *back, struct sb_pool *pool, unsigned n)
{
	struct sb_simulation *sim = back;
	struct sim_crew *crew = calloc(1, sizeof(*crew) + n * sizeof(crew->places[0]));
	unsigned i;

	if (!crew)
		return NULL;
	crew->base.call = call;
	crew->base.dismiss = dismiss;
	crew->sim = sim;
	crew->pool = pool;
	crew->n = n;
	for (i = 0; i < n; i++) {
		crew->places[i].crew = crew;
		crew->places[i].due.fn = on_due;
		crew->places[i].due.self = &crew->places[i];
		if (sb_timer_heap_add(&sim->network, &crew->places[i].due) < 0) {
			dismiss(&crew->base);
			return NULL;
		}
	}
	return &crew->base;
}
