/* Every allocation of traces and profiles is made to fail in turn. */

#include <signalbox/profile.h>
#include <signalbox/trace.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/signals.inc"

enum { N_THINGS = 70 };

struct scene {
	struct sb_dispatcher *d;
	struct thing things[N_THINGS];
};

static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

/* A trace that could not begin is none; one that has begun needs no memory. */
static void
trace(struct scene *scene)
{
	struct sb_error error = { 0 };
	long n_left;
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	int result;

	assert_non_null(file);
	result = sb_trace_start(scene->d, "test.*", file, &error);
	assert_true(result == 0 || result == -ENOMEM);
	assert_int_equal(error.code, result);
	n_left = n_until_failure;
	n_until_failure = 0;
	(void)test_alpha_emit(scene->d, NULL, &(struct test_alpha){ .value = 1 });
	assert_int_equal(n_until_failure, 0);
	n_until_failure = n_left;
	sb_trace_stop(scene->d);
	(void)fclose(file);
	assert_int_equal(len > 0, result == 0);
	free(text);
}

static void
connect_all(struct scene *scene)
{
	for (size_t k = 0; k < N_THINGS; k++)
		(void)test_alpha_connect(scene->d, SB_ANY, SB_HANDLER(on_alpha), &scene->things[k]);
}

/* Each call is counted, for its connection or as lost. */
static void
profile(struct scene *scene)
{
	struct sb_profile *profile = sb_profile_create(scene->d, 0, NULL, NULL);
	struct sb_profile_entry entry;
	struct sb_result result;
	uint64_t n_calls = 0;
	size_t cursor = 0, n = 0;

	if (!profile)
		return;
	/* The second time those of the first have ended. */
	for (int round = 0; round < 2; round++) {
		const size_t n_now = sb_receivers(scene->d, test_alpha_signal(), NULL, NULL, 0);

		(void)test_alpha_emit_result(
			scene->d, NULL, &(struct test_alpha){ .value = 1 }, &result);
		assert_true(result.n_ran <= n_now);
		n += n_now;
		for (size_t k = 0; k < N_THINGS; k++)
			(void)sb_forget(scene->d, &scene->things[k]);
		connect_all(scene);
	}
	while (sb_profile_next(profile, &cursor, &entry))
		n_calls += entry.n_calls;
	assert_int_equal(n_calls + sb_profile_n_lost(profile), n);
	sb_profile_destroy(profile);
}

/* Returns whether anything failed in it. */
static bool
play(long n)
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	has_failed = false;
	n_until_failure = -1;
	scene.d = sb_dispatcher_create(NULL, NULL);
	assert_non_null(scene.d);
	connect_all(&scene);
	n_until_failure = n;
	trace(&scene);
	profile(&scene);
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
	assert_true(n > 40);
}

static void
who_would_be_called_needs_no_memory(void **state)
{
	struct sb_connection_info infos[N_THINGS];
	static struct scene scene;

	(void)state;
	n_until_failure = -1;
	scene.d = sb_dispatcher_create(NULL, NULL);
	assert_non_null(scene.d);
	for (size_t k = 0; k < N_THINGS; k++)
		(void)test_alpha_connect(scene.d, k % 2 ? SB_ANY : &scene.things[0],
			SB_HANDLER(on_alpha), &scene.things[k / 2]);
	n_until_failure = 0;
	assert_int_equal(
		sb_receivers(scene.d, test_alpha_signal(), &scene.things[0], infos, N_THINGS),
		N_THINGS / 2);
	assert_int_equal(n_until_failure, 0);
	n_until_failure = -1;
	sb_dispatcher_destroy(scene.d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(who_would_be_called_needs_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
