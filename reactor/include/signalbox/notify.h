#ifndef SIGNALBOX_NOTIFY_H
#define SIGNALBOX_NOTIFY_H

/* What systemd is told of a service (sd_notify(3)), without its library. Where NOTIFY_SOCKET is not
 * set nothing is told, and 0 returned. */

#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

/* Sends the text as it is: "READY=1", "STATUS=three networks", several with newlines. Returns 0,
 * also where nobody listens any more, or a negative errno: the message was not sent. -EAFNOSUPPORT
 * for a socket of a virtual machine's host (vsock:), -EINVAL for a name that is neither a path nor
 * abstract (@...), -ENAMETOOLONG. Never blocks. */
SB_API int sb_notify(const char *state);

/* RELOADING=1 with MONOTONIC_USEC= as it must (sd_notify(3)); READY=1 follows by the caller. */
SB_API int sb_notify_reloading(struct sb_reactor *r);

/* How often systemd wants to hear WATCHDOG=1, in ns (WATCHDOG_USEC, and WATCHDOG_PID is ours);
 * 0: it does not. */
SB_API int64_t sb_notify_watchdog_ns(void);

SB_C_END

#endif
