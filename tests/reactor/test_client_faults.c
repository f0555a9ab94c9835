/* A client comes back after everything that can happen to a network. */

#include "reactor/client_fixture.h"

static void
kill_and_restart(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	static struct fixture f;
	int i;

	(void)self;
	fixture_create(&f, world, NULL);
	sb_simulation_set_weather(
		world->sim, &(struct sb_weather){ .latency_max_ns = 100 * SB_MS, .chops = true });
	f.establishes = true;
	open_server(&f, URL);
	fixture_start(&f);
	for (i = 0; i < 10; i++) {
		run_for(&f, (int64_t)(sb_reactor_random(world->r) % (1000 * SB_S)));
		kill_server(&f);
		run_for(&f, (int64_t)(sb_reactor_random(world->r) % (5000 * SB_S)));
		open_server(&f, URL);
		run_for(&f, 301 * SB_S);
		assert_non_null(f.stream);
		assert_int_equal(f.n_began, f.n_down + 1);
	}
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
it_is_back_whenever_the_server_is(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 100, kill_and_restart, NULL);
}

static void
cut_for_a_day(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	struct sb_client_options o = { .stream = { .idle_timeout_ns = 600 * SB_S } };
	static struct fixture f;

	(void)self;
	fixture_create(&f, world, &o);
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, 100 * SB_S);
	assert_non_null(f.stream);
	assert_int_equal(sb_simulation_set_reach(world->sim, URL, SB_BLACK_HOLED), 0);
	run_for(&f, 86400 * SB_S);
	assert_null(f.stream);
	assert_int_equal(f.error.code, -ETIMEDOUT);
	/* One each 180 s in the mean. */
	assert_in_range(f.n_began, 380, 600);
	assert_int_equal(sb_simulation_set_reach(world->sim, URL, SB_REACHED), 0);
	run_for(&f, 331 * SB_S);
	assert_non_null(f.stream);
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
it_is_back_after_a_day_without_a_network(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 10, cut_for_a_day, NULL);
}

static void
weather_a_storm(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	struct sb_client_options o = { .stable_after_ns = -1 };
	unsigned *n = self;
	static struct fixture f;

	fixture_create(&f, world, &o);
	sb_simulation_set_weather(world->sim,
		&(struct sb_weather){
			.latency_max_ns = 2 * SB_S, .chops = true, .cut_per_million = 300000 });
	f.greets = true;
	f.drops = seed % 2;
	f.establishes = seed % 3;
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, 4 * 3600 * SB_S);
	*n += f.n_began;
	f.drops = false;
	sb_simulation_set_weather(world->sim, &(struct sb_weather){ .chops = true });
	run_for(&f, 400 * SB_S);
	assert_non_null(f.stream);
	assert_int_equal(f.n_began, f.n_down + 1);
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
it_is_back_after_every_storm(void **state)
{
	unsigned n = 0;

	(void)state;
	sb_testing_each_seed(1, 30, weather_a_storm, &n);
	print_message("%u attempts\n", n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(it_is_back_whenever_the_server_is),
		kit_test_bare(it_is_back_after_a_day_without_a_network),
		kit_test_bare(it_is_back_after_every_storm),
	};

	return kit_run(tests);
}
