#ifndef QUOTH_PLAIN_H
#define QUOTH_PLAIN_H

/* What is said on IRC, made plain, so that it can be kept and compared. Pure. */

#include <stddef.h>

enum { PLAIN_MAX = 8192 }; /* bytes; what is said beyond these does not count */

/* Writes the text without IRC's formatting (bold, italics, underlined, struck through, monospace,
 * reversed, \x03 with its colours, \x04 with its colours in hex), made one line by text_clean(),
 * without spaces at its ends; at most cap - 1 bytes and a NUL. cap is at least 1. Returns the
 * length written. */
size_t plain_write(const char *text, char *ret_buf, size_t cap);

/* Writes what names the same for all spellings of a nick or a channel: small letters, and {}|~ for
 * []\^ (RFC 2812, section 2.2). At most cap - 1 bytes and a NUL. */
void plain_fold(const char *name, char *ret_buf, size_t cap);

#endif
