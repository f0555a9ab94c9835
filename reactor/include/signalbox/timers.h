#ifndef SIGNALBOX_TIMERS_H
#define SIGNALBOX_TIMERS_H

/* Timers that come again, and timers of the wall clock; the plain one is in <signalbox/reactor.h>.
 * All are the caller's memory with private members. Each is finished before its reactor is
 * destroyed; a zeroed or finished one is fine to finish. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

/* n_due: how many times it was due since the last call, 1 unless the loop was held up. */
typedef void sb_ticker_fn(void *self, uint64_t n_due);

/* Fires at its start plus one interval, plus two ...: it does not drift, and what was missed is one
 * call with the count. */
struct sb_ticker {
	struct sb_timer timer;
	sb_ticker_fn *fn;
	void *self;
	int64_t interval_ns, due_ns;
};

/* fn, place: SB_HANDLER(fn). Returns 0, or -ENOMEM and there is nothing to finish. */
SB_API int sb_ticker_init(struct sb_ticker *ticker, struct sb_reactor *r, sb_ticker_fn *fn,
	const char *place, void *self);
SB_API void sb_ticker_finish(struct sb_ticker *ticker);

/* The first call comes after one interval, more than 0 ns. A started one starts over. In its own
 * call it is started: stopping it there is the last call. */
SB_API void sb_ticker_start(struct sb_ticker *ticker, int64_t interval_ns);
SB_API void sb_ticker_stop(struct sb_ticker *ticker);
SB_API bool sb_ticker_is_started(const struct sb_ticker *ticker);

/* An alarm of the wall clock: fires once when it shows this time or a later one, also when it was
 * stepped there; stepped back before it has fired, it waits again. In a turn alarms come after the
 * timers, by the time they are set to, and those of equal time in the order of starting. */
struct sb_alarm {
	struct sb_timer timer;
	int64_t at_wall_ns;
	int second_of_day; /* -1: not daily */
};
SB_API int sb_alarm_init(struct sb_alarm *alarm, struct sb_reactor *r, sb_call_fn *fn,
	const char *place, void *self);
SB_API void sb_alarm_finish(struct sb_alarm *alarm);

/* at_wall_ns: ns since 1970 UTC; one that is past fires in the next turn. A started one starts
 * over. */
SB_API void sb_alarm_start(struct sb_alarm *alarm, int64_t at_wall_ns);

/* The next time the day has this second of its own, 0 (00:00:00 UTC) to 86399, counted after now;
 * for 00:00 of each day it is started again in its call. When the clock is stepped back by more than
 * 3 hours, that is counted anew; by less, a moment that was there already does not come again. */
SB_API void sb_alarm_start_daily(struct sb_alarm *alarm, int second_of_day);
SB_API void sb_alarm_stop(struct sb_alarm *alarm);
SB_API bool sb_alarm_is_started(const struct sb_alarm *alarm);

SB_C_END

#endif
