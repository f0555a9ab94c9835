#include <signalbox/hash.h>

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void
mix(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* Up to eight bytes as a number, the first the lowest. */
static uint64_t
load(const unsigned char *bytes, size_t len)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

uint32_t
sb_hash_bytes(const struct sb_hash_seed *seed, const void *key, size_t len)
{
	const unsigned char *at = key;
	uint64_t v[4] = { seed->k0 ^ UINT64_C(0x736f6d6570736575),
		seed->k1 ^ UINT64_C(0x646f72616e646f6d), seed->k0 ^ UINT64_C(0x6c7967656e657261),
		seed->k1 ^ UINT64_C(0x7465646279746573) };
	uint64_t last = (uint64_t)len << 56, word;
	size_t left;

	for (left = len; left >= 8; left -= 8, at += 8) {
		word = load(at, 8);
		v[3] ^= word;
		mix(v);
		v[0] ^= word;
	}
	last |= load(at, left);
	v[3] ^= last;
	mix(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	mix(v);
	mix(v);
	mix(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(word ^ word >> 32);
}
