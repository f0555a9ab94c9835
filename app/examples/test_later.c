/* Delivered later: after this turn, and from another thread. A world's dispatcher has a loop, the
 * reactor's; a program gives its own one by sb_join(). */

#include <pthread.h>

#include <signalbox/later.h>
#include <signalbox/testing.h>

#include "door/door.h"

struct guard {
	struct sb_mailbox *mailbox;
	struct sb_token door;
};

/* On a thread of its own: it knows no dispatcher, and no door. */
static void *
watch(void *self)
{
	struct guard *guard = self;
	const struct door_opened opened = { .who = "eve", .o_clock = 3 };

	if (door_opened_post(guard->mailbox, guard->door, &opened))
		(void)fprintf(stderr, "the mailbox is full, or nobody is there any more\n");
	sb_mailbox_release(guard->mailbox);
	return NULL;
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_probe *probe = NULL;
	struct door door = { "back" };
	struct guard guard = {
		.mailbox = sb_mailbox_of(world->d),
		.door = door_opened_token(world->d, &door),
	};
	char who[] = "bob";
	pthread_t thread;

	if (sb_register(world->d, &door_signals) || !guard.door.serial
		|| pthread_create(&thread, NULL, watch, &guard))
		return 1;
	probe = sb_probe_create_from(world->d, "door.*", &door);
	(void)pthread_join(thread, NULL);

	/* The payload is copied, with what it points to. */
	if (door_opened_defer(world->d, &door, &(struct door_opened){ .who = who, .o_clock = 9 }))
		return 1;
	who[0] = 'r';
	sb_probe_expect_none(probe);

	sb_simulation_settle(world->sim);
	sb_probe_expect(probe, "door.opened who=eve");
	sb_probe_expect(probe, "door.opened who=bob");

	/* What waits goes with its sender. */
	if (door_locked_defer(world->d, &door, &(struct door_locked){ 0 }))
		return 1;
	sb_forget(world->d, &door);
	sb_simulation_settle(world->sim);
	sb_probe_expect_none(probe);

	sb_probe_destroy(probe);
	sb_world_destroy(world);
	return 0;
}
