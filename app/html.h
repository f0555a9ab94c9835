#ifndef QUOTH_HTML_H
#define QUOTH_HTML_H

/* A text that grows, for HTML and its relatives: what is ours is added as it is, what comes from
 * outside escaped. No function fails: where memory ends, the text is lost, has_failed says so, and
 * what is added later is nothing. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

struct html {
	char *text; /* len bytes and a NUL; NULL for the empty one */
	size_t len, cap;
	bool has_failed;
};

/* As it is. What the format takes are numbers and words of ours. */
void html_add(struct html *html, const char *text);
void html_add_bytes(struct html *html, const char *text, size_t len);
SB_PRINTF(2, 3)
void html_format(struct html *html, const char *format, ...);

/* Escaped, so that it may stand in an element or between quotes as the value of an attribute, in
 * HTML and in XML. What XML does not know becomes U+FFFD: control characters but tab and line feed,
 * U+FFFE, U+FFFF, bytes that are not UTF-8. */
void html_text(struct html *html, const char *text);
void html_text_bytes(struct html *html, const char *text, size_t len);

/* Percent-encoded, as a segment of a path or a value of a query. */
void html_url(struct html *html, const char *text);

/* Memory has ended for somebody who makes a part of it. */
void html_fail(struct html *html);

/* Back to the empty one. */
void html_finish(struct html *html);

#endif
