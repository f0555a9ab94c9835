#ifndef QUOTH_REPLIES_H
#define QUOTH_REPLIES_H

/* The lines of an answer on IRC, and how quotes are shown in them. Pure.
 *
 * An answer is at most REPLIES_MAX_LINES lines. Empty lines of a quote are left out, long ones
 * wrapped, control characters neutralised (text_clean()), and no line begins with what a program
 * might take for a command: a line that would begin with one of !.@~&$%+?/\-, or one of our
 * prefixes, gets a space before it. */

#include <signalbox/base.h>

#include "quotes.h"

enum {
	REPLIES_MAX_LINES = 6,
	REPLIES_MAX_LINE = 400, /* bytes of a line */
};

struct replies {
	size_t n; /* 0: silence */
	char lines[REPLIES_MAX_LINES][REPLIES_MAX_LINE + 1]; /* none is empty */
	bool is_private; /* for who asked alone: an error */
};

/* Adds a line, cleaned, and cut between characters where it is too long. Nothing where nothing of
 * it can be seen. There must be room. */
SB_PRINTF(2, 3)
void replies_say(struct replies *replies, const char *format, ...);

/* Adds the lines of a quote, as they are shown, from the line `from` on (from 0), as far as there
 * is room, and its id and the note (NULL or "" for none) behind the last: "to be (12, one of 3)".
 * Where not all have room, the last says so, and that `more`, a command, gives the rest. Returns
 * the line to go on from; 0 when there is nothing more. */
size_t replies_show(struct replies *replies, const struct quote *quote, size_t from,
	const char *note, const char *more);

/* Writes the beginning of a quote, in one line, at most cap - 1 bytes and a NUL, and "..." at its
 * end where there is more; cap is at least 8. */
void replies_begin(const struct quote *quote, char *ret_buf, size_t cap);

/* Puts a space before each line that would begin with what might be taken for a command. Prefixes
 * that are empty or begin with a space count for nothing. Called once, last. */
void replies_guard(struct replies *replies, const char *const *prefixes, size_t n_prefixes);

/* Whether a quote can be shown whole within the bounds above: a quotes_fit_fn; self is not used. */
bool replies_fit(void *self, const struct quote *quote);

#endif
