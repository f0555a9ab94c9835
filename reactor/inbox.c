#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "private.h"

/* How many calls an array keeps room for when they are made; what more a burst took goes back. */
enum { CAP_KEPT = 1024 };

/* Calls posted, in two arrays that are swapped, so that posting seldom allocates; and wakers that
 * are woken, each of which knows how many of these calls come before its own. */
struct inbox {
	pthread_mutex_t lock; /* guards calls, n, cap, woken, and the wakers' is_woken */
	struct call *calls, *spare_calls;
	size_t n, cap, spare_cap;
	struct sb_waker *woken, **woken_end;
	struct sb_waker
		*called; /* the woken ones of this turn; the reactor's thread alone has them */
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
	box->woken_end = &box->woken;
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
		if (box->n == 1 && !box->woken)
			r->backend->wake(r->back);
	}
	(void)pthread_mutex_unlock(&box->lock);
	return ret;
}

void
sb_waker_init(
	struct sb_waker *waker, struct sb_reactor *r, sb_call_fn *fn, const char *place, void *self)
{
	sb_assert(fn);
	memset(waker, 0, sizeof(*waker));
	waker->reactor = r;
	waker->fn = fn;
	waker->place = place;
	waker->self = self;
	waker->at = r->wakers_end;
	*waker->at = waker;
	r->wakers_end = &waker->next;
}

/* Under the lock. It is among those that are woken, or those of this turn. */
static void
take_out(struct inbox *box, struct sb_waker *waker)
{
	*waker->woken_at = waker->next_woken;
	if (waker->next_woken)
		waker->next_woken->woken_at = waker->woken_at;
	else if (box->woken_end == &waker->next_woken)
		box->woken_end = waker->woken_at;
	waker->is_woken = false;
}

void
sb_waker_finish(struct sb_waker *waker)
{
	struct sb_reactor *r = waker->reactor;

	if (!r)
		return;
	(void)pthread_mutex_lock(&r->inbox->lock);
	if (waker->is_woken)
		take_out(r->inbox, waker);
	(void)pthread_mutex_unlock(&r->inbox->lock);
	*waker->at = waker->next;
	if (waker->next)
		waker->next->at = waker->at;
	else
		r->wakers_end = waker->at;
	waker->reactor = NULL;
}

void
sb_waker_wake(struct sb_waker *waker)
{
	struct sb_reactor *r = waker->reactor;
	struct inbox *box;

	sb_assert(r);
	box = r->inbox;
	(void)pthread_mutex_lock(&box->lock);
	if (!waker->is_woken) {
		if (box->n == 0 && !box->woken)
			r->backend->wake(r->back);
		waker->is_woken = true;
		waker->n_before = box->n;
		waker->next_woken = NULL;
		waker->woken_at = box->woken_end;
		*waker->woken_at = waker;
		box->woken_end = &waker->next_woken;
	}
	(void)pthread_mutex_unlock(&box->lock);
}

bool
sb_inbox_is_empty(struct inbox *box)
{
	bool is_empty;

	(void)pthread_mutex_lock(&box->lock);
	is_empty = box->n == 0 && !box->woken;
	(void)pthread_mutex_unlock(&box->lock);
	return is_empty;
}

/* Takes what is in it for this turn: returns the calls, and how many they are. */
static const struct call *
take_all(struct inbox *box, size_t *ret_n)
{
	struct call *calls;
	size_t cap;

	(void)pthread_mutex_lock(&box->lock);
	calls = box->calls;
	*ret_n = box->n;
	cap = box->cap;
	box->calls = box->spare_calls;
	box->cap = box->spare_cap;
	box->n = 0;
	box->spare_calls = calls;
	box->spare_cap = cap;
	box->called = box->woken;
	if (box->called)
		box->called->woken_at = &box->called;
	box->woken = NULL;
	box->woken_end = &box->woken;
	(void)pthread_mutex_unlock(&box->lock);
	return calls;
}

/* Calls the wakers of this turn that were woken when n calls had been posted. */
static void
call_wakers(struct sb_reactor *r, size_t n)
{
	struct inbox *box = r->inbox;
	struct sb_waker *waker;

	while ((waker = box->called) && waker->n_before == n) {
		/* Before the call: it may finish the waker, and who wakes it then wakes it anew. */
		(void)pthread_mutex_lock(&box->lock);
		take_out(box, waker);
		(void)pthread_mutex_unlock(&box->lock);
		sb_reactor_enter(r, waker->place);
		waker->fn(waker->self);
	}
}

void
sb_inbox_run(struct sb_reactor *r)
{
	struct inbox *box = r->inbox;
	const struct call *calls;
	size_t n, i;

	calls = take_all(box, &n);
	for (i = 0; i < n; i++) {
		call_wakers(r, i);
		sb_reactor_enter(r, calls[i].place);
		calls[i].fn(calls[i].self);
	}
	call_wakers(r, n);
	if (box->spare_cap <= CAP_KEPT)
		return;
	free(box->spare_calls);
	box->spare_calls = NULL;
	box->spare_cap = 0;
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

bool
sb_inbox_holds(struct inbox *box, const struct sb_waker *waker)
{
	bool is_woken;

	(void)pthread_mutex_lock(&box->lock);
	is_woken = waker->is_woken;
	(void)pthread_mutex_unlock(&box->lock);
	return is_woken;
}
