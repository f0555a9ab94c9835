/* Connecting to names in virtual time: RFC 8305 to the millisecond. */

#include "reactor/race_fixture.h"

static void
ipv6_is_tried_first_and_alone_where_it_answers(void **state)
{
	struct world *w = *state;

	set_v4(w, "192.0.2.1", 0);
	set_v6(w, "2001:db8::1", 0);
	set_round_trip(w, 200);
	listen_at(w, "tcp://[2001:db8::1]:17");
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 200);
	assert_int_equal(w->client.n_connected, 1);
	assert_string_equal(sb_stream_peer(w->client.stream), "[2001:db8::1]:17");
	sb_simulation_run_for(w->sim, SB_S);
	expect_dials("0 [2001:db8::1]:17");
	assert_int_equal(w->n_accepted, 1);
}

static void
peer_of_a_connecting_stream_is_the_name(void **state)
{
	struct world *w = *state;

	connect_to(w, "tcp://a.example:17");
	assert_string_equal(sb_stream_peer(w->client.stream), "a.example:17");
	drop_peer(&w->client);
	connect_to(w, "tcp://_x._tcp.example");
	assert_string_equal(sb_stream_peer(w->client.stream), "_x._tcp.example");
}

static void
answer_for_ipv6_is_used_without_waiting_for_the_other(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 10);
	set_v4(w, "192.0.2.1", 5000);
	listen_at(w, "tcp://[2001:db8::1]:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 10);
	expect_dials("10 [2001:db8::1]:17");
}

static void
answer_for_ipv4_waits_50_ms_for_the_other(void **state)
{
	struct world *w = *state;

	set_v4(w, "192.0.2.1", 10);
	set_v6(w, "2001:db8::1", 59);
	listen_at(w, "tcp://[2001:db8::1]:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 59);
	expect_dials("59 [2001:db8::1]:17");
}

static void
answer_for_ipv4_waits_no_longer_than_50_ms(void **state)
{
	struct world *w = *state;

	set_v4(w, "192.0.2.1 192.0.2.2", 10);
	set_v6(w, "2001:db8::1", 100);
	swallow(w, "tcp://192.0.2.1:17");
	swallow(w, "tcp://[2001:db8::1]:17");
	listen_at(w, "tcp://192.0.2.2:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 560);
	expect_dials("60 192.0.2.1:17, 310 [2001:db8::1]:17, 560 192.0.2.2:17");
}

static void
that_there_is_no_ipv6_ends_the_waiting(void **state)
{
	struct world *w = *state;

	set_v4(w, "192.0.2.1", 10);
	set_v6(w, "", 30);
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 30);
	expect_dials("30 192.0.2.1:17");
}

static void
ipv4_is_used_at_once_where_there_is_no_ipv6(void **state)
{
	struct world *w = *state;

	set_v4(w, "192.0.2.1", 100);
	set_v6(w, "", 0);
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 100);
	expect_dials("100 192.0.2.1:17");
}

static void
families_take_turns_every_250_ms(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1 2001:db8::2 2001:db8::3", 0);
	set_v4(w, "192.0.2.1 192.0.2.2", 0);
	swallow(w, "tcp://[2001:db8::1]:17");
	swallow(w, "tcp://[2001:db8::2]:17");
	swallow(w, "tcp://192.0.2.1:17");
	swallow(w, "tcp://192.0.2.2:17");
	listen_at(w, "tcp://[2001:db8::3]:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 1000);
	expect_dials("0 [2001:db8::1]:17, 250 192.0.2.1:17, 500 [2001:db8::2]:17, "
		     "750 192.0.2.2:17, 1000 [2001:db8::3]:17");
}

static void
next_is_tried_as_soon_as_one_has_failed(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1 2001:db8::2", 0);
	set_v4(w, "192.0.2.1", 0);
	set_round_trip(w, 20);
	listen_at(w, "tcp://[2001:db8::2]:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 60);
	expect_dials("0 [2001:db8::1]:17, 20 192.0.2.1:17, 40 [2001:db8::2]:17");
}

/* The first fails when the second runs already; then the third need not wait either. */
static void
one_that_fails_late_makes_room_too(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1 2001:db8::2", 0);
	set_v4(w, "192.0.2.1", 0);
	set_round_trip(w, 300);
	swallow(w, "tcp://192.0.2.1:17");
	listen_at(w, "tcp://[2001:db8::2]:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 600);
	expect_dials("0 [2001:db8::1]:17, 250 192.0.2.1:17, 300 [2001:db8::2]:17");
}

static void
addresses_that_come_late_join_the_race(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1", 2000);
	set_round_trip(w, 20);
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 2020);
	expect_dials("0 [2001:db8::1]:17, 2000 192.0.2.1:17");
}

static void
first_that_answers_wins_and_the_losers_are_closed(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1", 0);
	set_round_trip(w, 400);
	listen_at(w, "tcp://[2001:db8::1]:17");
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 400);
	expect_dials("0 [2001:db8::1]:17, 250 192.0.2.1:17");
	assert_string_equal(sb_stream_peer(w->client.stream), "[2001:db8::1]:17");
	sb_simulation_run_for(w->sim, SB_S);
	assert_int_equal(w->n_accepted, 1);
	assert_int_equal(w->server.n_closed, 0);
	write_text(&w->client, "hello");
	sb_simulation_settle(w->sim);
	assert_string_equal(w->server.text, "hello");
}

static void
later_one_may_win(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1", 0);
	swallow(w, "tcp://[2001:db8::1]:17");
	set_round_trip(w, 20);
	listen_at(w, "tcp://[2001:db8::1]:17");
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 270);
	assert_string_equal(sb_stream_peer(w->client.stream), "192.0.2.1:17");
	assert_int_equal(w->client.n_connected, 1);
	sb_simulation_run_for(w->sim, SB_S);
	assert_int_equal(w->n_accepted, 1);
}

static void
two_that_answer_at_one_moment_are_one_connection(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1", 0);
	listen_at(w, "tcp://[2001:db8::1]:17");
	listen_at(w, "tcp://192.0.2.1:17");
	/* To one it takes 150 ms, and 200 back; to the other, from 250 on, 50 both ways. */
	set_round_trip(w, 300);
	connect_to(w, "tcp://a.example:17");
	sb_simulation_run_for(w->sim, 140 * SB_MS);
	set_round_trip(w, 400);
	sb_simulation_run_for(w->sim, 20 * SB_MS);
	set_round_trip(w, 100);
	sb_simulation_run_for(w->sim, SB_S);
	assert_int_equal(w->client.n_connected, 1);
	assert_int_equal(w->client.n_closed, 0);
	assert_string_equal(sb_stream_peer(w->client.stream), "[2001:db8::1]:17");
	assert_int_equal(w->n_accepted, 2);
	assert_int_equal(w->server.n_closed + w->more[0].n_closed, 1);
}

static void
localhost_needs_no_look_up(void **state)
{
	struct world *w = *state;

	listen_at(w, "tcp://127.0.0.1:17");
	(void)connect_and_wait(w, "tcp://LOCALHOST.:17");
	assert_int_equal(w->client.n_connected, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(ipv6_is_tried_first_and_alone_where_it_answers),
		in_world(peer_of_a_connecting_stream_is_the_name),
		in_world(answer_for_ipv6_is_used_without_waiting_for_the_other),
		in_world(answer_for_ipv4_waits_50_ms_for_the_other),
		in_world(answer_for_ipv4_waits_no_longer_than_50_ms),
		in_world(that_there_is_no_ipv6_ends_the_waiting),
		in_world(ipv4_is_used_at_once_where_there_is_no_ipv6),
		in_world(families_take_turns_every_250_ms),
		in_world(next_is_tried_as_soon_as_one_has_failed),
		in_world(one_that_fails_late_makes_room_too),
		in_world(addresses_that_come_late_join_the_race),
		in_world(first_that_answers_wins_and_the_losers_are_closed),
		in_world(later_one_may_win),
		in_world(two_that_answer_at_one_moment_are_one_connection),
		in_world(localhost_needs_no_look_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
