/* Posts from threads to a dispatcher joined to a reactor. */

#include "protocols/join_fixture.h"

#include <pthread.h>
#include <semaphore.h>

enum { N_ROUNDS = 300, N_THREADS = 4, N_POSTS = 5000 };

/* A thread that posts when it is told to. */
struct partner {
	struct tower *t;
	struct sb_mailbox *mailbox;
	sem_t go;
	int n;
};

static void *
post_when_told(void *self)
{
	struct partner *partner = self;
	int i;

	for (i = 0; i < N_ROUNDS; i++) {
		while (sem_wait(&partner->go) && errno == EINTR)
			;
		post_ring(partner->mailbox, i);
	}
	return NULL;
}

static void
on_answered(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct partner *partner = self;

	(void)bell;
	assert_true(e->n == partner->n);
	if (++partner->n == N_ROUNDS)
		sb_reactor_stop(partner->t->r);
	else
		assert_int_equal(sem_post(&partner->go), 0);
}

/* The timer keeps the run going; nothing but the posts ends its waits. */
static void
a_post_from_a_thread_ends_a_wait(void **state)
{
	struct tower *t = *state;
	struct partner partner = { .t = t };
	pthread_t thread;

	partner.mailbox = sb_mailbox_of(t->d);
	assert_int_equal(sem_init(&partner.go, 0, 1), 0);
	assert_true(bell_rang_connect(t->d, SB_ANY, SB_HANDLER(on_answered), &partner).serial);
	start_timer(t, stop_tower, t, 3600 * SB_S);
	assert_int_equal(pthread_create(&thread, NULL, post_when_told, &partner), 0);
	run(t);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(partner.n, N_ROUNDS);
	sb_mailbox_release(partner.mailbox);
	assert_int_equal(sem_destroy(&partner.go), 0);
}

struct poster {
	struct sb_mailbox *mailbox;
	pthread_t thread;
	int64_t number;
	int64_t n_heard;
};

struct posters {
	struct tower *t;
	struct poster all[N_THREADS];
	int n_heard;
	bool dies;
};

static void *
post_many(void *self)
{
	struct poster *poster = self;
	struct sb_token nobody = { .object = NULL };
	int64_t i;

	for (i = 0; i < N_POSTS; i++) {
		const struct bell_rang e = { .n = i * N_THREADS + poster->number };
		int error = bell_rang_post(poster->mailbox, nobody, &e);

		if (error && error != -EPIPE)
			abort();
	}
	sb_mailbox_release(poster->mailbox);
	return NULL;
}

static void
on_one_of_many(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct posters *posters = self;
	struct poster *poster = &posters->all[e->n % N_THREADS];

	(void)bell;
	/* In order, of each thread. */
	assert_true(e->n / N_THREADS == poster->n_heard);
	poster->n_heard++;
	posters->n_heard++;
	if (posters->dies && posters->n_heard == 1000) {
		sb_dispatcher_destroy(posters->t->d);
		posters->t->d = NULL;
	}
	if (posters->n_heard == (posters->dies ? 1000 : N_THREADS * N_POSTS))
		sb_reactor_stop(posters->t->r);
}

static void
post_from_all(struct tower *t, bool dies)
{
	struct posters posters = { .t = t, .dies = dies };
	int i;

	assert_true(bell_rang_connect(t->d, SB_ANY, SB_HANDLER(on_one_of_many), &posters).serial);
	sb_set_later(
		t->d, SB_POSTED, (struct sb_later_options){ .size = (size_t)N_THREADS * N_POSTS });
	start_timer(t, stop_tower, t, 3600 * SB_S);
	for (i = 0; i < N_THREADS; i++) {
		struct poster *poster = &posters.all[i];

		poster->mailbox = sb_mailbox_of(t->d);
		poster->number = i;
		assert_int_equal(pthread_create(&poster->thread, NULL, post_many, poster), 0);
	}
	run(t);
	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(posters.all[i].thread, NULL), 0);
	assert_int_equal(posters.n_heard, dies ? 1000 : N_THREADS * N_POSTS);
}

static void
posts_of_many_threads_all_come_and_keep_their_order(void **state)
{
	post_from_all(*state, false);
}

static void
a_dispatcher_may_be_destroyed_and_its_reactor_while_threads_post(void **state)
{
	post_from_all(*state, true);
}

static void
count(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	(void)e;
	t->n++;
}

/* A loop that has been parted from is woken by nobody any more: the sanitizers would see it. */
static void
a_dispatcher_changes_its_reactor_while_a_thread_posts(void **state)
{
	struct tower *t = *state;
	struct poster poster = { .mailbox = sb_mailbox_of(t->d) };
	int i;

	connect(t, count);
	sb_set_later(t->d, SB_POSTED, (struct sb_later_options){ .size = N_POSTS });
	assert_int_equal(pthread_create(&poster.thread, NULL, post_many, &poster), 0);
	for (i = 0; t->n < N_POSTS; i++) {
		struct sb_reactor *r = sb_reactor_create();

		assert_non_null(r);
		assert_int_equal(sb_join(t->d, r, SB_PLACE), 0);
		assert_int_equal(sb_reactor_run(r), 0);
		assert_int_equal(sb_join(t->d, i % 2 ? t->r : NULL, SB_PLACE), 0);
		sb_reactor_destroy(r);
	}
	assert_int_equal(pthread_join(poster.thread, NULL), 0);
	assert_int_equal(t->n, N_POSTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_post_from_a_thread_ends_a_wait, set_up_libev, tear_down),
		cmocka_unit_test_setup_teardown(posts_of_many_threads_all_come_and_keep_their_order,
			set_up_libev, tear_down),
		cmocka_unit_test_setup_teardown(
			a_dispatcher_may_be_destroyed_and_its_reactor_while_threads_post,
			set_up_libev, tear_down),
		cmocka_unit_test_setup_teardown(
			a_dispatcher_changes_its_reactor_while_a_thread_posts, set_up_libev,
			tear_down),
	};

	return kit_run(tests);
}
