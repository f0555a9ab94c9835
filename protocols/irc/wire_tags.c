#include "wire.h"

#include <string.h>

bool
sb_wire_tag_next(const char **cursor, struct sb_wire_tag *ret_tag)
{
	const char *at = *cursor + strspn(*cursor, ";");
	size_t len = strcspn(at, ";"), key_len = strcspn(at, "=;");

	/* A key cannot be empty: such a tag is nothing. */
	while (len && !key_len) {
		at += len + strspn(at + len, ";");
		len = strcspn(at, ";");
		key_len = strcspn(at, "=;");
	}
	*cursor = at + len;
	if (!len)
		return false;
	ret_tag->key = (struct sb_bytes){ at, key_len };
	ret_tag->value = (struct sb_bytes){ at + len, 0 };
	if (key_len < len)
		ret_tag->value = (struct sb_bytes){ at + key_len + 1, len - key_len - 1 };
	return true;
}

static char
unescape(char c)
{
	switch (c) {
	case ':':
		return ';';
	case 's':
		return ' ';
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	default:
		return c;
	}
}

size_t
sb_wire_unescape(struct sb_bytes value, char *buf)
{
	const char *from = value.ptr;
	size_t i, len = 0;

	for (i = 0; i < value.len; i++) {
		if (from[i] != '\\')
			buf[len++] = from[i];
		else if (++i < value.len)
			buf[len++] = unescape(from[i]);
	}
	buf[len] = '\0';
	return len;
}

/* Reads exactly n digits of *at, and then one character that must be `end`. */
static bool
read_number(const char **at, int n, char end, int64_t *ret_number)
{
	int64_t number = 0;

	for (; n; n--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		number = number * 10 + (**at - '0');
	}
	*ret_number = number;
	return !end || *(*at)++ == end;
}

/* Days from 1970-01-01 to that day of the Gregorian calendar; false when there is no such day. */
static bool
count_days(int64_t year, int64_t month, int64_t day, int64_t *ret_days)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t past = year - 1;

	if (year < 1 || month < 1 || month > 12 || day < 1
		|| day > before[month] - before[month - 1] + (leaps && month == 2))
		return false;
	*ret_days = past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1]
		    + (leaps && month > 2) + day - 1;
	return true;
}

/* ".620Z" or "Z", and then nothing. */
static bool
read_fraction(const char *at, int64_t *ret_ms)
{
	int64_t unit = 100;

	*ret_ms = 0;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10)
			*ret_ms += (*at - '0') * unit;
	}
	return at[0] == 'Z' && !at[1];
}

bool
sb_wire_time(const char *text, int64_t *ret_ms)
{
	int64_t year, month, day, hour, minute, second, days, ms;

	if (!read_number(&text, 4, '-', &year) || !read_number(&text, 2, '-', &month)
		|| !read_number(&text, 2, 'T', &day) || !read_number(&text, 2, ':', &hour)
		|| !read_number(&text, 2, ':', &minute) || !read_number(&text, 2, '\0', &second)
		|| !read_fraction(text, &ms) || !count_days(year, month, day, &days))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_ms = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms;
	return true;
}
