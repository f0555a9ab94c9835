#ifndef SIGNALBOX_LINE_H
#define SIGNALBOX_LINE_H

/* Cuts a stream of bytes into lines, each ended by \n or \r\n. Linear in the input, however it is
 * cut; a whole line inside one piece is not copied.
 *
 *     sb_line_feed(&lines, bytes);
 *     while ((got = sb_line_next(&lines, &line)) != SB_LINE_NONE)
 *         ...
 */

#include <signalbox/base.h>
#include <signalbox/stream.h>

SB_C_BEGIN

/* What becomes of a line longer than the limit. Either way the next line is found again at the next
 * line end. */
enum sb_line_policy {
	SB_LINE_DROP, /* told once as SB_LINE_LONG, with its first bytes up to the limit */
	SB_LINE_CUT, /* its first bytes up to the limit are the line */
};

enum sb_line {
	SB_LINE_NONE, /* feed more */
	SB_LINE_WHOLE, /* a line, without its end */
	SB_LINE_LONG, /* the beginning of one that is dropped */
	SB_LINE_NO_MEMORY, /* one was lost for want of memory; the next ones are read */
};

/* The caller's memory; the members are private. */
struct sb_lines {
	char *held; /* the beginning of a line whose end has not come */
	size_t held_len, held_cap;
	struct sb_bytes input;
	size_t limit;
	enum sb_line_policy policy;
	int state;
};

/* limit: bytes of a line without its end, at least 1. Nothing is allocated before the first line
 * that is cut. */
SB_API void sb_line_init(struct sb_lines *lines, size_t limit, enum sb_line_policy policy);

/* A zeroed or finished one is fine. */
SB_API void sb_line_finish(struct sb_lines *lines);

/* Gives it the next bytes, borrowed until sb_line_next() has returned SB_LINE_NONE, which it must
 * have done before the next feed. */
SB_API void sb_line_feed(struct sb_lines *lines, struct sb_bytes bytes);

/* The next line, borrowed until the next call. A \r before the \n is not part of it; another
 * is. */
SB_API enum sb_line sb_line_next(struct sb_lines *lines, struct sb_bytes *ret_line);

/* Takes back what was fed and is not read yet, to be fed again later, so that not all of its lines
 * are read at once. The line that was given last is the caller's no more. */
SB_API struct sb_bytes sb_line_unfeed(struct sb_lines *lines);

/* Forgets what is held, as for a new connection. */
SB_API void sb_line_reset(struct sb_lines *lines);

/* A stream that is read by lines. */
struct sb_line_reader;

/* As struct sb_protocol, with lines instead of bytes. Any but `line` and `closed` may be NULL. */
struct sb_line_protocol {
	void (*connected)(void *self, struct sb_stream *stream);
	/* A line, without its end; borrowed for the call. Not after close or abort. */
	void (*line)(void *self, struct sb_stream *stream, struct sb_bytes line);
	void (*drained)(void *self, struct sb_stream *stream);
	void (*closed)(void *self, struct sb_stream *stream, const struct sb_error *error);
};

/* Hands the stream to a protocol that is told whole lines; limit and policy as sb_line_init() has
 * them, and one that is too long to be told is passed over. A stream that is paused is still told
 * the lines that came together with the last one. Where memory lacks for a line it is aborted. The
 * reader goes when `closed` has returned, and until then it is destroyed by
 * sb_line_reader_destroy() only, and the stream not attached to another protocol.
 * Returns 0, or -ENOMEM, and the stream is the caller's. */
SB_API int sb_line_reader_create(struct sb_stream *stream, size_t limit, enum sb_line_policy policy,
	const struct sb_line_protocol *protocol, void *self, struct sb_line_reader **ret_reader);

/* Destroys the stream, too; nothing is called any more. In any callback. NULL is fine. */
SB_API void sb_line_reader_destroy(struct sb_line_reader *reader);

SB_C_END

#endif
