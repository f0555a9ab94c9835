#include "expectation.h"

#include <signalbox/dispatch_signals.h>

struct row *
sb_walk_mine(const struct sb_dispatcher *d, const struct row *row, const void *from)
{
	if (!(row->pub.odd & ROW_HAS_SENDERS))
		return NULL;
	return sb_row_find(d, row->key.number, from ? from : SB_ANONYMOUS);
}

void
sb_walk_begin(
	const struct sb_dispatcher *d, struct sb_frame *frame, struct row *row, struct row *mine)
{
	*frame = (struct sb_frame){
		.row = &row->pub,
		.end = row->pub.n,
		.mine = mine ? &mine->pub : NULL,
		.mine_end = mine ? mine->pub.n : 0,
		.serial = d->last_serial,
		.last_priority = INT16_MAX,
	};
}

/* For a signal that is not registered: the record of the next pattern that matches it, or NONE. */
static uint32_t
next_pattern(const struct sb_dispatcher *d, struct sb_frame *frame, const void *from)
{
	if (!from)
		from = SB_ANONYMOUS;
	for (const struct pattern *p = d->patterns; p; p = p->next) {
		const struct record *record = record_at(d, p->record);

		if (!is_before(frame->last_priority, frame->last, record->priority, record->serial))
			continue;
		if (record->serial > frame->serial || (p->sender != SB_ANY && p->sender != from)
			|| !sb_pattern_matches(p->text, frame->signal->name))
			continue;
		frame->last_priority = record->priority;
		frame->last = record->serial;
		return p->record;
	}
	return NONE;
}

static bool
skip_holes(const struct sb_row *row, uint32_t *at, uint32_t end)
{
	while (*at < end && ((const struct row *)row)->who[*at] == NONE)
		(*at)++;
	return *at < end;
}

/* The next receiver's record: of two rows the one that comes first. NONE: no more. */
static uint32_t
next_record(const struct sb_dispatcher *d, struct sb_frame *frame)
{
	const struct row *any = (const struct row *)frame->row;
	const struct row *mine = (const struct row *)frame->mine;
	bool has_any = skip_holes(frame->row, &frame->at, frame->end);
	bool has_mine = mine && skip_holes(frame->mine, &frame->mine_at, frame->mine_end);

	if (has_any && has_mine) {
		const struct record *a = record_at(d, any->who[frame->at]);
		const struct record *b = record_at(d, mine->who[frame->mine_at]);

		has_mine = is_before(b->priority, b->serial, a->priority, a->serial);
	}
	if (has_mine)
		return mine->who[frame->mine_at++];
	return has_any ? any->who[frame->at++] : NONE;
}

uint32_t
sb_walk_next(const struct sb_dispatcher *d, struct sb_frame *frame, const void *from)
{
	const struct record *record;
	uint32_t at;

	if (frame->row == &d->unknown.pub)
		return next_pattern(d, frame, from);
	do {
		at = next_record(d, frame);
		if (at == NONE)
			return NONE;
		record = record_at(d, at);
	} while (record->serial > frame->serial);
	return record->flags & RECORD_LEG ? record->next_of_group : at;
}

bool
sb_walk_is_too_deep(const struct sb_dispatcher *d, const struct sb_signal *signal)
{
	/* One frame more is kept for telling that something failed in the last. */
	return d->hot.depth >= SB_DEPTH_LIMIT + (uint32_t)(signal == sb_dispatch_failed_signal());
}

/* The first of its legs that there are. */
static bool
would_meet(struct sb_dispatcher *d, const struct record *leg, uint64_t *id)
{
	struct expectation *e = expectation_of_leg(d, leg);

	if (!*id)
		*id = ++d->last_id;
	if (e->listed == *id)
		return false;
	e->listed = *id;
	return true;
}

static struct sb_connection_info
info_of(const struct sb_dispatcher *d, uint32_t at)
{
	struct sb_connection_info info = sb_connection_info_of(d, at);

	if (record_at(d, at)->flags & RECORD_AWAIT)
		info.connection = (struct sb_connection){ .serial = 0 };
	return info;
}

/* Whether it would be called now, and its receiver by no other before. */
static bool
would_run(struct sb_dispatcher *d, const struct record *record, uint64_t *id)
{
	/* As the emission that would begin now. */
	const uint32_t depth = d->hot.depth;

	if (record->flags & RECORD_AWAIT)
		return would_meet(d, record, id);
	if (record->n_blocked || has_run(record->group, *id, depth))
		return false;
	note_run(d, record->group, id, depth);
	return true;
}

size_t
sb_receivers(struct sb_dispatcher *d, const struct sb_signal *signal, const void *from,
	struct sb_connection_info *infos, size_t cap)
{
	struct row *row = (struct row *)sb_row_of_(&d->hot, signal->number);
	struct sb_frame frame;
	uint32_t at;
	size_t n = 0;

	sb_assert(from != SB_ANY && from != SB_ANONYMOUS);
	if (d->hot.odd & ODD_DESTROYED || sb_walk_is_too_deep(d, signal))
		return 0;
	sb_walk_begin(d, &frame, row, sb_walk_mine(d, row, from));
	frame.signal = signal;
	while ((at = sb_walk_next(d, &frame, from)) != NONE) {
		if (!would_run(d, record_at(d, at), &frame.id))
			continue;
		if (n < cap)
			infos[n] = info_of(d, at);
		n++;
	}
	return n;
}
