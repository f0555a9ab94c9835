#include "wire.h"

#include <string.h>

#include "character.h"

bool
sb_wire_is_letter(char c)
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
		if (!sb_wire_is_letter(text[i]) && !strchr(special, text[i])
			&& (!i || !strchr(later, text[i])))
			return false;
	return i > 0;
}

bool
sb_wire_is_channel(const char *text)
{
	return *text && strchr(SB_WIRE_CHANNEL_SIGNS, *text) && !text[strcspn(text, " ,\a\r\n")];
}

size_t
sb_wire_cut(const char *text, size_t len, size_t max)
{
	size_t back;

	if (len <= max)
		return len;
	for (back = 1; back <= 3 && back <= max; back++)
		if (sb_character_len(text + max - back, len - max + back) > back)
			return max - back;
	return max;
}
