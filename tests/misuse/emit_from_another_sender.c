/* must not compile: struct thing */
#include "dispatch/signals.h"

struct other;
void
use(struct sb_dispatcher *d, struct other *other)
{
	test_alpha_emit(d, other, &(struct test_alpha){ .value = 1 }); /* mistake */
}
