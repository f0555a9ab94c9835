/* Texts that are not UTF-8, for people; and for networks that take nothing else (UTF8ONLY). */

#include "client.h"

#include "charset.h"

/* A byte of most charsets becomes at most three; of others some end may be cut. */
enum { GROWTH = 3 };

const char *
sb_irc_show(const struct sb_irc *irc, const char *text, char *buf, size_t cap)
{
	return sb_charset_read(irc->charset, text, buf, cap);
}

const char *
sb_irc_as_taken_(const struct sb_irc *irc, const char *text, char **ret_made)
{
	size_t cap = GROWTH * strlen(text) + 1;

	*ret_made = NULL;
	if (!irc->features.is_utf8_only || sb_charset_is_utf8(text))
		return text;
	*ret_made = malloc(cap);
	return *ret_made ? sb_charset_read(irc->charset, text, *ret_made, cap) : NULL;
}
