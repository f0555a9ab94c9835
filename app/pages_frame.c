#include "pages_private.h"

#include <string.h>

#define SITE "Quoth"

/* The links of the navigation. */
static const struct {
	const char *path, *name;
} nav[] = {
	{ "/", "Newest" },
	{ "/top", "Best" },
	{ "/random", "Random" },
};

static void
add_title(struct html *html, const struct frame *frame)
{
	html_add(html, "<title>");
	if (frame->title) {
		html_text(html, frame->title);
		html_add(html, " \xe2\x80\x93 " SITE);
	} else {
		html_add(html, SITE ": what was said, kept");
	}
	html_add(html, "</title>\n");
}

static void
add_links(struct html *html, const struct pages *pages, const struct frame *frame)
{
	if (!frame->path)
		html_add(html, "<meta name=\"robots\" content=\"noindex\">\n");
	if (frame->path && pages->base_url && *pages->base_url) {
		html_add(html, "<link rel=\"canonical\" href=\"");
		html_text(html, pages->base_url);
		html_text(html, frame->path);
		html_add(html, "\">\n");
	}
	html_format(html,
		"<link rel=\"alternate\" type=\"application/atom+xml\" "
		"title=\"" SITE ": newest quotes\" href=\"/feed.atom\">\n"
		"<link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\n"
		"<link rel=\"stylesheet\" href=\"/style.css?v=%s\">\n",
		pages_style_version);
}

static void
add_head(struct html *html, const struct pages *pages, const struct frame *frame)
{
	html_add(html, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
		       "<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n");
	add_title(html, frame);
	html_add(html, "<meta name=\"description\" content=\"");
	html_text(html, frame->description);
	html_add(html, "\">\n");
	add_links(html, pages, frame);
	html_add(html, "</head>\n");
}

static void
add_nav(struct html *html, const struct frame *frame)
{
	size_t i;

	html_add(html, "<nav aria-label=\"Pages\">\n<ul>\n");
	for (i = 0; i < sizeof(nav) / sizeof(nav[0]); i++) {
		html_format(html, "<li><a href=\"%s\"", nav[i].path);
		if (frame->nav && !strcmp(frame->nav, nav[i].path))
			html_add(html, " aria-current=\"page\"");
		html_format(html, ">%s</a></li>\n", nav[i].name);
	}
	html_add(html, "</ul>\n</nav>\n");
}

void
frame_search(struct html *html, const char *id, const char *words_or_null)
{
	html_format(html,
		"<form class=\"search\" role=\"search\" action=\"/search\">\n"
		"<label for=\"%s\">Search the quotes</label>\n"
		"<input id=\"%s\" type=\"search\" name=\"q\" maxlength=\"%d\" "
		"placeholder=\"Search\" value=\"",
		id, id, PAGES_MAX_WORDS);
	if (words_or_null)
		html_text(html, words_or_null);
	html_add(html, "\">\n<button>Search</button>\n</form>\n");
}

void
frame_begin(struct html *html, const struct pages *pages, const struct frame *frame)
{
	add_head(html, pages, frame);
	html_add(html,
		"<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
		"<header class=\"top\">\n"
		"<a class=\"brand\" href=\"/\"><span aria-hidden=\"true\">\xe2\x80\x9c</span>" SITE
		"</a>\n");
	add_nav(html, frame);
	frame_search(html, "words", frame->words);
	html_add(html, "</header>\n<main id=\"main\">\n");
}

void
frame_end(struct html *html)
{
	html_add(html, "</main>\n<footer class=\"end\">\n"
		       "<p>Kept by <b>" SITE "</b>, the bot that remembers what was said.</p>\n"
		       "<ul>\n"
		       "<li><a href=\"/feed.atom\">Feed</a></li>\n"
		       "<li><a href=\"/quote.txt\">Plain text</a></li>\n"
		       "<li><a href=\"/api/v1/quotes\">JSON</a></li>\n"
		       "</ul>\n</footer>\n</body>\n</html>\n");
}
