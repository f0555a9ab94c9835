#include "html.h"
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/http.h>

enum { CAP_MIN = 4096 };

/* Bytes added at once; what is more, no memory holds. */
#define MOST (SIZE_MAX / 4)

/* Makes room for so many bytes more and a NUL. */
static bool
reserve(struct html *html, size_t len)
{
	size_t cap = html->cap ? html->cap : CAP_MIN;
	char *text;

	if (html->has_failed)
		return false;
	while (len < MOST && cap - html->len <= len)
		cap *= 2;
	if (len < MOST && cap == html->cap)
		return true;
	text = len < MOST ? realloc(html->text, cap) : NULL;
	if (!text) {
		html_fail(html);
		return false;
	}
	html->text = text;
	html->cap = cap;
	return true;
}

void
html_add_bytes(struct html *html, const char *text, size_t len)
{
	if (!reserve(html, len))
		return;
	if (len)
		memcpy(html->text + html->len, text, len);
	html->len += len;
	html->text[html->len] = '\0';
}

void
html_add(struct html *html, const char *text)
{
	html_add_bytes(html, text, strlen(text));
}

void
html_format(struct html *html, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len > 0 && reserve(html, (size_t)len))
		html->len +=
			(size_t)vsnprintf(html->text + html->len, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
}

/* What stands for a character, or NULL where it may stand itself. */
static const char *
stand_in(const char *text, size_t len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	unsigned char c = (unsigned char)text[0];

	if (!len)
		return replacement;
	if (len == 2)
		return c == 0xc2 && (unsigned char)text[1] < 0xa0 ? replacement : NULL;
	if (len == 3)
		return !memcmp(text, "\xef\xbf\xbe", 3) || !memcmp(text, "\xef\xbf\xbf", 3)
			       ? replacement
			       : NULL;
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
		return NULL;
	default:
		return c < 0x20 || c == 0x7f ? replacement : NULL;
	}
}

void
html_text_bytes(struct html *html, const char *text, size_t len)
{
	size_t at, char_len, plain = 0;
	const char *other;

	for (at = 0; at < len; at += char_len ? char_len : 1) {
		char_len = text_char_len(text + at, len - at);
		other = stand_in(text + at, char_len);
		if (!other)
			continue;
		html_add_bytes(html, text + plain, at - plain);
		html_add(html, other);
		plain = at + (char_len ? char_len : 1);
	}
	html_add_bytes(html, text + plain, len - plain);
}

void
html_text(struct html *html, const char *text)
{
	html_text_bytes(html, text, strlen(text));
}

void
html_url(struct html *html, const char *text)
{
	size_t len = sb_http_encode(text, NULL, 0);

	if (reserve(html, len))
		html->len += sb_http_encode(text, html->text + html->len, len + 1);
}

void
html_fail(struct html *html)
{
	html_finish(html);
	html->has_failed = true;
}

void
html_finish(struct html *html)
{
	free(html->text);
	*html = (struct html){ 0 };
}
