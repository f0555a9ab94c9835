#ifndef PROTOCOLS_IRC_CHARSET_H
#define PROTOCOLS_IRC_CHARSET_H

/* Texts of the network as UTF-8 to show. Nobody on IRC says in which charset a text is:
 * what is UTF-8 is taken for it, all else is of the fallback charset that a network has. iconv(3)
 * knows the charsets. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

struct sb_charset;

/* name_or_null: as iconv knows it; NULL: "windows-1252". ASCII must stand in it as it is,
 * as in all that IRC ever used; else, and for one that iconv does not know or a name with a
 * slash: -EINVAL. Or -ENOMEM. */
int sb_charset_create(
	const char *name_or_null, struct sb_charset **ret_charset, struct sb_error *ret_error);
void sb_charset_destroy(struct sb_charset *charset_or_null);

/* Whether the text is UTF-8 throughout (RFC 3629: no longer forms, no surrogates, none past
 * U+10FFFF). */
bool sb_charset_is_utf8(const char *text);

/* The text as UTF-8: itself where it is that already, otherwise a copy in buf, where what means
 * nothing is U+FFFD. So is the last character of a text that was cut in its midst: one that is
 * UTF-8 before it and beyond ASCII somewhere. A copy that does not fit into cap, at least 1, is
 * cut between characters; three times the text's bytes and a NUL are enough for charsets of one
 * byte a character. charset_or_null: NULL: each byte that is not UTF-8 becomes U+FFFD. Allocates
 * nothing. */
const char *sb_charset_read(
	struct sb_charset *charset_or_null, const char *text, char *buf, size_t cap);

#endif
