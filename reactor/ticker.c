#include <signalbox/timers.h>

#include "private.h"

static void
on_due(void *self)
{
	struct sb_ticker *ticker = self;
	int64_t late_ns = sb_reactor_now_ns(ticker->timer.reactor) - ticker->due_ns;
	int64_t n_missed = late_ns / ticker->interval_ns;

	ticker->due_ns =
		time_add(ticker->due_ns + n_missed * ticker->interval_ns, ticker->interval_ns);
	/* Before the call, which may stop or finish it. */
	sb_timer_heap_start(&ticker->timer.reactor->timers, &ticker->timer, ticker->due_ns);
	ticker->fn(ticker->self, (uint64_t)n_missed + 1);
}

int
sb_ticker_init(struct sb_ticker *ticker, struct sb_reactor *r, sb_ticker_fn *fn, const char *place,
	void *self)
{
	sb_assert(fn);
	memset(ticker, 0, sizeof(*ticker));
	ticker->fn = fn;
	ticker->self = self;
	return sb_timer_init(&ticker->timer, r, on_due, place, ticker);
}

void
sb_ticker_finish(struct sb_ticker *ticker)
{
	sb_timer_finish(&ticker->timer);
}

void
sb_ticker_start(struct sb_ticker *ticker, int64_t interval_ns)
{
	sb_assert(ticker->timer.pos != 0);
	sb_assert(interval_ns > 0);
	ticker->interval_ns = interval_ns;
	ticker->due_ns = time_add(sb_reactor_now_ns(ticker->timer.reactor), interval_ns);
	sb_timer_heap_start(&ticker->timer.reactor->timers, &ticker->timer, ticker->due_ns);
}

void
sb_ticker_stop(struct sb_ticker *ticker)
{
	sb_timer_stop(&ticker->timer);
}

bool
sb_ticker_is_started(const struct sb_ticker *ticker)
{
	return sb_timer_is_started(&ticker->timer);
}
