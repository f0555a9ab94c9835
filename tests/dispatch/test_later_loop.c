/* What a dispatcher asks of its loop, and when. */

#include "dispatch/later.inc"

static jmp_buf way_out;

static void
the_loop_is_woken_once_until_the_next_deliver(void **state)
{
	(void)state;
	assert_int_equal(scene.n_wakes, 0);
	for (int turn = 1; turn <= 3; turn++) {
		for (int k = 0; k < 3; k++) {
			assert_int_equal(post(k, nobody), 0);
			assert_int_equal(defer(k, NULL), 0);
			assert_int_equal(scene.n_wakes, turn);
		}
		(void)deliver(6);
		assert_int_equal(scene.n_wakes, turn);
	}
	(void)deliver(0);
	assert_int_equal(scene.n_wakes, 3);
}

static void
deliver_again(const struct later_note *e)
{
	(void)e;
	write_log(" (%d)", sb_deliver(scene.d) == -EBUSY);
}

static void
emission_ended(
	void *self, const struct sb_emission *emission, int result, const struct sb_result *counts)
{
	(void)self;
	(void)emission;
	(void)result;
	(void)counts;
	deliver_again(NULL);
}

static void
deliver_is_refused_in_a_handler_and_in_an_observer(void **state)
{
	static const struct sb_observer observer = { .emission_ended = emission_ended };

	(void)state;
	scene.then = deliver_again;
	assert_int_equal(sb_observe(scene.d, &observer, SB_PLACE, &scene.things[0]), 0);
	assert_int_equal(defer(1, NULL), 0);
	assert_int_equal(defer(2, NULL), 0);
	assert_string_equal(deliver(2), " 1 (1) (1) 2 (1) (1)");
	(void)later_note_emit(scene.d, NULL, &(struct later_note){ .value = 3 });
	assert_string_equal(deliver(0), " 3 (1) (1)");
}

/* Whether it waited before the handler, or came in it. */
static void
enter_and_deliver(const struct later_note *e)
{
	int n_wakes = scene.n_wakes;

	if (e->value == 1)
		assert_int_equal(defer(2, NULL), 0);
	deliver_again(e);
	assert_int_equal(scene.n_wakes - n_wakes, e->value == 1);
}

static void
what_was_refused_in_a_handler_wakes_again_when_it_is_over(void **state)
{
	(void)state;
	scene.then = enter_and_deliver;
	(void)later_note_emit(scene.d, NULL, &(struct later_note){ .value = 1 });
	assert_int_equal(scene.n_wakes, 2);
	/* And in a delivery, after which nothing waits. */
	assert_string_equal(deliver(1), " 1 (1) 2 (1)");
	assert_int_equal(scene.n_wakes, 2);
	assert_int_equal(defer(1, NULL), 0);
	assert_string_equal(deliver(1), " 1 (1)");
	assert_int_equal(scene.n_wakes, 4 + 1);
	/* Once. */
	(void)later_plain_emit(scene.d, NULL, &(struct later_plain){ 0 });
	(void)sb_forget(scene.d, &scene.things[0]);
	assert_int_equal(scene.n_wakes, 5);
	assert_int_equal(scene.n_wakes_at, 0);
	assert_string_equal(deliver(1), " 2 (1)");
}

/* Not while it goes on. */
static void
deliver_or_count(const struct later_note *e)
{
	if (e->value == 1)
		deliver_again(e);
	else
		write_log(" %d", scene.n_wakes);
}

static void
what_was_refused_in_a_delivery_wakes_again_at_its_end(void **state)
{
	(void)state;
	scene.then = deliver_or_count;
	sb_set_later(scene.d, SB_DEFERRED, (struct sb_later_options){ .budget = 2 });
	for (int k = 1; k <= 3; k++)
		assert_int_equal(defer(k, NULL), 0);
	assert_string_equal(deliver(2), " 1 (1) 2 1");
	assert_int_equal(scene.n_wakes, 2);
}

static void
refuse_and_leave(const struct later_note *e)
{
	deliver_again(e);
	longjmp(way_out, 1);
}

static void
what_was_refused_in_a_handler_that_left_wakes_again_when_unwound(void **state)
{
	(void)state;
	assert_int_equal(defer(2, NULL), 0);
	scene.then = refuse_and_leave;
	if (!setjmp(way_out))
		(void)later_note_emit(scene.d, NULL, &(struct later_note){ .value = 1 });
	assert_int_equal(scene.n_wakes, 1);
	assert_false(sb_unwind(scene.d));
	assert_int_equal(scene.n_wakes, 2);
}

static void
a_loop_given_while_something_waits_is_woken_at_once(void **state)
{
	(void)state;
	for (size_t q = 0; q < 2; q++) {
		scene.n_wakes = scene.n_parts = 0;
		sb_set_loop(scene.d, NULL, NULL);
		assert_int_equal(scene.n_parts, 1);
		assert_int_equal(enter(both[q], 1), 0);
		assert_int_equal(scene.n_wakes, 0);
		sb_set_loop(scene.d, &counting_loop, &scene);
		assert_int_equal(scene.n_wakes, 1);
		assert_int_equal(enter(both[q], 2), 0);
		assert_int_equal(scene.n_wakes, 1);
		sb_set_loop(scene.d, NULL, NULL);
		assert_int_equal(scene.n_parts, 2);
		assert_string_equal(deliver(2), " 1 2");
		assert_int_equal(scene.n_wakes, 1);
		sb_set_loop(scene.d, &counting_loop, &scene);
		assert_int_equal(scene.n_wakes, 1);
	}
}

static void
give_another_loop(const struct later_note *e)
{
	static struct scene other;

	(void)e;
	sb_set_loop(scene.d, &counting_loop, &other);
	assert_int_equal(other.n_wakes, 0);
	assert_int_equal(defer(2, NULL), 0);
	sb_set_loop(scene.d, &counting_loop, &scene);
	assert_int_equal(other.n_parts, 1);
}

static void
a_handler_may_give_another_loop(void **state)
{
	(void)state;
	scene.then = give_another_loop;
	assert_int_equal(defer(1, NULL), 0);
	(void)deliver(1);
	assert_int_equal(scene.n_parts, 1);
	assert_int_equal(scene.n_wakes, 2);
	scene.then = NULL;
	assert_string_equal(deliver(1), " 2");
}

static void
the_clock_is_the_loops(void **state)
{
	(void)state;
	scene.now_ns = 123;
	assert_int_equal(sb_clock_ns(scene.d), 123);
	sb_set_loop(scene.d, NULL, NULL);
	assert_int_equal(sb_clock_ns(scene.d), 0);
}

static void
the_loop_is_parted_from_when_the_dispatcher_is_destroyed(void **state)
{
	(void)state;
	assert_int_equal(post(1, nobody), 0);
	sb_dispatcher_destroy(scene.d);
	scene.d = NULL;
	assert_int_equal(scene.n_parts, 1);
	assert_int_equal(post(2, nobody), -EPIPE);
	assert_int_equal(scene.n_wakes, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_loop_is_woken_once_until_the_next_deliver),
		TEST(deliver_is_refused_in_a_handler_and_in_an_observer),
		TEST(what_was_refused_in_a_handler_wakes_again_when_it_is_over),
		TEST(what_was_refused_in_a_delivery_wakes_again_at_its_end),
		TEST(what_was_refused_in_a_handler_that_left_wakes_again_when_unwound),
		TEST(a_loop_given_while_something_waits_is_woken_at_once),
		TEST(a_handler_may_give_another_loop),
		TEST(the_clock_is_the_loops),
		TEST(the_loop_is_parted_from_when_the_dispatcher_is_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
