#ifndef QUOTH_PAGES_H
#define QUOTH_PAGES_H

/* What Quoth shows in the browser, and to programs: from a question to a document. No network and
 * no clock. Only public quotes are shown. Everything from outside is escaped; a page needs no
 * script, and its style is a document of its own, so that the strictest Content-Security-Policy
 * holds. */

#include "quotes.h"

/* A document: status, type and content, which page_finish() frees. */
struct page {
	int status; /* 200; 400, 404, 503 */
	const char *type; /* constant */
	char *text; /* len bytes and a NUL; NULL, and len 0, when there was no memory for it */
	size_t len;
	char etag
		[40]; /* of exactly these bytes, with its quotes; "" for what is another each time */
	int64_t max_age_s; /* how long it may be kept without asking again; 0: asks each time */
};

/* What is the same on all pages. Borrowed for the call. */
struct pages {
	struct quotes *quotes;
	/* "https://quotes.example.org", or as the client has it, "http://host:port"; NULL: not
	 * known. */
	const char *base_url;
	int64_t now_s;
	uint64_t random;
};

/* The fields that go out with every page: what the browser may do with it, which is to show it. */
struct page_field {
	const char *name, *value;
};
enum { PAGES_N_FIELDS = 5 };
extern const struct page_field pages_fields[PAGES_N_FIELDS];

/* The value of the page's Cache-Control field (RFC 9111, section 5.2.2). */
enum { PAGE_CACHE_CAP = 40 };
void page_cache_field(const struct page *page, char ret_text[PAGE_CACHE_CAP]);

/* Each fills in *ret_page, whatever happens: what goes wrong is a page too, with the words and the
 * status for it. Returns 0, or a negative errno for the log: what came of the database, or -ENOMEM.
 *
 * Ids, `before` (the id that the list goes on from) and `skip` are decimal numbers as the client
 * has them, and may be anything: an id that is none is a page that is not there, 404; the others
 * are 400. */
int page_newest(const struct pages *pages, const char *before_or_null, struct page *ret_page);
int page_quote(const struct pages *pages, const char *id, struct page *ret_page);
int page_top(const struct pages *pages, const char *skip_or_null, struct page *ret_page);
int page_search(const struct pages *pages, const char *words_or_null, const char *skip_or_null,
	struct page *ret_page);
/* "#quotes", or "quotes" for it; 404 when nobody may see a quote of it. */
int page_channel(const struct pages *pages, const char *channel, const char *before_or_null,
	struct page *ret_page);
int page_not_found(const struct pages *pages, struct page *ret_page);

/* The id of a public quote at random, to be redirected to; or 0, and *ret_page says why there is
 * none. */
int page_random(const struct pages *pages, int64_t *ret_id, struct page *ret_page);

/* /feed.atom, the newest as an Atom feed (RFC 4287); /quote.txt, one at random as text; /style.css;
 * /favicon.svg; /robots.txt, what robots may read. */
int page_feed(const struct pages *pages, struct page *ret_page);
int page_text(const struct pages *pages, struct page *ret_page);
int page_style(struct page *ret_page);
int page_favicon(struct page *ret_page);
int page_robots(struct page *ret_page);

/* JSON, as app/docs/api.md tells: /api/v1/quotes?q=&channel=&order=&before=&skip=&limit=,
 * /api/v1/quotes/ID, /api/v1/random, /api/v1/stats. Errors are JSON too:
 * {"error":"...","status":404}. */
struct api_query {
	const char *words, *channel, *order, *before, *skip, *limit; /* each may be NULL */
};
int api_quotes(const struct pages *pages, const struct api_query *query, struct page *ret_page);
int api_quote(const struct pages *pages, const char *id, struct page *ret_page);
int api_random(const struct pages *pages, struct page *ret_page);
int api_stats(const struct pages *pages, struct page *ret_page);
int api_not_found(struct page *ret_page);

/* Frees the text. */
void page_finish(struct page *page);

#endif
