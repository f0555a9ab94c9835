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
etag_len(const char *at)
{
	size_t len = at[0] == 'W' && at[1] == '/' ? 2 : 0;

	if (at[len++] != '"')
		return 0;
	while (is_etag_char(at[len]))
		len++;
	return at[len] == '"' ? len + 1 : 0;
}

bool
sb_http_is_etag(const char *text)
{
	size_t len = etag_len(text);

	return len && !text[len];
}

static bool
is_same(const char *tag, size_t len, const char *etag, bool is_weak)
{
	bool has_weak = tag[0] == 'W' || etag[0] == 'W';

	if (has_weak && !is_weak)
		return false;
	if (tag[0] == 'W') {
		tag += 2;
		len -= 2;
	}
	if (etag[0] == 'W')
		etag += 2;
	return strlen(etag) == len && memcmp(tag, etag, len) == 0;
}

bool
sb_http_etags_have(const char *list, const char *etag, bool is_weak)
{
	const char *at = list + strspn(list, " \t");
	size_t len;

	if (at[0] == '*')
		return !at[1 + strspn(at + 1, " \t")];
	for (; etag && *at; at += len) {
		at += strspn(at, " \t,");
		len = etag_len(at);
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
