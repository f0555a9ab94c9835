#ifndef DISPATCH_RING_H
#define DISPATCH_RING_H

/* Pointers that wait, in order. Grows as they come, and lets go of its memory when it gets empty
 * after there have been many. A zeroed one is empty. */

#include <stdbool.h>
#include <stddef.h>

struct ring {
	void **items;
	size_t cap, first, n;
};

/* Returns false when there is no memory for one more; at most `most` will ever be in it. */
bool sb_ring_reserve(struct ring *ring, size_t most);
/* Where there is room. */
void sb_ring_put(struct ring *ring, void *item);
/* The first; where there is one. */
void *sb_ring_take(struct ring *ring);

#endif
