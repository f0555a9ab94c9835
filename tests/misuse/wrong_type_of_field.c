/* must not compile: char */
#include "dispatch/signals.h"

void
use(struct sb_dispatcher *d, int number)
{
	test_alpha_emit(d, NULL, &(struct test_alpha){ .text = number }); /* mistake */
}
