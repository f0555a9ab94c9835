/* must not compile: struct thing */
#include "dispatch/signals.h"

struct other;
void
use(struct sb_dispatcher *d, struct other *other, test_alpha_fn *fn)
{
	test_alpha_connect(d, other, SB_HANDLER(fn), NULL); /* mistake */
}
