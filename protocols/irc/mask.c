#include "mask.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The mask as an automaton, all of whose states are followed at once: state k is that the first k
 * characters of the mask, its stars aside, have been seen. A star lets a state stay. The states are
 * taken 64 at a time, each time for the whole text. */
enum { STATES = 64 };

struct block {
	uint64_t takes[256]; /* which states a character leads to, from the one before each */
	uint64_t takes_any; /* which states any character leads to */
	uint64_t stays; /* which states have a star after them */
	unsigned last; /* state */
};

/* The next character of the mask leads to that state. */
static void
read_character(struct block *block, enum sb_casemap map, const char **mask, uint64_t state)
{
	const char *at = *mask;

	if (*at == '?') {
		block->takes_any |= state;
	} else {
		at += *at == '\\' && (at[1] == '*' || at[1] == '?');
		block->takes[(unsigned char)sb_casemap_fold(map, *at)] |= state;
	}
	*mask = at + 1;
}

/* Nothing leads to the first state of all. */
static void
read_block(struct block *block, enum sb_casemap map, const char **mask, bool is_first)
{
	unsigned i;

	memset(block, 0, sizeof(*block));
	for (i = 0; i < STATES && (is_first || **mask); i++) {
		uint64_t state = UINT64_C(1) << i;

		if (!is_first)
			read_character(block, map, mask, state);
		is_first = false;
		if (**mask == '*')
			block->stays |= state;
		*mask += strspn(*mask, "*");
		block->last = i;
	}
}

bool
sb_mask_matches(enum sb_casemap map, const char *mask, const char *text)
{
	/* Before which bytes of the text the last state of the block before was there. */
	bool carries[SB_MASK_MAX] = { false };
	size_t i, len = strlen(text);
	struct block block;
	uint64_t states = 1;

	if (len > SB_MASK_MAX || strlen(mask) > SB_MASK_MAX)
		return false;
	for (read_block(&block, map, &mask, true);; read_block(&block, map, &mask, false)) {
		for (i = 0; i < len; i++) {
			unsigned char c = (unsigned char)sb_casemap_fold(map, text[i]);
			uint64_t moved = states << 1 | carries[i];

			carries[i] = states >> (STATES - 1);
			states = (moved & (block.takes[c] | block.takes_any))
				 | (states & block.stays);
		}
		if (!*mask)
			return states >> block.last & 1;
		states = 0;
	}
}
