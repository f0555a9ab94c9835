/* The water marks of queues. */
#include "dispatch/queue_desk.inc"

static void
marks_are_told_once_each_in_turn_between_items(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 3, .low = 1 });
	put_all(&first, "ab");
	expect_delivery("ab", false);
	put_all(&first, "abcde");
	expect_log("");
	expect_delivery("+abcd-e", false);
	put_all(&first, "abc");
	expect_delivery("+ab-c", false);
}

static void
the_low_mark_may_be_that_nothing_waits(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 1, .low = 0 });
	put_all(&first, "ab");
	expect_delivery("+ab-", false);
}

/* While the reader takes its time the marks are told all the same. */
static void
marks_are_told_while_an_item_is_in_the_readers_hands(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 2, .low = 1 });
	first.takes_time = true;
	put_all(&first, "a");
	expect_delivery("a", false);
	put_all(&first, "bc");
	assert_int_equal(desk.n_wakes, 1);
	expect_delivery("+", false);
	put_all(&first, "d");
	expect_delivery("", false);
	sb_queue_done(first.queue);
	expect_delivery("b", false);
	sb_queue_done(first.queue);
	expect_delivery("c-", false);
}

static void
what_rose_and_fell_between_two_deliveries_is_told_in_order(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 2, .low = 0 });
	put_all(&first, "ab");
	sb_queue_close(first.queue, true);
	expect_log("~a~b");
	expect_delivery("+-", false);
	assert_int_equal(n_listed(), 0);
}

/* It falls when an item is taken, and has risen again before that could be told. */
static void
what_fell_and_rose_between_two_items_is_told_in_order(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 2, .low = 1 });
	first.then = put_more;
	first.puts = "c";
	put_all(&first, "ab");
	expect_delivery("+a-+b-", true);
	expect_delivery("c", false);
}

static void
dropping_the_oldest_crosses_no_mark(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){
				   .size = 2, .policy = SB_DROP_OLDEST, .high = 2, .low = 1 });
	put_all(&first, "abcd");
	expect_log("~a~b");
	expect_delivery("+c-d", false);
}

static void
one_without_marks_tells_of_none(void **state)
{
	(void)state;
	open_usual(&first);
	put_all(&first, "abc");
	expect_delivery("abc", false);
}

static void
marks_may_have_nobody_to_tell(void **state)
{
	(void)state;
	first.queue = sb_queue_create(desk.d, &(struct sb_queue_options){ .high = 2, .low = 1 },
		SB_HANDLER(on_item), &first);
	put_all(&first, "ab");
	expect_delivery("ab", false);
	sb_queue_close(first.queue, false);
	assert_int_equal(n_listed(), 0);
}

static void
close_when_marked(struct reader *reader, bool is_high)
{
	assert_string_equal(sb_running_place(desk.d), "on_item here:1");
	if (is_high)
		sb_queue_close(reader->queue, true);
}

static void
destroy_when_marked(struct reader *reader, bool is_high)
{
	(void)reader;
	(void)is_high;
	sb_dispatcher_destroy(desk.d);
}

static void
forget_when_marked(struct reader *reader, bool is_high)
{
	(void)is_high;
	assert_int_equal(sb_forget(desk.d, reader), 0);
}

static void
whoever_is_told_of_a_mark_may_do_what_the_reader_may(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 2, .low = 0 });
	first.then_marked = close_when_marked;
	put_all(&first, "ab");
	expect_delivery("+~a~b-", false);
	assert_null(sb_running_place(desk.d));
	open_queue(&second, (struct sb_queue_options){ .high = 2, .low = 0 });
	second.then_marked = forget_when_marked;
	put_all(&second, "ab");
	expect_delivery("+~a~b", false);
	sb_queue_release(second.queue);
	open_queue(&second, (struct sb_queue_options){ .high = 2, .low = 0 });
	second.then_marked = destroy_when_marked;
	put_all(&second, "ab");
	assert_int_equal(sb_deliver(desk.d), -ECANCELED);
	expect_log("+~a~b");
	desk.d = NULL;
}

static void
a_forgotten_reader_is_told_of_no_mark(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 1, .low = 0 });
	put_all(&first, "a");
	(void)sb_forget(desk.d, &first);
	expect_log("~a");
	expect_delivery("", false);
}

static void
the_high_mark_may_be_the_size(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 2, .high = 2, .low = 1 });
	put_all(&first, "ab");
	expect_delivery("+a-b", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(marks_are_told_once_each_in_turn_between_items),
		TEST(the_low_mark_may_be_that_nothing_waits),
		TEST(marks_are_told_while_an_item_is_in_the_readers_hands),
		TEST(what_rose_and_fell_between_two_deliveries_is_told_in_order),
		TEST(what_fell_and_rose_between_two_items_is_told_in_order),
		TEST(dropping_the_oldest_crosses_no_mark),
		TEST(one_without_marks_tells_of_none),
		TEST(marks_may_have_nobody_to_tell),
		TEST(whoever_is_told_of_a_mark_may_do_what_the_reader_may),
		TEST(the_high_mark_may_be_the_size),
		TEST(a_forgotten_reader_is_told_of_no_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
