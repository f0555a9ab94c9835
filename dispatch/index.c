#include "index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

enum { INDEX_START = 16 };

static uint32_t
hash(struct index_key key)
{
	uint64_t h = (uint64_t)(uintptr_t)key.fn * UINT64_C(0x9E3779B97F4A7C15);

	h ^= (uint64_t)(uintptr_t)key.self;
	h ^= h >> 32;
	h *= UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(h ^ h >> 32);
}

static struct index_key
key_of(const struct sb_dispatcher *d, uint32_t at, bool by_fn)
{
	const struct record *record = record_at(d, at);

	return (struct index_key){ .fn = by_fn ? record->fn : NULL, .self = record->self };
}

int
sb_index_init(struct index *index)
{
	index->entries = malloc(INDEX_START * sizeof(*index->entries));
	if (!index->entries)
		return -ENOMEM;
	memset(index->entries, 0xff, INDEX_START * sizeof(*index->entries));
	index->mask = INDEX_START - 1;
	index->n = 0;
	return 0;
}

void
sb_index_finish(struct index *index)
{
	free(index->entries);
	index->entries = NULL;
}

int
sb_index_reserve(const struct sb_dispatcher *d, struct index *index, bool by_fn)
{
	uint32_t old_cap = index->mask + 1, cap = old_cap * 2;
	uint32_t *entries;

	if ((uint64_t)(index->n + 1) * 4 < (uint64_t)old_cap * 3)
		return 0;
	entries = malloc(cap * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	memset(entries, 0xff, cap * sizeof(*entries));
	for (uint32_t k = 0; k < old_cap; k++) {
		uint32_t at = index->entries[k], to;

		if (at == NONE)
			continue;
		to = hash(key_of(d, at, by_fn)) & (cap - 1);
		while (entries[to] != NONE)
			to = (to + 1) & (cap - 1);
		entries[to] = at;
	}
	free(index->entries);
	index->entries = entries;
	index->mask = cap - 1;
	return 0;
}

uint32_t *
sb_index_place(const struct sb_dispatcher *d, const struct index *index, struct index_key key)
{
	uint32_t k = hash(key) & index->mask;

	for (; index->entries[k] != NONE; k = (k + 1) & index->mask) {
		const struct record *record = record_at(d, index->entries[k]);

		if (record->self == key.self && (!key.fn || record->fn == key.fn))
			break;
	}
	return &index->entries[k];
}

void
sb_index_remove(const struct sb_dispatcher *d, struct index *index, uint32_t *place, bool by_fn)
{
	uint32_t hole = (uint32_t)(place - index->entries), k = hole;

	for (;;) {
		uint32_t home;

		k = (k + 1) & index->mask;
		if (index->entries[k] == NONE)
			break;
		home = hash(key_of(d, index->entries[k], by_fn)) & index->mask;
		/* It may move up only if that does not take it before its home. */
		if (((k - home) & index->mask) < ((k - hole) & index->mask))
			continue;
		index->entries[hole] = index->entries[k];
		hole = k;
	}
	index->entries[hole] = NONE;
	index->n--;
}
