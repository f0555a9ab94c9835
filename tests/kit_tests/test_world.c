#include "kit_tests/toy.h"

#include <signalbox/later.h>

static void
destroy_world(void *self)
{
	sb_world_destroy(self);
}

static void
never(void *self)
{
	(void)self;
}

static void
on_spoke(void *self, struct toy *toy, const struct toy_spoke *e)
{
	(void)self;
	(void)toy;
	(void)e;
}

static void
a_world_has_what_a_test_stands_on(void **state)
{
	struct sb_world *world = sb_world_create(3);

	(void)state;
	assert_int_equal(sb_simulation_seed(world->sim), 3);
	assert_ptr_equal(world->r, sb_simulation_reactor(world->sim));
	assert_non_null(world->d);
	assert_non_null(world->gate);
	sb_world_destroy(world);
	sb_world_destroy(NULL);
}

static void
what_is_left_in_a_world_is_a_failure_of_its_end(void **state)
{
	struct sb_world *world = sb_world_create(1);

	(void)state;
	(void)toy_spoke_connect(world->d, SB_ANY, SB_HANDLER(on_spoke), NULL);
	assert_fails(destroy_world, world, "connection to toy.spoke from anyone: on_spoke");
}

static void
a_world_in_which_something_runs_is_left_as_it_is(void **state)
{
	struct sb_world *world = sb_world_create(1);
	static struct sb_timer timer;

	(void)state;
	assert_int_equal(sb_timer_init(&timer, world->r, SB_HANDLER(never), NULL), 0);
	sb_timer_start(&timer, SB_S);
	assert_fails(destroy_world, world, "timer never tests/kit_tests/test_world.c:");
	/* Its owner may still end it. */
	assert_true(sb_timer_is_started(&timer));
	sb_timer_finish(&timer);
}

static void
leave(void *self)
{
	jmp_buf *back = self;

	longjmp(*back, 1);
}

static void
a_longjmp_out_of_a_callback_is_survived_and_told(void **state)
{
	struct sb_world *world = sb_world_create(1);
	jmp_buf back;

	(void)state;
	assert_int_equal(sb_reactor_post(world->r, SB_HANDLER(leave), &back), 0);
	if (!setjmp(back)) {
		sb_simulation_settle(world->sim);
		fail();
	}
	assert_fails(destroy_world, world, "one of the reactor's callbacks has not returned");
}

static void
count_called(void *self, struct toy *toy, const struct toy_called *e)
{
	int *n = self;

	(void)toy;
	*n += (int)e->n;
}

static void
what_is_deferred_in_a_world_is_delivered_when_it_settles(void **state)
{
	struct sb_world *world = *state;
	int n = 0;

	sb_gate_allow(
		world->gate, toy_called_connect(world->d, SB_ANY, SB_HANDLER(count_called), &n));
	assert_int_equal(toy_called_defer(world->d, NULL, &(struct toy_called){ .n = 7 }), 0);
	assert_int_equal(n, 0);
	sb_simulation_settle(world->sim);
	assert_int_equal(n, 7);
	/* And its clock is the simulation's. */
	assert_true(sb_clock_ns(world->d) == sb_reactor_now_ns(world->r));
}

/* Delivered by hand: the loop has been woken for nothing, and that is no leak. */
static void
what_was_delivered_by_hand_is_not_told(void **state)
{
	struct sb_world *world = *state;

	assert_int_equal(toy_called_defer(world->d, NULL, &(struct toy_called){ .n = 7 }), 0);
	assert_int_equal(sb_deliver(world->d), 1);
}

static void
what_waits_in_a_world_is_a_failure_of_its_end(void **state)
{
	struct sb_world *world = sb_world_create(1);
	const char *said;

	(void)state;
	assert_int_equal(toy_called_defer(world->d, NULL, &(struct toy_called){ .n = 7 }), 0);
	said = failure_of(destroy_world, world);
	assert_non_null(strstr(said, "1 signal deferred and not delivered"));
	/* It is told once. */
	assert_null(strstr(said, "sb_join"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_world_has_what_a_test_stands_on),
		kit_test_bare(what_is_left_in_a_world_is_a_failure_of_its_end),
		kit_test_bare(a_world_in_which_something_runs_is_left_as_it_is),
		kit_test(what_is_deferred_in_a_world_is_delivered_when_it_settles),
		kit_test(what_was_delivered_by_hand_is_not_told),
		kit_test_bare(what_waits_in_a_world_is_a_failure_of_its_end),
		kit_test_bare(a_longjmp_out_of_a_callback_is_survived_and_told),
	};

	return kit_run(tests);
}
