/* Every allocation of a queue is made to fail in turn: what could not be put stays the caller's,
 * and the rest is read. */

#include <signalbox/queue.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/signals.inc"

enum { N_THINGS = 40 };

struct scene {
	struct sb_dispatcher *d;
	struct thing things[N_THINGS];
	int n_read;
};

static bool
on_item(void *self, void *item)
{
	struct scene *scene = self;

	(void)item;
	scene->n_read++;
	return true;
}

/* What could not be put says so, is counted, and stays the caller's; the others are read. */
static void
fill_a_queue(struct scene *scene)
{
	struct sb_queue *queue = sb_queue_create(scene->d, NULL, SB_HANDLER(on_item), scene);
	int n_put = 0;

	if (!queue) {
		assert_true(has_failed);
		return;
	}
	for (size_t k = 0; k < N_THINGS; k++) {
		int error = sb_queue_put(queue, &scene->things[k]);

		assert_true(error == 0 || error == -ENOMEM);
		n_put += error == 0;
	}
	assert_int_equal(sb_queue_counts(queue).n_refused, N_THINGS - n_put);
	(void)sb_deliver(scene->d);
	assert_int_equal(scene->n_read, n_put);
	sb_queue_close(queue, true);
	sb_queue_release(queue);
}

/* Returns whether anything failed in it. */
static bool
play(long n)
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	has_failed = false;
	n_until_failure = n;
	scene.d = sb_dispatcher_create(NULL, NULL);
	if (scene.d)
		fill_a_queue(&scene);
	n_until_failure = -1;
	sb_dispatcher_destroy(scene.d);
	return has_failed;
}

static void
every_allocation_may_fail(void **state)
{
	long n = 0;

	(void)state;
	while (play(n))
		n++;
	printf("%ld allocations failed in turn\n", n);
	assert_true(n > 10);
}

/* Room for a few stays; what a burst took goes back, and has to be asked for again. */
static void
a_queue_gives_back_what_a_burst_took(void **state)
{
	static struct scene scene;
	struct sb_queue *queue;

	(void)state;
	n_until_failure = -1;
	scene.d = sb_dispatcher_create(NULL, NULL);
	queue = sb_queue_create(scene.d, NULL, SB_HANDLER(on_item), &scene);
	for (int k = 0; k < 10; k++) {
		assert_int_equal(sb_queue_put(queue, &scene), 0);
		(void)sb_deliver(scene.d);
		n_until_failure = 0;
	}
	n_until_failure = -1;
	for (int k = 0; k < 100; k++)
		assert_int_equal(sb_queue_put(queue, &scene), 0);
	(void)sb_deliver(scene.d);
	assert_int_equal(scene.n_read, 110);
	n_until_failure = 0;
	assert_int_equal(sb_queue_put(queue, &scene), -ENOMEM);
	n_until_failure = -1;
	assert_int_equal(sb_queue_put(queue, &scene), 0);
	sb_queue_release(queue);
	sb_dispatcher_destroy(scene.d);
}

static jmp_buf way_out;

static bool
leave(void *self, void *item)
{
	(void)self;
	(void)item;
	longjmp(way_out, 1);
}

static void
after_a_reader_was_left_by_longjmp_a_queue_that_is_closed_goes(void **state)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	const long n_before = n_blocks;
	struct sb_queue *queue = sb_queue_create(d, NULL, SB_HANDLER(leave), d);

	(void)state;
	assert_int_equal(sb_queue_put(queue, d), 0);
	if (!setjmp(way_out))
		(void)sb_deliver(d);
	assert_false(sb_unwind(d));
	sb_queue_close(queue, false);
	sb_queue_release(queue);
	assert_int_equal(n_blocks, n_before);
	sb_dispatcher_destroy(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(a_queue_gives_back_what_a_burst_took),
		cmocka_unit_test(after_a_reader_was_left_by_longjmp_a_queue_that_is_closed_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
