#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "private.h"

/* Calls posted, in two arrays that are swapped, so that posting seldom allocates. */
struct inbox {
	pthread_mutex_t lock; /* guards calls, n, cap */
	struct call *calls, *spare_calls;
	size_t n, cap, spare_cap;
};

struct inbox *
sb_inbox_create(void)
{
	struct inbox *box = calloc(1, sizeof(*box));

	if (!box)
		return NULL;
	if (pthread_mutex_init(&box->lock, NULL) != 0) {
		free(box);
		return NULL;
	}
	return box;
}

void
sb_inbox_destroy(struct inbox *box)
{
	if (!box)
		return;
	free(box->calls);
	free(box->spare_calls);
	(void)pthread_mutex_destroy(&box->lock);
	free(box);
}

static int
grow(struct inbox *box)
{
	size_t cap = box->cap ? box->cap * 2 : 16;
	void *calls;

	if (cap > SIZE_MAX / 2 / sizeof(*box->calls))
		return -ENOMEM;
	calls = realloc(box->calls, cap * sizeof(*box->calls));
	if (!calls)
		return -ENOMEM;
	box->calls = calls;
	box->cap = cap;
	return 0;
}

int
sb_reactor_post(struct sb_reactor *r, sb_call_fn *fn, const char *place, void *self)
{
	struct inbox *box = r->inbox;
	struct call *call;
	int ret = 0;

	sb_assert(fn);
	(void)pthread_mutex_lock(&box->lock);
	if (box->n == box->cap)
		ret = grow(box);
	if (ret == 0) {
		call = &box->calls[box->n++];
		call->fn = fn;
		call->place = place;
		call->self = self;
		/* Under the lock: once it is free, the call may be made, the reactor destroyed. */
		if (box->n == 1)
			r->backend->wake(r->back);
	}
	(void)pthread_mutex_unlock(&box->lock);
	return ret;
}

bool
sb_inbox_is_empty(struct inbox *box)
{
	bool is_empty;

	(void)pthread_mutex_lock(&box->lock);
	is_empty = box->n == 0;
	(void)pthread_mutex_unlock(&box->lock);
	return is_empty;
}

void
sb_inbox_run(struct inbox *box)
{
	struct call *calls;
	size_t n, cap, i;

	(void)pthread_mutex_lock(&box->lock);
	calls = box->calls;
	n = box->n;
	cap = box->cap;
	box->calls = box->spare_calls;
	box->cap = box->spare_cap;
	box->n = 0;
	box->spare_calls = calls;
	box->spare_cap = cap;
	(void)pthread_mutex_unlock(&box->lock);
	for (i = 0; i < n; i++)
		calls[i].fn(calls[i].self);
}

bool
sb_inbox_peek(struct inbox *box, size_t i, struct call *ret_call)
{
	bool is_there;

	(void)pthread_mutex_lock(&box->lock);
	is_there = i < box->n;
	if (is_there)
		*ret_call = box->calls[i];
	(void)pthread_mutex_unlock(&box->lock);
	return is_there;
}
