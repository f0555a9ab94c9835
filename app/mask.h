#ifndef QUOTH_MASK_H
#define QUOTH_MASK_H

/* Masks of people on IRC: "nick!user@host", where * stands for any bytes and ? for one; letters are
 * the same in both cases, as IRC has them (RFC 2812, section 2.2). Pure. */

#include <stdbool.h>
#include <stddef.h>

/* Whether the mask matches all of the text. */
bool mask_matches(const char *mask, const char *text);

/* Whether one of n masks does. */
bool mask_any_matches(char *const *masks, size_t n, const char *text);

/* Whether it is whole: a nick, a !, a user, an @ and a host, none of them empty. */
bool mask_is_whole(const char *mask);

#endif
