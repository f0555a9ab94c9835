/* Compiles: so that the others fail for their mistake alone. */
#define FIELD 1
#define SIGNAL "a program's own"
#include "dispatch/signals.h"

_Static_assert(FIELD == 1 && sizeof(SIGNAL) == 16, "the program's macros are as they were");

void use(struct sb_dispatcher *d, struct thing *thing);
static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e->text;
}

static bool
is_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	return e->flag;
}

static void
on_expected(void *self, const struct sb_expected *expected)
{
	(void)self;
	(void)expected->which;
}

void
use(struct sb_dispatcher *d, struct thing *thing)
{
	const struct sb_awaited awaited[] = {
		test_alpha_awaited(thing, is_alpha),
		test_alpha_awaited(SB_ANY, NULL),
	};

	sb_expect(d, awaited, 2, -1, SB_HANDLER(on_expected), NULL);
	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), NULL);
	test_alpha_connect(d, thing, SB_HANDLER(on_alpha), NULL);
	test_alpha_emit(d, thing, &(struct test_alpha){ .text = "x" });
}
