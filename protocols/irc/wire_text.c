#include "wire.h"

#include <string.h>

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
sb_wire_is_middle(const char *text)
{
	return *text && *text != ':' && !text[strcspn(text, " \r\n")];
}

bool
sb_wire_is_trailing(const char *text)
{
	return !text[strcspn(text, "\r\n")];
}

bool
sb_wire_is_nick(const char *text)
{
	static const char special[] = "[]\\`_^{|}", later[] = "0123456789-";
	size_t i;

	for (i = 0; text[i]; i++)
		if (!is_letter(text[i]) && !strchr(special, text[i])
			&& (!i || !strchr(later, text[i])))
			return false;
	return i > 0;
}

bool
sb_wire_is_channel(const char *text)
{
	return *text && strchr("#&+!", *text) && !text[strcspn(text, " ,\a\r\n")];
}

char
sb_wire_fold(char c)
{
	if (c >= 'A' && c <= '^')
		return (char)(c + 0x20);
	return c;
}

bool
sb_wire_same(const char *a, const char *b)
{
	while (*a && sb_wire_fold(*a) == sb_wire_fold(*b))
		a++, b++;
	return *a == *b;
}

void
sb_wire_fold_text(const char *text, char *buf, size_t cap)
{
	size_t i;

	for (i = 0; text[i] && i + 1 < cap; i++)
		buf[i] = sb_wire_fold(text[i]);
	buf[i] = '\0';
}

static bool
continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* How many bytes a character that begins so has; 1 for what begins none. */
static size_t
character_len(char c)
{
	unsigned char first = (unsigned char)c;

	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

size_t
sb_wire_cut(const char *text, size_t len, size_t max)
{
	size_t begin = max;

	if (len <= max)
		return len;
	while (begin && max - begin < 3 && continues(text[begin]))
		begin--;
	return begin + character_len(text[begin]) > max ? begin : max;
}
