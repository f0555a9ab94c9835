#include <signalbox/line.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

/* struct sb_lines, state */
enum {
	GIVEN = 1, /* what is held was the last line, and is over */
	SKIPS = 2, /* up to the next line end */
};

void
sb_line_init(struct sb_lines *lines, size_t limit, enum sb_line_policy policy)
{
	sb_assert(limit > 0 && limit < SIZE_MAX / 2);
	memset(lines, 0, sizeof(*lines));
	lines->limit = limit;
	lines->policy = policy;
}

void
sb_line_finish(struct sb_lines *lines)
{
	free(lines->held);
	memset(lines, 0, sizeof(*lines));
}

void
sb_line_reset(struct sb_lines *lines)
{
	lines->held_len = 0;
	lines->input = (struct sb_bytes){ NULL, 0 };
	lines->state = 0;
}

void
sb_line_feed(struct sb_lines *lines, struct sb_bytes bytes)
{
	sb_assert(!lines->input.len);
	lines->input = bytes;
}

struct sb_bytes
sb_line_unfeed(struct sb_lines *lines)
{
	struct sb_bytes rest = lines->input;

	lines->input = (struct sb_bytes){ NULL, 0 };
	return rest;
}

static const char *
take(struct sb_lines *lines, size_t len)
{
	const char *taken = lines->input.ptr;

	lines->input.len -= len;
	lines->input.ptr = lines->input.len ? taken + len : NULL;
	return taken;
}

/* Holds the next len bytes of the input too: never more than limit + 1 in all, the one being a \r
 * that may turn out to belong to the line's end. */
static int
hold(struct sb_lines *lines, size_t len)
{
	size_t need = lines->held_len + len, cap = lines->held_cap;
	char *held;

	if (need > cap) {
		cap = need > 2 * cap ? need : 2 * cap;
		cap = cap > lines->limit + 1 ? lines->limit + 1 : cap;
		held = realloc(lines->held, cap);
		if (!held)
			return -ENOMEM;
		lines->held = held;
		lines->held_cap = cap;
	}
	memcpy(lines->held + lines->held_len, take(lines, len), len);
	lines->held_len = need;
	return 0;
}

/* The line cannot be kept: what is left of it is skipped. */
static enum sb_line
lose(struct sb_lines *lines)
{
	lines->held_len = 0;
	lines->state = SKIPS;
	return SB_LINE_NO_MEMORY;
}

/* The first len bytes of what is held and then of the input, in one piece; the input loses them. */
static int
gather(struct sb_lines *lines, size_t len, struct sb_bytes *ret_line)
{
	if (!lines->held_len) {
		*ret_line = (struct sb_bytes){ take(lines, len), len };
		return 0;
	}
	if (len > lines->held_len && hold(lines, len - lines->held_len))
		return -ENOMEM;
	lines->state |= GIVEN;
	*ret_line = (struct sb_bytes){ lines->held, len };
	return 0;
}

static char
byte_at(const struct sb_lines *lines, size_t at)
{
	const char *input = lines->input.ptr;

	return at < lines->held_len ? lines->held[at] : input[at - lines->held_len];
}

/* A line of len bytes, without its \n but perhaps with a \r before it, that stands whole in what is
 * held and in the input. */
static enum sb_line
end_line(struct sb_lines *lines, size_t len, struct sb_bytes *ret_line)
{
	size_t kept = len && byte_at(lines, len - 1) == '\r' ? len - 1 : len;
	size_t given = kept > lines->limit ? lines->limit : kept;

	/* The end goes with the next call, so that what is given may be a part of the input. */
	lines->state = SKIPS;
	if (gather(lines, given, ret_line))
		return lose(lines);
	return kept > lines->limit && lines->policy == SB_LINE_DROP ? SB_LINE_LONG : SB_LINE_WHOLE;
}

/* The line of len bytes so far goes on beyond the input: is held, unless it is too long already. */
static enum sb_line
begin_line(struct sb_lines *lines, size_t len, struct sb_bytes *ret_line)
{
	if (len > lines->limit && (len > lines->limit + 1 || byte_at(lines, len - 1) != '\r'))
		return end_line(lines, len, ret_line);
	return hold(lines, lines->input.len) ? lose(lines) : SB_LINE_NONE;
}

/* The usual one: short enough, and all of it in the input up to the \n at `end`, which goes with it. */
static bool
take_whole(struct sb_lines *lines, const char *end, struct sb_bytes *ret_line)
{
	const char *input = lines->input.ptr;
	size_t len = (size_t)(end - input), kept = len && end[-1] == '\r' ? len - 1 : len;

	if (lines->held_len || kept > lines->limit)
		return false;
	*ret_line = (struct sb_bytes){ take(lines, len + 1), kept };
	return true;
}

static void
skip(struct sb_lines *lines)
{
	const char *input = lines->input.ptr, *end = memchr(input, '\n', lines->input.len);

	if (end)
		lines->state &= ~SKIPS;
	take(lines, end ? (size_t)(end - input) + 1 : lines->input.len);
}

/* What was given goes, and what is to be skipped. */
static void
leave_last(struct sb_lines *lines)
{
	if (lines->state & GIVEN)
		lines->held_len = 0;
	lines->state &= ~GIVEN;
	if (lines->state & SKIPS && lines->input.len)
		skip(lines);
}

enum sb_line
sb_line_next(struct sb_lines *lines, struct sb_bytes *ret_line)
{
	const char *input, *end;

	if (lines->state)
		leave_last(lines);
	if (!lines->input.len)
		return SB_LINE_NONE;
	input = lines->input.ptr;
	end = memchr(input, '\n', lines->input.len);
	if (end && take_whole(lines, end, ret_line))
		return SB_LINE_WHOLE;
	if (end)
		return end_line(lines, lines->held_len + (size_t)(end - input), ret_line);
	return begin_line(lines, lines->held_len + lines->input.len, ret_line);
}
