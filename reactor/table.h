#ifndef SIGNALBOX_REACTOR_TABLE_H
#define SIGNALBOX_REACTOR_TABLE_H

/* uthash, with running out of memory as an error: after an add that failed, the element's hh.tbl is
 * NULL and the table as before. Keys come from the wire, and whoever chooses them must not be able
 * to choose them alike: they are hashed by SipHash-2-4 (Aumasson, Bernstein) with a secret of the
 * table's, and added and looked for by that (HASH_ADD_KEYPTR_BYHASHVALUE and so on). */

#include <stdint.h>
#include <string.h>

struct table_secret {
	uint64_t words[2];
};

static inline uint64_t
table_rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
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

static inline void
table_take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	table_round(v);
	table_round(v);
	v[0] ^= word;
}

/* Words are taken in the order of the machine's bytes: nobody sees the hash. */
static inline uint64_t
table_siphash(const struct table_secret *secret, const void *key, size_t len)
{
	uint64_t v[4] = {
		secret->words[0] ^ UINT64_C(0x736f6d6570736575),
		secret->words[1] ^ UINT64_C(0x646f72616e646f6d),
		secret->words[0] ^ UINT64_C(0x6c7967656e657261),
		secret->words[1] ^ UINT64_C(0x7465646279746573),
	};
	const unsigned char *at = key;
	uint64_t word, last = (uint64_t)len << 56;
	size_t left = len;
	int i;

	for (; left >= sizeof(word); left -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		table_take(v, word);
	}
	for (; left > 0; left--)
		last |= (uint64_t)at[left - 1] << 8 * (left - 1);
	table_take(v, last);
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		table_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline uint32_t
table_hash(const struct table_secret *secret, const void *key, size_t len)
{
	return (uint32_t)table_siphash(secret, key, len);
}

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>

#endif
