#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "pool.h"

/* Threads that are started when they are needed, and stay. */
struct threads {
	struct crew base;
	struct sb_pool *pool;
	unsigned n, cap;
	pthread_t at[];
};

static void *
work_on(void *self)
{
	struct sb_pool *pool = self;
	struct sb_work *work;

	while ((work = sb_pool_await(pool))) {
		work->work(work->self);
		sb_pool_finish(pool, work);
	}
	return NULL;
}

static int
start_one(struct threads *threads)
{
	sigset_t all, before;
	int ret;

	/* Signals are for the loop's thread. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = -pthread_create(&threads->at[threads->n], NULL, work_on, threads->pool);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ret == 0)
		threads->n++;
	return ret;
}

static int
call(struct crew *crew)
{
	struct threads *threads = (struct threads *)crew;
	int ret;

	if (threads->n == threads->cap)
		return 0;
	ret = start_one(threads);
	return threads->n > 0 ? 0 : ret;
}

static void
dismiss(struct crew *crew)
{
	struct threads *threads = (struct threads *)crew;
	unsigned i;

	for (i = 0; i < threads->n; i++)
		(void)pthread_join(threads->at[i], NULL);
	free(threads);
}

struct crew *
sb_threads_hire(void *back, struct sb_pool *pool, unsigned n)
{
	struct threads *threads = calloc(1, sizeof(*threads) + n * sizeof(threads->at[0]));

	(void)back;
	if (!threads)
		return NULL;
	threads->base.call = call;
	threads->base.dismiss = dismiss;
	threads->pool = pool;
	threads->cap = n;
	return &threads->base;
}
