#include "wire.h"

#include <errno.h>
#include <string.h>

/* Not strcspn(), which takes three times as long. */
static const char *
find_end(const char *value)
{
	const char *end = strchr(value, ';');

	return end ? end : value + strlen(value);
}

bool
sb_wire_tag_next(const char **cursor, struct sb_wire_tag *ret_tag)
{
	const char *key = *cursor, *at, *value;

	/* A key cannot be empty: such a tag is nothing. */
	for (; *key == ';' || *key == '='; key++)
		if (*key == '=')
			key = find_end(key) - 1;
	for (at = key; *at && *at != '=' && *at != ';';)
		at++;
	value = at + (*at == '=');
	*cursor = find_end(value);
	ret_tag->key = (struct sb_bytes){ key, (size_t)(at - key) };
	ret_tag->value = (struct sb_bytes){ value, (size_t)(*cursor - value) };
	return at > key;
}

bool
sb_wire_tag_is(const struct sb_wire_tag *tag, const char *key)
{
	return tag->key.len == strlen(key) && !memcmp(tag->key.ptr, key, tag->key.len);
}

static bool
is_same(struct sb_bytes a, struct sb_bytes b)
{
	return a.len == b.len && !memcmp(a.ptr, b.ptr, a.len);
}

void
sb_wire_tags_pick(const char *tags, const struct sb_bytes *keys, size_t n_keys, char *buf,
	const char **ret_values)
{
	struct sb_wire_tag tag;
	size_t i;

	for (i = 0; i < n_keys; i++)
		ret_values[i] = NULL;
	while (sb_wire_tag_next(&tags, &tag)) {
		for (i = 0; i < n_keys && !is_same(tag.key, keys[i]); i++)
			;
		if (i == n_keys)
			continue;
		ret_values[i] = buf;
		buf += sb_wire_unescape(tag.value, buf) + 1;
	}
}

/* "+", a vendor and a slash may stand before the name. */
static bool
is_key(const char *key)
{
	static const char name[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	const char *slash;

	key += *key == '+';
	slash = strrchr(key, '/');
	if (slash && (slash == key || key[strcspn(key, " ;=\r\n")]))
		return false;
	if (slash)
		key = slash + 1;
	return *key && !key[strspn(key, name)];
}

/* What stands for a character in a value, after a backslash; 0 for the character itself. */
static char
escape(char c)
{
	switch (c) {
	case ';':
		return ':';
	case ' ':
		return 's';
	case '\r':
		return 'r';
	case '\n':
		return 'n';
	case '\\':
		return '\\';
	default:
		return 0;
	}
}

/* How much longer a value is with its escapes. */
static size_t
count_escapes(const char *value)
{
	size_t n = 0;

	for (; *value; value++)
		n += escape(*value) != 0;
	return n;
}

static void
put_escaped(struct sb_wire_tags *tags, const char *value)
{
	for (; *value; value++) {
		char c = escape(*value);

		if (c)
			tags->buf[tags->len++] = '\\';
		tags->buf[tags->len++] = c ? c : *value;
	}
}

int
sb_wire_tags_add(struct sb_wire_tags *tags, const char *key, const char *value_or_null)
{
	const char *value = value_or_null ? value_or_null : "";
	size_t key_len = strlen(key), need = (tags->len > 0) + key_len + 1;

	if (!is_key(key))
		return -EINVAL;
	if (*value)
		need += 1 + strlen(value) + count_escapes(value);
	if (need > tags->cap - tags->len)
		return -ENOBUFS;
	if (tags->len)
		tags->buf[tags->len++] = ';';
	memcpy(tags->buf + tags->len, key, key_len);
	tags->len += key_len;
	if (*value) {
		tags->buf[tags->len++] = '=';
		put_escaped(tags, value);
	}
	tags->buf[tags->len] = '\0';
	return 0;
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

	if (!memchr(from, '\\', value.len)) {
		memcpy(buf, from, value.len);
		buf[value.len] = '\0';
		return value.len;
	}
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
