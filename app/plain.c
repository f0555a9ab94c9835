#include "plain.h"
#include "text.h"

#include <string.h>

#include <signalbox/base.h>

static const char digits[] = "0123456789";
static const char hex_digits[] = "0123456789abcdefABCDEF";

/* One colour: up to two digits; or six in hex, all or none. */
static const char *
after_colour(const char *at, char code)
{
	size_t n = code == '\x03' ? strspn(at, digits) : strspn(at, hex_digits);

	if (code == '\x03')
		return at + (n < 2 ? n : 2);
	return at + (n < 6 ? 0 : 6);
}

/* What follows a formatting code and its colours: "\x03", "\x03" "4", "\x03" "4,12". A comma
 * without colours about it is text. */
static const char *
after_code(const char *at)
{
	char code = *at++;
	const char *first, *second;

	if (code != '\x03' && code != '\x04')
		return at;
	first = after_colour(at, code);
	if (first == at || *first != ',')
		return first;
	second = after_colour(first + 1, code);
	return second > first + 1 ? second : first;
}

/* Takes the spaces at its ends away. */
static size_t
trim(char *text, size_t len)
{
	size_t n_before = strspn(text, " ");

	while (len > n_before && text[len - 1] == ' ')
		len--;
	memmove(text, text + n_before, len - n_before);
	text[len - n_before] = '\0';
	return len - n_before;
}

size_t
plain_write(const char *text, char *ret_buf, size_t cap)
{
	static const char codes[] = "\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f";
	char unformatted[PLAIN_MAX];
	size_t len = 0, run;

	sb_assert(cap > 0);
	while (*text) {
		run = strcspn(text, codes);
		if (run > sizeof(unformatted) - len)
			run = sizeof(unformatted) - len;
		memcpy(unformatted + len, text, run);
		len += run;
		if (len == sizeof(unformatted))
			break;
		text += run;
		if (*text)
			text = after_code(text);
	}
	return trim(ret_buf, text_clean(unformatted, len, ret_buf, cap));
}

static char
fold(char c)
{
	static const char high[] = "[]\\^", low[] = "{}|~";
	const char *found;

	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	found = c ? strchr(high, c) : NULL;
	return found ? low[found - high] : c;
}

void
plain_fold(const char *name, char *ret_buf, size_t cap)
{
	size_t i;

	sb_assert(cap > 0);
	for (i = 0; name[i] && i + 1 < cap; i++)
		ret_buf[i] = fold(name[i]);
	ret_buf[i] = '\0';
}
