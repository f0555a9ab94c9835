#ifndef PROTOCOLS_TABLE_H
#define PROTOCOLS_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. And utlist.
 *
 * Keys that come from the wire are added and found by the ..._BYHASHVALUE macros and
 * sb_hash_bytes(), so that no peer can choose names that all fall into one bucket. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <signalbox/reactor.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>
#include <utlist.h>

/* The secret of one table or of several; drawn once, sb_hash_seed(). */
struct sb_hash_seed {
	uint64_t k0, k1;
};

static inline struct sb_hash_seed
sb_hash_seed(struct sb_reactor *r)
{
	struct sb_hash_seed seed;

	seed.k0 = sb_reactor_random(r);
	seed.k1 = sb_reactor_random(r);
	return seed;
}

static inline uint64_t
sb_hash_rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void
sb_hash_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = sb_hash_rotate(v[1], 13) ^ v[0];
	v[0] = sb_hash_rotate(v[0], 32);
	v[2] += v[3];
	v[3] = sb_hash_rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = sb_hash_rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = sb_hash_rotate(v[1], 17) ^ v[2];
	v[2] = sb_hash_rotate(v[2], 32);
}

/* Up to eight bytes as a number, the first the lowest. */
static inline uint64_t
sb_hash_load(const unsigned char *bytes, size_t len)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

/* SipHash-1-3 of the key (Aumasson and Bernstein, 2012), folded to the 32 bits that uthash uses. */
static inline uint32_t
sb_hash_bytes(const struct sb_hash_seed *seed, const void *key, size_t len)
{
	const unsigned char *at = key;
	uint64_t v[4] = { seed->k0 ^ UINT64_C(0x736f6d6570736575),
		seed->k1 ^ UINT64_C(0x646f72616e646f6d), seed->k0 ^ UINT64_C(0x6c7967656e657261),
		seed->k1 ^ UINT64_C(0x7465646279746573) };
	uint64_t last = (uint64_t)len << 56, word;
	size_t left;

	for (left = len; left >= 8; left -= 8, at += 8) {
		word = sb_hash_load(at, 8);
		v[3] ^= word;
		sb_hash_round(v);
		v[0] ^= word;
	}
	last |= sb_hash_load(at, left);
	v[3] ^= last;
	sb_hash_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	sb_hash_round(v);
	sb_hash_round(v);
	sb_hash_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(word ^ word >> 32);
}

#endif
