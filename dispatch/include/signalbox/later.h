#ifndef SIGNALBOX_LATER_H
#define SIGNALBOX_LATER_H

/* Signals that are delivered later: after this turn of the loop (defer), and from other threads
 * (post). NAME_defer() and NAME_post() are made from tables, see <signalbox/declare_signals.h>.
 *
 * Both copy the payload with all that it points to, and return. What was entered is emitted by
 * sb_deliver(), on the dispatcher's thread, in the order in which it was entered; to whoever is
 * connected then. What was deferred, and what was posted, waits in a queue of its own; each is
 * bounded, and keeps its order. Nothing is ever delivered from an object that has been forgotten.
 *
 * The dispatcher knows no loop: it is given one (struct sb_loop), or its owner calls sb_deliver().
 * <signalbox/join.h> joins a dispatcher to a reactor. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/dispatcher.h>

SB_C_BEGIN

/* What a dispatcher asks of its loop. Each function gets the self that was given with them. */
struct sb_loop {
	/* sb_deliver() is wanted soon, and not from inside this. Called from any thread that posts,
	 * once until the next sb_deliver(), under a lock: it may call nothing of this
	 * dispatcher. */
	void (*wake)(void *self);
	/* sb_deliver() is wanted at this time of clock_ns(), or soon after and never before, in
	 * place of the time asked for before; INT64_MAX: at none. On the dispatcher's thread, as
	 * the next two; it, too, may call nothing of this dispatcher. */
	void (*wake_at)(void *self, int64_t at_ns);
	/* Monotonic time, ns, as of now. */
	int64_t (*clock_ns)(void *self);
	/* The dispatcher is destroyed, or was given another loop: the last call. May be NULL. */
	void (*part)(void *self);
};

/* Gives d a loop; the struct is borrowed until part(). NULL: none any more. The loop is woken at
 * once where something waits already. Without a loop there is no time: nothing may wait for it. */
SB_API void sb_set_loop(struct sb_dispatcher *d, const struct sb_loop *loop, void *self);

/* The time of d's loop, ns; 0 without one. */
SB_API int64_t sb_clock_ns(const struct sb_dispatcher *d);

/* Delivers what is due: expectations whose time has come (<signalbox/expect.h>), what was posted,
 * what was deferred, and what queues hold (<signalbox/queue.h>); of each that which was there when
 * it began, and no more than the budget. The loop is woken again for what is left, so that a flood
 * cannot keep it from its other work.
 * Returns how many signals were emitted; -ECANCELED when d was destroyed meanwhile, and is gone;
 * -EBUSY, and nothing done, in a handler, an observer, or inside itself: when that is over the loop
 * is asked again for what it was asked for. A handler that leaves it by longjmp is cleaned up after
 * by sb_unwind(); what was not delivered by then still is. */
SB_API int sb_deliver(struct sb_dispatcher *d);

/* Queues. */

enum sb_later { SB_DEFERRED, SB_POSTED };

/* When a queue is full. */
enum sb_policy {
	SB_REFUSE, /* what comes is refused: -ENOBUFS */
	SB_DROP_OLDEST, /* what has waited longest makes room */
	SB_DROP_NEWEST, /* what comes is dropped, and 0 returned */
};

struct sb_later_options {
	size_t size; /* signals that may wait; 0: 1024 */
	size_t bytes; /* that their copies may take together; 0: 16 MiB. What takes more by itself is
		       * refused, whatever the policy */
	enum sb_policy policy;
	size_t budget; /* signals a sb_deliver() emits of it; 0: 256 */
};

/* Changes the options of one of the two queues, from now on. What waits already stays. */
SB_API void sb_set_later(
	struct sb_dispatcher *d, enum sb_later which, struct sb_later_options options);

struct sb_later_counts {
	size_t n_waiting, bytes_waiting; /* but for what a sb_deliver() in progress has taken */
	size_t most_waiting; /* there have ever been */
	uint64_t n_delivered;
	uint64_t n_refused; /* for lack of room, or of memory */
	uint64_t n_dropped; /* by the policy */
	uint64_t n_forgotten; /* not delivered, since their sender or an object in them had gone */
};
/* How one of the queues stands. What the policy dropped is told besides, as one dispatch.failed at
 * the next sb_deliver() for all that were dropped since the last. */
SB_API struct sb_later_counts sb_later_counts(const struct sb_dispatcher *d, enum sb_later which);

/* Defers: NAME_defer() for code that learns the signal at run time. from NULL: anonymous. Where the
 * sender is forgotten before it is delivered, or an object that the payload has as a HANDLE, it is
 * dropped. Other pointers in a HANDLE are the caller's to keep until then. In handlers and
 * observers, too. Returns 0; -ENOBUFS when the queue is full, and refuses; -ENOMEM; -ECANCELED when
 * d is destroyed. */
SB_API int sb_defer(
	struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload);

/* Where other threads post. Counted: whoever takes one keeps it valid until it is released, also
 * after the dispatcher is destroyed. */
struct sb_mailbox;

/* d's mailbox, one reference for the caller. On d's thread. */
SB_API struct sb_mailbox *sb_mailbox_of(struct sb_dispatcher *d);

/* One more reference, for another thread; returns it. Gives one back; NULL is fine. Any thread. */
SB_API struct sb_mailbox *sb_mailbox_hold(struct sb_mailbox *mailbox);
SB_API void sb_mailbox_release(struct sb_mailbox *mailbox);

/* A sender, for other threads: a value that stays harmless when the sender is gone. {0}, the empty
 * token, is nobody: anonymous. */
struct sb_token {
	const void *object;
	uint64_t serial;
	const char *sender; /* the C type, as of struct sb_signal */
};

/* A token for an object that emits this signal, and any other of the same sender type; valid until
 * the object is forgotten. NAME_token() checks the type. On d's thread. Returns the empty token
 * when out of memory, or d is destroyed: ask serial. */
SB_API struct sb_token sb_token(
	struct sb_dispatcher *d, const struct sb_signal *signal, const void *from);

/* Posts: NAME_post() for code that learns the signal at run time. Any thread. A signal with a
 * HANDLE cannot be posted, nor one of another sender type than the token's: an assert. Returns 0;
 * -ENOBUFS when the queue is full, and refuses; -ENOMEM; -EPIPE when the dispatcher is
 * destroyed. */
SB_API int sb_post(struct sb_mailbox *mailbox, const struct sb_signal *signal, struct sb_token from,
	const void *payload);

SB_C_END

#endif
