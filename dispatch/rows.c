#include "private.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void
free_slots(struct row *row)
{
	if (row->cap <= 1)
		return;
	free(row->pub.slots);
	free(row->who);
}

/* One multiplication: an emission from a sender waits for it. The middle of the product depends on
 * all of an address that differs. */
static unsigned
hash_of(const struct row_key *key)
{
	uint64_t word = (uint64_t)(uintptr_t)key->sender + key->number * UINT64_C(0xD6E8FEB9);

	return (unsigned)(word * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

struct row *
sb_row_find(const struct sb_dispatcher *d, uint32_t number, const void *sender)
{
	struct row_key key = { .number = number, .sender = sender };
	struct pair *pair;

	HASH_FIND_BYHASHVALUE(hh, d->pairs, &key, sizeof(key), hash_of(&key), pair);
	return pair ? &pair->row : NULL;
}

static struct pair *
pair_of(struct row *row)
{
	return (struct pair *)(void *)((char *)row - offsetof(struct pair, row));
}

static int
add_chunk(struct sb_dispatcher *d)
{
	struct pair_chunk *chunk = aligned_alloc(CACHE_LINE, sizeof(*chunk));

	if (!chunk)
		return -ENOMEM;
	chunk->next = d->pair_chunks;
	d->pair_chunks = chunk;
	for (size_t k = PAIRS_A_CHUNK; k--;) {
		chunk->pairs[k].next_of_sender = d->free_pair;
		d->free_pair = &chunk->pairs[k];
	}
	return 0;
}

static struct pair *
pair_alloc(struct sb_dispatcher *d)
{
	struct pair *pair;

	_Static_assert(offsetof(struct pair, hh.key) == CACHE_LINE, "one line is touched");
	_Static_assert(offsetof(struct pair, row.key) == 2 * CACHE_LINE, "one line is touched");
	if (!d->free_pair && add_chunk(d) < 0)
		return NULL;
	pair = d->free_pair;
	d->free_pair = pair->next_of_sender;
	memset(pair, 0, sizeof(*pair));
	return pair;
}

static void
pair_free(struct sb_dispatcher *d, struct pair *pair)
{
	free_slots(&pair->row);
	pair->next_of_sender = d->free_pair;
	d->free_pair = pair;
}

/* A sender's row: entered among the pairs, and in the list of its sender. */
static struct row *
row_make(struct sb_dispatcher *d, struct row *any, const void *sender)
{
	struct object *object = sb_object_make(d, sender);
	struct pair *pair = object ? pair_alloc(d) : NULL;

	if (pair) {
		pair->row.signal = any->signal;
		pair->row.key.number = any->key.number;
		pair->row.key.sender = sender;
		pair->key = pair->row.key;
		HASH_ADD_BYHASHVALUE(
			hh, d->pairs, key, sizeof(pair->key), hash_of(&pair->key), pair);
	}
	if (!pair || !pair->hh.tbl) {
		if (pair)
			pair_free(d, pair);
		if (object)
			sb_object_tidy(d, object);
		return NULL;
	}
	TABLE_SPREAD(hh, pair);
	pair->object = object;
	pair->next_of_sender = object->pairs;
	pair->at_of_sender = &object->pairs;
	if (object->pairs)
		object->pairs->at_of_sender = &pair->next_of_sender;
	object->pairs = pair;
	/* Emissions in progress need not see it: what it will hold is younger than they. */
	any->n_senders++;
	any->pub.odd |= ROW_HAS_SENDERS;
	return &pair->row;
}

struct row *
sb_row_for(struct sb_dispatcher *d, struct row *any, const void *sender)
{
	struct row *row = sender == SB_ANY ? any : sb_row_find(d, any->key.number, sender);

	if (!row)
		row = row_make(d, any, sender);
	if (row && sb_row_reserve(d, row) < 0) {
		sb_row_release(d, row);
		return NULL;
	}
	return row;
}

/* Room for that many, in place of what there was. Returns 0, or -ENOMEM and nothing changed. */
static int
grow(struct row *row, uint32_t cap)
{
	struct sb_slot *slots = malloc(cap * sizeof(*slots));
	uint32_t *who = malloc(cap * sizeof(*who));

	if (!slots || !who) {
		free(slots);
		free(who);
		return -ENOMEM;
	}
	memcpy(slots, row->pub.slots, row->pub.n * sizeof(*slots));
	memcpy(who, row->who, row->pub.n * sizeof(*who));
	free_slots(row);
	row->pub.slots = slots;
	row->who = who;
	row->cap = cap;
	return 0;
}

int
sb_row_reserve(struct sb_dispatcher *d, struct row *row)
{
	if (row->pub.n < row->cap)
		return 0;
	if (!row->cap) {
		row->pub.slots = &row->only_slot;
		row->who = &row->only_who;
		row->cap = 1;
		return 0;
	}
	sb_frames_settle(d);
	return grow(row, row->cap < 4 ? 4 : row->cap + row->cap / 2);
}

/* The slot that the record belongs in: behind the last that is not after it. Holes are no guide. */
static uint32_t
slot_for(const struct sb_dispatcher *d, const struct row *row, const struct record *record)
{
	uint32_t slot = row->pub.n;

	if (slot && record->priority <= row->lowest)
		return slot;
	for (uint32_t k = slot; k--;) {
		const struct record *other;

		if (row->who[k] == NONE)
			continue;
		other = record_at(d, row->who[k]);
		if (!is_before(record->priority, record->serial, other->priority, other->serial))
			break;
		slot = k;
	}
	return slot;
}

/* Frames that walk the row go on with the slot they would have come to. */
static void
frames_shift(struct sb_dispatcher *d, const struct row *row, uint32_t slot, uint64_t serial)
{
	for (uint32_t k = 0; k < d->hot.depth; k++) {
		struct sb_frame *frame = &d->hot.frames[k];

		if (frame->row == &row->pub && slot < frame->end) {
			frame->at += slot < frame->at;
			frame->end++;
		} else if (frame->mine == &row->pub && slot < frame->mine_end) {
			frame->mine_at += slot < frame->mine_at;
			frame->mine_end++;
		} else {
			continue;
		}
		/* Until now its end alone kept it from what is younger. */
		if (frame->serial == UINT64_MAX)
			frame->serial = serial - 1;
	}
}

void
sb_row_insert(struct sb_dispatcher *d, struct row *row, uint32_t at)
{
	struct record *record = record_at(d, at);
	uint32_t slot = slot_for(d, row, record), n_after = row->pub.n - slot;

	if (n_after) {
		sb_frames_settle(d);
		memmove(&row->pub.slots[slot + 1], &row->pub.slots[slot],
			n_after * sizeof(*row->pub.slots));
		memmove(&row->who[slot + 1], &row->who[slot], n_after * sizeof(*row->who));
		for (uint32_t k = slot + 1; k <= row->pub.n; k++)
			if (row->who[k] != NONE)
				record_at(d, row->who[k])->slot = k;
		frames_shift(d, row, slot, record->serial);
	}
	if (!row->pub.n || record->priority < row->lowest)
		row->lowest = record->priority;
	row->pub.n++;
	row->who[slot] = at;
	record->in.row = row;
	record->slot = slot;
	sb_record_show(d, at);
}

static void
close_holes(struct sb_dispatcher *d, struct row *row)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < row->pub.n; k++) {
		if (row->who[k] == NONE)
			continue;
		row->pub.slots[n] = row->pub.slots[k];
		row->who[n] = row->who[k];
		record_at(d, row->who[n])->slot = n;
		n++;
	}
	row->pub.n = n;
	row->n_holes = 0;
}

void
sb_row_free(struct row *row)
{
	free_slots(row);
	free(row);
}

void
sb_pairs_free(struct sb_dispatcher *d)
{
	struct pair *pair, *next;

	HASH_ITER(hh, d->pairs, pair, next)
	{
		HASH_DELETE(hh, d->pairs, pair);
		pair_free(d, pair);
	}
	while (d->pair_chunks) {
		struct pair_chunk *chunk = d->pair_chunks;

		d->pair_chunks = chunk->next;
		free(chunk);
	}
}

void
sb_row_tidy(struct sb_dispatcher *d, struct row *row)
{
	struct row *any;
	struct pair *pair;

	if (row->n_holes)
		close_holes(d, row);
	if (row->pub.n || !row->key.sender)
		return;
	any = row_of_number(d, row->key.number);
	if (!--any->n_senders)
		any->pub.odd &= ~(uint32_t)ROW_HAS_SENDERS;
	pair = pair_of(row);
	*pair->at_of_sender = pair->next_of_sender;
	if (pair->next_of_sender)
		pair->next_of_sender->at_of_sender = pair->at_of_sender;
	sb_object_tidy(d, pair->object);
	HASH_DELETE(hh, d->pairs, pair);
	pair_free(d, pair);
}

/* Holes are closed when half are, or by the next emission that meets them: in constant time for
 * each removal, taken together. */
void
sb_row_release(struct sb_dispatcher *d, struct row *row)
{
	if (!is_busy(d)) {
		if (row->n_holes * 2 > row->pub.n || row->n_holes == row->pub.n)
			sb_row_tidy(d, row);
		return;
	}
	if (!row->is_changed) {
		row->is_changed = true;
		row->next_changed = d->changed;
		d->changed = row;
	}
	d->hot.odd |= ODD_CHANGED;
}

void
sb_row_remove(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);
	struct row *row = record->in.row;

	sb_frames_settle(d);
	row->pub.slots[record->slot].fn = NULL;
	row->who[record->slot] = NONE;
	row->n_holes++;
	sb_row_release(d, row);
}
