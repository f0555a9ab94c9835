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
		if (!mask_account(masks[i]) && mask_matches(masks[i], text))
			return true;
	return false;
}

const char *
mask_account(const char *mask)
{
	static const char head[] = "account:";

	return !strncmp(mask, head, strlen(head)) && !strchr(mask, '!') ? mask + strlen(head)
									: NULL;
}

/* The last letter whose small one is 32 behind it: Z, or one of []\^ after it; of casemappings that
 * are not known Z, so that nobody is taken for another. */
static char
last_capital(const char *casemapping_or_null)
{
	if (!casemapping_or_null || !strcmp(casemapping_or_null, "rfc1459"))
		return '^';
	return strcmp(casemapping_or_null, "rfc1459-strict") != 0 ? 'Z' : ']';
}

static bool
is_same(const char *a, const char *b, char last)
{
	for (; *a && *b; a++, b++)
		if ((*a >= 'A' && *a <= last ? *a + 32 : *a)
			!= (*b >= 'A' && *b <= last ? *b + 32 : *b))
			return false;
	return *a == *b;
}

bool
mask_any_has_account(
	char *const *masks, size_t n, const char *account, const char *casemapping_or_null)
{
	const char *name;
	size_t i;

	for (i = 0; i < n; i++) {
		name = mask_account(masks[i]);
		if (name && is_same(name, account, last_capital(casemapping_or_null)))
			return true;
	}
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
