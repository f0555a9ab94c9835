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

static void
count(void *self)
{
	((struct tower *)self)->n++;
}

static void
post_calls(struct tower *t, int n)
{
	t->n = 0;
	for (int i = 0; i < n; i++)
		assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(count), t), 0);
	run(t);
	assert_int_equal(t->n, n);
}

/* Room for a few stays. */
static void
a_reactor_gives_back_what_a_burst_of_posted_calls_took(void **state)
{
	struct tower *t = *state;
	long before = n_blocks;

	for (int i = 0; i < 3; i++)
		post_calls(t, 20000);
	assert_int_equal(n_blocks, before);
	for (int i = 0; i < 3; i++)
		post_calls(t, 1000);
	assert_int_equal(n_blocks, before + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		both(without_memory_the_loop_stays_as_it_was),
		both(a_reactor_gives_back_what_a_burst_of_posted_calls_took),
	};

	return kit_run(tests);
}
