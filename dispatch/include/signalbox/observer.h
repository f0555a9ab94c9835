#ifndef SIGNALBOX_OBSERVER_H
#define SIGNALBOX_OBSERVER_H

/* Sees every emission and every call of a dispatcher, as they begin and end: for traces, metrics
 * and journals. While nobody observes this costs nothing; while somebody does, each emission takes
 * the longer way.
 *
 * An observer sees the emissions that begin after it was added, with their calls. Whatever it saw
 * begin it sees end, once, the inner before the outer; but where it is taken off, its self
 * forgotten or the dispatcher destroyed, it hears nothing more but of the latter. Several are told
 * in the order in which they were added. An emission that is refused does not begin.
 *
 * An observer may do what a handler may, but for sb_stop(), which is an assert; it counts in no
 * depth and in no result. What is emitted from inside it, and whatever comes of that, is delivered
 * as usual and not observed, so that one that emits does not observe itself for ever. sb_fail() in
 * it is told at once, with its place and the signal observed. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/dispatcher.h>

SB_C_BEGIN

/* An emission. Borrowed for the call, as is the payload. When it ends, `from` may have been
 * destroyed: a name for it, then, and nothing to look into. */
struct sb_emission {
	const struct sb_signal *signal;
	void *from; /* NULL: anonymous */
	const void *payload;
	uint64_t number; /* from 1, in the order in which those that are observed begin */
	uint64_t
		parent; /* of the emission in whose handler it began; 0: in none that is observed */
};

/* Who is called. Borrowed for the call, the place as long as the dispatcher lives; self may be gone
 * when the call ends. */
struct sb_receiver {
	const char *place;
	struct sb_connection connection; /* serial 0 for an expectation */
	void *self;
	bool is_pattern;
};

/* How a call ended. */
enum sb_outcome {
	SB_RETURNED,
	SB_FAILED, /* it returned, and had said sb_fail() or emitted too deep */
	SB_PASSED_OVER, /* it was not made: observers, told of it, had ended or blocked the connection */
	SB_LEFT, /* it never returned: sb_unwind() gave it up */
};

/* What it wants to see; each may be NULL. */
struct sb_observer {
	void (*emission_began)(void *self, const struct sb_emission *emission);
	/* result: what emit is about to return, or -ECANCELED where sb_unwind() gave it up. After
	 * dispatch.failed has been emitted for those that failed. */
	void (*emission_ended)(void *self, const struct sb_emission *emission, int result,
		const struct sb_result *counts);
	void (*call_began)(
		void *self, const struct sb_emission *emission, const struct sb_receiver *receiver);
	void (*call_ended)(void *self, const struct sb_emission *emission,
		const struct sb_receiver *receiver, enum sb_outcome outcome);
	/* The dispatcher is being destroyed, by sb_dispatcher_destroy(), in a handler too: told
	 * there, at once, to those that have not gone, and the last that they hear. It may look at
	 * what is left (sb_connection_next(), sb_expectation_next(), sb_queue_next(), sb_label_of()
	 * ...), and change nothing. */
	void (*destroyed)(void *self, const struct sb_dispatcher *d);
};

/* Adds an observer; its functions are borrowed while it is there, place as for connections: a
 * literal SB_PLACE. Again, with the same self, is harmless. Returns 0; -ENOMEM; -ECANCELED when the
 * dispatcher is destroyed. */
SB_API int sb_observe(
	struct sb_dispatcher *d, const struct sb_observer *observer, const char *place, void *self);

/* Takes it off, at once. Returns 0, or -ENOENT when it is not there. sb_forget() of its self does
 * the same. */
SB_API int sb_unobserve(struct sb_dispatcher *d, const struct sb_observer *observer, void *self);

SB_C_END

#endif
