/* Deadlines of expectations: told by sb_deliver(), on the clock of the loop. */
#include "dispatch/waiter.inc"

#include <signalbox/observer.h>

static struct thing one = { 1 }, two = { 2 };

static void
a_deadline_that_passes_ends_it(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha(&a, 500);
	assert_int_equal(loop.at_ns, 1500);
	deliver_at(1499, "");
	deliver_at(1500, "a!");
	assert_int_equal(a.expected.which, -ETIMEDOUT);
	assert_null(a.expected.signal);
	assert_null(a.expected.from);
	assert_null(a.expected.payload);
	assert_int_equal(loop.at_ns, INT64_MAX);
	assert_int_equal(n_expected(), 0);
	(void)emit();
	deliver_at(9999, "a!");
}

static void
a_deadline_of_now_is_told_by_the_next_delivery(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha(&a, 0);
	assert_int_equal(loop.at_ns, 1000);
	assert_string_equal(box.log, "");
	deliver_at(1000, "a!");
}

static void
without_a_deadline_the_loop_is_asked_for_nothing(void **state)
{
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	await_alpha(&a, -1);
	await_alpha(&b, INT64_MAX);
	assert_int_equal(loop.n_asked, 0);
	deliver_at(INT64_MAX, "");
	assert_int_equal(loop.n_woken, 0);
	(void)emit();
	assert_string_equal(box.log, "a0b0");
}

static void
the_loop_is_asked_for_the_earliest(void **state)
{
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' }, c = { .letter = 'c' };

	(void)state;
	await_alpha_of(&a, &one, 500);
	await_alpha_of(&b, &two, 300);
	await_alpha(&c, 400);
	assert_int_equal(loop.at_ns, 1300);
	assert_int_equal(loop.n_asked, 2);
	cancel(&b, 0);
	assert_int_equal(loop.at_ns, 1400);
	deliver_at(1450, "c!");
	assert_int_equal(loop.at_ns, 1500);
	(void)emit_value(&one, 1);
	assert_int_equal(loop.at_ns, INT64_MAX);
}

/* It is met in time: the deadline, later told to nobody, is not asked for any more. */
static void
one_that_is_met_has_no_deadline_any_more(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha(&a, 500);
	loop.now_ns = 1600;
	(void)emit();
	deliver_at(1700, "a0");
}

static void
deadlines_are_told_by_time_and_then_in_the_order_of_making(void **state)
{
	struct waiter waiters[6] = { { .letter = 'a' } };
	static const int64_t within[] = { 30, 10, 20, 10, 30, 10 };

	(void)state;
	for (int k = 0; k < 6; k++) {
		waiters[k].letter = (char)('a' + k);
		await_alpha(&waiters[k], within[k]);
	}
	deliver_at(1010, "b!d!f!");
	deliver_at(2000, "b!d!f!c!a!e!");
}

/* In the heap the last takes the place of one that is cancelled, and may have to go up from there
 * as well as down. */
static void
deadlines_keep_their_order_when_one_in_the_midst_is_cancelled(void **state)
{
	static const int64_t within[] = { 1, 10, 2, 11, 12, 30, 3, 13, 14, 15, 16, 31, 32, 33, 4 };
	static const char *const letters = "aebfglchijkmnod"; /* in the order of time */
	struct waiter waiters[15];

	(void)state;
	for (int cancelled = 0; cancelled < 15; cancelled++) {
		char log[64] = "";

		memset(box.log, 0, sizeof(box.log));
		memset(waiters, 0, sizeof(waiters));
		loop.now_ns = 1000;
		for (int k = 0; k < 15; k++) {
			waiters[k].letter = letters[k];
			await_alpha(&waiters[k], within[k]);
		}
		cancel(&waiters[cancelled], 0);
		for (char letter = 'a'; letter <= 'o'; letter++)
			if (letter != letters[cancelled])
				(void)strcat(log, (const char[]){ letter, '!', '\0' });
		deliver_at(2000, log);
	}
}

static void
await_now(struct waiter *waiter)
{
	assert_int_equal(loop.at_ns, INT64_MAX);
	await_alpha(waiter, 0);
}

static void
one_made_in_a_deadline_is_told_by_the_next_delivery(void **state)
{
	struct waiter a = { .letter = 'a', .then = await_now };

	(void)state;
	await_alpha(&a, 500);
	deliver_at(1500, "a!");
	assert_int_equal(loop.at_ns, 1500);
	assert_int_equal(loop.n_asked, 3);
	a.then = NULL;
	deliver_at(1500, "a!a!");
	assert_int_equal(loop.n_asked, 4);
	assert_int_equal(loop.at_ns, INT64_MAX);
}

static void
look_around(struct waiter *waiter)
{
	(void)waiter;
	assert_int_equal(sb_deliver(box.d), -EBUSY);
	(void)emit();
	assert_string_equal(sb_running_place(box.d), "on_expected here:5");
	sb_fail(box.d, -EIO, "no answer");
}

static void
observe_call(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	(void)self;
	(void)emission;
	write_letter('(');
	assert_memory_equal(receiver->place, "on_alpha ", 9);
}

static void
a_deadline_is_no_handler_but_has_its_place(void **state)
{
	static const struct sb_observer observer = { .call_began = observe_call };
	struct receiver r = { &box, 'r', NULL };
	struct waiter a = { .letter = 'a', .then = look_around };

	(void)state;
	add(&r, 0);
	assert_int_equal(sb_observe(box.d, &observer, SB_PLACE, NULL), 0);
	await_alpha(&a, 500);
	deliver_at(1500, "a!(r?");
	assert_string_equal(a.place, "on_expected here:5");
	assert_string_equal(box.last_resort.text, "|on_expected here:5|no answer");
	assert_null(sb_running_place(box.d));
}

static void
refuse_a_delivery(struct receiver *receiver)
{
	(void)receiver;
	loop.at_ns = INT64_MAX;
	assert_int_equal(sb_deliver(box.d), -EBUSY);
	assert_int_equal(loop.at_ns, INT64_MAX);
}

static void
a_deadline_for_which_there_was_no_time_is_asked_for_again(void **state)
{
	struct receiver r = { &box, 'r', refuse_a_delivery };
	struct waiter a = { .letter = 'a' };
	static struct thing from;

	(void)state;
	await_alpha_of(&a, &from, 500);
	add(&r, 0);
	(void)emit();
	assert_int_equal(loop.at_ns, 1500);
	/* Once. */
	loop.at_ns = INT64_MAX;
	(void)sb_forget(box.d, &r);
	assert_int_equal(loop.at_ns, INT64_MAX);
	deliver_at(1500, "ra!");
}

static void
refuse_inside_itself(struct waiter *waiter)
{
	(void)waiter;
	refuse_a_delivery(NULL);
}

static void
a_deadline_for_which_a_delivery_had_no_time_is_asked_for_again(void **state)
{
	struct waiter a = { .letter = 'a', .then = refuse_inside_itself }, b = { .letter = 'b' };

	(void)state;
	await_alpha(&a, 500);
	await_alpha(&b, 900);
	deliver_at(1500, "a!");
	assert_int_equal(loop.at_ns, 1900);
	deliver_at(1900, "a!b!");
}

static struct waiter *other;

static void
cancel_other(struct waiter *waiter)
{
	(void)waiter;
	cancel(other, 0);
	cancel(other, -ENOENT);
}

static void
forget_other(struct waiter *waiter)
{
	(void)waiter;
	assert_int_equal(sb_forget(box.d, other), 0);
}

static void
meet_other(struct waiter *waiter)
{
	waiter->then = NULL;
	(void)emit();
}

static void
a_deadline_may_end_another_that_is_due(void **state)
{
	void (*const what[])(struct waiter *) = { cancel_other, forget_other, meet_other };
	const char *const logs[] = { "a!", "a!", "a!b0" };

	(void)state;
	for (int k = 0; k < 3; k++) {
		struct waiter a = { .letter = 'a', .then = what[k] }, b = { .letter = 'b' };

		memset(box.log, 0, sizeof(box.log));
		other = &b;
		loop.now_ns = 1000;
		await_alpha(&a, 10);
		await_alpha(&b, 10);
		deliver_at(2000, logs[k]);
		assert_int_equal(n_expected(), 0);
	}
}

static jmp_buf way_out;

static void
leave(struct waiter *waiter)
{
	(void)waiter;
	longjmp(way_out, 1);
}

static void
one_left_by_longjmp_has_ended_and_the_rest_is_told_later(void **state)
{
	struct waiter a = { .letter = 'a', .then = leave }, b = { .letter = 'b' };

	(void)state;
	await_alpha(&a, 10);
	await_alpha(&b, 10);
	loop.now_ns = 2000;
	/* It was for this that the loop delivers: it is asked for the other anew. */
	loop.at_ns = -1;
	if (!setjmp(way_out))
		(void)sb_deliver(box.d);
	assert_false(sb_unwind(box.d));
	assert_null(sb_running_place(box.d));
	assert_int_equal(loop.at_ns, 1010);
	deliver_at(2000, "a!b!");
}

static void
without_a_loop_there_is_no_time(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	loop.now_ns = -100;
	await_alpha(&a, 50);
	assert_int_equal(loop.at_ns, -50);
	sb_set_loop(box.d, NULL, NULL);
	deliver_at(0, "");
	(void)emit();
	assert_string_equal(box.log, "a0");
}

static void
another_loop_is_asked_in_its_turn(void **state)
{
	struct fake_loop next = { .now_ns = 1100 };
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha(&a, 500);
	sb_set_loop(box.d, NULL, NULL);
	loop.now_ns = 9999;
	deliver_at(9999, "");
	sb_set_loop(box.d, &fake_loop, &next);
	assert_int_equal(next.at_ns, 1500);
	deliver_at(9999, "");
	next.now_ns = 1500;
	deliver_at(0, "a!");
	sb_set_loop(box.d, NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITS(a_deadline_that_passes_ends_it),
		WAITS(a_deadline_of_now_is_told_by_the_next_delivery),
		WAITS(without_a_deadline_the_loop_is_asked_for_nothing),
		WAITS(the_loop_is_asked_for_the_earliest),
		WAITS(one_that_is_met_has_no_deadline_any_more),
		WAITS(deadlines_are_told_by_time_and_then_in_the_order_of_making),
		WAITS(deadlines_keep_their_order_when_one_in_the_midst_is_cancelled),
		WAITS(one_made_in_a_deadline_is_told_by_the_next_delivery),
		WAITS(a_deadline_is_no_handler_but_has_its_place),
		WAITS(a_deadline_for_which_there_was_no_time_is_asked_for_again),
		WAITS(a_deadline_for_which_a_delivery_had_no_time_is_asked_for_again),
		WAITS(a_deadline_may_end_another_that_is_due),
		WAITS(one_left_by_longjmp_has_ended_and_the_rest_is_told_later),
		WAITS(without_a_loop_there_is_no_time),
		WAITS(another_loop_is_asked_in_its_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
