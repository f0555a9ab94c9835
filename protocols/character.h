#ifndef PROTOCOLS_CHARACTER_H
#define PROTOCOLS_CHARACTER_H

#include <stddef.h>

/* How many of the len bytes of text, at least one, are its first character: 2 to 4 for one of UTF-8
 * (RFC 3629: not in a longer form than it needs, no surrogate, none past U+10FFFF), 1 for ASCII and
 * for what is not UTF-8. Looks at no byte after one that does not fit, so that len may be 4 for a
 * text that a NUL ends. */
size_t sb_character_len(const char *text, size_t len);

#endif
