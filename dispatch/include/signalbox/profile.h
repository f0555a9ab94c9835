#ifndef SIGNALBOX_PROFILE_H
#define SIGNALBOX_PROFILE_H

/* How often each connection was called and how long that took, and who took too long. An observer
 * (<signalbox/observer.h>): while there is none, it costs nothing. Times are those of the
 * dispatcher's loop (<signalbox/later.h>), and 0 without one. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/dispatcher.h>
#include <signalbox/observer.h>

SB_C_BEGIN

struct sb_profile;

/* A call took longer than the limit. emission, receiver: borrowed for the call; the sender and the
 * receiver's self may be gone. May do what an observer may. */
typedef void sb_slow_fn(void *self, const struct sb_emission *emission,
	const struct sb_receiver *receiver, int64_t took_ns);

/* Counts from now on. slow, if not NULL, is told of each call that took more than slow_ns, those
 * nested in it included. The dispatcher may be destroyed before the profile: what was counted stays
 * to be read. Where many connections have ended, those of one place are counted as one: so it takes
 * no more memory than for the connections there are and the places of the program. NULL when out of
 * memory, or d is destroyed. */
SB_API struct sb_profile *sb_profile_create(
	struct sb_dispatcher *d, int64_t slow_ns, sb_slow_fn *slow, void *self);
/* NULL is fine. */
SB_API void sb_profile_destroy(struct sb_profile *profile);

struct sb_profile_entry {
	/* May have ended; serial 0: of an expectation, or of several that have. */
	struct sb_connection connection;
	const char *place;
	const char *name; /* of the signal last heard; one of a pattern hears several */
	bool is_pattern;
	uint64_t n_calls, n_failed;
	int64_t total_ns, most_ns;
	int64_t own_ns; /* of the total, without the emissions nested in it */
};

/* Writes the next connection that was called, in the order of their first calls, and returns true;
 * or returns false after the last. *cursor starts at 0; what is called meanwhile may be seen or
 * not. The entry is a copy, its texts live as long as their owners: the place and the signal's
 * table. */
SB_API bool sb_profile_next(
	const struct sb_profile *profile, size_t *cursor, struct sb_profile_entry *ret_entry);

/* Calls of connections for which there was no memory. */
SB_API uint64_t sb_profile_n_lost(const struct sb_profile *profile);

SB_C_END

#endif
