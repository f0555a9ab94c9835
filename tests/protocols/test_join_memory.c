/* Joining when memory runs out: it says so, and the dispatcher keeps the loop that it has. */

#include "dispatch/failing_memory.inc"
#include "protocols/join_fixture.h"

static void
without_memory_the_loop_stays_as_it_was(void **state)
{
	struct tower *t = *state;
	struct sb_simulation *sim = sb_simulation_create(1);
	size_t cursor = 0;
	char line[256];
	long n = 0;
	int error;

	connect(t, note_rang);
	ring_later(t, 'a');
	do {
		n_until_failure = n++;
		has_failed = false;
		error = sb_join(t->d, sb_simulation_reactor(sim), SB_PLACE);
		assert_int_equal(error, has_failed ? -ENOMEM : 0);
		cursor = 0;
		assert_int_equal(sb_reactor_pending_next(
					 sb_simulation_reactor(sim), &cursor, line, sizeof(line)),
			!has_failed);
	} while (error);
	n_until_failure = -1;
	/* The joint, and the place of its timer. */
	assert_int_equal(n, 3);
	assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	run(t);
	assert_string_equal(t->journal, "a");
	sb_simulation_destroy(sim);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { both(without_memory_the_loop_stays_as_it_was) };

	return kit_run(tests);
}
