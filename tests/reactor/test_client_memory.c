/* A client when memory runs out in the midst: an attempt that cannot be made has failed, and the
 * next one may go well. The network below has memory that fails too. */

#include "dispatch/failing_memory.inc"
#include "reactor/client_fixture.h"

static void
a_creation_without_memory_leaves_nothing(void **state)
{
	static const char *const urls[] = { URL, URL };
	struct sb_client_options o = { .urls = urls, .n_urls = 2 };
	struct sb_world *world = *state;
	struct sb_client *client = NULL;
	struct sb_error why;
	int i;

	/* The client. Its timer finds room where others were. */
	for (i = 0; i < 2; i++) {
		n_until_failure = i;
		if (sb_client_create(world->r, &o, SB_PLACE, &noting_events, NULL, &client, &why)
			== 0)
			break;
		assert_string_equal(why.text, "out of memory");
		assert_null(client);
	}
	n_until_failure = -1;
	assert_in_range(i, 1, 2);
	sb_client_destroy(client);
}

/* One allocation of its life fails, the seed tells which. */
static void
live_on(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(1);
	unsigned *n_failed = self;
	static struct fixture f;

	fixture_create(&f, world, NULL);
	f.greets = true;
	f.establishes = true;
	open_server(&f, URL);
	fixture_start(&f);
	has_failed = false;
	n_until_failure = (long)seed;
	run_for(&f, 10 * SB_S);
	if (f.stream)
		(void)sb_stream_write(f.stream, sb_bytes_of("hello"));
	run_for(&f, 100 * SB_S);
	sb_simulation_cut_all(world->sim);
	run_for(&f, 100 * SB_S);
	n_until_failure = -1;
	*n_failed += has_failed;
	assert_int_equal(f.n_began, f.n_down + 1);
	run_for(&f, 400 * SB_S);
	assert_non_null(f.stream);
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_UP);
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
it_goes_on_whatever_failed(void **state)
{
	unsigned n = 0;

	(void)state;
	sb_testing_each_seed(0, 40, live_on, &n);
	print_message("%u failures\n", n);
	assert_true(n >= 10 || getenv("SIGNALBOX_SEED") || getenv("SIGNALBOX_SEEDS"));
}

/* What is allocated next is what the next attempt needs. */
static void
fail_the_next(struct fixture *f, enum moment moment)
{
	(void)f;
	if (moment == IN_WAITING)
		n_until_failure = 0;
}

static void
an_hour_without_memory_is_survived(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	fixture_start(&f);
	f.act = fail_the_next;
	n_until_failure = 0;
	run_for(&f, 3600 * SB_S);
	f.act = NULL;
	n_until_failure = -1;
	assert_int_equal(f.n_up, 0);
	assert_in_range(f.n_began, 15, 60);
	assert_int_equal(f.error.code, -ENOMEM);
	run_for(&f, 301 * SB_S);
	assert_non_null(f.stream);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_creation_without_memory_leaves_nothing),
		kit_test_bare(it_goes_on_whatever_failed),
		kit_test(an_hour_without_memory_is_survived),
	};

	return kit_run(tests);
}
