/* Several threads post to one dispatcher. Under the thread sanitizer. */

#include <pthread.h>
#include <sched.h>

#include "dispatch/later.inc"

enum { N_PRODUCERS = 4, N_POSTS = 20000 };

struct producer {
	pthread_t thread;
	struct sb_mailbox *mailbox;
	struct sb_token token;
	int64_t number;
	uint64_t n_refused;
	int error; /* that it did not expect */
	int64_t last; /* that came out of it; the dispatcher's thread's */
	uint64_t n_came;
};

static struct producer producers[N_PRODUCERS];

/* A loop whose thread sleeps until it is woken. */
static struct bell {
	pthread_mutex_t lock;
	pthread_cond_t rung;
	bool is_rung;
} bell = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };

static void
ring(void *self)
{
	(void)self;
	(void)pthread_mutex_lock(&bell.lock);
	bell.is_rung = true;
	(void)pthread_cond_signal(&bell.rung);
	(void)pthread_mutex_unlock(&bell.lock);
}

static void
await_bell(void)
{
	(void)pthread_mutex_lock(&bell.lock);
	while (!bell.is_rung)
		(void)pthread_cond_wait(&bell.rung, &bell.lock);
	bell.is_rung = false;
	(void)pthread_mutex_unlock(&bell.lock);
}

static const struct sb_loop bell_loop = {
	.wake = ring,
	.wake_at = loop_wake_at,
	.clock_ns = loop_clock_ns,
};

/* Values carry who entered them, and its text says the same: none came half. */
static int
post_one(struct producer *p, int64_t k)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64, p->number * N_POSTS + k);
	return later_note_post(p->mailbox, k % 2 ? p->token : nobody,
		&(struct later_note){ .value = p->number * N_POSTS + k, .text = text });
}

static void
came(void *self, struct thing *from, const struct later_note *e)
{
	struct producer *p = &producers[e->value / N_POSTS];

	(void)self;
	assert_int_equal(strtol(e->text, NULL, 10), e->value);
	assert_true(e->value > p->last);
	assert_true(from == (e->value % 2 ? &scene.things[0] : NULL));
	p->last = e->value;
	p->n_came++;
}

/* Posts all, and each again until it is taken. */
static void *
post_patiently(void *self)
{
	struct producer *p = self;

	for (int64_t k = 0; k < N_POSTS;) {
		int error = post_one(p, k);

		if (!error) {
			k++;
			continue;
		}
		if (error != -ENOBUFS)
			p->error = error;
		p->n_refused++;
		(void)sched_yield();
	}
	sb_mailbox_release(p->mailbox);
	return NULL;
}

/* Posts until nothing can be posted. */
static void *
post_until_closed(void *self)
{
	struct producer *p = self;

	int error = 0;

	for (int64_t k = 0; !error; k++) {
		error = post_one(p, k % N_POSTS);
		(void)sched_yield();
	}
	if (error != -EPIPE || post_one(p, 0) != -EPIPE)
		p->error = error;
	sb_mailbox_release(p->mailbox);
	return NULL;
}

static void
start(void *(*work)(void *))
{
	struct sb_token token = later_note_token(scene.d, &scene.things[0]);

	bell.is_rung = false;
	sb_set_loop(scene.d, &bell_loop, NULL);
	for (int k = 0; k < N_PRODUCERS; k++) {
		producers[k] = (struct producer){
			.mailbox = sb_mailbox_hold(scene.mailbox),
			.token = token,
			.number = k,
			.last = -1,
		};
		assert_int_equal(
			pthread_create(&producers[k].thread, NULL, work, &producers[k]), 0);
	}
}

static void
join(void)
{
	for (int k = 0; k < N_PRODUCERS; k++) {
		assert_int_equal(pthread_join(producers[k].thread, NULL), 0);
		assert_int_equal(producers[k].error, 0);
	}
}

static uint64_t
n_came(void)
{
	uint64_t n = 0;

	for (int k = 0; k < N_PRODUCERS; k++)
		n += producers[k].n_came;
	return n;
}

/* Nothing is ever polled: each time that something waits, the bell has been rung. */
static void
each_producers_order_is_kept_and_nothing_lost_or_doubled(void **state)
{
	struct sb_later_counts counts;
	uint64_t n_refused = 0;

	(void)state;
	sb_set_later(scene.d, SB_POSTED, (struct sb_later_options){ .size = 500, .budget = 100 });
	sb_disconnect(scene.d, scene.connection);
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(came), &scene);
	start(post_patiently);
	while (n_came() < (uint64_t)N_PRODUCERS * N_POSTS) {
		await_bell();
		assert_true(sb_deliver(scene.d) <= 100);
	}
	join();
	assert_int_equal(sb_deliver(scene.d), 0);
	counts = sb_later_counts(scene.d, SB_POSTED);
	for (int k = 0; k < N_PRODUCERS; k++) {
		assert_int_equal(producers[k].n_came, N_POSTS);
		n_refused += producers[k].n_refused;
	}
	assert_int_equal(counts.n_delivered, N_PRODUCERS * N_POSTS);
	assert_int_equal(counts.n_refused, n_refused);
	assert_int_equal(counts.n_waiting, 0);
	assert_true(counts.most_waiting <= 500);
	printf("%d posted, %d refused, at most %d waiting\n", N_PRODUCERS * N_POSTS, (int)n_refused,
		(int)counts.most_waiting);
}

/* From some time on the sender is forgotten, and its tokens are stale. */
static void
what_is_dropped_or_forgotten_is_counted(void **state)
{
	static const enum sb_policy policies[] = { SB_DROP_OLDEST, SB_DROP_NEWEST };
	struct sb_later_counts counts;

	for (size_t which = 0; which < 2; which++) {
		uint64_t n_done = 0;

		if (which) {
			(void)tear_down(state);
			assert_int_equal(set_up(state), 0);
		}
		sb_disconnect(scene.d, scene.connection);
		(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(came), &scene);
		sb_set_later(scene.d, SB_POSTED,
			(struct sb_later_options){
				.size = 50, .budget = 20, .policy = policies[which] });
		start(post_patiently);
		while (n_done < (uint64_t)N_PRODUCERS * N_POSTS) {
			await_bell();
			(void)sb_deliver(scene.d);
			if (n_done > N_POSTS)
				(void)sb_forget(scene.d, &scene.things[0]);
			scene.log[0] = '\0';
			counts = sb_later_counts(scene.d, SB_POSTED);
			n_done = counts.n_delivered + counts.n_dropped + counts.n_forgotten;
			if (n_done + counts.n_waiting == (uint64_t)N_PRODUCERS * N_POSTS)
				ring(NULL);
		}
		join();
		assert_int_equal(n_done, N_PRODUCERS * N_POSTS);
		assert_int_equal(counts.n_delivered, n_came());
		assert_int_equal(counts.n_refused, 0);
		assert_true(counts.n_dropped > 0 && counts.most_waiting <= 50);
		printf("%d delivered, %d dropped, %d forgotten\n", (int)counts.n_delivered,
			(int)counts.n_dropped, (int)counts.n_forgotten);
	}
}

/* In the midst of it all, in a handler. */
static void
destroy_at_last(void *self, struct thing *from, const struct later_note *e)
{
	static int n;

	(void)self;
	(void)from;
	(void)e;
	if (++n % 1000 == 0)
		sb_dispatcher_destroy(scene.d);
}

static void
posts_race_with_the_end_of_the_dispatcher(void **state)
{
	for (int turn = 0; turn < 40; turn++) {
		int result = 0;

		if (turn) {
			(void)tear_down(state);
			assert_int_equal(set_up(state), 0);
		}
		sb_disconnect(scene.d, scene.connection);
		sb_set_later(
			scene.d, SB_POSTED, (struct sb_later_options){ .policy = SB_DROP_OLDEST });
		if (turn % 2)
			(void)later_note_connect(
				scene.d, SB_ANY, SB_HANDLER(destroy_at_last), &scene);
		start(post_until_closed);
		/* The last reference but those of the threads. */
		sb_mailbox_release(scene.mailbox);
		scene.mailbox = NULL;
		for (int k = 0; result >= 0 && (turn % 2 || k < turn); k++) {
			await_bell();
			result = sb_deliver(scene.d);
			scene.log[0] = '\0';
		}
		if (result >= 0)
			sb_dispatcher_destroy(scene.d);
		scene.d = NULL;
		join();
	}
}

/* Others post while its own thread does, defers, and gives it other loops. */
static void
its_own_thread_may_post_and_change_loops_meanwhile(void **state)
{
	uint64_t n_own = 0;

	(void)state;
	sb_disconnect(scene.d, scene.connection);
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(came), &scene);
	start(post_patiently);
	while (n_came() < (uint64_t)N_PRODUCERS * N_POSTS) {
		await_bell();
		sb_set_loop(scene.d, NULL, NULL);
		n_own += later_plain_post(scene.mailbox, nobody, &(struct later_plain){ 0 }) == 0;
		n_own += later_plain_defer(scene.d, NULL, &(struct later_plain){ 0 }) == 0;
		sb_set_loop(scene.d, &bell_loop, NULL);
		(void)sb_deliver(scene.d);
	}
	join();
	while (sb_deliver(scene.d) > 0)
		;
	assert_int_equal(sb_later_counts(scene.d, SB_POSTED).n_delivered
				 + sb_later_counts(scene.d, SB_DEFERRED).n_delivered,
		n_own + (uint64_t)N_PRODUCERS * N_POSTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_producers_order_is_kept_and_nothing_lost_or_doubled),
		TEST(what_is_dropped_or_forgotten_is_counted),
		TEST(posts_race_with_the_end_of_the_dispatcher),
		TEST(its_own_thread_may_post_and_change_loops_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
