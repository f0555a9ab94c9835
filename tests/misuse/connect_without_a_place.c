/* must not compile: few */
#include "dispatch/signals.h"

void
use(struct sb_dispatcher *d, test_alpha_fn *fn)
{
	test_alpha_connect(d, SB_ANY, fn, NULL); /* mistake */
}
