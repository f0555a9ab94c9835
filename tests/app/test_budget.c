/* How much is answered. */

#include "app/budget.h"
#include "kit_cmocka.h"

static const struct budget_rate three_then_each_10_s = { 3, 10 };

static int
set_up(void **state)
{
	*state = budget_create(sb_testing_seed());
	return *state ? 0 : -1;
}

static int
tear_down(void **state)
{
	budget_destroy(*state);
	return 0;
}

static bool
take_at(struct budget *budget, const char *key, struct budget_rate rate, int now_s)
{
	bool is_first;

	return budget_take(budget, key, rate, now_s * INT64_C(1000000000), &is_first);
}

static bool
take(struct budget *budget, int now_s)
{
	return take_at(budget, "bob", three_then_each_10_s, now_s);
}

/* Whether a refusal is the first one. */
static bool
is_first_refusal(struct budget *budget, int now_s)
{
	bool is_first;

	assert_false(budget_take(
		budget, "bob", three_then_each_10_s, now_s * INT64_C(1000000000), &is_first));
	return is_first;
}

static void
a_burst_is_granted_and_no_more(void **state)
{
	assert_true(take(*state, 100));
	assert_true(take(*state, 100));
	assert_true(take(*state, 100));
	assert_false(take(*state, 100));
	assert_false(take(*state, 109));
}

static void
one_more_is_granted_with_time(void **state)
{
	int i;

	for (i = 0; i < 3; i++)
		assert_true(take(*state, 100));
	assert_true(take(*state, 110));
	assert_false(take(*state, 110));
	assert_false(take(*state, 119));
	assert_true(take(*state, 120));
	/* Refusals cost nothing, and a bucket is never fuller than full. */
	for (i = 0; i < 3; i++)
		assert_true(take(*state, 1000));
	assert_false(take(*state, 1000));
}

static void
each_key_has_its_own(void **state)
{
	int i;

	for (i = 0; i < 3; i++)
		assert_true(take(*state, 100));
	assert_false(take(*state, 100));
	assert_true(take_at(*state, "alice", three_then_each_10_s, 100));
}

static void
a_refusal_is_the_first_until_the_bucket_was_full(void **state)
{
	int i;

	for (i = 0; i < 3; i++)
		assert_true(take(*state, 100));
	assert_true(is_first_refusal(*state, 100));
	assert_false(is_first_refusal(*state, 101));
	assert_true(take(*state, 110));
	assert_false(is_first_refusal(*state, 111));
	for (i = 0; i < 3; i++)
		assert_true(take(*state, 140));
	assert_true(is_first_refusal(*state, 140));
}

static void
without_a_rate_there_is_no_limit(void **state)
{
	struct budget_rate none = { 0, 0 };
	int i;

	for (i = 0; i < 1000; i++)
		assert_true(take_at(*state, "bob", none, 1));
}

static void
a_burst_below_one_is_one(void **state)
{
	struct budget_rate rate = { -5, 10 };

	assert_true(take_at(*state, "bob", rate, 1));
	assert_false(take_at(*state, "bob", rate, 1));
	assert_true(take_at(*state, "bob", rate, 11));
}

static void
numbers_beyond_the_bounds_count_as_the_bound(void **state)
{
	struct budget_rate rate = { INT32_MAX, INT32_MAX };
	int i;

	for (i = 0; i < BUDGET_MAX_BURST; i++)
		assert_true(take_at(*state, "bob", rate, 1));
	assert_false(take_at(*state, "bob", rate, 1));
	assert_true(take_at(*state, "bob", rate, 1 + BUDGET_MAX_EVERY_S));
}

static void
a_quicker_rate_holds_at_once(void **state)
{
	struct budget_rate slow = { 3, 10000 }, quick = { 3, 1 };
	int i;

	for (i = 0; i < 3; i++)
		assert_true(take_at(*state, "bob", slow, 1));
	assert_false(take_at(*state, "bob", quick, 1));
	assert_true(take_at(*state, "bob", quick, 2));
}

static void
of_too_many_keys_the_longest_unused_is_forgotten(void **state)
{
	struct budget_rate one = { 1, 100 };
	char key[16];
	int i;

	for (i = 0; i <= BUDGET_MAX_KEYS; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		assert_true(take_at(*state, key, one, 1));
	}
	assert_false(take_at(*state, "1", one, 1));
	assert_true(take_at(*state, "0", one, 1));
}

#define with_budget(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_budget(a_burst_is_granted_and_no_more),
		with_budget(one_more_is_granted_with_time),
		with_budget(each_key_has_its_own),
		with_budget(a_refusal_is_the_first_until_the_bucket_was_full),
		with_budget(without_a_rate_there_is_no_limit),
		with_budget(a_burst_below_one_is_one),
		with_budget(numbers_beyond_the_bounds_count_as_the_bound),
		with_budget(a_quicker_rate_holds_at_once),
		with_budget(of_too_many_keys_the_longest_unused_is_forgotten),
	};

	return kit_run(tests);
}
