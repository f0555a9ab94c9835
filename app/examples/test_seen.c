/* What a dispatcher does, seen from outside: a trace on standard error when the environment asks
 * for one, who would be called, how often each was, and who was too slow. */

#include <signalbox/profile.h>
#include <signalbox/testing.h>
#include <signalbox/trace.h>

#include "door/door.h"

static void
on_opened(void *self, struct door *door, const struct door_opened *e)
{
	struct sb_dispatcher *d = self;

	if (e->o_clock > 22)
		door_locked_emit(d, door, &(struct door_locked){ 0 });
}

static void
on_slow(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	int64_t took_ns)
{
	(void)self;
	(void)fprintf(stderr, "%s took %g ms for %s\n", receiver->place, (double)took_ns / 1e6,
		emission->signal->name);
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_dispatcher *d = world->d;
	struct door door = { "front" };
	struct sb_connection_info first;
	struct sb_profile_entry entry;
	struct sb_profile *profile;
	struct sb_error error;
	size_t cursor = 0;

	if (sb_trace_from_environment(d, stderr, &error) < 0) {
		(void)fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	profile = sb_profile_create(d, 10 * SB_MS, on_slow, NULL);
	door_opened_connect(d, &door, SB_HANDLER(on_opened), d);
	if (!profile || sb_connect_failed(d) || sb_label(d, &door, "front"))
		return 1;

	/* Who would be called? For doors that nobody watches, nobody. */
	if (sb_receivers(d, door_opened_signal(), &door, &first, 1) != 1
		|| sb_receivers(d, door_opened_signal(), NULL, NULL, 0) != 0)
		return 1;

	door_opened_emit(d, &door, &(struct door_opened){ .who = "bob", .o_clock = 23 });

	if (!sb_profile_next(profile, &cursor, &entry) || entry.n_calls != 1
		|| entry.connection.serial != first.connection.serial)
		return 1;
	sb_profile_destroy(profile);
	sb_forget(d, d);
	sb_world_destroy(world);
	return 0;
}
