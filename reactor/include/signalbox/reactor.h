#ifndef SIGNALBOX_REACTOR_H
#define SIGNALBOX_REACTOR_H

/* Time, timers, calls from other threads, and the signals of the process. Streams and listeners
 * are in <signalbox/stream.h>. The same over libev (sb_reactor_create) and over a simulation
 * (<signalbox/simulation.h>).
 *
 * A reactor belongs to one thread; there may be many, and none is global. Only sb_reactor_post()
 * and sb_waker_wake() may be called from another thread. It runs in turns. In each: wait until
 * something is due; take the time; make the posted calls and those of woken wakers that had come by
 * then, in the order in which they were asked for; fire the timers that are due, by deadline, and
 * those of equal deadline in the order in which they were started; then the alarms; tell streams and listeners what
 * happened to them; then reap. What a callback starts in a turn is for a later one. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

struct sb_reactor;

#define SB_MS INT64_C(1000000) /* a millisecond, in ns */
#define SB_S INT64_C(1000000000) /* a second, in ns */

/* A callback of the reactor. It may do anything but run a reactor that is running. */
typedef void sb_call_fn(void *self);

/* A reactor over libev. NULL when out of memory or of descriptors; errno says which. */
SB_API struct sb_reactor *sb_reactor_create(void);

/* Everything made with it must be gone: streams, listeners, initialised timers and wakers;
 * sb_assert says so and sb_reactor_pending_next() tells what is left. Not while it runs. Calls
 * posted and not yet made are dropped; what waits to be reaped is reaped. NULL is fine. A simulated
 * reactor goes with its simulation instead. */
SB_API void sb_reactor_destroy(struct sb_reactor *r);

/* Runs turns until stopped, or until nothing is left that could ever call: no started timer or alarm, no work of a pool, no
 * stream, no listener, no posted call, no woken waker (a handler of signals does not count). May be
 * run again. Returns 0; -EBUSY within one of its callbacks; -EDEADLK in a simulation in which
 * nothing can happen any more though something waits. */
SB_API int sb_reactor_run(struct sb_reactor *r);

/* The run in progress ends after this turn. Without one, the next run ends at once. */
SB_API void sb_reactor_stop(struct sb_reactor *r);

/* Monotonic time in ns from an arbitrary start, as of this turn; outside a run, now. */
SB_API int64_t sb_reactor_now_ns(const struct sb_reactor *r);

/* The same clock as of now, which goes on within a turn: for measuring how long something takes. In
 * a simulation that is no time. */
SB_API int64_t sb_reactor_clock_ns(const struct sb_reactor *r);

/* The wall clock: ns since 1970 UTC. May be stepped; never for measuring. */
SB_API int64_t sb_reactor_wall_ns(const struct sb_reactor *r);

/* 64 random bits: from the system, or in a simulation from its seed. */
SB_API uint64_t sb_reactor_random(struct sb_reactor *r);

/* Calls fn(self) on the reactor's thread, in a turn that has not begun, in the order of posting.
 * From any thread, also while the reactor does not run. Returns 0, or -ENOMEM. */
SB_API int sb_reactor_post(struct sb_reactor *r, sb_call_fn *fn, const char *place, void *self);

/* A call that other threads ask for again and again: unlike a posted one it cannot fail, and asked
 * for often before it is made, it is made once. The caller's memory; the members are private. */
struct sb_waker {
	struct sb_reactor *reactor;
	sb_call_fn *fn;
	const char *place;
	void *self;
	struct sb_waker *next, **at; /* all wakers of the reactor */
	bool is_woken;
	size_t n_before; /* calls posted and not yet made when it was woken */
	struct sb_waker *next_woken, **woken_at;
};
/* fn, place: SB_HANDLER(fn). On the reactor's thread. Must be finished before the reactor is
 * destroyed, woken or not. */
SB_API void sb_waker_init(struct sb_waker *waker, struct sb_reactor *r, sb_call_fn *fn,
	const char *place, void *self);
/* The call is not made any more. No other thread may wake it from now on; its owner sees to that.
 * A zeroed or finished one is fine. On the reactor's thread, also in its own call or another's. */
SB_API void sb_waker_finish(struct sb_waker *waker);
/* Asks for the call fn(self) on the reactor's thread, in a turn that has not begun: among the
 * posted ones, which keep one order with it. Where it was asked for before and not made yet,
 * nothing changes, and it is made in its old place; from when it begins, it may be asked for again.
 * From any thread. A waker that is not woken does not keep the reactor running. */
SB_API void sb_waker_wake(struct sb_waker *waker);

/* Calls fn(self) when this turn ends (outside a run: when the next one does, or at destroy), and no
 * callback is on the stack any more: to free what callers may still look at. Cannot fail: `reap`
 * lies in the object that will be freed. */
struct sb_reap {
	sb_call_fn *fn; /* private, as are the others */
	void *self;
	struct sb_reap *next;
};
SB_API void sb_reactor_reap(struct sb_reactor *r, struct sb_reap *reap, sb_call_fn *fn, void *self);

/* The signals INT, TERM and HUP arrive as calls fn(self, SIGINT, SIGTERM or SIGHUP) at the
 * beginning of a turn, in this order; several of a kind may be one call. fn NULL gives them back to
 * whoever had them, and with them one that has come and was not told yet. Returns 0; -EBUSY when
 * another reactor of the process has them. */
typedef void sb_signal_fn(void *self, int signal_number);
SB_API int sb_reactor_on_signal(
	struct sb_reactor *r, sb_signal_fn *fn, const char *place, void *self);

/* What is left that somebody made: for leak reports. Writes "timer on_tick app/bot.c:12", "stream
 * tcp://127.0.0.1:17 app/bot.c:34", "listener ...", "handler of signals ...", "posted call ...",
 * "woken call ..." of a waker that is woken, or "waker ...", as much as cap allows, and returns
 * true; or returns false after the last. *cursor starts at 0; nothing may change between calls. */
SB_API bool sb_reactor_pending_next(
	const struct sb_reactor *r, size_t *cursor, char *buf, size_t cap);

/* A timer. The caller's memory; the members are private. */
struct sb_timer {
	struct sb_reactor *reactor;
	uint32_t pos; /* of its slot there, from 1; 0: has none */
	uint64_t seq;
	sb_call_fn *fn;
	void *self;
	const char *place;
};

/* fn, place: SB_HANDLER(fn). Returns 0, or -ENOMEM and there is nothing to finish. */
SB_API int sb_timer_init(struct sb_timer *timer, struct sb_reactor *r, sb_call_fn *fn,
	const char *place, void *self);

/* Stops it, and the reactor forgets it. A zeroed or finished one is fine. */
SB_API void sb_timer_finish(struct sb_timer *timer);

/* Fires once, after_ns from now (of this turn), never earlier; less than 0 counts as 0. A started
 * one starts over. */
SB_API void sb_timer_start(struct sb_timer *timer, int64_t after_ns);

/* Does not fire any more. A stopped one is fine. */
SB_API void sb_timer_stop(struct sb_timer *timer);

/* Whether it will fire: false in its own callback, until it is started again. */
SB_API bool sb_timer_is_started(const struct sb_timer *timer);

/* When it will fire, by sb_reactor_now_ns(); INT64_MAX: it is not started. */
SB_API int64_t sb_timer_due_ns(const struct sb_timer *timer);

SB_C_END

#endif
