/* must not compile: struct thing */
#include "dispatch/signals.h"

struct other;
struct sb_awaited use(struct other *other);
struct sb_awaited
use(struct other *other)
{
	return test_alpha_awaited(other, NULL); /* mistake */
}
