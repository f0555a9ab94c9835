#include "private.h"

#include <errno.h>
#include <stdlib.h>

static int
add_chunk(struct sb_dispatcher *d)
{
	uint32_t n_chunks = d->cap_records / RECORDS_A_CHUNK;
	struct record *chunk;

	if (n_chunks == d->cap_chunks) {
		uint32_t cap = d->cap_chunks ? d->cap_chunks * 2 : 4;
		void *chunks = realloc(d->chunks, cap * sizeof(*d->chunks));

		if (!chunks)
			return -ENOMEM;
		d->chunks = chunks;
		d->cap_chunks = cap;
	}
	chunk = malloc(RECORDS_A_CHUNK * sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	d->chunks[n_chunks] = chunk;
	d->cap_records += RECORDS_A_CHUNK;
	return 0;
}

uint32_t
sb_record_alloc(struct sb_dispatcher *d)
{
	uint32_t at = d->free_record;

	if (at != NONE) {
		d->free_record = record_at(d, at)->slot;
		return at;
	}
	if (d->n_records == d->cap_records && add_chunk(d) < 0)
		return NONE;
	return d->n_records++;
}

void
sb_record_free(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);

	record->serial = 0;
	record->slot = d->free_record;
	d->free_record = at;
}

bool
sb_record_is_wide(const struct record *record)
{
	return record->flags & RECORD_PATTERN || !record->in.row->key.sender;
}

void
sb_record_show(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);
	struct sb_slot *slot;

	if (record->flags & RECORD_PATTERN && !(record->flags & RECORD_LEG))
		return;
	slot = &record->in.row->pub.slots[record->slot];
	slot->self = record->self;
	slot->fn = record->flags || record->n_blocked ? NULL : record->fn;
}

static uint32_t *
place_of_receiver(const struct sb_dispatcher *d, sb_fn *fn, const void *self)
{
	return sb_index_place(d, &d->by_receiver, (struct index_key){ .fn = fn, .self = self });
}

static uint32_t *
place_of_self(const struct sb_dispatcher *d, const void *self)
{
	return sb_index_place(d, &d->by_self, (struct index_key){ .self = self });
}

uint32_t
sb_record_of_receiver(const struct sb_dispatcher *d, sb_fn *fn, const void *self)
{
	uint32_t at = *place_of_receiver(d, fn, self);

	if (at == NONE || !record_at(d, at)->group)
		return at;
	return record_at(d, at)->group->first;
}

uint32_t
sb_record_of_self(const struct sb_dispatcher *d, const void *self)
{
	return *place_of_self(d, self);
}

static void
group_add(struct sb_dispatcher *d, struct group *group, uint32_t at)
{
	struct record *record = record_at(d, at);
	bool is_wide = sb_record_is_wide(record);

	record->group = group;
	record->next_of_group = is_wide ? group->first : NONE;
	record->prev_of_group = is_wide ? NONE : group->last;
	if (record->next_of_group != NONE)
		record_at(d, record->next_of_group)->prev_of_group = at;
	else
		group->last = at;
	if (record->prev_of_group != NONE)
		record_at(d, record->prev_of_group)->next_of_group = at;
	else
		group->first = at;
	group->n++;
}

static void
group_remove(struct sb_dispatcher *d, struct group *group, uint32_t at)
{
	struct record *record = record_at(d, at);

	if (record->next_of_group != NONE)
		record_at(d, record->next_of_group)->prev_of_group = record->prev_of_group;
	else
		group->last = record->prev_of_group;
	if (record->prev_of_group != NONE)
		record_at(d, record->prev_of_group)->next_of_group = record->next_of_group;
	else
		group->first = record->next_of_group;
	group->n--;
}

static void
group_review(struct sb_dispatcher *d, struct group *group)
{
	group->is_stale = false;
	if (group->n > 1)
		return;
	if (group->n == 1)
		record_at(d, group->first)->group = NULL;
	free(group);
}

void
sb_groups_review(struct sb_dispatcher *d)
{
	while (d->stale) {
		struct group *group = d->stale;

		d->stale = group->next_stale;
		group_review(d, group);
	}
}

/* While something is emitted a group stays as it is: it remembers that its receiver has run. */
static void
group_shrank(struct sb_dispatcher *d, struct group *group)
{
	if (!group->is_stale) {
		group->is_stale = true;
		group->next_stale = d->stale;
		d->stale = group;
	}
	if (!is_busy(d))
		sb_groups_review(d);
}

/* The group that a further connection of the receiver will join; NULL: out of memory. */
static struct group *
group_for(struct sb_dispatcher *d, uint32_t other)
{
	struct group *group = record_at(d, other)->group;

	if (group)
		return group;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->first = group->last = NONE;
	group_add(d, group, other);
	return group;
}

int
sb_record_link(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);
	uint32_t *place, other;

	if (sb_index_reserve(d, &d->by_self, false) < 0
		|| sb_index_reserve(d, &d->by_receiver, true) < 0)
		return -ENOMEM;
	record->group = NULL;
	place = place_of_receiver(d, record->fn, record->self);
	other = *place;
	if (other != NONE) {
		struct group *group = group_for(d, other);

		if (!group)
			return -ENOMEM;
		group_add(d, group, at);
	} else {
		*place = at;
		d->by_receiver.n++;
	}
	place = place_of_self(d, record->self);
	record->prev_of_self = NONE;
	record->next_of_self = *place;
	if (*place != NONE)
		record_at(d, *place)->prev_of_self = at;
	else
		d->by_self.n++;
	*place = at;
	return 0;
}

static void
unlink_self(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);
	uint32_t *place;

	if (record->next_of_self != NONE)
		record_at(d, record->next_of_self)->prev_of_self = record->prev_of_self;
	if (record->prev_of_self != NONE) {
		record_at(d, record->prev_of_self)->next_of_self = record->next_of_self;
		return;
	}
	place = place_of_self(d, record->self);
	if (record->next_of_self != NONE)
		*place = record->next_of_self;
	else
		sb_index_remove(d, &d->by_self, place, false);
}

void
sb_record_unlink(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);
	struct group *group = record->group;
	uint32_t *place = place_of_receiver(d, record->fn, record->self);
	uint32_t heir = NONE;

	unlink_self(d, at);
	if (group) {
		group_remove(d, group, at);
		heir = group->first;
	}
	if (*place == at) {
		if (heir != NONE)
			*place = heir;
		else
			sb_index_remove(d, &d->by_receiver, place, true);
	}
	record->group = NULL;
	if (group && group->n < 2)
		group_shrank(d, group);
}

void
sb_records_free(struct sb_dispatcher *d)
{
	while (d->stale) {
		struct group *group = d->stale;

		d->stale = group->next_stale;
		if (!group->n)
			free(group);
	}
	for (uint32_t at = 0; at < d->n_records; at++) {
		const struct record *record = record_at(d, at);

		if (record->serial && record->group && !--record->group->n)
			free(record->group);
	}
	for (uint32_t k = 0; k < d->cap_records / RECORDS_A_CHUNK; k++)
		free(d->chunks[k]);
	free(d->chunks);
}
