#include "private.h"

#include <signalbox/dispatch_signals.h>

#include <stdlib.h>

enum { ROWS_START = 32 };

static _Atomic uint32_t last_dispatcher;

char sb_any_[1], sb_anonymous_[1];

struct sb_dispatcher *
sb_dispatcher_create(sb_last_resort_fn *last_resort, void *self)
{
	struct sb_dispatcher *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->number = atomic_fetch_add(&last_dispatcher, 1) + 1;
	d->last_resort = last_resort;
	d->last_resort_self = self;
	d->free_record = NONE;
	d->wake_at_ns = INT64_MAX;
	/* So that a token of another dispatcher is none of this one's. */
	d->last_token = (uint64_t)d->number << 40;
	sb_backlog_init(&d->deferred);
	d->failures_end = &d->failures;
	d->mailbox = sb_mailbox_create();
	d->hot.rows = malloc(ROWS_START * sizeof(struct sb_row *));
	if (d->hot.rows) {
		d->cap_rows = ROWS_START;
		d->hot.rows[0] = &d->unknown.pub;
		d->hot.n_rows = 1;
	}
	if (!d->mailbox || !d->hot.rows || sb_index_init(&d->by_self) < 0
		|| sb_index_init(&d->by_receiver) < 0 || sb_register(d, &sb_dispatch_signals) < 0) {
		sb_dispatcher_free(d);
		return NULL;
	}
	return d;
}

void
sb_dispatcher_free(struct sb_dispatcher *d)
{
	struct object *object, *next_object;

	sb_failures_flush(d);
	if (d->mailbox)
		sb_mailbox_close(d->mailbox);
	sb_queues_free(d);
	sb_expectations_free(d);
	sb_later_free(d);
	sb_mailbox_release(d->mailbox);
	sb_records_free(d);
	sb_patterns_free(d);
	sb_pairs_free(d);
	HASH_ITER(hh, d->objects, object, next_object)
	{
		HASH_DELETE(hh, d->objects, object);
		free(object->label);
		free(object);
	}
	sb_registry_free(d);
	sb_observers_free(d);
	sb_trace_free(d);
	sb_index_finish(&d->by_self);
	sb_index_finish(&d->by_receiver);
	free(d);
}

void
sb_dispatcher_destroy(struct sb_dispatcher *d)
{
	if (!d || d->hot.odd & ODD_DESTROYED)
		return;
	sb_frames_settle(d);
	d->hot.odd |= ODD_DESTROYED;
	sb_mailbox_shut(d->mailbox);
	for (uint32_t k = 0; k < d->hot.depth; k++)
		d->hot.frames[k].flags |= FRAME_GONE;
	sb_observers_end(d);
	if (!d->hot.depth)
		(void)sb_emissions_over(d);
}
