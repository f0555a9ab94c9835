#include "pages_private.h"
#include "quotes_json.h"

#include <inttypes.h>

struct feed {
	struct html *entries;
	const struct pages *pages;
	int64_t updated_s; /* of the last of them */
};

static void
add_element(struct html *html, const char *name, const char *text)
{
	html_format(html, "<%s>", name);
	html_text(html, text);
	html_format(html, "</%s>\n", name);
}

static void
add_time(struct html *html, const char *name, int64_t time_s)
{
	char text[QUOTES_TIME_CAP];

	quotes_time(time_s, text);
	html_format(html, "<%s>%s</%s>\n", name, text, name);
}

/* The address of a page of ours, whole where we know it. */
static void
add_address(struct html *html, const struct pages *pages, const char *path)
{
	html_text(html, pages->base_url ? pages->base_url : "");
	html_text(html, path);
}

/* RFC 4287, section 4.2.6: an id never changes. One quote has one address for ever. */
static void
add_entry_id(struct html *html, const struct pages *pages, int64_t id)
{
	html_add(html, "<id>");
	add_address(html, pages, "/q/");
	html_format(
		html, "%" PRId64 "</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"", id);
	add_address(html, pages, "/q/");
	html_format(html, "%" PRId64 "\"/>\n", id);
}

static void
add_entry_about(struct html *html, const struct quote *quote)
{
	/* Needed, also where it is not known. */
	add_time(html, "updated", quote->added_s);
	if (quote->added_s)
		add_time(html, "published", quote->added_s);
	if (quote->added_by[0]) {
		html_add(html, "<author>");
		add_element(html, "name", quote->added_by);
		html_add(html, "</author>\n");
	}
	if (quote->channel[0]) {
		html_add(html, "<category term=\"");
		html_text(html, quote->channel);
		html_add(html, "\"/>\n");
	}
}

static void
on_entry(void *self, const struct quote *quote)
{
	struct feed *feed = self;
	struct html *html = feed->entries;
	char title[PAGES_BEGINNING_CAP];

	quote_beginning(quote, PAGES_TITLE, title);
	html_add(html, "<entry>\n");
	add_entry_id(html, feed->pages, quote->id);
	html_format(html, "<title>#%" PRId64 ": ", quote->id);
	html_text(html, title);
	html_add(html, "</title>\n");
	add_entry_about(html, quote);
	html_add(html, "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">");
	show_lines(html, quote, SIZE_MAX, PAGES_FEED_BYTES);
	html_add(html, "</div></content>\n</entry>\n");
	if (quote->added_s > feed->updated_s)
		feed->updated_s = quote->added_s;
}

static void
add_feed(struct html *html, const struct feed *feed)
{
	html_add(html, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		       "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n<id>");
	add_address(html, feed->pages, "/");
	html_add(html, "</id>\n<title>Quoth: newest quotes</title>\n"
		       "<subtitle>What was said, kept.</subtitle>\n"
		       "<author><name>Quoth</name></author>\n"
		       "<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	add_address(html, feed->pages, "/feed.atom");
	html_add(html, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	add_address(html, feed->pages, "/");
	html_add(html, "\"/>\n<icon>/favicon.svg</icon>\n");
	add_time(html, "updated", feed->updated_s);
	if (feed->entries->text)
		html_add_bytes(html, feed->entries->text, feed->entries->len);
	if (feed->entries->has_failed)
		html_fail(html);
	html_add(html, "</feed>\n");
}

int
page_feed(const struct pages *pages, struct page *ret_page)
{
	struct html html = { 0 }, entries = { 0 };
	struct feed feed = { .entries = &entries, .pages = pages };
	struct quotes_query query = { .order = QUOTES_NEWEST, .most = PAGES_N_LIST };
	bool has_more;
	int error = quotes_list(pages->quotes, &query, on_entry, &feed, &has_more);

	if (error < 0) {
		html_finish(&entries);
		return page_broken(pages, error, ret_page);
	}
	add_feed(&html, &feed);
	html_finish(&entries);
	error = page_make(&html, 200, "application/atom+xml; charset=utf-8", ret_page);
	if (!error)
		ret_page->max_age_s = PAGES_FEED_AGE_S;
	return error;
}
