#include "wire.h"

#include <errno.h>
#include <string.h>

#include "marks.h"

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

/* Looks through tags for their signs, of which those from `begin` on are marked. */
struct cursor {
	struct sb_bytes tags;
	size_t begin;
	uint64_t ends, equals, slashes;
};

static void
look(struct cursor *cursor, size_t at)
{
	const struct sb_bytes *tags = &cursor->tags;

	cursor->begin = at;
	cursor->ends = sb_marks(tags->ptr, tags->len, at, ';');
	cursor->equals = sb_marks(tags->ptr, tags->len, at, '=');
	cursor->slashes = sb_marks(tags->ptr, tags->len, at, '\\');
}

/* Where a byte first is from `at` up to `end`; end for nowhere. */
static size_t
find_byte(const struct cursor *cursor, size_t at, size_t end, char byte)
{
	const char *text = cursor->tags.ptr, *found = memchr(text + at, byte, end - at);

	return found ? (size_t)(found - text) : end;
}

/* The same in what is marked. */
static size_t
find_mark(const struct cursor *cursor, uint64_t marks, size_t at, size_t end)
{
	marks &= ~sb_marks_below(at - cursor->begin) & sb_marks_below(end - cursor->begin);
	return marks ? cursor->begin + sb_marks_first(marks) : end;
}

/* A tag: where its key and it itself end, and whether there is a backslash in it. */
struct span {
	size_t key_end, end;
	bool has_slash;
};

static bool
find_short(const struct cursor *cursor, size_t at, struct span *ret_span)
{
	size_t begin = cursor->begin, len = cursor->tags.len, end;

	if (at - begin >= SB_MARKS_SPAN)
		return false;
	end = len - begin < SB_MARKS_SPAN ? len : begin + SB_MARKS_SPAN;
	ret_span->end = find_mark(cursor, cursor->ends, at, end);
	if (ret_span->end == end && end < len)
		return false;
	end = ret_span->end;
	ret_span->key_end = find_mark(cursor, cursor->equals, at, end);
	ret_span->has_slash = find_mark(cursor, cursor->slashes, at, end) < end;
	return true;
}

static struct span
find_span(struct cursor *cursor, size_t at)
{
	struct span span;

	if (find_short(cursor, at, &span))
		return span;
	look(cursor, at);
	if (find_short(cursor, at, &span))
		return span;
	span.end = find_byte(cursor, at, cursor->tags.len, ';');
	span.key_end = find_byte(cursor, at, span.end, '=');
	span.has_slash = true;
	return span;
}

/* The value lies in buf as it does in the tags, and ends with a NUL there. */
static const char *
take_value(const char *tags, const struct span *span, char *buf)
{
	size_t at = span->key_end + (span->key_end < span->end);

	buf[span->end] = '\0';
	if (span->has_slash)
		(void)sb_wire_unescape((struct sb_bytes){ tags + at, span->end - at }, buf + at);
	return buf + at;
}

void
sb_wire_tags_pick(
	struct sb_bytes tags, const struct sb_words *keys, char *buf, const char **ret_values)
{
	struct cursor cursor = { .tags = tags };
	const char *text = tags.ptr;
	struct span span;
	size_t at;

	if (!tags.len)
		return;
	memcpy(buf, text, tags.len);
	look(&cursor, 0);
	for (at = 0; at < tags.len; at = span.end + 1) {
		int which;

		span = find_span(&cursor, at);
		which = span.key_end > at ? sb_words_find(keys, text + at, span.key_end - at) : -1;
		if (which >= 0)
			ret_values[which] = take_value(text, &span, buf);
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

static bool
read_digits(const char *at, unsigned *ret_number)
{
	unsigned tens = (unsigned)(unsigned char)at[0] - '0', ones;

	if (tens > 9)
		return false;
	ones = (unsigned)(unsigned char)at[1] - '0';
	*ret_number = tens * 10 + ones;
	return ones <= 9;
}

struct time {
	unsigned century, year, month, day, hour, minute, second;
};

/* "2011-10-19T16:40:51", of a text that may end anywhere. */
static bool
read_time(const char *at, struct time *ret_time)
{
	return read_digits(at, &ret_time->century) && read_digits(at + 2, &ret_time->year)
	       && at[4] == '-' && read_digits(at + 5, &ret_time->month) && at[7] == '-'
	       && read_digits(at + 8, &ret_time->day) && at[10] == 'T'
	       && read_digits(at + 11, &ret_time->hour) && at[13] == ':'
	       && read_digits(at + 14, &ret_time->minute) && at[16] == ':'
	       && read_digits(at + 17, &ret_time->second);
}

/* Days from 1970-01-01 to that day of the Gregorian calendar; false when there is no such day. */
static bool
count_days(unsigned year, unsigned month, unsigned day, int64_t *ret_days)
{
	static const unsigned before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334,
		365 };
	bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	unsigned past = year - 1;

	if (year < 1 || month < 1 || month > 12 || day < 1
		|| day > before[month] - before[month - 1] + (leaps && month == 2))
		return false;
	*ret_days = (int64_t)(past * 365 + past / 4 - past / 100 + past / 400 + before[month - 1]
			      + (leaps && month > 2) + day - 1)
		    - 719162;
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
	struct time t;
	int64_t days, ms;

	if (!read_time(text, &t) || !read_fraction(text + 19, &ms)
		|| !count_days(t.century * 100 + t.year, t.month, t.day, &days))
		return false;
	if (t.hour > 23 || t.minute > 59 || t.second > 60)
		return false;
	*ret_ms = (days * 86400 + t.hour * 3600 + t.minute * 60 + t.second) * 1000 + ms;
	return true;
}
