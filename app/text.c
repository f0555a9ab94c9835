#include "text.h"

#include <signalbox/base.h>

enum { TAB = 8 };

bool
text_is_same(const char *a_or_null, const char *b_or_null)
{
	return a_or_null && b_or_null ? !strcmp(a_or_null, b_or_null) : a_or_null == b_or_null;
}

static bool
is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The range of a second byte is narrower after four of the first bytes. */
static bool
is_second(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

size_t
text_char_len(const char *text, size_t len)
{
	unsigned char first;
	size_t want, i;

	if (!len)
		return 0;
	first = (unsigned char)text[0];
	if (first < 0x80)
		return 1;
	want = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	if (!want || want > len)
		return 0;
	for (i = 1; i < want; i++)
		if (!is_tail(text[i]))
			return 0;
	return is_second(first, (unsigned char)text[1]) ? want : 0;
}

static bool
is_control(const char *text, size_t len)
{
	unsigned char first = (unsigned char)text[0];

	if (len == 1)
		return first < 0x20 || first == 0x7f;
	return len == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0;
}

struct line {
	char *buf;
	size_t len, cap;
	size_t column; /* in characters */
};

static bool
put(struct line *line, const char *text, size_t len)
{
	if (line->len + len >= line->cap)
		return false;
	memcpy(line->buf + line->len, text, len);
	line->len += len;
	line->column++;
	return true;
}

static void
take_back(struct line *line)
{
	if (!line->len)
		return;
	do
		line->len--;
	while (line->len && is_tail(line->buf[line->len]));
	line->column--;
}

static bool
put_tab(struct line *line)
{
	do
		if (!put(line, " ", 1))
			return false;
	while (line->column % TAB);
	return true;
}

/* False when the line is full. */
static bool
put_char(struct line *line, const char *text, size_t len)
{
	if (!len)
		return put(line, "?", 1);
	if (!is_control(text, len))
		return put(line, text, len);
	if (text[0] == '\t')
		return put_tab(line);
	if (text[0] == '\n')
		return put(line, " ", 1);
	if (text[0] == '\b')
		take_back(line);
	return true;
}

size_t
text_clean(const char *text, size_t len, char *ret_buf, size_t cap)
{
	struct line line = { .buf = ret_buf, .cap = cap };
	size_t at, char_len;

	sb_assert(cap > 0);
	for (at = 0; at < len; at += char_len ? char_len : 1) {
		char_len = text_char_len(text + at, len - at);
		if (!put_char(&line, text + at, char_len))
			break;
	}
	ret_buf[line.len] = '\0';
	return line.len;
}

size_t
text_wrap(const char *text, size_t len, size_t max)
{
	size_t at, cut = max;

	if (len <= max)
		return len;
	for (at = max; at > max / 2; at--)
		if (text[at] == ' ')
			return at;
	while (cut && is_tail(text[cut]))
		cut--;
	if (cut)
		return cut;
	cut = text_char_len(text, len);
	return cut ? cut : 1;
}
