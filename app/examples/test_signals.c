/* Connecting and emitting: who is called, in what order, and what a handler may do. */

#include <errno.h>

#include <signalbox/testing.h>

#include "door/door.h"

struct house {
	struct sb_dispatcher *d;
	char log[64];
};

static void
on_opened(void *self, struct door *door, const struct door_opened *e)
{
	struct house *house = self;

	(void)door;
	(void)strcat(house->log, "light ");
	if (!e->who)
		sb_fail(house->d, -ENOENT, "nobody opens the door");
}

static void
on_opened_at_night(void *self, struct door *door, const struct door_opened *e)
{
	struct house *house = self;

	(void)door;
	(void)strcat(house->log, "guard ");
	if (e->o_clock < 6)
		sb_stop(house->d);
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct house *house = self;
	char line[128];

	(void)from;
	(void)sb_signal_print(signal, payload, line, sizeof(line));
	(void)strcat(house->log, "note ");
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct door front = { "front" }, back = { "back" };
	struct house house = { .d = world->d };
	struct sb_dispatcher *d = house.d;

	/* From any door; from the back door alone, and first; every signal there is. */
	door_opened_connect(d, SB_ANY, SB_HANDLER(on_opened), &house);
	door_opened_connect_with(d, &back, (struct sb_options){ .priority = 1 },
		SB_HANDLER(on_opened_at_night), &house);
	sb_pattern_connect(
		d, "door.*", SB_ANY, (struct sb_options){ 0 }, SB_HANDLER(on_any), &house);
	if (sb_connect_failed(d))
		return 1;

	/* Emit returns how many typed receivers ran. */
	if (door_opened_emit(d, &front, &(struct door_opened){ .who = "bob", .o_clock = 2 }) != 1
		|| strcmp(house.log, "light note ") != 0)
		return 1;

	house.log[0] = '\0';
	if (door_opened_emit(d, &back, &(struct door_opened){ .who = "eve", .o_clock = 2 }) != 1
		|| strcmp(house.log, "guard ") != 0)
		return 1;

	/* What failed became a signal, dispatch.failed, when the emission had ended. */
	door_opened_emit(d, &front, &(struct door_opened){ .who = NULL });
	sb_gate_expect_failure(world->gate, "nobody opens the door");

	/* The house goes: all of its connections go with it. */
	if (sb_forget(d, &house) != 3)
		return 1;
	sb_world_destroy(world);
	return 0;
}
