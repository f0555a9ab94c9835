#include "private.h"

#include <errno.h>
#include <inttypes.h>

static bool
is_deferred(enum sb_later which)
{
	sb_assert(which == SB_DEFERRED || which == SB_POSTED);
	return which == SB_DEFERRED;
}

void
sb_set_later(struct sb_dispatcher *d, enum sb_later which, struct sb_later_options options)
{
	sb_assert((unsigned)options.policy <= SB_DROP_NEWEST);
	if (is_deferred(which))
		sb_backlog_set(&d->deferred, options);
	else
		sb_mailbox_set(d->mailbox, options);
}

struct sb_later_counts
sb_later_counts(const struct sb_dispatcher *d, enum sb_later which)
{
	return is_deferred(which) ? sb_backlog_counts(&d->deferred) : sb_mailbox_counts(d->mailbox);
}

int
sb_defer(struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload)
{
	struct item item = { .signal = signal, .from = from, .payload = payload };
	bool was_empty = !d->deferred.waiting.n;
	int result;

	sb_assert(from != SB_ANY && from != SB_ANONYMOUS);
	if (d->hot.odd & ODD_DESTROYED)
		return -ECANCELED;
	item.size = sb_payload_size(signal, payload);
	result = sb_backlog_put(&d->deferred, &item, NULL);
	/* For those before it the loop has been woken. */
	if (was_empty && d->deferred.waiting.n)
		sb_mailbox_wake(d->mailbox);
	return result;
}

struct sb_token
sb_token(struct sb_dispatcher *d, const struct sb_signal *signal, const void *from)
{
	struct object *object;

	sb_assert(from != SB_ANY && from != SB_ANONYMOUS);
	object = from && !(d->hot.odd & ODD_DESTROYED) ? sb_object_make(d, from) : NULL;
	if (!object)
		return (struct sb_token){ .object = NULL };
	if (!object->token)
		object->token = ++d->last_token;
	return (struct sb_token){
		.object = from,
		.serial = object->token,
		.sender = signal->sender,
	};
}

void
sb_later_begin(struct sb_dispatcher *d)
{
	sb_backlog_take(&d->deferred);
	sb_mailbox_begin(d->mailbox);
}

void
sb_later_end(struct sb_dispatcher *d)
{
	sb_backlog_give_back(&d->deferred);
	sb_mailbox_end(d->mailbox);
}

/* Says how many were dropped since it said so last. */
static void
tell_drops(struct sb_dispatcher *d, enum sb_later which)
{
	uint64_t n_dropped = sb_later_counts(d, which).n_dropped;
	uint64_t n = n_dropped - d->n_drops_told[which];

	if (!n)
		return;
	d->n_drops_told[which] = n_dropped;
	sb_fail(d, -ENOBUFS,
		"dropped %" PRIu64 " of the signals %s, for more were waiting than may", n,
		which == SB_DEFERRED ? "deferred" : "posted");
}

/* Not that a later object is at the same address. */
static bool
is_sender_there(const struct sb_dispatcher *d, const struct item *item)
{
	const struct object *object;

	if (!item->serial)
		return true;
	object = sb_object_find(d, item->from);
	return object && object->token == item->serial;
}

static int
deliver(struct sb_dispatcher *d, struct backlog *backlog)
{
	const struct item *item;
	int n = 0;

	while (!(d->hot.odd & ODD_DESTROYED) && (item = sb_backlog_next(backlog))) {
		if (!is_sender_there(d, item)) {
			backlog->counts.n_forgotten++;
			continue;
		}
		backlog->counts.n_delivered++;
		n++;
		(void)sb_emit(d, item->signal, item->from, item->payload);
	}
	return n;
}

int
sb_later_run(struct sb_dispatcher *d)
{
	int n;

	tell_drops(d, SB_POSTED);
	tell_drops(d, SB_DEFERRED);
	n = deliver(d, sb_mailbox_posted(d->mailbox));
	return n + deliver(d, &d->deferred);
}

bool
sb_later_waits(struct sb_dispatcher *d)
{
	struct sb_later_counts deferred = sb_later_counts(d, SB_DEFERRED);
	struct sb_later_counts posted = sb_later_counts(d, SB_POSTED);

	return deferred.n_waiting || posted.n_waiting
	       || deferred.n_dropped != d->n_drops_told[SB_DEFERRED]
	       || posted.n_dropped != d->n_drops_told[SB_POSTED];
}

void
sb_later_forget(struct sb_dispatcher *d, const void *object)
{
	struct object *known = sb_object_find(d, object);

	sb_backlog_forget(&d->deferred, object);
	if (!known)
		return;
	known->token = 0;
	sb_object_tidy(d, known);
}

void
sb_later_free(struct sb_dispatcher *d)
{
	sb_backlog_finish(&d->deferred);
}
