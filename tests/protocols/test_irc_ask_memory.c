/* Requests when memory fails: what cannot be noted is refused, and an answer of which something could
 * not be kept is not whole. */

#include "kit_cmocka.h"

#include <errno.h>

#include "protocols/irc/asks.h"

static void
take(struct sb_asks *asks, const char *text)
{
	static struct sb_wire_line line;
	const char *why;

	assert_int_equal(sb_wire_parse(sb_bytes_of(text), &line, &why), 0);
	sb_asks_take(asks, &line, NULL, false, 1);
}

static void
ask(void *self)
{
	const char *const params[] = { "#c" };
	const struct sb_wire_out out = { .verb = "who", .params = params, .n_params = 1 };
	struct sb_asks asks = { .first = NULL };
	struct sb_bytes line;
	struct sb_ask *ask;
	int64_t number = 0, own = sb_asks_add_own(&asks, "WHO", params, 1);
	int error = sb_asks_add(&asks, &out, false, &number);

	(void)self;
	assert_true(!error || error == -ENOMEM);
	assert_int_equal(sb_asks_next(&asks, &number, &line), !error);
	sb_asks_sent(&asks, own, 0);
	sb_asks_sent(&asks, number, 0);
	if (own)
		take(&asks, ":x 315 q #c :End");
	take(&asks, ":x 352 q #c u h s n H :0 R");
	take(&asks, ":x 315 q #c :End");
	ask = sb_asks_take_over(&asks);
	assert_int_equal(ask != NULL, !error);
	if (ask) {
		assert_int_equal(ask->outcome, SB_ASK_DONE);
		assert_int_equal(sb_irc_answer_is_whole(&ask->answer),
			sb_irc_answer_n_lines(&ask->answer) == 2);
		sb_ask_destroy(ask);
	}
	sb_asks_clear(&asks);
}

static void
each_allocation_may_fail(void **state)
{
	(void)state;
	assert_int_equal(sb_testing_each_allocation(ask, NULL), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(each_allocation_may_fail),
	};

	return kit_run(tests);
}
