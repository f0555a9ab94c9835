#include "casemap.h"

#include <stdint.h>
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

/* The same of each of eight bytes. */
static uint64_t
fold_word(char last, uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = 0x80 * ones;
	uint64_t low = word & ~highs, from_a, past_last;

	/* In the highest bit of each. */
	from_a = low + (0x80 - 'A') * ones;
	past_last = low + (uint64_t)(0x7f - last) * ones;
	return word + ((from_a & ~past_last & ~word & highs) >> 2);
}

static void
fold_8(char last, const char *text, char *buf)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	word = fold_word(last, word);
	memcpy(buf, &word, sizeof(word));
}

static void
fold_4(char last, const char *text, char *buf)
{
	uint32_t word;

	memcpy(&word, text, sizeof(word));
	word = (uint32_t)fold_word(last, word);
	memcpy(buf, &word, sizeof(word));
}

void
sb_casemap_fold_bytes(enum sb_casemap map, const char *text, size_t len, char *buf)
{
	char last = last_capital(map);
	size_t i = 0;

	buf[len] = '\0';
	for (; i + 8 <= len; i += 8)
		fold_8(last, text + i, buf + i);
	/* The last few are done together with some that were done already. */
	if (i == len)
		return;
	if (i) {
		fold_8(last, text + len - 8, buf + len - 8);
	} else if (len >= 4) {
		fold_4(last, text, buf);
		fold_4(last, text + len - 4, buf + len - 4);
	} else {
		for (; i < len; i++)
			buf[i] = fold(last, text[i]);
	}
}

void
sb_casemap_fold_text(enum sb_casemap map, const char *text, char *buf, size_t cap)
{
	sb_casemap_fold_bytes(map, text, strnlen(text, cap - 1), buf);
}

bool
sb_casemap_same_(enum sb_casemap map, const char *a, const char *b)
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
