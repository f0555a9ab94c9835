#include "timer_heap.h"

#include <errno.h>
#include <stdlib.h>

#include "private.h"

enum {
	CHILDREN = 4,
	FIRST_CAP = 16,
	LINE = 64, /* bytes of the cache */
	BEFORE_ROOT = CHILDREN - 1, /* slots, so that children share a line */
};

/* Equal deadlines are seldom; looking into the timers for those costs less than slots half as large
 * again cost always. */
static bool
is_before(const struct timer_slot *a, const struct timer_slot *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->timer->seq < b->timer->seq;
}

static void
put(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	heap->slots[i] = slot;
	slot.timer->pos = i + 1;
}

static void
sift_up(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	while (i > 0) {
		uint32_t parent = (i - 1) / CHILDREN;

		if (!is_before(&slot, &heap->slots[parent]))
			break;
		put(heap, i, heap->slots[parent]);
		i = parent;
	}
	put(heap, i, slot);
}

static uint32_t
first_child(const struct timer_heap *heap, uint32_t i)
{
	uint32_t child = i * CHILDREN + 1, first = child, k;

	for (k = child + 1; k < child + CHILDREN && k < heap->n; k++) {
		if (is_before(&heap->slots[k], &heap->slots[first]))
			first = k;
	}
	return first;
}

static void
sift_down(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	while ((uint64_t)i * CHILDREN + 1 < heap->n) {
		uint32_t child = first_child(heap, i);

		if (!is_before(&heap->slots[child], &slot))
			break;
		put(heap, i, heap->slots[child]);
		i = child;
	}
	put(heap, i, slot);
}

/* Returns 0, or -ENOMEM. */
static int
grow(struct timer_heap *heap, uint32_t cap)
{
	size_t size = (cap + BEFORE_ROOT) * sizeof(struct timer_slot);
	struct timer_slot *block;

	block = aligned_alloc(LINE, (size + LINE - 1) / LINE * LINE);
	if (!block)
		return -ENOMEM;
	if (heap->n_all > 0)
		memcpy(block + BEFORE_ROOT, heap->slots, heap->n_all * sizeof(*heap->slots));
	free(heap->block);
	heap->block = block;
	heap->slots = block + BEFORE_ROOT;
	heap->cap = cap;
	return 0;
}

int
sb_timer_heap_add(struct timer_heap *heap, struct sb_timer *timer)
{
	int ret = 0;

	if (heap->n_all == heap->cap) {
		if (heap->cap > UINT32_MAX / 2 - LINE)
			return -ENOMEM;
		ret = grow(heap, heap->cap ? heap->cap * 2 : FIRST_CAP);
	}
	if (ret == 0)
		put(heap, heap->n_all++, (struct timer_slot){ INT64_MAX, timer });
	return ret;
}

void
sb_timer_heap_remove(struct timer_heap *heap, struct sb_timer *timer)
{
	if (timer->pos == 0)
		return;
	sb_timer_heap_stop(heap, timer);
	put(heap, timer->pos - 1, heap->slots[--heap->n_all]);
	timer->pos = 0;
}

void
sb_timer_heap_finish(struct timer_heap *heap)
{
	free(heap->block);
	heap->block = NULL;
}

/* Where the slot belongs, when what stood at i is no more. */
static void
sift(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	if (i > 0 && is_before(&slot, &heap->slots[(i - 1) / CHILDREN]))
		sift_up(heap, i, slot);
	else
		sift_down(heap, i, slot);
}

void
sb_timer_heap_start(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns)
{
	struct timer_slot slot = { at_ns, timer };

	timer->seq = ++heap->seq;
	if (is_started(heap, timer)) {
		sift(heap, timer->pos - 1, slot);
		return;
	}
	/* The first of the stopped ones makes way. */
	put(heap, timer->pos - 1, heap->slots[heap->n]);
	sift_up(heap, heap->n++, slot);
}

void
sb_timer_heap_stop(struct timer_heap *heap, struct sb_timer *timer)
{
	uint32_t i = timer->pos - 1;
	struct timer_slot last;

	if (!is_started(heap, timer))
		return;
	last = heap->slots[--heap->n];
	put(heap, heap->n, (struct timer_slot){ INT64_MAX, timer });
	if (i < heap->n)
		sift(heap, i, last);
}

void
sb_timer_heap_reorder(struct timer_heap *heap)
{
	for (uint32_t i = 0; i < heap->n; i++)
		sift_up(heap, i, heap->slots[i]);
}

int64_t
sb_timer_heap_first_ns(const struct timer_heap *heap)
{
	return heap->n > 0 ? heap->slots[0].at_ns : INT64_MAX;
}

struct sb_timer *
sb_timer_heap_take(struct timer_heap *heap, int64_t now_ns, uint64_t seq)
{
	struct sb_timer *timer;

	/* What was started after `seq` has a deadline of now at the earliest, so it stands behind
	 * all the others that are due. */
	if (heap->n == 0 || heap->slots[0].at_ns > now_ns || heap->slots[0].timer->seq > seq)
		return NULL;
	timer = heap->slots[0].timer;
	sb_timer_heap_stop(heap, timer);
	return timer;
}

int
sb_timer_init_in(struct timer_heap *heap, struct sb_timer *timer, struct sb_reactor *r,
	sb_call_fn *fn, const char *place, void *self)
{
	sb_assert(fn);
	memset(timer, 0, sizeof(*timer));
	timer->reactor = r;
	timer->fn = fn;
	timer->place = place;
	timer->self = self;
	return sb_timer_heap_add(heap, timer);
}

int
sb_timer_init(
	struct sb_timer *timer, struct sb_reactor *r, sb_call_fn *fn, const char *place, void *self)
{
	return sb_timer_init_in(&r->timers, timer, r, fn, place, self);
}

void
sb_timer_finish(struct sb_timer *timer)
{
	if (timer->pos != 0)
		sb_timer_heap_remove(&timer->reactor->timers, timer);
}

void
sb_timer_start(struct sb_timer *timer, int64_t after_ns)
{
	struct sb_reactor *r = timer->reactor;

	sb_assert(timer->pos != 0);
	sb_timer_heap_start(
		&r->timers, timer, time_add(sb_reactor_now_ns(r), after_ns > 0 ? after_ns : 0));
}

void
sb_timer_stop(struct sb_timer *timer)
{
	if (timer->pos != 0)
		sb_timer_heap_stop(&timer->reactor->timers, timer);
}

bool
sb_timer_is_started(const struct sb_timer *timer)
{
	return timer->pos != 0 && is_started(&timer->reactor->timers, timer);
}

int64_t
sb_timer_due_ns(const struct sb_timer *timer)
{
	return timer->pos != 0 ? timer->reactor->timers.slots[timer->pos - 1].at_ns : INT64_MAX;
}
