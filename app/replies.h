#ifndef QUOTH_REPLIES_H
#define QUOTH_REPLIES_H

/* What Quoth answers to what people say: from a message to the lines of an answer. Pure: no
 * network, no clock; the random number is given to it.
 *
 * A command is `!quote` or `!help`; also without the `!` where it is said to us alone or after our
 * nick and a colon or a comma. Everything else is met with silence.
 *
 *     quote            one at random
 *     quote 12         that one
 *     quote two words  one that holds both words; of more than QUOTES_MAX_WORDS the first ones
 *     help             says so
 *
 * An answer is at most REPLIES_MAX_LINES lines. At random, quotes that would be longer are passed
 * over; one that was asked for shows its beginning and says how many lines it
 * has, but where one of them is too long to be counted. Empty lines of a quote
 * are left out, long ones wrapped, control characters neutralised (text_clean()), and no line begins
 * with the `!` that another program might take for a command. */

#include <signalbox/base.h>

#include "quotes.h"

enum {
	REPLIES_MAX_LINES = 6,
	REPLIES_MAX_LINE = 400, /* bytes of a line */
};

struct question {
	const char *text; /* what was said */
	const char *our_nick;
	bool is_private; /* whether it was said to us alone */
};

struct replies {
	size_t n; /* 0: silence */
	char lines[REPLIES_MAX_LINES][REPLIES_MAX_LINE + 1]; /* none is empty */
};

/* Fills in *ret_replies with the answer. The same arguments get the same answer. */
void replies_make(const struct quotes *quotes, const struct question *question, uint64_t random,
	struct replies *ret_replies);

/* Whether a quote can be shown whole within the bounds above: a quotes_fit_fn; self is not used. */
bool replies_fit(void *self, const struct quote *quote);

#endif
