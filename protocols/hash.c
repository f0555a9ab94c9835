#include <signalbox/hash.h>

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

struct state {
	uint64_t a, b, c, d;
};

static inline struct state
mix(struct state v)
{
	v.a += v.b;
	v.b = rotate(v.b, 13) ^ v.a;
	v.a = rotate(v.a, 32);
	v.c += v.d;
	v.d = rotate(v.d, 16) ^ v.c;
	v.a += v.d;
	v.d = rotate(v.d, 21) ^ v.a;
	v.c += v.b;
	v.b = rotate(v.b, 17) ^ v.c;
	v.c = rotate(v.c, 32);
	return v;
}

/* Up to eight bytes as a number, the first the lowest. */
static inline uint64_t
load(const unsigned char *bytes, size_t len)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static inline struct state
take(struct state v, uint64_t word)
{
	v.d ^= word;
	v = mix(v);
	v.a ^= word;
	return v;
}

uint32_t
sb_hash_bytes(const struct sb_hash_seed *seed, const void *key, size_t len)
{
	const unsigned char *at = key;
	struct state v = { seed->k0 ^ UINT64_C(0x736f6d6570736575),
		seed->k1 ^ UINT64_C(0x646f72616e646f6d), seed->k0 ^ UINT64_C(0x6c7967656e657261),
		seed->k1 ^ UINT64_C(0x7465646279746573) };
	size_t left;
	uint64_t word;

	for (left = len; left >= 8; left -= 8, at += 8)
		v = take(v, load(at, 8));
	v = take(v, (uint64_t)len << 56 | load(at, left));
	v.c ^= 0xff;
	v = mix(mix(mix(v)));
	word = v.a ^ v.b ^ v.c ^ v.d;
	return (uint32_t)(word ^ word >> 32);
}
