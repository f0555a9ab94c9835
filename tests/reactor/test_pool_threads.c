/* Pools over libev: threads, what they do at once, and many of them under load. */

#include "reactor/contract.h"
#include "reactor/private.h"

#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include <signalbox/pool.h>

enum { N_THREADS = 3, N_JOBS = 8 };

struct job {
	struct shop *shop;
	struct sb_work work;
	bool is_worked, has_signals, was_done;
	pthread_t thread;
	unsigned n_done;
	uint64_t turn;
};

struct shop {
	struct world *world;
	struct sb_reactor *r;
	struct sb_pool *pool;
	struct job jobs[N_JOBS];
	sem_t begun, may_end;
	void (*on_done)(struct job *);
};

static int
set_up(void **state)
{
	const struct sb_pool_options options = { N_THREADS, 0 };
	struct shop *s = calloc(1, sizeof(*s));
	int i;

	(void)alarm(120);
	assert_non_null(s);
	s->world = create_world(OVER_TCP, 1);
	s->r = s->world->r;
	s->pool = sb_pool_create(s->r, &options, SB_PLACE);
	assert_non_null(s->pool);
	for (i = 0; i < N_JOBS; i++)
		s->jobs[i].shop = s;
	assert_int_equal(sem_init(&s->begun, 0, 0), 0);
	assert_int_equal(sem_init(&s->may_end, 0, 0), 0);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct shop *s = *state;

	sb_pool_destroy(s->pool);
	destroy_world(s->world);
	(void)sem_destroy(&s->begun);
	(void)sem_destroy(&s->may_end);
	free(s);
	return 0;
}

static void
await(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		assert_int_equal(errno, EINTR);
}

static bool
blocks_all_signals(void)
{
	sigset_t set;
	int i;

	(void)pthread_sigmask(SIG_BLOCK, NULL, &set);
	for (i = 0; i < N_SIGNALS; i++)
		if (!sigismember(&set, sb_signal_numbers[i]))
			return false;
	return sigismember(&set, SIGALRM) == 1 && sigismember(&set, SIGCHLD) == 1;
}

/* Until the test lets it go. */
static void
work_on(void *self)
{
	struct job *job = self;

	job->thread = pthread_self();
	job->has_signals = !blocks_all_signals();
	(void)sem_post(&job->shop->begun);
	while (sem_wait(&job->shop->may_end) < 0)
		continue;
	job->is_worked = true;
}

static void
on_done(void *self, bool was_done)
{
	struct job *job = self;

	assert_true(was_done == job->is_worked);
	job->was_done = was_done;
	job->n_done++;
	job->turn = job->shop->r->turn;
	if (job->shop->on_done)
		job->shop->on_done(job);
}

static void
give(struct shop *s, int i)
{
	struct job *job = &s->jobs[i];

	assert_int_equal(sb_pool_give(s->pool, &job->work, SB_HANDLER(work_on), on_done, job), 0);
}

static void
let_go(struct shop *s, int n)
{
	while (n-- > 0)
		assert_int_equal(sem_post(&s->may_end), 0);
}

static unsigned
count_threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned n = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	(void)closedir(folder);
	return n;
}

static void
threads_are_started_when_needed_and_no_more_than_allowed(void **state)
{
	struct shop *s = *state;
	unsigned n;
	int i;

	give(s, 0);
	/* A sanitizer adds one of its own to the first. */
	n = count_threads() - 1;
	for (i = 1; i < N_JOBS; i++) {
		give(s, i);
		assert_int_equal(count_threads() - n, i < N_THREADS ? i + 1 : N_THREADS);
	}
	for (i = 0; i < N_THREADS; i++)
		await(&s->begun);
	assert_int_equal(sb_pool_n_running(s->pool), N_THREADS);
	assert_int_equal(sb_pool_n_waiting(s->pool), N_JOBS - N_THREADS);
	let_go(s, N_JOBS);
	assert_int_equal(sb_reactor_run(s->r), 0);
	sb_pool_destroy(s->pool);
	s->pool = NULL;
	/* One that is joined may still be listed for a moment. */
	while (count_threads() != n)
		(void)sched_yield();
}

static void
idle_thread_is_used_again(void **state)
{
	struct shop *s = *state;
	unsigned n;
	int i;

	give(s, 0);
	let_go(s, 1);
	assert_int_equal(sb_reactor_run(s->r), 0);
	n = count_threads();
	for (i = 0; i < 20; i++) {
		/* It has told that it is done before it waits for more. */
		(void)sched_yield();
		give(s, 0);
		let_go(s, 1);
		assert_int_equal(sb_reactor_run(s->r), 0);
	}
	assert_true(count_threads() <= n + N_THREADS - 1);
	assert_int_equal(s->jobs[0].n_done, 21);
}

static void
two_given_at_once_to_one_idle_thread_are_both_begun(void **state)
{
	const struct sb_pool_options options = { 2, 0 };
	struct shop *s = *state;
	int i;

	for (i = 0; i < 50; i++) {
		sb_pool_destroy(s->pool);
		s->pool = sb_pool_create(s->r, &options, SB_PLACE);
		assert_non_null(s->pool);
		give(s, 0);
		let_go(s, 1);
		assert_int_equal(sb_reactor_run(s->r), 0);
		await(&s->begun);
		give(s, 0);
		give(s, 1);
		await(&s->begun);
		await(&s->begun);
		let_go(s, 2);
		assert_int_equal(sb_reactor_run(s->r), 0);
	}
}

static void
work_is_on_another_thread_that_takes_no_signals(void **state)
{
	struct shop *s = *state;

	give(s, 0);
	let_go(s, 1);
	assert_int_equal(sb_reactor_run(s->r), 0);
	assert_false(pthread_equal(s->jobs[0].thread, pthread_self()));
	assert_false(s->jobs[0].has_signals);
	assert_false(blocks_all_signals());
}

static void
running_work_is_not_cancelled_and_is_told_as_done(void **state)
{
	struct shop *s = *state;

	give(s, 0);
	await(&s->begun);
	assert_false(sb_pool_cancel(&s->jobs[0].work));
	let_go(s, 1);
	assert_int_equal(sb_reactor_run(s->r), 0);
	assert_int_equal(s->jobs[0].n_done, 1);
	assert_true(s->jobs[0].was_done);
}

static void
waiting_work_is_cancelled_behind_running_one(void **state)
{
	struct shop *s = *state;
	int i;

	for (i = 0; i < N_JOBS; i++)
		give(s, i);
	for (i = 0; i < N_THREADS; i++)
		await(&s->begun);
	for (i = 0; i < N_JOBS; i++)
		assert_true(sb_pool_cancel(&s->jobs[i].work) == (i >= N_THREADS));
	let_go(s, N_JOBS);
	assert_int_equal(sb_reactor_run(s->r), 0);
	for (i = 0; i < N_JOBS; i++)
		assert_int_equal(s->jobs[i].was_done, i < N_THREADS);
}

static void
wait_until_all_is_worked(void *self)
{
	struct shop *s = self;

	let_go(s, N_JOBS);
	while (sb_pool_n_waiting(s->pool) + sb_pool_n_running(s->pool) > 0)
		(void)sched_yield();
}

static void
what_is_done_while_the_loop_is_busy_is_told_in_one_turn(void **state)
{
	struct shop *s = *state;
	int i;

	for (i = 0; i < N_JOBS; i++)
		give(s, i);
	assert_int_equal(sb_reactor_post(s->r, SB_HANDLER(wait_until_all_is_worked), s), 0);
	assert_int_equal(sb_reactor_run(s->r), 0);
	for (i = 0; i < N_JOBS; i++) {
		assert_int_equal(s->jobs[i].n_done, 1);
		assert_true(s->jobs[i].turn == s->jobs[0].turn);
	}
}

static void *
let_all_go(void *self)
{
	struct shop *s = self;

	let_go(s, N_JOBS);
	return NULL;
}

static void
destroying_waits_for_running_work_and_cancels_the_rest(void **state)
{
	struct shop *s = *state;
	unsigned n_true = 0;
	pthread_t thread;
	int i;

	for (i = 0; i < N_JOBS; i++)
		give(s, i);
	for (i = 0; i < N_THREADS; i++)
		await(&s->begun);
	assert_int_equal(pthread_create(&thread, NULL, let_all_go, s), 0);
	sb_pool_destroy(s->pool);
	s->pool = NULL;
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (i = 0; i < N_JOBS; i++) {
		assert_int_equal(s->jobs[i].n_done, 1);
		n_true += s->jobs[i].was_done;
	}
	/* A thread that was let go before the pool was closed has taken more. */
	assert_true(n_true >= N_THREADS);
	for (i = 0; i < N_THREADS; i++)
		assert_true(s->jobs[i].was_done);
}

/* Owners that give work, lose interest and die, under pools that come and go. */
enum { N_OWNERS = 8000, AT_ONCE = 40 };

struct mill {
	struct sb_reactor *r;
	struct sb_pool *pool;
	struct owner *owners[AT_ONCE]; /* alive */
	struct sb_timer timer;
	uint64_t state;
	unsigned n_given, n_done, n_true, n_refused, n_pools;
};

/* What work touches; it lives as long as that, and its owner may not. */
struct errand {
	struct sb_work work;
	struct mill *mill;
	struct owner *owner; /* NULL: died */
	unsigned grain, flour;
	bool is_cancelled;
};

struct owner {
	struct errand *errand; /* NULL: has none any more */
};

static uint64_t
draw(struct mill *m, uint64_t n)
{
	m->state = m->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (m->state >> 33) % n;
}

static void
grind(void *self)
{
	struct errand *errand = self;
	unsigned i;

	for (i = 0; i < errand->grain; i++)
		errand->flour++;
}

static void
on_ground(void *self, bool was_done)
{
	struct errand *errand = self;
	struct mill *m = errand->mill;

	assert_int_equal(errand->flour, was_done ? errand->grain : 0);
	assert_false(was_done && errand->is_cancelled);
	m->n_done++;
	m->n_true += was_done;
	if (errand->owner)
		errand->owner->errand = NULL;
	free(errand);
}

static void
let_die(struct mill *m, struct owner **at)
{
	struct errand *errand = *at ? (*at)->errand : NULL;

	if (errand) {
		errand->owner = NULL;
		errand->is_cancelled = sb_pool_cancel(&errand->work);
	}
	(void)m;
	free(*at);
	*at = NULL;
}

static void
send_errand(struct mill *m, struct owner **at)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	int ret;

	*at = calloc(1, sizeof(**at));
	assert_non_null(*at);
	assert_non_null(errand);
	errand->mill = m;
	errand->owner = *at;
	errand->grain = (unsigned)draw(m, 300) + 1;
	ret = sb_pool_give(m->pool, &errand->work, SB_HANDLER(grind), on_ground, errand);
	if (ret < 0) {
		assert_int_equal(ret, -ENOBUFS);
		m->n_refused++;
		free(errand);
		return;
	}
	(*at)->errand = errand;
	m->n_given++;
}

static void
open_mill(struct mill *m)
{
	const struct sb_pool_options options = { (unsigned)draw(m, 4) + 1, 16 };

	sb_pool_destroy(m->pool);
	assert_int_equal(m->n_given, m->n_done);
	m->pool = sb_pool_create(m->r, &options, SB_PLACE);
	assert_non_null(m->pool);
	m->n_pools++;
}

static void
on_day(void *self)
{
	struct mill *m = self;
	uint64_t n = draw(m, 20) + 1;

	while (n-- > 0) {
		struct owner **at = &m->owners[draw(m, AT_ONCE)];

		let_die(m, at);
		send_errand(m, at);
	}
	if (draw(m, 50) == 0)
		open_mill(m);
	if (m->n_given < N_OWNERS)
		sb_timer_start(&m->timer, (int64_t)draw(m, 2) * 20000);
}

static void
work_under_load_is_told_once_each_whoever_dies(void **state)
{
	struct shop *s = *state;
	struct mill m = { .r = s->r, .state = 7 };
	int i;

	open_mill(&m);
	assert_int_equal(sb_timer_init(&m.timer, m.r, SB_HANDLER(on_day), &m), 0);
	sb_timer_start(&m.timer, 0);
	assert_int_equal(sb_reactor_run(m.r), 0);
	assert_int_equal(m.n_given, m.n_done);
	for (i = 0; i < AT_ONCE; i++)
		let_die(&m, &m.owners[i]);
	sb_pool_destroy(m.pool);
	sb_timer_finish(&m.timer);
	assert_true(m.n_true > 0 && m.n_true < m.n_done);
	print_message("%u pieces of work, %u done, %u cancelled, %u refused, %u pools\n", m.n_given,
		m.n_true, m.n_done - m.n_true, m.n_refused, m.n_pools);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define shop_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		shop_test(threads_are_started_when_needed_and_no_more_than_allowed),
		shop_test(idle_thread_is_used_again),
		shop_test(two_given_at_once_to_one_idle_thread_are_both_begun),
		shop_test(work_is_on_another_thread_that_takes_no_signals),
		shop_test(running_work_is_not_cancelled_and_is_told_as_done),
		shop_test(waiting_work_is_cancelled_behind_running_one),
		shop_test(what_is_done_while_the_loop_is_busy_is_told_in_one_turn),
		shop_test(destroying_waits_for_running_work_and_cancels_the_rest),
		shop_test(work_under_load_is_told_once_each_whoever_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
