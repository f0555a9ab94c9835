#ifndef PROTOCOLS_IRC_ISUPPORT_VALUES_H
#define PROTOCOLS_IRC_ISUPPORT_VALUES_H

/* What the values of the keys that we know say; for isupport.c alone. */

#include "isupport.h"

/* One of those keys. */
struct sb_isupport_rule;

/* NULL for a key that we do not know. */
const struct sb_isupport_rule *sb_isupport_rule_find(const char *key);

/* Makes the members that it says, or those of all, what they are while nothing is said. */
void sb_isupport_rule_reset(struct sb_isupport *is, const struct sb_isupport_rule *rule);
void sb_isupport_rules_reset(struct sb_isupport *is);

/* Takes a value, "" for none, into the members. Returns whether it made sense; if not, they are as
 * before. *ret_why is set to what is wrong with it, and left alone when nothing is. */
bool sb_isupport_rule_apply(struct sb_isupport *is, const struct sb_isupport_rule *rule,
	const char *value, const char **ret_why);

/* One of "name:number,name:,...". The name is not NUL-terminated. */
struct sb_isupport_pair {
	const char *name;
	size_t len;
	uint32_t limit; /* 1 to SB_ISUPPORT_LEN_MAX, or SB_ISUPPORT_NO_LIMIT for none */
};

/* Reads the pair at *at, and moves on to the next; false for what is none, and at the end. */
bool sb_isupport_pair_next(const char **at, struct sb_isupport_pair *ret_pair);

#endif
