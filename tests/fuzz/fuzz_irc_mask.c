/* A mask and a text, parted by a NUL: what is said of them is what trying everything says, where
 * that does not take for ever. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/base.h>

#include "protocols/irc/mask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Steps that may still be tried. */
static unsigned left;

static bool
matches_slowly(enum sb_casemap map, const char *mask, const char *text)
{
	for (; left; mask++, text++) {
		left--;
		if (*mask == '*')
			return matches_slowly(map, mask + 1, text)
			       || (*text && matches_slowly(map, mask, text + 1));
		if (!*mask || !*text)
			return *mask == *text;
		if (*mask == '?')
			continue;
		if (*mask == '\\' && (mask[1] == '*' || mask[1] == '?'))
			mask++;
		if (sb_casemap_fold(map, *mask) != sb_casemap_fold(map, *text))
			return false;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum sb_casemap map = (enum sb_casemap)(size % 3);
	char *mask = malloc(size + 1), *text;
	bool matches, expected;

	sb_assert(mask);
	if (size)
		memcpy(mask, data, size);
	mask[size] = '\0';
	text = mask + strlen(mask);
	text += text < mask + size;
	matches = sb_mask_matches(map, mask, text);
	if (strlen(mask) <= SB_MASK_MAX && strlen(text) <= SB_MASK_MAX) {
		left = 20000;
		expected = matches_slowly(map, mask, text);
		sb_assert(!left || matches == expected);
	} else {
		sb_assert(!matches);
	}
	free(mask);
	return 0;
}
