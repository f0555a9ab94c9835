#ifndef SIGNALBOX_POOL_PRIVATE_H
#define SIGNALBOX_POOL_PRIVATE_H

/* What a crew (backend.h) does with the pool whose work it does. From any thread. */

#include <signalbox/pool.h>

#include "backend.h"

/* Takes the work that was given first, which is begun by this; NULL when none waits. */
struct sb_work *sb_pool_take(struct sb_pool *pool);

/* The same, but waits for it; NULL when the pool is being destroyed. */
struct sb_work *sb_pool_await(struct sb_pool *pool);

/* Work that was taken has been done. */
void sb_pool_finish(struct sb_pool *pool, struct sb_work *work);

/* pool_threads.c: a crew of threads. */
struct crew *sb_threads_hire(void *back, struct sb_pool *pool, unsigned n);

#endif
