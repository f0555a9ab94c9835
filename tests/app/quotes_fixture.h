#ifndef TESTS_APP_QUOTES_FIXTURE_H
#define TESTS_APP_QUOTES_FIXTURE_H

/* What the tests of the kernel stand on. */

#include <stdlib.h>

#include "app/quotes.h"
#include "kit_cmocka.h"

/* A collection, the problems told about it, one a line as "path:line: why", and a folder. */
struct fixture {
	struct quotes *quotes;
	char problems[4096];
	char folder[64];
};

static inline void
on_problem(void *self, const struct quotes_problem *problem)
{
	struct fixture *f = self;
	const char *path = problem->path;
	size_t len = strlen(f->problems);

	/* Without the folder, whose name is another each time. */
	if (f->folder[0] && !strncmp(path, f->folder, strlen(f->folder)))
		path += strlen(f->folder);
	(void)snprintf(f->problems + len, sizeof(f->problems) - len, "%s:%zu: %s\n", path,
		problem->line, problem->why);
}

static inline int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->quotes = quotes_create();
	assert_non_null(f->quotes);
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	if (f->folder[0]) {
		(void)snprintf(command, sizeof(command), "rm -rf %s", f->folder);
		assert_int_equal(system(command), 0);
	}
	quotes_destroy(f->quotes);
	free(f);
	return 0;
}

static inline int
read_bytes(struct fixture *f, const void *bytes, size_t len)
{
	/* A copy of its own, so that a sanitizer sees a look beyond it. */
	char *copy = malloc(len ? len : 1);
	int got;

	assert_non_null(copy);
	if (len)
		memcpy(copy, bytes, len);
	got = quotes_read(f->quotes, "mem", (struct sb_bytes){ copy, len }, on_problem, f);
	free(copy);
	return got;
}

static inline int
read_text(struct fixture *f, const char *text)
{
	return read_bytes(f, text, strlen(text));
}

static inline void
expect_quote(struct fixture *f, size_t number, const char *text)
{
	const struct quote *quote = quotes_at(f->quotes, number);

	assert_non_null(quote);
	assert_string_equal(quote->text, text);
	assert_int_equal(quote->len, strlen(text));
}

#define with_fixture(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
