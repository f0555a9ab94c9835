#ifndef SIGNALBOX_HASH_H
#define SIGNALBOX_HASH_H

/* A keyed hash, for tables whose keys come from the network: who does not know the seed cannot
 * choose keys that all fall into one bucket. */

#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

/* The secret of one table or of several: two random numbers, drawn once. */
struct sb_hash_seed {
	uint64_t k0, k1;
};

/* SipHash-1-3 of the key (Aumasson and Bernstein, 2012), folded to 32 bits. */
SB_API uint32_t sb_hash_bytes(const struct sb_hash_seed *seed, const void *key, size_t len);

SB_C_END

#endif
