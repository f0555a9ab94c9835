#ifndef KIT_CMOCKA_H
#define KIT_CMOCKA_H

/* Joins the test kit to cmocka: failures of the kit fail the cmocka test, and each test may have a
 * world of its own as its state.
 *
 *     static void
 *     somebody_is_greeted(void **state)
 *     {
 *             struct sb_world *world = *state;
 *             ...
 *     }
 *     ...
 *     const struct CMUnitTest tests[] = { kit_test(somebody_is_greeted) };
 *     return kit_run(tests);
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signalbox/testing.h>

/* cmocka wants file and line apart. */
static inline void
kit_on_failure(void *self, const char *place, const char *text)
{
	const char *colon = strrchr(place, ':');
	char file[512];

	(void)self;
	(void)snprintf(file, sizeof(file), "%.*s",
		(int)(colon ? (size_t)(colon - place) : strlen(place)), place);
	print_error("%s: %s\n", place, text);
	_fail(file, colon ? (int)strtol(colon + 1, NULL, 10) : 0);
	abort();
}

static inline int
kit_group_setup(void **state)
{
	(void)state;
	sb_testing_on_failure(kit_on_failure, NULL);
	return 0;
}

static inline int
kit_setup(void **state)
{
	*state = sb_world_create(sb_testing_seed());
	return 0;
}

/* A test that an assertion of cmocka's own has ended in the midst of a seed says which. */
static inline int
kit_teardown_seed(void **state)
{
	char note[512];

	(void)state;
	if (sb_testing_seed_left(note, sizeof(note)))
		print_error("%s\n", note);
	return 0;
}

static inline int
kit_teardown(void **state)
{
	(void)kit_teardown_seed(state);
	sb_world_destroy(*state);
	return 0;
}

/* A test with a world; one without, which may make its own. */
#define kit_test(fn) cmocka_unit_test_setup_teardown(fn, kit_setup, kit_teardown)
#define kit_test_bare(fn) cmocka_unit_test_teardown(fn, kit_teardown_seed)
#define kit_run(tests) cmocka_run_group_tests(tests, kit_group_setup, NULL)

#endif
