#include "private.h"

int
sb_later_run(struct sb_dispatcher *d)
{
	(void)d;
	return 0;
}

bool
sb_later_waits(struct sb_dispatcher *d)
{
	(void)d;
	return false;
}

void
sb_later_forget(struct sb_dispatcher *d, const void *object)
{
	(void)d;
	(void)object;
}

void
sb_later_free(struct sb_dispatcher *d)
{
	(void)d;
}
