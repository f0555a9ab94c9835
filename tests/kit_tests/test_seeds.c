#include "kit_tests/failing.h"

#include <inttypes.h>

struct seen {
	uint64_t seeds[16];
	size_t n;
	uint64_t failing; /* 0: none */
	bool is_in_framework; /* it is left by the framework's own jump, not by ours */
	jmp_buf back;
};

static void
see(void *self, uint64_t seed)
{
	struct seen *seen = self;

	assert_true(seen->n < 16);
	seen->seeds[seen->n++] = seed;
	if (seed != seen->failing)
		return;
	if (seen->is_in_framework)
		longjmp(seen->back, 1);
	sb_testing_fail(SB_PLACE, "not this one");
}

static void
see_1_to_3(void *self)
{
	sb_testing_each_seed(1, 3, see, self);
}

static void
read_one(void *self)
{
	(void)self;
	(void)sb_testing_seed();
}

static int
clear_environment(void **state)
{
	(void)state;
	(void)unsetenv("SIGNALBOX_SEED");
	(void)unsetenv("SIGNALBOX_SEEDS");
	return kit_teardown_seed(state);
}

static void
each_seed_runs_once_in_order(void **state)
{
	struct seen seen = { .n = 0 };

	(void)state;
	see_1_to_3(&seen);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.seeds[0], 1);
	assert_int_equal(seen.seeds[2], 3);
	seen.n = 0;
	sb_testing_each_seed(UINT64_MAX, UINT64_MAX, see, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(sb_testing_seed(), 1);
}

static void
the_environment_chooses(void **state)
{
	struct seen seen = { .n = 0 };

	(void)state;
	(void)setenv("SIGNALBOX_SEEDS", "7-8", 1);
	see_1_to_3(&seen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.seeds[1], 8);
	seen.n = 0;
	(void)setenv("SIGNALBOX_SEED", "18446744073709551615", 1);
	see_1_to_3(&seen);
	assert_int_equal(seen.n, 1);
	assert_true(seen.seeds[0] == UINT64_MAX);
	assert_true(sb_testing_seed() == UINT64_MAX);
}

static void
what_is_no_seed_is_a_failure(void **state)
{
	static const char *const wrong[] = { "", "x", "7x", "-1", "18446744073709551616" };
	static const char *const wrong_ranges[] = { "7", "7-", "-", "7-x", "8-7", "7-8-9" };
	struct seen seen = { .n = 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong_ranges) / sizeof(wrong_ranges[0]); i++) {
		(void)setenv("SIGNALBOX_SEEDS", wrong_ranges[i], 1);
		(void)failure_of(see_1_to_3, &seen);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		(void)setenv("SIGNALBOX_SEED", wrong[i], 1);
		assert_fails(read_one, NULL, "SIGNALBOX_SEED is not a number");
	}
	assert_int_equal(seen.n, 0);
}

static void
a_failure_tells_its_seed_and_how_to_repeat_it(void **state)
{
	struct seen seen = { .failing = 2 };
	const char *said = failure_of(see_1_to_3, &seen);

	(void)state;
	assert_int_equal(seen.n, 2);
	assert_non_null(strstr(said, ": not this one\nseed 2; repeat with SIGNALBOX_SEED=2 "));
	assert_non_null(strstr(said, "test_seeds"));
	/* The next failure is not of that seed. */
	(void)setenv("SIGNALBOX_SEED", "x", 1);
	assert_null(strstr(failure_of(read_one, NULL), "repeat"));
}

/* Fails in some of the worlds, and tells what it drew there. */
static void
fail_by_chance(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	uint64_t drawn = sb_reactor_random(world->r);

	++*(size_t *)self;
	sb_world_destroy(world);
	if (drawn % 16 == 0)
		sb_testing_fail(SB_PLACE, "drew %016" PRIx64, drawn);
}

static void
fail_in_one_of_many(void *self)
{
	sb_testing_each_seed(1, 1000, fail_by_chance, self);
}

static void
the_seed_that_a_failure_tells_repeats_it(void **state)
{
	size_t n_before = 0, n_after = 0;
	char said[1024], *seed;

	(void)state;
	(void)snprintf(said, sizeof(said), "%s", failure_of(fail_in_one_of_many, &n_before));
	assert_true(n_before > 1);
	seed = strstr(said, "SIGNALBOX_SEED=");
	assert_non_null(seed);
	seed += strlen("SIGNALBOX_SEED=");
	seed = strndup(seed, strspn(seed, "0123456789"));
	assert_non_null(seed);
	(void)setenv("SIGNALBOX_SEED", seed, 1);
	free(seed);
	assert_string_equal(failure_of(fail_in_one_of_many, &n_after), said);
	assert_int_equal(n_after, 1);
}

static void
a_seed_that_the_framework_left_is_told_afterwards(void **state)
{
	struct seen seen = { .failing = 2, .is_in_framework = true };
	char note[256] = "";

	(void)state;
	if (!setjmp(seen.back)) {
		see_1_to_3(&seen);
		fail();
	}
	assert_true(sb_testing_seed_left(note, sizeof(note)));
	assert_int_equal(strncmp(note, "seed 2; repeat with SIGNALBOX_SEED=2 ", 37), 0);
	assert_false(sb_testing_seed_left(note, sizeof(note)));
}

static void
the_same_seed_is_the_same_world(void **state)
{
	uint64_t drawn[3];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct sb_world *world = sb_world_create(i < 2 ? 5 : 6);

		assert_int_equal(sb_simulation_seed(world->sim), i < 2 ? 5 : 6);
		drawn[i] = sb_reactor_random(world->r);
		sb_world_destroy(world);
	}
	assert_true(drawn[0] == drawn[1]);
	assert_true(drawn[0] != drawn[2]);
}

int
main(void)
{
	/* The tests say what the environment says. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(each_seed_runs_once_in_order, clear_environment),
		cmocka_unit_test_teardown(the_environment_chooses, clear_environment),
		cmocka_unit_test_teardown(what_is_no_seed_is_a_failure, clear_environment),
		cmocka_unit_test_teardown(
			a_failure_tells_its_seed_and_how_to_repeat_it, clear_environment),
		cmocka_unit_test_teardown(
			the_seed_that_a_failure_tells_repeats_it, clear_environment),
		cmocka_unit_test_teardown(
			a_seed_that_the_framework_left_is_told_afterwards, clear_environment),
		cmocka_unit_test_teardown(the_same_seed_is_the_same_world, clear_environment),
	};

	(void)unsetenv("SIGNALBOX_SEED");
	(void)unsetenv("SIGNALBOX_SEEDS");
	return kit_run(tests);
}
