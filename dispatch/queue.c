#include "private.h"

void
sb_queues_run(struct sb_dispatcher *d)
{
	(void)d;
}

bool
sb_queues_wait(struct sb_dispatcher *d)
{
	(void)d;
	return false;
}

void
sb_queues_forget(struct sb_dispatcher *d, const void *self)
{
	(void)d;
	(void)self;
}

void
sb_queues_free(struct sb_dispatcher *d)
{
	(void)d;
}
