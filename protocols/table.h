#ifndef PROTOCOLS_TABLE_H
#define PROTOCOLS_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. And utlist.
 *
 * Keys that come from the wire are added and found by the ..._BYHASHVALUE macros and
 * sb_hash_bytes(), so that no peer can choose names that all fall into one bucket. */

#include <string.h>

#include <signalbox/hash.h>
#include <signalbox/reactor.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>
#include <utlist.h>

/* Drawn once for a table, or for several. */
static inline struct sb_hash_seed
sb_hash_seed(struct sb_reactor *r)
{
	struct sb_hash_seed seed;

	seed.k0 = sb_reactor_random(r);
	seed.k1 = sb_reactor_random(r);
	return seed;
}

#endif
