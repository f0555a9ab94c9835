/* must not compile: test_beta */
#include "dispatch/signals.h"

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	(void)self, (void)from, (void)e;
}
void
use(struct sb_dispatcher *d)
{
	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_beta), NULL); /* mistake */
}
