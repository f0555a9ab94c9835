/* What handlers do while they are being called: change, fail, stop, destroy, leave. */
#include "dispatch/box.inc"

static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)self;
	(void)from;
	write_letter('!');
	box.last_resort.code = (int)e->error;
	(void)snprintf(box.last_resort.text, sizeof(box.last_resort.text), "%s|%s|%.150s",
		e->signal ? e->signal : "", e->place ? e->place : "", e->text);
}

static void
emit_once_more(struct receiver *receiver)
{
	receiver->then = NULL;
	box.result = emit();
}

static void
once_is_disarmed_before_it_runs(void **state)
{
	struct receiver a = { &box, 'a', emit_once_more };

	(void)state;
	test_alpha_connect_with(
		box.d, SB_ANY, (struct sb_options){ .once = true }, SB_HANDLER(on_alpha), &a);
	assert_int_equal(emit(), 1);
	assert_int_equal(emit(), 0);
	assert_string_equal(box.log, "a");
	assert_int_equal(box.result, 0);
}

static void
disconnect_the_one(struct receiver *receiver)
{
	(void)receiver;
	box.result = sb_disconnect(box.d, box.connection);
}

static void
a_handler_may_disconnect_itself_an_earlier_and_a_later_one(void **state)
{
	static const char *const expected[] = { "abc", "abc", "ab" };

	(void)state;
	for (int which = 0; which < 3; which++) {
		struct receiver r[3] = { { &box, 'a', NULL }, { &box, 'b', disconnect_the_one },
			{ &box, 'c', NULL } };
		struct sb_connection c[3];

		memset(box.log, 0, sizeof(box.log));
		for (int k = 0; k < 3; k++)
			c[k] = add(&r[k], 0);
		/* 0: itself; 1: an earlier one; 2: a later one */
		box.connection = c[which == 0 ? 1 : which == 1 ? 0 : 2];
		(void)emit();
		assert_int_equal(box.result, 0);
		assert_string_equal(box.log, expected[which]);
		for (int k = 0; k < 3; k++)
			(void)sb_disconnect(box.d, c[k]);
	}
}

static struct receiver newcomer = { &box, 'n', NULL };

static void
connect_the_newcomer(struct receiver *receiver)
{
	receiver->then = NULL;
	/* Many, so that arrays move under the emission. */
	for (int k = 0; k < 100; k++)
		test_alpha_connect_with(box.d, SB_ANY, (struct sb_options){ .priority = k - 50 },
			SB_HANDLER(on_alpha), &box.log[k]);
	for (int k = 0; k < 100; k++)
		sb_forget(box.d, &box.log[k]);
	add(&newcomer, 9);
}

static void
what_is_connected_meanwhile_is_called_from_the_next_emission_on(void **state)
{
	struct receiver a = { &box, 'a', connect_the_newcomer }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(emit(), 2);
	assert_string_equal(box.log, "ab");
	assert_int_equal(emit(), 3);
	assert_string_equal(box.log, "abnab");
}

static void
connect_and_emit(struct receiver *receiver)
{
	connect_the_newcomer(receiver);
	box.result = emit();
}

static void
a_nested_emission_counts_as_later(void **state)
{
	struct receiver a = { &box, 'a', connect_and_emit };

	(void)state;
	add(&a, 0);
	assert_int_equal(emit(), 1);
	assert_string_equal(box.log, "ana");
	assert_int_equal(box.result, 2);
}

static void
forget_the_thing(struct receiver *receiver)
{
	(void)receiver;
	box.result = sb_forget(box.d, box.thing);
}

static void
forgetting_the_sender_ends_its_emission(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', forget_the_thing }, b = { &box, 'b', NULL };

	(void)state;
	box.thing = &thing;
	add(&a, 0);
	add(&b, 0);
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &b);
	assert_int_equal(emit_from(&thing), -ECANCELED);
	assert_string_equal(box.log, "a");
	assert_int_equal(box.result, 1);
}

static void
forgetting_nobody_does_nothing(void **state)
{
	struct receiver a = { &box, 'a', forget_the_thing };

	(void)state;
	/* A receiver without a self stays, and an anonymous emission goes on. */
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	box.thing = NULL;
	add(&a, 0);
	add(&newcomer, 0);
	assert_int_equal(emit(), 2);
	assert_int_equal(box.result, 0);
	sb_fail(box.d, -EIO, "still heard");
	assert_string_equal(box.log, "an!");
}

static void
forgetting_drops_self_sender_pattern_and_label(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL };
	const struct sb_options none = { .priority = 0 };

	(void)state;
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	sb_pattern_connect(box.d, "test.*", &thing, none, SB_HANDLER(on_any), &a);
	sb_pattern_connect(box.d, "nothing.>", &thing, none, SB_HANDLER(on_any), &a);
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(sb_label(box.d, &thing, "libera"), 0);
	assert_string_equal(sb_label_of(box.d, &thing), "libera");
	assert_int_equal(sb_forget(box.d, &thing), 3);
	assert_null(sb_label_of(box.d, &thing));
	assert_int_equal(sb_forget(box.d, &a), 1);
	assert_int_equal(sb_forget(box.d, NULL), 0);
	assert_int_equal(emit_from(&thing), 1);
	assert_string_equal(box.log, "b");
}

static void
destroy_the_dispatcher(struct receiver *receiver)
{
	struct sb_connection none;

	(void)receiver;
	sb_dispatcher_destroy(box.d);
	/* Harmless until the outermost emission ends. */
	none = add(&newcomer, 0);
	assert_int_equal(none.serial, 0);
	assert_int_equal(emit(), -ECANCELED);
}

static void
a_handler_may_destroy_the_dispatcher(void **state)
{
	struct receiver a = { &box, 'a', destroy_the_dispatcher }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(emit(), -ECANCELED);
	assert_string_equal(box.log, "a");
	box.d = NULL;
}

static void
stop(struct receiver *receiver)
{
	(void)receiver;
	sb_stop(box.d);
}

static void
stop_ends_the_innermost_emission_alone(void **state)
{
	struct receiver a = { &box, 'a', emit_once_more }, b = { &box, 'b', stop };
	struct receiver c = { &box, 'c', NULL };
	struct sb_result result;

	(void)state;
	add(&a, 0);
	add(&b, 0);
	add(&c, 0);
	assert_int_equal(
		test_alpha_emit_result(box.d, NULL, &(struct test_alpha){ .value = 1 }, &result),
		2);
	assert_string_equal(box.log, "aabb");
	assert_true(result.stopped);
	assert_int_equal(result.n_ran, 2);
	assert_int_equal(result.n_failed, 0);
}

static void
fail_on_purpose(struct receiver *receiver)
{
	sb_fail(box.d, -EIO, "no %s left", receiver->letter == 'a' ? "paper" : "ink");
}

static void
a_failure_becomes_a_signal_when_the_emission_has_ended(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose }, b = { &box, 'b', NULL };
	struct sb_result result;

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	add(&b, 0);
	assert_int_equal(
		test_alpha_emit_result(box.d, NULL, &(struct test_alpha){ .value = 1 }, &result),
		2);
	assert_int_equal(result.n_failed, 1);
	assert_string_equal(box.log, "ab!");
	assert_int_equal(box.last_resort.code, -EIO);
	assert_string_equal(box.last_resort.text, "test.alpha|on_alpha here:1|no paper left");
}

static void
a_failure_that_nobody_hears_goes_to_the_last_resort(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose }, watcher = { &box, '*', NULL };

	(void)state;
	/* A watcher by pattern does not count as having heard it. */
	sb_pattern_connect(box.d, "dispatch.>", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_any), &watcher);
	test_alpha_connect(box.d, SB_ANY, on_alpha, "on_alpha here:1", &a);
	(void)emit();
	assert_string_equal(box.log, "a*?");
	sb_fail(box.d, -EIO, "in a timer");
	assert_string_equal(box.log, "a*?*?");
	assert_string_equal(box.last_resort.text, "||in a timer");
}

static void
on_failed_fails_elsewhere(void *self, void *from, const struct sb_dispatch_failed *e)
{
	(void)self;
	(void)from;
	(void)e;
	write_letter('!');
	(void)emit();
}

static void
what_fails_while_a_failure_is_told_goes_to_the_last_resort(void **state)
{
	struct receiver a = { &box, 'a', fail_on_purpose };

	(void)state;
	add(&a, 0);
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed_fails_elsewhere), NULL);
	(void)emit();
	assert_string_equal(box.log, "a!a?");
}

static void
a_failure_whose_sender_is_forgotten_by_a_watcher_is_not_lost(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', fail_on_purpose };
	struct receiver watcher = { &box, '*', forget_the_thing };

	(void)state;
	box.thing = &thing;
	add(&a, 0);
	sb_pattern_connect(box.d, "dispatch.*", SB_ANY, (struct sb_options){ .priority = 1 },
		SB_HANDLER(on_any), &watcher);
	(void)emit_from(&thing);
	assert_string_equal(box.log, "a*?");
}

static void
a_failure_whose_dispatcher_is_destroyed_by_a_watcher_is_not_lost(void **state)
{
	struct receiver watcher = { &box, '*', destroy_the_dispatcher };

	(void)state;
	sb_pattern_connect(box.d, "dispatch.*", SB_ANY, (struct sb_options){ .priority = 1 },
		SB_HANDLER(on_any), &watcher);
	sb_fail(box.d, -EIO, "in a timer");
	assert_string_equal(box.log, "*?");
	box.d = NULL;
}

static void
emit_for_ever(struct receiver *receiver)
{
	int result;

	(void)receiver;
	result = emit();
	if (result < 0)
		box.result = result;
}

static void
emissions_too_deep_are_refused_with_the_cycle(void **state)
{
	struct receiver a = { &box, 'a', emit_for_ever };

	(void)state;
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed), NULL);
	add(&a, 0);
	assert_int_equal(emit(), 1);
	assert_int_equal(strlen(box.log), SB_DEPTH_LIMIT + 1);
	assert_int_equal(box.result, -ELOOP);
	assert_int_equal(box.last_resort.code, -ELOOP);
	assert_non_null(strstr(box.last_resort.text, "test.alpha > test.alpha"));
}

static void
on_beta_emits_alpha(void *self, struct thing *from, const struct test_beta *e)
{
	(void)self;
	(void)from;
	(void)e;
	(void)emit();
}

static void
the_cycle_is_told_from_where_the_refused_one_stood_before(void **state)
{
	struct receiver a = { &box, 'a', emit_for_ever };

	(void)state;
	add(&a, 0);
	test_beta_connect(box.d, SB_ANY, SB_HANDLER(on_beta_emits_alpha), NULL);
	assert_int_equal(test_beta_emit(box.d, NULL, &(struct test_beta){ .whole = 1 }), 1);
	assert_non_null(strstr(box.last_resort.text, ": test.alpha > test.alpha"));
	assert_null(strstr(box.last_resort.text, "test.beta"));
}

/* Twenty signals cause each other in turn. */
static void
emit_the_next(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	int k = atoi(strchr(signal->name, '_') + 1);

	(void)self;
	(void)from;
	(void)sb_emit(box.d, signals_many.signals[(k + 1) % 20](), NULL, payload);
}

static void
on_failed_long(void *self, void *from, const struct sb_dispatch_failed *e)
{
	const char *end = e->text + strlen(e->text) - strlen("> ... > many.number_12");

	(void)self;
	(void)from;
	/* The 33rd is number 12. */
	assert_non_null(strstr(e->text, "many.number_12 > many.number_13 > "));
	assert_string_equal(end, "> ... > many.number_12");
	write_letter('!');
}

static void
a_cycle_too_long_to_tell_is_cut(void **state)
{
	(void)state;
	sb_pattern_connect(box.d, "many.*", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(emit_the_next), NULL);
	sb_dispatch_failed_connect(box.d, SB_ANY, SB_HANDLER(on_failed_long), NULL);
	(void)many_0_emit(box.d, NULL, &(struct many_0){ false });
	assert_string_equal(box.log, "!");
}

static jmp_buf way_out;

static void
leave(struct receiver *receiver)
{
	(void)receiver;
	longjmp(way_out, 1);
}

static void
an_emission_left_by_longjmp_can_be_unwound(void **state)
{
	struct receiver a = { &box, 'a', leave }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	if (!setjmp(way_out))
		(void)emit();
	assert_false(sb_unwind(box.d));
	sb_forget(box.d, &a);
	assert_int_equal(emit(), 1);
	assert_string_equal(box.log, "ab");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(once_is_disarmed_before_it_runs),
		TEST(a_handler_may_disconnect_itself_an_earlier_and_a_later_one),
		TEST(what_is_connected_meanwhile_is_called_from_the_next_emission_on),
		TEST(a_nested_emission_counts_as_later),
		TEST(forgetting_the_sender_ends_its_emission),
		TEST(forgetting_nobody_does_nothing),
		TEST(forgetting_drops_self_sender_pattern_and_label),
		TEST(a_handler_may_destroy_the_dispatcher),
		TEST(stop_ends_the_innermost_emission_alone),
		TEST(a_failure_becomes_a_signal_when_the_emission_has_ended),
		TEST(a_failure_that_nobody_hears_goes_to_the_last_resort),
		TEST(what_fails_while_a_failure_is_told_goes_to_the_last_resort),
		TEST(a_failure_whose_sender_is_forgotten_by_a_watcher_is_not_lost),
		TEST(a_failure_whose_dispatcher_is_destroyed_by_a_watcher_is_not_lost),
		TEST(emissions_too_deep_are_refused_with_the_cycle),
		TEST(the_cycle_is_told_from_where_the_refused_one_stood_before),
		TEST(a_cycle_too_long_to_tell_is_cut),
		TEST(an_emission_left_by_longjmp_can_be_unwound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
