#ifndef PROTOCOLS_IRC_SPLIT_UNITS_H
#define PROTOCOLS_IRC_SPLIT_UNITS_H

/* What a text consists of that is not to be cut: characters, and formatting codes with their
 * colours; for irc_split.c alone. */

#include <stdint.h>

#include "irc_split.h"

enum {
	SB_SPLIT_UNIT_MAX = 14, /* bytes of a unit: two hex colours */
	SB_SPLIT_OPEN_MAX = 6 + SB_SPLIT_UNIT_MAX + 7 + 2, /* and of what opens a format again */
};

/* How many of the len bytes of text, at least one, are its first unit. */
size_t sb_split_unit(const char *text, size_t len);

/* Whether a unit is a space or a code: nothing to be seen. */
bool sb_split_is_blank(const char *unit);

/* What is open after this unit. */
void sb_split_apply(struct sb_split_format *format, const char *unit, size_t len);

/* Writes what opens this format in a new line, before a text that begins with next, to buf, of
 * SB_SPLIT_OPEN_MAX bytes at least. Returns its length. */
size_t sb_split_open(const struct sb_split_format *format, char next, char *buf);

/* Looks at units one by one; begins as zero. */
struct sb_split_joiner {
	bool is_after_joiner;
	bool is_half_flag; /* the last was the first regional indicator of a pair */
};

/* Whether this unit belongs to the one before it. */
bool sb_split_joins(struct sb_split_joiner *joiner, const char *unit, size_t len);

#endif
