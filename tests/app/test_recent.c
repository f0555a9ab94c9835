/* Values by key, of which the longest unused makes room. */

#include "app/recent.h"
#include "app/table.h"
#include "kit_cmocka.h"

static int n_dropped;

static void
on_drop(void *value)
{
	(void)value;
	n_dropped++;
}

static struct recent *
make(size_t max)
{
	struct recent *recent = recent_create(max, sizeof(int), on_drop, sb_testing_seed());

	assert_non_null(recent);
	n_dropped = 0;
	return recent;
}

static void
put(struct recent *recent, const char *key, int number)
{
	int *value = recent_make(recent, key);

	assert_non_null(value);
	*value = number;
}

static void
expect(struct recent *recent, const char *key, int number)
{
	const int *value = recent_find(recent, key);

	assert_non_null(value);
	assert_int_equal(*value, number);
}

static void
a_value_is_found_by_its_key(void **state)
{
	struct recent *recent = make(3);

	(void)state;
	put(recent, "a", 1);
	put(recent, "", 2);
	expect(recent, "a", 1);
	expect(recent, "", 2);
	assert_null(recent_find(recent, "b"));
	assert_null(recent_find(recent, "aa"));
	recent_destroy(recent);
	assert_int_equal(n_dropped, 2);
}

static void
a_new_value_is_nought_and_an_old_one_is_as_it_was(void **state)
{
	struct recent *recent = make(3);

	(void)state;
	assert_int_equal(*(int *)recent_make(recent, "a"), 0);
	put(recent, "a", 7);
	assert_int_equal(*(int *)recent_make(recent, "a"), 7);
	recent_destroy(recent);
}

static void
the_longest_unused_makes_room(void **state)
{
	struct recent *recent = make(3);

	(void)state;
	put(recent, "a", 1);
	put(recent, "b", 2);
	put(recent, "c", 3);
	expect(recent, "a", 1);
	put(recent, "d", 4);
	assert_int_equal(n_dropped, 1);
	assert_null(recent_find(recent, "b"));
	put(recent, "e", 5);
	assert_null(recent_find(recent, "c"));
	expect(recent, "a", 1);
	expect(recent, "d", 4);
	recent_destroy(recent);
	assert_int_equal(n_dropped, 5);
}

static void
a_value_may_be_removed(void **state)
{
	struct recent *recent = make(3);

	(void)state;
	put(recent, "a", 1);
	recent_remove(recent, "b");
	assert_int_equal(n_dropped, 0);
	recent_remove(recent, "a");
	assert_int_equal(n_dropped, 1);
	assert_null(recent_find(recent, "a"));
	put(recent, "b", 1);
	put(recent, "c", 2);
	put(recent, "d", 3);
	assert_int_equal(n_dropped, 1);
	recent_destroy(recent);
	recent_destroy(NULL);
}

static void
on_each(void *self, const char *key, void *value)
{
	char *text = self;

	(void)sprintf(text + strlen(text), "%s=%d ", key, *(int *)value);
}

static void
each_is_told_the_longest_unused_first(void **state)
{
	struct recent *recent = make(3);
	char text[64] = "";

	(void)state;
	put(recent, "a", 1);
	put(recent, "b", 2);
	put(recent, "c", 3);
	expect(recent, "b", 2);
	recent_each(recent, on_each, text);
	assert_string_equal(text, "a=1 c=3 b=2 ");
	recent_destroy(recent);
}

static void
of_many_keys_the_last_are_there(void **state)
{
	struct recent *recent = make(1000);
	char key[32];
	int i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		(void)snprintf(key, sizeof(key), "key %*d", i % 20, i);
		put(recent, key, i);
	}
	assert_int_equal(n_dropped, 4000);
	for (i = 0; i < 5000; i++) {
		(void)snprintf(key, sizeof(key), "key %*d", i % 20, i);
		if (i < 4000)
			assert_null(recent_find(recent, key));
		else
			expect(recent, key, i);
	}
	recent_destroy(recent);
}

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
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(table_hash(0, known[i].key, strlen(known[i].key)), known[i].hash);
	assert_int_not_equal(table_hash(1, "bob", 3), table_hash(2, "bob", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_siphash_1_3),
		cmocka_unit_test(a_value_is_found_by_its_key),
		cmocka_unit_test(a_new_value_is_nought_and_an_old_one_is_as_it_was),
		cmocka_unit_test(the_longest_unused_makes_room),
		cmocka_unit_test(a_value_may_be_removed),
		cmocka_unit_test(each_is_told_the_longest_unused_first),
		cmocka_unit_test(of_many_keys_the_last_are_there),
	};

	return kit_run(tests);
}
