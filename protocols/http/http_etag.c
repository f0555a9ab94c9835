#include "http_parse.h"

#include <string.h>

/* What may stand between the quotes: any visible byte but the quote, and what is not ASCII. */
static bool
is_etag_char(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte == '!' || (byte >= '#' && byte != 0x7f);
}

/* Reads one tag: returns its length with the quotes and the W/, or 0. */
static size_t
etag_len(const char *at, size_t left)
{
	size_t len = left > 2 && at[0] == 'W' && at[1] == '/' ? 2 : 0;

	if (len >= left || at[len++] != '"')
		return 0;
	while (len < left && is_etag_char(at[len]))
		len++;
	return len < left && at[len] == '"' ? len + 1 : 0;
}

bool
sb_http_is_etag(struct sb_bytes text)
{
	return text.len && etag_len(text.ptr, text.len) == text.len;
}

static bool
is_same(const char *tag, size_t len, struct sb_bytes etag, bool is_weak)
{
	const char *other = etag.ptr;
	size_t other_len = etag.len;

	if ((tag[0] == 'W' || other[0] == 'W') && !is_weak)
		return false;
	if (tag[0] == 'W') {
		tag += 2;
		len -= 2;
	}
	if (other[0] == 'W') {
		other += 2;
		other_len -= 2;
	}
	return other_len == len && memcmp(tag, other, len) == 0;
}

bool
sb_http_etags_have(const char *list, struct sb_bytes etag, bool is_weak)
{
	const char *at = list + strspn(list, " \t");
	size_t len;

	if (at[0] == '*')
		return !at[1 + strspn(at + 1, " \t")];
	if (!sb_http_is_etag(etag))
		return false;
	for (; *at; at += len) {
		at += strspn(at, " \t,");
		len = etag_len(at, strlen(at));
		if (!len)
			return false;
		if (is_same(at, len, etag, is_weak))
			return true;
		at += len;
		len = strspn(at, " \t");
		/* A list has commas; what comes without one cannot be read. */
		if (at[len] && at[len] != ',')
			return false;
	}
	return false;
}
