#include "private.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct sb_mailbox {
	atomic_uint n_holders;
	pthread_mutex_t lock; /* guards what follows */
	const struct sb_loop *loop;
	void *loop_self;
	bool is_woken; /* and sb_deliver() has not begun since */
	bool is_closed;
	struct backlog posted;
};

struct sb_mailbox *
sb_mailbox_create(void)
{
	struct sb_mailbox *mailbox = calloc(1, sizeof(*mailbox));

	if (!mailbox)
		return NULL;
	if (pthread_mutex_init(&mailbox->lock, NULL) != 0) {
		free(mailbox);
		return NULL;
	}
	atomic_init(&mailbox->n_holders, 1);
	sb_backlog_init(&mailbox->posted);
	return mailbox;
}

struct sb_mailbox *
sb_mailbox_hold(struct sb_mailbox *mailbox)
{
	(void)atomic_fetch_add_explicit(&mailbox->n_holders, 1, memory_order_relaxed);
	return mailbox;
}

struct sb_mailbox *
sb_mailbox_of(struct sb_dispatcher *d)
{
	return sb_mailbox_hold(d->mailbox);
}

void
sb_mailbox_release(struct sb_mailbox *mailbox)
{
	if (!mailbox
		|| atomic_fetch_sub_explicit(&mailbox->n_holders, 1, memory_order_acq_rel) != 1)
		return;
	(void)pthread_mutex_destroy(&mailbox->lock);
	free(mailbox);
}

void
sb_mailbox_set_loop(struct sb_mailbox *mailbox, const struct sb_loop *loop, void *self)
{
	const struct sb_loop *before = mailbox->loop;
	void *before_self = mailbox->loop_self;

	(void)pthread_mutex_lock(&mailbox->lock);
	mailbox->loop = loop;
	mailbox->loop_self = self;
	mailbox->is_woken = false;
	(void)pthread_mutex_unlock(&mailbox->lock);
	if (before && before->part)
		before->part(before_self);
}

const struct sb_loop *
sb_mailbox_loop(const struct sb_mailbox *mailbox, void **ret_self)
{
	*ret_self = mailbox->loop_self;
	return mailbox->loop;
}

void
sb_mailbox_shut(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	mailbox->is_closed = true;
	(void)pthread_mutex_unlock(&mailbox->lock);
}

void
sb_mailbox_close(struct sb_mailbox *mailbox)
{
	sb_mailbox_shut(mailbox);
	sb_mailbox_set_loop(mailbox, NULL, NULL);
	/* Whoever posts has looked whether it is closed. */
	sb_backlog_finish(&mailbox->posted);
}

/* Under the lock: once it is free, the loop may be gone. */
static void
wake(struct sb_mailbox *mailbox)
{
	if (!mailbox->loop || mailbox->is_woken)
		return;
	mailbox->is_woken = true;
	mailbox->loop->wake(mailbox->loop_self);
}

void
sb_mailbox_wake(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	wake(mailbox);
	(void)pthread_mutex_unlock(&mailbox->lock);
}

void
sb_mailbox_called(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	mailbox->is_woken = false;
	(void)pthread_mutex_unlock(&mailbox->lock);
}

void
sb_mailbox_begin(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	mailbox->is_woken = false;
	sb_backlog_take(&mailbox->posted);
	(void)pthread_mutex_unlock(&mailbox->lock);
}

void
sb_mailbox_end(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	sb_backlog_give_back(&mailbox->posted);
	(void)pthread_mutex_unlock(&mailbox->lock);
}

struct backlog *
sb_mailbox_posted(struct sb_mailbox *mailbox)
{
	return &mailbox->posted;
}

void
sb_mailbox_set(struct sb_mailbox *mailbox, struct sb_later_options options)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	sb_backlog_set(&mailbox->posted, options);
	(void)pthread_mutex_unlock(&mailbox->lock);
}

struct sb_later_counts
sb_mailbox_counts(struct sb_mailbox *mailbox)
{
	struct sb_later_counts counts;

	(void)pthread_mutex_lock(&mailbox->lock);
	counts = sb_backlog_counts(&mailbox->posted);
	(void)pthread_mutex_unlock(&mailbox->lock);
	return counts;
}

/* The caller's mistakes. */
static void
check(const struct sb_signal *signal, struct sb_token from)
{
	sb_assert(!from.serial || from.sender == signal->sender
		  || !strcmp(from.sender, signal->sender));
	for (size_t k = 0; k < signal->n_fields; k++)
		sb_assert(signal->fields[k].kind != SB_HANDLE);
}

int
sb_post(struct sb_mailbox *mailbox, const struct sb_signal *signal, struct sb_token from,
	const void *payload)
{
	struct item item = { .signal = signal, .serial = from.serial, .payload = payload };
	struct entry *made = NULL;
	int result = -EPIPE;

	check(signal, from);
	memcpy(&item.from, &from.object, sizeof(item.from));
	item.size = sb_payload_size(signal, payload);
	if (sb_item_is_large(&item))
		made = sb_entry_create_large(&item);
	(void)pthread_mutex_lock(&mailbox->lock);
	if (!mailbox->is_closed) {
		result = sb_backlog_put(&mailbox->posted, &item, made);
		made = NULL;
		if (mailbox->posted.waiting.n)
			wake(mailbox);
	}
	(void)pthread_mutex_unlock(&mailbox->lock);
	sb_entry_free_large(made);
	return result;
}
