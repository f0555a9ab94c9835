/* A client's delays: how long it waits, how often it tries, and when that starts over. */

#include "reactor/client.c"

#include <math.h>

#include "reactor/client_fixture.h"

/* What the contract says, in other words than the code. */
static long double
limit_of(const struct sb_client_options *o, unsigned n)
{
	long double limit = (long double)o->delay_initial_ns;

	/* Once there it stays, but for a factor of 1. */
	while (n-- > 1 && o->delay_factor > 1 && limit < (long double)o->delay_max_ns)
		limit *= (long double)o->delay_factor;
	return limit < (long double)o->delay_max_ns ? limit : (long double)o->delay_max_ns;
}

static void
hold_delays_against_the_limit(void *self, uint64_t seed)
{
	static const double factors[] = { 1, 1.0001, 1.5, 2, 2.718281828, 10, 1e9 };
	struct sb_world *world = sb_world_create(seed);
	struct sb_client_options o = {
		.delay_initial_ns = 1 + (int64_t)(sb_reactor_random(world->r) % (600 * SB_S)),
		.delay_factor = factors[seed % 7],
		.delay_max_ns = 1 + (int64_t)(sb_reactor_random(world->r) % (86400 * SB_S)),
	};
	size_t *n = self, i;
	struct fixture f;

	fixture_create(&f, world, &o);
	fixture_start(&f);
	run_for(&f, 86400 * SB_S);
	assert_true(f.n_delays > 0);
	for (i = 0; i < f.n_delays; i++) {
		assert_int_equal(f.counts[i], i + 1);
		assert_true(f.delays[i] >= 0);
		assert_true(
			(long double)f.delays[i] <= limit_of(&o, f.counts[i]) * (1 + 1e-12L) + 1);
		++*n;
	}
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
no_delay_is_above_the_limit_of_its_number(void **state)
{
	size_t n = 0;

	(void)state;
	sb_testing_each_seed(1, 70, hold_delays_against_the_limit, &n);
	print_message("%zu delays\n", n);
}

static void
delays_are_spread_evenly(void **state)
{
	enum { N_BINS = 10 };
	struct sb_client_options o = { .delay_initial_ns = SB_S, .delay_max_ns = SB_S };
	size_t bins[N_BINS] = { 0 }, i;
	struct fixture f;

	fixture_create(&f, *state, &o);
	fixture_start(&f);
	run_for(&f, 3000 * SB_S);
	assert_int_equal(f.n_delays, N_DELAYS);
	for (i = 0; i < f.n_delays; i++)
		bins[f.delays[i] * N_BINS / (SB_S + 1)]++;
	for (i = 0; i < N_BINS; i++) {
		assert_in_range(bins[i], N_DELAYS / N_BINS * 3 / 4, N_DELAYS / N_BINS * 5 / 4);
	}
	fixture_end(&f);
}

static void
limits_grow_and_never_overflow(void **state)
{
	static const double factors[] = { 1, 2, 1e9, 1e308, INFINITY };
	static const int64_t times[] = { 1, SB_S, INT64_MAX / 2, INT64_MAX };
	size_t i, a, b;
	int n;

	(void)state;
	for (i = 0; i < 5 * 4 * 4; i++) {
		struct sb_client client = { .options = { .delay_factor = factors[i / 16] } };
		int64_t last_ns = 0;

		a = i / 4 % 4;
		b = i % 4;
		client.options.delay_initial_ns = times[a];
		client.options.delay_max_ns = times[b];
		for (n = 0; n < 5000; n++) {
			int64_t limit_ns = next_limit_ns(&client);

			assert_true(limit_ns >= last_ns && limit_ns <= times[b]);
			if (n == 0)
				assert_int_equal(limit_ns, times[a < b ? a : b]);
			last_ns = limit_ns;
		}
		assert_int_equal(
			last_ns, factors[i / 16] > 1 || a > b ? times[b] : times[a < b ? a : b]);
		/* The greatest number there is stays that. */
		client.n_delays = INT_MAX;
		assert_int_equal(next_limit_ns(&client), last_ns);
		assert_int_equal(client.n_delays, (unsigned)INT_MAX + 1);
		client.n_delays = UINT_MAX;
		assert_int_equal(next_limit_ns(&client), last_ns);
		assert_int_equal(client.n_delays, UINT_MAX);
	}
}

static void
exact_limits_are_those_of_the_contract(void **state)
{
	struct sb_client client = { .options = { .delay_initial_ns = 2 * SB_S,
					    .delay_factor = 1.5,
					    .delay_max_ns = 10 * SB_S } };

	(void)state;
	assert_int_equal(next_limit_ns(&client), 2000 * SB_MS);
	assert_int_equal(next_limit_ns(&client), 3000 * SB_MS);
	assert_int_equal(next_limit_ns(&client), 4500 * SB_MS);
	assert_int_equal(next_limit_ns(&client), 6750 * SB_MS);
	assert_int_equal(next_limit_ns(&client), 10000 * SB_MS);
	assert_int_equal(next_limit_ns(&client), 10000 * SB_MS);
}

/* The longest delay after so many connections that each lasted so long, established or not. */
static int64_t
longest_delay_ns(
	struct sb_world *world, int n, int64_t stay_ns, bool establishes, int64_t stable_ns)
{
	struct sb_client_options o = { .stable_after_ns = stable_ns };
	int64_t longest_ns = 0;
	struct fixture f;
	size_t i;
	int k;

	fixture_create(&f, world, &o);
	open_server(&f, URL);
	f.establishes = establishes;
	fixture_start(&f);
	sb_simulation_settle(world->sim);
	for (k = 0; k < n; k++) {
		assert_non_null(f.stream);
		run_for(&f, stay_ns);
		sb_stream_abort(f.guests[0]);
		sb_simulation_settle(world->sim);
		assert_int_equal(f.n_delays, k + 1);
		run_for(&f, f.delays[k]);
		sb_simulation_settle(world->sim);
	}
	for (i = 0; i < f.n_delays; i++)
		longest_ns = f.delays[i] > longest_ns ? f.delays[i] : longest_ns;
	fixture_end(&f);
	return longest_ns;
}

static void
count_starts_over_when_established_and_lasting(void **state)
{
	assert_true(longest_delay_ns(*state, 30, 60 * SB_S, true, 0) <= 2 * SB_S);
	assert_true(longest_delay_ns(*state, 30, 7 * SB_S, true, 7 * SB_S) <= 2 * SB_S);
	assert_true(longest_delay_ns(*state, 30, 0, true, -1) <= 2 * SB_S);
}

static void
count_goes_on_when_it_was_short_or_not_established(void **state)
{
	assert_true(longest_delay_ns(*state, 30, 60 * SB_S - 1, true, 0) > 200 * SB_S);
	assert_true(longest_delay_ns(*state, 30, 7 * SB_S - 1, true, 7 * SB_S) > 200 * SB_S);
	assert_true(longest_delay_ns(*state, 30, 86400 * SB_S, false, 0) > 200 * SB_S);
	assert_true(longest_delay_ns(*state, 30, 86400 * SB_S, false, -1) > 200 * SB_S);
}

static void
it_lasts_from_when_it_was_first_established(void **state)
{
	struct fixture f;
	int i;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	run_for(&f, 10 * SB_S);
	/* Of none there is, it means nothing. */
	sb_client_established(f.client);
	fixture_start(&f);
	sb_client_established(f.client);
	run_for(&f, 100 * SB_S);
	for (i = 0; i < 3; i++) {
		sb_client_established(f.client);
		run_for(&f, 20 * SB_S);
	}
	sb_stream_abort(f.guests[0]);
	run_for(&f, 10 * SB_S);
	expect_log(&f,
		"connecting(1) up connected closed down waiting(1) connecting(1) up connected ");
	/* The next is not established by what was said of the last. */
	run_for(&f, 100 * SB_S);
	sb_stream_abort(f.guests[0]);
	run_for(&f, 10 * SB_S);
	expect_log(&f, "closed down waiting(2) connecting(2) up connected ");
	fixture_end(&f);
}

static void
a_server_that_accepts_and_drops_is_not_hammered(void **state)
{
	unsigned n_hour;
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	f.drops = true;
	f.establishes = true;
	fixture_start(&f);
	run_for(&f, 3600 * SB_S);
	n_hour = f.n_accepted;
	run_for(&f, 23 * 3600 * SB_S);
	print_message("%u connections in an hour, %u in a day\n", n_hour, f.n_accepted);
	/* In the mean, one each 150 s. */
	assert_in_range(n_hour, 15, 60);
	assert_in_range(f.n_accepted, 450, 700);
	fixture_end(&f);
}

static void
each_attempt_comes_after_its_delay(void **state)
{
	struct fixture f;

	/* note_connecting() looks. */
	fixture_create(&f, *state, NULL);
	fixture_start(&f);
	run_for(&f, 86400 * SB_S);
	assert_in_range(f.n_began, 450, 700);
	fixture_end(&f);
}

static void
urls_are_tried_in_turn_and_after_a_stable_one_from_the_first(void **state)
{
	static const char *const urls[] = { "tcp://192.0.2.1:1", "tcp://192.0.2.2:1",
		"unix:///run/third" };
	struct sb_client_options o = { .urls = urls, .n_urls = 3, .delay_max_ns = SB_MS };
	struct fixture f;
	unsigned i;

	fixture_create(&f, *state, &o);
	fixture_start(&f);
	for (i = 0; i < 10; i++) {
		while (f.n_began == i)
			run_for(&f, 1000);
		assert_string_equal(f.url, urls[i % 3]);
	}
	open_server(&f, urls[1]);
	f.establishes = true;
	run_for(&f, SB_S);
	assert_non_null(f.stream);
	assert_string_equal(f.url, urls[1]);
	/* A short one is a failure, after which comes the next. */
	i = f.n_began;
	sb_stream_abort(f.guests[0]);
	while (f.n_began == i)
		run_for(&f, 1000);
	assert_string_equal(f.url, urls[2]);
	run_for(&f, 61 * SB_S);
	assert_string_equal(f.url, urls[1]);
	i = f.n_began;
	sb_stream_abort(f.guests[0]);
	while (f.n_began == i)
		run_for(&f, 1000);
	assert_string_equal(f.url, urls[0]);
	fixture_stop(&f);
	run_for(&f, SB_S);
	fixture_start(&f);
	run_for(&f, 0);
	assert_string_equal(f.url, urls[0]);
	fixture_end(&f);
}

static void
gives_up_after_so_many_failures_in_a_row(void **state)
{
	struct sb_client_options o = { .max_attempts = 3, .delay_max_ns = SB_MS };
	struct fixture f;

	fixture_create(&f, *state, &o);
	fixture_start(&f);
	run_for(&f, SB_S);
	expect_log(&f, "connecting(1) down waiting(1) connecting(2) down waiting(2) connecting(3) "
		       "down gave-up ");
	assert_int_equal(f.error.code, -ECONNREFUSED);
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_STOPPED);
	/* Started again it begins as at first. What lasts is no failure, nor is its end. */
	open_server(&f, URL);
	f.establishes = true;
	fixture_start(&f);
	run_for(&f, 3600 * SB_S);
	sb_stream_abort(f.guests[0]);
	run_for(&f, SB_S);
	expect_log(&f,
		"connecting(1) up connected closed down waiting(1) connecting(1) up connected ");
	f.drops = true;
	sb_stream_abort(f.guests[0]);
	run_for(&f, SB_S);
	expect_log(&f, "closed down waiting(2) connecting(2) up connected ended closed down "
		       "waiting(3) connecting(3) up connected ended closed down gave-up ");
	assert_int_equal(f.error.code, 0);
	fixture_end(&f);
}

static void
one_attempt_may_be_all(void **state)
{
	struct sb_client_options o = { .max_attempts = 1 };
	struct fixture f;

	fixture_create(&f, *state, &o);
	fixture_start(&f);
	run_for(&f, 3600 * SB_S);
	expect_log(&f, "connecting(1) down gave-up ");
	fixture_end(&f);
}

static void
retry_now_connects_in_the_next_turn_and_the_count_goes_on(void **state)
{
	struct fixture f;
	int i;

	fixture_create(&f, *state, NULL);
	fixture_retry_now(&f);
	run_for(&f, SB_S);
	expect_log(&f, "");
	fixture_start(&f);
	fixture_retry_now(&f);
	run_for(&f, 0);
	expect_log(&f, "connecting(1) down waiting(1) ");
	for (i = 0; i < 20; i++) {
		fixture_retry_now(&f);
		fixture_retry_now(&f);
		run_for(&f, 0);
	}
	assert_int_equal(f.n_began, 21);
	assert_int_equal(f.counts[20], 21);
	open_server(&f, URL);
	fixture_retry_now(&f);
	run_for(&f, 0);
	clear_log(&f);
	fixture_retry_now(&f);
	run_for(&f, 3600 * SB_S);
	expect_log(&f, "");
	fixture_end(&f);
}

static void
hold_in_down(struct fixture *f, enum moment moment)
{
	if (moment != IN_DOWN)
		return;
	f->is_inside = true;
	sb_client_hold(f->client, 120 * SB_S);
	sb_client_hold(f->client, 7 * SB_S);
	f->is_inside = false;
}

static void
a_held_one_waits_at_least_so_long_once(void **state)
{
	struct sb_client_options o = { .delay_initial_ns = SB_S, .delay_max_ns = SB_S };
	struct fixture f;

	/* note_connecting() looks whether it begins when it is due. */
	fixture_create(&f, *state, &o);
	f.act = hold_in_down;
	fixture_start(&f);
	run_for(&f, SB_S);
	assert_int_equal(f.n_delays, 1);
	assert_int_equal(f.delays[0], 120 * SB_S);
	f.act = NULL;
	run_for(&f, 119 * SB_S + 10 * SB_S);
	assert_true(f.n_delays > 2);
	for (size_t i = 1; i < f.n_delays; i++)
		assert_true(f.delays[i] <= SB_S);
	fixture_end(&f);
}

static void
a_hold_that_is_shorter_than_the_delay_is_nothing(void **state)
{
	struct sb_client_options o = {
		.delay_initial_ns = 1000 * SB_S, .delay_factor = 1, .delay_max_ns = 1000 * SB_S
	};
	size_t n_longer = 0;
	struct fixture f;

	fixture_create(&f, *state, &o);
	f.act = hold_in_down;
	fixture_start(&f);
	for (size_t i = 0; i < 50; i++) {
		run_for(&f, 1);
		assert_in_range(f.delays[i], 120 * SB_S, 1000 * SB_S);
		n_longer += f.delays[i] > 120 * SB_S;
		fixture_retry_now(&f);
	}
	assert_in_range(n_longer, 35, 49);
	fixture_end(&f);
}

static void
hold_and_retry(struct fixture *f, enum moment moment)
{
	if (moment != IN_DOWN || f->n_down > 1)
		return;
	sb_client_hold(f->client, 120 * SB_S);
	fixture_retry_now(f);
}

static void
who_retries_now_is_not_held_nor_later(void **state)
{
	struct sb_client_options o = { .delay_initial_ns = SB_S, .delay_max_ns = SB_S };
	struct fixture f;

	fixture_create(&f, *state, &o);
	f.act = hold_and_retry;
	fixture_start(&f);
	run_for(&f, 0);
	expect_log(&f, "connecting(1) down connecting(2) down waiting(2) ");
	assert_true(f.delays[0] <= SB_S);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(no_delay_is_above_the_limit_of_its_number),
		kit_test(delays_are_spread_evenly),
		kit_test_bare(limits_grow_and_never_overflow),
		kit_test_bare(exact_limits_are_those_of_the_contract),
		kit_test(count_starts_over_when_established_and_lasting),
		kit_test(count_goes_on_when_it_was_short_or_not_established),
		kit_test(it_lasts_from_when_it_was_first_established),
		kit_test(a_server_that_accepts_and_drops_is_not_hammered),
		kit_test(each_attempt_comes_after_its_delay),
		kit_test(urls_are_tried_in_turn_and_after_a_stable_one_from_the_first),
		kit_test(gives_up_after_so_many_failures_in_a_row),
		kit_test(one_attempt_may_be_all),
		kit_test(a_held_one_waits_at_least_so_long_once),
		kit_test(a_hold_that_is_shorter_than_the_delay_is_nothing),
		kit_test(who_retries_now_is_not_held_nor_later),
		kit_test(retry_now_connects_in_the_next_turn_and_the_count_goes_on),
	};

	return kit_run(tests);
}
