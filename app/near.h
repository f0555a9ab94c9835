#ifndef QUOTH_NEAR_H
#define QUOTH_NEAR_H

/* What somebody may have meant who mistyped a name. Pure. */

#include <stddef.h>

enum {
	NEAR_CAP = 128, /* of what is written */
	NEAR_LONGEST = 24, /* bytes of a name that there is */
};

/* Writes those of the n names that the mistyped one begins, or else those that differ from it in
 * two letters at most, as "; perhaps --one or --two" with the prefix before each, or "" when there
 * are none. */
void near_find(const char *mistyped, const char *const *names, size_t n, const char *prefix,
	char ret_buf[NEAR_CAP]);

#endif
