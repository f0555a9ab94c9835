#include "turns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether no line may be taken now. */
static bool
must_wait(const struct sb_turns *turns)
{
	return turns->is_held || (turns->waits_for_reader && sb_stream_is_full(turns->stream));
}

/* Takes the lines of one turn, unless the peer has to read first. Returns how many of the bytes are
 * done with: all of them where the rest is dropped. */
static size_t
take_some(struct sb_turns *turns, struct sb_bytes bytes)
{
	struct sb_bytes line;
	enum sb_line got;
	int n;

	sb_line_feed(&turns->lines, bytes);
	for (n = 0; n < SB_TURNS_LINES && !must_wait(turns); n++) {
		got = sb_line_next(&turns->lines, &line);
		if (got == SB_LINE_NONE)
			return bytes.len;
		if (!turns->take(turns->self, got, line) && turns->stream)
			continue;
		/* Reads on without telling anybody, so that a line begun in here ends where it
		 * ends. */
		while (sb_line_next(&turns->lines, &line) != SB_LINE_NONE)
			;
		return bytes.len;
	}
	return bytes.len - sb_line_unfeed(&turns->lines).len;
}

static void
clear_backlog(struct sb_turns *turns)
{
	free(turns->backlog);
	turns->backlog = NULL;
	turns->backlog_at = turns->backlog_len = 0;
}

/* What is left waits for another turn: the next, or when what we have written is read, or when it is
 * held no more. */
static void
wait_for_turn(struct sb_turns *turns)
{
	if (turns->is_held) {
		sb_stream_resume(turns->stream);
		return;
	}
	sb_stream_pause(turns->stream);
	if (!turns->waits_for_reader || !sb_stream_is_full(turns->stream))
		sb_timer_start(&turns->timer, 0);
}

static void
on_turn(void *self)
{
	struct sb_turns *turns = self;

	turns->is_held = false;
	if (!turns->backlog)
		return;
	turns->backlog_at += take_some(turns, (struct sb_bytes){ turns->backlog + turns->backlog_at,
						      turns->backlog_len - turns->backlog_at });
	/* Stopped: somebody may still look at the line in the backlog. */
	if (!turns->stream)
		return;
	if (turns->backlog_at < turns->backlog_len) {
		wait_for_turn(turns);
		return;
	}
	clear_backlog(turns);
	sb_stream_resume(turns->stream);
}

int
sb_turns_init(struct sb_turns *turns, struct sb_reactor *r, size_t limit, bool waits_for_reader,
	sb_turns_fn *take, const char *place, void *self)
{
	*turns = (struct sb_turns){
		.waits_for_reader = waits_for_reader, .take = take, .self = self
	};
	sb_line_init(&turns->lines, limit, SB_LINE_DROP);
	return sb_timer_init(&turns->timer, r, on_turn, place, turns);
}

void
sb_turns_begin(struct sb_turns *turns, struct sb_stream *stream)
{
	sb_turns_stop(turns);
	clear_backlog(turns);
	sb_line_reset(&turns->lines);
	turns->stream = stream;
}

/* Adds to what waits. */
static int
keep(struct sb_turns *turns, const char *bytes, size_t len)
{
	size_t waiting = turns->backlog_len - turns->backlog_at;
	char *backlog;

	if (turns->is_held && waiting + len > turns->held_max)
		return -ENOBUFS;
	backlog = malloc(waiting + len);
	if (!backlog)
		return -ENOMEM;
	if (waiting)
		memcpy(backlog, turns->backlog + turns->backlog_at, waiting);
	memcpy(backlog + waiting, bytes, len);
	clear_backlog(turns);
	turns->backlog = backlog;
	turns->backlog_len = waiting + len;
	return 0;
}

int
sb_turns_feed(struct sb_turns *turns, struct sb_bytes bytes)
{
	const char *begin = bytes.ptr;
	size_t taken;
	int error;

	if (!turns->stream)
		return 0;
	sb_assert(!turns->backlog || turns->is_held);
	taken = take_some(turns, bytes);
	if (taken == bytes.len)
		return 0;
	error = keep(turns, begin + taken, bytes.len - taken);
	if (!error)
		wait_for_turn(turns);
	return error;
}

void
sb_turns_hold(struct sb_turns *turns, int64_t ns, size_t max)
{
	if (!turns->stream)
		return;
	turns->is_held = true;
	turns->held_max = max;
	sb_timer_start(&turns->timer, ns);
}

void
sb_turns_drained(struct sb_turns *turns)
{
	if (turns->stream && turns->backlog && !turns->is_held)
		sb_timer_start(&turns->timer, 0);
}

void
sb_turns_stop(struct sb_turns *turns)
{
	turns->stream = NULL;
	turns->is_held = false;
	sb_timer_stop(&turns->timer);
}

void
sb_turns_retire(struct sb_turns *turns)
{
	turns->stream = NULL;
	sb_timer_finish(&turns->timer);
}

void
sb_turns_finish(struct sb_turns *turns)
{
	sb_line_finish(&turns->lines);
	free(turns->backlog);
	turns->backlog = NULL;
}
