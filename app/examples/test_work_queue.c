/* A queue between threads: a waiter brings orders from a thread of its own, and the cook, on the
 * dispatcher's thread, takes a while for each. When too many wait the waiter is told to sit
 * down. */

#include <pthread.h>
#include <stdlib.h>

#include <signalbox/join.h>
#include <signalbox/queue.h>
#include <signalbox/testing.h>

enum { N_ORDERS = 50, MANY = 8, FEW = 2 };

struct order {
	int number;
};

struct kitchen {
	struct sb_reactor *r;
	struct sb_queue *orders;
	struct sb_timer cooking, closing;
	struct order *order; /* that is cooked now */
	int n_cooked;

	pthread_mutex_t lock; /* guards is_busy */
	pthread_cond_t changed;
	bool is_busy;
};

/* The reader: takes an order, and says by the timer that it has done with it. */
static bool
on_order(void *self, void *item)
{
	struct kitchen *kitchen = self;

	kitchen->order = item;
	sb_timer_start(&kitchen->cooking, SB_MS / 10);
	return false;
}

static void
on_cooked(void *self)
{
	struct kitchen *kitchen = self;

	if (kitchen->order->number != ++kitchen->n_cooked)
		sb_testing_fail(SB_PLACE, "order %d came out of turn", kitchen->order->number);
	free(kitchen->order);
	sb_queue_done(kitchen->orders);
	if (kitchen->n_cooked == N_ORDERS)
		sb_reactor_stop(kitchen->r);
}

static void
on_marked(void *self, bool is_high)
{
	struct kitchen *kitchen = self;

	(void)pthread_mutex_lock(&kitchen->lock);
	kitchen->is_busy = is_high;
	(void)pthread_cond_signal(&kitchen->changed);
	(void)pthread_mutex_unlock(&kitchen->lock);
}

/* What nobody will cook any more. */
static void
on_dropped(void *self, void *item)
{
	(void)self;
	free(item);
}

static void
on_closing(void *self)
{
	(void)self;
	sb_testing_fail(SB_PLACE, "the orders were not cooked by closing time");
}

static void
wait_while_busy(struct kitchen *kitchen)
{
	(void)pthread_mutex_lock(&kitchen->lock);
	while (kitchen->is_busy)
		(void)pthread_cond_wait(&kitchen->changed, &kitchen->lock);
	(void)pthread_mutex_unlock(&kitchen->lock);
}

/* The waiter's thread, which has a reference of its own. */
static void *
bring_orders(void *self)
{
	struct kitchen *kitchen = self;

	for (int number = 1; number <= N_ORDERS; number++) {
		struct order *order = malloc(sizeof(*order));

		wait_while_busy(kitchen);
		if (order)
			order->number = number;
		if (!order || sb_queue_put(kitchen->orders, order)) {
			/* What was not taken is still ours. */
			free(order);
			break;
		}
	}
	sb_queue_release(kitchen->orders);
	return NULL;
}

int
main(void)
{
	const struct sb_queue_options options = {
		.high = MANY, .low = FEW, .marked = on_marked, .drop = on_dropped
	};
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct kitchen kitchen = { .r = sb_reactor_create(),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER };
	pthread_t waiter;

	if (!d || !kitchen.r || sb_join(d, kitchen.r, SB_PLACE)
		|| sb_timer_init(&kitchen.cooking, kitchen.r, SB_HANDLER(on_cooked), &kitchen)
		|| sb_timer_init(&kitchen.closing, kitchen.r, SB_HANDLER(on_closing), &kitchen))
		sb_testing_fail(SB_PLACE, "out of memory");
	kitchen.orders = sb_queue_create(d, &options, SB_HANDLER(on_order), &kitchen);
	if (!kitchen.orders)
		sb_testing_fail(SB_PLACE, "out of memory");
	(void)sb_queue_hold(kitchen.orders);
	if (pthread_create(&waiter, NULL, bring_orders, &kitchen))
		sb_testing_fail(SB_PLACE, "the waiter did not come");

	/* The queue alone does not keep the reactor running; until closing time the timer does. */
	sb_timer_start(&kitchen.closing, 60 * SB_S);
	if (sb_reactor_run(kitchen.r))
		sb_testing_fail(SB_PLACE, "the reactor did not run");

	(void)pthread_join(waiter, NULL);
	sb_queue_close(kitchen.orders, true);
	sb_queue_release(kitchen.orders);
	sb_timer_finish(&kitchen.cooking);
	sb_timer_finish(&kitchen.closing);
	(void)sb_forget(d, &kitchen);
	sb_dispatcher_destroy(d);
	sb_reactor_destroy(kitchen.r);
	return 0;
}
