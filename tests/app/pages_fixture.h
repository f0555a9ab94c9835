#ifndef TESTS_APP_PAGES_FIXTURE_H
#define TESTS_APP_PAGES_FIXTURE_H

/* A collection with quotes for everybody and for some, and what the pages make of it. */

#include <stdlib.h>

#include "app/pages.h"
#include "kit_cmocka.h"

#define HIDDEN "zzhiddenzz"

struct fixture {
	struct pages pages;
	struct page page; /* the last */
	struct sb_error error;
};

static inline int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(quotes_open(NULL, &f->pages.quotes, &f->error), 0);
	f->pages.base_url = "https://q.example.org";
	f->pages.now_s = 1795262400;
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	page_finish(&f->page);
	quotes_close(f->pages.quotes);
	free(f);
	return 0;
}

/* 2026-11-21T12:00:00Z */
enum { ADDED_S = 1795262400 };

static inline int64_t
add_in(struct fixture *f, const char *text, const char *channel, enum quotes_visibility visibility)
{
	struct quotes_person person = {
		.scope = { .network = "net", .channel = channel },
		.name = "carol",
		.key = "carol@example.org",
		.is_moderator = true,
	};
	struct quotes_new quote = { .text = text, .visibility = visibility };
	int64_t id = 0;

	assert_int_equal(quotes_add(f->pages.quotes, &person, &quote, ADDED_S, &id, &f->error), 0);
	return id;
}

static inline int64_t
add(struct fixture *f, const char *text)
{
	return add_in(f, text, "#quotes", QUOTES_PUBLIC);
}

static inline void
delete_it(struct fixture *f, int64_t id)
{
	struct quotes_person person = {
		.scope = { .network = "net", .channel = "#quotes" },
		.name = "carol",
		.key = "carol@example.org",
	};

	assert_int_equal(quotes_delete(f->pages.quotes, &person, id, ADDED_S, &f->error), 0);
}

static inline void
vote(struct fixture *f, int64_t id, const char *key, int value)
{
	struct quotes_person person = { .scope = { .network = "net" }, .name = key, .key = key };
	int64_t score;

	assert_int_equal(
		quotes_vote(f->pages.quotes, &person, id, value, ADDED_S, &score, &f->error), 0);
}

/* Asks for a page: show(f, page_newest, &f->pages, NULL). */
#define show(f, fn, ...)                                                                           \
	do {                                                                                       \
		page_finish(&(f)->page);                                                           \
		assert_int_equal(fn(__VA_ARGS__, &(f)->page), 0);                                  \
		if ((f)->page.text)                                                                \
			assert_int_equal(strlen((f)->page.text), (f)->page.len);                   \
	} while (0)

static inline void
expect_status(struct fixture *f, int status)
{
	if (f->page.status != status)
		print_error("%s\n", f->page.text);
	assert_int_equal(f->page.status, status);
}

static inline bool
has(struct fixture *f, const char *text)
{
	return strstr(f->page.text, text) != NULL;
}

static inline void
expect(struct fixture *f, const char *text)
{
	if (!has(f, text))
		print_error("'%s' is not in:\n%s\n", text, f->page.text);
	assert_true(has(f, text));
}

static inline void
expect_none(struct fixture *f, const char *text)
{
	if (has(f, text))
		print_error("'%s' is in:\n%s\n", text, f->page.text);
	assert_false(has(f, text));
}

static inline size_t
count(struct fixture *f, const char *text)
{
	const char *at = f->page.text;
	size_t n = 0;

	while ((at = strstr(at, text))) {
		at += strlen(text);
		n++;
	}
	return n;
}

#define with_pages(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
