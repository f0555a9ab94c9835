#include "private.h"

#include <errno.h>

static bool
something_waits(struct sb_dispatcher *d)
{
	return sb_later_waits(d) || sb_expectations_wait(d) || sb_queues_wait(d);
}

/* Asks the loop for all that is wanted, whatever it was asked for before. */
static void
ask_anew(struct sb_dispatcher *d)
{
	void *self;
	const struct sb_loop *loop = sb_mailbox_loop(d->mailbox, &self);

	d->has_refused = false;
	if (loop && d->wake_at_ns != INT64_MAX)
		loop->wake_at(self, d->wake_at_ns);
	if (something_waits(d))
		sb_mailbox_wake(d->mailbox);
}

void
sb_set_loop(struct sb_dispatcher *d, const struct sb_loop *loop, void *self)
{
	sb_mailbox_set_loop(d->mailbox, loop, self);
	ask_anew(d);
}

int64_t
sb_clock_ns(const struct sb_dispatcher *d)
{
	void *self;
	const struct sb_loop *loop = sb_mailbox_loop(d->mailbox, &self);

	return loop ? loop->clock_ns(self) : 0;
}

void
sb_deliver_at(struct sb_dispatcher *d, int64_t at_ns)
{
	void *self;
	const struct sb_loop *loop = sb_mailbox_loop(d->mailbox, &self);

	if (at_ns == d->wake_at_ns)
		return;
	d->wake_at_ns = at_ns;
	if (loop)
		loop->wake_at(self, at_ns);
}

static void
end(struct sb_dispatcher *d)
{
	sb_later_end(d);
	d->is_delivering = false;
	if (d->hot.odd & ODD_DESTROYED)
		return;
	sb_deliver_make_good(d);
	if (something_waits(d))
		sb_mailbox_wake(d->mailbox);
}

void
sb_deliver_make_good(struct sb_dispatcher *d)
{
	if (d->has_refused && !d->is_delivering)
		ask_anew(d);
}

void
sb_deliver_unwind(struct sb_dispatcher *d)
{
	if (d->is_delivering)
		end(d);
}

/* What the loop was asked for is asked for again at the end of what is in the way. */
static int
refuse(struct sb_dispatcher *d)
{
	sb_mailbox_called(d->mailbox);
	sb_frames_settle(d);
	d->has_refused = true;
	return -EBUSY;
}

int
sb_deliver(struct sb_dispatcher *d)
{
	int n;

	if (d->hot.depth || d->is_delivering || d->is_ending)
		return refuse(d);
	d->is_delivering = true;
	sb_later_begin(d);
	sb_queues_begin(d);
	sb_expectations_run(d);
	n = sb_later_run(d);
	sb_queues_run(d);
	end(d);
	if (d->hot.odd & ODD_DESTROYED) {
		sb_dispatcher_free(d);
		return -ECANCELED;
	}
	return n;
}
