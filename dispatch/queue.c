#include "private.h"
#include "ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { SIZE_USUAL = 1024, BUDGET = 256 };

/* Its lock is a leaf: while it is held nothing is called, neither functions of the program's nor
 * the mailbox, which has a lock of its own and calls the loop under it. A wake comes after.
 *
 * Who uses it are the program's references and the list of its dispatcher; the last to go frees it.
 * It leaves the list, on the dispatcher's thread, when it is over or its reader is gone. */
struct sb_queue {
	struct sb_queue_options options;
	sb_queue_fn *fn;
	const char *place;
	void *self;
	struct sb_mailbox *mailbox;

	/* On the dispatcher's thread. */
	struct sb_dispatcher *d; /* NULL: in no list any more */
	struct sb_queue *next;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t dropped; /* n_dropping has come to 0 */
	struct ring ring;
	size_t n_due; /* of those that wait, what the sb_deliver() in progress may give */
	size_t n_users; /* references */
	size_t n_dropping; /* calls of `drop` by puts that have not returned */
	uint64_t n_crossed, n_told; /* marks, high and low in turn: high is the first */
	bool is_listed, has_reader;
	struct sb_queue_counts counts; /* n_waiting is the ring's */
};

static void
lock(struct sb_queue *queue)
{
	(void)pthread_mutex_lock(&queue->lock);
}

static void
unlock(struct sb_queue *queue)
{
	(void)pthread_mutex_unlock(&queue->lock);
}

/* These four with the lock held. */

/* Nothing will ever happen in it: once so, always so. */
static bool
is_over(const struct sb_queue *queue)
{
	if (!queue->counts.is_closed || queue->n_dropping)
		return false;
	return !queue->has_reader
	       || (!queue->ring.n && !queue->counts.is_handling
		       && queue->n_told == queue->n_crossed);
}

/* There is something for sb_deliver() to do. */
static bool
has_work(const struct sb_queue *queue)
{
	return (queue->ring.n && !queue->counts.is_handling) || queue->n_told != queue->n_crossed
	       || is_over(queue);
}

/* Each change of how many wait ends in this. */
static void
note_level(struct sb_queue *queue)
{
	const struct sb_queue_options *options = &queue->options;
	bool is_high = queue->n_crossed % 2;

	if (queue->counts.most_waiting < queue->ring.n)
		queue->counts.most_waiting = queue->ring.n;
	if (!options->high || !options->marked)
		return;
	if (is_high ? queue->ring.n <= options->low : queue->ring.n >= options->high)
		queue->n_crossed++;
}

static struct ring
take_all(struct sb_queue *queue)
{
	struct ring rest = queue->ring;

	queue->ring = (struct ring){ .items = NULL };
	queue->n_due = 0;
	note_level(queue);
	return rest;
}

/* Unlocks, and sees to it that sb_deliver() is called, where it has something to do now and had not
 * before: else that was seen to, then. For who has a reference. */
static void
unlock_and_wake(struct sb_queue *queue, bool had_work)
{
	bool wakes = !had_work && has_work(queue);

	unlock(queue);
	if (wakes)
		sb_mailbox_wake(queue->mailbox);
}

/* What take_all() took. */
static void
drop_all(const struct sb_queue *queue, struct ring *rest)
{
	while (rest->n) {
		void *item = sb_ring_take(rest);

		if (queue->options.drop)
			queue->options.drop(queue->self, item);
	}
	free(rest->items);
}

static void
queue_free(struct sb_queue *queue)
{
	free(queue->ring.items);
	sb_mailbox_release(queue->mailbox);
	(void)pthread_cond_destroy(&queue->dropped);
	(void)pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/* The dispatcher's thread, from here on. */

static void
unlist(struct sb_queue **at)
{
	struct sb_queue *queue = *at;
	bool is_last;

	*at = queue->next;
	queue->d = NULL;
	lock(queue);
	queue->is_listed = false;
	is_last = !queue->n_users;
	unlock(queue);
	if (is_last)
		queue_free(queue);
}

/* Lets go of what is over; not while the list is walked. */
static void
sweep(struct sb_dispatcher *d)
{
	struct sb_queue **at = &d->queues;

	while (*at && !d->is_running_queues) {
		bool goes;

		lock(*at);
		goes = is_over(*at);
		unlock(*at);
		if (goes)
			unlist(at);
		else
			at = &(*at)->next;
	}
}

/* Unlocks after a change that was made on the dispatcher's thread. The sb_deliver() in progress
 * asks for another itself. */
static void
unlock_and_settle(struct sb_queue *queue)
{
	struct sb_dispatcher *d = queue->d;
	bool goes = is_over(queue), works = has_work(queue);

	unlock(queue);
	if (!d)
		return;
	if (goes)
		sweep(d);
	else if (works && !d->is_delivering)
		sb_mailbox_wake(d->mailbox);
}

static void
lose_reader(struct sb_queue *queue)
{
	struct ring rest;

	lock(queue);
	queue->counts.is_closed = true;
	queue->has_reader = false;
	rest = take_all(queue);
	queue->n_told = queue->n_crossed;
	unlock(queue);
	drop_all(queue, &rest);
	/* Puts of other threads may be dropping still, and self is about to go. */
	lock(queue);
	while (queue->n_dropping)
		(void)pthread_cond_wait(&queue->dropped, &queue->lock);
	unlock(queue);
}

static bool
is_destroyed(const struct sb_dispatcher *d)
{
	return d->hot.odd & ODD_DESTROYED;
}

static bool
next_mark(struct sb_queue *queue, bool *ret_is_high)
{
	bool is_there;

	lock(queue);
	is_there = queue->n_told != queue->n_crossed;
	if (is_there)
		*ret_is_high = queue->n_told++ % 2 == 0;
	unlock(queue);
	return is_there;
}

static void
tell_marks(struct sb_dispatcher *d, struct sb_queue *queue)
{
	bool is_high;

	while (!is_destroyed(d) && next_mark(queue, &is_high)) {
		d->outside_place = queue->place;
		queue->options.marked(queue->self, is_high);
		d->outside_place = NULL;
	}
}

static bool
next_item(struct sb_queue *queue, void **ret_item)
{
	bool is_there;

	lock(queue);
	is_there = queue->n_due > 0;
	if (is_there) {
		*ret_item = sb_ring_take(&queue->ring);
		queue->n_due--;
		queue->counts.n_handled++;
		queue->counts.is_handling = true;
		note_level(queue);
	}
	unlock(queue);
	return is_there;
}

static bool
read_one(struct sb_dispatcher *d, struct sb_queue *queue, void *item)
{
	bool has_done;

	d->outside_place = queue->place;
	d->reading = queue;
	has_done = queue->fn(queue->self, item);
	d->reading = NULL;
	d->outside_place = NULL;
	if (has_done)
		sb_queue_done(queue);
	return has_done;
}

static void
read_due(struct sb_dispatcher *d, struct sb_queue *queue)
{
	bool goes_on = true;
	void *item;

	tell_marks(d, queue);
	while (goes_on && !is_destroyed(d) && next_item(queue, &item)) {
		goes_on = read_one(d, queue, item);
		tell_marks(d, queue);
	}
}

void
sb_queues_begin(struct sb_dispatcher *d)
{
	for (struct sb_queue *queue = d->queues; queue; queue = queue->next) {
		lock(queue);
		queue->n_due = queue->counts.is_handling ? 0 : queue->ring.n;
		if (queue->n_due > BUDGET)
			queue->n_due = BUDGET;
		unlock(queue);
	}
}

void
sb_queues_run(struct sb_dispatcher *d)
{
	/* Queues that readers make meanwhile come last, and have nothing that is due. */
	d->is_running_queues = true;
	for (struct sb_queue *queue = d->queues; queue; queue = queue->next)
		read_due(d, queue);
	d->is_running_queues = false;
	sweep(d);
}

bool
sb_queues_wait(struct sb_dispatcher *d)
{
	bool waits = false;

	for (struct sb_queue *queue = d->queues; queue && !waits; queue = queue->next) {
		lock(queue);
		waits = has_work(queue);
		unlock(queue);
	}
	return waits;
}

void
sb_queues_unwind(struct sb_dispatcher *d)
{
	if (d->reading) {
		lock(d->reading);
		d->reading->counts.is_handling = false;
		unlock(d->reading);
	}
	d->reading = NULL;
	d->is_running_queues = false;
	sweep(d);
}

void
sb_queues_forget(struct sb_dispatcher *d, const void *self)
{
	for (struct sb_queue *queue = d->queues; queue; queue = queue->next)
		if (queue->self == self)
			lose_reader(queue);
	sweep(d);
}

void
sb_queues_end(struct sb_dispatcher *d)
{
	for (struct sb_queue *queue = d->queues; queue; queue = queue->next)
		lose_reader(queue);
}

void
sb_queues_free(struct sb_dispatcher *d)
{
	/* Again, for what sb_unwind() has ended may not have come so far. */
	sb_queues_end(d);
	while (d->queues)
		unlist(&d->queues);
}

static void
list(struct sb_dispatcher *d, struct sb_queue *queue)
{
	struct sb_queue **end = &d->queues;

	while (*end)
		end = &(*end)->next;
	*end = queue;
	queue->d = d;
	queue->is_listed = true;
	queue->mailbox = sb_mailbox_hold(d->mailbox);
}

struct sb_queue *
sb_queue_create(struct sb_dispatcher *d, const struct sb_queue_options *options, sb_queue_fn *fn,
	const char *place, void *self)
{
	struct sb_queue *queue;

	sb_assert(fn && place);
	queue = is_destroyed(d) ? NULL : calloc(1, sizeof(*queue));
	if (!queue)
		return NULL;
	if (options)
		queue->options = *options;
	if (!queue->options.size)
		queue->options.size = SIZE_USUAL;
	sb_assert((unsigned)queue->options.policy <= SB_DROP_NEWEST);
	sb_assert(!queue->options.high
		  || (queue->options.low < queue->options.high
			  && queue->options.high <= queue->options.size));
	/* With the usual attributes these two allocate nothing, and cannot fail. */
	(void)pthread_mutex_init(&queue->lock, NULL);
	(void)pthread_cond_init(&queue->dropped, NULL);
	queue->fn = fn;
	queue->place = place;
	queue->self = self;
	queue->n_users = 1;
	queue->has_reader = true;
	list(d, queue);
	return queue;
}

struct sb_queue *
sb_queue_hold(struct sb_queue *queue)
{
	lock(queue);
	queue->n_users++;
	unlock(queue);
	return queue;
}

void
sb_queue_release(struct sb_queue *queue)
{
	struct sb_mailbox *mailbox;
	bool had_work, wakes, is_last;

	if (!queue)
		return;
	lock(queue);
	sb_assert(queue->n_users);
	had_work = has_work(queue);
	/* Nobody is left to put. */
	if (!--queue->n_users)
		queue->counts.is_closed = true;
	is_last = !queue->n_users && !queue->is_listed;
	wakes = !had_work && has_work(queue);
	/* As soon as it is unlocked, the dispatcher may free it. */
	mailbox = sb_mailbox_hold(queue->mailbox);
	unlock(queue);
	if (is_last)
		queue_free(queue);
	else if (wakes)
		sb_mailbox_wake(mailbox);
	sb_mailbox_release(mailbox);
}

/* With the lock held. Where something is to be dropped, *item becomes that. */
static int
enter(struct sb_queue *queue, void **item, bool *ret_drops)
{
	struct sb_queue_counts *counts = &queue->counts;
	struct ring *ring = &queue->ring;
	bool is_full = ring->n >= queue->options.size;
	void *comes = *item;

	if (counts->is_closed)
		return -EPIPE;
	if (is_full && queue->options.policy == SB_REFUSE) {
		counts->n_refused++;
		return -ENOBUFS;
	}
	if (is_full) {
		counts->n_dropped++;
		*ret_drops = true;
		if (queue->options.policy == SB_DROP_NEWEST)
			return 0;
		*item = sb_ring_take(ring);
		queue->n_due -= queue->n_due > 0;
	}
	if (!sb_ring_reserve(ring, queue->options.size)) {
		counts->n_refused++;
		return -ENOMEM;
	}
	sb_ring_put(ring, comes);
	note_level(queue);
	return 0;
}

int
sb_queue_put(struct sb_queue *queue, void *item)
{
	bool had_work, drops = false;
	int result;

	lock(queue);
	had_work = has_work(queue);
	result = enter(queue, &item, &drops);
	drops &= queue->options.drop != NULL;
	queue->n_dropping += drops;
	unlock_and_wake(queue, had_work);
	if (!drops)
		return result;
	queue->options.drop(queue->self, item);
	lock(queue);
	had_work = has_work(queue);
	if (!--queue->n_dropping)
		(void)pthread_cond_broadcast(&queue->dropped);
	unlock_and_wake(queue, had_work);
	return result;
}

void
sb_queue_done(struct sb_queue *queue)
{
	lock(queue);
	sb_assert(queue->counts.is_handling);
	queue->counts.is_handling = false;
	unlock_and_settle(queue);
}

void
sb_queue_close(struct sb_queue *queue, bool drop_rest)
{
	struct ring rest = { .items = NULL };

	lock(queue);
	queue->counts.is_closed = true;
	if (drop_rest)
		rest = take_all(queue);
	unlock(queue);
	drop_all(queue, &rest);
	lock(queue);
	unlock_and_settle(queue);
}

struct sb_queue_counts
sb_queue_counts(struct sb_queue *queue)
{
	struct sb_queue_counts counts;

	lock(queue);
	counts = queue->counts;
	counts.n_waiting = queue->ring.n;
	unlock(queue);
	return counts;
}

bool
sb_queue_next(const struct sb_dispatcher *d, size_t *cursor, const char **ret_place,
	struct sb_queue_counts *ret_counts)
{
	struct sb_queue *queue = d->queues;

	for (size_t k = 0; queue && k < *cursor; k++)
		queue = queue->next;
	for (; queue; queue = queue->next) {
		++*cursor;
		*ret_counts = sb_queue_counts(queue);
		*ret_place = queue->place;
		if (!ret_counts->is_closed || ret_counts->n_waiting || ret_counts->is_handling)
			return true;
	}
	return false;
}
