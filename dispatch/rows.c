#include "private.h"

#include <errno.h>
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

struct row *
sb_row_find(const struct sb_dispatcher *d, uint32_t number, const void *sender)
{
	struct row_key key = { .number = number, .sender = sender };
	struct row *row;

	HASH_FIND(hh, d->pairs, &key, sizeof(key), row);
	return row;
}

/* A sender's row: entered among the pairs, and in the list of its sender. */
static struct row *
row_make(struct sb_dispatcher *d, struct row *any, const void *sender)
{
	struct object *object = sb_object_make(d, sender);
	struct row *row = object ? calloc(1, sizeof(*row)) : NULL;

	if (row) {
		row->signal = any->signal;
		row->key.number = any->key.number;
		row->key.sender = sender;
		HASH_ADD(hh, d->pairs, key, sizeof(row->key), row);
	}
	if (!row || !row->hh.tbl) {
		free(row);
		if (object)
			sb_object_tidy(d, object);
		return NULL;
	}
	row->next_of_sender = object->rows;
	row->at_of_sender = &object->rows;
	if (object->rows)
		object->rows->at_of_sender = &row->next_of_sender;
	object->rows = row;
	/* Emissions in progress need not see it: what it will hold is younger than they. */
	any->n_senders++;
	any->pub.odd |= ROW_HAS_SENDERS;
	return row;
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
sb_row_tidy(struct sb_dispatcher *d, struct row *row)
{
	struct row *any;
	struct object *object;

	if (row->n_holes)
		close_holes(d, row);
	if (row->pub.n || !row->key.sender)
		return;
	any = row_of_number(d, row->key.number);
	if (!--any->n_senders)
		any->pub.odd &= ~(uint32_t)ROW_HAS_SENDERS;
	object = sb_object_find(d, row->key.sender);
	*row->at_of_sender = row->next_of_sender;
	if (row->next_of_sender)
		row->next_of_sender->at_of_sender = row->at_of_sender;
	sb_object_tidy(d, object);
	HASH_DELETE(hh, d->pairs, row);
	sb_row_free(row);
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
