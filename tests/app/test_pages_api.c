/* The API: what programs get, and what they are told when they ask wrongly. */

#include <jansson.h>

#include "pages_fixture.h"

/* The object that the last page is; to be freed by json_decref(). */
static json_t *
object(struct fixture *f)
{
	json_t *got = json_loadb(f->page.text, f->page.len, JSON_REJECT_DUPLICATES, NULL);

	assert_string_equal(f->page.type, "application/json");
	assert_true(json_is_object(got));
	return got;
}

static void
expect_error(struct fixture *f, int status, const char *why)
{
	json_t *got = object(f);

	assert_int_equal(f->page.status, status);
	assert_int_equal(json_integer_value(json_object_get(got, "status")), status);
	assert_non_null(strstr(json_string_value(json_object_get(got, "error")), why));
	json_decref(got);
}

static void
a_quote_is_an_object_with_all_that_is_known(void **state)
{
	struct fixture *f = *state;
	json_t *got;

	(void)add(f, "<a> \"one\"\n\x01 \xe2\x80\xa8");
	vote(f, 1, "dave", 1);
	show(f, api_quote, &f->pages, "1");
	expect_status(f, 200);
	got = object(f);
	assert_string_equal(
		json_string_value(json_object_get(got, "text")), "<a> \"one\"\n\x01 \xe2\x80\xa8");
	assert_int_equal(json_integer_value(json_object_get(got, "id")), 1);
	assert_int_equal(json_integer_value(json_object_get(got, "score")), 1);
	assert_int_equal(json_integer_value(json_object_get(got, "votes")), 1);
	assert_string_equal(
		json_string_value(json_object_get(got, "url")), "https://q.example.org/q/1");
	assert_string_equal(
		json_string_value(json_object_get(got, "added")), "2026-11-21T12:00:00Z");
	assert_string_equal(json_string_value(json_object_get(got, "channel")), "#quotes");
	assert_null(json_object_get(got, "key"));
	json_decref(got);
}

static void
what_is_not_there_or_not_public_is_not_found(void **state)
{
	struct fixture *f = *state;

	show(f, api_random, &f->pages);
	expect_error(f, 404, "no quotes yet");
	(void)add_in(f, HIDDEN, "#c", QUOTES_CHANNEL);
	show(f, api_quote, &f->pages, "1");
	expect_error(f, 404, "no such quote");
	show(f, api_quote, &f->pages, "one");
	expect_error(f, 404, "no such quote");
	show(f, api_random, &f->pages);
	expect_error(f, 404, "no quotes yet");
	page_finish(&f->page);
	assert_int_equal(api_not_found(&f->page), 0);
	expect_error(f, 404, "no such resource");
}

static void
a_list_says_where_it_goes_on(void **state)
{
	struct fixture *f = *state;
	char text[32];
	json_t *got;
	int i;

	for (i = 1; i <= 5; i++) {
		(void)snprintf(text, sizeof(text), "the quote n%d.", i);
		(void)add(f, text);
	}
	(void)add_in(f, HIDDEN, "#quotes", QUOTES_NETWORK);
	show(f, api_quotes, &f->pages, (&(struct api_query){ .limit = "2", .channel = "#quotes" }));
	got = object(f);
	assert_int_equal(json_array_size(json_object_get(got, "quotes")), 2);
	assert_string_equal(json_string_value(json_object_get(got, "next")),
		"https://q.example.org/api/v1/"
		"quotes?order=newest&limit=2&channel=%23quotes&before=4");
	json_decref(got);
	show(f, api_quotes, &f->pages, (&(struct api_query){ .limit = "4", .words = "the n" }));
	got = object(f);
	assert_string_equal(json_string_value(json_object_get(got, "next")),
		"https://q.example.org/api/v1/quotes?order=ranked&limit=4&q=the%20n&skip=4");
	json_decref(got);
	show(f, api_quotes, &f->pages, &(struct api_query){ 0 });
	expect_none(f, HIDDEN);
	got = object(f);
	assert_int_equal(json_array_size(json_object_get(got, "quotes")), 5);
	assert_true(json_is_null(json_object_get(got, "next")));
	json_decref(got);
}

static void
a_question_that_cannot_be_is_told_what_would_be_right(void **state)
{
	static char long_words[600];
	static const struct {
		struct api_query query;
		const char *why;
	} wrong[] = {
		{ { .limit = "0" }, "from 1 to 100" },
		{ { .limit = "101" }, "from 1 to 100" },
		{ { .limit = "" }, "from 1 to 100" },
		{ { .limit = "x" }, "from 1 to 100" },
		{ { .before = "x" }, "id of a quote" },
		{ { .before = "-1" }, "id of a quote" },
		{ { .skip = "10001", .order = "best" }, "from 0 to 10000" },
		{ { .order = "worst" }, "newest, best or ranked" },
		{ { .order = "ranked" }, "needs q" },
		{ { .order = "ranked", .words = " " }, "needs q" },
		{ { .order = "newest", .skip = "1" }, "by before" },
		{ { .order = "best", .before = "1" }, "by skip" },
		{ { .words = long_words }, "at most 512 bytes" },
	};
	struct fixture *f = *state;
	size_t i;

	memset(long_words, 'x', sizeof(long_words) - 1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		show(f, api_quotes, &f->pages, &wrong[i].query);
		expect_error(f, 400, wrong[i].why);
	}
}

static void
stats_count_and_name_the_newest(void **state)
{
	struct fixture *f = *state;
	json_t *got;

	show(f, api_stats, &f->pages);
	got = object(f);
	assert_true(json_is_null(json_object_get(got, "newest")));
	json_decref(got);
	(void)add(f, "one");
	(void)add(f, "two");
	show(f, api_stats, &f->pages);
	got = object(f);
	assert_int_equal(json_integer_value(json_object_get(got, "quotes")), 2);
	assert_int_equal(json_integer_value(json_object_get(got, "newest")), 2);
	json_decref(got);
	/* Not even their number is told of those that not everybody may see. */
	(void)add_in(f, "hidden", "#c", QUOTES_CHANNEL);
	show(f, api_stats, &f->pages);
	got = object(f);
	assert_int_equal(json_integer_value(json_object_get(got, "quotes")), 2);
	assert_int_equal(json_integer_value(json_object_get(got, "newest")), 2);
	json_decref(got);
}

/* Follows a list to its end. Returns how many pages it took, and how many quotes there were. */
static size_t
follow(struct fixture *f, struct api_query query, size_t *ret_n)
{
	static char next[32];
	size_t n_pages = 0;
	const char *at;
	json_t *got;

	for (*ret_n = 0; n_pages < 100; n_pages++) {
		show(f, api_quotes, &f->pages, &query);
		expect_status(f, 200);
		assert_true(f->page.len < 2 * 1024 * 1024);
		got = object(f);
		*ret_n += json_array_size(json_object_get(got, "quotes"));
		at = json_string_value(json_object_get(got, "next"));
		at = at ? strrchr(at, '=') : NULL;
		(void)snprintf(next, sizeof(next), "%s", at ? at + 1 : "");
		json_decref(got);
		if (!at)
			return n_pages + 1;
		query.before = query.order ? NULL : next;
		query.skip = query.order ? next : NULL;
	}
	return n_pages;
}

static void
a_list_of_huge_quotes_goes_on_elsewhere(void **state)
{
	enum { LEN = 60 * 1024, N = 30 };
	struct fixture *f = *state;
	char *text = malloc(LEN + 1);
	size_t i, n;

	assert_non_null(text);
	(void)memset(text, '\x01', LEN);
	text[LEN] = '\0';
	for (i = 0; i < N; i++) {
		text[i] = 'x';
		(void)add(f, text);
	}
	free(text);
	assert_int_equal(follow(f, (struct api_query){ .limit = "100" }, &n), 8);
	assert_int_equal(n, N);
	assert_int_equal(follow(f, (struct api_query){ .limit = "100", .order = "best" }, &n), 8);
	assert_int_equal(n, N);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_pages(a_quote_is_an_object_with_all_that_is_known),
		with_pages(what_is_not_there_or_not_public_is_not_found),
		with_pages(a_list_of_huge_quotes_goes_on_elsewhere),
		with_pages(a_list_says_where_it_goes_on),
		with_pages(a_question_that_cannot_be_is_told_what_would_be_right),
		with_pages(stats_count_and_name_the_newest),
	};

	return kit_run(tests);
}
