#ifndef QUOTH_PAGES_PRIVATE_H
#define QUOTH_PAGES_PRIVATE_H

/* What the files of the pages share. */

#include <stdbool.h>

#include "html.h"
#include "pages.h"

enum {
	PAGES_N_LIST = 20, /* quotes on a page */
	PAGES_MAX_SKIP = 10000, /* as quotes_query.skip */
	PAGES_MAX_WORDS = 512, /* bytes of what is searched for */
	PAGES_FEED_BYTES = 8 * 1024, /* of a quote in the feed */
	PAGES_LIST_BYTES = 256 * 1024, /* of the quotes in a list of the API */
	PAGES_TITLE = 60, /* bytes of a quote that make a title */
	PAGES_DESCRIPTION = 160,
	PAGES_BEGINNING_CAP = 256,
	PAGES_STYLE_AGE_S = 365 * 24 * 60 * 60, /* its address changes with it */
	PAGES_ICON_AGE_S = 24 * 60 * 60,
	PAGES_FEED_AGE_S = 10 * 60,
};

#define PAGES_HTML "text/html; charset=utf-8"
#define PAGES_TEXT "text/plain; charset=utf-8"

/* ---- Documents ---- */

/* Makes a page of the text, which it takes over. Returns 0, or -ENOMEM where the text was lost. */
int page_make(struct html *html, int status, const char *type, struct page *ret_page);

/* The same for a page that is another each time: without an ETag. */
int page_make_once(struct html *html, int status, const char *type, struct page *ret_page);

/* A page that says in words what is wrong. Returns 0, or -ENOMEM. */
int page_refuse(const struct pages *pages, int status, const char *title, const char *words,
	struct page *ret_page);

/* The page for what went wrong with the database: 404 for -ENOENT, else 503. Returns the error, but
 * 0 for -ENOENT. */
int page_broken(const struct pages *pages, int error, struct page *ret_page);

/* ---- The frame of an HTML page: all but what is in <main> ---- */

struct frame {
	const char *title; /* of this page alone; NULL: the title of all */
	const char *description;
	const char *path; /* its canonical one, encoded; NULL: none, and robots shall not keep it */
	const char *nav; /* the link of the navigation that leads here, or NULL */
	const char *words; /* in the field of the search form, or NULL */
};
void frame_begin(struct html *html, const struct pages *pages, const struct frame *frame);
void frame_end(struct html *html);

/* Another one for each style, so that it may be kept for long. */
extern const char pages_style_version[];

/* The form to search with; id is that of its field, another for each form of a page. */
void frame_search(struct html *html, const char *id, const char *words_or_null);

/* ---- A quote ---- */

/* A quote among others; alone. */
void show_quote(struct html *html, const struct quote *quote);
void show_quote_alone(struct html *html, const struct pages *pages, const struct quote *quote);

/* The first of its lines, and whether these are all. */
bool show_lines(struct html *html, const struct quote *quote, size_t max_lines, size_t max_bytes);

/* Its lines, each cleaned, with \n after each. */
void show_plain(struct html *html, const struct quote *quote);

/* Its beginning in one line of at most max bytes and perhaps an ellipsis: for titles. Neither what
 * turns the direction of writing nor more than one space in a row is in it. max is less than
 * PAGES_BEGINNING_CAP - 4. */
void quote_beginning(const struct quote *quote, size_t max, char ret_text[PAGES_BEGINNING_CAP]);

/* The name of the file it came from, without folders; "" for none. */
const char *quote_source(const struct quote *quote);

/* The address of a channel's page: "/c/quotes". */
void channel_path(struct html *html, const char *channel);

/* ---- What clients send ---- */

/* A decimal number from 1 on, as we write it ourselves; or -EINVAL. */
int64_t parse_number(const char *text);

/* The same, or 0 for NULL and for "0"; -EINVAL also beyond max. */
int64_t parse_number_or_null(const char *text, int64_t max);

/* Whether there is anything but white space. */
bool has_words(const char *text_or_null);

#endif
