/* The queue of lines when memory fails. */

#include "kit_cmocka.h"

#include <errno.h>

#include "protocols/irc/outbox.h"

static void
fill(void *self)
{
	static const struct sb_outbox_line line = { .bytes = { "X\r\n", 3 },
		.priority = SB_OUTBOX_ANSWER };
	struct sb_outbox outbox;
	struct sb_outbox_line got;
	size_t n_put = 0, n_got = 0;
	int i;

	(void)self;
	sb_outbox_init(&outbox, sb_outbox_model("none"),
		(struct sb_outbox_limits){ .lines = 10, .bytes = 100 });
	for (i = 0; i < 3; i++) {
		int ret = sb_outbox_put(&outbox, &line);

		assert_true(ret == 0 || ret == -ENOMEM);
		n_put += ret == 0;
	}
	assert_int_equal(sb_outbox_n_lines(&outbox), n_put);
	while (sb_outbox_next(&outbox, 0, &got))
		n_got++;
	assert_int_equal(n_got, n_put);
	sb_outbox_finish(&outbox);
}

static void
a_line_for_which_there_is_no_memory_is_refused_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(sb_testing_each_allocation(fill, NULL), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_line_for_which_there_is_no_memory_is_refused_and_no_other),
	};

	return kit_run(tests);
}
