/* Who is called, in what order, and what is refused. test_emission.c has what handlers do
 * meanwhile; test_model.c holds all rules together. */
#include "dispatch/aborts.inc"
#include "dispatch/box.inc"

#include <signalbox/observer.h>

static void
on_alpha_again(void *self, struct thing *from, const struct test_alpha *e)
{
	on_alpha(self, from, e);
}

static void
handlers_run_by_priority_and_then_by_age(void **state)
{
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL }, c = { &box, 'c', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 5);
	add(&c, 0);
	assert_int_equal(emit(), 3);
	assert_string_equal(box.log, "bac");
}

static void
payload_and_sender_arrive_as_emitted(void **state)
{
	struct thing thing = { 7 };
	struct receiver a = { &box, 'a', NULL }, b = { &box, 'b', NULL }, c = { &box, 'c', NULL };

	(void)state;
	test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	test_alpha_connect(box.d, SB_ANONYMOUS, SB_HANDLER(on_alpha), &b);
	test_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_alpha), &c);
	assert_int_equal(emit_from(&thing), 2);
	assert_string_equal(box.log, "ac");
	assert_int_equal(emit(), 2);
	assert_string_equal(box.log, "acbc");
	assert_int_equal(
		sb_emit(box.d, test_alpha_signal(), &thing, &(struct test_alpha){ .value = 2 }), 2);
	assert_string_equal(box.log, "acbcac");
}

static void
patterns_match_by_token_and_do_not_count(void **state)
{
	struct receiver star = { &box, '*', NULL }, rest = { &box, '>', NULL };
	struct receiver exact = { &box, '=', NULL }, other = { &box, 'o', NULL };
	const struct sb_options none = { .priority = 0 };

	(void)state;
	sb_pattern_connect(box.d, "test.*", SB_ANY, none, SB_HANDLER(on_any), &star);
	sb_pattern_connect(box.d, ">", SB_ANY, none, SB_HANDLER(on_any), &rest);
	sb_pattern_connect(box.d, "test.alpha", SB_ANY, none, SB_HANDLER(on_any), &exact);
	sb_pattern_connect(box.d, "*", SB_ANY, none, SB_HANDLER(on_any), &other);
	sb_pattern_connect(box.d, "test.alph", SB_ANY, none, SB_HANDLER(on_any), &other);
	sb_pattern_connect(box.d, "test.alpha.>", SB_ANY, none, SB_HANDLER(on_any), &other);
	assert_int_equal(emit(), 0);
	assert_string_equal(box.log, "*>=");
}

/* Whether a pattern hears test.alpha. */
static bool
hears(const char *pattern)
{
	struct receiver a = { &box, 'a', NULL };

	memset(box.log, 0, sizeof(box.log));
	(void)sb_pattern_connect(box.d, pattern, SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_any), &a);
	(void)emit();
	(void)sb_forget(box.d, &a);
	return box.log[0] == 'a';
}

static void
patterns_match_whole_tokens(void **state)
{
	static const char *const good[] = { "test.alpha", "*.alpha", "test.*", "*.*", "*.>", ">",
		"test.>" };
	static const char *const bad[] = { "tes.*", "tes.>", "*xalpha", "*x>", "t*.alpha",
		">.alpha", "test.>.x", "test.alph", "test.alphas", "test.alpha.*", "test.alpha.>",
		"test", "*", "*.*.*", "test..alpha", ".alpha", "test." };

	(void)state;
	for (size_t k = 0; k < sizeof(good) / sizeof(good[0]); k++)
		if (!hears(good[k]))
			fail_msg("%s does not match", good[k]);
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		if (hears(bad[k]))
			fail_msg("%s matches", bad[k]);
}

static void
a_pattern_hears_signals_registered_later_and_never(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	const struct late_delta e = { .value = 1 };
	struct thing thing = { 1 };

	(void)state;
	sb_pattern_connect(box.d, "late.>", &thing, (struct sb_options){ .priority = 1 },
		SB_HANDLER(on_any), &a);
	assert_null(sb_find(box.d, "late.delta"));
	assert_int_equal(late_delta_emit(box.d, &thing, &e), 0);
	assert_int_equal(late_delta_emit(box.d, NULL, &e), 0);
	assert_string_equal(box.log, "a");
	assert_int_equal(sb_register(box.d, &signals_two), 0);
	assert_ptr_equal(sb_find(box.d, "late.delta"), late_delta_signal());
	assert_int_equal(late_delta_emit(box.d, &thing, &e), 0);
	assert_string_equal(box.log, "aa");
}

static void
a_receiver_runs_once_however_it_is_connected(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection first, second;

	(void)state;
	first = test_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_alpha), &a);
	second = test_alpha_connect(box.d, &thing, SB_HANDLER(on_alpha), &a);
	assert_true(first.serial != second.serial);
	assert_int_equal(emit_from(&thing), 1);
	assert_int_equal(sb_block(box.d, first), 0);
	assert_int_equal(emit_from(&thing), 1);
	assert_int_equal(emit(), 0);
	assert_int_equal(sb_disconnect(box.d, first), 0);
	assert_int_equal(emit_from(&thing), 1);
	assert_string_equal(box.log, "aaa");
}

static void
connecting_the_same_again_is_the_same_connection(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection first = add(&a, 0), second = add(&a, 0), other;

	(void)state;
	assert_int_equal(first.serial, second.serial);
	other = test_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_alpha_again), &a);
	assert_true(other.serial != first.serial);
	assert_int_equal(emit(), 2);
}

static void
register_many(struct receiver *receiver)
{
	(void)receiver;
	(void)sb_register(box.d, &signals_many);
}

static void
a_stale_or_foreign_connection_is_harmless(void **state)
{
	struct sb_dispatcher *other = sb_dispatcher_create(NULL, NULL);
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection first = add(&a, 0), none = { .serial = 0 }, past_the_end = first,
			     freed;
	struct sb_connection foreign = test_alpha_connect(other, SB_ANY, SB_HANDLER(on_alpha), &a);

	(void)state;
	past_the_end.index = UINT32_MAX;
	assert_int_equal(foreign.serial, first.serial);
	assert_int_equal(sb_disconnect(box.d, foreign), -ENOENT);
	assert_int_equal(emit(), 1);
	sb_dispatcher_destroy(other);
	assert_int_equal(sb_disconnect(box.d, first), 0);
	assert_int_equal(sb_disconnect(box.d, first), -ENOENT);
	freed = first;
	freed.serial = 0;
	assert_int_equal(sb_disconnect(box.d, freed), -ENOENT);
	add(&a, 0);
	assert_int_equal(sb_disconnect(box.d, first), -ENOENT);
	assert_int_equal(sb_block(box.d, none), -ENOENT);
	assert_int_equal(sb_unblock(box.d, past_the_end), -ENOENT);
	assert_int_equal(emit(), 1);
}

static void
the_legs_of_a_pattern_are_no_connections(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection c = sb_pattern_connect(box.d, "test.alpha", SB_ANY,
		(struct sb_options){ .priority = 0 }, SB_HANDLER(on_any), &a);

	(void)state;
	c.index++;
	assert_int_equal(sb_disconnect(box.d, c), -ENOENT);
	(void)emit();
	assert_string_equal(box.log, "a");
}

static void
many_signals_may_be_registered_while_one_is_emitted(void **state)
{
	struct receiver a = { &box, 'a', register_many }, b = { &box, 'b', NULL };

	(void)state;
	add(&a, 0);
	add(&b, 0);
	assert_int_equal(emit(), 2);
	assert_string_equal(box.log, "ab");
	assert_ptr_equal(sb_find(box.d, "many.number_39"), many_39_signal());
	assert_int_equal(emit(), 2);
}

static void
a_second_signal_of_a_name_is_refused(void **state)
{
	(void)state;
	assert_int_equal(sb_register(box.d, &signals_same), -EEXIST);
	assert_ptr_equal(sb_find(box.d, "test.alpha"), test_alpha_signal());
}

static void
a_table_is_registered_up_to_the_signal_that_is_refused(void **state)
{
	static const struct sb_signal *(*const signals[])(
		void) = { late_delta_signal, same_alpha_signal, many_0_signal };
	const struct sb_table table = { .signals = signals, .n_signals = 3 };

	(void)state;
	assert_int_equal(sb_register(box.d, &table), -EEXIST);
	assert_ptr_equal(sb_find(box.d, "late.delta"), late_delta_signal());
	assert_null(sb_find(box.d, "many.number_0"));
}

static void
blocks_are_counted(void **state)
{
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection c = add(&a, 0);

	(void)state;
	assert_int_equal(sb_unblock(box.d, c), -EALREADY);
	sb_block(box.d, c);
	sb_block(box.d, c);
	sb_unblock(box.d, c);
	assert_int_equal(emit(), 0);
	sb_unblock(box.d, c);
	assert_int_equal(emit(), 1);
	for (int k = 0; k < UINT16_MAX; k++)
		assert_int_equal(sb_block(box.d, c), 0);
	assert_int_equal(sb_block(box.d, c), -EOVERFLOW);
	assert_int_equal(emit(), 0);
}

static void
who_is_connected_can_be_listed(void **state)
{
	struct thing thing = { 1 };
	struct receiver a = { &box, 'a', NULL };
	struct sb_connection_info info;
	size_t cursor = 0;

	(void)state;
	test_alpha_connect_with(
		box.d, &thing, (struct sb_options){ .priority = 3 }, on_alpha, "here:1", &a);
	sb_pattern_connect(
		box.d, "*.beta", SB_ANY, (struct sb_options){ .once = true }, on_any, "here:2", &a);
	assert_true(sb_connection_next(box.d, &cursor, &info));
	assert_string_equal(info.name, "test.alpha");
	assert_ptr_equal(info.sender, &thing);
	assert_ptr_equal(info.self, &a);
	assert_string_equal(info.place, "here:1");
	assert_int_equal(info.options.priority, 3);
	assert_false(info.is_pattern);
	sb_block(box.d, info.connection);
	assert_true(sb_connection_next(box.d, &cursor, &info));
	assert_string_equal(info.name, "*.beta");
	assert_ptr_equal(info.sender, SB_ANY);
	assert_true(info.options.once && info.is_pattern);
	assert_false(sb_connection_next(box.d, &cursor, &info));
	cursor = 0;
	assert_true(sb_connection_next(box.d, &cursor, &info));
	assert_int_equal(info.n_blocked, 1);
}

static void
signals_are_listed_and_found_by_name(void **state)
{
	const struct sb_signal *signal;
	size_t n = 0;

	(void)state;
	assert_int_equal(sb_register(box.d, &signals_one), 0);
	while ((signal = sb_signal_at(box.d, n))) {
		assert_ptr_equal(sb_find(box.d, signal->name), signal);
		n++;
	}
	assert_int_equal(n, 4);
	assert_null(sb_find(box.d, "test.alph"));
}

static void
other_alpha_does_nothing(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
a_thousand_connections_come_and_go_in_any_order(void **state)
{
	enum { N = 1000 };
	static char selves[N];
	struct sb_connection c[N];
	int left = N;

	(void)state;
	for (int k = 0; k < N; k++)
		c[k] = test_alpha_connect(
			box.d, SB_ANY, SB_HANDLER(other_alpha_does_nothing), &selves[k]);
	assert_false(sb_connect_failed(box.d));
	for (int k = 0, at = 0; k < N; k++, at = (at + 617) % N) {
		assert_int_equal(sb_disconnect(box.d, c[at]), 0);
		left--;
		if (k % 97 == 0)
			assert_int_equal(emit(), left);
	}
	assert_int_equal(emit(), 0);
}

static void
connect_from_null(void)
{
	test_alpha_connect(box.d, NULL, SB_HANDLER(on_alpha), NULL);
}

static void
connect_again_with_other_options(void)
{
	struct receiver a = { &box, 'a', NULL };

	add(&a, 0);
	add(&a, 1);
}

static void
connect_again_once(void)
{
	struct receiver a = { &box, 'a', NULL };

	add(&a, 0);
	test_alpha_connect_with(
		box.d, SB_ANY, (struct sb_options){ .once = true }, SB_HANDLER(on_alpha), &a);
}

static void
connect_with_a_priority_too_high(void)
{
	struct receiver a = { &box, 'a', NULL };

	add(&a, INT16_MAX + 1);
}

static void
forget_any(void)
{
	(void)sb_forget(box.d, SB_ANY);
}

static void
forget_anonymous(void)
{
	(void)sb_forget(box.d, SB_ANONYMOUS);
}

static void
emit_as_any(void)
{
	(void)sb_emit_result(box.d, test_alpha_signal(), SB_ANY, &(struct test_alpha){ .value = 1 },
		&(struct sb_result){ .n_ran = 0 });
}

static void
emit_by_descriptor_as(void *from)
{
	(void)sb_emit(box.d, test_alpha_signal(), from, &(struct test_alpha){ .value = 1 });
}

static void
emit_by_descriptor_as_any(void)
{
	emit_by_descriptor_as(SB_ANY);
}

static void
emit_by_descriptor_as_anonymous(void)
{
	emit_by_descriptor_as(SB_ANONYMOUS);
}

static void
connect_with_a_priority_too_low(void)
{
	struct receiver a = { &box, 'a', NULL };

	add(&a, INT16_MIN - 1);
}

static void
connect_without_a_handler(void)
{
	test_alpha_connect(box.d, SB_ANY, NULL, SB_PLACE, NULL);
}

static void
connect_without_a_place(void)
{
	test_alpha_connect(box.d, SB_ANY, on_alpha, NULL, NULL);
}

static void
connect_an_empty_pattern(void)
{
	sb_pattern_connect(
		box.d, "", SB_ANY, (struct sb_options){ .priority = 0 }, SB_HANDLER(on_any), NULL);
}

static void
on_same_alpha(void *self, void *from, const struct same_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
connect_a_second_signal_of_a_name(void)
{
	same_alpha_connect(box.d, SB_ANY, SB_HANDLER(on_same_alpha), NULL);
}

static void
fail_without_an_error(void)
{
	sb_fail(box.d, 0, "no reason");
}

static void
fail_late_without_an_error(void)
{
	(void)sb_fail_at(box.d, NULL, NULL, NULL, 0, "no reason");
}

static void
label_nothing(void)
{
	(void)sb_label(box.d, NULL, "nothing");
}

static void
observe_without_a_place(void)
{
	static const struct sb_observer blind = { .emission_began = NULL };

	(void)sb_observe(box.d, &blind, NULL, NULL);
}

static void
stop_outside(void)
{
	sb_stop(box.d);
}

static void
mistakes_of_the_caller_abort(void **state)
{
	(void)state;
	assert_aborts(connect_from_null);
	assert_aborts(connect_again_with_other_options);
	assert_aborts(connect_again_once);
	assert_aborts(connect_with_a_priority_too_high);
	assert_aborts(connect_with_a_priority_too_low);
	assert_aborts(connect_without_a_handler);
	assert_aborts(connect_without_a_place);
	assert_aborts(connect_an_empty_pattern);
	assert_aborts(connect_a_second_signal_of_a_name);
	assert_aborts(forget_any);
	assert_aborts(forget_anonymous);
	assert_aborts(emit_as_any);
	assert_aborts(emit_by_descriptor_as_any);
	assert_aborts(emit_by_descriptor_as_anonymous);
	assert_aborts(fail_without_an_error);
	assert_aborts(fail_late_without_an_error);
	assert_aborts(label_nothing);
	assert_aborts(observe_without_a_place);
	assert_aborts(stop_outside);
}

static void
destroying_none_is_fine(void **state)
{
	(void)state;
	sb_dispatcher_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(handlers_run_by_priority_and_then_by_age),
		TEST(payload_and_sender_arrive_as_emitted),
		TEST(patterns_match_by_token_and_do_not_count),
		TEST(patterns_match_whole_tokens),
		TEST(a_pattern_hears_signals_registered_later_and_never),
		TEST(a_receiver_runs_once_however_it_is_connected),
		TEST(connecting_the_same_again_is_the_same_connection),
		TEST(a_stale_or_foreign_connection_is_harmless),
		TEST(the_legs_of_a_pattern_are_no_connections),
		TEST(many_signals_may_be_registered_while_one_is_emitted),
		TEST(a_second_signal_of_a_name_is_refused),
		TEST(a_table_is_registered_up_to_the_signal_that_is_refused),
		TEST(blocks_are_counted),
		TEST(who_is_connected_can_be_listed),
		TEST(signals_are_listed_and_found_by_name),
		TEST(a_thousand_connections_come_and_go_in_any_order),
		TEST(mistakes_of_the_caller_abort),
		TEST(destroying_none_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
