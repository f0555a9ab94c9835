#ifndef SIGNALBOX_TIMER_HEAP_H
#define SIGNALBOX_TIMER_HEAP_H

/* A heap of timers by (deadline, order of starting). */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/reactor.h>

/* The deadlines lie in the heap, so that comparing touches timers of equal deadline only. */
struct timer_slot {
	int64_t at_ns;
	struct sb_timer *timer;
};

struct timer_heap {
	struct timer_slot *slots;
	struct timer_slot *block; /* they lie in */
	uint32_t n; /* started */
	uint32_t n_reserved;
	uint32_t cap;
	uint64_t seq; /* of the timer started last */
};

/* Makes room for one more timer to be started: 0, or -ENOMEM. */
int sb_timer_heap_reserve(struct timer_heap *heap);
void sb_timer_heap_release(struct timer_heap *heap);
void sb_timer_heap_finish(struct timer_heap *heap);

/* Uses of the timer its seq and pos only. A started one starts over. */
void sb_timer_heap_start(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns);

/* Moves a started one, which keeps its place in the order of starting. */
void sb_timer_heap_move(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns);

void sb_timer_heap_stop(struct timer_heap *heap, struct sb_timer *timer);

/* When the first is due; INT64_MAX: none. */
int64_t sb_timer_heap_first_ns(const struct timer_heap *heap);

/* Takes out and returns the first, if it is due by now_ns and was not started after `seq`; else
 * returns NULL. */
struct sb_timer *sb_timer_heap_take(struct timer_heap *heap, int64_t now_ns, uint64_t seq);

/* Makes room for a timer, and lists it: *end is the end of the list. Returns 0, or -ENOMEM. */
int sb_timer_join(struct sb_timer *timer, struct timer_heap *heap, struct sb_timer ***end);

/* The other way; it has no reactor then. */
void sb_timer_leave(struct sb_timer *timer, struct timer_heap *heap, struct sb_timer ***end);

/* a + b without overflow. b >= 0. */
static inline int64_t
time_add(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

#endif
