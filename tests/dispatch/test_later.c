/* Signals that are deferred or posted, and what sb_deliver() makes of them: order, bounds and
 * counters. test_later_loop.c has what its loop is asked for, test_later_gone.c what goes
 * meanwhile. */

#include "dispatch/later.inc"

static void
what_is_deferred_is_emitted_by_deliver(void **state)
{
	(void)state;
	assert_int_equal(defer(1, NULL), 0);
	assert_int_equal(defer(2, &scene.things[0]), 0);
	assert_string_equal(scene.log, "");
	assert_string_equal(deliver(2), " 1 2a");
	assert_string_equal(deliver(0), "");
}

static void
what_is_posted_is_emitted_by_deliver(void **state)
{
	struct sb_token token = later_note_token(scene.d, &scene.things[1]);

	(void)state;
	assert_true(token.serial);
	assert_int_equal(post(1, nobody), 0);
	assert_int_equal(post(2, token), 0);
	assert_string_equal(scene.log, "");
	assert_string_equal(deliver(2), " 1 2b");
	assert_string_equal(deliver(0), "");
}

static void
each_queue_keeps_its_order_and_the_posted_come_first(void **state)
{
	(void)state;
	for (int k = 0; k < 3; k++) {
		assert_int_equal(defer(k, NULL), 0);
		assert_int_equal(post(10 + k, nobody), 0);
	}
	assert_string_equal(deliver(6), " 10 11 12 0 1 2");
}

static void
order_is_kept_over_thousands(void **state)
{
	int64_t expected = 0;

	(void)state;
	for (size_t q = 0; q < 2; q++) {
		sb_set_later(scene.d, both[q],
			(struct sb_later_options){ .size = 100000, .budget = 77 });
		for (int k = 0; k < 20000; k++)
			assert_int_equal(enter(both[q], k), 0);
		for (expected = 0; expected < 20000;) {
			char *at = scene.log;
			int n = sb_deliver(scene.d);

			assert_true(n == 77 || expected + n == 20000);
			for (; n; n--)
				assert_int_equal(strtol(at, &at, 10), expected++);
			assert_string_equal(at, "");
			scene.log[0] = '\0';
		}
	}
}

static void
on_note_too(void *self, struct thing *from, const struct later_note *e)
{
	(void)self;
	(void)from;
	write_log(" too%d", (int)e->value);
}

static void
who_is_connected_at_delivery_hears_it(void **state)
{
	struct sb_connection early =
		later_note_connect(scene.d, SB_ANY, SB_HANDLER(on_note_too), &scene.things[0]);

	(void)state;
	assert_int_equal(defer(1, NULL), 0);
	assert_int_equal(post(2, nobody), 0);
	(void)sb_disconnect(scene.d, early);
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(on_note_too), &scene.things[1]);
	assert_string_equal(deliver(2), " 2 too2 1 too1");
}

static void
nobody_need_hear_it(void **state)
{
	(void)state;
	assert_int_equal(later_plain_defer(scene.d, NULL, &(struct later_plain){ 0 }), 0);
	assert_int_equal(later_plain_post(scene.mailbox, nobody, &(struct later_plain){ 0 }), 0);
	assert_string_equal(deliver(2), "");
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_delivered, 1);
	assert_int_equal(sb_later_counts(scene.d, SB_POSTED).n_delivered, 1);
}

static void
on_pattern(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)self;
	(void)from;
	(void)payload;
	write_log(" %s", signal->name);
}

static void
a_signal_never_registered_goes_to_patterns(void **state)
{
	(void)state;
	(void)sb_pattern_connect(scene.d, "late.*", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(on_pattern), &scene);
	assert_int_equal(late_delta_defer(scene.d, NULL, &(struct late_delta){ .value = 1 }), 0);
	assert_int_equal(
		late_delta_post(scene.mailbox, nobody, &(struct late_delta){ .value = 1 }), 0);
	assert_string_equal(deliver(2), " late.delta late.delta");
}

static void
enter_more(const struct later_note *e)
{
	if (e->value > 3)
		return;
	assert_int_equal(defer(e->value + 10, NULL), 0);
	assert_int_equal(post(e->value + 20, nobody), 0);
}

static void
what_a_handler_enters_is_for_the_next_deliver(void **state)
{
	(void)state;
	scene.then = enter_more;
	assert_int_equal(defer(1, NULL), 0);
	assert_int_equal(post(2, nobody), 0);
	assert_int_equal(scene.n_wakes, 1);
	assert_string_equal(deliver(2), " 2 1");
	assert_int_equal(scene.n_wakes, 2);
	assert_string_equal(deliver(4), " 22 21 12 11");
	assert_int_equal(scene.n_wakes, 2);
	assert_string_equal(deliver(0), "");
}

static void
a_handler_outside_a_delivery_may_enter_too(void **state)
{
	(void)state;
	scene.then = enter_more;
	(void)later_note_emit(scene.d, NULL, &(struct later_note){ .value = 3 });
	assert_int_equal(scene.n_wakes, 1);
	assert_string_equal(deliver(2), " 3 23 13");
}

static void
the_budget_bounds_each_queue_and_the_rest_wakes_again(void **state)
{
	(void)state;
	sb_set_later(scene.d, SB_DEFERRED, (struct sb_later_options){ .budget = 2 });
	sb_set_later(scene.d, SB_POSTED, (struct sb_later_options){ .budget = 3 });
	for (int k = 0; k < 5; k++) {
		assert_int_equal(defer(k, NULL), 0);
		assert_int_equal(post(10 + k, nobody), 0);
	}
	assert_int_equal(scene.n_wakes, 1);
	assert_string_equal(deliver(5), " 10 11 12 0 1");
	assert_int_equal(scene.n_wakes, 2);
	assert_int_equal(defer(5, NULL), 0);
	assert_int_equal(scene.n_wakes, 2);
	assert_string_equal(deliver(4), " 13 14 2 3");
	assert_int_equal(scene.n_wakes, 3);
	assert_string_equal(deliver(2), " 4 5");
	assert_int_equal(scene.n_wakes, 3);
}

static void
the_usual_bounds_are_those_of_the_header(void **state)
{
	(void)state;
	for (size_t q = 0; q < 2; q++) {
		for (int k = 0; k < 1024; k++)
			assert_int_equal(enter(both[q], k), 0);
		assert_int_equal(enter(both[q], 0), -ENOBUFS);
		assert_int_equal(sb_later_counts(scene.d, both[q]).n_waiting, 1024);
		for (int k = 0; k < 4; k++)
			(void)deliver(256);
		(void)deliver(0);
	}
}

static int
enter_bytes(enum sb_later which, const char *bytes, size_t len)
{
	const struct later_note e = { .bytes = { bytes, len } };

	return which == SB_DEFERRED ? later_note_defer(scene.d, NULL, &e)
				    : later_note_post(scene.mailbox, nobody, &e);
}

/* 16 MiB: here by sixteen copies of one each. */
static void
the_usual_bound_of_bytes_is_that_of_the_header(void **state)
{
	static const char bytes[1 << 20];

	(void)state;
	for (size_t q = 0; q < 2; q++) {
		for (int k = 0; k < 16; k++)
			assert_int_equal(enter_bytes(both[q], bytes,
						 sizeof(bytes) - sizeof(struct later_note)),
				0);
		assert_int_equal(enter_bytes(both[q], bytes, 0), -ENOBUFS);
		(void)deliver(16);
	}
}

static void
a_full_queue_refuses(void **state)
{
	(void)state;
	for (size_t q = 0; q < 2; q++) {
		struct sb_later_counts counts;

		sb_set_later(scene.d, both[q],
			(struct sb_later_options){ .size = 2, .policy = SB_REFUSE });
		assert_int_equal(enter(both[q], 1), 0);
		assert_int_equal(enter(both[q], 2), 0);
		assert_int_equal(enter(both[q], 3), -ENOBUFS);
		assert_string_equal(deliver(2), " 1 2");
		counts = sb_later_counts(scene.d, both[q]);
		assert_int_equal(counts.n_refused, 1);
		assert_int_equal(counts.n_dropped, 0);
		assert_int_equal(counts.most_waiting, 2);
		assert_int_equal(enter(both[q], 4), 0);
		assert_string_equal(deliver(1), " 4");
	}
}

static void
the_oldest_make_room_and_that_is_told_once(void **state)
{
	static const char *const told[] = {
		"dropped 2 of the signals deferred, for more were waiting than may",
		"dropped 2 of the signals posted, for more were waiting than may",
	};

	(void)state;
	for (size_t q = 0; q < 2; q++) {
		struct sb_later_counts counts;
		char expected[128];

		sb_set_later(scene.d, both[q],
			(struct sb_later_options){ .size = 2, .policy = SB_DROP_OLDEST });
		for (int k = 1; k <= 4; k++)
			assert_int_equal(enter(both[q], k), 0);
		assert_string_equal(deliver(2), " ! 3 4");
		(void)snprintf(expected, sizeof(expected), "%d|%s", -ENOBUFS, told[q]);
		assert_string_equal(scene.failed, expected);
		assert_string_equal(deliver(0), "");
		counts = sb_later_counts(scene.d, both[q]);
		assert_int_equal(counts.n_dropped, 2);
		assert_int_equal(counts.n_delivered, 2);
		assert_int_equal(counts.n_refused, 0);
		assert_int_equal(counts.most_waiting, 2);
		/* And the next are told without those that were told before. */
		for (int k = 5; k <= 8; k++)
			assert_int_equal(enter(both[q], k), 0);
		assert_string_equal(deliver(2), " ! 7 8");
		assert_string_equal(scene.failed, expected);
	}
}

static void
the_newest_are_dropped_and_that_is_told_once(void **state)
{
	(void)state;
	for (size_t q = 0; q < 2; q++) {
		sb_set_later(scene.d, both[q],
			(struct sb_later_options){ .size = 2, .policy = SB_DROP_NEWEST });
		for (int k = 1; k <= 5; k++)
			assert_int_equal(enter(both[q], k), 0);
		assert_string_equal(deliver(2), " ! 1 2");
		assert_string_equal(deliver(0), "");
		assert_int_equal(sb_later_counts(scene.d, both[q]).n_dropped, 3);
		assert_int_equal(enter(both[q], 6), 0);
		assert_string_equal(deliver(1), " 6");
	}
}

static void
enter_three(const struct later_note *e)
{
	if (e->value != 1)
		return;
	for (size_t q = 0; q < 2; q++)
		for (int k = 0; k < 3; k++)
			assert_int_equal(enter(both[q], 10 * (int)(q + 1) + k), 0);
}

/* Two of each are taken by the turn, and none of these makes room for what comes meanwhile. */
static void
what_a_turn_has_taken_is_not_dropped(void **state)
{
	(void)state;
	for (size_t q = 0; q < 2; q++) {
		sb_set_later(scene.d, both[q],
			(struct sb_later_options){ .size = 2, .policy = SB_DROP_OLDEST });
		assert_int_equal(enter(both[q], 1), 0);
		assert_int_equal(enter(both[q], 2), 0);
	}
	scene.then = enter_three;
	assert_string_equal(deliver(4), " 1 2 1 2");
	scene.then = NULL;
	assert_int_equal(scene.n_wakes, 2);
	assert_string_equal(deliver(4), " ! ! 21 22 11 12");
	assert_string_equal(deliver(0), "");
	assert_int_equal(sb_later_counts(scene.d, SB_DEFERRED).n_dropped, 4);
}

/* What was forgotten cannot be delivered; that something was dropped for it still is to be said. */
static void
drops_are_told_also_where_nothing_waits_any_more(void **state)
{
	(void)state;
	sb_set_later(scene.d, SB_DEFERRED,
		(struct sb_later_options){ .size = 1, .policy = SB_DROP_OLDEST });
	assert_int_equal(defer(1, &scene.things[0]), 0);
	assert_int_equal(defer(2, &scene.things[0]), 0);
	assert_int_equal(sb_forget(scene.d, &scene.things[0]), 0);
	sb_set_loop(scene.d, &counting_loop, &scene);
	assert_int_equal(scene.n_wakes, 2);
	assert_string_equal(deliver(0), " !");
	assert_int_equal(scene.n_wakes, 2);
}

static void
copies_may_take_so_many_bytes_together(void **state)
{
	static const char bytes[1 << 16];
	/* Of one that holds a quarter of it. */
	const size_t size = sizeof(struct later_note) + 16384;

	(void)state;
	for (size_t q = 0; q < 2; q++) {
		struct sb_later_options options = { .bytes = 4 * size };

		sb_set_later(scene.d, both[q], options);
		for (size_t k = 1; k <= 4; k++) {
			assert_int_equal(enter_bytes(both[q], bytes, 16384), 0);
			assert_int_equal(sb_later_counts(scene.d, both[q]).bytes_waiting, k * size);
		}
		assert_int_equal(enter_bytes(both[q], bytes, 0), -ENOBUFS);
		options.policy = SB_DROP_OLDEST;
		sb_set_later(scene.d, both[q], options);
		assert_int_equal(enter_bytes(both[q], bytes, 16385), 0);
		assert_int_equal(sb_later_counts(scene.d, both[q]).n_dropped, 2);
		assert_int_equal(enter_bytes(both[q], bytes, 0), 0);
		assert_int_equal(sb_later_counts(scene.d, both[q]).n_dropped, 2);
		assert_string_equal(deliver(4), " ! 0 0 0 0");
		assert_int_equal(sb_later_counts(scene.d, both[q]).bytes_waiting, 0);
	}
}

static void
what_never_fits_is_refused_and_drops_nothing(void **state)
{
	static const char bytes[4096];
	static const enum sb_policy policies[] = { SB_REFUSE, SB_DROP_OLDEST, SB_DROP_NEWEST };

	(void)state;
	for (size_t k = 0; k < 6; k++) {
		enum sb_later which = both[k / 3];

		sb_set_later(scene.d, which,
			(struct sb_later_options){ .bytes = 4096, .policy = policies[k % 3] });
		assert_int_equal(enter(which, 1), 0);
		assert_int_equal(enter_bytes(which, bytes, sizeof(bytes)), -ENOBUFS);
		assert_string_equal(deliver(1), " 1");
		assert_int_equal(sb_later_counts(scene.d, which).n_refused, k % 3 + 1);
	}
}

static void
what_waits_stays_when_the_bounds_shrink(void **state)
{
	(void)state;
	for (size_t q = 0; q < 2; q++) {
		for (int k = 1; k <= 5; k++)
			assert_int_equal(enter(both[q], k), 0);
		sb_set_later(scene.d, both[q], (struct sb_later_options){ .size = 2, .bytes = 1 });
		assert_int_equal(sb_later_counts(scene.d, both[q]).n_waiting, 5);
		assert_int_equal(enter(both[q], 6), -ENOBUFS);
		sb_set_later(scene.d, both[q],
			(struct sb_later_options){ .bytes = 4 * sizeof(struct later_note) });
		assert_int_equal(enter(both[q], 6), -ENOBUFS);
		sb_set_later(scene.d, both[q],
			(struct sb_later_options){
				.size = 2, .policy = SB_DROP_OLDEST, .budget = 1 });
		assert_int_equal(enter(both[q], 7), 0);
		assert_string_equal(deliver(1), " ! 5");
		assert_string_equal(deliver(1), " 7");
	}
}

static void
counts_add_up(void **state)
{
	struct sb_later_counts counts;
	struct sb_token token = later_note_token(scene.d, &scene.things[0]);
	int n_entered = 0;

	(void)state;
	sb_set_later(scene.d, SB_POSTED,
		(struct sb_later_options){ .size = 7, .policy = SB_DROP_OLDEST, .budget = 3 });
	for (int k = 0; k < 100; k++) {
		assert_int_equal(post(k, k % 5 ? nobody : token), 0);
		n_entered++;
		if (k % 8 == 0)
			(void)sb_deliver(scene.d);
		if (k % 20 == 0) {
			(void)sb_forget(scene.d, &scene.things[0]);
			token = later_note_token(scene.d, &scene.things[0]);
		}
		scene.log[0] = '\0';
	}
	counts = sb_later_counts(scene.d, SB_POSTED);
	assert_true(counts.n_delivered && counts.n_dropped && counts.n_forgotten);
	assert_int_equal(counts.n_waiting, 7);
	assert_int_equal(counts.most_waiting, 7);
	assert_int_equal(counts.n_waiting + counts.n_delivered + counts.n_dropped
				 + counts.n_forgotten + counts.n_refused,
		n_entered);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_deferred_is_emitted_by_deliver),
		TEST(what_is_posted_is_emitted_by_deliver),
		TEST(each_queue_keeps_its_order_and_the_posted_come_first),
		TEST(order_is_kept_over_thousands),
		TEST(who_is_connected_at_delivery_hears_it),
		TEST(nobody_need_hear_it),
		TEST(a_signal_never_registered_goes_to_patterns),
		TEST(what_a_handler_enters_is_for_the_next_deliver),
		TEST(a_handler_outside_a_delivery_may_enter_too),
		TEST(the_budget_bounds_each_queue_and_the_rest_wakes_again),
		TEST(the_usual_bounds_are_those_of_the_header),
		TEST(the_usual_bound_of_bytes_is_that_of_the_header),
		TEST(a_full_queue_refuses),
		TEST(the_oldest_make_room_and_that_is_told_once),
		TEST(the_newest_are_dropped_and_that_is_told_once),
		TEST(what_a_turn_has_taken_is_not_dropped),
		TEST(drops_are_told_also_where_nothing_waits_any_more),
		TEST(copies_may_take_so_many_bytes_together),
		TEST(what_never_fits_is_refused_and_drops_nothing),
		TEST(what_waits_stays_when_the_bounds_shrink),
		TEST(counts_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
