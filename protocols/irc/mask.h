#ifndef PROTOCOLS_IRC_MASK_H
#define PROTOCOLS_IRC_MASK_H

/* Masks, "nick!user@host" with wildcards (RFC 2812, section 2.5). */

#include <stdbool.h>

#include "casemap.h"

enum { SB_MASK_MAX = 512 }; /* bytes of a mask, and of what it is held against */

/* Whether text is what the mask stands for: * any bytes or none, ? one byte, \* and \? these two
 * themselves, and all else is itself in capitals or small letters, any other \ among it. False when
 * either is longer than SB_MASK_MAX. The time is in proportion to the length of the text, times
 * eight for the longest mask, whatever stands in them. */
bool sb_mask_matches(enum sb_casemap map, const char *mask, const char *text);

#endif
