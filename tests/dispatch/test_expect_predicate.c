/* The predicates of expectations. */
#include "dispatch/waiter.inc"

static void
a_predicate_says_which_is_the_one(void **state)
{
	struct waiter a = { .letter = 'a', .wants = 3 };
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, is_wanted);

	(void)state;
	await(&a, &alpha, 1, -1);
	(void)emit_value(NULL, 1);
	(void)emit_value(NULL, 2);
	assert_string_equal(box.log, "");
	(void)emit_value(NULL, 3);
	(void)emit_value(NULL, 3);
	assert_string_equal(box.log, "a0");
	assert_int_equal(a.n_asked, 3);
}

/* They may look and nothing else; those that do more break nothing. */

static void
cancel_it(struct waiter *waiter)
{
	cancel(waiter, 0);
}

static void
forget_it(struct waiter *waiter)
{
	(void)sb_forget(box.d, waiter);
}

static void
forget_sender(struct waiter *waiter)
{
	(void)waiter;
	(void)sb_forget(box.d, box.thing);
}

static void
destroy(struct waiter *waiter)
{
	(void)waiter;
	sb_dispatcher_destroy(box.d);
	box.d = NULL;
}

static void
emit_while_looking(struct waiter *waiter)
{
	waiter->look = NULL;
	(void)emit_value(box.thing, waiter->wants);
}

static void
make_many(struct waiter *waiter)
{
	waiter->look = NULL;
	for (int k = 0; k < 2000; k++)
		await_alpha(waiter, -1);
	waiter->letter = 'm';
}

static void
look(void (*fn)(struct waiter *), int result, const char *log)
{
	static struct thing thing;
	struct receiver r = { &box, 'r', NULL };
	struct waiter a = { .letter = 'a', .look = fn, .wants = 1 };
	struct sb_awaited alpha = test_alpha_awaited(&thing, is_wanted);

	memset(box.log, 0, sizeof(box.log));
	box.thing = &thing;
	await(&a, &alpha, 1, -1);
	add(&r, 0);
	assert_int_equal(emit_value(&thing, 1), result);
	assert_string_equal(box.log, log);
	if (box.d)
		(void)sb_forget(box.d, &r);
}

static void
a_predicate_that_does_more_than_look_does_no_harm(void **state)
{
	(void)state;
	look(cancel_it, 1, "r");
	look(forget_it, 1, "r");
	look(emit_while_looking, 1, "a0rr");
	look(make_many, 1, "m0r");
	assert_int_equal(n_expected(), 2000);
	assert_int_equal(tear_down(NULL) + set_up_loop(state), 0);
	look(forget_sender, -ECANCELED, "");
	assert_int_equal(tear_down(NULL) + set_up_loop(state), 0);
	look(destroy, -ECANCELED, "");
}

static const char *place_seen;

static void
fail_while_looking(struct waiter *waiter)
{
	(void)waiter;
	place_seen = sb_running_place(box.d);
	sb_fail(box.d, -EIO, "I see nothing");
}

static void
a_predicate_fails_with_the_place_of_its_expectation(void **state)
{
	(void)state;
	look(fail_while_looking, 1, "a0r?");
	assert_string_equal(place_seen, "on_expected here:5");
	assert_string_equal(box.last_resort.text, "test.alpha|on_expected here:5|I see nothing");
}

static jmp_buf way_out;

static void
leave(struct waiter *waiter)
{
	waiter->then = waiter->look = NULL;
	longjmp(way_out, 1);
}

static void
one_left_by_longjmp_has_ended_and_one_that_was_asked_has_not(void **state)
{
	struct waiter a = { .letter = 'a', .then = leave };
	struct waiter b = { .letter = 'b', .look = leave, .wants = 1 };
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, is_wanted);

	(void)state;
	await_alpha(&a, -1);
	await(&b, &alpha, 1, -1);
	if (!setjmp(way_out))
		(void)emit();
	assert_false(sb_unwind(box.d));
	assert_int_equal(n_expected(), 1);
	if (!setjmp(way_out))
		(void)emit();
	assert_false(sb_unwind(box.d));
	assert_int_equal(n_expected(), 1);
	(void)emit();
	assert_string_equal(box.log, "a0b0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITS(a_predicate_says_which_is_the_one),
		WAITS(a_predicate_that_does_more_than_look_does_no_harm),
		WAITS(a_predicate_fails_with_the_place_of_its_expectation),
		WAITS(one_left_by_longjmp_has_ended_and_one_that_was_asked_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
