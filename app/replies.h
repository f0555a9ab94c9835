#ifndef QUOTH_REPLIES_H
#define QUOTH_REPLIES_H

/* The lines of an answer on IRC, and how quotes are shown in them. Pure.
 *
 * An answer is at most REPLIES_MAX_LINES lines. Empty lines of a quote are left out, long ones wrapped,
 * control characters neutralised (text_clean()), and no line begins with what a program might take for
 * a command: a line that would begin with one of !.@~&$%+?/\-, or one of our prefixes, gets a space before it. */

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

/* Whether a quote can be shown whole within the bounds above: a quotes_fit_fn; self is not used. */
bool replies_fit(void *self, const struct quote *quote);

#endif
