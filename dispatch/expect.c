#include "private.h"

void
sb_expectations_run(struct sb_dispatcher *d)
{
	(void)d;
}

bool
sb_expectations_wait(const struct sb_dispatcher *d)
{
	(void)d;
	return false;
}

void
sb_expectations_forget(struct sb_dispatcher *d, const void *self)
{
	(void)d;
	(void)self;
}

void
sb_expectations_free(struct sb_dispatcher *d)
{
	(void)d;
}
