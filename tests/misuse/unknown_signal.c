/* must not compile: test_alhpa_emit */
#include "dispatch/signals.h"

void
use(struct sb_dispatcher *d)
{
	test_alhpa_emit(d, NULL, NULL); /* mistake */
}
