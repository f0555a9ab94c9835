#ifndef BENCH_DISPATCH_FLOORS_H
#define BENCH_DISPATCH_FLOORS_H

#include "ours.h"

/* A receiver, in an array that a program keeps for itself. */
struct plain {
	void (*fn)(void *self, struct thing *from, const struct test_alpha *e);
	void *self;
};

/* Calls each; returns n. Inlined where it stands: what the floor is. */
static inline int
array_emit(const struct plain *receivers, size_t n, struct thing *from, const struct test_alpha *e)
{
	for (size_t k = 0; k < n; k++)
		receivers[k].fn(receivers[k].self, from, e);
	return (int)n;
}

#endif
