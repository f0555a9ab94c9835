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

/* Four bytes as a number, the first the lowest. */
static inline uint64_t
load_4(const unsigned char *bytes)
{
	return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16
	       | (uint64_t)bytes[3] << 24;
}

static inline uint64_t
load_8(const unsigned char *bytes)
{
	return load_4(bytes) | load_4(bytes + 4) << 32;
}

/* The same of fewer than eight, some of which are looked at twice. */
static inline uint64_t
load_few(const unsigned char *bytes, size_t len)
{
	if (len >= 4)
		return load_4(bytes) | load_4(bytes + len - 4) << (8 * (len - 4));
	if (!len)
		return 0;
	return (uint64_t)bytes[0] | (uint64_t)bytes[len / 2] << (8 * (len / 2))
	       | (uint64_t)bytes[len - 1] << (8 * (len - 1));
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
		v = take(v, load_8(at));
	v = take(v, (uint64_t)len << 56 | load_few(at, left));
	v.c ^= 0xff;
	v = mix(mix(mix(v)));
	word = v.a ^ v.b ^ v.c ^ v.d;
	return (uint32_t)(word ^ word >> 32);
}
