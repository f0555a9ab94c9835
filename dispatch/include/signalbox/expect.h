#ifndef SIGNALBOX_EXPECT_H
#define SIGNALBOX_EXPECT_H

/* Waits for the first of several signals, or for a deadline: then one call, and it is over. What a
 * request needs whose answer is one signal or another, or none. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/dispatcher.h>

SB_C_BEGIN

/* One signal that is awaited. Made by NAME_awaited(from, matches), which checks the types: from is
 * an object, SB_ANY or SB_ANONYMOUS; matches says whether it is the one, NULL: any is. */
struct sb_awaited {
	const struct sb_signal *signal;
	const void *from;
	sb_fn *matches; /* called by match, as the type it has */
	bool (*match)(sb_fn *matches, void *self, void *from, const void *payload);
};

/* How it ended. Borrowed for the call. */
struct sb_expected {
	int which; /* of those awaited, from 0; -ETIMEDOUT: the deadline; -ECANCELED: all senders that
		    * were awaited have been forgotten */
	const struct sb_signal *signal; /* NULL where none came, as are the next two */
	void *from;
	const void *payload; /* of the type that the table gives the signal awaited there */
};

typedef void sb_expected_fn(void *self, const struct sb_expected *expected);

/* An expectation: a value to keep or to drop. Serial 0: none. A stale one is harmless. */
struct sb_expectation {
	uint64_t serial;
	uint32_t index;
	uint32_t dispatcher;
};

/* Awaits n signals, at least one, copied. fn is called once:
 * - in the emission of the first that matches, in the order of a connection of priority 0 made now.
 *   It is a handler then, and may do what a handler may; watchers count it as one, emit's result
 *   does not. It ends before the call: what is emitted in there it does not hear.
 * - by sb_deliver(), when within_ns have passed on the clock of d's loop. Less than 0: no deadline.
 *   With one, d must have a loop (<signalbox/later.h>), or it is an assert.
 * - by sb_deliver(), when the last of the senders that it awaits has been forgotten.
 * In the latter two it is no handler, but sb_running_place() and sb_fail() know its place.
 * Where self is forgotten, or d destroyed, it ends without a call.
 * fn, place: SB_HANDLER(fn). matches is asked with the same self, and may look at anything but
 * change nothing.
 * Returns an expectation of serial 0, and nothing done, when out of memory or d is destroyed;
 * sb_connect_failed() says so too. */
SB_API struct sb_expectation sb_expect(struct sb_dispatcher *d, const struct sb_awaited *awaited,
	size_t n, int64_t within_ns, sb_expected_fn *fn, const char *place, void *self);

/* Ends one without a call. Returns 0, or -ENOENT when it has ended before. */
SB_API int sb_expect_cancel(struct sb_dispatcher *d, struct sb_expectation expectation);

/* What is awaited just now, for reports. */
struct sb_expectation_info {
	struct sb_expectation expectation;
	const char *place;
	const void *self;
	size_t n; /* signals awaited whose senders are not forgotten */
	int64_t at_ns; /* its deadline on the loop's clock; INT64_MAX: none, or none any more */
};

/* Writes the next one and returns true, or returns false after the last. *cursor starts at 0;
 * expectations made or ended meanwhile may be seen or not. */
SB_API bool sb_expectation_next(
	const struct sb_dispatcher *d, size_t *cursor, struct sb_expectation_info *ret_info);

SB_C_END

#endif
