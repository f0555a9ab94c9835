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

/* Forgets what is held, as for a new connection. */
SB_API void sb_line_reset(struct sb_lines *lines);

SB_C_END

#endif
