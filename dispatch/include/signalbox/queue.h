#ifndef SIGNALBOX_QUEUE_H
#define SIGNALBOX_QUEUE_H

/* A queue with one reader. Anyone puts, from any thread, at once; the reader handles what was put
 * on the dispatcher's thread, one at a time and in order, and may take its time: the next item
 * comes when it says that it has done with the last.
 *
 * Items are pointers of the program's own. Each that was put reaches the reader, or else the
 * function `drop`: none is lost unseen.
 *
 * A sb_deliver() gives a reader what waited when it began, 256 items at the most, and looks at each
 * queue of its dispatcher: a program has one for a kind of work, not one for each client. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/dispatcher.h>
#include <signalbox/later.h>

SB_C_BEGIN

struct sb_queue;

/* Handles an item, which is the reader's from here. Returns true when it has done with it, and the
 * next may come; false: it will say sb_queue_done(). It may do anything, as a handler may; it is
 * called by sb_deliver(), outside emissions, and sb_running_place() and sb_fail() know its place.
 * One that leaves by longjmp has done with its item when sb_unwind() is called. */
typedef bool sb_queue_fn(void *self, void *item);

struct sb_queue_options {
	size_t size; /* items that may wait; 0: 1024 */
	enum sb_policy policy; /* for what comes when so many do */
	/* Water marks, in items waiting; high 0: none. low < high <= size, or it is an assert. */
	size_t high, low;
	/* Of each mark when it is reached, in turn, high first: waiting items have come to be
	 * `high`, or have gone back to `low`. On the dispatcher's thread, by sb_deliver(), between
	 * items; it may do what the reader may. May be NULL. */
	void (*marked)(void *self, bool is_high);
	/* An item that no reader will see any more. On the thread that put it or that which dropped
	 * it, under no lock; it may call nothing of the queue or of d, and returns. Where self is
	 * forgotten, or d destroyed, that waits for those on other threads: none comes later. NULL:
	 * there is nothing to free. */
	void (*drop)(void *self, void *item);
};

/* A queue of d, read by fn(self, item); one reference is the caller's. options NULL: the usual.
 * place: SB_HANDLER(fn). self of the options' functions is the same. Where self is forgotten, the
 * reader is gone: the queue closes, and drops what waits. So does it when d is destroyed, at once
 * also in a handler.
 * Returns NULL when out of memory, or d is destroyed. */
SB_API struct sb_queue *sb_queue_create(struct sb_dispatcher *d,
	const struct sb_queue_options *options, sb_queue_fn *fn, const char *place, void *self);

/* One more reference, for another thread; returns it. Gives one back; NULL is fine. Any thread. The
 * queue goes on without references until it is empty, then it is gone. */
SB_API struct sb_queue *sb_queue_hold(struct sb_queue *queue);
SB_API void sb_queue_release(struct sb_queue *queue);

/* Puts an item, which is the queue's from here. Any thread, the reader's included. Returns 0, also
 * where the policy has dropped an item for it, or has dropped it. On an error the item stays the
 * caller's: -ENOBUFS when the queue is full, and refuses; -ENOMEM; -EPIPE when it is closed. */
SB_API int sb_queue_put(struct sb_queue *queue, void *item);

/* The reader has done with the item that it took its time for. On the dispatcher's thread; an
 * assert where it has none. The next one comes by a later sb_deliver(). Also where the reader was
 * forgotten meanwhile, or d destroyed; but then the queue is there for those alone who have a
 * reference. */
SB_API void sb_queue_done(struct sb_queue *queue);

/* Nothing more can be put. What waits is still handled (drop_rest: is dropped, at once). On the
 * dispatcher's thread. Again is harmless. */
SB_API void sb_queue_close(struct sb_queue *queue, bool drop_rest);

struct sb_queue_counts {
	size_t n_waiting;
	size_t most_waiting; /* there have ever been */
	uint64_t n_handled; /* given to the reader */
	uint64_t n_refused; /* for lack of room, or of memory */
	uint64_t n_dropped; /* by the policy */
	bool is_handling; /* the reader has not done with one */
	bool is_closed;
};
/* How it stands. Any thread. */
SB_API struct sb_queue_counts sb_queue_counts(struct sb_queue *queue);

/* The queues of d, for reports, but for those that are closed and empty with a reader that has
 * done: writes the next one's place and counts and returns true, or returns false after the last.
 * *cursor starts at 0; no queue may come or go between calls. */
SB_API bool sb_queue_next(const struct sb_dispatcher *d, size_t *cursor, const char **ret_place,
	struct sb_queue_counts *ret_counts);

SB_C_END

#endif
