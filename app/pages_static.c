#include "pages_private.h"
#include "style_bytes.h"

/* Documents that are always the same. */

const char pages_style_version[] = STYLE_VERSION;

static int
page_of_bytes(
	const char *text, size_t len, const char *type, int64_t max_age_s, struct page *ret_page)
{
	struct html html = { 0 };
	int error;

	html_add_bytes(&html, text, len);
	error = page_make(&html, 200, type, ret_page);
	if (!error)
		ret_page->max_age_s = max_age_s;
	return error;
}

int
page_style(struct page *ret_page)
{
	return page_of_bytes((const char *)style_css, sizeof(style_css), "text/css; charset=utf-8",
		PAGES_STYLE_AGE_S, ret_page);
}

int
page_favicon(struct page *ret_page)
{
	return page_of_bytes((const char *)favicon_svg, sizeof(favicon_svg), "image/svg+xml",
		PAGES_ICON_AGE_S, ret_page);
}

int
page_robots(struct page *ret_page)
{
	/* What is another each time, or made for programs, is nothing to keep. */
	static const char text[] = "User-agent: *\n"
				   "Disallow: /random\n"
				   "Disallow: /search\n"
				   "Disallow: /quote.txt\n"
				   "Disallow: /api/\n"
				   "Disallow: /metrics\n";

	return page_of_bytes(text, sizeof(text) - 1, PAGES_TEXT, PAGES_ICON_AGE_S, ret_page);
}
