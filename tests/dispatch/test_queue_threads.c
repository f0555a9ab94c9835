/* Queues that several threads put into: each item reaches the reader once, or else drop once,
 * whatever happens meanwhile. Under the thread sanitizer. */

#include <pthread.h>

#include <signalbox/dispatcher.h>
#include <signalbox/queue.h>

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

enum { N_PRODUCERS = 4, N_ITEMS = 4000, N_ROUNDS = 60 };

struct item {
	int producer, number;
	atomic_int n_read, n_dropped;
};

struct producer {
	pthread_t thread;
	struct sb_queue *queue; /* a reference */
	struct item items[N_ITEMS];
	int n_put; /* that were taken */
	bool waits; /* for the low mark, when it is refused */
};

/* All of a test. What a reader and drop look into is apart, and freed as soon as that may be. */
static struct office {
	struct sb_dispatcher *d;
	struct sb_queue *queue;
	struct producer producers[N_PRODUCERS];
	pthread_mutex_t lock; /* guards the next three */
	pthread_cond_t changed;
	bool is_woken;
	int n_low;
} office = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

struct reader {
	int last[N_PRODUCERS]; /* number read of each, from 1 */
	int n_read, n_high, n_low;
	bool is_high;
	atomic_int n_dropped;
};

static bool
on_item(void *self, void *thing)
{
	struct reader *reader = self;
	struct item *item = thing;

	assert_true(item->number > reader->last[item->producer]);
	reader->last[item->producer] = item->number;
	reader->n_read++;
	atomic_fetch_add(&item->n_read, 1);
	return true;
}

static void
on_marked(void *self, bool is_high)
{
	struct reader *reader = self;

	assert_true(is_high != reader->is_high);
	reader->is_high = is_high;
	if (is_high) {
		reader->n_high++;
		return;
	}
	reader->n_low++;
	(void)pthread_mutex_lock(&office.lock);
	office.n_low++;
	(void)pthread_cond_broadcast(&office.changed);
	(void)pthread_mutex_unlock(&office.lock);
}

static void
wake(void *self)
{
	struct office *o = self;

	(void)pthread_mutex_lock(&o->lock);
	o->is_woken = true;
	(void)pthread_cond_broadcast(&o->changed);
	(void)pthread_mutex_unlock(&o->lock);
}

static void
on_drop(void *self, void *thing)
{
	struct reader *reader = self;
	struct item *item = thing;

	atomic_fetch_add(&item->n_dropped, 1);
	atomic_fetch_add(&reader->n_dropped, 1);
	/* It may be the last that was waited for. */
	wake(&office);
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

static void
wait_and_deliver(void)
{
	(void)pthread_mutex_lock(&office.lock);
	while (!office.is_woken)
		(void)pthread_cond_wait(&office.changed, &office.lock);
	office.is_woken = false;
	(void)pthread_mutex_unlock(&office.lock);
	assert_int_equal(sb_deliver(office.d), 0);
}

static int
lows(void)
{
	int n;

	(void)pthread_mutex_lock(&office.lock);
	n = office.n_low;
	(void)pthread_mutex_unlock(&office.lock);
	return n;
}

/* Until the low mark is told once more than it had been. */
static void
wait_for_low(int n_before)
{
	(void)pthread_mutex_lock(&office.lock);
	while (office.n_low == n_before)
		(void)pthread_cond_wait(&office.changed, &office.lock);
	(void)pthread_mutex_unlock(&office.lock);
}

/* Puts all its items, until the queue is closed; then lets go of it. */
static void *
produce(void *self)
{
	struct producer *producer = self;
	int result = 0;

	while (producer->n_put < N_ITEMS && result != -EPIPE) {
		int n_low = lows();

		result = sb_queue_put(producer->queue, &producer->items[producer->n_put]);
		if (result == -ENOBUFS && producer->waits)
			wait_for_low(n_low);
		producer->n_put += result == 0;
	}
	sb_queue_release(producer->queue);
	return NULL;
}

static struct reader *
open_office(struct sb_queue_options options, bool waits)
{
	static const struct sb_loop loop = {
		.wake = wake, .wake_at = wake_at, .clock_ns = clock_ns
	};
	struct reader *reader = calloc(1, sizeof(*reader));

	assert_non_null(reader);
	office.is_woken = false;
	office.n_low = 0;
	office.d = sb_dispatcher_create(NULL, NULL);
	sb_set_loop(office.d, &loop, &office);
	options.drop = on_drop;
	options.marked = on_marked;
	office.queue = sb_queue_create(office.d, &options, SB_HANDLER(on_item), reader);
	assert_non_null(office.queue);
	for (int k = 0; k < N_PRODUCERS; k++) {
		struct producer *producer = &office.producers[k];

		*producer = (struct producer){ .waits = waits };
		for (int n = 0; n < N_ITEMS; n++) {
			producer->items[n].producer = k;
			producer->items[n].number = n + 1;
		}
	}
	for (int k = 0; k < N_PRODUCERS; k++) {
		office.producers[k].queue = sb_queue_hold(office.queue);
		assert_int_equal(pthread_create(&office.producers[k].thread, NULL, produce,
					 &office.producers[k]),
			0);
	}
	return reader;
}

static void
join_producers(void)
{
	for (int k = 0; k < N_PRODUCERS; k++)
		assert_int_equal(pthread_join(office.producers[k].thread, NULL), 0);
}

/* Each that was taken had one end, and no other had any. */
static void
check_ends(void)
{
	for (int k = 0; k < N_PRODUCERS; k++)
		for (int n = 0; n < N_ITEMS; n++) {
			struct item *item = &office.producers[k].items[n];

			assert_int_equal(atomic_load(&item->n_read) + atomic_load(&item->n_dropped),
				n < office.producers[k].n_put);
		}
}

static void
close_office(struct reader *reader)
{
	join_producers();
	sb_queue_release(office.queue);
	sb_dispatcher_destroy(office.d);
	check_ends();
	free(reader);
}

static void
each_item_is_read_once_in_the_order_of_its_thread(void **state)
{
	struct reader *reader = open_office(
		(struct sb_queue_options){ .size = (size_t)N_PRODUCERS * N_ITEMS }, false);

	(void)state;
	while (reader->n_read < N_PRODUCERS * N_ITEMS)
		wait_and_deliver();
	for (int k = 0; k < N_PRODUCERS; k++)
		assert_int_equal(reader->last[k], N_ITEMS);
	assert_int_equal(reader->n_dropped, 0);
	close_office(reader);
}

/* Were a mark lost, a thread would wait for ever. */
static void
threads_may_wait_for_the_low_mark(void **state)
{
	struct reader *reader =
		open_office((struct sb_queue_options){ .size = 64, .high = 48, .low = 16 }, true);

	(void)state;
	while (reader->n_read < N_PRODUCERS * N_ITEMS)
		wait_and_deliver();
	assert_int_equal(reader->n_high, reader->n_low);
	assert_int_equal(reader->n_dropped, 0);
	close_office(reader);
}

/* As the former, with marks that lie as near to each other as they can. */
static void
marks_that_are_near_are_told_in_turn(void **state)
{
	struct reader *reader =
		open_office((struct sb_queue_options){ .size = 2, .high = 2, .low = 1 }, true);

	(void)state;
	while (reader->n_read < N_PRODUCERS * N_ITEMS)
		wait_and_deliver();
	assert_int_equal(reader->n_high, reader->n_low);
	close_office(reader);
}

static bool
has_seen_all(struct reader *reader)
{
	return reader->n_read + atomic_load(&reader->n_dropped) == N_PRODUCERS * N_ITEMS;
}

static void
each_item_is_read_or_dropped(void **state)
{
	const enum sb_policy policies[] = { SB_DROP_OLDEST, SB_DROP_NEWEST };

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct reader *reader = open_office(
			(struct sb_queue_options){ .size = 7, .policy = policies[k] }, false);

		while (!has_seen_all(reader))
			wait_and_deliver();
		assert_int_equal(sb_queue_counts(office.queue).n_handled, reader->n_read);
		assert_int_equal(sb_queue_counts(office.queue).n_dropped, reader->n_dropped);
		close_office(reader);
	}
}

/* Reads a little, and a little more in each round. */
static void
read_some(struct reader *reader, int round)
{
	while (reader->n_read < round && !has_seen_all(reader))
		wait_and_deliver();
}

static void
closing_loses_nothing(void **state)
{
	(void)state;
	for (int round = 1; round < N_ROUNDS; round++) {
		struct reader *reader = open_office(
			(struct sb_queue_options){ .size = 5, .policy = round % 3 }, false);

		read_some(reader, round);
		sb_queue_close(office.queue, round % 2);
		while (sb_queue_counts(office.queue).n_waiting)
			wait_and_deliver();
		/* Closed and empty: its dispatcher does not know it any more. */
		close_office(reader);
	}
}

/* Nobody looks into self any more when these return. */

static void
destroying_loses_nothing(void **state)
{
	(void)state;
	for (int round = 1; round < N_ROUNDS; round++) {
		struct reader *reader = open_office(
			(struct sb_queue_options){ .size = 5, .policy = round % 3 }, false);

		read_some(reader, round);
		sb_dispatcher_destroy(office.d);
		office.d = NULL;
		free(reader);
		close_office(NULL);
	}
}

static void
forgetting_loses_nothing(void **state)
{
	(void)state;
	for (int round = 1; round < N_ROUNDS; round++) {
		struct reader *reader = open_office(
			(struct sb_queue_options){ .size = 5, .policy = round % 3 }, false);

		read_some(reader, round);
		/* Closed first it may be about to leave the list; drops are waited for even so. */
		if (round % 2)
			sb_queue_close(office.queue, true);
		(void)sb_forget(office.d, reader);
		free(reader);
		close_office(NULL);
	}
}

static void
the_last_reference_may_be_another_threads(void **state)
{
	struct sb_queue_counts counts;
	const char *place;

	(void)state;
	for (int round = 1; round < N_ROUNDS; round++) {
		struct reader *reader = open_office(
			(struct sb_queue_options){ .size = 9, .policy = SB_DROP_OLDEST }, false);
		size_t cursor = 0;

		sb_queue_release(office.queue);
		office.queue = NULL;
		while (sb_queue_next(office.d, &cursor, &place, &counts)) {
			wait_and_deliver();
			cursor = 0;
		}
		assert_int_equal(
			reader->n_read + atomic_load(&reader->n_dropped), N_PRODUCERS * N_ITEMS);
		close_office(reader);
	}
}

/* One drop that takes long, in a thread of its own. */
static struct slow {
	struct sb_queue *queue;
	bool is_dropping; /* office.lock guards it */
	atomic_bool has_dropped;
} slow;

static void
drop_slowly(void *self, void *item)
{
	(void)self;
	(void)item;
	(void)pthread_mutex_lock(&office.lock);
	slow.is_dropping = true;
	(void)pthread_cond_broadcast(&office.changed);
	(void)pthread_mutex_unlock(&office.lock);
	/* Whoever does not wait has gone on by then. */
	for (int k = 0; k < 1000; k++)
		(void)sched_yield();
	atomic_store(&slow.has_dropped, true);
}

static void *
put_two(void *self)
{
	static int items[2];

	(void)self;
	assert_int_equal(sb_queue_put(slow.queue, &items[0]), 0);
	assert_int_equal(sb_queue_put(slow.queue, &items[1]), 0);
	return NULL;
}

/* Ends the queue by fn while the other thread drops. */
static void
end_while_dropping(void (*end)(struct sb_dispatcher *d))
{
	const struct sb_queue_options options = {
		.size = 1, .policy = SB_DROP_NEWEST, .drop = drop_slowly
	};
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	pthread_t thread;

	slow = (struct slow){ .queue = sb_queue_create(d, &options, SB_HANDLER(on_item), &slow) };
	assert_int_equal(pthread_create(&thread, NULL, put_two, NULL), 0);
	(void)pthread_mutex_lock(&office.lock);
	while (!slow.is_dropping)
		(void)pthread_cond_wait(&office.changed, &office.lock);
	(void)pthread_mutex_unlock(&office.lock);
	end(d);
	assert_true(atomic_load(&slow.has_dropped));
	assert_int_equal(pthread_join(thread, NULL), 0);
	sb_queue_release(slow.queue);
}

static void
forget_and_destroy(struct sb_dispatcher *d)
{
	(void)sb_forget(d, &slow);
	assert_true(atomic_load(&slow.has_dropped));
	sb_dispatcher_destroy(d);
}

/* Closed and empty it still knows of the drop. */
static void
close_and_forget(struct sb_dispatcher *d)
{
	sb_queue_close(slow.queue, true);
	forget_and_destroy(d);
}

static void
drops_of_other_threads_are_waited_for(void **state)
{
	(void)state;
	end_while_dropping(sb_dispatcher_destroy);
	end_while_dropping(forget_and_destroy);
	end_while_dropping(close_and_forget);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_item_is_read_once_in_the_order_of_its_thread),
		cmocka_unit_test(threads_may_wait_for_the_low_mark),
		cmocka_unit_test(marks_that_are_near_are_told_in_turn),
		cmocka_unit_test(each_item_is_read_or_dropped),
		cmocka_unit_test(closing_loses_nothing),
		cmocka_unit_test(destroying_loses_nothing),
		cmocka_unit_test(forgetting_loses_nothing),
		cmocka_unit_test(drops_of_other_threads_are_waited_for),
		cmocka_unit_test(the_last_reference_may_be_another_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
