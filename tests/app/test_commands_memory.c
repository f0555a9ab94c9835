/* The commands without memory: what cannot be kept is not, and nothing else changes. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many allocations succeed before one fails; less than 0: all. */
static int n_left = -1;

static bool
fails(void)
{
	return n_left >= 0 && n_left-- == 0;
}

static void *
failing_calloc(size_t n, size_t size)
{
	return fails() ? NULL : calloc(n, size);
}

static void *
failing_malloc(size_t size)
{
	return fails() ? NULL : malloc(size);
}

#define calloc failing_calloc
#define malloc failing_malloc
#include "app/budget.c"
#include "app/recent.c"
#include "app/scrollback.c"
#undef calloc
#undef malloc

#include "commands_fixture.h"

static void
what_cannot_be_made_is_null(void **state)
{
	struct fixture *f = *state;
	struct commands *commands = NULL;
	int i;

	for (i = 0; !commands; i++) {
		n_left = i;
		commands = commands_create(f->quotes, &no_limits, 1);
	}
	n_left = -1;
	commands_destroy(commands);
	assert_in_range(i, 9, 12);
}

static void
a_line_that_cannot_be_remembered_is_not(void **state)
{
	struct fixture *f = *state;
	int i, error = -ENOMEM;

	for (i = 0; error; i++) {
		n_left = i;
		error = hear(f, "alice", "#c", "hello");
		n_left = -1;
		assert_int_equal(f->replies.n, 0);
		if (!error)
			break;
		assert_int_equal(error, -ENOMEM);
		assert_int_equal(f->error.code, -ENOMEM);
		expect_error(f, "!grab alice", "I remember nothing that alice said in #c.");
	}
	assert_in_range(i, 2, 6);
	expect(f, "!grab alice", "Quote 1 added: <alice> hello (!undo takes it back)");
}

static void
who_cannot_be_counted_meets_silence(void **state)
{
	struct commands_limits limits = { 5, 10, 5, 10 };
	struct fixture *f = *state;
	int i;

	commands_set_limits(f->commands, &limits);
	add(f, "to be");
	for (i = 0; i < 4; i++) {
		n_left = 0;
		expect_silence(f, "bob", "#c", "!quote");
		n_left = -1;
	}
	expect(f, "!quote", "to be (1)");
}

static void
without_memory_for_the_rest_there_is_nothing_more(void **state)
{
	struct fixture *f = *state;

	add(f, "1\n2\n3\n4\n5\n6\n7");
	n_left = 0;
	expect(f, "!quote 1", "1\n2\n3\n4\n5\n(1: 7 lines; !more shows the rest)");
	n_left = -1;
	expect_error(f, "!more", "There is nothing more.");
}

static void
a_table_that_cannot_grow_keeps_what_it_has(void **state)
{
	struct recent *recent = recent_create(2000, sizeof(int), NULL, 1);
	int i, n_refused = 0;
	char key[16];

	(void)state;
	assert_non_null(recent);
	for (i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		/* The record is made; what the table wants beside it is not. */
		n_left = 1;
		if (!recent_make(recent, key)) {
			n_refused++;
			n_left = -1;
			assert_null(recent_find(recent, key));
			assert_non_null(recent_make(recent, key));
		}
		n_left = -1;
	}
	assert_in_range(n_refused, 2, 20);
	for (i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		assert_non_null(recent_find(recent, key));
	}
	recent_destroy(recent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(what_cannot_be_made_is_null),
		with_fixture(a_line_that_cannot_be_remembered_is_not),
		with_fixture(who_cannot_be_counted_meets_silence),
		with_fixture(without_memory_for_the_rest_there_is_nothing_more),
		with_fixture(a_table_that_cannot_grow_keeps_what_it_has),
	};

	return kit_run(tests);
}
