#include "timer_heap.h"

#include <errno.h>
#include <stdlib.h>

#include "private.h"

enum {
	CHILDREN = 4,
	FIRST_CAP = 16,
	LINE = 64, /* bytes of the cache */
	BEFORE_ROOT = CHILDREN - 1, /* slots, so that the first child begins a line */
};

struct timer_entry {
	struct sb_timer *timer;
	uint32_t at; /* its slot; of a free one: the next that is free */
};

/* Without branches, which nobody could foretell. */
static bool
is_before(const struct timer_slot *a, const struct timer_slot *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void
put(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	heap->slots[i] = slot;
	heap->entries[slot.id].at = i;
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

/* Of four, by two and two. */
static uint32_t
first_of_four(const struct timer_slot *s, uint32_t i)
{
	uint32_t a = i + is_before(&s[i + 1], &s[i]);
	uint32_t b = i + 2 + is_before(&s[i + 3], &s[i + 2]);

	return is_before(&s[b], &s[a]) ? b : a;
}

static uint32_t
first_child(const struct timer_heap *heap, uint32_t i)
{
	uint32_t child = i * CHILDREN + 1, first = child, k;

	if (child + CHILDREN <= heap->n)
		return first_of_four(heap->slots, child);
	for (k = child + 1; k < heap->n; k++) {
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

/* Where the slot belongs, when what stood at i is no more. */
static void
sift(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	if (i > 0 && is_before(&slot, &heap->slots[(i - 1) / CHILDREN]))
		sift_up(heap, i, slot);
	else
		sift_down(heap, i, slot);
}

static size_t
slots_size(uint32_t cap)
{
	return (size_t)(cap + BEFORE_ROOT + 1) / CHILDREN * LINE;
}

/* Moves all to a block for so many: 0, or -ENOMEM. */
static int
grow(struct timer_heap *heap, uint32_t cap)
{
	size_t entries_size = (cap * sizeof(*heap->entries) + LINE - 1) / LINE * LINE;
	unsigned char *block = aligned_alloc(LINE, slots_size(cap) + entries_size);
	struct timer_slot *slots = (void *)block;
	struct timer_entry *entries = (void *)(block + slots_size(cap));
	uint32_t i;

	if (!block)
		return -ENOMEM;
	if (heap->cap > 0) {
		memcpy(slots + BEFORE_ROOT, heap->slots, heap->n * sizeof(*slots));
		memcpy(entries, heap->entries, heap->cap * sizeof(*entries));
	}
	/* Those that were free come after the new ones. */
	for (i = heap->cap; i < cap; i++)
		entries[i].at = i + 1 < cap ? i + 1 : heap->free_id;
	heap->free_id = heap->cap;
	free(heap->block);
	heap->block = block;
	heap->slots = slots + BEFORE_ROOT;
	heap->entries = entries;
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

static int
compare(const void *a, const void *b)
{
	return is_before(b, a) - is_before(a, b);
}

/* The numbers are used up: those that are started get new ones, in their order. */
static void
renumber(struct timer_heap *heap)
{
	uint32_t i;

	/* What is sorted is a heap too. */
	qsort(heap->slots, heap->n, sizeof(*heap->slots), compare);
	for (i = 0; i < heap->n; i++) {
		heap->slots[i].order = i;
		heap->entries[heap->slots[i].id].at = i;
	}
	heap->order = heap->n;
}

static uint32_t
enter(struct timer_heap *heap, struct sb_timer *timer)
{
	uint32_t id = heap->free_id;

	heap->free_id = heap->entries[id].at;
	heap->entries[id].timer = timer;
	timer->pos = id + 1;
	return id;
}

void
sb_timer_heap_start(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns)
{
	struct timer_slot slot;

	if (heap->order == UINT32_MAX)
		renumber(heap);
	slot.at_ns = at_ns;
	slot.order = ++heap->order;
	timer->at_ns = at_ns;
	timer->seq = ++heap->seq;
	if (timer->pos != 0) {
		slot.id = timer->pos - 1;
		sift(heap, heap->entries[slot.id].at, slot);
	} else {
		slot.id = enter(heap, timer);
		sift_up(heap, heap->n++, slot);
	}
}

void
sb_timer_heap_move(struct timer_heap *heap, struct sb_timer *timer, int64_t at_ns)
{
	uint32_t i = heap->entries[timer->pos - 1].at;
	struct timer_slot slot = heap->slots[i];

	timer->at_ns = slot.at_ns = at_ns;
	sift(heap, i, slot);
}

void
sb_timer_heap_stop(struct timer_heap *heap, struct sb_timer *timer)
{
	struct timer_entry *entry;
	uint32_t id, i;

	if (timer->pos == 0)
		return;
	id = timer->pos - 1;
	entry = &heap->entries[id];
	i = entry->at;
	entry->at = heap->free_id;
	heap->free_id = id;
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

	if (heap->n == 0 || heap->slots[0].at_ns > now_ns)
		return NULL;
	timer = heap->entries[heap->slots[0].id].timer;
	/* What was started after `seq` has a deadline of now at the earliest, so it stands behind
	 * all the others that are due. */
	if (timer->seq > seq)
		return NULL;
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
