#include "recent.h"
#include "table.h"

#include <stdlib.h>

#include <signalbox/base.h>

/* One block: the record, its value, its key. */
struct record {
	UT_hash_handle hh;
	struct record *prev, *next; /* by use, the longest ago first */
	char *key;
	max_align_t value[];
};

struct recent {
	struct record *table, *by_use;
	size_t n, max, value_size;
	recent_drop_fn *drop;
	uint64_t seed;
};

struct recent *
recent_create(size_t max, size_t value_size, recent_drop_fn *drop, uint64_t seed)
{
	struct recent *recent = calloc(1, sizeof(*recent));

	sb_assert(max > 0);
	if (!recent)
		return NULL;
	recent->max = max;
	recent->value_size = value_size;
	recent->drop = drop;
	recent->seed = seed;
	return recent;
}

static void
drop(struct recent *recent, struct record *record)
{
	HASH_DEL(recent->table, record);
	DL_DELETE(recent->by_use, record);
	recent->n--;
	if (recent->drop)
		recent->drop(record->value);
	free(record);
}

void
recent_destroy(struct recent *recent)
{
	if (!recent)
		return;
	while (recent->by_use)
		drop(recent, recent->by_use);
	free(recent);
}

static struct record *
find(const struct recent *recent, const char *key)
{
	size_t len = strlen(key);
	struct record *record;

	HASH_FIND_BYHASHVALUE(
		hh, recent->table, key, len, table_hash(recent->seed, key, len), record);
	return record;
}

void *
recent_find(struct recent *recent, const char *key)
{
	struct record *record = find(recent, key);

	if (!record)
		return NULL;
	DL_DELETE(recent->by_use, record);
	DL_APPEND(recent->by_use, record);
	return record->value;
}

static struct record *
make(const struct recent *recent, const char *key, size_t len)
{
	struct record *record = calloc(1, sizeof(*record) + recent->value_size + len + 1);

	if (!record)
		return NULL;
	record->key = (char *)record->value + recent->value_size;
	memcpy(record->key, key, len + 1);
	return record;
}

void *
recent_make(struct recent *recent, const char *key)
{
	void *found = recent_find(recent, key);
	size_t len = strlen(key);
	struct record *record;

	if (found)
		return found;
	record = make(recent, key, len);
	if (!record)
		return NULL;
	HASH_ADD_KEYPTR_BYHASHVALUE(
		hh, recent->table, record->key, len, table_hash(recent->seed, key, len), record);
	if (!record->hh.tbl) {
		free(record);
		return NULL;
	}
	DL_APPEND(recent->by_use, record);
	if (++recent->n > recent->max)
		drop(recent, recent->by_use);
	return record->value;
}

void
recent_remove(struct recent *recent, const char *key)
{
	struct record *record = find(recent, key);

	if (record)
		drop(recent, record);
}

void
recent_each(struct recent *recent, recent_each_fn *fn, void *self)
{
	struct record *record;

	DL_FOREACH(recent->by_use, record)
	fn(self, record->key, record->value);
}
