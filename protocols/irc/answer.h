#ifndef PROTOCOLS_IRC_ANSWER_H
#define PROTOCOLS_IRC_ANSWER_H

/* The lines of an answer; what they say, <signalbox/irc_ask.h> reads. */

#include <signalbox/irc_ask.h>

#include "wire.h"

enum { SB_ANSWER_LINES_MAX = 4096, SB_ANSWER_BYTES_MAX = 1 << 20 };

/* Lines of which an answer may have many, so that the n-th is to be found at once. */
enum sb_answer_rows { SB_ROWS_WHO, SB_ROWS_LISTED, SB_ROWS_BANNED, SB_ROWS_KINDS };

struct sb_answer_entry;

/* Zeroed, it is empty. The members are private. */
struct sb_irc_answer {
	struct sb_answer_entry **entries;
	size_t n, cap, n_bytes;
	size_t n_rows[SB_ROWS_KINDS];
	bool has_lost; /* some were too many, or there was no memory for them */
	bool is_ended; /* the server has said all that there is */
};

/* Keeps a copy of the line, or notes that it could not. */
void sb_answer_add(struct sb_irc_answer *answer, const struct sb_wire_line *line);

/* Forgets the lines, and is empty. */
void sb_answer_clear(struct sb_irc_answer *answer);

#endif
