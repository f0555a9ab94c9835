/* A client over the simulated network: what it tells, and what may be done in each call. */

#include "reactor/client.c"

#include "reactor/client_fixture.h"

enum action {
	STOP,
	DESTROY,
	RESTART,
	START,
	RETRY,
	CLOSE_STREAM,
	ABORT_STREAM,
	DESTROY_STREAM,
	STOP_AND_DESTROY_STREAM,
	DESTROY_STREAM_AND_STOP,
	RESTART_AND_STOP,
	STOP_AND_DESTROY,
	AGAIN,
	HOLD,
	AGAIN_AND_STOP,
	AGAIN_AND_ABORT_STREAM,
	N_ACTIONS
};

static void
abort_stream(struct fixture *f)
{
	if (f->stream)
		sb_stream_abort(f->stream);
}

/* Of actions that do one thing. */
static void
do_one(struct fixture *f, enum action action)
{
	switch (action) {
	case STOP:
		fixture_stop(f);
		break;
	case DESTROY:
		fixture_destroy(f);
		break;
	case START:
		fixture_start(f);
		break;
	case RETRY:
		fixture_retry_now(f);
		break;
	case CLOSE_STREAM:
		if (f->stream)
			sb_stream_close(f->stream);
		break;
	case ABORT_STREAM:
		abort_stream(f);
		break;
	case DESTROY_STREAM:
		fixture_destroy_stream(f);
		break;
	case AGAIN:
		fixture_again(f);
		break;
	case HOLD:
		fixture_hold(f, SB_S);
		break;
	default:
		break;
	}
}

static void
do_to(struct fixture *f, enum action action)
{
	switch (action) {
	case RESTART:
		fixture_stop(f);
		fixture_start(f);
		break;
	case STOP_AND_DESTROY_STREAM:
		fixture_stop(f);
		fixture_destroy_stream(f);
		break;
	case DESTROY_STREAM_AND_STOP:
		fixture_destroy_stream(f);
		fixture_stop(f);
		break;
	case RESTART_AND_STOP:
		fixture_stop(f);
		fixture_start(f);
		fixture_stop(f);
		break;
	case STOP_AND_DESTROY:
		fixture_stop(f);
		fixture_destroy(f);
		break;
	case AGAIN_AND_STOP:
		fixture_again(f);
		fixture_stop(f);
		break;
	case AGAIN_AND_ABORT_STREAM:
		fixture_again(f);
		abort_stream(f);
		break;
	default:
		do_one(f, action);
	}
}

static bool
ends_it(enum action action)
{
	return action == STOP || action == DESTROY || action == STOP_AND_DESTROY_STREAM
	       || action == DESTROY_STREAM_AND_STOP || action == RESTART_AND_STOP
	       || action == STOP_AND_DESTROY || action == AGAIN_AND_STOP;
}

/* What is done, and when. */
static enum action the_action;
static enum moment the_moment;
static unsigned the_time; /* the how manyeth such call */

static void
act_then(struct fixture *f, enum moment moment)
{
	if (moment == the_moment && f->n_moments[moment] == the_time)
		do_to(f, the_action);
}

/* A server that greets, ends, is away for a while and comes back. */
static void
live_through(struct sb_world *world, struct fixture *f, unsigned max_attempts)
{
	struct sb_client_options o = { .max_attempts = max_attempts };

	fixture_create(f, world, &o);
	f->act = act_then;
	f->greets = true;
	f->establishes = true;
	open_server(f, URL);
	fixture_start(f);
	run_for(f, 10 * SB_S);
	if (f->guests[0])
		sb_stream_close(f->guests[0]);
	run_for(f, 100 * SB_S);
	kill_server(f);
	run_for(f, 1000 * SB_S);
	open_server(f, URL);
	run_for(f, 1000 * SB_S);
}

static void
try_action(struct sb_world *world)
{
	static struct fixture f;

	live_through(world, &f, the_moment == IN_GAVE_UP ? 2 : 0);
	if (f.n_moments[the_moment] < the_time) {
		/* Of some calls there are not so many. */
		assert_true(the_time > 1);
	} else if (ends_it(the_action)) {
		if (f.client) {
			assert_int_equal(sb_client_state(f.client), SB_CLIENT_STOPPED);
			assert_int_equal(f.n_down, f.n_began);
		}
	} else if (the_moment == IN_GAVE_UP) {
		/* There is nobody to find, and it gives up again. */
		assert_int_equal(f.n_moments[IN_GAVE_UP] > the_time,
			the_action == RESTART || the_action == START);
	} else {
		assert_int_equal(sb_client_state(f.client), SB_CLIENT_UP);
		assert_int_equal(f.n_began, f.n_down + 1);
		assert_non_null(f.stream);
	}
	fixture_end(&f);
}

static void
everything_may_be_done_in_each_call(void **state)
{
	unsigned n = 0;

	for (the_moment = 0; the_moment < N_MOMENTS; the_moment++)
		for (the_action = 0; the_action < N_ACTIONS; the_action++)
			for (the_time = 1; the_time <= 3; the_time++, n++)
				try_action(*state);
	print_message("%u lives\n", n);
}

static void
start_in_down(struct fixture *f, enum moment moment)
{
	if (moment == IN_DOWN && f->n_down == 2)
		fixture_start(f);
}

static void
destroy_in_down(struct fixture *f, enum moment moment)
{
	if (moment == IN_DOWN && f->n_down == 2)
		fixture_destroy(f);
}

static void
one_started_or_destroyed_at_the_last_failure_does_not_give_up(void **state)
{
	struct sb_client_options o = { .max_attempts = 2 };
	struct fixture f;

	fixture_create(&f, *state, &o);
	f.act = start_in_down;
	fixture_start(&f);
	run_for(&f, 60 * SB_S);
	expect_log(&f, "connecting(1) down waiting(1) connecting(2) down connecting(1) down "
		       "waiting(1) connecting(2) down gave-up ");
	fixture_end(&f);
	fixture_create(&f, *state, &o);
	f.act = destroy_in_down;
	fixture_start(&f);
	run_for(&f, 60 * SB_S);
	expect_log(&f, "connecting(1) down waiting(1) connecting(2) down ");
	fixture_end(&f);
}

/* From outside, at any time, in any weather. */
static void
act_at_a_time(void *self, uint64_t seed)
{
	static struct fixture f;
	struct sb_world *world = sb_world_create(seed);
	unsigned *n = self;

	for (the_action = 0; the_action < N_ACTIONS; the_action++, ++*n) {
		fixture_create(
			&f, world, &(struct sb_client_options){ .delay_max_ns = 20 * SB_MS });
		sb_simulation_set_weather(
			world->sim, &(struct sb_weather){ .latency_max_ns = 5 * SB_MS,
					    .chops = true,
					    .cut_per_million = 200000 });
		f.greets = true;
		f.drops = seed % 2;
		if (seed % 3)
			open_server(&f, URL);
		fixture_start(&f);
		run_for(&f, (int64_t)(sb_reactor_random(world->r) % (60 * SB_MS)));
		do_to(&f, the_action);
		run_for(&f, 20 * SB_S);
		if (f.client && ends_it(the_action)) {
			assert_int_equal(sb_client_state(f.client), SB_CLIENT_STOPPED);
			assert_int_equal(f.n_down, f.n_began);
		}
		fixture_end(&f);
		sb_simulation_set_weather(world->sim, &(struct sb_weather){ 0 });
		sb_simulation_settle(world->sim);
	}
	sb_world_destroy(world);
}

static void
everything_may_be_done_at_each_time(void **state)
{
	unsigned n = 0;

	(void)state;
	sb_testing_each_seed(1, 40, act_at_a_time, &n);
	print_message("%u lives\n", n);
}

static void
nothing_is_told_before_the_next_turn(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_STOPPED);
	fixture_start(&f);
	expect_log(&f, "");
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_CONNECTING);
	/* Nothing has been attempted, nothing is down. */
	fixture_stop(&f);
	run_for(&f, 3600 * SB_S);
	expect_log(&f, "");
	fixture_stop(&f);
	fixture_end(&f);
}

static void
stop_closes_in_order_and_down_comes_last(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	fixture_start(&f);
	fixture_start(&f);
	run_for(&f, SB_S);
	expect_log(&f, "connecting(1) up connected ");
	fixture_start(&f);
	fixture_stop(&f);
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_STOPPED);
	assert_non_null(sb_client_stream(f.client));
	expect_log(&f, "");
	run_for(&f, 3600 * SB_S);
	expect_log(&f, "closed down ");
	assert_int_equal(f.error.code, 0);
	fixture_end(&f);
}

static void
stop_writes_what_is_queued(void **state)
{
	struct sb_world *world = *state;
	static char text[200000];
	struct fixture f;

	fixture_create(&f, world, NULL);
	sb_simulation_set_weather(
		world->sim, &(struct sb_weather){ .latency_min_ns = SB_S, .latency_max_ns = SB_S });
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, 10 * SB_S);
	clear_log(&f);
	assert_int_equal(sb_stream_write(f.stream, (struct sb_bytes){ text, sizeof(text) }), 0);
	fixture_stop(&f);
	run_for(&f, SB_S);
	expect_log(&f, "");
	/* Started again, it waits for the end of that. */
	fixture_start(&f);
	run_for(&f, SB_S / 2);
	expect_log(&f, "");
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_CONNECTING);
	run_for(&f, 20 * SB_S);
	expect_log(&f, "closed down connecting(1) up connected ");
	fixture_end(&f);
}

static void
stop_gives_up_an_attempt(void **state)
{
	struct sb_world *world = *state;
	struct fixture f;

	fixture_create(&f, world, NULL);
	assert_int_equal(sb_simulation_set_reach(world->sim, URL, SB_BLACK_HOLED), 0);
	fixture_start(&f);
	run_for(&f, SB_S);
	fixture_stop(&f);
	expect_log(&f, "connecting(1) ");
	run_for(&f, 3600 * SB_S);
	expect_log(&f, "down ");
	assert_int_equal(f.error.code, -ECONNABORTED);
	fixture_end(&f);
}

static void
refused_by_its_owner_is_a_failure(void **state)
{
	struct fixture f;
	int i;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	f.refuses = true;
	fixture_start(&f);
	run_for(&f, 0);
	expect_log(&f, "connecting(1) up down waiting(1) ");
	assert_int_equal(f.error.code, -ECONNABORTED);
	assert_string_equal(f.error.text, "the connection to " URL " was destroyed by its owner");
	run_for(&f, 86400 * SB_S);
	for (i = 0; i < N_GUESTS; i++)
		assert_null(f.guests[i]);
	assert_in_range(f.n_began, 450, 700);
	f.refuses = false;
	run_for(&f, 301 * SB_S);
	assert_non_null(f.stream);
	fixture_end(&f);
}

static void
a_stream_destroyed_by_its_owner_is_lost(void **state)
{
	struct fixture f;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, SB_S);
	clear_log(&f);
	fixture_destroy_stream(&f);
	assert_null(sb_client_stream(f.client));
	assert_int_equal(sb_client_state(f.client), SB_CLIENT_UP);
	sb_client_established(f.client);
	run_for(&f, 0);
	expect_log(&f, "down waiting(1) ");
	assert_int_equal(f.error.code, -ECONNABORTED);
	assert_string_equal(f.error.text, "the connection to " URL " was destroyed by its owner");
	run_for(&f, 2 * SB_S);
	expect_log(&f, "connecting(2) up connected ");
	fixture_end(&f);
}

/* As a pipe or a protocol that takes over another's stream. */
static void
other_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)stream;
	(void)error;
	++*(int *)self;
}

static void
a_stream_handed_on_is_still_heard_to_end(void **state)
{
	static const struct sb_protocol other = { .closed = other_closed };
	struct fixture f;
	int n_closed = 0;

	fixture_create(&f, *state, NULL);
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, SB_S);
	clear_log(&f);
	sb_stream_attach(f.stream, &other, &n_closed);
	f.stream = NULL;
	sb_stream_close(f.guests[0]);
	run_for(&f, 0);
	assert_int_equal(n_closed, 1);
	expect_log(&f, "down waiting(1) ");
	assert_int_equal(f.error.code, 0);
	fixture_end(&f);
}

static void
one_without_calls_but_up_stays_connected(void **state)
{
	static const struct sb_client_events only_up = { .up = note_up };
	static const char *const urls[] = { URL };
	struct sb_client_options o = { .urls = urls, .n_urls = 1 };
	struct sb_world *world = *state;
	struct sb_client *client;
	struct fixture f;
	int i;

	fixture_create(&f, world, NULL);
	sb_client_destroy(f.client);
	assert_int_equal(sb_client_create(world->r, &o, SB_PLACE, &only_up, &f, &client, NULL), 0);
	f.client = client;
	fixture_start(&f);
	run_for(&f, SB_S);
	open_server(&f, URL);
	for (i = 1; i < 5; i++) {
		run_for(&f, 600 * SB_S);
		assert_int_equal(f.n_up, i);
		sb_stream_abort(f.stream);
	}
	o.max_attempts = 1;
	kill_server(&f);
	fixture_destroy(&f);
	f.is_inside = false;
	assert_int_equal(sb_client_create(world->r, &o, SB_PLACE, &only_up, &f, &client, NULL), 0);
	f.client = client;
	fixture_start(&f);
	run_for(&f, SB_S);
	assert_int_equal(sb_client_state(client), SB_CLIENT_STOPPED);
	fixture_end(&f);
}

static void
what_cannot_be_is_said_in_words(void **state)
{
	static const struct {
		const char *url;
		struct sb_client_options o;
		int code;
		const char *text;
	} cases[] = {
		{ NULL, { 0 }, -EINVAL, "a client needs a URL to connect to" },
		{ "tcp://127.0.0.1:0", { 0 }, -EINVAL, "port 0" },
		{ "smoke://h", { 0 }, -EINVAL, "smoke" },
		{ URL, { .delay_initial_ns = -1 }, -EINVAL, "less than 0" },
		{ URL, { .delay_max_ns = -1 }, -EINVAL, "less than 0" },
		{ URL, { .delay_factor = 0.5 }, -EINVAL, "0.5" },
		{ URL, { .delay_factor = -2 }, -EINVAL, "-2" },
		{ URL, { .delay_factor = 0.0 / 0.0 }, -EINVAL, "nan" },
	};
	struct sb_world *world = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const urls[] = { URL, cases[i].url };
		struct sb_client_options o = cases[i].o;
		struct sb_client *client = NULL;
		struct sb_error why;

		o.urls = urls;
		o.n_urls = cases[i].url ? 2 : 0;
		assert_int_equal(sb_client_create(world->r, &o, SB_PLACE, &noting_events, NULL,
					 &client, &why),
			cases[i].code);
		assert_null(client);
		if (!strstr(why.text, cases[i].text))
			fail_msg("\"%s\" has no \"%s\"", why.text, cases[i].text);
	}
	sb_client_destroy(NULL);
}

static void
one_that_is_left_is_listed_with_its_place(void **state)
{
	struct sb_world *world = *state;
	size_t cursor = 0;
	char left[512];
	struct fixture f;

	fixture_create(&f, world, NULL);
	assert_true(sb_reactor_pending_next(world->r, &cursor, left, sizeof(left)));
	while (!strstr(left, "client_fixture.h"))
		assert_true(sb_reactor_pending_next(world->r, &cursor, left, sizeof(left)));
	fixture_end(&f);
}

static void
a_quiet_week_is_a_few_turns(void **state)
{
	struct sb_world *world = *state;
	uint64_t turns;
	struct fixture f;

	fixture_create(&f, world, NULL);
	f.establishes = true;
	open_server(&f, URL);
	fixture_start(&f);
	run_for(&f, SB_S);
	turns = world->r->turn;
	run_for(&f, INT64_C(7) * 86400 * SB_S);
	assert_in_range(world->r->turn - turns, 0, 3);
	assert_non_null(f.stream);
	fixture_end(&f);
}

static void
a_reactor_runs_on_while_it_waits_and_ends_when_it_is_stopped(void **state)
{
	struct sb_client_options o = { .max_attempts = 5 };
	struct sb_world *world = *state;
	struct fixture f;

	fixture_create(&f, world, &o);
	assert_int_equal(sb_reactor_run(world->r), 0);
	expect_log(&f, "");
	fixture_start(&f);
	assert_int_equal(sb_reactor_run(world->r), 0);
	assert_int_equal(f.n_began, 5);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(everything_may_be_done_in_each_call),
		kit_test(one_started_or_destroyed_at_the_last_failure_does_not_give_up),
		kit_test_bare(everything_may_be_done_at_each_time),
		kit_test(nothing_is_told_before_the_next_turn),
		kit_test(stop_closes_in_order_and_down_comes_last),
		kit_test(stop_writes_what_is_queued),
		kit_test(stop_gives_up_an_attempt),
		kit_test(refused_by_its_owner_is_a_failure),
		kit_test(a_stream_destroyed_by_its_owner_is_lost),
		kit_test(a_stream_handed_on_is_still_heard_to_end),
		kit_test(one_without_calls_but_up_stays_connected),
		kit_test(what_cannot_be_is_said_in_words),
		kit_test(one_that_is_left_is_listed_with_its_place),
		kit_test(a_quiet_week_is_a_few_turns),
		kit_test(a_reactor_runs_on_while_it_waits_and_ends_when_it_is_stopped),
	};

	return kit_run(tests);
}
