/* must not compile: txet */
#include "dispatch/signals.h"

void
use(struct sb_dispatcher *d)
{
	test_alpha_emit(d, NULL, &(struct test_alpha){ .txet = "x" }); /* mistake */
}
