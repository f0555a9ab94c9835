#include "pages_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* From here on to others. */
static void
on_older(void *self, const struct quote *quote)
{
	html_format(self,
		"<a class=\"on\" rel=\"next\" href=\"/q/%" PRId64 "\">Older: #%" PRId64
		" \xe2\x86\x92</a>\n",
		quote->id, quote->id);
}

static int
add_ways(struct html *html, const struct pages *pages, int64_t id)
{
	struct quotes_query query = { .order = QUOTES_NEWEST, .before = id, .most = 1 };
	bool has_more;
	int n;

	html_add(html,
		"<nav class=\"paging\" aria-label=\"Other quotes\">\n"
		"<a href=\"/\">\xe2\x86\x90 The newest</a>\n<a href=\"/random\">Random</a>\n");
	n = quotes_list(pages->quotes, &query, on_older, html, &has_more);
	html_add(html, "</nav>\n");
	return n;
}

int
page_quote(const struct pages *pages, const char *id, struct page *ret_page)
{
	char title[PAGES_BEGINNING_CAP], description[PAGES_BEGINNING_CAP];
	char numbered[PAGES_BEGINNING_CAP + 32], path[32];
	struct quotes_scope scope = { 0 };
	struct frame frame = { .title = numbered, .description = description, .path = path };
	struct html html = { 0 };
	struct quote quote;
	int64_t number = parse_number(id);
	int error = number < 0 ? -ENOENT : quotes_get(pages->quotes, &scope, number, &quote);

	if (error)
		return page_broken(pages, error, ret_page);
	quote_beginning(&quote, PAGES_TITLE, title);
	quote_beginning(&quote, PAGES_DESCRIPTION, description);
	(void)snprintf(numbered, sizeof(numbered), "#%" PRId64 ": %s", number, title);
	(void)snprintf(path, sizeof(path), "/q/%" PRId64, number);
	frame_begin(&html, pages, &frame);
	show_quote_alone(&html, pages, &quote);
	error = add_ways(&html, pages, number);
	if (error < 0) {
		html_finish(&html);
		return page_broken(pages, error, ret_page);
	}
	frame_end(&html);
	return page_make(&html, 200, PAGES_HTML, ret_page);
}

/* Programs read this: it says what is wrong in a line. */
static int
refuse_text(int error, struct page *ret_page)
{
	struct html html = { 0 };

	html_add(&html, error == -ENOENT ? "There are no quotes yet.\n"
					 : "The quotes cannot be read just now.\n");
	(void)page_make_once(&html, error == -ENOENT ? 404 : 503, PAGES_TEXT, ret_page);
	return error == -ENOENT ? 0 : error;
}

int
page_text(const struct pages *pages, struct page *ret_page)
{
	struct quotes_scope scope = { 0 };
	struct html html = { 0 };
	struct quote quote;
	int error = quotes_choose(pages->quotes, &scope, pages->random, NULL, NULL, &quote);

	if (error)
		return refuse_text(error, ret_page);
	show_plain(&html, &quote);
	html_format(
		&html, "\n%s/q/%" PRId64 "\n", pages->base_url ? pages->base_url : "", quote.id);
	return page_make_once(&html, 200, PAGES_TEXT, ret_page);
}
