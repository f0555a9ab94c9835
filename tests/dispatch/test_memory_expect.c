/* Every allocation of an expectation is made to fail in turn: it is made whole or not at all. */

#include <signalbox/expect.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/signals.inc"
#include "dispatch/fake_loop.inc"

enum { N_THINGS = 40 };

struct scene {
	struct sb_dispatcher *d;
	struct thing things[N_THINGS];
};

static size_t
n_connected(const struct sb_dispatcher *d)
{
	struct sb_connection_info info;
	size_t cursor = 0, n = 0;

	while (sb_connection_next(d, &cursor, &info))
		n++;
	return n;
}

static void
on_alpha_of_thing(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static int n_expected;

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected;
	n_expected++;
}

static size_t
n_awaiting(const struct sb_dispatcher *d)
{
	struct sb_expectation_info info;
	size_t cursor = 0, n = 0;

	while (sb_expectation_next(d, &cursor, &info))
		n++;
	return n;
}

static bool
expect_one(struct scene *scene, struct thing *thing, void *self)
{
	const struct sb_awaited awaited[] = {
		other_gamma_awaited(thing, NULL),
		other_gamma_awaited(SB_ANY, NULL),
		many_0_awaited(thing, NULL),
	};
	size_t n = n_awaiting(scene->d), n_connections = n_connected(scene->d);
	bool is_made = sb_expect(scene->d, awaited, 3, 10, SB_HANDLER(on_expected), self).serial;

	assert_int_equal(sb_connect_failed(scene->d), !is_made);
	assert_int_equal(n_awaiting(scene->d), n + is_made);
	assert_int_equal(n_connected(scene->d), n_connections);
	return is_made;
}

/* Each is made whole, or not at all: then neither a signal nor a deadline finds anything of it. How
 * they end needs no memory. */
static void
expect(struct scene *scene)
{
	struct fake_loop loop = { .now_ns = 0 };
	int n_made = 0;
	long n_left;

	n_expected = 0;
	sb_set_loop(scene->d, &fake_loop, &loop);
	for (size_t k = 0; k < N_THINGS; k++)
		n_made += expect_one(scene, &scene->things[k],
			k % 2 ? (void *)scene : (void *)&scene->things[k]);
	n_left = n_until_failure;
	n_until_failure = 0;
	for (size_t k = 0; k < N_THINGS / 4; k++)
		(void)many_0_emit(scene->d, &scene->things[k], &(struct many_0){ false });
	loop.now_ns = 10;
	assert_int_equal(sb_deliver(scene->d), 0);
	assert_int_equal(n_until_failure, 0);
	n_until_failure = n_left;
	assert_int_equal(n_expected, n_made);
	assert_true(n_made >= N_THINGS - 1);
	assert_int_equal(n_awaiting(scene->d), 0);
	assert_int_equal(loop.at_ns, INT64_MAX);
	sb_set_loop(scene->d, NULL, NULL);
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
		expect(&scene);
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
	assert_true(n > 100);
}

/* An expectation needs its own memory and what is known of its self, and gives both back. */
static void
expecting_again_and_again_needs_the_same_each_time(void **state)
{
	static struct thing senders[8];
	struct fake_loop loop = { .now_ns = 0 };
	struct sb_dispatcher *d;

	(void)state;
	n_until_failure = -1;
	d = sb_dispatcher_create(NULL, NULL);
	sb_set_loop(d, &fake_loop, &loop);
	for (int k = 0; k < 8; k++)
		(void)test_alpha_connect(d, &senders[k], SB_HANDLER(on_alpha_of_thing), NULL);
	for (int k = 0; k < 10000; k++) {
		const struct sb_awaited awaited = test_alpha_awaited(&senders[k % 8], NULL);

		n_until_failure = k > 100 ? 2 : -1;
		assert_true(sb_expect(d, &awaited, 1, 10, SB_HANDLER(on_expected), &loop).serial);
		assert_int_equal(n_until_failure, k > 100 ? 0 : -1);
		(void)test_alpha_emit(d, &senders[k % 8], &(struct test_alpha){ .value = 1 });
	}
	n_until_failure = -1;
	sb_dispatcher_destroy(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(expecting_again_and_again_needs_the_same_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
