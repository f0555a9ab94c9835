/* What a queue's reader, its marks and its drop are told, a letter each: a is the item "a", ~a the
 * same dropped, + and - the marks. test_queue_threads.c has the other threads. */

#include <signalbox/dispatch_signals.h>
#include <signalbox/dispatcher.h>
#include <signalbox/queue.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "dispatch/signals.inc"

enum { LOG_CAP = 2048, BUDGET = 256, USUAL = 1024 };

/* One dispatcher, its loop, and what was told. */
static struct desk {
	struct sb_dispatcher *d;
	char log[LOG_CAP];
	int n_wakes, n_parted;
	char last_resort[256];
} desk;

/* A reader: writes what it gets, and then does what it is for. */
struct reader {
	struct sb_queue *queue;
	bool takes_time;
	void (*then)(struct reader *);
	void (*then_marked)(struct reader *, bool is_high);
	struct reader *other;
	const char *puts;
	int n;
};

static struct reader first, second;

static void
write_letter(char letter)
{
	size_t n = strlen(desk.log);

	assert_true(n + 1 < sizeof(desk.log));
	desk.log[n] = letter;
}

/* What was written since the last look. */
static void
expect_log(const char *expected)
{
	assert_string_equal(desk.log, expected);
	memset(desk.log, 0, sizeof(desk.log));
}

static bool
on_item(void *self, void *item)
{
	struct reader *reader = self;

	write_letter(item ? *(const char *)item : '0');
	if (reader->then)
		reader->then(reader);
	return !reader->takes_time;
}

static void
on_marked(void *self, bool is_high)
{
	struct reader *reader = self;

	write_letter(is_high ? '+' : '-');
	if (reader->then_marked)
		reader->then_marked(reader, is_high);
}

static void
on_drop(void *self, void *item)
{
	assert_true(self == &first || self == &second);
	write_letter('~');
	write_letter(*(const char *)item);
}

static void
last_resort(void *self, const char *signal, const char *place, const struct sb_error *error)
{
	(void)self;
	(void)snprintf(desk.last_resort, sizeof(desk.last_resort), "%s|%s|%.150s",
		signal ? signal : "", place ? place : "", error->text);
}

static void
wake(void *self)
{
	(void)self;
	desk.n_wakes++;
}

static void
wake_at(void *self, int64_t at_ns)
{
	(void)self;
	(void)at_ns;
}

static int64_t
clock_ns(void *self)
{
	(void)self;
	return 0;
}

static const struct sb_loop loop = { .wake = wake, .wake_at = wake_at, .clock_ns = clock_ns };

static int
set_up(void **state)
{
	memset(&desk, 0, sizeof(desk));
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	desk.d = sb_dispatcher_create(last_resort, NULL);
	*state = desk.d;
	if (!desk.d)
		return -1;
	sb_set_loop(desk.d, &loop, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sb_dispatcher_destroy(desk.d);
	sb_queue_release(first.queue);
	sb_queue_release(second.queue);
	return 0;
}

static void
open_queue(struct reader *reader, struct sb_queue_options options)
{
	options.drop = on_drop;
	options.marked = on_marked;
	reader->queue = sb_queue_create(desk.d, &options, on_item, "on_item here:1", reader);
	assert_non_null(reader->queue);
}

static void
open_usual(struct reader *reader)
{
	open_queue(reader, (struct sb_queue_options){ .size = 0 });
}

/* An item is a letter of a text that stays. */
static int
put(struct reader *reader, const char *letter)
{
	return sb_queue_put(reader->queue, (void *)(uintptr_t)letter);
}

static void
put_all(struct reader *reader, const char *letters)
{
	for (; *letters; letters++)
		assert_int_equal(put(reader, letters), 0);
}

static void
put_many(struct reader *reader, size_t n)
{
	while (n--)
		put_all(reader, "x");
}

static void
deliver(void)
{
	assert_int_equal(sb_deliver(desk.d), 0);
}

/* What a sb_deliver() writes, and whether another is wanted after it. */
static void
expect_delivery(const char *log, bool wakes_again)
{
	desk.n_wakes = 0;
	deliver();
	expect_log(log);
	assert_int_equal(desk.n_wakes, wakes_again);
}

static size_t
n_listed(void)
{
	struct sb_queue_counts counts;
	const char *place;
	size_t cursor = 0, n = 0;

	while (sb_queue_next(desk.d, &cursor, &place, &counts))
		n++;
	return n;
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
put_more(struct reader *reader)
{
	const char *letters = reader->puts;

	reader->puts = "";
	put_all(reader->other ? reader->other : reader, letters);
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

static void
a_reader_may_end_the_queue_before_it(void **state)
{
	(void)state;
	open_usual(&first);
	open_usual(&second);
	second.other = &first;
	second.then = close_and_release_it;
	put_all(&second, "yz");
	second.puts = NULL;
	sb_queue_hold(first.queue);
	put_all(&first, "");
	desk.n_wakes = 0;
	sb_queue_release(first.queue);
	assert_int_equal(desk.n_wakes, 0);
	second.n = 0;
	put_all(&first, "a");
	first.takes_time = true;
	second.then = NULL;
	expect_delivery("ayz", false);
	second.then = forget_and_release_it;
	put_all(&first, "b");
	put_all(&second, "y");
	expect_delivery("y~b", false);
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
	open_usual(&second);
	second.then = destroy_and_leave;
	put_all(&second, "ab");
	assert_true(be_left("a"));
	expect_log("~b");
	desk.d = NULL;
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
mistakes_are_asserts(void **state)
{
	void (*const mistakes[])(void) = { done_with_nothing, done_twice, low_as_high,
		high_above_size, high_above_the_usual_size, no_reader, no_place };

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

static void
the_high_mark_may_be_the_size(void **state)
{
	(void)state;
	open_queue(&first, (struct sb_queue_options){ .size = 2, .high = 2, .low = 1 });
	put_all(&first, "ab");
	expect_delivery("+a-b", false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
		TEST(one_item_may_be_all_that_waits),
		TEST(a_thousand_and_twenty_four_wait_where_nothing_else_is_said),
		TEST(what_waits_keeps_its_order_however_many_come_and_go),
		TEST(marks_are_told_once_each_in_turn_between_items),
		TEST(the_low_mark_may_be_that_nothing_waits),
		TEST(marks_are_told_while_an_item_is_in_the_readers_hands),
		TEST(what_rose_and_fell_between_two_deliveries_is_told_in_order),
		TEST(what_fell_and_rose_between_two_items_is_told_in_order),
		TEST(dropping_the_oldest_crosses_no_mark),
		TEST(marks_may_have_nobody_to_tell),
		TEST(whoever_is_told_of_a_mark_may_do_what_the_reader_may),
		TEST(the_high_mark_may_be_the_size),
		TEST(a_closed_one_takes_nothing_and_gives_what_waits),
		TEST(closing_may_drop_what_waits_at_once),
		TEST(a_reader_may_close_its_queue),
		TEST(a_reader_may_release_the_last_reference),
		TEST(a_reader_may_forget_itself),
		TEST(a_reader_may_end_the_next_queue_in_turn),
		TEST(a_reader_may_end_the_queue_before_it),
		TEST(a_reader_may_destroy_the_dispatcher),
		TEST(a_destroyed_dispatcher_has_no_new_queues),
		TEST(a_queue_made_by_a_reader_is_read_by_a_later_delivery),
		TEST(forgetting_the_reader_closes_and_drops_what_waits),
		TEST(a_forgotten_reader_is_told_of_no_mark),
		TEST(destroying_the_dispatcher_closes_and_drops_what_waits),
		TEST(a_reader_may_have_done_when_all_is_over),
		TEST(without_references_it_goes_on_until_it_is_empty),
		TEST(an_empty_one_goes_by_the_next_delivery_after_its_last_reference),
		TEST(the_readers_place_is_known),
		TEST(the_loop_is_woken_once_for_what_waits),
		TEST(a_new_loop_is_woken_for_what_waits),
		TEST(a_reader_that_leaves_by_longjmp_has_done),
		TEST(one_that_leaves_when_told_of_a_mark_keeps_its_item),
		TEST(a_reader_may_end_all_and_leave),
		TEST(reports_find_all_but_those_that_are_over),
		TEST(reports_leave_out_what_is_kept_for_its_marks),
		TEST(mistakes_are_asserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
