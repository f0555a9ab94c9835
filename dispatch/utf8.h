#ifndef DISPATCH_UTF8_H
#define DISPATCH_UTF8_H

#include <stdbool.h>
#include <stddef.h>

static inline bool
utf8_is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* How many bytes from here are one character of UTF-8, or 0; len is at least 1 (RFC 3629, 4). */
static inline size_t
utf8_len(const unsigned char *at, size_t len)
{
	size_t n = at[0] < 0x80                     ? 1
		   : at[0] >= 0xc2 && at[0] <= 0xdf ? 2
		   : at[0] >= 0xe0 && at[0] <= 0xef ? 3
		   : at[0] >= 0xf0 && at[0] <= 0xf4 ? 4
						    : 0;

	if (n > len)
		return 0;
	for (size_t k = 1; k < n; k++)
		if (!utf8_is_continuation(at[k]))
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f)
		|| (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return n;
}

#endif
