#ifndef PROTOCOLS_IRC_SPLIT_H
#define PROTOCOLS_IRC_SPLIT_H

#include <stddef.h>

/* How many of the len bytes of text go into a line that has room for that many: all, or up to a
 * space in the second half of the room, or between two characters. room at least 4. *ret_next:
 * where the next line begins, past that space. */
size_t sb_irc_split_(const char *text, size_t len, size_t room, size_t *ret_next);

#endif
