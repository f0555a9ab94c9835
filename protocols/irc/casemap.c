#include "casemap.h"

#include <string.h>

/* The last of the capitals, which begin with A; each is 0x20 before its small letter. */
static char
last_capital(enum sb_casemap map)
{
	switch (map) {
	case SB_CASEMAP_RFC1459:
		return '^';
	case SB_CASEMAP_RFC1459_STRICT:
		return ']';
	case SB_CASEMAP_ASCII:
	default:
		return 'Z';
	}
}

static char
fold(char last, char c)
{
	return c >= 'A' && c <= last ? (char)(c + 0x20) : c;
}

char
sb_casemap_fold(enum sb_casemap map, char c)
{
	return fold(last_capital(map), c);
}

void
sb_casemap_fold_text(enum sb_casemap map, const char *text, char *buf, size_t cap)
{
	char last = last_capital(map);
	size_t i;

	for (i = 0; text[i] && i + 1 < cap; i++)
		buf[i] = fold(last, text[i]);
	buf[i] = '\0';
}

bool
sb_casemap_same(enum sb_casemap map, const char *a, const char *b)
{
	char last = last_capital(map);

	while (*a && fold(last, *a) == fold(last, *b))
		a++, b++;
	return *a == *b;
}

bool
sb_casemap_read(const char *name, enum sb_casemap *ret_map)
{
	static const struct {
		const char *name;
		enum sb_casemap map;
	} names[] = {
		{ "ascii", SB_CASEMAP_ASCII },
		{ "rfc1459", SB_CASEMAP_RFC1459 },
		{ "rfc1459-strict", SB_CASEMAP_RFC1459_STRICT },
		{ "strict-rfc1459", SB_CASEMAP_RFC1459_STRICT },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (sb_casemap_same(SB_CASEMAP_ASCII, name, names[i].name)) {
			*ret_map = names[i].map;
			return true;
		}
	}
	*ret_map = SB_CASEMAP_ASCII;
	return false;
}
