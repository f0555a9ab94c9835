/* The IRC client's queue of lines: room that is kept for some of them. */

#include "kit_cmocka.h"

#include <errno.h>

#include "protocols/irc/outbox.h"

static const struct sb_outbox_limits few = { .lines = 8, .bytes = 40 };

static int
put(struct sb_outbox *outbox, const char *text, bool has_kept_room)
{
	return sb_outbox_put(outbox, &(struct sb_outbox_line){ .bytes = sb_bytes_of(text),
					     .priority = SB_OUTBOX_BULK,
					     .has_kept_room = has_kept_room });
}

static void
a_quarter_more_lines_find_room(void **state)
{
	struct sb_outbox outbox;
	int i;

	(void)state;
	sb_outbox_init(&outbox, sb_outbox_model("default"), few);
	for (i = 0; i < 8; i++)
		assert_int_equal(put(&outbox, "X\r\n", false), 0);
	assert_int_equal(put(&outbox, "X\r\n", false), -ENOBUFS);
	assert_int_equal(put(&outbox, "A\r\n", true), 0);
	assert_int_equal(put(&outbox, "B\r\n", true), 0);
	assert_int_equal(put(&outbox, "C\r\n", true), -ENOBUFS);
	assert_int_equal(put(&outbox, "X\r\n", false), -ENOBUFS);
	sb_outbox_finish(&outbox);
}

static void
a_quarter_more_bytes_find_room(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, sb_outbox_model("default"), few);
	assert_int_equal(put(&outbox, "123456789012345678\r\n", false), 0);
	assert_int_equal(put(&outbox, "123456789012345678\r\n", true), 0);
	assert_int_equal(put(&outbox, "123456789\r\n", true), -ENOBUFS);
	assert_int_equal(put(&outbox, "12345678\r\n", true), 0);
	assert_int_equal(put(&outbox, "X\r\n", false), -ENOBUFS);
	assert_int_equal(put(&outbox, "X\r\n", true), -ENOBUFS);
	sb_outbox_finish(&outbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_quarter_more_lines_find_room),
		kit_test_bare(a_quarter_more_bytes_find_room),
	};

	return kit_run(tests);
}
