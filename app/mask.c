#include "mask.h"

#include <string.h>

/* {}|~ are the small letters of []\^. */
static char
lower(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '[' && c <= '^') ? (char)(c + 32) : c;
}

bool
mask_matches(const char *mask, const char *text)
{
	const char *star = NULL, *again = NULL;

	while (*text) {
		if (*mask == '*') {
			star = ++mask;
			again = text;
		} else if (*mask && (*mask == '?' || lower(*mask) == lower(*text))) {
			mask++;
			text++;
		} else if (star) {
			/* The last star takes one more. */
			mask = star;
			text = ++again;
		} else {
			return false;
		}
	}
	return !mask[strspn(mask, "*")];
}

bool
mask_any_matches(char *const *masks, size_t n, const char *text)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (mask_matches(masks[i], text))
			return true;
	return false;
}

bool
mask_is_whole(const char *mask)
{
	size_t nick = strcspn(mask, "!@ "), user;

	if (!nick || mask[nick] != '!')
		return false;
	mask += nick + 1;
	user = strcspn(mask, "!@ ");
	return user && mask[user] == '@' && mask[user + 1] && !strpbrk(mask + user + 1, "!@ ");
}
