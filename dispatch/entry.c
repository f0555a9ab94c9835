#include "private.h"

#include <stdalign.h>
#include <stdlib.h>

enum {
	CHUNK_BYTES = 16 * 1024,
	/* A payload of more has a chunk to itself. */
	LARGE_BYTES = 4 * 1024,
};

/* Entries lie in chunks, one behind the other, and never move. */
struct chunk {
	size_t cap, end; /* bytes */
	size_t n; /* entries in it that are not freed */
	size_t n_out; /* of them, those handed out */
	struct chunk *next_out;
	alignas(PAYLOAD_ALIGNMENT) unsigned char bytes[];
};

static size_t
entry_size(const struct item *item)
{
	return sizeof(struct entry) + item->size;
}

static struct chunk *
chunk_create(size_t cap)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + cap);

	if (!chunk)
		return NULL;
	chunk->cap = cap;
	chunk->end = chunk->n = chunk->n_out = 0;
	return chunk;
}

static struct entry *
chunk_add(struct chunk *chunk, const struct item *item)
{
	struct entry *entry = (struct entry *)(void *)(chunk->bytes + chunk->end);

	chunk->end += entry_size(item);
	chunk->n++;
	entry->next = NULL;
	entry->chunk = chunk;
	entry->item = *item;
	entry->item.payload = entry + 1;
	sb_payload_copy(item->signal, item->payload, entry + 1);
	return entry;
}

bool
sb_item_is_large(const struct item *item)
{
	return item->size > LARGE_BYTES;
}

struct entry *
sb_entry_create_large(const struct item *item)
{
	struct chunk *chunk = chunk_create(entry_size(item));

	return chunk ? chunk_add(chunk, item) : NULL;
}

void
sb_entry_free_large(struct entry *entry)
{
	if (entry)
		free(entry->chunk);
}

struct entry *
sb_entry_create(struct entry_store *store, const struct item *item)
{
	struct chunk *chunk = store->open;

	if (sb_item_is_large(item))
		return sb_entry_create_large(item);
	if (chunk && entry_size(item) <= chunk->cap - chunk->end)
		return chunk_add(chunk, item);
	chunk = store->spare ? store->spare : chunk_create(CHUNK_BYTES);
	if (!chunk)
		return NULL;
	/* The one open until now has entries, or there would be room in it: it goes with them. */
	store->open = chunk;
	store->spare = NULL;
	return chunk_add(chunk, item);
}

static void
chunk_free(struct entry_store *store, struct chunk *chunk, size_t n)
{
	chunk->n -= n;
	if (chunk->n)
		return;
	chunk->end = 0;
	if (chunk == store->open)
		return;
	if (!store->spare && chunk->cap == CHUNK_BYTES)
		store->spare = chunk;
	else
		free(chunk);
}

void
sb_entry_free(struct entry_store *store, struct entry *entry)
{
	chunk_free(store, entry->chunk, 1);
}

void
sb_entry_hand_out(struct chunk **out, struct entry *entry)
{
	struct chunk *chunk = entry->chunk;

	if (chunk->n_out++)
		return;
	chunk->next_out = *out;
	*out = chunk;
}

void
sb_entries_free_handed_out(struct entry_store *store, struct chunk **out)
{
	while (*out) {
		struct chunk *chunk = *out;
		size_t n = chunk->n_out;

		*out = chunk->next_out;
		chunk->n_out = 0;
		chunk_free(store, chunk, n);
	}
}

void
sb_entry_store_finish(struct entry_store *store)
{
	free(store->open);
	free(store->spare);
	store->open = store->spare = NULL;
}
