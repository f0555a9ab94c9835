#ifndef SIGNALBOX_WATCHDOG_H
#define SIGNALBOX_WATCHDOG_H

/* Who holds the loop: a thread that looks, and when a turn of the loop takes too long names the
 * callback or handler that takes the longest in it, while it has not returned. A loop that is held
 * answers nobody.
 *
 * Where systemd wants to hear of us (WATCHDOG_USEC), it is told as often as it wants, for as long
 * as the loop turns: a loop that is stuck for good is restarted.
 *
 * Over a simulation, in which no time passes within a turn, it never calls. */

#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_watchdog;

/* Called on the watchdog's own thread, once for each turn that takes too long: place is "name
 * file:line" of the callback, of streams and listeners the place where they were made, or of the
 * handler if the dispatcher is watched too (sb_join_watchdog() of <signalbox/join.h>); held_ns how
 * long the turn has taken so far. It may write to a descriptor, and must touch nothing of the reactor
 * or the dispatcher. The turn does not end before it returns. */
typedef void sb_watchdog_fn(void *self, const char *place, int64_t held_ns);

/* Called on the loop, when that turn ends: how long it took in all. May do anything. */
typedef void sb_watchdog_over_fn(void *self, const char *place, int64_t held_ns);

/* limit_ns: more than 0. One a reactor. fn or over may be NULL. Returns 0; -EALREADY: the reactor
 * has one; -ENOMEM; -EAGAIN: no thread; -EMFILE or -ENFILE: no socket to tell systemd with. */
SB_API int sb_watchdog_create(struct sb_reactor *r, int64_t limit_ns, sb_watchdog_fn *fn,
	sb_watchdog_over_fn *over, void *self, struct sb_watchdog **ret_watchdog);

/* Stops its thread. NULL is fine. Before the reactor is destroyed; in its callbacks, too, but not on
 * the watchdog's thread. */
SB_API void sb_watchdog_destroy(struct sb_watchdog *watchdog);

/* For those who call others in turn, a dispatcher: from now on `place` has the loop, until it is
 * given back what had it before, which this returns. place outlives the watchdog; NULL: whoever the
 * reactor called. On the reactor's thread. */
SB_API const char *sb_watchdog_enter(struct sb_watchdog *watchdog, const char *place);

SB_C_END

#endif
