/* How queues end: closed, forgotten, released, destroyed or left, by anyone and in the midst of
 * it. */
#include "dispatch/queue_desk.inc"

#include "dispatch/signals.inc"

static void
a_closed_one_takes_nothing_and_gives_what_waits(void **state)
{
	(void)state;
	open_usual(&first);
	put_all(&first, "ab");
	sb_queue_close(first.queue, false);
	assert_true(sb_queue_counts(first.queue).is_closed);
	assert_int_equal(put(&first, "c"), -EPIPE);
	assert_int_equal(sb_queue_counts(first.queue).n_refused, 0);
	sb_queue_close(first.queue, false);
	assert_int_equal(n_listed(), 1);
	expect_delivery("ab", false);
	assert_int_equal(n_listed(), 0);
	sb_queue_close(first.queue, false);
	sb_queue_close(first.queue, true);
	expect_log("");
}

static void
what_a_reader_put_before_it_was_closed_is_read(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = put_more;
	first.puts = "bc";
	put_all(&first, "a");
	expect_delivery("a", true);
	sb_queue_close(first.queue, false);
	expect_delivery("bc", false);
	assert_int_equal(n_listed(), 0);
}

static void
closing_may_drop_what_waits_at_once(void **state)
{
	(void)state;
	open_usual(&first);
	put_all(&first, "ab");
	sb_queue_close(first.queue, false);
	expect_log("");
	sb_queue_close(first.queue, true);
	expect_log("~a~b");
	assert_int_equal(sb_queue_counts(first.queue).n_dropped, 0);
	assert_int_equal(n_listed(), 0);
	expect_delivery("", false);
}

/* What each does that a reader may do. */

static void
close_it(struct reader *reader)
{
	sb_queue_close(reader->queue, false);
}

static void
close_and_drop(struct reader *reader)
{
	sb_queue_close((reader->other ? reader->other : reader)->queue, true);
}

static void
release_it(struct reader *reader)
{
	struct reader *which = reader->other ? reader->other : reader;

	sb_queue_release(which->queue);
	which->queue = NULL;
}

static void
close_and_release_it(struct reader *reader)
{
	close_and_drop(reader);
	release_it(reader);
}

static void
forget_it(struct reader *reader)
{
	assert_int_equal(sb_forget(desk.d, reader->other ? reader->other : reader), 0);
}

static void
forget_and_release_it(struct reader *reader)
{
	forget_it(reader);
	release_it(reader);
}

static void
destroy_the_dispatcher(struct reader *reader)
{
	(void)reader;
	sb_dispatcher_destroy(desk.d);
}

static void
a_reader_may_close_its_queue(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = close_it;
	put_all(&first, "ab");
	expect_delivery("ab", false);
	assert_int_equal(n_listed(), 0);
	open_usual(&second);
	second.then = close_and_drop;
	put_all(&second, "ab");
	expect_delivery("a~b", false);
	assert_int_equal(n_listed(), 0);
}

static void
a_reader_may_release_the_last_reference(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = release_it;
	put_all(&first, "a");
	expect_delivery("a", false);
	assert_int_equal(n_listed(), 0);
	open_usual(&second);
	second.then = close_and_release_it;
	put_all(&second, "ab");
	expect_delivery("a~b", false);
	assert_int_equal(n_listed(), 0);
}

static void
a_reader_may_forget_itself(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = forget_it;
	put_all(&first, "abc");
	expect_delivery("a~b~c", false);
	assert_int_equal(put(&first, "d"), -EPIPE);
	open_usual(&second);
	second.takes_time = true;
	second.then = forget_and_release_it;
	put_all(&second, "ab");
	expect_delivery("a~b", false);
	assert_int_equal(n_listed(), 0);
}

static void
a_reader_may_end_the_next_queue_in_turn(void **state)
{
	void (*const ends[])(struct reader *) = { close_and_drop, close_and_release_it, forget_it,
		forget_and_release_it };

	(void)state;
	for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++) {
		open_usual(&first);
		open_usual(&second);
		first.other = &second;
		first.then = ends[k];
		put_all(&first, "a");
		put_all(&second, "y");
		expect_delivery("a~y", false);
		assert_int_equal(n_listed(), 1);
		sb_queue_close(first.queue, true);
		sb_queue_release(first.queue);
		sb_queue_release(second.queue);
	}
	first.queue = second.queue = NULL;
}

/* The first is gone at once then, but for the reader that runs: it stands in the same list. */
static void
a_reader_may_end_the_queue_before_it(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	first.takes_time = true;
	put_all(&first, "ab");
	second.other = &first;
	second.then = forget_and_release_it;
	put_all(&second, "y");
	expect_delivery("ay~b", false);
	assert_int_equal(n_listed(), 1);
}

static void
a_reader_may_destroy_the_dispatcher(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	first.then = destroy_the_dispatcher;
	put_all(&first, "ab");
	put_all(&second, "y");
	assert_int_equal(sb_deliver(desk.d), -ECANCELED);
	expect_log("a~b~y");
	assert_int_equal(put(&second, "z"), -EPIPE);
	assert_true(sb_queue_counts(first.queue).is_closed);
	sb_queue_close(first.queue, true);
	desk.d = NULL;
}

/* Whoever destroys the dispatcher may free the readers next, though it goes on for a while. */
static void
destroy_and_look(struct reader *reader)
{
	sb_dispatcher_destroy(desk.d);
	expect_log("a~b~y");
	assert_int_equal(put(reader, "c"), -EPIPE);
	assert_int_equal(put(&second, "z"), -EPIPE);
}

static void
destroy_in_a_handler(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)from;
	(void)e;
	write_letter('a');
	destroy_and_look(self);
}

static void
readers_are_gone_when_a_dispatcher_is_destroyed_in_the_midst_of_it(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	first.then = destroy_and_look;
	put_all(&first, "ab");
	put_all(&second, "y");
	assert_int_equal(sb_deliver(desk.d), -ECANCELED);
	expect_log("");
	desk.d = NULL;
	(void)tear_down(state);
	assert_int_equal(set_up(state), 0);
	open_usual(&first);
	open_usual(&second);
	put_all(&first, "b");
	put_all(&second, "y");
	test_alpha_connect(desk.d, SB_ANY, SB_HANDLER(destroy_in_a_handler), &first);
	assert_int_equal(
		test_alpha_emit(desk.d, NULL, &(struct test_alpha){ .value = 1 }), -ECANCELED);
	expect_log("");
	desk.d = NULL;
}

static void
create_in_a_destroyed_one(struct reader *reader)
{
	sb_dispatcher_destroy(desk.d);
	assert_null(sb_queue_create(desk.d, NULL, SB_HANDLER(on_item), reader));
}

static void
a_destroyed_dispatcher_has_no_new_queues(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = create_in_a_destroyed_one;
	put_all(&first, "a");
	assert_int_equal(sb_deliver(desk.d), -ECANCELED);
	desk.d = NULL;
}

static void
open_the_second(struct reader *reader)
{
	reader->then = NULL;
	open_usual(&second);
	put_all(&second, "y");
}

static void
a_queue_made_by_a_reader_is_read_by_a_later_delivery(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = open_the_second;
	put_all(&first, "ab");
	expect_delivery("ab", true);
	expect_delivery("y", false);
}

static void
forgetting_the_reader_closes_and_drops_what_waits(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	put_all(&first, "ab");
	put_all(&second, "y");
	assert_int_equal(sb_forget(desk.d, &first), 0);
	expect_log("~a~b");
	assert_int_equal(put(&first, "c"), -EPIPE);
	assert_int_equal(n_listed(), 1);
	expect_delivery("y", false);
	/* Another at that address inherits nothing. */
	assert_int_equal(sb_forget(desk.d, &first), 0);
	expect_log("");
}

static void
destroying_the_dispatcher_closes_and_drops_what_waits(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 1, .low = 0 });
	put_all(&first, "ab");
	sb_dispatcher_destroy(desk.d);
	desk.d = NULL;
	expect_log("~a~b");
	assert_int_equal(put(&first, "c"), -EPIPE);
	sb_queue_close(first.queue, true);
	expect_log("");
}

/* A timer of the reader's, say, that knows of nothing. */
static void
a_reader_may_have_done_when_all_is_over(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	first.takes_time = second.takes_time = true;
	put_all(&first, "ab");
	put_all(&second, "y");
	expect_delivery("ay", false);
	(void)sb_forget(desk.d, &first);
	expect_log("~b");
	sb_queue_done(first.queue);
	assert_false(sb_queue_counts(first.queue).is_handling);
	sb_dispatcher_destroy(desk.d);
	desk.d = NULL;
	sb_queue_done(second.queue);
	expect_log("");
}

static void
without_references_it_goes_on_until_it_is_empty(void **state)
{
	struct sb_queue *queue;

	(void)state;
	open_usual(&first);
	queue = first.queue;
	first.takes_time = true;
	put_all(&first, "ab");
	assert_ptr_equal(sb_queue_hold(queue), queue);
	release_it(&first);
	assert_false(sb_queue_counts(queue).is_closed);
	sb_queue_release(queue);
	assert_int_equal(n_listed(), 1);
	expect_delivery("a", false);
	sb_queue_done(queue);
	expect_delivery("b", false);
	/* Still there for the reader, which has not done. */
	assert_int_equal(n_listed(), 1);
	sb_queue_done(queue);
	assert_int_equal(n_listed(), 0);
	sb_queue_release(NULL);
}

static void
an_empty_one_goes_by_the_next_delivery_after_its_last_reference(void **state)
{
	(void)state;
	open_usual(&first);
	release_it(&first);
	assert_int_equal(desk.n_wakes, 1);
	assert_int_equal(n_listed(), 0);
	expect_delivery("", false);
}

static jmp_buf way_out;

static void
leave(struct reader *reader)
{
	reader->then = NULL;
	longjmp(way_out, 1);
}

static void
leave_when_marked(struct reader *reader, bool is_high)
{
	(void)is_high;
	reader->then_marked = NULL;
	longjmp(way_out, 1);
}

static void
forget_and_leave(struct reader *reader)
{
	forget_and_release_it(reader);
	leave(reader);
}

static void
destroy_and_leave(struct reader *reader)
{
	destroy_the_dispatcher(reader);
	leave(reader);
}

/* Delivers until it is left, and unwinds. Returns whether the dispatcher is gone. */
static bool
be_left(const char *log)
{
	desk.n_wakes = 0;
	if (!setjmp(way_out)) {
		(void)sb_deliver(desk.d);
		fail_msg("nobody left");
	}
	expect_log(log);
	return sb_unwind(desk.d);
}

static void
a_reader_that_leaves_by_longjmp_has_done(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	first.then = leave;
	put_all(&first, "abc");
	put_all(&second, "y");
	assert_false(be_left("a"));
	assert_null(sb_running_place(desk.d));
	assert_int_equal(desk.n_wakes, 1);
	assert_int_equal(sb_queue_counts(first.queue).n_handled, 1);
	assert_false(sb_queue_counts(first.queue).is_handling);
	expect_delivery("bcy", false);
}

static void
one_that_leaves_when_told_of_a_mark_keeps_its_item(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .high = 1, .low = 0 });
	first.takes_time = true;
	put_all(&first, "a");
	first.then_marked = NULL;
	expect_delivery("+a-", false);
	put_all(&first, "b");
	first.then_marked = leave_when_marked;
	assert_false(be_left("+"));
	assert_true(sb_queue_counts(first.queue).is_handling);
	expect_delivery("", false);
	sb_queue_done(first.queue);
	expect_delivery("b-", false);
}

static void
a_reader_may_end_all_and_leave(void **state)
{
	(void)state;
	open_usual(&first);
	first.then = forget_and_leave;
	put_all(&first, "ab");
	assert_false(be_left("a~b"));
	assert_int_equal(n_listed(), 0);
	/* The queue is gone, and nobody looks at it any more. */
	assert_false(sb_unwind(desk.d));
	open_usual(&second);
	second.then = destroy_and_leave;
	put_all(&second, "ab");
	assert_true(be_left("a~b"));
	desk.d = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_closed_one_takes_nothing_and_gives_what_waits),
		TEST(what_a_reader_put_before_it_was_closed_is_read),
		TEST(closing_may_drop_what_waits_at_once),
		TEST(a_reader_may_close_its_queue),
		TEST(a_reader_may_release_the_last_reference),
		TEST(a_reader_may_forget_itself),
		TEST(a_reader_may_end_the_next_queue_in_turn),
		TEST(a_reader_may_end_the_queue_before_it),
		TEST(a_reader_may_destroy_the_dispatcher),
		TEST(readers_are_gone_when_a_dispatcher_is_destroyed_in_the_midst_of_it),
		TEST(a_destroyed_dispatcher_has_no_new_queues),
		TEST(a_queue_made_by_a_reader_is_read_by_a_later_delivery),
		TEST(forgetting_the_reader_closes_and_drops_what_waits),
		TEST(destroying_the_dispatcher_closes_and_drops_what_waits),
		TEST(a_reader_may_have_done_when_all_is_over),
		TEST(without_references_it_goes_on_until_it_is_empty),
		TEST(an_empty_one_goes_by_the_next_delivery_after_its_last_reference),
		TEST(a_reader_that_leaves_by_longjmp_has_done),
		TEST(one_that_leaves_when_told_of_a_mark_keeps_its_item),
		TEST(a_reader_may_end_all_and_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
