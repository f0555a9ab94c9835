#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What next_call() found to call. */
struct call {
	enum { TYPED, BY_PATTERN, EXPECTED } how;
	sb_fn *fn;
	void *self;
	sb_expected_fn *expected;
	int which;
};

/* Of the handler that runs in a plain frame. */
static const char *
plain_place(const struct sb_dispatcher *d, const struct sb_frame *frame)
{
	const struct row *row = (const struct row *)frame->row;
	uint32_t who = row->who[frame->slot - row->pub.slots];

	return who == NONE ? NULL : record_at(d, who)->place;
}

/* A plain frame becomes one that walks by index. While plain it ran each slot before the
 * present. */
static void
frame_settle(const struct sb_dispatcher *d, struct sb_frame *frame)
{
	const struct row *row = (const struct row *)frame->row;
	uint32_t slot = (uint32_t)(frame->slot - row->pub.slots);

	frame->place = plain_place(d, frame);
	frame->end = frame->plain;
	frame->plain = 0;
	frame->stop = frame->slot + 1;
	frame->mine = NULL;
	frame->mine_at = frame->mine_end = 0;
	frame->signal = row->signal;
	frame->serial = UINT64_MAX;
	frame->id = 0;
	frame->at = frame->n_ran = slot + 1;
	frame->n_failed = 0;
	frame->has_failed = 0;
	frame->flags = 0;
}

void
sb_frames_settle(struct sb_dispatcher *d)
{
	if (!d->hot.depth)
		return;
	d->hot.odd |= ODD_CHANGED;
	for (uint32_t k = 0; k < d->hot.depth; k++)
		if (d->hot.frames[k].plain)
			frame_settle(d, &d->hot.frames[k]);
}

static uint32_t
depth_of(const struct sb_dispatcher *d, const struct sb_frame *frame)
{
	return (uint32_t)(frame - d->hot.frames);
}

static bool
is_observed(const struct sb_dispatcher *d, const struct sb_frame *frame)
{
	return d->watches[depth_of(d, frame)].began;
}

/* Tells observers of the call. Returns whether it is still to be made when they have heard. */
static bool
announce(struct sb_dispatcher *d, struct sb_frame *frame, uint32_t at)
{
	const struct record *record = record_at(d, at);
	uint64_t serial = record->serial;

	sb_observers_call_began(d, frame, at);
	if (!frame->flags && record->serial == serial && !record->n_blocked)
		return true;
	sb_observers_call_ended(d, frame, SB_PASSED_OVER);
	return false;
}

/* take() for an expectation: observers hear of it once it is met, and it ends before its call. */
static bool
take_expectation(
	struct sb_dispatcher *d, struct sb_frame *frame, uint32_t at, struct call *ret_call)
{
	const struct record *record = record_at(d, at);

	/* What goes wrong in the predicate has its place, too. */
	frame->place = record->place;
	frame->has_failed = 0;
	if (!sb_expectation_is_met(d, frame, at))
		return false;
	if (is_observed(d, frame) && !announce(d, frame, at))
		return false;
	ret_call->how = EXPECTED;
	ret_call->self = record->self;
	ret_call->expected = sb_expectation_take(d, at, &ret_call->which);
	return true;
}

/* Whether it is to be called now; if so, it is running. */
static bool
take(struct sb_dispatcher *d, struct sb_frame *frame, uint32_t at, struct call *ret_call)
{
	struct record *record = record_at(d, at);

	if (record->flags & RECORD_AWAIT)
		return take_expectation(d, frame, at, ret_call);
	if (record->n_blocked || has_run(record->group, frame->id, depth_of(d, frame)))
		return false;
	if (is_observed(d, frame) && !announce(d, frame, at))
		return false;
	note_run(d, record->group, &frame->id, depth_of(d, frame));
	ret_call->fn = record->fn;
	ret_call->self = record->self;
	ret_call->how = record->flags & RECORD_PATTERN ? BY_PATTERN : TYPED;
	frame->place = record->place;
	frame->has_failed = 0;
	frame->n_ran += ret_call->how == TYPED;
	if (record->flags & RECORD_ONCE)
		sb_connection_drop(d, at);
	return true;
}

static bool
next_call(struct sb_dispatcher *d, struct sb_frame *frame, struct call *ret_call)
{
	while (!frame->flags) {
		uint32_t at = sb_walk_next(d, frame, frame->from);

		if (at == NONE)
			return false;
		if (take(d, frame, at, ret_call))
			return true;
	}
	return false;
}

static void
make(const struct call *call, const struct sb_signal *signal, void *from, const void *payload)
{
	if (call->how == TYPED)
		signal->thunk(call->fn, call->self, from, payload);
	else if (call->how == BY_PATTERN)
		((sb_pattern_fn *)call->fn)(call->self, from, signal, payload);
	else
		call->expected(call->self, &(struct sb_expected){
						   .which = call->which,
						   .signal = signal,
						   .from = from,
						   .payload = payload,
					   });
}

bool
sb_emissions_over(struct sb_dispatcher *d)
{
	if (d->hot.odd & ODD_DESTROYED) {
		/* sb_deliver() frees it when it comes back, sb_dispatcher_destroy() when observers
		 * have been told. */
		if (d->is_delivering || d->is_ending)
			return false;
		sb_dispatcher_free(d);
		return true;
	}
	d->hot.odd &= ~(uint32_t)ODD_CHANGED;
	while (d->changed) {
		struct row *row = d->changed;

		d->changed = row->next_changed;
		row->is_changed = false;
		sb_row_tidy(d, row);
	}
	sb_groups_review(d);
	sb_deliver_make_good(d);
	return false;
}

struct sb_result
sb_frame_counts(const struct sb_frame *frame)
{
	return (struct sb_result){
		.n_ran = frame->n_ran,
		.n_failed = frame->n_failed,
		.stopped = frame->flags & FRAME_STOPPED,
	};
}

static int
result_of(const struct sb_frame *frame)
{
	return frame->flags & FRAME_GONE ? -ECANCELED : (int)frame->n_ran;
}

/* Calls who is left, and ends the emission. */
static int
finish(struct sb_dispatcher *d, struct sb_frame *frame, struct sb_result *ret_result)
{
	const struct sb_signal *signal = frame->signal;
	const void *payload = frame->payload;
	void *from = frame->from;
	struct row *row = (struct row *)frame->row, *mine = (struct row *)frame->mine;
	struct call call;
	int result;

	while (next_call(d, frame, &call)) {
		make(&call, signal, from, payload);
		if (is_observed(d, frame))
			sb_observers_call_ended(
				d, frame, frame->has_failed ? SB_FAILED : SB_RETURNED);
	}
	if (frame->n_failed)
		sb_failures_tell(d, frame);
	sb_assert(frame == &d->hot.frames[d->hot.depth - 1]);
	if (is_observed(d, frame))
		sb_observers_emission_ended(d, frame, result_of(frame), sb_frame_counts(frame));
	result = result_of(frame);
	if (ret_result)
		*ret_result = sb_frame_counts(frame);
	/* The next emission shall not meet the holes that this one met. */
	if (row->n_holes)
		sb_row_release(d, row);
	if (mine && mine->n_holes)
		sb_row_release(d, mine);
	if (!--d->hot.depth && d->hot.odd)
		(void)sb_emissions_over(d);
	return result;
}

/* Refuses an emission past the limit; tells which signals go round, from where this one stood
 * before. */
static int
refuse(struct sb_dispatcher *d, const struct sb_signal *signal)
{
	uint32_t k = d->hot.depth;
	size_t n = 0;
	char cycle[160] = "";

	sb_frames_settle(d);
	while (k && d->hot.frames[k - 1].signal != signal)
		k--;
	for (k = k ? k - 1 : 0; k < d->hot.depth; k++) {
		const char *name = d->hot.frames[k].signal->name;

		if (n + strlen(name) + sizeof(" > ... > ") > sizeof(cycle)) {
			(void)snprintf(cycle + n, sizeof(cycle) - n, "... > ");
			break;
		}
		n += (size_t)snprintf(cycle + n, sizeof(cycle) - n, "%s > ", name);
	}
	sb_failure_report(d, &d->hot.frames[d->hot.depth - 1], -ELOOP,
		"%s not emitted, %d emissions deep in each other: %s%s", signal->name,
		SB_DEPTH_LIMIT, cycle, signal->name);
	return -ELOOP;
}

static int
emit(struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload,
	struct sb_result *ret_result)
{
	struct row *row = (struct row *)sb_row_of_(&d->hot, signal->number), *mine;
	struct sb_frame *frame;

	sb_assert(from != SB_ANY && from != SB_ANONYMOUS);
	if (d->hot.odd & ODD_DESTROYED)
		return -ECANCELED;
	if (sb_walk_is_too_deep(d, signal))
		return refuse(d, signal);
	mine = sb_walk_mine(d, row, from);
	if (!row->pub.n && !(mine && mine->pub.n) && !(row->pub.odd & ROW_IS_UNKNOWN)
		&& !(d->hot.odd & ODD_OBSERVED))
		return 0;
	frame = &d->hot.frames[d->hot.depth++];
	sb_walk_begin(d, frame, row, mine);
	frame->from = from;
	frame->signal = signal;
	frame->payload = payload;
	if (d->hot.odd & ODD_OBSERVED)
		sb_observers_emission_began(d, frame);
	return finish(d, frame, ret_result);
}

/* Where all that is odd is that some sender has receivers of its own, one row is often the whole
 * truth: this sender has none, or nobody listens to anyone. */
int
sb_emit_odd_(
	struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload)
{
	struct sb_row *row = sb_row_of_(&d->hot, signal->number);
	struct row *mine;

	if (row->odd != ROW_HAS_SENDERS || d->hot.odd || d->hot.depth >= SB_DEPTH_LIMIT)
		return emit(d, signal, from, payload, NULL);
	sb_assert(from != SB_ANY && from != SB_ANONYMOUS);
	mine = sb_row_find(d, ((struct row *)row)->key.number, from ? from : SB_ANONYMOUS);
	if (!mine || !mine->pub.n)
		return row->n ? signal->run(d, row, from, payload) : 0;
	if (!row->n)
		return signal->run(d, &mine->pub, from, payload);
	return emit(d, signal, from, payload, NULL);
}

int
sb_emit_rest_(struct sb_dispatcher *d, struct sb_frame *frame, int how)
{
	if (frame->plain) {
		frame_settle(d, frame);
		/* The present slot has run, or not yet. */
		if (how == SB_RUN_AT_SLOT_)
			frame->at = --frame->n_ran;
	}
	return finish(d, frame, NULL);
}

int
sb_emit(struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload)
{
	struct sb_row *row = sb_row_of_(&d->hot, signal->number);

	sb_assert(from != SB_ANY && from != SB_ANONYMOUS);
	if ((row->odd | d->hot.odd) || d->hot.depth >= SB_DEPTH_LIMIT)
		return sb_emit_odd_(d, signal, from, payload);
	return row->n ? signal->run(d, row, from, payload) : 0;
}

int
sb_emit_result(struct sb_dispatcher *d, const struct sb_signal *signal, void *from,
	const void *payload, struct sb_result *ret_result)
{
	*ret_result = (struct sb_result){ .n_ran = 0 };
	return emit(d, signal, from, payload, ret_result);
}

void
sb_stop(struct sb_dispatcher *d)
{
	sb_assert(d->hot.depth && !is_in_observer(d));
	sb_frames_settle(d);
	d->hot.frames[d->hot.depth - 1].flags |= FRAME_STOPPED;
}

const char *
sb_running_place(const struct sb_dispatcher *d)
{
	const struct sb_frame *frame;

	if (!d->hot.depth)
		return d->outside_place;
	if (is_in_observer(d))
		return d->observer_place;
	frame = &d->hot.frames[d->hot.depth - 1];
	return frame->plain ? plain_place(d, frame) : frame->place;
}

bool
sb_unwind(struct sb_dispatcher *d)
{
	sb_failures_flush(d);
	for (; d->hot.depth; d->hot.depth--)
		sb_observers_unwind(d, &d->hot.frames[d->hot.depth - 1]);
	if (d->is_ending)
		sb_observers_end(d);
	sb_queues_unwind(d);
	sb_deliver_unwind(d);
	d->outside_place = NULL;
	return sb_emissions_over(d);
}
