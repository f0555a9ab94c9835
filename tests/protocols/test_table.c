/* The hash of keys that come from the wire. */

#include "kit_cmocka.h"

#include <stdint.h>
#include <string.h>

#include "protocols/table.h"

static void
the_hash_is_siphash_1_3(void **state)
{
	/* Of CPython's hash() of bytes with the key 0, which is SipHash-1-3 since 3.11. */
	static const struct {
		const char *key;
		uint32_t hash;
	} known[] = {
		{ "a", 0xf8ef50c1 },
		{ "12345678", 0x04df92a3 },
		{ "irc.local", 0xcd6ded1c },
		{ "#signalbox-and-a-bit", 0x1f7b3651 },
	};
	struct sb_hash_seed seed = { 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(
			sb_hash_bytes(&seed, known[i].key, strlen(known[i].key)), known[i].hash);
}

static void
seeds_make_different_hashes(void **state)
{
	struct sb_world *world = *state;
	struct sb_hash_seed a = sb_hash_seed(world->r), b = sb_hash_seed(world->r);

	assert_true(a.k0 != b.k0 && a.k1 != b.k1 && a.k0 != a.k1);
	assert_int_not_equal(sb_hash_bytes(&a, "bob", 3), sb_hash_bytes(&b, "bob", 3));
	b = a;
	b.k1 ^= 1;
	assert_int_not_equal(sb_hash_bytes(&a, "bob", 3), sb_hash_bytes(&b, "bob", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(the_hash_is_siphash_1_3),
		kit_test(seeds_make_different_hashes),
	};

	return kit_run(tests);
}
