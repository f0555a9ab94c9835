#ifndef QUOTH_TABLE_H
#define QUOTH_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. And utlist.
 *
 * Keys that come from the wire are added and found by the ..._BYHASHVALUE macros and table_hash(),
 * so that no peer can choose names that all fall into one bucket. */

#include <string.h>

#include <signalbox/hash.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>
#include <utlist.h>

/* The keyed hash of a text; the seed is secret, and its second half is made of the first. */
static inline uint32_t
table_hash(uint64_t seed, const char *key, size_t len)
{
	struct sb_hash_seed both = { seed,
		(seed << 32 | seed >> 32) * UINT64_C(0x9e3779b97f4a7c15) };

	return sb_hash_bytes(&both, key, len);
}

#endif
