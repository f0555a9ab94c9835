#include "pages_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A list while it is made. */
struct list {
	struct html *html;
	int64_t last_id;
};

static void
on_quote(void *self, const struct quote *quote)
{
	struct list *list = self;

	show_quote(list->html, quote);
	list->last_id = quote->id;
}

/* Adds the quotes asked for. Returns how many, or a negative errno. */
static int
add_list(struct html *html, const struct pages *pages, const struct quotes_query *query,
	int64_t *ret_last_id, bool *ret_has_more)
{
	struct list list = { .html = html };
	int n;

	html_add(html, "<ol class=\"quotes\">\n");
	n = quotes_list(pages->quotes, query, on_quote, &list, ret_has_more);
	html_add(html, "</ol>\n");
	*ret_last_id = list.last_id;
	return n;
}

static void
begin_paging(struct html *html)
{
	html_add(html, "<nav class=\"paging\" aria-label=\"More quotes\">\n");
}

/* Links on from a list by ids: path is the first page of it, encoded. */
static void
page_by_id(struct html *html, const char *path, bool is_first, bool has_more, int64_t last_id)
{
	if (is_first && !has_more)
		return;
	begin_paging(html);
	if (!is_first)
		html_format(html, "<a href=\"%s\">\xe2\x86\x90 The newest</a>\n", path);
	if (has_more)
		html_format(html,
			"<a class=\"on\" rel=\"next\" href=\"%s?before=%" PRId64
			"\">Older \xe2\x86\x92</a>\n",
			path, last_id);
	html_add(html, "</nav>\n");
}

/* Links on from a list by places: path is the first page of it, encoded, and ends with ? or
 * &amp;. */
static void
page_by_place(struct html *html, const char *path, size_t skip, bool has_more)
{
	size_t before = skip > PAGES_N_LIST ? skip - PAGES_N_LIST : 0;

	if (skip + PAGES_N_LIST > PAGES_MAX_SKIP)
		has_more = false;
	if (!skip && !has_more)
		return;
	begin_paging(html);
	if (skip)
		html_format(html, "<a rel=\"prev\" href=\"%sskip=%zu\">\xe2\x86\x90 Before</a>\n",
			path, before);
	if (has_more)
		html_format(html,
			"<a class=\"on\" rel=\"next\" href=\"%sskip=%d\">More \xe2\x86\x92</a>\n",
			path, (int)skip + PAGES_N_LIST);
	html_add(html, "</nav>\n");
}

static int
refuse_number(const struct pages *pages, const char *name, struct page *ret_page)
{
	char words[64];

	(void)snprintf(words, sizeof(words), "\xe2\x80\x9c%s\xe2\x80\x9d is to be a number.", name);
	return page_refuse(pages, 400, "That cannot be", words, ret_page);
}

/* The page, or the one that says why there is none. */
static int
finish(struct html *html, const struct pages *pages, int n, struct page *ret_page)
{
	if (n < 0) {
		html_finish(html);
		return page_broken(pages, n, ret_page);
	}
	frame_end(html);
	return page_make(html, 200, PAGES_HTML, ret_page);
}

static void
add_welcome(struct html *html)
{
	html_add(html,
		"<p class=\"note\">There is nothing here yet. On IRC, say "
		"<kbd>!addquote</kbd> and what deserves it, or <kbd>!grab</kbd> and the nick of "
		"who said it.</p>\n");
}

int
page_newest(const struct pages *pages, const char *before_or_null, struct page *ret_page)
{
	int64_t last_id, before = parse_number_or_null(before_or_null, INT64_MAX);
	struct quotes_query query = {
		.order = QUOTES_NEWEST, .before = before, .most = PAGES_N_LIST
	};
	struct frame frame = {
		.title = before ? "Older quotes" : NULL,
		.description = "Quotes that people found worth keeping, the newest first.",
		.path = before ? NULL : "/",
		.nav = before ? NULL : "/",
	};
	struct html html = { 0 };
	bool has_more = false;
	int n;

	if (before < 0)
		return refuse_number(pages, "before", ret_page);
	frame_begin(&html, pages, &frame);
	html_add(&html, before ? "<h1>Older quotes</h1>\n" : "<h1>Newest quotes</h1>\n");
	n = add_list(&html, pages, &query, &last_id, &has_more);
	if (!n && !before)
		add_welcome(&html);
	else if (!n)
		html_add(&html, "<p class=\"note\">There is nothing older.</p>\n");
	page_by_id(&html, "/", !before, has_more, last_id);
	return finish(&html, pages, n, ret_page);
}

int
page_top(const struct pages *pages, const char *skip_or_null, struct page *ret_page)
{
	int64_t last_id, skip = parse_number_or_null(skip_or_null, PAGES_MAX_SKIP);
	struct quotes_query query = {
		.order = QUOTES_BEST,
		.skip = (size_t)skip,
		.most = PAGES_N_LIST,
	};
	struct frame frame = {
		.title = "Best quotes",
		.description = "The quotes with the highest scores.",
		.path = skip ? NULL : "/top",
		.nav = "/top",
	};
	struct html html = { 0 };
	bool has_more = false;
	int n;

	if (skip < 0)
		return refuse_number(pages, "skip", ret_page);
	frame_begin(&html, pages, &frame);
	html_add(&html, "<h1>Best quotes</h1>\n");
	n = add_list(&html, pages, &query, &last_id, &has_more);
	if (!n && !skip)
		add_welcome(&html);
	else if (!n)
		html_add(&html, "<p class=\"note\">That is all.</p>\n");
	page_by_place(&html, "/top?", (size_t)skip, has_more);
	return finish(&html, pages, n, ret_page);
}

static int
page_search_form(const struct pages *pages, struct page *ret_page)
{
	struct frame frame = {
		.title = "Search",
		.description = "Search the quotes that people found worth keeping.",
		.path = "/search",
	};
	struct html html = { 0 };

	frame_begin(&html, pages, &frame);
	html_add(&html, "<h1>Search</h1>\n");
	frame_search(&html, "again", NULL);
	html_add(&html,
		"<p class=\"hint\">A quote is found that holds all the words, each also as the "
		"beginning of a longer one, in capitals or not, with accents or "
		"without.</p>\n");
	frame_end(&html);
	return page_make(&html, 200, PAGES_HTML, ret_page);
}

/* The words in their title, and the list that they found. */
static int
add_found(struct html *html, const struct pages *pages, const struct quotes_query *query)
{
	struct html path = { 0 };
	bool has_more = false;
	int64_t last_id;
	int n;

	html_add(html, "<h1>Quotes with <q><bdi>");
	html_text(html, query->words);
	html_add(html, "</bdi></q></h1>\n");
	n = add_list(html, pages, query, &last_id, &has_more);
	if (!n)
		html_add(html, query->skip
				       ? "<p class=\"note\">That is all.</p>\n"
				       : "<p class=\"note\">No quote holds all these words. Fewer "
					 "words find more, and so do their beginnings.</p>\n");
	html_add(&path, "/search?q=");
	html_url(&path, query->words);
	html_add(&path, "&amp;");
	if (path.has_failed)
		html_fail(html);
	else
		page_by_place(html, path.text, query->skip, has_more);
	html_finish(&path);
	return n;
}

int
page_search(const struct pages *pages, const char *words_or_null, const char *skip_or_null,
	struct page *ret_page)
{
	int64_t skip = parse_number_or_null(skip_or_null, PAGES_MAX_SKIP);
	struct quotes_query query = {
		.words = words_or_null,
		.order = QUOTES_RANKED,
		.skip = (size_t)skip,
		.most = PAGES_N_LIST,
	};
	struct frame frame = {
		.title = words_or_null,
		.description = "Quotes found by words that they hold.",
		.words = words_or_null,
	};
	struct html html = { 0 };
	int n;

	if (!has_words(words_or_null))
		return page_search_form(pages, ret_page);
	if (skip < 0)
		return refuse_number(pages, "skip", ret_page);
	if (strlen(words_or_null) > PAGES_MAX_WORDS)
		return page_refuse(
			pages, 400, "That cannot be", "That is too much to search for.", ret_page);
	frame_begin(&html, pages, &frame);
	n = add_found(&html, pages, &query);
	return finish(&html, pages, n, ret_page);
}

/* The list of a channel, whose page has that path. */
static int
add_channel(struct html *html, const struct pages *pages, const struct quotes_query *query,
	const char *path)
{
	int64_t last_id;
	bool has_more = false;
	struct frame frame = {
		.title = query->channel,
		.description = "Quotes from one channel, the newest first.",
		.path = query->before ? NULL : path,
	};
	int n;

	frame_begin(html, pages, &frame);
	html_add(html, "<h1>Quotes from <bdi>");
	html_text(html, query->channel);
	html_add(html, "</bdi></h1>\n");
	n = add_list(html, pages, query, &last_id, &has_more);
	if (!n && query->before)
		html_add(html, "<p class=\"note\">There is nothing older.</p>\n");
	page_by_id(html, path, !query->before, has_more, last_id);
	return !n && !query->before ? -ENOENT : n;
}

int
page_channel(const struct pages *pages, const char *channel, const char *before_or_null,
	struct page *ret_page)
{
	int64_t before = parse_number_or_null(before_or_null, INT64_MAX);
	struct quotes_query query = {
		.order = QUOTES_NEWEST, .before = before, .most = PAGES_N_LIST
	};
	struct html html = { 0 }, path = { 0 }, name = { 0 };
	int n = -ENOMEM;

	if (before < 0)
		return refuse_number(pages, "before", ret_page);
	if (!channel[0] || !strchr("#&+!", channel[0]))
		html_add(&name, "#");
	html_add(&name, channel);
	query.channel = name.text;
	if (name.text)
		channel_path(&path, name.text);
	if (path.text)
		n = add_channel(&html, pages, &query, path.text);
	n = finish(&html, pages, n, ret_page);
	html_finish(&path);
	html_finish(&name);
	return n;
}
