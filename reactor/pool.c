#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "private.h"

enum {
	N_THREADS = 4,
	MAX_WAITING = 64,
};

enum state {
	WAITS,
	RUNS,
	DONE,
	CANCELLED,
};

struct work_list {
	struct sb_work *first, **end;
	size_t n;
};

/* Work is in one of the lists, from when it is given until `done` is called. */
struct sb_pool {
	struct sb_reactor *reactor;
	const char *place;
	struct sb_pool *next, **at; /* all of the reactor */
	struct crew *crew;
	struct sb_waker waker;
	size_t max_waiting;
	bool is_telling; /* calls a `done` */

	pthread_mutex_t lock; /* guards what follows, and state, next and at of given work */
	pthread_cond_t given;
	struct work_list waiting, running;
	struct work_list over; /* done or cancelled since the loop looked */
	struct work_list telling; /* what it saw then */
	size_t n_awaiting; /* threads without work */
	bool is_closing;
};

static void
list_init(struct work_list *list)
{
	list->first = NULL;
	list->end = &list->first;
	list->n = 0;
}

static void
list_add(struct work_list *list, struct sb_work *work)
{
	work->next = NULL;
	work->at = list->end;
	*work->at = work;
	list->end = &work->next;
	list->n++;
}

static void
list_remove(struct work_list *list, struct sb_work *work)
{
	*work->at = work->next;
	if (work->next)
		work->next->at = work->at;
	else
		list->end = work->at;
	list->n--;
}

/* Moves all that `from` has to the end of `to`. */
static void
list_move(struct work_list *from, struct work_list *to)
{
	struct sb_work *work;

	while ((work = from->first)) {
		list_remove(from, work);
		list_add(to, work);
	}
}

static void
lock(struct sb_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock);
}

static void
unlock(struct sb_pool *pool)
{
	(void)pthread_mutex_unlock(&pool->lock);
}

/* Under the lock. */
static struct sb_work *
take(struct sb_pool *pool)
{
	struct sb_work *work = pool->waiting.first;

	if (!work)
		return NULL;
	list_remove(&pool->waiting, work);
	list_add(&pool->running, work);
	work->state = RUNS;
	return work;
}

struct sb_work *
sb_pool_take(struct sb_pool *pool)
{
	struct sb_work *work;

	lock(pool);
	work = take(pool);
	unlock(pool);
	return work;
}

struct sb_work *
sb_pool_await(struct sb_pool *pool)
{
	struct sb_work *work;

	lock(pool);
	while (!(work = take(pool)) && !pool->is_closing) {
		pool->n_awaiting++;
		(void)pthread_cond_wait(&pool->given, &pool->lock);
		pool->n_awaiting--;
	}
	unlock(pool);
	return work;
}

/* Under the lock. The waker goes after the last thread, so it is there. */
static void
end(struct sb_pool *pool, struct sb_work *work, enum state state)
{
	work->state = state;
	list_add(&pool->over, work);
	if (pool->over.n == 1)
		sb_waker_wake(&pool->waker);
}

void
sb_pool_finish(struct sb_pool *pool, struct sb_work *work)
{
	lock(pool);
	list_remove(&pool->running, work);
	end(pool, work, DONE);
	unlock(pool);
}

static struct sb_work *
next_to_tell(struct sb_pool *pool)
{
	struct sb_work *work;

	lock(pool);
	work = pool->telling.first;
	if (work)
		list_remove(&pool->telling, work);
	unlock(pool);
	return work;
}

/* Calls `done` of what was over when it began. */
static void
tell(struct sb_pool *pool)
{
	struct sb_work *work;

	lock(pool);
	list_move(&pool->over, &pool->telling);
	unlock(pool);
	while ((work = next_to_tell(pool))) {
		pool->reactor->n_works--;
		work->pool = NULL;
		if (!work->done)
			continue;
		pool->is_telling = true;
		sb_reactor_enter(pool->reactor, work->place);
		work->done(work->self, work->state == DONE);
		pool->is_telling = false;
	}
}

static void
on_over(void *self)
{
	tell(self);
}

static int
init_lock(struct sb_pool *pool)
{
	if (pthread_mutex_init(&pool->lock, NULL) != 0)
		return -ENOMEM;
	if (pthread_cond_init(&pool->given, NULL) == 0)
		return 0;
	(void)pthread_mutex_destroy(&pool->lock);
	return -ENOMEM;
}

static void
finish_lock(struct sb_pool *pool)
{
	(void)pthread_cond_destroy(&pool->given);
	(void)pthread_mutex_destroy(&pool->lock);
}

static void
enter(struct sb_pool *pool, struct sb_reactor *r)
{
	pool->at = r->pools_end;
	*pool->at = pool;
	r->pools_end = &pool->next;
	/* Without a place: it is the pool that is listed. */
	sb_waker_init(&pool->waker, r, on_over, NULL, pool);
}

static void
leave(struct sb_pool *pool)
{
	sb_waker_finish(&pool->waker);
	*pool->at = pool->next;
	if (pool->next)
		pool->next->at = pool->at;
	else
		pool->reactor->pools_end = pool->at;
}

struct sb_pool *
sb_pool_create(struct sb_reactor *r, const struct sb_pool_options *options, const char *place)
{
	struct sb_pool_options given = { 0, 0 };
	struct sb_pool *pool = calloc(1, sizeof(*pool));

	if (!pool || init_lock(pool) < 0) {
		free(pool);
		return NULL;
	}
	if (options)
		given = *options;
	pool->reactor = r;
	pool->place = place;
	pool->max_waiting = given.max_waiting ? given.max_waiting : MAX_WAITING;
	list_init(&pool->waiting);
	list_init(&pool->running);
	list_init(&pool->over);
	list_init(&pool->telling);
	pool->crew = r->backend->hire(r->back, pool, given.n_threads ? given.n_threads : N_THREADS);
	if (!pool->crew) {
		finish_lock(pool);
		free(pool);
		return NULL;
	}
	enter(pool, r);
	return pool;
}

void
sb_pool_destroy(struct sb_pool *pool)
{
	struct sb_work *work;

	if (!pool)
		return;
	sb_assert(!pool->is_telling);
	lock(pool);
	pool->is_closing = true;
	while ((work = pool->waiting.first)) {
		list_remove(&pool->waiting, work);
		end(pool, work, CANCELLED);
	}
	(void)pthread_cond_broadcast(&pool->given);
	unlock(pool);
	pool->crew->dismiss(pool->crew);
	tell(pool);
	leave(pool);
	finish_lock(pool);
	free(pool);
}

/* Returns 0, or -ENOBUFS; and whether somebody has to be called for it. */
static int
put(struct sb_pool *pool, struct sb_work *work, bool *ret_is_lacking)
{
	int ret = -ENOBUFS;

	lock(pool);
	if (pool->waiting.n < pool->max_waiting) {
		ret = 0;
		list_add(&pool->waiting, work);
		/* Who was sent for an earlier piece may not have come yet. */
		*ret_is_lacking = pool->waiting.n > pool->n_awaiting;
		(void)pthread_cond_signal(&pool->given);
	}
	unlock(pool);
	return ret;
}

static void
take_back(struct sb_pool *pool, struct sb_work *work)
{
	lock(pool);
	list_remove(&pool->waiting, work);
	unlock(pool);
	work->pool = NULL;
}

int
sb_pool_give(struct sb_pool *pool, struct sb_work *work, sb_work_fn *fn, const char *place,
	sb_work_done_fn *done, void *self)
{
	const struct sb_work given = { pool, fn, done, place, self, NULL, NULL, WAITS };
	bool is_lacking = false;
	int ret;

	sb_assert(fn);
	if (pool->is_closing)
		return -EPIPE;
	*work = given;
	ret = put(pool, work, &is_lacking);
	if (ret < 0) {
		work->pool = NULL;
		return ret;
	}
	if (is_lacking)
		ret = pool->crew->call(pool->crew);
	if (ret < 0) {
		take_back(pool, work);
		return ret;
	}
	pool->reactor->n_works++;
	return 0;
}

bool
sb_pool_cancel(struct sb_work *work)
{
	struct sb_pool *pool = work->pool;
	bool is_cancelled;

	if (!pool)
		return false;
	lock(pool);
	if (work->state == WAITS) {
		list_remove(&pool->waiting, work);
		end(pool, work, CANCELLED);
	}
	is_cancelled = work->state == CANCELLED;
	unlock(pool);
	return is_cancelled;
}

size_t
sb_pool_n_waiting(const struct sb_pool *pool)
{
	/* Taking the lock changes nothing that anybody could see. */
	struct sb_pool *own = (struct sb_pool *)(uintptr_t)pool;
	size_t n;

	lock(own);
	n = own->waiting.n;
	unlock(own);
	return n;
}

size_t
sb_pool_n_running(const struct sb_pool *pool)
{
	struct sb_pool *own = (struct sb_pool *)(uintptr_t)pool;
	size_t n;

	lock(own);
	n = own->running.n;
	unlock(own);
	return n;
}

/* Writes number *at of the list, or counts *at down by how many it has. */
static bool
describe(const struct work_list *list, size_t *at, char *buf, size_t cap)
{
	const struct sb_work *work;

	for (work = list->first; work; work = work->next) {
		if ((*at)-- > 0)
			continue;
		(void)snprintf(buf, cap, "work %s", work->place);
		return true;
	}
	return false;
}

static bool
describe_all(struct sb_pool *pool, size_t *at, char *buf, size_t cap)
{
	bool is_there;

	if ((*at)-- == 0) {
		(void)snprintf(buf, cap, "pool %s", pool->place);
		return true;
	}
	lock(pool);
	is_there = describe(&pool->telling, at, buf, cap) || describe(&pool->over, at, buf, cap)
		   || describe(&pool->running, at, buf, cap)
		   || describe(&pool->waiting, at, buf, cap);
	unlock(pool);
	return is_there;
}

bool
sb_pools_describe(const struct sb_reactor *r, size_t *at, char *buf, size_t cap)
{
	struct sb_pool *pool;

	for (pool = r->all_pools; pool; pool = pool->next) {
		if (describe_all(pool, at, buf, cap))
			return true;
	}
	return false;
}
