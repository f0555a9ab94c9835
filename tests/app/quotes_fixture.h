#ifndef TESTS_APP_QUOTES_FIXTURE_H
#define TESTS_APP_QUOTES_FIXTURE_H

/* What the tests of the kernel stand on. */

#include <errno.h>
#include <stdlib.h>

#include "app/quotes.h"
#include "kit_cmocka.h"

/* A collection, the problems told about it, one a line as "path:line: why", and a folder. */
struct fixture {
	struct quotes *quotes;
	char problems[4096];
	char folder[64];
	struct sb_error error;
	struct quotes_imported imported;
};

static const struct quotes_scope everywhere = { .sees_all = true };
static const struct quotes_scope in_c = { "libera", "#c", false };
static const struct quotes_scope in_d = { "libera", "#d", false };
static const struct quotes_scope on_oftc = { "oftc", "#c", false };
static const struct quotes_person alice = { { "libera", "#c", false }, "Alice", "alice@a", false };
static const struct quotes_person bob = { { "libera", "#d", false }, "Bob", "bob@b", false };
static const struct quotes_person moderator = { { "oftc", NULL, true }, "Mo", "mo@m", true };

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
	assert_int_equal(quotes_open(NULL, &f->quotes, NULL), 0);
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
	quotes_close(f->quotes);
	free(f);
	return 0;
}

/* The path of a name in the fixture's folder, until the next call. */
static inline const char *
in_folder(struct fixture *f, const char *name)
{
	static char path[512];

	if (!f->folder[0]) {
		(void)snprintf(f->folder, sizeof(f->folder), "/tmp/test_quotes.XXXXXX");
		assert_non_null(mkdtemp(f->folder));
	}
	(void)snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	return path;
}

/* From now on the collection is in a file. */
static inline void
open_file(struct fixture *f, const char *name)
{
	quotes_close(f->quotes);
	f->quotes = NULL;
	assert_int_equal(quotes_open(in_folder(f, name), &f->quotes, &f->error), 0);
}

/* Returns how many were added. */
static inline int
read_bytes(struct fixture *f, const void *bytes, size_t len)
{
	/* A copy of its own, so that a sanitizer sees a look beyond it. */
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, bytes, len);
	assert_int_equal(
		quotes_import_fortune_bytes(f->quotes, "mem", (struct sb_bytes){ copy, len }, 7,
			on_problem, f, &f->imported, &f->error),
		0);
	free(copy);
	return (int)f->imported.n_added;
}

static inline int
read_text(struct fixture *f, const char *text)
{
	return read_bytes(f, text, strlen(text));
}

static inline struct quote
get(struct fixture *f, int64_t id)
{
	struct quote quote;

	assert_int_equal(quotes_get(f->quotes, &everywhere, id, &quote), 0);
	return quote;
}

static inline void
expect_quote(struct fixture *f, int64_t id, const char *text)
{
	struct quote quote = get(f, id);

	assert_string_equal(quote.text, text);
	assert_int_equal(quote.len, strlen(text));
}

/* Adds a quote that must be new. */
static inline int64_t
add(struct fixture *f, const struct quotes_person *person, enum quotes_visibility visibility,
	const char *text)
{
	const struct quotes_new quote = { .text = text, .visibility = visibility };
	int64_t id;

	assert_int_equal(quotes_add(f->quotes, person, &quote, 1000, &id, &f->error), 0);
	return id;
}

static inline void
append_id(void *self, const struct quote *quote)
{
	size_t len = strlen(self);

	(void)snprintf(
		(char *)self + len, 512 - len, "%s%lld", len ? " " : "", (long long)quote->id);
}

/* The ids that a query finds, "3 2 1", and "..." where more would follow. */
static inline void
expect_list(struct fixture *f, const struct quotes_query *query, const char *expected)
{
	char found[512] = "";
	bool has_more;

	assert_true(quotes_list(f->quotes, query, append_id, found, &has_more) >= 0);
	if (has_more)
		strcat(found, " ...");
	assert_string_equal(found, expected);
}

#define with_fixture(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
