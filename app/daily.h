#ifndef QUOTH_DAILY_H
#define QUOTH_DAILY_H

/* What Quoth sends as the quote of the day: a quote's lines, made fit to be shown. Pure. */

#include <signalbox/qotd.h>

#include "quotes.h"

/* Room for the text of a quote of the day, and a bit more to see that one is longer. */
enum { DAILY_CAP = SB_QOTD_MAX + 8 };

/* Writes a quote for sb_qotd_answer(): its lines, each cleaned by text_clean(), with \n between.
 * Returns whether it is whole; if not, it is the beginning of one that passes SB_QOTD_MAX bytes,
 * with \r\n after each line. */
bool daily_write(const struct quote *quote, char ret_text[DAILY_CAP]);

/* Whether it is whole, and something in it can be seen: a quotes_fit_fn; self is not used. */
bool daily_fits(void *self, const struct quote *quote);

#endif
