#ifndef PROTOCOLS_IRC_MULTILINE_H
#define PROTOCOLS_IRC_MULTILINE_H

/* Messages of several lines (IRCv3 draft/multiline): put together from the lines of a batch, and
 * made into one. No more than texts and their rules: the owner writes, and knows which lines belong
 * together. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

enum {
	SB_MULTILINE_MAX = 16 * 1024, /* bytes of a message, with a \n between two lines */
	SB_MULTILINE_LINES_MAX = 64,
};

/* ---- In ---- */

/* A message being put together. Large: for the heap. */
struct sb_multiline {
	size_t n_lines; /* without those that go on with another */
	size_t len;
	char text[SB_MULTILINE_MAX + 1]; /* at any time a text */
};

/* There is nothing yet. Nothing needs to be finished. */
void sb_multiline_init(struct sb_multiline *m);

/* Adds a line, after a \n; or, is_concat, as what goes on with the line before it, if there is one.
 * False, and nothing is added, when the message would pass the limits above: one tells what there
 * is, and begins anew. */
bool sb_multiline_add(struct sb_multiline *m, const char *line, bool is_concat);

/* ---- Out ---- */

/* Whether a text, whose lines end in \n or \r\n, the last perhaps not, may be a message: 0; -EINVAL
 * for a CR elsewhere, for a \1, and when all lines are empty; -EMSGSIZE when it passes the limits
 * above. */
int sb_multiline_check(const char *text);

/* The next line of *cursor, which begins as a text that may be a message and moves on; false after
 * the last. */
bool sb_multiline_next(const char **cursor, struct sb_bytes *ret_line);

struct sb_multiline_out {
	const char *reference; /* of the batch */
	const char *target;
	const char *text;
	size_t room; /* bytes of the text in one line */
};

/* What the server counts: lines, those that go on included, and bytes of the message. */
struct sb_multiline_size {
	size_t n_lines, n_bytes;
};

/* Writes the lines of a batch, each with its \r\n, into buf, of as many bytes as were counted before;
 * with NULL for buf they are counted. A line that is too long for the room is cut as irc_split.h
 * has it, but that all its bytes are there: the space at the cut ends the first piece, and no
 * formatting is opened again, since the pieces become one line anew.
 * Returns their length; or as sb_split_begin(), -EMSGSIZE for too little room. */
int sb_multiline_write(
	const struct sb_multiline_out *out, char *buf, struct sb_multiline_size *ret_size);

#endif
