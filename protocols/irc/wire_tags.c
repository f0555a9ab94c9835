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

/* Where the signs of tags are, a bit for each byte, and one for the end. */
enum { SIGN_WORDS = SB_WIRE_TAGS_MAX / SB_MARKS_SPAN + 1 };
struct signs {
	uint64_t ends[SIGN_WORDS], equals[SIGN_WORDS]; /* as far as that goes */
	unsigned slashes; /* not 0: there is one somewhere */
};

/* What is in SB_MARKS_STEP bytes of it. */
struct step {
	uint64_t ends, equals;
};

static inline struct step
copy_step(const char *from, char *to, unsigned *slashes)
{
	const unsigned char *bytes = (const unsigned char *)from;

	memcpy(to, from, SB_MARKS_STEP);
	*slashes |= sb_marks_16(bytes, '\\');
	return (struct step){ sb_marks_16(bytes, ';'), sb_marks_16(bytes, '=') };
}

/* Of SB_MARKS_SPAN. */
static inline struct step
copy_span(const char *from, char *to, unsigned *slashes)
{
	struct step a = copy_step(from, to, slashes), b = copy_step(from + 16, to + 16, slashes);
	struct step c = copy_step(from + 32, to + 32, slashes);
	struct step d = copy_step(from + 48, to + 48, slashes);

	return (struct step){ a.ends | b.ends << 16 | c.ends << 32 | d.ends << 48,
		a.equals | b.equals << 16 | c.equals << 32 | d.equals << 48 };
}

/* Of less. */
static inline struct step
copy_less(const char *from, size_t len, char *to, unsigned *slashes)
{
	char few[SB_MARKS_STEP] = { 0 };
	struct step all = { 0, 0 }, step;
	size_t at, last = len - SB_MARKS_STEP;

	if (len < SB_MARKS_STEP) {
		memcpy(few, from, len);
		all = copy_step(few, few, slashes);
		memcpy(to, few, len);
		return all;
	}
	for (at = 0; at < last; at += SB_MARKS_STEP) {
		step = copy_step(from + at, to + at, slashes);
		all = (struct step){ all.ends | step.ends << at, all.equals | step.equals << at };
	}
	/* The last few are done together with some that were done already. */
	step = copy_step(from + last, to + last, slashes);
	return (struct step){ all.ends | step.ends << last, all.equals | step.equals << last };
}

/* Copies the tags, and notes where their signs are. */
static void
copy_tags(struct signs *signs, struct sb_bytes tags, char *to)
{
	size_t at, left = tags.len % SB_MARKS_SPAN, i = 0, back = SB_MARKS_SPAN - left;
	const char *from = tags.ptr;
	struct step last = { 0, 0 };
	unsigned slashes = 0;

	for (at = 0; at + SB_MARKS_SPAN <= tags.len; at += SB_MARKS_SPAN, i++) {
		struct step span = copy_span(from + at, to + at, &slashes);

		signs->ends[i] = span.ends;
		signs->equals[i] = span.equals;
	}
	if (left && at) {
		last = copy_span(from + at - back, to + at - back, &slashes);
		last = (struct step){ last.ends >> back, last.equals >> back };
	} else if (left) {
		last = copy_less(from, left, to, &slashes);
	}
	signs->ends[i] = last.ends | UINT64_C(1) << left;
	signs->equals[i] = last.equals | UINT64_C(1) << left;
	signs->slashes = slashes;
}

/* The value, from `at` to `end`, lies in buf as it does in the tags, and ends with a NUL there. */
static const char *
take_value(const struct signs *signs, const char *tags, size_t at, size_t end, char *buf)
{
	buf[end] = '\0';
	if (signs->slashes)
		(void)sb_wire_unescape((struct sb_bytes){ tags + at, end - at }, buf + at);
	return buf + at;
}

void
sb_wire_tags_pick(
	struct sb_bytes tags, const struct sb_words *keys, char *buf, const char **ret_values)
{
	const char *text = tags.ptr;
	struct signs signs;
	size_t at, end;

	sb_assert(tags.len <= SB_WIRE_TAGS_MAX);
	if (!tags.len)
		return;
	copy_tags(&signs, tags, buf);
	for (at = 0; at < tags.len; at = end + 1) {
		size_t equals = sb_marks_next(signs.equals, at), key_end;
		int which;

		end = sb_marks_next(signs.ends, at);
		key_end = equals < end ? equals : end;
		which = key_end > at ? sb_words_find(keys, text + at, key_end - at) : -1;
		if (which >= 0)
			ret_values[which] =
				take_value(&signs, text, key_end + (key_end < end), end, buf);
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

struct time {
	unsigned century, year, month, day, hour, minute, second;
};

/* Eight bytes as a number, the first the lowest. */
static inline uint64_t
load_8(const char *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes;

	return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16
	       | (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40
	       | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

/* What eight characters have for digits, a byte each, where the form has a 0; whether they are such,
 * and the others as in the form, is added to *wrong, not 0 for not. */
static inline uint64_t
take_digits(const char *at, const char *form, uint64_t *wrong)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t of_form = load_8(form), digits = load_8(at) ^ of_form;
	/* Of the characters of the forms a 0 alone has 0x30 and not 0x08. */
	uint64_t may_be = (of_form >> 4 & of_form >> 5 & ~(of_form >> 3) & ones) * 9;

	/* In the highest bit of each byte: is more than it may be. */
	*wrong |= ((digits & 0x7f * ones) + (0x7f * ones - may_be)) | digits;
	return digits;
}

static unsigned
number_at(uint64_t digits, unsigned at)
{
	return (unsigned)(digits >> 8 * at & 0xff) * 10 + (unsigned)(digits >> (8 * at + 8) & 0xff);
}

enum { TIME_LEN = 19, LAST_SECOND = 60 };

/* "2011-10-19T16:40:51", of a text that is not shorter. */
static bool
read_time(const char *at, struct time *ret_time)
{
	uint64_t wrong = 0, date = take_digits(at, "0000-00-", &wrong);
	uint64_t middle = take_digits(at + 8, "00T00:00", &wrong);
	uint64_t end = take_digits(at + TIME_LEN - 8, "00:00:00", &wrong);

	*ret_time = (struct time){ number_at(date, 0), number_at(date, 2), number_at(date, 5),
		number_at(middle, 0), number_at(middle, 3), number_at(middle, 6),
		number_at(end, 6) };
	return !(wrong & UINT64_C(0x8080808080808080));
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

/* More than 9 for what is none. */
static unsigned
digit(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

/* ".620Z" or "Z", and then nothing. */
static bool
read_fraction(const char *at, int64_t *ret_ms)
{
	int64_t unit = 100;
	unsigned a, b, c;

	/* Nearly all have three digits. */
	if (*at == '.' && (a = digit(at[1])) <= 9 && (b = digit(at[2])) <= 9
		&& (c = digit(at[3])) <= 9 && at[4] == 'Z') {
		*ret_ms = a * 100 + b * 10 + c;
		return !at[5];
	}
	*ret_ms = 0;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10)
			*ret_ms += (*at - '0') * unit;
	}
	return at[0] == 'Z' && !at[1];
}

/* The minute that it is in, and how far it is past its beginning. */
static bool
read_whole(const char *text, int64_t *ret_minute_ms, int64_t *ret_past_ms)
{
	struct time t;
	int64_t days, ms;

	if (strnlen(text, TIME_LEN) < TIME_LEN || !read_time(text, &t)
		|| !read_fraction(text + TIME_LEN, &ms)
		|| !count_days(t.century * 100 + t.year, t.month, t.day, &days))
		return false;
	if (t.hour > 23 || t.minute > 59 || t.second > LAST_SECOND)
		return false;
	*ret_minute_ms = (days * 86400 + t.hour * 3600 + t.minute * 60) * 1000;
	*ret_past_ms = t.second * 1000 + ms;
	return true;
}

/* The end of one, "51.620Z". */
static bool
read_past(const char *at, int64_t *ret_past_ms)
{
	unsigned tens = digit(at[0]), ones = tens <= 9 ? digit(at[1]) : 10;
	int64_t ms;

	if (ones > 9 || tens * 10 + ones > LAST_SECOND || !read_fraction(at + 2, &ms))
		return false;
	*ret_past_ms = (tens * 10 + ones) * 1000 + ms;
	return true;
}

bool
sb_wire_time(const char *text, int64_t *ret_ms)
{
	struct sb_wire_minute minute = { .ms = 0 };

	return sb_wire_time_again(&minute, text, ret_ms);
}

bool
sb_wire_time_again(struct sb_wire_minute *minute, const char *text, int64_t *ret_ms)
{
	int64_t past_ms;

	if (*minute->text && !strncmp(minute->text, text, sizeof(minute->text))) {
		if (!read_past(text + sizeof(minute->text), &past_ms))
			return false;
	} else {
		if (!read_whole(text, &minute->ms, &past_ms))
			return false;
		memcpy(minute->text, text, sizeof(minute->text));
	}
	*ret_ms = minute->ms + past_ms;
	return true;
}
