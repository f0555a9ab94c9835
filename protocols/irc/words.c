#include "words.h"

void
sb_words_init(struct sb_words *words, const struct sb_bytes *known, size_t n)
{
	size_t i, slot;

	sb_assert(n <= SB_WORDS_MAX);
	words->words = known;
	memset(words->slots, 0, sizeof(words->slots));
	for (i = n; i-- > 0;) {
		uint64_t word = sb_words_load_(known[i].ptr, known[i].len);

		sb_assert(known[i].len <= UINT16_MAX);
		slot = sb_words_slot_(word, known[i].len);
		while (words->slots[slot].which)
			slot = (slot + 1) % SB_WORDS_SLOTS;
		words->slots[slot] =
			(struct sb_words_slot){ word, (uint16_t)known[i].len, (uint8_t)(i + 1) };
	}
}
