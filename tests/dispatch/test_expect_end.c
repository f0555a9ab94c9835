/* Expectations that end unmet: cancelled, or by the deaths of who waits, of whom it waits for, and
 * of the dispatcher. */
#include "dispatch/waiter.inc"

static struct thing one = { 1 }, two = { 2 };

static struct waiter *other;

static void
the_last_sender_that_is_forgotten_ends_it(void **state)
{
	const struct sb_awaited both[] = {
		test_alpha_awaited(&one, NULL),
		test_alpha_awaited(&two, NULL),
		test_beta_awaited(&two, NULL),
	};
	struct waiter a = { .letter = 'a' };
	struct sb_expectation_info info;
	size_t cursor = 0;

	(void)state;
	await(&a, both, 3, -1);
	assert_int_equal(sb_forget(box.d, &one), 0);
	deliver_at(1000, "");
	assert_int_equal(loop.n_woken, 0);
	assert_int_equal(sb_forget(box.d, &two), 0);
	assert_string_equal(box.log, "");
	assert_int_equal(loop.n_woken, 1);
	assert_true(sb_expectation_next(box.d, &cursor, &info));
	assert_int_equal(info.n, 0);
	deliver_at(1000, "a-");
	assert_int_equal(a.expected.which, -ECANCELED);
	assert_null(a.expected.signal);
	assert_string_equal(a.place, "on_expected here:5");
	deliver_at(1000, "a-");
	assert_int_equal(loop.n_woken, 1);
	cancel(&a, -ENOENT);
}

static void
the_sender_that_is_left_still_meets_it(void **state)
{
	const struct sb_awaited both[] = {
		test_alpha_awaited(&one, NULL),
		test_alpha_awaited(&two, NULL),
	};
	const struct sb_awaited wide[] = {
		test_alpha_awaited(&one, NULL),
		test_beta_awaited(SB_ANY, NULL),
	};
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	await(&a, both, 2, -1);
	await(&b, wide, 2, -1);
	assert_int_equal(sb_forget(box.d, &one), 0);
	/* Another object at the address inherits nothing. */
	(void)emit_value(&one, 1);
	assert_string_equal(box.log, "");
	(void)emit_value(&two, 1);
	(void)emit_beta(NULL);
	deliver_at(1000, "a1b1");
}

static void
one_that_lost_its_senders_has_no_deadline(void **state)
{
	struct waiter a = { .letter = 'a' };
	struct sb_expectation_info info;
	size_t cursor = 0;

	(void)state;
	await_alpha_of(&a, &one, 500);
	(void)sb_forget(box.d, &one);
	assert_int_equal(loop.at_ns, INT64_MAX);
	assert_true(sb_expectation_next(box.d, &cursor, &info));
	assert_int_equal(info.n, 0);
	assert_int_equal(info.at_ns, INT64_MAX);
	deliver_at(2000, "a-");
}

static void
deadlines_come_before_losses_and_those_in_their_order(void **state)
{
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' }, c = { .letter = 'c' };
	struct waiter e = { .letter = 'e' };

	(void)state;
	await_alpha_of(&a, &one, -1);
	await_alpha_of(&b, &two, -1);
	await_alpha(&c, 10);
	await_alpha_of(&e, &two, -1);
	(void)sb_forget(box.d, &two);
	(void)sb_forget(box.d, &one);
	deliver_at(2000, "c!b-e-a-");
}

static void
one_that_lost_its_senders_may_still_be_ended(void **state)
{
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' }, c = { .letter = 'c' };

	(void)state;
	await_alpha_of(&a, &one, -1);
	await_alpha_of(&b, &one, -1);
	await_alpha_of(&c, &one, -1);
	(void)sb_forget(box.d, &one);
	cancel(&b, 0);
	deliver_at(1000, "a-c-");
	await_alpha_of(&a, &one, -1);
	await_alpha_of(&b, &one, -1);
	await_alpha_of(&c, &one, -1);
	(void)sb_forget(box.d, &one);
	(void)sb_forget(box.d, &a);
	cancel(&c, 0);
	await_alpha_of(&c, &two, -1);
	(void)sb_forget(box.d, &two);
	deliver_at(1000, "a-c-b-c-");
}

static void
forget_two(struct waiter *waiter)
{
	(void)waiter;
	(void)sb_forget(box.d, &two);
}

static void
what_is_lost_in_a_delivery_is_told_by_the_next(void **state)
{
	struct waiter a = { .letter = 'a', .then = forget_two }, b = { .letter = 'b' };

	(void)state;
	await_alpha_of(&a, &one, -1);
	await_alpha_of(&b, &two, -1);
	(void)sb_forget(box.d, &one);
	assert_int_equal(loop.n_woken, 1);
	deliver_at(1000, "a-");
	assert_int_equal(loop.n_woken, 2);
	deliver_at(1000, "a-b-");
	assert_int_equal(loop.n_woken, 2);
}

static jmp_buf way_out;

static void
leave(struct waiter *waiter)
{
	(void)waiter;
	longjmp(way_out, 1);
}

static void
the_loop_is_woken_for_losses_that_a_longjmp_left(void **state)
{
	struct waiter a = { .letter = 'a', .then = leave }, b = { .letter = 'b' };

	(void)state;
	await_alpha_of(&a, &one, -1);
	await_alpha_of(&b, &one, -1);
	(void)sb_forget(box.d, &one);
	if (!setjmp(way_out))
		(void)sb_deliver(box.d);
	assert_int_equal(loop.n_woken, 1);
	assert_false(sb_unwind(box.d));
	assert_int_equal(loop.n_woken, 2);
	deliver_at(1000, "a-b-");
}

static void
forget_one(struct receiver *receiver)
{
	(void)receiver;
	(void)sb_forget(box.d, &one);
}

static void
a_sender_that_dies_in_a_handler_ends_it(void **state)
{
	struct receiver r = { &box, 'r', forget_one };
	struct waiter a = { .letter = 'a' };

	(void)state;
	add(&r, 0);
	await_alpha_of(&a, &one, -1);
	assert_int_equal(emit_from(&one), -ECANCELED);
	deliver_at(1000, "ra-");
}

static void
who_is_forgotten_is_not_told(void **state)
{
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	await_alpha(&a, 10);
	await_alpha_of(&a, &one, 20);
	await_alpha(&b, 30);
	assert_int_equal(sb_forget(box.d, &a), 0);
	assert_int_equal(n_expected(), 1);
	assert_int_equal(loop.at_ns, 1030);
	cancel(&a, -ENOENT);
	(void)emit_from(&one);
	deliver_at(2000, "b0");
	/* A later object at the same address. */
	await_alpha(&a, 10);
	deliver_at(3000, "b0a!");
}

static void
who_is_its_own_sender_is_not_told_of_its_end(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha_of(&a, (struct thing *)&a, 10);
	await_alpha_of(&a, (struct thing *)&a, -1);
	assert_int_equal(sb_label(box.d, &a, "itself"), 0);
	assert_int_equal(sb_forget(box.d, &a), 0);
	assert_null(sb_label_of(box.d, &a));
	deliver_at(2000, "");
	assert_int_equal(n_expected(), 0);
}

static void
forget_itself(struct waiter *waiter)
{
	(void)sb_forget(box.d, waiter);
}

static void
who_waits_may_go_in_its_call(void **state)
{
	struct waiter a = { .letter = 'a', .then = forget_itself };

	(void)state;
	await_alpha(&a, -1);
	await_alpha(&a, -1);
	(void)emit();
	assert_int_equal(n_expected(), 0);
	await_alpha(&a, 10);
	await_alpha(&a, 10);
	deliver_at(2000, "a0a!");
}

/* Nobody: counts its calls itself. */
static int n_nobody;

static void
on_nobody(void *self, const struct sb_expected *expected)
{
	(void)expected;
	assert_null(self);
	n_nobody++;
}

static void
nobody_may_wait_too(void **state)
{
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, NULL);

	(void)state;
	n_nobody = 0;
	assert_true(sb_expect(box.d, &alpha, 1, -1, SB_HANDLER(on_nobody), NULL).serial);
	assert_true(sb_expect(box.d, &alpha, 1, -1, SB_HANDLER(on_nobody), NULL).serial);
	assert_int_equal(sb_forget(box.d, NULL), 0);
	(void)emit();
	assert_int_equal(n_nobody, 2);
}

static void
cancelling_ends_it_without_a_call(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha(&a, 10);
	cancel(&a, 0);
	cancel(&a, -ENOENT);
	(void)emit();
	assert_int_equal(loop.at_ns, INT64_MAX);
	deliver_at(2000, "");
}

static void
cancel_it_in_a_handler(struct receiver *receiver)
{
	(void)receiver;
	cancel(other, 0);
}

static void
cancel_itself(struct waiter *waiter)
{
	cancel(waiter, -ENOENT);
}

static void
one_cancelled_before_its_turn_is_not_called(void **state)
{
	struct receiver r = { &box, 'r', cancel_it_in_a_handler };
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b', .then = cancel_itself };

	(void)state;
	other = &a;
	add(&r, 0);
	await_alpha(&a, 10);
	await_alpha(&b, 10);
	(void)emit();
	deliver_at(2000, "rb0");
}

static void
a_stale_value_is_harmless(void **state)
{
	struct sb_dispatcher *elsewhere = sb_dispatcher_create(NULL, NULL);
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, NULL);
	struct sb_expectation stale, wrong;

	(void)state;
	stale = await_alpha(&a, -1);
	/* There is one of the same numbers elsewhere. */
	assert_true(sb_expect(elsewhere, &alpha, 1, -1, SB_HANDLER(on_expected), &a).serial
		    == stale.serial);
	assert_int_equal(sb_expect_cancel(elsewhere, stale), -ENOENT);
	cancel(&a, 0);
	await_alpha(&b, -1);
	assert_int_equal(stale.index, b.expectation.index);
	assert_int_equal(sb_expect_cancel(box.d, stale), -ENOENT);
	assert_int_equal(sb_expect_cancel(elsewhere, b.expectation), -ENOENT);
	assert_int_equal(sb_expect_cancel(box.d, (struct sb_expectation){ 0, 0, 0 }), -ENOENT);
	wrong = b.expectation;
	wrong.index = UINT32_MAX;
	assert_int_equal(sb_expect_cancel(box.d, wrong), -ENOENT);
	/* The leg's record and serial are no expectation. */
	wrong = b.expectation;
	wrong.serial++;
	assert_int_equal(sb_expect_cancel(box.d, wrong), -ENOENT);
	wrong.index = stale.index ? 0 : 1;
	assert_int_equal(sb_expect_cancel(box.d, wrong), -ENOENT);
	(void)emit();
	assert_string_equal(box.log, "b0");
	sb_dispatcher_destroy(elsewhere);
}

static void
destroy(struct waiter *waiter)
{
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, NULL);

	(void)waiter;
	sb_dispatcher_destroy(box.d);
	assert_int_equal(sb_expect(box.d, &alpha, 1, 5, SB_HANDLER(on_expected), waiter).serial, 0);
	assert_true(sb_connect_failed(box.d));
}

static void
a_dispatcher_destroyed_in_a_deadline_tells_no_other(void **state)
{
	struct waiter a = { .letter = 'a', .then = destroy }, b = { .letter = 'b' };

	(void)state;
	await_alpha_of(&b, &one, -1);
	await_alpha(&a, 10);
	await_alpha(&b, 10);
	assert_int_equal(sb_forget(box.d, &one), 0);
	loop.now_ns = 2000;
	assert_int_equal(sb_deliver(box.d), -ECANCELED);
	assert_string_equal(box.log, "a!");
	assert_int_equal(loop.n_parted, 1);
	box.d = NULL;
}

static void
a_dispatcher_destroyed_in_a_met_one_tells_no_other(void **state)
{
	struct waiter a = { .letter = 'a', .then = destroy }, b = { .letter = 'b' };

	(void)state;
	await_alpha(&a, 10);
	await_alpha(&b, 10);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "a0");
	box.d = NULL;
}

static void
a_destroyed_dispatcher_tells_nobody(void **state)
{
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	await_alpha_of(&a, &one, 10);
	await_alpha(&b, 10);
	(void)sb_forget(box.d, &one);
	sb_dispatcher_destroy(box.d);
	assert_string_equal(box.log, "");
	box.d = NULL;
}

enum { N_MANY = 1000 };
struct many {
	int64_t within_ns;
	int n_told, which;
};
static struct many many[N_MANY];
static struct thing things[N_MANY];
static int64_t last_told;

static void
on_many(void *self, const struct sb_expected *expected)
{
	struct many *one_of = self;

	one_of->n_told++;
	one_of->which = expected->which;
	if (expected->which != -ETIMEDOUT)
		return;
	/* By time, and at one time in the order of making. */
	assert_true(last_told < one_of->within_ns * N_MANY + (one_of - many));
	last_told = one_of->within_ns * N_MANY + (one_of - many);
}

static void
a_thousand_wait_at_once(void **state)
{
	struct sb_expectation expectations[N_MANY];

	(void)state;
	last_told = -1;
	for (int k = 0; k < N_MANY; k++) {
		struct sb_awaited alpha = test_alpha_awaited(&things[k], NULL);

		many[k] = (struct many){ .within_ns = 10 + k * 7919 % 97 };
		expectations[k] = sb_expect(
			box.d, &alpha, 1, many[k].within_ns, SB_HANDLER(on_many), &many[k]);
		assert_true(expectations[k].serial);
	}
	assert_int_equal(loop.at_ns, 1010);
	for (int k = 0; k < N_MANY; k += 5) {
		(void)emit_value(&things[k], 1);
		assert_int_equal(sb_expect_cancel(box.d, expectations[k + 1]), 0);
		(void)sb_forget(box.d, &things[k + 2]);
	}
	assert_int_equal(n_expected(), N_MANY / 5 * 3);
	for (loop.now_ns = 1000; loop.now_ns < 1200; loop.now_ns++)
		assert_int_equal(sb_deliver(box.d), 0);
	for (int k = 0; k < N_MANY; k++) {
		static const int which[] = { 0, 0, -ECANCELED, -ETIMEDOUT, -ETIMEDOUT };

		assert_int_equal(many[k].n_told, k % 5 != 1);
		assert_int_equal(many[k].which, which[k % 5]);
	}
	assert_int_equal(n_expected(), 0);
	assert_int_equal(loop.at_ns, INT64_MAX);
}

static void
deadline_without_a_loop(void)
{
	struct waiter a = { .letter = 'a' };

	sb_set_loop(box.d, NULL, NULL);
	await_alpha(&a, 0);
}

static void
nothing_awaited(void)
{
	struct waiter a = { .letter = 'a' };
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, NULL);

	await(&a, &alpha, 0, -1);
}

static void
nobody_awaited(void)
{
	struct waiter a = { .letter = 'a' };

	await_alpha_of(&a, NULL, -1);
}

static void
nobody_told(void)
{
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, NULL);

	(void)sb_expect(box.d, &alpha, 1, -1, NULL, SB_PLACE, NULL);
}

static void
two_signals_of_one_name(void)
{
	struct waiter a = { .letter = 'a' };
	struct sb_awaited same = same_alpha_awaited(SB_ANY, NULL);

	await(&a, &same, 1, -1);
}

static void
nothing_wrong(void)
{
	struct waiter a = { .letter = 'a' };

	sb_set_loop(box.d, NULL, NULL);
	await_alpha(&a, -1);
}

/* Whether it is an assert. */
static bool
aborts(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)freopen("/dev/null", "w", stderr);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
mistakes_of_the_caller_are_asserts(void **state)
{
	(void)state;
	assert_false(aborts(nothing_wrong));
	assert_true(aborts(deadline_without_a_loop));
	assert_true(aborts(nothing_awaited));
	assert_true(aborts(nobody_awaited));
	assert_true(aborts(nobody_told));
	assert_true(aborts(two_signals_of_one_name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITS(a_dispatcher_destroyed_in_a_deadline_tells_no_other),
		WAITS(a_dispatcher_destroyed_in_a_met_one_tells_no_other),
		WAITS(a_destroyed_dispatcher_tells_nobody),
		WAITS(the_last_sender_that_is_forgotten_ends_it),
		WAITS(the_sender_that_is_left_still_meets_it),
		WAITS(one_that_lost_its_senders_has_no_deadline),
		WAITS(deadlines_come_before_losses_and_those_in_their_order),
		WAITS(one_that_lost_its_senders_may_still_be_ended),
		WAITS(what_is_lost_in_a_delivery_is_told_by_the_next),
		WAITS(the_loop_is_woken_for_losses_that_a_longjmp_left),
		WAITS(a_sender_that_dies_in_a_handler_ends_it),
		WAITS(who_is_forgotten_is_not_told),
		WAITS(who_is_its_own_sender_is_not_told_of_its_end),
		WAITS(who_waits_may_go_in_its_call),
		WAITS(nobody_may_wait_too),
		WAITS(cancelling_ends_it_without_a_call),
		WAITS(one_cancelled_before_its_turn_is_not_called),
		WAITS(a_stale_value_is_harmless),
		WAITS(a_thousand_wait_at_once),
		WAITS(mistakes_of_the_caller_are_asserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
