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
	if (heap->n > 0)
		memcpy(block + BEFORE_ROOT, heap->slots, heap->n * sizeof(*heap->slots));
	free(heap->block);
	heap->block = block;
	heap->slots = block + BEFORE_ROOT;
	heap->cap = cap;
	return 0;
}

int
sb_timer_heap_reserve(struct timer_heap *heap)
{
	int ret = 0;

	if (heap->n_reserved == heap->cap) {
		if (heap->cap > UINT32_MAX / 2 - LINE)
			return -ENOMEM;
		ret = grow(heap, heap->cap ? heap->cap * 2 : FIRST_CAP);
	}
	if (ret == 0)
		heap->n_reserved++;
	return ret;
}

void
sb_timer_heap_release(struct timer_heap *heap)
{
	heap->n_reserved--;
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
	if (timer->pos != 0)
		sift(heap, timer->pos - 1, slot);
	else
		sift_up(heap, heap->n++, slot);
}

void
sb_timer_heap_move(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns)
{
	struct timer_slot slot = { at_ns, timer };

	sift(heap, timer->pos - 1, slot);
}

void
sb_timer_heap_stop(struct timer_heap *heap, struct sb_timer *timer)
{
	uint32_t i;

	if (timer->pos == 0)
		return;
	i = timer->pos - 1;
	timer->pos = 0;
	heap->n--;
	if (i < heap->n)
		sift(heap, i, heap->slots[heap->n]);
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
sb_timer_join(struct sb_timer *timer, struct timer_heap *heap, struct sb_timer ***end)
{
	int ret = sb_timer_heap_reserve(heap);

	if (ret < 0)
		return ret;
	timer->at = *end;
	*timer->at = timer;
	*end = &timer->next;
	return 0;
}

void
sb_timer_leave(struct sb_timer *timer, struct timer_heap *heap, struct sb_timer ***end)
{
	sb_timer_heap_stop(heap, timer);
	sb_timer_heap_release(heap);
	*timer->at = timer->next;
	if (timer->next)
		timer->next->at = timer->at;
	else
		*end = timer->at;
	timer->reactor = NULL;
}

int
sb_timer_init(
	struct sb_timer *timer, struct sb_reactor *r, sb_call_fn *fn, const char *place, void *self)
{
	int ret;

	sb_assert(fn);
	memset(timer, 0, sizeof(*timer));
	ret = sb_timer_join(timer, &r->timers, &r->timers_end);
	if (ret < 0)
		return ret;
	timer->reactor = r;
	timer->fn = fn;
	timer->place = place;
	timer->self = self;
	return 0;
}

void
sb_timer_finish(struct sb_timer *timer)
{
	struct sb_reactor *r = timer->reactor;

	if (r)
		sb_timer_leave(timer, &r->timers, &r->timers_end);
}

void
sb_timer_start(struct sb_timer *timer, int64_t after_ns)
{
	struct sb_reactor *r = timer->reactor;

	sb_assert(r);
	sb_timer_heap_start(
		&r->timers, timer, time_add(sb_reactor_now_ns(r), after_ns > 0 ? after_ns : 0));
}

void
sb_timer_stop(struct sb_timer *timer)
{
	if (timer->reactor)
		sb_timer_heap_stop(&timer->reactor->timers, timer);
}

bool
sb_timer_is_started(const struct sb_timer *timer)
{
	return timer->pos != 0;
}

int64_t
sb_timer_due_ns(const struct sb_timer *timer)
{
	return timer->pos != 0 ? timer->reactor->timers.slots[timer->pos - 1].at_ns : INT64_MAX;
}
