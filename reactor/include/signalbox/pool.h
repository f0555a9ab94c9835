#ifndef SIGNALBOX_POOL_H
#define SIGNALBOX_POOL_H

/* A few threads for work that blocks (files, databases, password hashes), whose results come back
 * as calls on the loop. In a simulation there are no threads: work is begun and takes a while as the
 * seed and its weather choose, as much at once as the pool has threads; all that `work` does happens
 * at the end of that while, between two turns.
 *
 * One piece of work has two functions: `work` runs on a thread of the pool and may touch nothing
 * but its own object; `done` runs on the reactor's thread. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_pool;

/* 0: the default. */
struct sb_pool_options {
	unsigned n_threads; /* at most; started when needed; 4 */
	size_t max_waiting; /* work that no thread has begun; more is refused; 64 */
};

/* On a thread of the pool. */
typedef void sb_work_fn(void *self);

/* On the loop, once, after work was given. was_done false: it was cancelled, or the pool destroyed,
 * before any thread had begun it. self may be freed in it, and the work be given again. */
typedef void sb_work_done_fn(void *self, bool was_done);

/* One piece of work. The caller's memory, valid until `done` has been called; the members are
 * private. */
struct sb_work {
	struct sb_pool *pool; /* NULL: not given */
	sb_work_fn *work;
	sb_work_done_fn *done;
	const char *place;
	void *self;
	struct sb_work *next, **at;
	int state;
};

/* Returns NULL when out of memory. options NULL: the defaults. */
SB_API struct sb_pool *sb_pool_create(
	struct sb_reactor *r, const struct sb_pool_options *options, const char *place);

/* Work that waits is cancelled; for work that a thread is doing it waits, blocking, since a thread
 * cannot be stopped. `done` of all of it is called before this returns. Not from within `done`.
 * NULL is fine. */
SB_API void sb_pool_destroy(struct sb_pool *pool);

/* Gives work: work(self) on a thread, then done(self, true) on the loop. fn, place: as
 * SB_HANDLER(work). done may be NULL: then self must live as the work does. It begins in the order
 * in which it was given. Returns 0; -ENOBUFS when max_waiting wait; -ENOMEM or -EAGAIN when there is
 * no thread and none can be started; -EPIPE in a `done` that the pool's destruction calls. Keeps the
 * reactor running until `done` has been called. */
SB_API int sb_pool_give(struct sb_pool *pool, struct sb_work *work, sb_work_fn *fn,
	const char *place, sb_work_done_fn *done, void *self);

/* Nobody wants it any more. Work that waits is not begun; work that a thread is doing goes on to
 * its end, which nobody waits for. Returns true when `work` has not begun and will not; false when
 * it runs or has run. Either way done(self, false) or done(self, true) comes, in a later turn, so
 * that who owns self knows when it may go: an owner that dies leaves self to `done`. Work that is
 * not given is fine, and was not begun: false. */
SB_API bool sb_pool_cancel(struct sb_work *work);

/* How much waits, and how much is being done. */
SB_API size_t sb_pool_n_waiting(const struct sb_pool *pool);
SB_API size_t sb_pool_n_running(const struct sb_pool *pool);

SB_C_END

#endif
