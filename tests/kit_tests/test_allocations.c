#include "kit_tests/failing.h"

#include <errno.h>
#include <stdlib.h>

#include <signalbox/qotd.h>

/* A small thing of three blocks. */
struct thing {
	char *name, *title;
	unsigned n_runs, n_whole, n_failed;
};

static void
thing_finish(struct thing *thing)
{
	free(thing->name);
	free(thing->title);
	thing->name = thing->title = NULL;
}

static int
thing_make(struct thing *thing)
{
	char *scratch = malloc(10);
	int error = -ENOMEM;

	if (scratch)
		(void)snprintf(scratch, 10, "a name");
	thing->name = scratch ? strdup(scratch) : NULL;
	if (thing->name && asprintf(&thing->title, "of %s", thing->name) >= 0)
		error = 0;
	else
		thing->title = NULL;
	free(scratch);
	if (error)
		thing_finish(thing);
	return error;
}

static void
make_and_finish(void *self)
{
	struct thing *thing = self;
	int error = thing_make(thing);

	thing->n_runs++;
	thing->n_whole += !error;
	thing->n_failed += error == -ENOMEM;
	assert_int_equal(error ? 1 : 0, sb_testing_allocation_failed() ? 1 : 0);
	thing_finish(thing);
}

static void
each_allocation_fails_alone_and_with_all_later_ones(void **state)
{
	struct thing thing = { .n_runs = 0 };

	(void)state;
	assert_int_equal(sb_testing_each_allocation(make_and_finish, &thing), 3);
	assert_int_equal(thing.n_runs, 7);
	assert_int_equal(thing.n_failed, 6);
	assert_int_equal(thing.n_whole, 1);
}

static void
the_one_that_is_named_fails_and_no_other(void **state)
{
	void *blocks[4];
	size_t i;

	(void)state;
	sb_testing_fail_allocations(2, 2);
	for (i = 0; i < 4; i++) {
		errno = 0;
		blocks[i] = malloc(i + 1);
		assert_int_equal(blocks[i] == NULL, i == 1 || i == 2);
		assert_int_equal(errno, blocks[i] ? 0 : ENOMEM);
	}
	assert_true(sb_testing_allocation_failed());
	assert_int_equal(sb_testing_n_allocations(), 4);
	sb_testing_fail_allocations(0, 0);
	assert_false(sb_testing_allocation_failed());
	for (i = 0; i < 4; i++)
		free(blocks[i]);
}

/* A block that nobody looks at a compiler may leave out. */
static void *
seen(void *block)
{
	void *volatile sight = block;

	return sight;
}

static void
every_kind_of_allocation_can_fail(void **state)
{
	void *none = NULL;
	char *text = NULL;

	(void)state;
	sb_testing_fail_allocations(1, SIZE_MAX);
	assert_null(seen(malloc(1)));
	assert_null(seen(calloc(1, 1)));
	assert_null(seen(realloc(NULL, 20)));
	assert_null(seen(reallocarray(NULL, 20, 20)));
	assert_null(seen(aligned_alloc(64, 64)));
	assert_int_equal(posix_memalign(&none, 64, 64), ENOMEM);
	assert_null(seen(strdup("x")));
	assert_null(seen(strndup("x", 1)));
	assert_int_equal(asprintf(&text, "x"), -1);
	assert_int_equal(sb_testing_n_allocations(), 9);
	sb_testing_fail_allocations(0, 0);
}

static void
allocations_of_the_kit_do_not_count(void **state)
{
	struct sb_world *world;
	struct sb_probe *probe;
	struct sb_tape *tape;

	(void)state;
	sb_testing_fail_allocations(1, SIZE_MAX);
	world = sb_world_create(1);
	probe = sb_probe_create(world->d, ">");
	tape = sb_tape_create();
	sb_probe_expect_none(probe);
	sb_tape_destroy(tape);
	sb_probe_destroy(probe);
	sb_world_destroy(world);
	assert_int_equal(sb_testing_n_allocations(), 0);
	assert_false(sb_testing_allocation_failed());
	sb_testing_fail_allocations(0, 0);
}

static void
complain(void *self)
{
	make_and_finish(self);
	if (((struct thing *)self)->n_failed == 2)
		sb_testing_fail(SB_PLACE, "not this one");
}

static void
complain_each(void *self)
{
	(void)sb_testing_each_allocation(complain, self);
}

static void
a_failure_tells_the_allocation_and_nothing_fails_after_it(void **state)
{
	struct thing thing = { .n_runs = 0 };
	void *block;

	(void)state;
	assert_fails(complain_each, &thing, ": not this one\nwith allocation 1 failing, and all");
	block = malloc(1);
	assert_non_null(block);
	free(block);
	assert_null(strstr(failure_of(complain_each, &(struct thing){ .n_failed = 1 }), "later"));
}

static void
leave(void *self)
{
	longjmp(*(jmp_buf *)self, 1);
}

static void
after_a_test_that_was_left_nothing_fails(void **state)
{
	char note[64];
	jmp_buf back;
	void *block;

	(void)state;
	if (!setjmp(back)) {
		(void)sb_testing_each_allocation(leave, &back);
		fail();
	}
	(void)sb_testing_seed_left(note, sizeof(note));
	block = malloc(1);
	assert_non_null(block);
	free(block);
}

static void
allocate_nothing(void *self)
{
	(void)self;
}

static void
each_allocation_of_nothing(void *self)
{
	(void)sb_testing_each_allocation(allocate_nothing, self);
}

static void
a_function_that_allocates_nothing_is_a_mistake(void **state)
{
	(void)state;
	assert_fails(each_allocation_of_nothing, NULL, "signalbox::testing-memory");
}

/* The library itself, where it is linked statically: what it says about memory is so. */
static void
serve(void *self)
{
	struct sb_world *world = sb_world_create(1);
	struct sb_qotd *qotd = NULL;
	struct sb_error error;
	int ret = sb_qotd_create(world->d, world->r, "tcp://127.0.0.1:17", SB_PLACE, &qotd, &error);

	++*(unsigned *)self;
	if (ret == 0)
		sb_qotd_destroy(qotd);
	else
		assert_int_equal(ret, -ENOMEM);
	sb_simulation_settle(world->sim);
	sb_world_destroy(world);
}

static void
server_is_made_whole_or_not_at_all(void **state)
{
	unsigned n_runs = 0;
	size_t n = 0;

	(void)state;
	sb_testing_fail_allocations(0, 0);
	serve(&n_runs);
	if (sb_testing_n_allocations() == 0)
		return;
	n = sb_testing_each_allocation(serve, &n_runs);
	assert_true(n >= 3);
	assert_int_equal(n_runs, 2 * n + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(each_allocation_fails_alone_and_with_all_later_ones),
		kit_test_bare(the_one_that_is_named_fails_and_no_other),
		kit_test_bare(every_kind_of_allocation_can_fail),
		kit_test_bare(allocations_of_the_kit_do_not_count),
		kit_test_bare(a_failure_tells_the_allocation_and_nothing_fails_after_it),
		kit_test_bare(after_a_test_that_was_left_nothing_fails),
		kit_test_bare(a_function_that_allocates_nothing_is_a_mistake),
		kit_test_bare(server_is_made_whole_or_not_at_all),
	};

	return kit_run(tests);
}
