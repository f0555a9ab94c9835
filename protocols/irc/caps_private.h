#ifndef PROTOCOLS_IRC_CAPS_PRIVATE_H
#define PROTOCOLS_IRC_CAPS_PRIVATE_H

/* What the table of capabilities says, and the words of the server's lists. */

#include "caps.h"

/* A word of a list. */
struct caps_word {
	const char *name; /* without what is in front of it */
	size_t name_len;
	struct sb_bytes value; /* after its "=" */
	bool is_minus; /* there was a "-" in front */
};

/* One of the names of the capability i, the one we like best first; NULL when there are no more. */
const char *sb_caps_alias_(const struct sb_caps *caps, size_t i, size_t alias);

/* The bits of what it needs; all less than its own. */
uint64_t sb_caps_needs_(size_t i);

/* Whether it is wanted where nobody says; of a known one. */
bool sb_caps_is_wanted_(size_t i);

/* Where its value is kept, and in how many bytes; NULL for nowhere. */
char *sb_caps_place_(struct sb_caps *caps, size_t i, size_t *ret_cap);

/* The next word of *cursor that is a name of a capability, which moves on; NULL after the last. */
struct sb_caps_entry *sb_caps_next_known_(struct sb_caps *caps, const char **cursor,
	struct caps_word *ret_word, size_t *ret_i, uint8_t *ret_alias);

#endif
