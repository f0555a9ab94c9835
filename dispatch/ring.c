#include "ring.h"

#include <stdlib.h>

enum { CAP_START = 16 };

static size_t
place_of(const struct ring *ring, size_t k)
{
	size_t at = ring->first + k;

	return at < ring->cap ? at : at - ring->cap;
}

bool
sb_ring_reserve(struct ring *ring, size_t most)
{
	size_t cap = ring->cap ? ring->cap : CAP_START / 2;
	void **items;

	if (ring->n < ring->cap)
		return true;
	cap = cap < most / 2 ? cap * 2 : most;
	items = malloc(cap * sizeof(*items));
	if (!items)
		return false;
	for (size_t k = 0; k < ring->n; k++)
		items[k] = ring->items[place_of(ring, k)];
	free(ring->items);
	*ring = (struct ring){ .items = items, .cap = cap, .n = ring->n };
	return true;
}

void
sb_ring_put(struct ring *ring, void *item)
{
	ring->items[place_of(ring, ring->n++)] = item;
}

void *
sb_ring_take(struct ring *ring)
{
	void *item = ring->items[ring->first];

	ring->first = place_of(ring, 1);
	if (--ring->n || ring->cap <= CAP_START)
		return item;
	free(ring->items);
	*ring = (struct ring){ .items = NULL };
	return item;
}
