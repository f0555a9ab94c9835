/* Queues: what is put, is read. test_queue_marks.c has the marks, test_queue_ends.c how they end,
 * and test_queue_threads.c the other threads. */
#include "dispatch/queue_desk.inc"

#include "dispatch/signals.inc"

static void
put_many(struct reader *reader, size_t n)
{
	while (n--)
		put_all(reader, "x");
}

static void
items_come_in_their_order_by_deliver(void **state)
{
	(void)state;
	open_usual(&first);
	put_all(&first, "abc");
	expect_log("");
	expect_delivery("abc", false);
	expect_delivery("", false);
}

static void
any_pointer_is_an_item(void **state)
{
	(void)state;
	open_usual(&first);
	assert_int_equal(sb_queue_put(first.queue, NULL), 0);
	expect_delivery("0", false);
}

static void
the_next_item_comes_when_the_reader_has_done_with_the_last(void **state)
{
	(void)state;
	open_usual(&first);
	first.takes_time = true;
	put_all(&first, "ab");
	expect_delivery("a", false);
	expect_delivery("", false);
	assert_true(sb_queue_counts(first.queue).is_handling);
	put_all(&first, "c");
	expect_delivery("", false);
	desk.n_wakes = 0;
	sb_queue_done(first.queue);
	assert_int_equal(desk.n_wakes, 1);
	assert_false(sb_queue_counts(first.queue).is_handling);
	expect_log("");
	expect_delivery("b", false);
	first.takes_time = false;
	sb_queue_done(first.queue);
	expect_delivery("c", false);
}

static void
say_done(struct reader *reader)
{
	sb_queue_done((reader->other ? reader->other : reader)->queue);
}

static void
a_reader_may_say_that_it_has_done_before_it_returns(void **state)
{
	(void)state;
	open_usual(&first);
	first.takes_time = true;
	first.then = say_done;
	put_all(&first, "ab");
	expect_delivery("a", true);
	expect_delivery("b", false);
}

/* The other's item is for a later one, also where it comes after this in turn. */
static void
a_reader_may_say_that_another_has_done(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	second.takes_time = true;
	put_all(&second, "yz");
	expect_delivery("y", false);
	first.then = say_done;
	first.other = &second;
	put_all(&first, "a");
	expect_delivery("a", true);
	second.takes_time = false;
	expect_delivery("z", false);
}

static void
what_readers_put_is_for_a_later_delivery(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	first.then = put_more;
	first.puts = "bc";
	put_all(&first, "a");
	expect_delivery("a", true);
	first.other = &second;
	first.puts = "y";
	put_all(&second, "x");
	expect_delivery("bcx", true);
	expect_delivery("y", false);
}

static void
put_y_to_the_second(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
	put_all(&second, "y");
}

static void
emit_alpha(struct reader *reader)
{
	(void)reader;
	assert_int_equal(test_alpha_emit(desk.d, NULL, &(struct test_alpha){ .value = 1 }), 1);
}

static void
a_reader_may_emit_and_handlers_may_put(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	test_alpha_connect(desk.d, SB_ANY, SB_HANDLER(put_y_to_the_second), NULL);
	first.then = emit_alpha;
	put_all(&first, "a");
	expect_delivery("a", true);
	expect_delivery("y", false);
}

static void
no_queue_has_more_than_the_budget_of_a_delivery(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	put_many(&first, BUDGET + 3);
	put_many(&second, 2);
	deliver();
	assert_int_equal(strlen(desk.log), BUDGET + 2);
	memset(desk.log, 0, sizeof(desk.log));
	expect_delivery("xxx", false);
}

static void
one_that_refuses_gives_the_item_back(void **state)
{
	struct sb_queue_counts counts;

	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 2, .policy = SB_REFUSE });
	put_all(&first, "ab");
	assert_int_equal(put(&first, "c"), -ENOBUFS);
	counts = sb_queue_counts(first.queue);
	assert_int_equal(counts.n_refused, 1);
	assert_int_equal(counts.n_dropped, 0);
	expect_delivery("ab", false);
	put_all(&first, "d");
	expect_delivery("d", false);
}

static void
one_may_drop_the_oldest(void **state)
{
	struct sb_queue_counts counts;

	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 3, .policy = SB_DROP_OLDEST });
	put_all(&first, "abcde");
	expect_log("~a~b");
	counts = sb_queue_counts(first.queue);
	assert_int_equal(counts.n_refused, 0);
	assert_int_equal(counts.n_dropped, 2);
	assert_int_equal(counts.n_waiting, 3);
	assert_int_equal(counts.most_waiting, 3);
	expect_delivery("cde", false);
}

/* What takes the place of an item that was due is not due for that. */
static void
what_comes_for_an_item_dropped_is_for_a_later_delivery(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 3, .policy = SB_DROP_OLDEST });
	first.then = put_more;
	first.puts = "de";
	put_all(&first, "abc");
	expect_delivery("a~bc", true);
	expect_delivery("de", false);
}

static void
one_may_drop_the_newest(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 2, .policy = SB_DROP_NEWEST });
	put_all(&first, "abcd");
	expect_log("~c~d");
	assert_int_equal(sb_queue_counts(first.queue).n_dropped, 2);
	expect_delivery("ab", false);
}

static void
what_is_dropped_may_need_no_function(void **state)
{
	const struct sb_queue_options options = { .size = 1, .policy = SB_DROP_OLDEST };

	(void)state;
	first.queue = sb_queue_create(desk.d, &options, SB_HANDLER(on_item), &first);
	put_all(&first, "ab");
	expect_delivery("b", false);
}

static void
one_item_may_be_all_that_waits(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 1, .policy = SB_DROP_OLDEST });
	put_all(&first, "abc");
	expect_log("~a~b");
	expect_delivery("c", false);
}

static void
a_thousand_and_twenty_four_wait_where_nothing_else_is_said(void **state)
{
	(void)state;
	first.queue = sb_queue_create(desk.d, NULL, SB_HANDLER(on_item), &first);
	put_many(&first, USUAL);
	assert_int_equal(put(&first, "y"), -ENOBUFS);
	/* Without a drop there is nothing to free. */
	sb_queue_close(first.queue, true);
	expect_delivery("", false);
}

static void
what_waits_keeps_its_order_however_many_come_and_go(void **state)
{
	static char letters[128];
	uint32_t seed = 1;

	(void)state;
	for (size_t k = 0; k < sizeof(letters); k++)
		letters[k] = (char)('0' + k % 64);
	for (size_t size = 1; size < 70; size++) {
		size_t n_put = 0, n_taken = 0;

		open_queue(&first, (struct sb_queue_options){ .size = size });
		first.takes_time = true;
		for (int step = 0; step < 600; step++) {
			seed = seed * 1664525 + 1013904223;
			/* Mostly comes for a while, mostly goes for a while. */
			if ((seed >> 24) % 4 != (step / 100 % 2 ? 0 : 1) && step / 100 % 2 == 0) {
				int result = put(&first, &letters[n_put % 64]);

				assert_int_equal(result, n_put - n_taken < size ? 0 : -ENOBUFS);
				n_put += result == 0;
			} else if (n_put > n_taken) {
				char expected[2] = { letters[n_taken++ % 64] };

				expect_delivery(expected, false);
				sb_queue_done(first.queue);
			}
			assert_int_equal(sb_queue_counts(first.queue).n_waiting, n_put - n_taken);
		}
		sb_queue_close(first.queue, true);
		sb_queue_release(first.queue);
		memset(desk.log, 0, sizeof(desk.log));
	}
	first.queue = NULL;
}

static void
ask_for_the_place(struct reader *reader)
{
	(void)reader;
	assert_string_equal(sb_running_place(desk.d), "on_item here:1");
	sb_fail(desk.d, -EIO, "no ink left");
}

static void
the_readers_place_is_known(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = ask_for_the_place;
	put_all(&first, "a");
	expect_delivery("a", false);
	assert_string_equal(desk.last_resort, "|on_item here:1|no ink left");
	assert_null(sb_running_place(desk.d));
}

static void
the_loop_is_woken_once_for_what_waits(void **state)
{
	(void)state;
	open_usual(&first);
	assert_int_equal(desk.n_wakes, 0);
	put_all(&first, "ab");
	assert_int_equal(desk.n_wakes, 1);
	expect_delivery("ab", false);
	put_all(&first, "c");
	assert_int_equal(desk.n_wakes, 1);
}

static void
a_new_loop_is_woken_for_what_waits(void **state)
{
	(void)state;
	open_usual(&first);
	sb_set_loop(desk.d, NULL, NULL);
	put_all(&first, "a");
	assert_int_equal(desk.n_wakes, 0);
	sb_set_loop(desk.d, &loop, NULL);
	assert_int_equal(desk.n_wakes, 1);
	expect_delivery("a", false);
}

static void
reports_find_all_but_those_that_are_over(void **state)
{
	struct sb_queue_counts counts;
	const char *place;
	size_t cursor = 0;

	(void)state;
	open_usual(&first);
	open_usual(&second);
	second.takes_time = true;
	put_all(&second, "yz");
	deliver();
	assert_true(sb_queue_next(desk.d, &cursor, &place, &counts));
	assert_string_equal(place, "on_item here:1");
	assert_int_equal(counts.n_handled, 0);
	assert_true(sb_queue_next(desk.d, &cursor, &place, &counts));
	assert_int_equal(counts.n_waiting, 1);
	assert_int_equal(counts.most_waiting, 2);
	assert_int_equal(counts.n_handled, 1);
	assert_true(counts.is_handling && !counts.is_closed);
	assert_false(sb_queue_next(desk.d, &cursor, &place, &counts));
	assert_false(sb_queue_next(desk.d, &cursor, &place, &counts));
	sb_queue_close(first.queue, false);
	assert_int_equal(n_listed(), 1);
	sb_queue_close(second.queue, true);
	assert_int_equal(n_listed(), 1);
	sb_queue_done(second.queue);
	assert_int_equal(n_listed(), 0);
}

/* One that only marks keep in the list is closed and empty. */
static void
reports_leave_out_what_is_kept_for_its_marks(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 1, .low = 0 });
	put_all(&first, "a");
	sb_queue_close(first.queue, true);
	assert_int_equal(n_listed(), 0);
	expect_delivery("~a+-", false);
}

/* Mistakes of the caller's. */

static void
done_with_nothing(void)
{
	open_usual(&first);
	sb_queue_done(first.queue);
}

static void
done_twice(void)
{
	open_usual(&first);
	first.then = say_done;
	put_all(&first, "a");
	(void)sb_deliver(desk.d);
}

static void
low_as_high(void)
{
	open_queue(&first, (struct sb_queue_options){ .high = 2, .low = 2 });
}

static void
high_above_size(void)
{
	open_queue(&first, (struct sb_queue_options){ .size = 4, .high = 5 });
}

static void
high_above_the_usual_size(void)
{
	open_queue(&first, (struct sb_queue_options){ .high = USUAL + 1 });
}

static void
no_reader(void)
{
	(void)sb_queue_create(desk.d, NULL, NULL, "here:1", &first);
}

static void
no_place(void)
{
	(void)sb_queue_create(desk.d, NULL, on_item, NULL, &first);
}

static void
a_policy_that_is_none(void)
{
	open_queue(&first, (struct sb_queue_options){ .policy = (enum sb_policy)3 });
}

static void
mistakes_are_asserts(void **state)
{
	void (*const mistakes[])(void) = { done_with_nothing, done_twice, low_as_high,
		high_above_size, high_above_the_usual_size, no_reader, no_place,
		a_policy_that_is_none };

	(void)state;
	for (size_t k = 0; k < sizeof(mistakes) / sizeof(*mistakes); k++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid) {
			(void)signal(SIGABRT, SIG_DFL);
			(void)freopen("/dev/null", "w", stderr);
			mistakes[k]();
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(items_come_in_their_order_by_deliver),
		TEST(any_pointer_is_an_item),
		TEST(the_next_item_comes_when_the_reader_has_done_with_the_last),
		TEST(a_reader_may_say_that_it_has_done_before_it_returns),
		TEST(a_reader_may_say_that_another_has_done),
		TEST(what_readers_put_is_for_a_later_delivery),
		TEST(a_reader_may_emit_and_handlers_may_put),
		TEST(no_queue_has_more_than_the_budget_of_a_delivery),
		TEST(one_that_refuses_gives_the_item_back),
		TEST(one_may_drop_the_oldest),
		TEST(what_comes_for_an_item_dropped_is_for_a_later_delivery),
		TEST(one_may_drop_the_newest),
		TEST(what_is_dropped_may_need_no_function),
		TEST(one_item_may_be_all_that_waits),
		TEST(a_thousand_and_twenty_four_wait_where_nothing_else_is_said),
		TEST(what_waits_keeps_its_order_however_many_come_and_go),
		TEST(the_readers_place_is_known),
		TEST(the_loop_is_woken_once_for_what_waits),
		TEST(a_new_loop_is_woken_for_what_waits),
		TEST(reports_find_all_but_those_that_are_over),
		TEST(reports_leave_out_what_is_kept_for_its_marks),
		TEST(mistakes_are_asserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
