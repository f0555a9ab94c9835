#include "pages_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A page is shown and does nothing: no script, nothing from elsewhere, in nobody's frame. */
const struct page_field pages_fields[PAGES_N_FIELDS] = {
	{ "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; "
				     "form-action 'self'; base-uri 'none'; "
				     "frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Permissions-Policy", "interest-cohort=()" },
};

void
page_cache_field(const struct page *page, char ret_text[PAGE_CACHE_CAP])
{
	if (page->max_age_s)
		(void)snprintf(
			ret_text, PAGE_CACHE_CAP, "public, max-age=%" PRId64, page->max_age_s);
	else
		(void)snprintf(ret_text, PAGE_CACHE_CAP, page->etag[0] ? "no-cache" : "no-store");
}

int
page_make_once(struct html *html, int status, const char *type, struct page *ret_page)
{
	*ret_page = (struct page){ .status = status, .type = type };
	if (html->has_failed || !html->text) {
		ret_page->status = 503;
		html_finish(html);
		return -ENOMEM;
	}
	ret_page->text = html->text;
	ret_page->len = html->len;
	*html = (struct html){ 0 };
	return 0;
}

/* FNV-1a: whoever makes two pages meet harms only those who read the second. */
static uint64_t
hash(const char *text, size_t len)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return sum;
}

int
page_make(struct html *html, int status, const char *type, struct page *ret_page)
{
	int error = page_make_once(html, status, type, ret_page);

	if (!error)
		(void)snprintf(ret_page->etag, sizeof(ret_page->etag), "\"%016" PRIx64 "-%zx\"",
			hash(ret_page->text, ret_page->len), ret_page->len);
	return error;
}

void
page_finish(struct page *page)
{
	free(page->text);
	page->text = NULL;
	page->len = 0;
}

int
page_refuse(const struct pages *pages, int status, const char *title, const char *words,
	struct page *ret_page)
{
	struct html html = { 0 };
	struct frame frame = { .title = title, .description = words };

	frame_begin(&html, pages, &frame);
	html_add(&html, "<h1>");
	html_text(&html, title);
	html_add(&html, "</h1>\n<p class=\"note\">");
	html_text(&html, words);
	html_add(&html, "</p>\n");
	frame_search(&html, "again", NULL);
	frame_end(&html);
	return page_make_once(&html, status, PAGES_HTML, ret_page);
}

int
page_not_found(const struct pages *pages, struct page *ret_page)
{
	return page_refuse(pages, 404, "Not found",
		"There is nothing here, or nothing that everybody may see.", ret_page);
}

int
page_broken(const struct pages *pages, int error, struct page *ret_page)
{
	if (error == -ENOENT)
		return page_not_found(pages, ret_page);
	(void)page_refuse(pages, 503, error == -ETIME ? "That takes too long" : "Out of order",
		error == -ETIME ? "There is too much to look through. Try other words."
				: "The quotes cannot be read just now. Please try again later.",
		ret_page);
	return error;
}

int
page_random(const struct pages *pages, int64_t *ret_id, struct page *ret_page)
{
	struct quotes_scope scope = { 0 };
	struct quote quote;
	int error = quotes_choose(pages->quotes, &scope, pages->random, NULL, NULL, &quote);

	*ret_id = error ? 0 : quote.id;
	return error ? page_broken(pages, error, ret_page) : 0;
}

int64_t
parse_number(const char *text)
{
	int64_t n = 0;

	if (*text < '1' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (n > (INT64_MAX - (*text - '0')) / 10)
			return -EINVAL;
		n = n * 10 + (*text - '0');
	}
	return *text ? -EINVAL : n;
}

int64_t
parse_number_or_null(const char *text, int64_t max)
{
	int64_t n;

	if (!text || !strcmp(text, "0"))
		return 0;
	n = parse_number(text);
	return n > max ? -EINVAL : n;
}

bool
has_words(const char *text_or_null)
{
	return text_or_null && text_or_null[strspn(text_or_null, " \t\r\n\v\f")];
}
