#ifndef QUOTH_TABLE_H
#define QUOTH_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. And utlist.
 *
 * Keys that come from the wire are added and found by the ..._BYHASHVALUE macros and table_hash(), so
 * that no peer can choose names that all fall into one bucket. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>
#include <utlist.h>

static inline uint64_t
table_rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void
table_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = table_rotate(v[1], 13) ^ v[0];
	v[3] = table_rotate(v[3], 16) ^ v[2];
	v[0] = table_rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = table_rotate(v[1], 17) ^ v[2];
	v[3] = table_rotate(v[3], 21) ^ v[0];
	v[2] = table_rotate(v[2], 32);
}

/* SipHash-1-3 of a text (Aumasson and Bernstein, 2012), folded to the 32 bits that uthash uses. The
 * seed is secret; its second half is made of the first. */
static inline uint32_t
table_hash(uint64_t seed, const char *key, size_t len)
{
	uint64_t k1 = table_rotate(seed, 32) * UINT64_C(0x9e3779b97f4a7c15), word;
	uint64_t v[4] = { seed ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
		seed ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
	size_t at, i;

	for (at = 0; at <= len; at += 8) {
		word = len - at < 8 ? (uint64_t)len << 56 : 0;
		for (i = 0; i < 8 && at + i < len; i++)
			word |= (uint64_t)(unsigned char)key[at + i] << (8 * i);
		v[3] ^= word;
		table_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	table_round(v);
	table_round(v);
	table_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(word ^ word >> 32);
}

#endif
