/* What the browser is shown: whole documents, nothing of what is hidden, and nothing that acts. */

#include "pages_fixture.h"

enum { DEPTH = 64 };

static const char hostile[] = "<script>alert('a')</script>\n\"><img src=x onerror=alert(1)>\n"
			      "<evil> \x1b[31mred\x07 &amp; \xe2\x80\xa8 \xe2\x80\xae tfel\n"
			      "<\xd7\xa9> \xd7\xa9\xd7\x9c\n</pre></main></html>\n\xef\xbf\xbf";

/* The name at a tag, and whether it needs no end. */
static size_t
tag_name(const char *tag, char name[16])
{
	size_t len = strspn(tag, "abcdefghijklmnopqrstuvwxyz0123456789");

	assert_in_range(len, 1, 15);
	memcpy(name, tag, len);
	name[len] = '\0';
	return len;
}

static bool
is_void(const char *name)
{
	return !strcmp(name, "meta") || !strcmp(name, "link") || !strcmp(name, "input");
}

/* Each tag that is opened is closed, in order, and no attribute runs a script or has a style. */
static void
expect_balanced(const char *text)
{
	char open[DEPTH][16], name[16];
	size_t n = 0;
	const char *at = text, *end;

	assert_memory_equal(at, "<!doctype html>\n", 16);
	at += 16;
	while ((at = strchr(at, '<'))) {
		bool closes = at[1] == '/';

		at += 1 + closes;
		(void)tag_name(at, name);
		end = strchr(at, '>');
		assert_non_null(end);
		assert_null(memchr(at, '<', (size_t)(end - at)));
		if (closes) {
			assert_true(n > 0);
			assert_string_equal(open[--n], name);
		} else if (!is_void(name)) {
			assert_true(n < DEPTH);
			memcpy(open[n++], name, sizeof(name));
		}
		at = end;
	}
	assert_int_equal(n, 0);
}

static size_t
occurs(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* What every page has. */
static void
expect_whole(struct fixture *f)
{
	static const char *const parts[] = { "<html lang=\"en\">", "<title>", "name=\"viewport\"",
		"name=\"description\"", "type=\"application/atom+xml\"",
		"class=\"skip\" href=\"#main\"", "<main id=\"main\">", "<h1", "<header ",
		"<footer ", "role=\"search\"", "href=\"/style.css?v=" };
	size_t i;

	assert_string_equal(f->page.type, "text/html; charset=utf-8");
	expect_balanced(f->page.text);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		expect(f, parts[i]);
	assert_int_equal(occurs(f->page.text, "<h1"), 1);
	assert_int_equal(occurs(f->page.text, "<main"), 1);
	expect_none(f, "<script");
	expect_none(f, "<img");
	expect_none(f, " style=");
	expect_none(f, "\x1b");
	expect_none(f, "\x07");
	expect_none(f, "\xef\xbf\xbf");
	expect_none(f, HIDDEN);
}

static void
every_page_is_whole_whatever_people_say(void **state)
{
	struct fixture *f = *state;
	int round;

	for (round = 0; round < 2; round++) {
		show(f, page_newest, &f->pages, NULL);
		expect_whole(f);
		show(f, page_newest, &f->pages, "1");
		expect_whole(f);
		show(f, page_top, &f->pages, NULL);
		expect_whole(f);
		show(f, page_top, &f->pages, "20");
		expect_whole(f);
		show(f, page_search, &f->pages, NULL, NULL);
		expect_whole(f);
		show(f, page_search, &f->pages, "alert", NULL);
		expect_whole(f);
		show(f, page_search, &f->pages, hostile, NULL);
		expect_whole(f);
		show(f, page_channel, &f->pages, "#<i>", NULL);
		expect_whole(f);
		assert_int_equal(f->page.status, round ? 200 : 404);
		show(f, page_quote, &f->pages, "1");
		expect_whole(f);
		show(f, page_not_found, &f->pages);
		expect_whole(f);
		if (!round)
			(void)add_in(f, hostile, "#<i>", QUOTES_PUBLIC);
	}
}

static void
what_is_not_public_is_nowhere(void **state)
{
	struct fixture *f = *state;
	int64_t id[3];
	size_t i;

	(void)add(f, "seen by all");
	id[0] = add_in(f, HIDDEN " one", "#" HIDDEN, QUOTES_CHANNEL);
	id[1] = add_in(f, HIDDEN " two", "#quotes", QUOTES_NETWORK);
	id[2] = add(f, HIDDEN " three");
	delete_it(f, id[2]);
	show(f, page_newest, &f->pages, NULL);
	expect(f, "seen by all");
	expect_none(f, HIDDEN);
	show(f, page_top, &f->pages, NULL);
	expect_none(f, HIDDEN);
	show(f, page_channel, &f->pages, "quotes", NULL);
	expect_none(f, HIDDEN);
	show(f, page_channel, &f->pages, "#" HIDDEN, NULL);
	expect_status(f, 404);
	show(f, page_search, &f->pages, HIDDEN, NULL);
	expect(f, "No quote holds all these words");
	assert_int_equal(count(f, "<article"), 0);
	for (i = 0; i < 3; i++) {
		char text[24];

		(void)snprintf(text, sizeof(text), "%lld", (long long)id[i]);
		show(f, page_quote, &f->pages, text);
		expect_status(f, 404);
		expect_none(f, HIDDEN);
	}
	for (f->pages.random = 0; f->pages.random < 50; f->pages.random++) {
		int64_t chosen;

		assert_int_equal(page_random(&f->pages, &chosen, &f->page), 0);
		assert_int_equal(chosen, 1);
		show(f, page_text, &f->pages);
		expect_none(f, HIDDEN);
	}
}

static void
ids_that_are_none_are_not_found(void **state)
{
	static const char *const ids[] = { "", "0", "-1", "+1", "01", "1a", "a", " 1", "1 ", "2",
		"9223372036854775807", "9223372036854775808", "18446744073709551617", "1.0" };
	struct fixture *f = *state;
	size_t i;

	(void)add(f, "the only one");
	show(f, page_quote, &f->pages, "1");
	expect_status(f, 200);
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		show(f, page_quote, &f->pages, ids[i]);
		expect_status(f, 404);
	}
}

static void
numbers_of_lists_that_are_none_are_refused(void **state)
{
	static const char *const numbers[] = { "", "-1", "x", "01", "9223372036854775808" };
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		show(f, page_newest, &f->pages, numbers[i]);
		expect_status(f, 400);
		show(f, page_channel, &f->pages, "#c", numbers[i]);
		expect_status(f, 400);
		show(f, page_top, &f->pages, numbers[i]);
		expect_status(f, 400);
		show(f, page_search, &f->pages, "word", numbers[i]);
		expect_status(f, 400);
	}
	show(f, page_top, &f->pages, "10001");
	expect_status(f, 400);
	show(f, page_top, &f->pages, "10000");
	expect_status(f, 200);
}

static void
a_quote_has_its_words_its_facts_and_its_address(void **state)
{
	struct fixture *f = *state;
	int64_t id = add(f, "<@alice> I   have <b>\n[12:01] * bob waves\n\tindented");

	vote(f, id, "dave", 1);
	vote(f, id, "erin", -1);
	vote(f, id, "fred", -1);
	show(f, page_quote, &f->pages, "1");
	expect(f, "<title>#1: &lt;@alice&gt; I have &lt;b&gt; [12:01] * bob waves indented");
	expect(f, "&lt;@alice&gt;</b> I   have &lt;b&gt;\n");
	expect(f, "<i>[12:01] </i>* <b class=");
	expect(f, "<span dir=\"auto\">        indented\n</span>");
	expect(f, "<a href=\"/c/quotes\"><bdi>#quotes</bdi></a> on <bdi>net</bdi>");
	expect(f, "<bdi>carol</bdi>");
	expect(f, "<time datetime=\"2026-11-21T12:00:00Z\">21 November 2026</time>");
	expect(f, "\xe2\x88\x92"
		  "1 from 3 votes");
	expect(f, "href=\"/q/1\">https://q.example.org/q/1</a>");
	expect(f, "<link rel=\"canonical\" href=\"https://q.example.org/q/1\">");
	f->pages.base_url = NULL;
	show(f, page_quote, &f->pages, "1");
	expect_none(f, "canonical");
}

static void
a_title_is_the_beginning_and_does_not_turn_the_writing(void **state)
{
	struct fixture *f = *state;
	char text[400];

	memset(text, 'w', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)add(f, text);
	(void)add(f, "a\xe2\x80\xae"
		     "b\xe2\x81\xa6"
		     "c");
	show(f, page_quote, &f->pages, "2");
	expect(f, "<title>#2: abc ");
	show(f, page_quote, &f->pages, "1");
	expect(f, "www\xe2\x80\xa6 ");
	assert_true(strcspn(strstr(f->page.text, "<title>"), "\n") < 110);
}

static void
a_list_goes_on_where_it_ended(void **state)
{
	struct fixture *f = *state;
	char text[32];
	int i;

	for (i = 1; i <= 45; i++) {
		(void)snprintf(text, sizeof(text), "the quote n%d.", i);
		(void)add(f, text);
	}
	show(f, page_newest, &f->pages, NULL);
	assert_int_equal(count(f, "<article"), 20);
	expect(f, "n45.");
	expect(f, "href=\"/?before=26\"");
	show(f, page_newest, &f->pages, "26");
	expect(f, "n25.");
	expect_none(f, "n26.");
	show(f, page_newest, &f->pages, "6");
	assert_int_equal(count(f, "<article"), 5);
	expect_none(f, "before=");
	show(f, page_channel, &f->pages, "#quotes", NULL);
	expect(f, "href=\"/c/quotes?before=26\"");
	show(f, page_top, &f->pages, "20");
	assert_int_equal(count(f, "<article"), 20);
	expect(f, "href=\"/top?skip=0\"");
	expect(f, "href=\"/top?skip=40\"");
	show(f, page_search, &f->pages, "the quote", "20");
	expect(f, "href=\"/search?q=the%20quote&amp;skip=40\"");
	show(f, page_search, &f->pages, "the quote", "40");
	assert_int_equal(count(f, "<article"), 5);
	expect_none(f, "skip=60");
}

static void
the_best_come_first(void **state)
{
	struct fixture *f = *state;

	(void)add(f, "good one");
	(void)add(f, "bad one");
	vote(f, 1, "dave", 1);
	vote(f, 2, "dave", -1);
	show(f, page_top, &f->pages, NULL);
	assert_true(strstr(f->page.text, "good one") < strstr(f->page.text, "bad one"));
	expect(f, "+1<span");
}

static void
searching_nothing_shows_the_form(void **state)
{
	struct fixture *f = *state;

	(void)add(f, "the only one");
	show(f, page_search, &f->pages, " \t\n", NULL);
	expect_status(f, 200);
	expect(f, "<h1>Search</h1>");
	expect_none(f, "the only one");
	show(f, page_search, &f->pages, "ONL", NULL);
	expect(f, "the only one");
	expect(f, "value=\"ONL\"");
	expect(f, "noindex");
}

static void
channels_keep_their_marks(void **state)
{
	struct fixture *f = *state;

	(void)add_in(f, "one of two", "##two", QUOTES_PUBLIC);
	(void)add_in(f, "one of local", "&local", QUOTES_PUBLIC);
	show(f, page_newest, &f->pages, NULL);
	expect(f, "href=\"/c/%23%23two\"");
	expect(f, "href=\"/c/%26local\"");
	show(f, page_channel, &f->pages, "##two", NULL);
	expect(f, "one of two");
	show(f, page_channel, &f->pages, "two", NULL);
	expect_status(f, 404);
	show(f, page_channel, &f->pages, "&local", NULL);
	expect(f, "one of local");
}

static void
a_long_quote_is_cut_in_lists_and_whole_alone(void **state)
{
	struct fixture *f = *state;
	static char text[40000];
	size_t i;

	for (i = 0; i < 100; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "line %zu.\n", i);
	(void)add(f, text);
	/* Characters of two bytes behind one of one: the cut would fall into one. */
	text[0] = 'x';
	for (i = 1; i < sizeof(text) - 2; i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	(void)add(f, text);
	show(f, page_newest, &f->pages, NULL);
	expect(f, "line 15.");
	expect_none(f, "line 16.");
	expect(f, "<a href=\"/q/1\">All 100 lines of #1</a>");
	expect(f, "<a href=\"/q/2\">");
	expect_none(f, "\xef\xbf\xbd");
	expect_none(f, "?\n</span>");
	assert_true(f->page.len < 12000);
	show(f, page_quote, &f->pages, "1");
	expect(f, "line 99.");
	show(f, page_quote, &f->pages, "2");
	assert_true(f->page.len > 39000);
}

static void
an_etag_changes_with_the_page_and_with_nothing_else(void **state)
{
	struct fixture *f = *state;
	char first[40], cache[PAGE_CACHE_CAP];

	(void)add(f, "one");
	show(f, page_newest, &f->pages, NULL);
	memcpy(first, f->page.etag, sizeof(first));
	assert_int_equal(first[0], '"');
	page_cache_field(&f->page, cache);
	assert_string_equal(cache, "no-cache");
	f->pages.now_s += 1000;
	f->pages.random = 7;
	show(f, page_newest, &f->pages, NULL);
	assert_string_equal(f->page.etag, first);
	vote(f, 1, "dave", 1);
	show(f, page_newest, &f->pages, NULL);
	assert_string_not_equal(f->page.etag, first);
	show(f, page_text, &f->pages);
	assert_string_equal(f->page.etag, "");
	page_cache_field(&f->page, cache);
	assert_string_equal(cache, "no-store");
}

static void
a_quote_as_text_has_its_lines_and_its_address(void **state)
{
	struct fixture *f = *state;

	show(f, page_text, &f->pages);
	expect_status(f, 404);
	(void)add(f, "<a> one\n\x1b[1mtwo & three");
	show(f, page_text, &f->pages);
	assert_string_equal(f->page.text, "<a> one\n[1mtwo & three\n\nhttps://q.example.org/q/1\n");
	assert_string_equal(f->page.type, "text/plain; charset=utf-8");
}

static void
the_style_may_be_kept_and_asks_for_nothing_else(void **state)
{
	struct fixture *f = *state;
	char cache[PAGE_CACHE_CAP];

	page_finish(&f->page);
	assert_int_equal(page_style(&f->page), 0);
	page_cache_field(&f->page, cache);
	assert_string_equal(cache, "public, max-age=31536000");
	expect(f, "prefers-color-scheme: dark");
	expect_none(f, "url(");
	expect_none(f, "@import");
	page_finish(&f->page);
	assert_int_equal(page_favicon(&f->page), 0);
	assert_string_equal(f->page.type, "image/svg+xml");
	page_finish(&f->page);
	assert_int_equal(page_robots(&f->page), 0);
	expect(f, "Disallow: /random\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_pages(every_page_is_whole_whatever_people_say),
		with_pages(what_is_not_public_is_nowhere),
		with_pages(ids_that_are_none_are_not_found),
		with_pages(numbers_of_lists_that_are_none_are_refused),
		with_pages(a_quote_has_its_words_its_facts_and_its_address),
		with_pages(a_title_is_the_beginning_and_does_not_turn_the_writing),
		with_pages(a_list_goes_on_where_it_ended),
		with_pages(the_best_come_first),
		with_pages(searching_nothing_shows_the_form),
		with_pages(channels_keep_their_marks),
		with_pages(a_long_quote_is_cut_in_lists_and_whole_alone),
		with_pages(an_etag_changes_with_the_page_and_with_nothing_else),
		with_pages(a_quote_as_text_has_its_lines_and_its_address),
		with_pages(the_style_may_be_kept_and_asks_for_nothing_else),
	};

	return kit_run(tests);
}
