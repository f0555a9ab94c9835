/* A client whose owner chooses where it connects to, sends it there again at once, and holds it. */

#include "reactor/client_fixture.h"

#define OTHER "tcp://127.0.0.1:6697"
#define SECOND "tcp://127.0.0.2:6667"

static const char *const two[] = { URL, SECOND };

static void
the_owner_chooses_where_each_attempt_goes(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, OTHER);
	f.chosen = OTHER;
	fixture_start(&f);
	run_for(&f, SB_S);
	expect_log(&f, "connecting(1) up connected ");
	assert_string_equal(f.url, OTHER);
	assert_string_equal(f.asked, URL);
	f.chosen = NULL;
	sb_stream_abort(f.guests[0]);
	run_for(&f, 2 * SB_S);
	assert_string_equal(f.url, URL);
	fixture_end(&f);
}

static void
a_choice_that_cannot_be_fails_the_attempt(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	f.chosen = "smoke://";
	fixture_start(&f);
	run_for(&f, 0);
	expect_log(&f, "connecting(1) down waiting(1) ");
	assert_int_equal(f.error.code, -EINVAL);
	f.chosen = NULL;
	run_for(&f, 2 * SB_S);
	expect_log(&f, "connecting(2) up connected ");
	fixture_end(&f);
}

static enum { STOPS, STOPS_AND_STARTS, DESTROYS } deed;

static void
do_in_choose(struct fixture *f, enum moment moment)
{
	if (moment != IN_CHOOSE || f->n_moments[moment] > 1)
		return;
	if (deed == DESTROYS) {
		fixture_destroy(f);
		return;
	}
	fixture_stop(f);
	if (deed == STOPS_AND_STARTS)
		fixture_start(f);
}

static void
what_is_stopped_when_it_chooses_has_not_begun(void **state)
{
	struct fixture f;

	for (deed = STOPS; deed <= DESTROYS; deed++) {
		fixture_create(&f, *state, NULL);
		open_server(&f, URL);
		f.act = do_in_choose;
		fixture_start(&f);
		run_for(&f, 3600 * SB_S);
		expect_log(&f, deed == STOPS_AND_STARTS ? "connecting(1) up connected " : "");
		fixture_end(&f);
	}
}

/* Goes where the owner says from now on. */
static void
leave_for_other(struct fixture *f)
{
	f->chosen = OTHER;
	fixture_again(f);
	sb_stream_abort(f->stream);
}

static void
it_goes_again_at_once_to_the_same_url(void **state)
{
	struct sb_client_options o = { .urls = two, .n_urls = 2, .max_attempts = 2 };
	struct fixture f;

	fixture_create(&f, *state, &o);
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, SB_S);
	expect_log(&f, "connecting(1) up connected ");
	leave_for_other(&f);
	kill_server(&f);
	open_server(&f, OTHER);
	run_for(&f, 0);
	expect_log(&f, "closed down waiting(0) connecting(2) up connected ");
	assert_int_equal(f.delays[0], 0);
	assert_string_equal(f.asked, URL);
	assert_string_equal(f.url, OTHER);
	/* It was no failure: this is the first of two, and leads to the next URL. */
	f.chosen = NULL;
	kill_server(&f);
	run_for(&f, 60 * SB_S);
	expect_log(&f, "closed down waiting(1) connecting(3) down gave-up ");
	assert_string_equal(f.url, SECOND);
	fixture_end(&f);
}

static void
an_attempt_goes_again_too(void **state)
{
	struct sb_world *world = *state;
	struct fixture f;

	fixture_create(&f, world, NULL);
	assert_int_equal(sb_simulation_set_reach(world->sim, URL, SB_BLACK_HOLED), 0);
	fixture_start(&f);
	run_for(&f, SB_S);
	fixture_again(&f);
	run_for(&f, 30 * SB_S);
	expect_log(&f, "connecting(1) down waiting(0) connecting(2) ");
	assert_int_equal(sb_simulation_set_reach(world->sim, URL, SB_REACHED), 0);
	fixture_end(&f);
}

static void
it_goes_again_once_until_it_is_established(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	/* Without anything to be over it is not said. */
	fixture_again(&f);
	fixture_start(&f);
	run_for(&f, SB_S);
	for (int i = 0; i < 2; i++) {
		fixture_again(&f);
		sb_stream_abort(f.stream);
		run_for(&f, 0);
		clear_log(&f);
		fixture_again(&f);
		sb_stream_abort(f.stream);
		run_for(&f, 0);
		expect_log(&f, i ? "closed down waiting(2) " : "closed down waiting(1) ");
		run_for(&f, 4 * SB_S);
		sb_client_established(f.client);
	}
	/* One that is started anew may, too. */
	fixture_again(&f);
	fixture_stop(&f);
	run_for(&f, 0);
	fixture_start(&f);
	run_for(&f, 0);
	clear_log(&f);
	fixture_again(&f);
	sb_stream_abort(f.stream);
	run_for(&f, 0);
	expect_log(&f, "closed down waiting(0) connecting(2) up connected ");
	fixture_end(&f);
}

static void
one_that_lasted_goes_again_to_its_own_url(void **state)
{
	struct sb_client_options o = { .urls = two, .n_urls = 2 };
	struct fixture f;

	fixture_create(&f, *state, &o);
	f.establishes = true;
	open_server(&f, SECOND);
	fixture_start(&f);
	run_for(&f, 100 * SB_S);
	assert_string_equal(f.url, SECOND);
	leave_for_other(&f);
	run_for(&f, 0);
	assert_string_equal(f.asked, SECOND);
	assert_string_equal(f.url, OTHER);
	fixture_end(&f);
}

static void
hold_in_down(struct fixture *f, enum moment moment)
{
	if (moment == IN_DOWN && f->n_down == 2)
		fixture_hold(f, 1800 * SB_S);
}

static void
a_held_delay_is_no_shorter(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, SB_S);
	fixture_hold(&f, 120 * SB_S);
	fixture_hold(&f, 100 * SB_S);
	sb_stream_abort(f.stream);
	run_for(&f, 0);
	assert_int_equal(f.delays[0], 120 * SB_S);
	run_for(&f, 120 * SB_S);
	/* Once; and in `down` too, longer than the longest. */
	f.act = hold_in_down;
	sb_stream_abort(f.stream);
	run_for(&f, 0);
	assert_int_equal(f.delays[1], 1800 * SB_S);
	run_for(&f, 1800 * SB_S);
	sb_stream_abort(f.stream);
	run_for(&f, 0);
	assert_true(f.delays[2] <= 8 * SB_S);
	/* While it waits it is too late. */
	fixture_hold(&f, 3600 * SB_S);
	run_for(&f, 8 * SB_S);
	sb_stream_abort(f.stream);
	run_for(&f, 0);
	assert_true(f.delays[3] <= 16 * SB_S);
	run_for(&f, 16 * SB_S);
	/* A hold is kept by one that goes again, and ended by its owner. */
	fixture_again(&f);
	fixture_hold(&f, 60 * SB_S);
	sb_stream_abort(f.stream);
	run_for(&f, 0);
	assert_int_equal(f.delays[4], 60 * SB_S);
	clear_log(&f);
	fixture_retry_now(&f);
	run_for(&f, 0);
	expect_log(&f, "connecting(6) up connected ");
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(the_owner_chooses_where_each_attempt_goes),
		kit_test(a_choice_that_cannot_be_fails_the_attempt),
		kit_test(what_is_stopped_when_it_chooses_has_not_begun),
		kit_test(it_goes_again_at_once_to_the_same_url),
		kit_test(an_attempt_goes_again_too),
		kit_test(it_goes_again_once_until_it_is_established),
		kit_test(one_that_lasted_goes_again_to_its_own_url),
		kit_test(a_held_delay_is_no_shorter),
	};

	return kit_run(tests);
}
