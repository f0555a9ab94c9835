#ifndef DISPATCH_TABLE_H
#define DISPATCH_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Keys are names from our own tables, pointers, and pairs with a pointer, never bytes from the
 * wire: quick matters, and a seed would not. */
static inline uint64_t
table_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 32;
}

static inline uint32_t
table_hash(const void *key, size_t len)
{
	const unsigned char *at = key;
	uint64_t hash = len, word;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = table_mix(hash, word);
	}
	for (; len; len--)
		hash = table_mix(hash, *at++);
	/* uthash takes the lowest bits, and addresses differ in few of them. */
	hash *= UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(hash ^ hash >> 32);
}

#define HASH_FUNCTION(key, len, hash) ((hash) = table_hash((key), (len)))
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>

/* After an add: no fewer buckets than elements. Left to itself uthash waits until one bucket holds
 * ten, and the better the hash the longer all chains are by then. Without memory for it the table
 * stays as it is. */
#define TABLE_SPREAD(hh, element)                                                                  \
	do {                                                                                       \
		UT_hash_table *spread_ = (element)->hh.tbl;                                        \
		bool has_failed_ = false;                                                          \
                                                                                                   \
		if (spread_->num_items > spread_->num_buckets)                                     \
			HASH_EXPAND_BUCKETS(hh, spread_, has_failed_);                             \
		(void)has_failed_;                                                                 \
	} while (0)

#endif
