#ifndef SIGNALBOX_TIMER_HEAP_H
#define SIGNALBOX_TIMER_HEAP_H

/* A heap of timers by (deadline, order of starting), and the stopped ones behind it. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/reactor.h>

/* The deadlines lie in the heap, so that comparing touches timers of equal deadline only. */
struct timer_slot {
	int64_t at_ns; /* INT64_MAX in that of a stopped one */
	struct sb_timer *timer;
};

struct timer_heap {
	struct timer_slot *slots; /* of the heap, then of the stopped ones in no order */
	struct timer_slot *block; /* they lie in */
	uint32_t n; /* started */
	uint32_t n_all;
	uint32_t cap;
	uint64_t seq; /* of the timer started last */
};

/* Of a timer these use its seq and pos only; pos is 0 in one that is not in it. */

/* As a stopped one: 0, or -ENOMEM. */
int sb_timer_heap_add(struct timer_heap *heap, struct sb_timer *timer);

/* Started or stopped; one that is not in it is fine. */
void sb_timer_heap_remove(struct timer_heap *heap, struct sb_timer *timer);
void sb_timer_heap_finish(struct timer_heap *heap);

/* A started one starts over. */
void sb_timer_heap_start(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns);

/* One that is not started, or not in it, is fine. */
void sb_timer_heap_stop(struct timer_heap *heap, struct sb_timer *timer);

/* To be called when the deadlines in slots of started ones were changed; these keep their places in
 * the order of starting. */
void sb_timer_heap_reorder(struct timer_heap *heap);

/* When the first is due; INT64_MAX: none. */
int64_t sb_timer_heap_first_ns(const struct timer_heap *heap);

/* Stops and returns the first, if it is due by now_ns and was not started after `seq`; else returns
 * NULL. */
struct sb_timer *sb_timer_heap_take(struct timer_heap *heap, int64_t now_ns, uint64_t seq);

/* As sb_timer_init(), of a timer of this heap of the reactor. */
int sb_timer_init_in(struct timer_heap *heap, struct sb_timer *timer, struct sb_reactor *r,
	sb_call_fn *fn, const char *place, void *self);

/* A pos of 0 is made the greatest number there is. */
static inline bool
is_started(const struct timer_heap *heap, const struct sb_timer *timer)
{
	return timer->pos - 1 < heap->n;
}

/* a + b without overflow. b >= 0. */
static inline int64_t
time_add(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

#endif
