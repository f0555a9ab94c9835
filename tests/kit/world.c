#include <errno.h>

#include <signalbox/join.h>

#include "private.h"

/* What a world that was not clean leaves behind stays reachable: what still stands in it was
 * reported as it should be, and is not told a second time by a leak checker. */
struct ruin {
	struct sb_simulation *sim;
	struct ruin *next;
};

static _Thread_local struct ruin *ruins;

static void
world_leave(struct sb_world *world)
{
	struct ruin *ruin = calloc(1, sizeof(*ruin));

	if (!ruin)
		return; /* no worse than one more report of the same */
	ruin->sim = world->sim;
	ruin->next = ruins;
	ruins = ruin;
}

/* A longjmp out of one of its callbacks leaves a simulation running for ever. Asked only where it
 * is idle, so that nothing can happen by asking. */
static bool
is_running(struct sb_world *world)
{
	return sb_simulation_run_for(world->sim, 0) == -EBUSY;
}

bool
sb_kit_world_end(struct sb_world *world, struct text *report)
{
	bool has_dispatcher, is_idle, is_clean;

	/* What the dispatcher has still to deliver the gate tells as the dispatcher's. */
	(void)sb_join(world->d, NULL, SB_PLACE);
	is_clean = sb_kit_gate_end(world->gate, report, &has_dispatcher, &is_idle);
	if (is_idle && is_running(world)) {
		(void)sb_kit_text_addf(report, "one of the reactor's callbacks has not returned\n");
		is_clean = is_idle = false;
	}
	if (has_dispatcher)
		sb_dispatcher_destroy(world->d);
	if (is_idle)
		sb_simulation_destroy(world->sim);
	else
		world_leave(world);
	free(world);
	return is_clean;
}

struct sb_world *
sb_world_create_(const char *place, uint64_t seed)
{
	struct sb_world *world = sb_kit_alloc(place, 1, sizeof(*world));
	bool is_made;

	sb_kit_own(1);
	world->sim = sb_simulation_create(seed);
	world->d = world->sim ? sb_dispatcher_create(NULL, NULL) : NULL;
	is_made = world->d && !sb_join(world->d, sb_simulation_reactor(world->sim), place);
	sb_kit_own(-1);
	if (!is_made) {
		sb_dispatcher_destroy(world->d);
		sb_simulation_destroy(world->sim);
		free(world);
		sb_kit_fail_no_memory(place);
	}
	world->r = sb_simulation_reactor(world->sim);
	world->gate = sb_gate_begin_(place, world->d, world->r);
	return world;
}

void
sb_world_destroy_(const char *place, struct sb_world *world)
{
	struct text report = { 0 };

	if (world && !sb_kit_world_end(world, &report))
		sb_kit_fail(place, &report);
}
