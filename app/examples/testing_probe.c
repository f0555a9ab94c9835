/* The probe: which signals came, in what order, with which fields. */

#include <signalbox/testing.h>

#include "porter/porter.h"

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_probe *probe;
	const struct porter_left *left;

	if (sb_register(world->d, &porter_signals))
		sb_testing_fail(SB_PLACE, "out of memory");
	probe = sb_probe_create(world->d, "porter.*");

	/* What a program would do; here two plain emissions. */
	porter_arrived_emit(world->d, NULL, &(struct porter_arrived){ .name = "bob" });
	porter_left_emit(world->d, NULL, &(struct porter_left){ .name = "bob", .error = -104 });

	/* Only the fields that matter are named. */
	sb_probe_expect(probe, "porter.arrived name=bob");

	/* The payload's copy, for what words cannot say. */
	left = sb_probe_expect(probe, "porter.left error=-ECONNRESET");
	if (strlen(left->name) != 3)
		sb_testing_fail(SB_PLACE, "%s is no name of three letters", left->name);

	sb_probe_expect_none(probe);
	sb_probe_destroy(probe);
	sb_world_destroy(world);
	return 0;
}
