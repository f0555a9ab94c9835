/* Several lines in the queue that go together. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "protocols/irc/outbox.h"

#define S INT64_C(1000000000)

enum { NOW = 1000 };

/* A second a line, four at once. */
static const struct sb_outbox_model plain = {
	.name = "plain", .window_ns = 4 * S, .line_ns = 1 * S, .step_bytes = 1
};
static const struct sb_outbox_limits limits = { .lines = 100, .bytes = 10000 };

static void
put_line(struct sb_outbox *outbox, const char *line)
{
	assert_int_equal(sb_outbox_put(outbox, &(struct sb_outbox_line){ .bytes = sb_bytes_of(line),
						       .priority = SB_OUTBOX_ANSWER,
						       .target = "#d" }),
		0);
}

static int
put_batch(struct sb_outbox *outbox, const char *lines)
{
	return sb_outbox_put(outbox, &(struct sb_outbox_line){ .bytes = sb_bytes_of(lines),
					     .priority = SB_OUTBOX_ANSWER,
					     .target = "#c",
					     .is_batch = true });
}

static void
lines_of_a_batch_go_together_and_cost_what_they_are(void **state)
{
	struct sb_outbox outbox;
	struct sb_outbox_line line;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	assert_int_equal(put_batch(&outbox, ""), -EINVAL);
	assert_int_equal(put_batch(&outbox, "A\r\nB\n"), -EINVAL);
	assert_int_equal(put_batch(&outbox, "A\r\nB"), -EINVAL);
	assert_int_equal(put_batch(&outbox, "A\r\n\r\n"), -EINVAL);
	assert_int_equal(put_batch(&outbox, "A\r\n\rB\r\n"), -EINVAL);
	assert_int_equal(put_batch(&outbox, "A\r\nB\r\nC\r\n"), 0);
	put_line(&outbox, "D\r\n");
	put_line(&outbox, "E\r\n");
	assert_int_equal(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_ANSWER), 2 * S);
	assert_true(sb_outbox_next(&outbox, NOW, &line));
	assert_true(line.is_batch);
	assert_int_equal(line.bytes.len, strlen("A\r\nB\r\nC\r\n"));
	assert_memory_equal(line.bytes.ptr, "A\r\nB\r\nC\r\n", line.bytes.len);
	/* Three of four seconds are gone. */
	assert_true(sb_outbox_next(&outbox, NOW, &line));
	assert_false(line.is_batch);
	assert_int_equal(sb_outbox_due_ns(&outbox, NOW), NOW + 1 * S);
	sb_outbox_finish(&outbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(lines_of_a_batch_go_together_and_cost_what_they_are),
	};

	return kit_run(tests);
}
