/* must not compile: test_beta */
#include "dispatch/signals.h"

static bool
is_beta(void *self, struct thing *from, const struct test_beta *e)
{
	(void)self, (void)from;
	return e->truth;
}
struct sb_awaited use(struct thing *thing);
struct sb_awaited
use(struct thing *thing)
{
	return test_alpha_awaited(thing, is_beta); /* mistake */
}
