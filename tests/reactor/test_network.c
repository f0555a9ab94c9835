/* The simulated network: its weather, who is reached, and by which URL. */

#include "reactor/contract.h"

static int
set_up(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_SIMULATION, 7);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

static void
latency_delays_each_way_and_keeps_order(void **state)
{
	struct world *w = *state;
	struct sb_weather varying = { .latency_min_ns = 10 * SB_MS, .latency_max_ns = 500 * SB_MS };
	struct sb_weather fixed = { .latency_min_ns = 30 * SB_MS, .latency_max_ns = 30 * SB_MS };
	int64_t began_ns = sb_reactor_now_ns(w->r);
	int i;

	sb_simulation_set_weather(w->sim, &fixed);
	open_listener(w);
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 60 * SB_MS);
	sb_simulation_set_weather(w->sim, &varying);
	for (i = 0; i < 8; i++) {
		write_text(
			&w->client, (const char *[]){ "a", "b", "c", "d", "e", "f", "g", "h" }[i]);
		assert_int_equal(sb_simulation_run_for(w->sim, SB_MS), 0);
	}
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "abcdefgh");
	assert_true(w->server.n_data > 1);
}

static void
chopped_bytes_come_in_random_pieces_often_of_one(void **state)
{
	struct world *w = *state;
	struct sb_weather chopping = { .chops = true };
	unsigned char *pattern = make_pattern(10000);
	unsigned n_pieces;

	meet(w);
	assert_int_equal(sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 10000 }), 0);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->server.n_bytes, 10000);
	n_pieces = w->server.n_data;
	sb_simulation_set_weather(w->sim, &chopping);
	assert_int_equal(sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 10000 }), 0);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->server.n_bytes, 20000);
	assert_int_equal(n_pieces, 1);
	assert_true(w->server.n_data > 8);
	free(pattern);
}

static void
pipe_holds_so_many_bytes(void **state)
{
	struct world *w = *state;
	struct sb_weather narrow = { .pipe_size = 10 };

	sb_simulation_set_weather(w->sim, &narrow);
	meet(w);
	sb_stream_pause(w->server.stream);
	write_text(&w->client, "0123456789abc");
	assert_int_equal(sb_stream_queued(w->client.stream), 3);
	sb_simulation_settle(w->sim);
	assert_int_equal(sb_stream_queued(w->client.stream), 3);
	sb_stream_resume(w->server.stream);
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "0123456789abc");
}

static void
every_delivery_may_be_cut_inside(void **state)
{
	struct world *w = *state;
	struct sb_weather cutting = { .cut_per_million = 1000000 };

	meet(w);
	sb_simulation_set_weather(w->sim, &cutting);
	write_text(&w->client, "hello");
	wait_for(w, both_closed);
	assert_true(w->server.n_bytes < 5);
	assert_int_equal(strncmp(w->server.text, "hello", w->server.n_bytes), 0);
	assert_int_equal(w->client.error.code, -ECONNRESET);
	assert_int_equal(w->server.error.code, -ECONNRESET);
}

static void
cut_all_resets_connections_and_leaves_listeners(void **state)
{
	struct world *w = *state;

	meet(w);
	write_text(&w->client, "lost on the way");
	sb_simulation_cut_all(w->sim);
	wait_for(w, both_closed);
	assert_int_equal(w->client.error.code, -ECONNRESET);
	assert_int_equal(w->server.error.code, -ECONNRESET);
	assert_int_equal(w->server.n_bytes, 0);
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->more[9].n_connected, 1);
}

static void
set_reach(struct world *w, enum sb_reach reach)
{
	assert_int_equal(sb_simulation_set_reach(w->sim, sb_listener_url(w->listener), reach), 0);
}

static void
refused_though_somebody_listens(void **state)
{
	struct world *w = *state;

	open_listener(w);
	set_reach(w, SB_REFUSED);
	connect_peer(w, &w->client, NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->client.error.code, -ECONNREFUSED);
	assert_int_equal(w->client.n_connected, 0);
	assert_int_equal(w->n_accepted, 0);
	set_reach(w, SB_REACHED);
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->more[9].n_connected, 1);
	assert_int_equal(sb_simulation_set_reach(w->sim, "nonsense", SB_REFUSED), -EINVAL);
}

static void
connect_gives_up_in_a_black_hole(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = { .connect_timeout_ns = 5 * SB_S };
	struct sb_stream_options patient = { .connect_timeout_ns = -1 };
	int64_t began_ns = sb_reactor_now_ns(w->r);

	open_listener(w);
	set_reach(w, SB_BLACK_HOLED);
	connect_peer(w, &w->client, &options);
	connect_peer(w, &w->more[10], NULL);
	connect_peer(w, &w->more[9], &patient);
	wait_for(w, client_closed);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 5 * SB_S);
	assert_int_equal(w->client.error.code, -ETIMEDOUT);
	assert_non_null(strstr(w->client.error.text, "no answer within 5 s"));
	assert_non_null(strstr(w->client.error.text, sb_listener_url(w->listener)));
	assert_int_equal(sb_simulation_run_for(w->sim, 25 * SB_S - 1), 0);
	assert_int_equal(w->more[10].n_closed, 0);
	assert_int_equal(sb_simulation_run_for(w->sim, 1), 0);
	assert_int_equal(w->more[10].n_closed, 1);
	/* Who has patience may still be reached. */
	assert_int_equal(sb_simulation_run_for(w->sim, 3600 * SB_S), 0);
	assert_int_equal(w->more[9].n_connected, 0);
	set_reach(w, SB_REACHED);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->more[9].n_connected, 1);
}

static void
what_is_connected_hears_nothing_from_a_black_hole(void **state)
{
	struct world *w = *state;

	meet(w);
	set_reach(w, SB_BLACK_HOLED);
	sb_stream_set_idle_timeout(w->client.stream, 60 * SB_S);
	write_text(&w->server, "unheard");
	write_text(&w->client, "unheard");
	assert_int_equal(sb_simulation_run_for(w->sim, 59 * SB_S), 0);
	assert_int_equal(w->client.n_bytes + w->server.n_bytes, 0);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ETIMEDOUT);
	/* The other side does not hear of that either, until the way is free. */
	assert_int_equal(sb_simulation_run_for(w->sim, 3600 * SB_S), 0);
	assert_int_equal(w->server.n_closed, 0);
	set_reach(w, SB_REACHED);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->server.n_closed, 1);
	assert_string_equal(w->server.text, "unheard");
}

static void
nothing_that_can_happen_is_a_deadlock(void **state)
{
	struct world *w = *state;

	meet(w);
	assert_int_equal(sb_reactor_run(w->r), -EDEADLK);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_S), 0);
}

static void
ports_are_taken_from_49152_up_and_given_back(void **state)
{
	struct world *w = *state;
	struct sb_listener *second, *third;

	open_listener(w);
	assert_string_equal(sb_listener_url(w->listener), "tcp://127.0.0.1:49152");
	assert_int_equal(sb_listener_open(w->r, "tcp://localhost:0", NULL, SB_PLACE, &accepting, w,
				 &second, NULL),
		0);
	assert_string_equal(sb_listener_url(second), "tcp://127.0.0.1:49153");
	sb_listener_close(w->listener);
	w->listener = NULL;
	assert_int_equal(sb_listener_open(w->r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &accepting, w,
				 &third, NULL),
		0);
	assert_string_equal(sb_listener_url(third), "tcp://127.0.0.1:49152");
	sb_listener_close(second);
	sb_listener_close(third);
}

static void
connect_to(struct world *w, struct peer *p, const char *url)
{
	assert_int_equal(
		sb_stream_connect(w->r, url, NULL, SB_PLACE, &noting, p, &p->stream, NULL), 0);
	sb_simulation_settle(w->sim);
}

static void
listener_is_found_by_what_its_url_means(void **state)
{
	struct world *w = *state;
	struct sb_listener *others[3];
	size_t i;

	(void)strcpy(w->url, "tcp://localhost:6667");
	open_listener(w);
	assert_int_equal(sb_listener_open(w->r, "tcp://[0:0:0:0:0:0:0:1]:6667", NULL, SB_PLACE,
				 &accepting, w, &others[0], NULL),
		0);
	assert_int_equal(sb_listener_open(w->r, "unix:///run/x", NULL, SB_PLACE, &accepting, w,
				 &others[1], NULL),
		0);
	assert_int_equal(sb_listener_open(w->r, "tcp://0.0.0.0:17", NULL, SB_PLACE, &accepting, w,
				 &others[2], NULL),
		0);
	connect_to(w, &w->client, "tcp://127.0.0.1:6667");
	assert_int_equal(w->client.n_connected, 1);
	assert_string_equal(sb_stream_peer(w->client.stream), "127.0.0.1:6667");
	connect_to(w, &w->more[9], "tcp://[::1]:6667");
	assert_int_equal(w->more[9].n_connected, 1);
	assert_string_equal(sb_stream_peer(w->more[9].stream), "[::1]:6667");
	assert_int_equal(strncmp(sb_stream_peer(w->more[0].stream), "[::1]:", 6), 0);
	connect_to(w, &w->more[10], "unix:///run/x");
	assert_int_equal(w->more[10].n_connected, 1);
	connect_to(w, &w->more[11], "tcp://127.0.0.1:17");
	assert_int_equal(w->more[11].n_connected, 1);
	connect_to(w, &w->more[12], "tcp://[::1]:17");
	assert_int_equal(w->more[12].error.code, -ECONNREFUSED);
	for (i = 0; i < 3; i++)
		sb_listener_close(others[i]);
}

static void
take_one_piece(struct peer *p)
{
	sb_stream_pause(p->stream);
}

static void
stay_open(struct peer *p)
{
	(void)p;
}

/* Nothing can arrive after the peer's end; that it still takes what we write is a sign of life. */
static void
idle_timeout_after_the_peers_end_counts_what_it_takes(void **state)
{
	struct world *w = *state;
	struct sb_weather narrow = { .pipe_size = 10 };
	int i;

	sb_simulation_set_weather(w->sim, &narrow);
	w->options.idle_timeout_ns = 10 * SB_S;
	w->server.on_ended = stay_open;
	w->client.on_data = take_one_piece;
	meet(w);
	sb_stream_shutdown(w->client.stream);
	sb_stream_pause(w->client.stream);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->server.n_ended, 1);
	write_text(&w->server, "0123456789012345678901234567890123456789");
	for (i = 0; i < 4; i++) {
		assert_int_equal(sb_simulation_run_for(w->sim, 6 * SB_S), 0);
		assert_int_equal(w->server.n_closed, 0);
		sb_stream_resume(w->client.stream);
		sb_simulation_settle(w->sim);
	}
	assert_int_equal(w->client.n_bytes, 40);
	assert_int_equal(sb_simulation_run_for(w->sim, 10 * SB_S), 0);
	assert_int_equal(w->server.n_closed, 1);
	assert_int_equal(w->server.error.code, -ETIMEDOUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(latency_delays_each_way_and_keeps_order),
		in_world(chopped_bytes_come_in_random_pieces_often_of_one),
		in_world(pipe_holds_so_many_bytes),
		in_world(every_delivery_may_be_cut_inside),
		in_world(cut_all_resets_connections_and_leaves_listeners),
		in_world(refused_though_somebody_listens),
		in_world(connect_gives_up_in_a_black_hole),
		in_world(what_is_connected_hears_nothing_from_a_black_hole),
		in_world(nothing_that_can_happen_is_a_deadlock),
		in_world(ports_are_taken_from_49152_up_and_given_back),
		in_world(listener_is_found_by_what_its_url_means),
		in_world(idle_timeout_after_the_peers_end_counts_what_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
