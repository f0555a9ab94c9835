/* Waits for one of several signals, or until it takes too long: one call tells which. */

#include <errno.h>

#include <signalbox/expect.h>
#include <signalbox/testing.h>

#include "door/door.h"

struct visit {
	const char *name;
	const char *end;
};

static bool
is_this_visitor(void *self, struct door *door, const struct door_opened *e)
{
	const struct visit *visit = self;

	(void)door;
	return e->who && !strcmp(e->who, visit->name);
}

static void
on_visit_ended(void *self, const struct sb_expected *expected)
{
	struct visit *visit = self;

	switch (expected->which) {
	case 0:
		visit->end = "came in";
		break;
	case 1:
		visit->end = "stood before a locked door";
		break;
	case -ETIMEDOUT:
		visit->end = "did not come";
		break;
	default:
		visit->end = "there is no door any more";
		break;
	}
}

static void
await(struct sb_dispatcher *d, struct door *door, struct visit *visit)
{
	const struct sb_awaited either[] = {
		door_opened_awaited(door, is_this_visitor),
		door_locked_awaited(door, NULL),
	};

	sb_expect(d, either, 2, 60 * SB_S, SB_HANDLER(on_visit_ended), visit);
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_dispatcher *d = world->d;
	struct door door = { "front" };
	struct visit bob = { "bob", "" }, eve = { "eve", "" };

	await(d, &door, &bob);
	await(d, &door, &eve);
	if (sb_connect_failed(d))
		return 1;
	door_opened_emit(d, &door, &(struct door_opened){ .who = "bob" });
	if (strcmp(bob.end, "came in") != 0 || strcmp(eve.end, "") != 0)
		return 1;

	/* A minute of the simulation takes no time. */
	sb_simulation_run_for(world->sim, 61 * SB_S);
	if (strcmp(eve.end, "did not come") != 0)
		return 1;
	sb_world_destroy(world);
	return 0;
}
