/* must not compile: test_alpha */
#include "dispatch/signals.h"

void
use(struct sb_dispatcher *d, struct thing *thing)
{
	test_alpha_emit(d, thing, &(struct test_beta){ .truth = true }); /* mistake */
}
