#include "character.h"

#include <stdbool.h>

/* The characters that begin with one of these bytes, and between what their second byte lies; each
 * further one is 80 to BF (RFC 3629, section 4). */
static const struct range {
	unsigned char first, last, second_min, second_max;
	size_t len;
} ranges[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static bool
is_between(char c, unsigned char min, unsigned char max)
{
	return (unsigned char)c >= min && (unsigned char)c <= max;
}

size_t
sb_character_len(const char *text, size_t len)
{
	const struct range *range = ranges, *end = ranges + sizeof(ranges) / sizeof(ranges[0]);
	size_t i;

	while (range < end && !is_between(text[0], range->first, range->last))
		range++;
	if (range == end || range->len > len
		|| !is_between(text[1], range->second_min, range->second_max))
		return 1;
	for (i = 2; i < range->len; i++)
		if (!is_between(text[i], 0x80, 0xbf))
			return 1;
	return range->len;
}
