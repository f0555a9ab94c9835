#include "private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct sb_mailbox {
	atomic_uint n_holders;
	pthread_mutex_t lock; /* guards what follows */
	const struct sb_loop *loop;
	void *loop_self;
	bool is_woken; /* and sb_deliver() has not begun since */
	bool is_closed;
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
sb_mailbox_close(struct sb_mailbox *mailbox)
{
	sb_mailbox_set_loop(mailbox, NULL, NULL);
	(void)pthread_mutex_lock(&mailbox->lock);
	mailbox->is_closed = true;
	(void)pthread_mutex_unlock(&mailbox->lock);
}

void
sb_mailbox_wake(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	/* Under the lock: once it is free, the loop may be gone. */
	if (mailbox->loop && !mailbox->is_woken) {
		mailbox->is_woken = true;
		mailbox->loop->wake(mailbox->loop_self);
	}
	(void)pthread_mutex_unlock(&mailbox->lock);
}

void
sb_mailbox_awake(struct sb_mailbox *mailbox)
{
	(void)pthread_mutex_lock(&mailbox->lock);
	mailbox->is_woken = false;
	(void)pthread_mutex_unlock(&mailbox->lock);
}
