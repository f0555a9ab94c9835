/* Line framing, cut where the input says, against a naive reader of the whole. The first byte is
 * the limit and the policy, the second the rule of the cuts. */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/line.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the naive reader stands. */
struct naive {
	const uint8_t *text;
	size_t len, at;
	size_t limit;
	enum sb_line_policy policy;
};

/* The next line: the whole of it, or the beginning of one that is too long though its end has not
 * come. */
static enum sb_line
naive_next(struct naive *n, struct sb_bytes *ret_line)
{
	const uint8_t *begin = n->text + n->at;
	const uint8_t *end = n->at < n->len ? memchr(begin, '\n', n->len - n->at) : NULL;
	size_t len = end ? (size_t)(end - begin) : n->len - n->at;
	bool has_return = len && begin[len - 1] == '\r';

	n->at = end ? n->at + len + 1 : n->len;
	*ret_line = (struct sb_bytes){ begin, has_return ? len - 1 : len };
	if (ret_line->len > n->limit) {
		ret_line->len = n->limit;
		return n->policy == SB_LINE_DROP ? SB_LINE_LONG : SB_LINE_WHOLE;
	}
	return end ? SB_LINE_WHOLE : SB_LINE_NONE;
}

static void
compare(struct sb_lines *lines, struct naive *n)
{
	struct sb_bytes line, expected;
	enum sb_line got;

	while ((got = sb_line_next(lines, &line)) != SB_LINE_NONE) {
		sb_assert(naive_next(n, &expected) == got);
		sb_assert(line.len == expected.len);
		sb_assert(!line.len || !memcmp(line.ptr, expected.ptr, line.len));
	}
}

/* Feeds one piece as a copy of its own, so that a sanitizer sees a look beyond it. Some are taken
 * back at once, and fed again. */
static void
feed(struct sb_lines *lines, struct naive *n, size_t at, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	sb_assert(copy);
	memcpy(copy, n->text + at, len);
	sb_line_feed(lines, (struct sb_bytes){ copy, len });
	if (len % 3 == 0)
		sb_line_feed(lines, sb_line_unfeed(lines));
	compare(lines, n);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sb_lines lines;
	struct sb_bytes line;
	struct naive n;
	size_t at = 0, step, len;

	if (size < 2)
		return 0;
	n = (struct naive){ .text = data + 2,
		.len = size - 2,
		.limit = 1 + (data[0] & 0x7f),
		.policy = data[0] & 0x80 ? SB_LINE_CUT : SB_LINE_DROP };
	step = data[1];
	sb_line_init(&lines, n.limit, n.policy);
	while (at < n.len) {
		len = 1 + step % 17;
		len = len > n.len - at ? n.len - at : len;
		feed(&lines, &n, at, len);
		step = step * 31 + n.text[at];
		at += len;
	}
	/* What the naive reader has left is a line whose end has not come. */
	sb_assert(naive_next(&n, &line) == SB_LINE_NONE);
	sb_line_finish(&lines);
	return 0;
}
