#include "budget.h"
#include "recent.h"

#include <stdlib.h>

struct budget {
	struct recent *buckets;
};

struct bucket {
	int64_t full_ns; /* when it is full again */
	bool is_told;
};

struct budget *
budget_create(uint64_t seed)
{
	struct budget *budget = calloc(1, sizeof(*budget));

	if (!budget)
		return NULL;
	budget->buckets = recent_create(BUDGET_MAX_KEYS, sizeof(struct bucket), NULL, seed);
	if (!budget->buckets) {
		free(budget);
		return NULL;
	}
	return budget;
}

void
budget_destroy(struct budget *budget)
{
	if (!budget)
		return;
	recent_destroy(budget->buckets);
	free(budget);
}

static int
within(int value, int min, int max)
{
	return value < min ? min : value > max ? max : value;
}

bool
budget_take(struct budget *budget, const char *key, struct budget_rate rate, int64_t now_ns,
	bool *ret_is_first)
{
	int64_t every_ns = within(rate.every_s, 0, BUDGET_MAX_EVERY_S) * INT64_C(1000000000);
	int64_t room_ns = within(rate.burst, 1, BUDGET_MAX_BURST) * every_ns;
	struct bucket *bucket;

	*ret_is_first = false;
	if (!every_ns)
		return true;
	bucket = recent_make(budget->buckets, key);
	if (!bucket)
		return false;
	/* Beyond what this rate fills: it was a slower one before. */
	if (bucket->full_ns > now_ns + room_ns)
		bucket->full_ns = now_ns + room_ns;
	if (bucket->full_ns <= now_ns) {
		bucket->full_ns = now_ns;
		bucket->is_told = false;
	}
	if (bucket->full_ns - now_ns <= room_ns - every_ns) {
		bucket->full_ns += every_ns;
		return true;
	}
	*ret_is_first = !bucket->is_told;
	bucket->is_told = true;
	return false;
}
