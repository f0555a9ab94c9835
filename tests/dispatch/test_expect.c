/* Expectations that a signal meets: in the emission, in the order of connections. Those that end
 * otherwise are in test_expect_deadline.c and test_expect_end.c. */
#include "dispatch/waiter.inc"

#include <signalbox/observer.h>

static void
the_first_signal_meets_it_once(void **state)
{
	struct thing thing = { 1 };
	struct waiter a = { .letter = 'a' };
	const struct test_alpha *payload;

	(void)state;
	assert_true(await_alpha(&a, -1).serial);
	assert_int_equal(n_expected(), 1);
	assert_int_equal(emit_value(&thing, 7), 0);
	assert_string_equal(box.log, "a0");
	assert_ptr_equal(a.expected.signal, test_alpha_signal());
	assert_ptr_equal(a.expected.from, &thing);
	payload = a.expected.payload;
	assert_non_null(payload);
	assert_int_equal(n_expected(), 0);
	assert_int_equal(emit_value(&thing, 7), 0);
	assert_string_equal(box.log, "a0");
	cancel(&a, -ENOENT);
}

static void
note_payload(struct waiter *waiter)
{
	const struct test_alpha *e = waiter->expected.payload;

	waiter->wants = e->value;
	assert_string_equal(e->text, "x");
}

static void
it_reads_the_payload_of_the_signal(void **state)
{
	struct waiter a = { .letter = 'a', .then = note_payload };

	(void)state;
	await_alpha(&a, -1);
	(void)emit_value(NULL, 42);
	assert_int_equal(a.wants, 42);
	assert_null(a.expected.from);
}

static void
the_first_of_several_signals_ends_it(void **state)
{
	const struct sb_awaited both[] = {
		test_alpha_awaited(SB_ANY, NULL),
		test_beta_awaited(SB_ANY, NULL),
	};
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	await(&a, both, 2, -1);
	(void)emit_beta(NULL);
	assert_ptr_equal(a.expected.signal, test_beta_signal());
	(void)emit_value(NULL, 1);
	await(&b, both, 2, -1);
	(void)emit_value(NULL, 1);
	(void)emit_beta(NULL);
	assert_string_equal(box.log, "a1b0");
}

static void
what_is_awaited_is_copied(void **state)
{
	struct waiter a = { .letter = 'a' };
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, NULL);

	(void)state;
	await(&a, &alpha, 1, -1);
	memset(&alpha, 0x5a, sizeof(alpha));
	(void)emit_value(NULL, 1);
	assert_string_equal(box.log, "a0");
}

static void
senders_are_told_apart(void **state)
{
	struct thing one = { 1 }, two = { 2 };
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' }, c = { .letter = 'c' };

	(void)state;
	await_alpha_of(&a, &one, -1);
	await_alpha_of(&b, SB_ANONYMOUS, -1);
	await_alpha(&c, -1);
	(void)emit_value(&two, 1);
	assert_string_equal(box.log, "c0");
	(void)emit_value(NULL, 1);
	assert_string_equal(box.log, "c0b0");
	(void)emit_value(&one, 1);
	assert_string_equal(box.log, "c0b0a0");
}

/* The sender's is the first in the list, and anyone's the row that is walked first. */
static void
one_emission_counts_once_for_the_first_that_matches(void **state)
{
	struct thing thing = { 1 };
	const struct sb_awaited sender_first[] = {
		test_alpha_awaited(&thing, NULL),
		test_alpha_awaited(SB_ANY, NULL),
	};
	const struct sb_awaited sender_picky[] = {
		test_alpha_awaited(&thing, is_wanted),
		test_alpha_awaited(SB_ANY, NULL),
	};
	const struct sb_awaited twice_from_anyone[] = {
		test_alpha_awaited(SB_ANY, is_wanted),
		test_alpha_awaited(SB_ANY, NULL),
	};
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b', .wants = 9 };

	(void)state;
	await(&a, sender_first, 2, -1);
	await(&b, sender_picky, 2, -1);
	(void)emit_value(&thing, 1);
	assert_string_equal(box.log, "a0b1");
	await(&b, twice_from_anyone, 2, -1);
	(void)emit_value(&thing, 9);
	await(&b, twice_from_anyone, 2, -1);
	(void)emit_value(&thing, 1);
	assert_string_equal(box.log, "a0b1b0b1");
}

static void
it_runs_in_the_order_of_a_connection_of_priority_0(void **state)
{
	struct receiver high = { &box, 'h', NULL }, low = { &box, 'l', NULL };
	struct receiver before = { &box, 'b', NULL }, after = { &box, 'e', NULL };
	struct waiter a = { .letter = 'a' };

	(void)state;
	add(&low, -1);
	add(&before, 0);
	await_alpha(&a, -1);
	add(&after, 0);
	add(&high, 1);
	assert_int_equal(emit(), 4);
	assert_string_equal(box.log, "hba0el");
	assert_int_equal(emit(), 4);
	assert_string_equal(box.log, "hba0elhbel");
}

static void
it_is_merged_with_the_connections_of_the_sender(void **state)
{
	struct thing thing = { 1 };
	struct receiver any = { &box, 'x', NULL }, mine = { &box, 'm', NULL };
	struct waiter a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	await_alpha_of(&a, &thing, -1);
	add(&any, 0);
	await_alpha(&b, -1);
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &mine);
	assert_int_equal(emit_from(&thing), 2);
	assert_string_equal(box.log, "a0xb0m");
}

static void
it_takes_turns_with_patterns(void **state)
{
	struct receiver p = { &box, 'p', NULL }, q = { &box, 'q', NULL };
	struct waiter a = { .letter = 'a' };

	(void)state;
	watch(&p);
	await_alpha(&a, -1);
	watch(&q);
	assert_int_equal(emit(), 0);
	assert_string_equal(box.log, "pa0q");
}

/* The same function with the same self are two, unlike connections. */
static void
each_is_a_receiver_of_its_own(void **state)
{
	struct waiter a = { .letter = 'a' };

	(void)state;
	await_alpha(&a, -1);
	await_alpha(&a, -1);
	assert_int_equal(n_expected(), 2);
	(void)emit();
	assert_string_equal(box.log, "a0a0");
}

static void
emit_again(struct waiter *waiter)
{
	waiter->then = NULL;
	(void)emit();
}

static void
what_is_emitted_in_the_call_it_does_not_hear(void **state)
{
	struct receiver r = { &box, 'r', NULL };
	struct waiter a = { .letter = 'a', .then = emit_again };

	(void)state;
	await_alpha(&a, -1);
	add(&r, 0);
	(void)emit();
	assert_string_equal(box.log, "a0rr");
}

static void
await_again(struct waiter *waiter)
{
	await_alpha(waiter, -1);
}

static void
one_made_in_a_call_hears_what_begins_later(void **state)
{
	struct receiver r = { &box, 'r', NULL };
	struct waiter a = { .letter = 'a', .then = await_again };

	(void)state;
	await_alpha(&a, -1);
	add(&r, 0);
	(void)emit();
	assert_string_equal(box.log, "a0r");
	(void)emit();
	assert_string_equal(box.log, "a0rra0");
}

static struct waiter *made;

static void
make_it(struct receiver *receiver)
{
	receiver->then = NULL;
	await_alpha(made, -1);
}

static void
make_it_and_emit(struct receiver *receiver)
{
	make_it(receiver);
	(void)emit();
}

static void
one_made_in_a_handler_hears_what_begins_later(void **state)
{
	struct receiver r = { &box, 'r', make_it }, low = { &box, 'l', NULL };
	struct waiter a = { .letter = 'a' };

	(void)state;
	made = &a;
	add(&r, 0);
	(void)emit();
	assert_string_equal(box.log, "r");
	(void)emit();
	assert_string_equal(box.log, "rra0");
	/* Also where it is moved into place, and the one nested hears it. */
	add(&low, -1);
	r.then = make_it_and_emit;
	(void)emit();
	assert_string_equal(box.log, "rra0rra0ll");
}

static void
fail_on_purpose(struct waiter *waiter)
{
	(void)waiter;
	sb_fail(box.d, -EIO, "no paper left");
}

static void
stop_here(struct waiter *waiter)
{
	(void)waiter;
	sb_stop(box.d);
}

static void
a_met_one_is_a_handler_that_may_fail_and_stop(void **state)
{
	struct receiver r = { &box, 'r', NULL };
	struct waiter a = { .letter = 'a', .then = fail_on_purpose };
	struct waiter b = { .letter = 'b', .then = stop_here };
	struct sb_result result;
	const struct test_alpha e = { .value = 1 };

	(void)state;
	await_alpha(&a, -1);
	add(&r, 0);
	assert_int_equal(test_alpha_emit_result(box.d, NULL, &e, &result), 1);
	assert_string_equal(box.log, "a0r?");
	assert_string_equal(a.place, "on_expected here:5");
	assert_string_equal(box.last_resort.text, "test.alpha|on_expected here:5|no paper left");
	assert_int_equal(result.n_ran, 1);
	assert_int_equal(result.n_failed, 1);
	await_alpha(&b, -1);
	add(&(struct receiver){ &box, 'x', NULL }, 0);
	assert_int_equal(test_alpha_emit_result(box.d, NULL, &e, &result), 1);
	assert_true(result.stopped);
	assert_string_equal(box.log, "a0r?rb0");
	assert_null(sb_running_place(box.d));
}

/* An observer of calls, in brackets. */
static enum sb_outcome last_outcome;
static struct waiter *observed;

static void
call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	(void)self;
	(void)emission;
	write_letter('(');
	assert_string_equal(receiver->place, "on_expected here:5");
	assert_ptr_equal(receiver->self, observed);
	assert_int_equal(receiver->connection.serial, 0);
	assert_false(receiver->is_pattern);
	if (observed->letter == 'c')
		cancel(observed, 0);
	if (observed->letter == 'f')
		(void)sb_forget(box.d, observed);
}

static void
call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	(void)self;
	(void)emission;
	(void)receiver;
	last_outcome = outcome;
	write_letter(')');
}

static const struct sb_observer observer = { .call_began = call_began, .call_ended = call_ended };

static void
observe_one(struct waiter *waiter, int64_t value)
{
	struct sb_awaited alpha = test_alpha_awaited(SB_ANY, is_wanted);

	observed = waiter;
	await(waiter, &alpha, 1, -1);
	(void)emit_value(NULL, value);
}

static void
watchers_count_it_as_a_handler_when_it_is_met(void **state)
{
	struct waiter a = { .letter = 'a', .wants = 1 }, failing = a;

	(void)state;
	failing.then = fail_on_purpose;
	assert_int_equal(sb_observe(box.d, &observer, SB_PLACE, NULL), 0);
	observe_one(&a, 2);
	assert_string_equal(box.log, "");
	(void)emit_value(NULL, 1);
	assert_string_equal(box.log, "(a0)");
	assert_int_equal(last_outcome, SB_RETURNED);
	observe_one(&failing, 1);
	assert_int_equal(last_outcome, SB_FAILED);
	assert_string_equal(box.log, "(a0)(a0)?");
}

static void
one_that_an_observer_ends_is_passed_over(void **state)
{
	struct waiter cancelled = { .letter = 'c', .wants = 1 };
	struct waiter forgotten = { .letter = 'f', .wants = 1 };

	(void)state;
	assert_int_equal(sb_observe(box.d, &observer, SB_PLACE, NULL), 0);
	observe_one(&cancelled, 1);
	assert_int_equal(last_outcome, SB_PASSED_OVER);
	observe_one(&forgotten, 1);
	assert_int_equal(last_outcome, SB_PASSED_OVER);
	assert_string_equal(box.log, "()()");
	assert_int_equal(n_expected(), 0);
}

static void
it_is_no_connection(void **state)
{
	struct waiter a = { .letter = 'a' };
	struct sb_connection_info info;
	struct sb_connection forged[2];
	size_t cursor = 0;

	(void)state;
	await_alpha(&a, -1);
	assert_false(sb_connection_next(box.d, &cursor, &info));
	for (int k = 0; k < 2; k++) {
		forged[k].serial = a.expectation.serial + (uint64_t)k;
		forged[k].index = a.expectation.index + (uint32_t)k;
		forged[k].dispatcher = a.expectation.dispatcher;
		assert_int_equal(sb_disconnect(box.d, forged[k]), -ENOENT);
		assert_int_equal(sb_block(box.d, forged[k]), -ENOENT);
	}
	(void)emit();
	assert_string_equal(box.log, "a0");
}

static void
a_signal_never_registered_is_registered(void **state)
{
	struct waiter a = { .letter = 'a' };
	struct sb_awaited delta = late_delta_awaited(SB_ANY, NULL);

	(void)state;
	assert_null(sb_find(box.d, "late.delta"));
	await(&a, &delta, 1, -1);
	assert_ptr_equal(sb_find(box.d, "late.delta"), late_delta_signal());
	(void)late_delta_emit(box.d, NULL, &(struct late_delta){ .value = 1 });
	assert_string_equal(box.log, "a0");
}

static void
reports_say_what_is_awaited(void **state)
{
	struct thing one = { 1 }, two = { 2 };
	const struct sb_awaited three[] = {
		test_alpha_awaited(&one, NULL),
		test_beta_awaited(&one, NULL),
		test_alpha_awaited(&two, NULL),
	};
	struct waiter a = { .letter = 'a' };
	struct sb_expectation_info info;
	size_t cursor = 0;

	(void)state;
	await(&a, three, 3, 500);
	assert_true(sb_expectation_next(box.d, &cursor, &info));
	assert_memory_equal(&info.expectation, &a.expectation, sizeof(a.expectation));
	assert_string_equal(info.place, "on_expected here:5");
	assert_ptr_equal(info.self, &a);
	assert_int_equal(info.n, 3);
	assert_int_equal(info.at_ns, 1500);
	assert_false(sb_expectation_next(box.d, &cursor, &info));
	assert_int_equal(sb_forget(box.d, &one), 0);
	cancel(&a, 0);
	await(&a, three, 3, -1);
	assert_int_equal(sb_forget(box.d, &one), 0);
	cursor = 0;
	assert_true(sb_expectation_next(box.d, &cursor, &info));
	assert_int_equal(info.n, 1);
	assert_int_equal(info.at_ns, INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITS(the_first_signal_meets_it_once),
		WAITS(it_reads_the_payload_of_the_signal),
		WAITS(the_first_of_several_signals_ends_it),
		WAITS(what_is_awaited_is_copied),
		WAITS(senders_are_told_apart),
		WAITS(one_emission_counts_once_for_the_first_that_matches),
		WAITS(it_runs_in_the_order_of_a_connection_of_priority_0),
		WAITS(it_is_merged_with_the_connections_of_the_sender),
		WAITS(it_takes_turns_with_patterns),
		WAITS(each_is_a_receiver_of_its_own),
		WAITS(what_is_emitted_in_the_call_it_does_not_hear),
		WAITS(one_made_in_a_call_hears_what_begins_later),
		WAITS(one_made_in_a_handler_hears_what_begins_later),
		WAITS(a_met_one_is_a_handler_that_may_fail_and_stop),
		WAITS(watchers_count_it_as_a_handler_when_it_is_met),
		WAITS(one_that_an_observer_ends_is_passed_over),
		WAITS(it_is_no_connection),
		WAITS(a_signal_never_registered_is_registered),
		WAITS(reports_say_what_is_awaited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
