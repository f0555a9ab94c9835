#ifndef QUOTH_MASK_H
#define QUOTH_MASK_H

/* Masks of people on IRC: "nick!user@host", where * stands for any bytes and ? for one; letters are
 * the same in both cases, as IRC has them (RFC 2812, section 2.2); and accounts, "account:NAME".
 * Pure. */

#include <stdbool.h>
#include <stddef.h>

/* Whether the mask matches all of the text. */
bool mask_matches(const char *mask, const char *text);

/* Whether one of n masks does. */
bool mask_any_matches(char *const *masks, size_t n, const char *text);

/* The name of "account:NAME", which stands for whoever is logged in to that account; NULL when it is
 * not of that form. */
const char *mask_account(const char *mask);

/* Whether one of n masks names the account. casemapping is what the server says of letters (005): an
 * account is told from others at least as strictly as the server does. */
bool mask_any_has_account(
	char *const *masks, size_t n, const char *account, const char *casemapping_or_null);

/* Whether it is whole: a nick, a !, a user, an @ and a host, none of them empty. */
bool mask_is_whole(const char *mask);

#endif
