/* must not compile: read-only|const-qualified */
#include "dispatch/signals.h"

static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self, (void)from;
	e->value = 2; /* mistake */
}
test_alpha_fn *use(void);
test_alpha_fn *
use(void)
{
	return on_alpha;
}
