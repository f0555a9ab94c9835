#ifndef QUOTH_TEXT_H
#define QUOTH_TEXT_H

/* Texts that come from elsewhere (files, the network), made fit to be shown in one line. Pure. */

#include <stdbool.h>
#include <stddef.h>

/* Whether both are the same text, or both NULL. */
bool text_is_same(const char *a_or_null, const char *b_or_null);

/* The length in bytes of the UTF-8 character that text begins with, or 0 when it begins with none
 * (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF) or len is 0. */
size_t text_char_len(const char *text, size_t len);

/* Writes the text as one line that a terminal or an IRC client only shows and does not obey, at
 * most cap - 1 bytes and a NUL, cut between characters; cap is at least 1. Tabs become spaces up to
 * the next column that 8 divides, line ends one space; a backspace takes back the character before
 * it, as the overstruck letters of old files want; other control characters, the C1 ones too, are
 * left out; bytes that are not UTF-8 become '?'. Returns the length written, without the NUL. */
size_t text_clean(const char *text, size_t len, char *ret_buf, size_t cap);

/* How many of the first max bytes of a text of len bytes make a line: all where they fit, else up
 * to the last space in the second half, else up to the last whole character. At least one
 * character, so that a loop of this ends. */
size_t text_wrap(const char *text, size_t len, size_t max);

#endif
