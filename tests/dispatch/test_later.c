/* Signals that are deferred or posted, and what sb_deliver() makes of them: on one thread. */

#include "dispatch/later.inc"

static void
what_is_deferred_is_emitted_by_deliver(void **state)
{
	(void)state;
	assert_int_equal(defer(1, NULL), 0);
	assert_int_equal(defer(2, &scene.things[0]), 0);
	assert_string_equal(scene.log, "");
	assert_int_equal(sb_deliver(scene.d), 2);
	assert_string_equal(scene.log, " 1 2a");
	assert_int_equal(sb_deliver(scene.d), 0);
	assert_string_equal(scene.log, " 1 2a");
}

static void
what_is_posted_is_emitted_by_deliver(void **state)
{
	struct sb_token token = later_note_token(scene.d, &scene.things[1]);

	(void)state;
	assert_true(token.serial);
	assert_int_equal(post(1, nobody), 0);
	assert_int_equal(post(2, token), 0);
	assert_string_equal(scene.log, "");
	assert_int_equal(sb_deliver(scene.d), 2);
	assert_string_equal(scene.log, " 1 2b");
	assert_int_equal(sb_deliver(scene.d), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_deferred_is_emitted_by_deliver),
		TEST(what_is_posted_is_emitted_by_deliver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
