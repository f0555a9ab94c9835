#ifndef QUOTH_BUDGET_H
#define QUOTH_BUDGET_H

/* How much is answered: a bucket for each of many keys, people or channels, with room for so many
 * answers, into which one more falls every so many seconds. Pure: the time is given to it.
 *
 * Of at most BUDGET_MAX_KEYS keys; those longest unused are forgotten, as if their buckets were
 * full. */

#include <stdbool.h>
#include <stdint.h>

struct budget;

enum {
	BUDGET_MAX_KEYS = 4096,
	BUDGET_MAX_BURST = 1000,
	BUDGET_MAX_EVERY_S = 24 * 60 * 60,
};

/* `burst` at once, and one more every every_s seconds. Numbers beyond the bounds count as the
 * bound, a burst below 1 as 1. every_s 0: no limit. */
struct budget_rate {
	int burst, every_s;
};

/* seed is a secret random number. NULL when out of memory. */
struct budget *budget_create(uint64_t seed);

/* NULL is fine. */
void budget_destroy(struct budget *budget);

/* Takes one from the key's bucket. Returns whether there was one; false too when out of memory. If
 * not, *ret_is_first is whether this is the first time since the bucket was last full: when a word
 * about it is due. now_ns is monotonic. */
bool budget_take(struct budget *budget, const char *key, struct budget_rate rate, int64_t now_ns,
	bool *ret_is_first);

#endif
