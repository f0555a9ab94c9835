/* Every allocation of the dispatcher is made to fail in turn: what fails says so and changes
 * nothing, the rest goes on, and nothing is lost. */

#include <signalbox/dispatch_signals.h>
#include <signalbox/dispatcher.h>
#include <signalbox/expect.h>
#include <signalbox/observer.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/fake_loop.inc"
#include "dispatch/signals.inc"

enum { N_THINGS = 40 };

struct scene {
	struct sb_dispatcher *d;
	struct thing things[N_THINGS];
	int n_calls, n_last_resort, n_observed;
};

static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	scene->n_calls++;
}

static void
on_alpha_of_thing(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
on_delta(void *self, struct thing *from, const struct late_delta *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	scene->n_calls++;
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)self;
	(void)from;
	(void)signal;
	(void)payload;
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	sb_fail(scene->d, -EIO, "on purpose");
}

static void
last_resort(void *self, const char *signal, const char *place, const struct sb_error *error)
{
	struct scene *scene = self;

	(void)signal;
	(void)place;
	(void)error;
	scene->n_last_resort++;
}

static size_t
n_connected(const struct sb_dispatcher *d)
{
	struct sb_connection_info info;
	size_t cursor = 0, n = 0;

	while (sb_connection_next(d, &cursor, &info))
		n++;
	return n;
}

/* A connect either made one connection, or failed, said so, and there are as many as before. */
static void
check_connect(struct scene *scene, struct sb_connection c, size_t n_before)
{
	assert_int_equal(sb_connect_failed(scene->d), c.serial == 0);
	assert_int_equal(n_connected(scene->d), n_before + (c.serial != 0));
}

static void
connect_all(struct scene *scene)
{
	struct sb_dispatcher *d = scene->d;
	const struct sb_options none = { .priority = 0 };

	for (size_t k = 0; k < N_THINGS; k++) {
		struct thing *thing = &scene->things[k];
		size_t n = n_connected(d);

		check_connect(scene, test_alpha_connect(d, thing, SB_HANDLER(on_alpha), scene), n);
		n = n_connected(d);
		check_connect(scene,
			test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha_of_thing), thing), n);
		n = n_connected(d);
		check_connect(scene,
			sb_pattern_connect(
				d, "*.>", k % 2 ? SB_ANY : thing, none, SB_HANDLER(on_any), thing),
			n);
	}
	(void)test_beta_connect(d, SB_ANY, SB_HANDLER(on_beta), scene);
}

/* A handler that registers and connects: while an emission is in progress, too. */
static void
on_gamma(void *self, void *from, const struct other_gamma *e)
{
	struct scene *scene = self;
	struct thing *thing = &scene->things[1];

	(void)from;
	(void)e;
	(void)sb_register(scene->d, &signals_two);
	(void)late_delta_connect(scene->d, thing, SB_HANDLER(on_delta), scene);
	(void)test_alpha_connect(scene->d, thing, SB_HANDLER(on_alpha_of_thing), scene);
	(void)sb_connect_failed(scene->d);
}

/* What failed in a handler goes well when it is tried again. */
static void
play_in_a_handler(struct scene *scene)
{
	struct thing *thing = &scene->things[1];
	int n_calls;

	(void)other_gamma_connect(scene->d, SB_ANY, SB_HANDLER(on_gamma), scene);
	(void)other_gamma_emit(scene->d, NULL, &(struct other_gamma){ .none_ = false });
	n_until_failure = -1;
	assert_int_equal(sb_register(scene->d, &signals_two), 0);
	assert_true(late_delta_connect(scene->d, thing, SB_HANDLER(on_delta), scene).serial);
	n_calls = scene->n_calls;
	assert_int_equal(late_delta_emit(scene->d, thing, &(struct late_delta){ .value = 1 }), 1);
	assert_int_equal(scene->n_calls, n_calls + 1);
}

static void
emission_began(void *self, const struct sb_emission *emission)
{
	struct scene *scene = self;

	(void)emission;
	scene->n_observed++;
}

/* One that could not be added sees nothing. */
static void
observe(struct scene *scene)
{
	static const struct sb_observer observer = { .emission_began = emission_began };
	int error = sb_observe(scene->d, &observer, SB_PLACE, scene);

	assert_true(error == 0 || error == -ENOMEM);
	(void)test_alpha_emit(scene->d, NULL, &(struct test_alpha){ .value = 1 });
	assert_int_equal(scene->n_observed, error == 0);
	assert_int_equal(sb_unobserve(scene->d, &observer, scene), error == 0 ? 0 : -ENOENT);
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
	scene.d = sb_dispatcher_create(last_resort, &scene);
	if (!scene.d)
		return has_failed;
	(void)sb_register(scene.d, &signals_one);
	connect_all(&scene);
	if (sb_label(scene.d, &scene.things[0], "first") < 0)
		assert_null(sb_label_of(scene.d, &scene.things[0]));
	(void)test_beta_emit(scene.d, NULL, &(struct test_beta){ .truth = true });
	observe(&scene);
	expect(&scene);
	play_in_a_handler(&scene);
	/* From here on nothing may need memory. */
	n_until_failure = 0;
	for (size_t k = 0; k < N_THINGS; k++)
		assert_true(test_alpha_emit(
				    scene.d, &scene.things[k], &(struct test_alpha){ .value = 1 })
			    >= N_THINGS - 1);
	assert_true(scene.n_calls >= N_THINGS - 1);
	assert_int_equal(n_until_failure, 0);
	n_until_failure = -1;
	for (size_t k = 0; k < N_THINGS; k++)
		(void)sb_forget(scene.d, &scene.things[k]);
	(void)sb_forget(scene.d, &scene);
	assert_int_equal(n_connected(scene.d), 0);
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

static void
coming_and_going_needs_no_more_memory(void **state)
{
	static char selves[8];
	struct sb_dispatcher *d;

	(void)state;
	n_until_failure = -1;
	d = sb_dispatcher_create(NULL, NULL);
	for (int k = 0; k < 10000; k++) {
		struct sb_connection c = test_alpha_connect(
			d, SB_ANY, SB_HANDLER(on_alpha_of_thing), &selves[k % 8]);

		assert_true(c.serial);
		(void)sb_disconnect(d, c);
		if (k == 100)
			n_until_failure = 0;
	}
	n_until_failure = -1;
	sb_dispatcher_destroy(d);
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
		cmocka_unit_test(coming_and_going_needs_no_more_memory),
		cmocka_unit_test(expecting_again_and_again_needs_the_same_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
