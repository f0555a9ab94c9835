#include "http_parse.h"

#include <errno.h>
#include <strings.h>

/* Reads digits, at least one. A number too large for any content becomes the largest. */
static bool
read_number(const char **at, uint64_t *ret_number)
{
	const char *begin = *at;
	uint64_t number = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(**at - '0');

		number = number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : number * 10 + digit;
	}
	*ret_number = number;
	return *at > begin;
}

/* "-5": the last five bytes. */
static int
read_last(const char *at, uint64_t size, struct sb_http_range *ret_range)
{
	uint64_t n;

	if (!read_number(&at, &n) || *at)
		return 0;
	if (!n || !size)
		return -ERANGE;
	ret_range->len = n < size ? n : size;
	ret_range->from = size - ret_range->len;
	return 1;
}

int
sb_http_range_read(const char *field, uint64_t size, struct sb_http_range *ret_range)
{
	uint64_t first, last = UINT64_MAX;

	if (strncasecmp(field, "bytes=", 6) != 0)
		return 0;
	field += 6;
	if (*field == '-')
		return read_last(field + 1, size, ret_range);
	if (!read_number(&field, &first) || *field++ != '-')
		return 0;
	if (*field && (!read_number(&field, &last) || *field || last < first))
		return 0;
	if (first >= size)
		return -ERANGE;
	if (last > size - 1)
		last = size - 1;
	*ret_range = (struct sb_http_range){ .from = first, .len = last - first + 1 };
	return 1;
}
