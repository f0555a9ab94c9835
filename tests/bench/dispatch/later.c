/* Signals that are delivered later, and waiting for one of several. */

#include <signalbox/expect.h>
#include <signalbox/later.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { BATCH = 1000, POSTS = 300000, MOST_THREADS = 3, POST_ROUNDS = 9 };

/* Where one thread waits until another has something for it. */
struct bell {
	pthread_mutex_t mutex;
	pthread_cond_t rung;
	bool has_rung;
};

static void
ring(void *self)
{
	struct bell *bell = self;

	(void)pthread_mutex_lock(&bell->mutex);
	bell->has_rung = true;
	(void)pthread_cond_signal(&bell->rung);
	(void)pthread_mutex_unlock(&bell->mutex);
}

static void
await(struct bell *bell)
{
	(void)pthread_mutex_lock(&bell->mutex);
	while (!bell->has_rung)
		(void)pthread_cond_wait(&bell->rung, &bell->mutex);
	bell->has_rung = false;
	(void)pthread_mutex_unlock(&bell->mutex);
}

static void
ignore_time(void *self, int64_t at_ns)
{
	(void)self;
	(void)at_ns;
}

static int64_t
clock_of_nothing(void *self)
{
	(void)self;
	return 0;
}

static const struct sb_loop loop = {
	.wake = ring,
	.wake_at = ignore_time,
	.clock_ns = clock_of_nothing,
};

/* Hands over from some threads to the one that measures: put() in theirs, take() in this. */
struct post {
	int (*put)(struct post *post, const struct test_alpha *e);
	void (*take)(struct post *post);
	struct bell bell;
	size_t n_each;
	const struct test_alpha *e;
	/* By hand: what waits, and what was taken. */
	pthread_mutex_t mutex;
	struct test_alpha *items, *others;
	size_t n, cap, other_cap;
	struct item *list, **end;
	/* Ours. */
	struct sb_dispatcher *d;
	struct sb_mailbox *mailbox;
};

/* A growing array under a mutex, that the other side swaps for an empty one. */
static int
put_array(struct post *post, const struct test_alpha *e)
{
	bool is_first;

	(void)pthread_mutex_lock(&post->mutex);
	is_first = !post->n;
	if (post->n == post->cap) {
		post->cap = post->cap ? post->cap * 2 : 64;
		post->items = realloc(post->items, post->cap * sizeof(*post->items));
	}
	post->items[post->n++] = *e;
	(void)pthread_mutex_unlock(&post->mutex);
	if (is_first)
		ring(&post->bell);
	return 0;
}

static void
take_array(struct post *post)
{
	struct test_alpha *items;
	size_t n, cap;

	(void)pthread_mutex_lock(&post->mutex);
	items = post->items;
	n = post->n;
	cap = post->cap;
	post->items = post->others;
	post->cap = post->other_cap;
	post->n = 0;
	(void)pthread_mutex_unlock(&post->mutex);
	post->others = items;
	post->other_cap = cap;
	for (size_t k = 0; k < n; k++)
		on_alpha(&counters[0], NULL, &items[k]);
}

/* A list of malloc'd copies under a mutex. */
struct item {
	struct item *next;
	struct test_alpha e;
	char text[];
};

static int
put_list(struct post *post, const struct test_alpha *e)
{
	size_t len = e->text ? strlen(e->text) + 1 : 0;
	struct item *item = malloc(sizeof(*item) + len);
	bool is_first;

	item->next = NULL;
	item->e = *e;
	if (len)
		item->e.text = memcpy(item->text, e->text, len);
	(void)pthread_mutex_lock(&post->mutex);
	is_first = !post->list;
	if (is_first)
		post->end = &post->list;
	*post->end = item;
	post->end = &item->next;
	(void)pthread_mutex_unlock(&post->mutex);
	if (is_first)
		ring(&post->bell);
	return 0;
}

static void
take_list(struct post *post)
{
	struct item *item, *next;

	(void)pthread_mutex_lock(&post->mutex);
	item = post->list;
	post->list = NULL;
	(void)pthread_mutex_unlock(&post->mutex);
	for (; item; item = next) {
		next = item->next;
		on_alpha(&counters[0], NULL, &item->e);
		free(item);
	}
}

static int
put_ours(struct post *post, const struct test_alpha *e)
{
	return test_alpha_post(post->mailbox, (struct sb_token){ .serial = 0 }, e);
}

static void
take_ours(struct post *post)
{
	(void)sb_deliver(post->d);
}

static void *
produce(void *self)
{
	struct post *post = self;

	for (size_t k = 0; k < post->n_each; k++)
		while (post->put(post, post->e) < 0)
			(void)sched_yield();
	return NULL;
}

/* ns of time that has passed for each. */
static double
measure_posts(struct post *post, size_t n_threads)
{
	pthread_t threads[MOST_THREADS];
	double start = wall_ns();

	counters[0].n = 0;
	post->n_each = POSTS / n_threads;
	for (size_t k = 0; k < n_threads; k++)
		if (pthread_create(&threads[k], NULL, produce, post) != 0)
			abort();
	while (counters[0].n < post->n_each * n_threads) {
		await(&post->bell);
		post->take(post);
	}
	start = wall_ns() - start;
	for (size_t k = 0; k < n_threads; k++)
		(void)pthread_join(threads[k], NULL);
	return start / (double)POSTS;
}

static struct post
post_of(int (*put)(struct post *, const struct test_alpha *), void (*take)(struct post *),
	const struct test_alpha *e)
{
	return (struct post){
		.put = put,
		.take = take,
		.e = e,
		.bell = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false },
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};
}

static void
measure_threads(const char *what, struct limit limit, size_t n_threads, const struct test_alpha *e)
{
	struct row row = { .what = what, .limit = limit };
	struct post array = post_of(put_array, take_array, e);
	struct post list = post_of(put_list, take_list, e);
	struct post ours = post_of(put_ours, take_ours, e);
	/* Unbounded, as the floors are; a turn takes what has come. */
	const struct sb_later_options options = {
		.size = POSTS, .bytes = SIZE_MAX / 2, .budget = POSTS
	};

	ours.d = dispatcher_of_signals();
	ours.mailbox = sb_mailbox_of(ours.d);
	sb_set_later(ours.d, SB_POSTED, options);
	sb_set_loop(ours.d, &loop, &ours.bell);
	test_alpha_connect(ours.d, SB_ANY, SB_HANDLER(on_alpha), &counters[0]);
	for (size_t r = 0, n = measure_rounds(POST_ROUNDS); r < n; r++) {
		row_note(&row, "floor", r, measure_posts(&array, n_threads));
		row_note(&row, "list", r, measure_posts(&list, n_threads));
		row_note(&row, "ours", r, measure_posts(&ours, n_threads));
	}
	row_end(&row);
	sb_mailbox_release(ours.mailbox);
	sb_dispatcher_destroy(ours.d);
	free(array.items);
	free(array.others);
}

/* On one thread. */
struct turn {
	struct sb_dispatcher *d;
	const struct test_alpha *e;
};

static void
emit_batch(void *self, size_t times)
{
	const struct turn *turn = self;

	for (size_t k = 0; k < times; k++)
		(void)test_alpha_emit(turn->d, NULL, turn->e);
}

static void
defer_batch(void *self, size_t times)
{
	const struct turn *turn = self;

	for (size_t k = 0; k < times; k++)
		if (test_alpha_defer(turn->d, NULL, turn->e) < 0)
			abort();
	while (sb_deliver(turn->d) > 0)
		;
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	struct counter *counter = self;

	counter->n += (uint64_t)expected->which + 1;
}

static void
connect_batch(void *self, size_t times)
{
	const struct turn *turn = self;

	for (size_t k = 0; k < times; k++) {
		struct sb_connection c =
			test_alpha_connect(turn->d, SB_ANY, SB_HANDLER(on_alpha), &counters[1]);

		(void)test_alpha_emit(turn->d, NULL, turn->e);
		(void)sb_disconnect(turn->d, c);
	}
}

static void
expect_batch(void *self, size_t times)
{
	const struct turn *turn = self;
	const struct sb_awaited awaited = test_alpha_awaited(SB_ANY, NULL);

	for (size_t k = 0; k < times; k++) {
		if (!sb_expect(turn->d, &awaited, 1, -1, SB_HANDLER(on_expected), &counters[1])
				.serial)
			abort();
		(void)test_alpha_emit(turn->d, NULL, turn->e);
	}
}

static void
measure_turns(void)
{
	static const struct test_alpha with_text = { .value = 1, .text = "somebody said this" };
	struct turn plain = { dispatcher_of_signals(), &payload };
	struct turn text = { dispatcher_of_signals(), &with_text };
	struct turn none = { dispatcher_of_signals(), &payload };
	const struct side deferred[] = { { "floor", emit_batch, &plain },
		{ "ours", defer_batch, &plain } };
	const struct side texts[] = { { "floor", emit_batch, &text },
		{ "ours", defer_batch, &text } };
	const struct side expected[] = { { "floor", connect_batch, &none },
		{ "ours", expect_batch, &none } };

	test_alpha_connect(plain.d, SB_ANY, SB_HANDLER(on_alpha), &counters[0]);
	test_alpha_connect(text.d, SB_ANY, SB_HANDLER(on_alpha), &counters[0]);
	measure_section("Later, on one thread", "ns a signal");
	row_of_sides("deferred and delivered, beside emitted", NO_LIMIT, deferred, 2, BATCH);
	row_of_sides("the same with a text", NO_LIMIT, texts, 2, BATCH);
	row_of_sides("expected and come, beside connect, emit, end", NO_LIMIT, expected, 2, BATCH);
	sb_dispatcher_destroy(plain.d);
	sb_dispatcher_destroy(text.d);
	sb_dispatcher_destroy(none.d);
}

void
measure_later(void)
{
	static const struct test_alpha with_text = { .value = 1, .text = "somebody said this" };
	const struct limit five_million = { AT_MOST, 200 };

	measure_turns();
	measure_section(
		"Posted by other threads, beside an array under a mutex, swapped", "ns a signal");
	measure_threads("from one thread", five_million, 1, &payload);
	measure_threads("from three", five_million, 3, &payload);
	measure_threads(
		"from one, with a text (the floor copies none)", five_million, 1, &with_text);
}
