/* The lines that wait to be sent: in which order they go, when, and what becomes of the others. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "protocols/irc/outbox.h"

#define S INT64_C(1000000000)

enum { NOW = 1000 };

/* A second a line, four at once, of which bulk leaves one. */
static const struct sb_outbox_model plain = {
	.name = "plain", .window_ns = 4 * S, .reserve_ns = 1 * S, .line_ns = 1 * S, .step_bytes = 1
};
static const struct sb_outbox_limits limits = { .lines = 100, .bytes = 10000 };

static int
put_with(struct sb_outbox *outbox, enum sb_outbox_priority priority, const char *target,
	const char *text, uint64_t id)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%s\r\n", text);
	return sb_outbox_put(outbox, &(struct sb_outbox_line){ .bytes = sb_bytes_of(line),
					     .priority = priority,
					     .target = target,
					     .id = id });
}

static void
put(struct sb_outbox *outbox, enum sb_outbox_priority priority, const char *target,
	const char *text)
{
	assert_int_equal(put_with(outbox, priority, target, text, 0), 0);
}

static void
put_n(struct sb_outbox *outbox, enum sb_outbox_priority priority, const char *target, int n)
{
	while (n--)
		put(outbox, priority, target, "X");
}

/* Appends a line, without its end and followed by a space. */
static void
note(void *self, const struct sb_outbox_line *line)
{
	char *out = self;
	size_t len = strlen(out);

	(void)snprintf(out + len, 1024 - len, "%.*s ", (int)(line->bytes.len - 2),
		(const char *)line->bytes.ptr);
}

/* All that may go at this time. */
static const char *
sent(struct sb_outbox *outbox, int64_t now_ns)
{
	static char out[1024];
	struct sb_outbox_line line;

	*out = '\0';
	while (sb_outbox_next(outbox, now_ns, &line))
		note(out, &line);
	return out;
}

/* All that goes, whatever time it takes. */
static const char *
sent_in_time(struct sb_outbox *outbox)
{
	static char out[1024];
	struct sb_outbox_line line;
	int64_t due_ns;

	*out = '\0';
	while ((due_ns = sb_outbox_due_ns(outbox, NOW)) < INT64_MAX) {
		assert_true(due_ns == NOW || !sb_outbox_next(outbox, due_ns - 1, &line));
		assert_true(sb_outbox_next(outbox, due_ns, &line));
		note(out, &line);
	}
	return out;
}

/* ---- Order ---- */

static void
lines_go_by_priority_and_in_order_within_it(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put(&outbox, SB_OUTBOX_BULK, "", "b1");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "a1");
	put(&outbox, SB_OUTBOX_AT_ONCE, "", "o1");
	put(&outbox, SB_OUTBOX_BULK, "", "b2");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "a2");
	put(&outbox, SB_OUTBOX_AT_ONCE, NULL, "o2");
	assert_string_equal(sent_in_time(&outbox), "o1 o2 a1 a2 b1 b2 ");
	assert_int_equal(sb_outbox_n_lines(&outbox), 0);
	assert_int_equal(sb_outbox_n_bytes(&outbox), 0);
	sb_outbox_finish(&outbox);
}

static void
what_next_tells_is_what_was_put(void **state)
{
	struct sb_outbox outbox;
	struct sb_outbox_line line;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#c", "PRIVMSG #c :x", 17), 0);
	assert_true(sb_outbox_next(&outbox, NOW, &line));
	/* It lives while others are put. */
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "PRIVMSG #c :y");
	assert_int_equal(line.bytes.len, 15);
	assert_memory_equal(line.bytes.ptr, "PRIVMSG #c :x\r\n", 15);
	assert_string_equal(line.target, "#c");
	assert_int_equal(line.priority, SB_OUTBOX_ANSWER);
	assert_int_equal(line.id, 17);
	sb_outbox_finish(&outbox);
}

static void
targets_of_answers_take_turns(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put(&outbox, SB_OUTBOX_ANSWER, "#a", "a1");
	put(&outbox, SB_OUTBOX_ANSWER, "#a", "a2");
	put(&outbox, SB_OUTBOX_ANSWER, "#a", "a3");
	put(&outbox, SB_OUTBOX_ANSWER, "bob", "b1");
	put(&outbox, SB_OUTBOX_ANSWER, "#A", "a4");
	put(&outbox, SB_OUTBOX_ANSWER, "BOB", "b2");
	put(&outbox, SB_OUTBOX_ANSWER, "", "n1");
	assert_string_equal(sent_in_time(&outbox), "a1 b1 n1 a2 b2 a3 a4 ");
	sb_outbox_finish(&outbox);
}

/* The one with many lines waits its turn again and again. */
static void
a_target_with_many_lines_does_not_keep_others_waiting(void **state)
{
	struct sb_outbox outbox;
	struct sb_outbox_line line;
	int i;

	(void)state;
	sb_outbox_init(&outbox, sb_outbox_model("none"),
		(struct sb_outbox_limits){ .lines = 2000, .bytes = 100000 });
	put_n(&outbox, SB_OUTBOX_ANSWER, "#busy", 1000);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#busy", "X", 0), -ENOBUFS);
	for (i = 0; i < 500; i++) {
		assert_true(sb_outbox_next(&outbox, NOW, &line));
		assert_string_equal(line.target, "#busy");
		put(&outbox, SB_OUTBOX_ANSWER, "bob", "X");
		assert_true(sb_outbox_next(&outbox, NOW, &line));
		assert_string_equal(line.target, "bob");
	}
	sb_outbox_finish(&outbox);
}

/* More targets than there are lanes: those past them share one turn, and each keeps its order. */
static void
more_targets_than_there_are_turns_for_keep_their_order(void **state)
{
	enum { N = SB_OUTBOX_LANES + 20, EACH = 5 };
	static const char *const order[] = { "0", "1", "2", "3", "4" };
	int seen[N] = { 0 }, i, k, n = 0;
	struct sb_outbox outbox;
	struct sb_outbox_line line;
	char target[16];

	(void)state;
	sb_outbox_init(&outbox, sb_outbox_model("none"),
		(struct sb_outbox_limits){ .lines = 2000, .bytes = 100000 });
	for (k = 0; k < EACH; k++) {
		for (i = 0; i < N; i++) {
			(void)snprintf(target, sizeof(target), "t%d", i);
			put(&outbox, SB_OUTBOX_ANSWER, target, order[k]);
		}
		/* Some go meanwhile, so that lanes fall free. */
		for (i = 0; i < N / 2; i++, n++) {
			assert_true(sb_outbox_next(&outbox, NOW, &line));
			assert_int_equal(*(const char *)line.bytes.ptr - '0',
				seen[strtol(line.target + 1, NULL, 10)]++);
		}
	}
	while (sb_outbox_next(&outbox, NOW, &line)) {
		assert_int_equal(*(const char *)line.bytes.ptr - '0',
			seen[strtol(line.target + 1, NULL, 10)]++);
		n++;
	}
	assert_int_equal(n, N * EACH);
	sb_outbox_finish(&outbox);
}

static void
who_shares_a_turn_goes_on_sharing_it_until_all_of_it_is_sent(void **state)
{
	struct sb_outbox outbox;
	struct sb_outbox_line line;
	char target[16];
	int i;

	(void)state;
	sb_outbox_init(&outbox, &plain, (struct sb_outbox_limits){ .lines = 200, .bytes = 10000 });
	for (i = 0; i < SB_OUTBOX_LANES; i++) {
		(void)snprintf(target, sizeof(target), "t%d", i);
		put(&outbox, SB_OUTBOX_ANSWER, target, "t");
	}
	put(&outbox, SB_OUTBOX_ANSWER, "x", "x1");
	put(&outbox, SB_OUTBOX_ANSWER, "x", "x2");
	/* A lane falls free, and x would overtake itself there. */
	assert_true(sb_outbox_next(&outbox, NOW, &line));
	put(&outbox, SB_OUTBOX_ANSWER, "x", "x3");
	assert_non_null(strstr(sent_in_time(&outbox), "t x1 x2 x3 "));
	sb_outbox_finish(&outbox);
}

/* ---- When ---- */

static void
the_window_may_be_filled_at_once_and_then_time_must_pass(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	assert_true(sb_outbox_due_ns(&outbox, NOW) == INT64_MAX);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 7);
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW);
	assert_string_equal(sent(&outbox, NOW), "X X X X ");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW + 1 * S);
	assert_string_equal(sent(&outbox, NOW + 1 * S - 1), "");
	assert_string_equal(sent(&outbox, NOW + 1 * S), "X ");
	/* Late is not lost: what has passed counts. */
	assert_string_equal(sent(&outbox, NOW + 3 * S), "X X ");
	/* But no more than the window is saved up. */
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 7);
	assert_string_equal(sent(&outbox, NOW + 100 * S), "X X X X ");
	sb_outbox_finish(&outbox);
}

static void
bulk_leaves_a_part_of_the_window_to_answers(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put_n(&outbox, SB_OUTBOX_BULK, "", 5);
	assert_string_equal(sent(&outbox, NOW), "X X X ");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "a");
	assert_string_equal(sent(&outbox, NOW), "a ");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW + 2 * S);
	assert_string_equal(sent(&outbox, NOW + 2 * S), "X ");
	sb_outbox_finish(&outbox);
}

static void
what_goes_at_once_waits_for_nothing_and_is_counted(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 50);
	put_n(&outbox, SB_OUTBOX_BULK, "", 100);
	(void)sent(&outbox, NOW);
	put(&outbox, SB_OUTBOX_AT_ONCE, "", "PONG");
	put(&outbox, SB_OUTBOX_AT_ONCE, "", "PONG");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW);
	assert_string_equal(sent(&outbox, NOW), "PONG PONG ");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW + 3 * S);
	sb_outbox_finish(&outbox);
}

static void
a_line_that_costs_more_than_the_window_goes_when_nothing_stands_out(void **state)
{
	static const struct sb_outbox_model small = { .name = "small",
		.window_ns = 1 * S,
		.line_ns = 1 * S,
		.step_bytes = 10,
		.step_ns = 1 * S };
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &small, limits);
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "XXXXXXXXXXXXXXXXXX");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "XXXXXXXX");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW);
	assert_string_equal(sent(&outbox, NOW), "XXXXXXXXXXXXXXXXXX ");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW + 3 * S);
	sb_outbox_finish(&outbox);
}

static void
a_hold_lets_nothing_go_but_what_goes_at_once(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	sb_outbox_hold(&outbox, NOW, 30 * S);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 2);
	put(&outbox, SB_OUTBOX_AT_ONCE, "", "PONG");
	assert_string_equal(sent(&outbox, NOW), "PONG ");
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW + 32 * S);
	/* A shorter one changes nothing. */
	sb_outbox_hold(&outbox, NOW, 3 * S);
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW + 32 * S);
	sb_outbox_finish(&outbox);
	/* Alone, it ends when it says. */
	sb_outbox_init(&outbox, &plain, limits);
	sb_outbox_hold(&outbox, NOW, 30 * S);
	assert_true(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_ANSWER) == 31 * S);
	sb_outbox_finish(&outbox);
}

static void
the_wait_is_told_exactly_if_nothing_else_is_put(void **state)
{
	static const enum sb_outbox_priority priorities[] = { SB_OUTBOX_ANSWER, SB_OUTBOX_BULK };
	struct sb_outbox outbox;
	struct sb_outbox_line line;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		int64_t wait_ns, at_ns = 0;

		sb_outbox_init(&outbox, &plain, limits);
		assert_true(sb_outbox_wait_ns(&outbox, NOW, priorities[i]) == 0);
		put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 20);
		put_n(&outbox, SB_OUTBOX_BULK, "", 30);
		(void)sent(&outbox, NOW);
		put(&outbox, SB_OUTBOX_AT_ONCE, "", "PONG");
		assert_true(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_AT_ONCE) == 0);
		wait_ns = sb_outbox_wait_ns(&outbox, NOW, priorities[i]);
		assert_int_equal(put_with(&outbox, priorities[i], "#c", "X", 7), 0);
		do {
			at_ns = sb_outbox_due_ns(&outbox, NOW);
			assert_true(sb_outbox_next(&outbox, at_ns, &line));
		} while (line.id != 7);
		assert_true(at_ns - NOW == wait_ns && wait_ns > 0);
		sb_outbox_finish(&outbox);
	}
}

static void
another_model_counts_at_once_also_for_what_waits(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 10);
	(void)sent(&outbox, NOW);
	assert_true(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_ANSWER) == 7 * S);
	sb_outbox_set_model(&outbox, sb_outbox_model("gentle"));
	/* 4 s that stand out, six lines and this one of 4 s, less 8 s. */
	assert_true(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_ANSWER) == 24 * S);
	assert_true(sb_outbox_due_ns(&outbox, NOW) == NOW);
	sb_outbox_set_model(&outbox, &plain);
	assert_true(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_ANSWER) == 7 * S);
	sb_outbox_set_model(&outbox, sb_outbox_model("none"));
	assert_string_equal(sent(&outbox, NOW + 4 * S), "X X X X X X ");
	sb_outbox_finish(&outbox);
}

/* ---- Bounds ---- */

static void
lines_and_bytes_are_bounded_for_each_priority(void **state)
{
	static const struct sb_outbox_limits few = { .lines = 4, .bytes = 40 };
	struct sb_outbox outbox;
	int i;

	(void)state;
	sb_outbox_init(&outbox, &plain, few);
	put_n(&outbox, SB_OUTBOX_BULK, "", 4);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_BULK, "", "X", 0), -ENOBUFS);
	/* A target has half of the answers'. */
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 2);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#C", "X", 0), -ENOBUFS);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#d", 1);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#e", 1);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#f", "X", 0), -ENOBUFS);
	assert_int_equal(sb_outbox_n_lines(&outbox), 8);
	assert_int_equal(sb_outbox_n_bytes(&outbox), 24);
	/* What goes at once has more lines, and the same bytes. */
	for (i = 0; i < 13; i++)
		put(&outbox, SB_OUTBOX_AT_ONCE, "", "X");
	assert_int_equal(put_with(&outbox, SB_OUTBOX_AT_ONCE, "", "X", 0), -ENOBUFS);
	sb_outbox_finish(&outbox);

	sb_outbox_init(&outbox, &plain, few);
	put(&outbox, SB_OUTBOX_BULK, "", "123456789012345678");
	put(&outbox, SB_OUTBOX_BULK, "", "1234567890123456");
	assert_int_equal(put_with(&outbox, SB_OUTBOX_BULK, "", "X", 0), -ENOBUFS);
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "123456789012345678");
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#c", "X", 0), -ENOBUFS);
	put(&outbox, SB_OUTBOX_ANSWER, "#d", "X");
	sb_outbox_finish(&outbox);

	sb_outbox_init(&outbox, &plain, limits);
	put_n(&outbox, SB_OUTBOX_AT_ONCE, "", SB_OUTBOX_AT_ONCE_MAX);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_AT_ONCE, "", "X", 0), -ENOBUFS);
	sb_outbox_finish(&outbox);
}

static int
put_bytes(struct sb_outbox *outbox, const char *line, size_t len)
{
	return sb_outbox_put(outbox,
		&(struct sb_outbox_line){ .bytes = { line, len }, .priority = SB_OUTBOX_BULK });
}

static void
what_is_not_one_line_is_refused(void **state)
{
	struct sb_outbox outbox;
	char target[SB_OUTBOX_TARGET_MAX + 2];

	(void)state;
	sb_outbox_init(&outbox, &plain, (struct sb_outbox_limits){ .lines = 10, .bytes = 40 });
	assert_int_equal(put_bytes(&outbox, "", 0), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "\r\n", 2), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "X", 1), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "XXX\n", 4), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "XXX\r", 4), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "X\nQUIT\r\n", 8), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "X\rQUIT\r\n", 8), -EINVAL);
	assert_int_equal(put_bytes(&outbox, "X\0QUIT\r\n", 8), -EINVAL);
	assert_int_equal(
		put_with(&outbox, SB_OUTBOX_BULK, "", "1234567890123456789", 0), -EMSGSIZE);
	memset(target, 'x', sizeof(target));
	target[sizeof(target) - 1] = '\0';
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, target, "X", 0), -EINVAL);
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, target + 1, "X", 0), 0);
	assert_int_equal(sb_outbox_n_lines(&outbox), 1);
	sb_outbox_finish(&outbox);
}

static void
each_crossing_of_the_level_is_told_once(void **state)
{
	struct sb_outbox outbox;
	struct sb_outbox_line line;
	int i;

	(void)state;
	sb_outbox_init(&outbox, sb_outbox_model("none"), limits);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_SAME);
	put_n(&outbox, SB_OUTBOX_BULK, "", 49);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_SAME);
	put_n(&outbox, SB_OUTBOX_BULK, "", 1);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_ROSE);
	put_n(&outbox, SB_OUTBOX_BULK, "", 1);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_SAME);
	for (i = 0; i < 25; i++)
		assert_true(sb_outbox_next(&outbox, NOW, &line));
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_SAME);
	assert_true(sb_outbox_next(&outbox, NOW, &line));
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_FELL);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_SAME);
	/* Up and down in between is nothing to tell. */
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 50);
	(void)sent(&outbox, NOW);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_SAME);
	/* A refusal is a reason by itself. */
	sb_outbox_finish(&outbox);
	sb_outbox_init(&outbox, &plain, (struct sb_outbox_limits){ .lines = 10, .bytes = 100 });
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "12345678");
	assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#c",
				 "12345678901234567890123456789012345678901", 0),
		-ENOBUFS);
	assert_int_equal(sb_outbox_crossed(&outbox), SB_OUTBOX_ROSE);
	sb_outbox_finish(&outbox);
}

/* ---- Unsent ---- */

static void
lines_of_a_request_can_be_cancelled(void **state)
{
	struct sb_outbox outbox;
	char text[8];
	int i;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	for (i = 0; i < 6; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(put_with(&outbox, SB_OUTBOX_BULK, "", text, 1 + i % 2), 0);
		assert_int_equal(put_with(&outbox, SB_OUTBOX_ANSWER, "#c", text, 1 + i % 2), 0);
	}
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "x");
	assert_int_equal(sb_outbox_cancel(&outbox, 2), 6);
	assert_int_equal(sb_outbox_cancel(&outbox, 2), 0);
	assert_int_equal(sb_outbox_n_lines(&outbox), 7);
	/* The last one was among them: what is put then comes last. */
	put(&outbox, SB_OUTBOX_BULK, "", "y");
	assert_true(sb_outbox_wait_ns(&outbox, NOW, SB_OUTBOX_BULK) == 6 * S);
	assert_string_equal(sent_in_time(&outbox), "0 2 4 x 0 2 4 y ");
	sb_outbox_finish(&outbox);
}

static void
clear_hands_over_what_was_not_sent_in_its_order(void **state)
{
	struct sb_outbox outbox;
	char out[1024] = "";

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 4);
	(void)sent(&outbox, NOW);
	put(&outbox, SB_OUTBOX_BULK, "", "b1");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "c1");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "c2");
	put(&outbox, SB_OUTBOX_ANSWER, "#d", "d1");
	put(&outbox, SB_OUTBOX_AT_ONCE, "", "o1");
	sb_outbox_clear(&outbox, note, out);
	assert_string_equal(out, "o1 c1 d1 c2 b1 ");
	assert_int_equal(sb_outbox_n_lines(&outbox), 0);
	assert_true(sb_outbox_due_ns(&outbox, NOW) == INT64_MAX);
	/* The next server knows nothing of it. */
	put_n(&outbox, SB_OUTBOX_ANSWER, "#c", 5);
	assert_string_equal(sent(&outbox, NOW), "X X X X ");
	sb_outbox_clear(&outbox, NULL, NULL);
	sb_outbox_clear(&outbox, note, out);
	assert_string_equal(out, "o1 c1 d1 c2 b1 ");
	sb_outbox_finish(&outbox);
}

static void
put_again(void *self, const struct sb_outbox_line *line)
{
	struct sb_outbox_line copy = *line;

	if (line->priority == SB_OUTBOX_ANSWER)
		assert_int_equal(sb_outbox_put(self, &copy), 0);
}

static void
what_is_put_while_it_is_cleared_stays(void **state)
{
	struct sb_outbox outbox;

	(void)state;
	sb_outbox_init(&outbox, &plain, limits);
	put(&outbox, SB_OUTBOX_BULK, "", "b");
	put(&outbox, SB_OUTBOX_ANSWER, "#c", "c");
	put(&outbox, SB_OUTBOX_ANSWER, "#d", "d");
	sb_outbox_clear(&outbox, put_again, &outbox);
	assert_string_equal(sent_in_time(&outbox), "c d ");
	sb_outbox_finish(&outbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(lines_go_by_priority_and_in_order_within_it),
		kit_test_bare(what_next_tells_is_what_was_put),
		kit_test_bare(targets_of_answers_take_turns),
		kit_test_bare(a_target_with_many_lines_does_not_keep_others_waiting),
		kit_test_bare(more_targets_than_there_are_turns_for_keep_their_order),
		kit_test_bare(who_shares_a_turn_goes_on_sharing_it_until_all_of_it_is_sent),
		kit_test_bare(the_window_may_be_filled_at_once_and_then_time_must_pass),
		kit_test_bare(bulk_leaves_a_part_of_the_window_to_answers),
		kit_test_bare(what_goes_at_once_waits_for_nothing_and_is_counted),
		kit_test_bare(a_line_that_costs_more_than_the_window_goes_when_nothing_stands_out),
		kit_test_bare(a_hold_lets_nothing_go_but_what_goes_at_once),
		kit_test_bare(the_wait_is_told_exactly_if_nothing_else_is_put),
		kit_test_bare(another_model_counts_at_once_also_for_what_waits),
		kit_test_bare(lines_and_bytes_are_bounded_for_each_priority),
		kit_test_bare(what_is_not_one_line_is_refused),
		kit_test_bare(each_crossing_of_the_level_is_told_once),
		kit_test_bare(lines_of_a_request_can_be_cancelled),
		kit_test_bare(clear_hands_over_what_was_not_sent_in_its_order),
		kit_test_bare(what_is_put_while_it_is_cleared_stays),
	};

	return kit_run(tests);
}
