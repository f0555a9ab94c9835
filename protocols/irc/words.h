#ifndef PROTOCOLS_IRC_WORDS_H
#define PROTOCOLS_IRC_WORDS_H

/* Finds a word among a few that are known beforehand: commands, keys of tags. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <signalbox/base.h>

enum { SB_WORDS_BITS = 8, SB_WORDS_SLOTS = 1 << SB_WORDS_BITS, SB_WORDS_MAX = 200 };

/* A word where it is looked for: what sb_words_load_() makes of it, its length, and its place and
 * one; 0 for none. */
struct sb_words_slot {
	uint64_t loaded;
	uint16_t len;
	uint8_t which;
};

/* The owner's memory; the members are private. */
struct sb_words {
	const struct sb_bytes *words;
	struct sb_words_slot slots[SB_WORDS_SLOTS];
};

/* At most SB_WORDS_MAX words of at most UINT16_MAX bytes, no two alike, the last of them found
 * soonest, that live as long as this does. */
void sb_words_init(struct sb_words *words, const struct sb_bytes *known, size_t n);

/* Short words that differ, or are not of the same length, differ in this; of longer ones it is the
 * beginning. */
static inline uint64_t
sb_words_load_(const char *text, size_t len)
{
	uint64_t word = 0;
	uint32_t first, last;

	if (len >= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		return word;
	}
	if (len >= sizeof(first)) {
		memcpy(&first, text, sizeof(first));
		memcpy(&last, text + len - sizeof(last), sizeof(last));
		return first | (uint64_t)last << 32;
	}
	if (len)
		word = (unsigned)(unsigned char)text[0]
		       | (unsigned)(unsigned char)text[len / 2] << 8
		       | (unsigned)(unsigned char)text[len - 1] << 16;
	return word;
}

static inline size_t
sb_words_slot_(uint64_t word, size_t len)
{
	return (size_t)((word + len) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SB_WORDS_BITS));
}

/* Which it is; -1: none of them. */
static inline int
sb_words_find(const struct sb_words *words, const char *text, size_t len)
{
	uint64_t word = sb_words_load_(text, len);
	size_t at = sb_words_slot_(word, len);
	const struct sb_words_slot *slot = &words->slots[at];

	while (slot->which) {
		if (slot->loaded == word && slot->len == len
			&& (len <= sizeof(word)
				|| !memcmp(words->words[slot->which - 1].ptr, text, len)))
			return slot->which - 1;
		at = (at + 1) % SB_WORDS_SLOTS;
		slot = &words->slots[at];
	}
	return -1;
}

#endif
