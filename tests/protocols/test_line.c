/* Line framing, against what a look at the whole text says, however the text is cut. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The allocations of the code under test, to be counted and made to fail. */
static size_t n_reallocs, n_bytes_asked;
static bool has_no_memory;

static void *
counting_realloc(void *old, size_t size)
{
	n_reallocs++;
	n_bytes_asked += size;
	return has_no_memory ? NULL : (realloc)(old, size);
}

#define realloc counting_realloc
#include "protocols/line/line.c"
#undef realloc

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int
set_up(void **state)
{
	(void)state;
	n_reallocs = n_bytes_asked = 0;
	has_no_memory = false;
	return 0;
}

/* What came out, as text: each line in [] when whole, in <> when too long, "!" for no memory. */
struct output {
	char text[4096];
	size_t len;
};

static void
put(struct output *out, char before, struct sb_bytes line, char after)
{
	assert_true(out->len + line.len + 3 < sizeof(out->text));
	out->text[out->len++] = before;
	if (line.len)
		memcpy(out->text + out->len, line.ptr, line.len);
	out->len += line.len;
	out->text[out->len++] = after;
	out->text[out->len] = '\0';
}

static void
feed(struct sb_lines *lines, const char *bytes, size_t len, struct output *out)
{
	/* A copy of its own, so that a sanitizer sees a look beyond it, or after it. */
	char *copy = malloc(len ? len : 1);
	struct sb_bytes line;
	enum sb_line got;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	sb_line_feed(lines, (struct sb_bytes){ copy, len });
	while ((got = sb_line_next(lines, &line)) != SB_LINE_NONE) {
		if (got == SB_LINE_NO_MEMORY)
			put(out, '!', (struct sb_bytes){ NULL, 0 }, '!');
		else
			put(out, got == SB_LINE_LONG ? '<' : '[', line,
				got == SB_LINE_LONG ? '>' : ']');
	}
	free(copy);
}

/* The same, but what is left after each line is taken back and fed again from elsewhere. */
static void
feed_again_and_again(struct sb_lines *lines, const char *bytes, size_t len, struct output *out)
{
	struct sb_bytes rest = { bytes, len }, line;
	enum sb_line got;
	char *copy;

	do {
		copy = malloc(rest.len ? rest.len : 1);
		assert_non_null(copy);
		if (rest.len)
			memcpy(copy, rest.ptr, rest.len);
		sb_line_feed(lines, (struct sb_bytes){ copy, rest.len });
		got = sb_line_next(lines, &line);
		if (got != SB_LINE_NONE)
			put(out, got == SB_LINE_LONG ? '<' : '[', line,
				got == SB_LINE_LONG ? '>' : ']');
		rest.len = sb_line_unfeed(lines).len;
		rest.ptr = bytes + len - rest.len;
		assert_int_equal(sb_line_unfeed(lines).len, 0);
		free(copy);
	} while (got != SB_LINE_NONE);
}

struct example {
	size_t limit;
	enum sb_line_policy policy;
	const char *input, *output;
};

static const struct example examples[] = {
	{ 8, SB_LINE_DROP, "", "" },
	{ 8, SB_LINE_DROP, "\n", "[]" },
	{ 8, SB_LINE_DROP, "\r\n", "[]" },
	{ 8, SB_LINE_DROP, "a\nbc\r\nd", "[a][bc]" },
	{ 8, SB_LINE_DROP, "a\n\n\r\nb\n", "[a][][][b]" },
	{ 8, SB_LINE_DROP, "a\rb\r\n", "[a\rb]" },
	{ 8, SB_LINE_DROP, "a\r\r\n", "[a\r]" },
	{ 8, SB_LINE_DROP, "\r\r\r\n\r", "[\r\r]" },
	{ 4, SB_LINE_DROP, "abcd\nabcd\r\n", "[abcd][abcd]" },
	{ 4, SB_LINE_DROP, "abcde\nfg\n", "<abcd>[fg]" },
	{ 4, SB_LINE_DROP, "abcde\r\nfg\r\n", "<abcd>[fg]" },
	{ 4, SB_LINE_DROP, "abcd\re\r\nfg\r\n", "<abcd>[fg]" },
	{ 4, SB_LINE_DROP, "abcd\r\r\nfg\r\n", "<abcd>[fg]" },
	{ 4, SB_LINE_DROP, "abcdefghijklmnop\nq\nrstuvwxyz\n\n", "<abcd>[q]<rstu>[]" },
	{ 4, SB_LINE_CUT, "abcdefghijklmnop\nq\nrstuvwxyz\n\n", "[abcd][q][rstu][]" },
	{ 4, SB_LINE_CUT, "abcd\r\nabcde\r\nabc\r\r\n", "[abcd][abcd][abc\r]" },
	{ 1, SB_LINE_DROP, "\na\nab\n\rb\n\r\n", "[][a]<a><\r>[]" },
	{ 1, SB_LINE_CUT, "\na\nab\n\rb\n\r\n", "[][a][a][\r][]" },
};

enum { N_EXAMPLES = sizeof(examples) / sizeof(examples[0]) };

static void
lines_come_out_wherever_the_input_is_cut_in_three(void **state)
{
	size_t i, a, b;

	(void)state;
	for (i = 0; i < N_EXAMPLES; i++) {
		const struct example *e = &examples[i];
		size_t len = strlen(e->input);

		for (a = 0; a <= len; a++)
			for (b = a; b <= len; b++) {
				struct output out = { .text = "" };
				struct sb_lines lines;

				sb_line_init(&lines, e->limit, e->policy);
				feed(&lines, e->input, a, &out);
				feed(&lines, e->input + a, b - a, &out);
				feed(&lines, e->input + b, len - b, &out);
				assert_string_equal(out.text, e->output);
				sb_line_finish(&lines);
			}
	}
}

static void
lines_come_out_byte_by_byte(void **state)
{
	size_t i, at;

	(void)state;
	for (i = 0; i < N_EXAMPLES; i++) {
		const struct example *e = &examples[i];
		struct output out = { .text = "" };
		struct sb_lines lines;

		sb_line_init(&lines, e->limit, e->policy);
		for (at = 0; e->input[at]; at++)
			feed(&lines, e->input + at, 1, &out);
		assert_string_equal(out.text, e->output);
		sb_line_finish(&lines);
	}
}

static void
what_is_not_read_can_be_fed_again(void **state)
{
	size_t i, at;

	(void)state;
	for (i = 0; i < N_EXAMPLES; i++) {
		const struct example *e = &examples[i];
		size_t len = strlen(e->input);

		for (at = 0; at <= len; at++) {
			struct output out = { .text = "" };
			struct sb_lines lines;

			sb_line_init(&lines, e->limit, e->policy);
			feed_again_and_again(&lines, e->input, at, &out);
			feed_again_and_again(&lines, e->input + at, len - at, &out);
			assert_string_equal(out.text, e->output);
			sb_line_finish(&lines);
		}
	}
}

static void
a_line_too_long_is_told_before_its_end_comes(void **state)
{
	struct sb_lines lines;
	struct output out = { .text = "" };

	(void)state;
	sb_line_init(&lines, 4, SB_LINE_DROP);
	feed(&lines, "abcdef", 6, &out);
	assert_string_equal(out.text, "<abcd>");
	feed(&lines, "ghijkl", 6, &out);
	feed(&lines, "mno\np\n", 6, &out);
	assert_string_equal(out.text, "<abcd>[p]");
	sb_line_finish(&lines);
}

static void
a_nul_is_a_byte_like_others(void **state)
{
	struct sb_lines lines;
	struct sb_bytes line;

	(void)state;
	sb_line_init(&lines, 8, SB_LINE_DROP);
	sb_line_feed(&lines, (struct sb_bytes){ "a\0b\n", 4 });
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_WHOLE);
	assert_int_equal(line.len, 3);
	assert_memory_equal(line.ptr, "a\0b", 3);
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_NONE);
	sb_line_finish(&lines);
}

static void
a_whole_line_within_a_piece_is_not_copied(void **state)
{
	static const char input[] = "abc\r\nd\n";
	struct sb_lines lines;
	struct sb_bytes line;

	(void)state;
	sb_line_init(&lines, 8, SB_LINE_DROP);
	sb_line_feed(&lines, (struct sb_bytes){ input, strlen(input) });
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_WHOLE);
	assert_ptr_equal(line.ptr, input);
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_WHOLE);
	assert_ptr_equal(line.ptr, input + 5);
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_NONE);
	assert_int_equal(n_reallocs, 0);
	sb_line_finish(&lines);
}

static void
holding_a_line_is_linear_and_keeps_to_the_limit(void **state)
{
	/* No power of two: what doubles must stop short. */
	enum { LIMIT = 50000 };
	struct sb_lines lines;
	struct output out = { .text = "" };
	size_t i;

	(void)state;
	sb_line_init(&lines, LIMIT, SB_LINE_CUT);
	for (i = 0; i < LIMIT; i++)
		feed(&lines, "x", 1, &out);
	assert_int_equal(out.len, 0);
	assert_true(lines.held_cap <= LIMIT + 1);
	assert_true(n_reallocs <= 20);
	assert_true(n_bytes_asked <= 4 * LIMIT);
	sb_line_finish(&lines);
}

static void
without_memory_one_line_is_lost_and_the_next_is_read(void **state)
{
	struct sb_lines lines;
	struct output out = { .text = "" };

	(void)state;
	sb_line_init(&lines, 8, SB_LINE_DROP);
	has_no_memory = true;
	feed(&lines, "a\nlo", 4, &out);
	feed(&lines, "st\nb\nc", 6, &out);
	assert_string_equal(out.text, "[a]!![b]!!");
	has_no_memory = false;
	feed(&lines, "\nd", 2, &out);
	feed(&lines, "e\n", 2, &out);
	assert_string_equal(out.text, "[a]!![b]!![de]");
	sb_line_finish(&lines);
}

static void
a_line_that_cannot_grow_to_its_end_is_lost(void **state)
{
	struct sb_lines lines;
	struct output out = { .text = "" };

	(void)state;
	sb_line_init(&lines, 64, SB_LINE_DROP);
	feed(&lines, "ab", 2, &out);
	has_no_memory = true;
	feed(&lines, "cdefgh\ni\n", 9, &out);
	assert_string_equal(out.text, "!![i]");
	sb_line_finish(&lines);
}

static void
a_reset_forgets_the_line_begun_and_the_line_skipped(void **state)
{
	struct sb_lines lines;
	struct output out = { .text = "" };
	struct sb_bytes line;

	(void)state;
	sb_line_init(&lines, 4, SB_LINE_DROP);
	feed(&lines, "abc", 3, &out);
	sb_line_reset(&lines);
	feed(&lines, "d\n", 2, &out);
	feed(&lines, "toolong", 7, &out);
	sb_line_reset(&lines);
	feed(&lines, "e\n", 2, &out);
	assert_string_equal(out.text, "[d]<tool>[e]");

	/* Also in the midst of a piece, which is then over. */
	sb_line_feed(&lines, (struct sb_bytes){ "f\ng\n", 4 });
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_WHOLE);
	sb_line_reset(&lines);
	assert_int_equal(sb_line_next(&lines, &line), SB_LINE_NONE);
	sb_line_finish(&lines);
}

static void
finish_takes_what_is_zeroed_or_finished(void **state)
{
	struct sb_lines lines = { .held = NULL };

	(void)state;
	sb_line_finish(&lines);
	sb_line_init(&lines, 4, SB_LINE_DROP);
	sb_line_finish(&lines);
	sb_line_finish(&lines);
	assert_null(lines.held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lines_come_out_wherever_the_input_is_cut_in_three, set_up),
		cmocka_unit_test_setup(lines_come_out_byte_by_byte, set_up),
		cmocka_unit_test_setup(what_is_not_read_can_be_fed_again, set_up),
		cmocka_unit_test_setup(a_line_too_long_is_told_before_its_end_comes, set_up),
		cmocka_unit_test_setup(a_nul_is_a_byte_like_others, set_up),
		cmocka_unit_test_setup(a_whole_line_within_a_piece_is_not_copied, set_up),
		cmocka_unit_test_setup(holding_a_line_is_linear_and_keeps_to_the_limit, set_up),
		cmocka_unit_test_setup(
			without_memory_one_line_is_lost_and_the_next_is_read, set_up),
		cmocka_unit_test_setup(a_line_that_cannot_grow_to_its_end_is_lost, set_up),
		cmocka_unit_test_setup(a_reset_forgets_the_line_begun_and_the_line_skipped, set_up),
		cmocka_unit_test_setup(finish_takes_what_is_zeroed_or_finished, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
