#ifndef SIGNALBOX_JOIN_H
#define SIGNALBOX_JOIN_H

/* Joins a dispatcher to a reactor: what was deferred or posted is delivered in a turn of the
 * reactor, and its clock is the dispatcher's (<signalbox/later.h>). */

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>
#include <signalbox/watchdog.h>

SB_C_BEGIN

/* Makes r the loop of d, until d is destroyed or has another loop; r NULL: none any more. On the
 * thread of both; in handlers and callbacks, too. The dispatcher is destroyed before the reactor,
 * or parted from it. While nothing waits the reactor is not kept running by it. What waits is
 * delivered outside handlers only: a reactor that runs inside a handler of d leaves it, and goes
 * not on for it, until the handler has returned. place: SB_PLACE, for reports of what is left in
 * the reactor; copied. Returns 0; or -ENOMEM, and nothing changed. */
SB_API int sb_join(struct sb_dispatcher *d, struct sb_reactor *r, const char *place);

/* The watchdog names the handlers of d that hold the loop, from the next emission on, until d is
 * destroyed, which must be before the watchdog is; it is an observer of d (<signalbox/observer.h>).
 * Once a dispatcher. Returns 0; -ENOMEM; -ECANCELED when d is destroyed. */
SB_API int sb_join_watchdog(struct sb_dispatcher *d, struct sb_watchdog *watchdog);

SB_C_END

#endif
