#ifndef QUOTH_CONFIG_DIFF_H
#define QUOTH_CONFIG_DIFF_H

/* What a configuration says that another one did not, for whoever reads the log of a reload.
 * Pure. */

#include "config.h"

/* Gets one difference, a line; borrowed for the call. */
typedef void config_difference_fn(void *self, const char *text);

/* Tells each difference: networks, by their names, in the order of the new ones, and those that are
 * gone after them; options with what they are and what they were, lists with what came (+) and went
 * (-). Passwords and keys are only said to be others. Returns how many there are. */
size_t config_diff(
	const struct config *from, const struct config *to, config_difference_fn *tell, void *self);

#endif
