#ifndef SIGNALBOX_WATCHDOG_PRIVATE_H
#define SIGNALBOX_WATCHDOG_PRIVATE_H

/* What the thread of a watchdog makes of what it reads, as functions of that alone. */

#include <stdbool.h>
#include <stdint.h>

/* What was published, as read at one moment. */
struct published {
	int64_t began_ns; /* the turn; 0: none is in progress */
	const char *place;
};

/* What has been seen of the turn in progress. The place in which the reactor was for longest is to
 * blame, and not the one in which it is by chance when the limit is passed. */
struct sight {
	int64_t began_ns;
	const char *place; /* where it was last, */
	int64_t since_ns; /* since then, as far as was seen */
	const char *longest;
	int64_t longest_ns;
	bool was_told;
};

/* Whether to tell now, once a turn, that it takes longer than limit_ns; with *ret_place, who it
 * is. */
bool sb_sight_look(struct sight *sight, int64_t limit_ns, int64_t now_ns,
	const struct published *published, const char **ret_place);

/* Whether the loop turns: no turn is in progress, or another one than *last_began_ns, which becomes
 * this one. */
bool sb_sight_turns(int64_t *last_began_ns, const struct published *published);

#endif
