#ifndef PROTOCOLS_IRCD_MASKS_H
#define PROTOCOLS_IRCD_MASKS_H

/* Masks of people, "nick!user@host" with * and ?. */

#include <stdbool.h>
#include <stddef.h>

/* The mask that a client meant: "nick", "user@host" or "nick!user" made whole. False when it does not
 * fit into cap bytes with its NUL, or cannot stand in a line. */
bool sb_ircd_complete_mask(const char *text, char *buf, size_t cap);

#endif
