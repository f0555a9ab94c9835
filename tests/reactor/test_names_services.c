/* Connecting to services in virtual time: a host that keeps silent, at its address or in DNS, does not
 * keep the next one waiting (RFC 2782, RFC 8305). */

#include "reactor/race_fixture.h"

/* Two hosts of a service, a.example and b.example, of which the second can be reached. */
static void
set_course(struct world *w, int64_t b_delay_ms)
{
	static const char *const services[] = { "10 0 17 a.example", "20 0 18 b.example" };

	assert_int_equal(sb_simulation_set_name(
				 w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE, services, 2, 0, 0),
		0);
	set_v6(w, "", 0);
	set_v4(w, "192.0.2.1", 0);
	set_name_of(w, "b.example", SB_LOOKUP_IPV6, "", 0);
	set_name_of(w, "b.example", SB_LOOKUP_IPV4, "192.0.2.2", b_delay_ms);
	listen_at(w, "tcp://192.0.2.2:18");
}

static void
never_answer(struct world *w, const char *name, enum sb_lookup_kind kind)
{
	assert_int_equal(
		sb_simulation_set_name(w->sim, name, kind, NULL, 0, -ENODATA, INT64_MAX), 0);
}

static void
silent_host_does_not_keep_the_next_one_waiting(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	swallow(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 250);
	expect_dials("0 192.0.2.1:17, 250 192.0.2.2:18");
	assert_string_equal(sb_stream_peer(w->client.stream), "192.0.2.2:18");
}

static void
every_address_of_a_host_is_begun_before_the_next_host(void **state)
{
	struct world *w = *state;

	set_course(w, 100);
	set_v6(w, "2001:db8::1", 0);
	swallow(w, "tcp://192.0.2.1:17");
	swallow(w, "tcp://[2001:db8::1]:17");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 600);
	expect_dials("0 [2001:db8::1]:17, 250 192.0.2.1:17, 600 192.0.2.2:18");
}

static void
host_that_is_only_slow_may_win_against_the_next(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	listen_at(w, "tcp://192.0.2.1:17");
	set_round_trip(w, 400);
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 400);
	expect_dials("0 192.0.2.1:17, 250 192.0.2.2:18");
	assert_string_equal(sb_stream_peer(w->client.stream), "192.0.2.1:17");
}

static void
next_host_begins_with_ipv6_too_though_others_run(void **state)
{
	struct world *w = *state;

	set_course(w, 10);
	set_name_of(w, "b.example", SB_LOOKUP_IPV6, "2001:db8::2", 30);
	swallow(w, "tcp://192.0.2.1:17");
	listen_at(w, "tcp://[2001:db8::2]:18");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 280);
	expect_dials("0 192.0.2.1:17, 280 [2001:db8::2]:18");
}

static void
look_up_that_hangs_is_given_up_for_the_next_host(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	never_answer(w, "a.example", SB_LOOKUP_IPV6);
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 1050);
	expect_dials("50 192.0.2.1:17, 1050 192.0.2.2:18");
	assert_int_equal(w->client.n_connected, 1);
}

static void
look_up_that_hangs_beside_a_silent_address_is_given_up_too(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	never_answer(w, "a.example", SB_LOOKUP_IPV6);
	swallow(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 1300);
	expect_dials("50 192.0.2.1:17, 1300 192.0.2.2:18");
}

static void
look_up_that_was_given_up_is_in_the_report(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	never_answer(w, "a.example", SB_LOOKUP_IPV6);
	sb_listener_close(net.listeners[--net.n_listeners]);
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 1050);
	expect_error(w, -ECONNREFUSED,
		"connecting to tcp://_x._tcp.example: 192.0.2.1:17: Connection refused; looking up "
		"a.example: no answer; 192.0.2.2:18: Connection refused");
}

static void
look_up_that_is_late_is_used_within_a_second(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	set_v6(w, "2001:db8::1", 1040);
	listen_at(w, "tcp://[2001:db8::1]:17");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 1040);
	expect_dials("50 192.0.2.1:17, 1040 [2001:db8::1]:17");
}

static void
host_without_an_address_yet_is_waited_for(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	set_v4(w, "192.0.2.1", 3000);
	listen_at(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 3000);
	expect_dials("3000 192.0.2.1:17");
}

static void
so_is_one_behind_a_host_that_had_some(void **state)
{
	static const char *const services[] = { "10 0 17 a.example", "20 0 18 b.example",
		"30 0 19 c.example" };
	struct world *w = *state;

	set_course(w, 3000);
	assert_int_equal(sb_simulation_set_name(
				 w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE, services, 3, 0, 0),
		0);
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 3000);
	expect_dials("0 192.0.2.1:17, 3000 192.0.2.2:18");
}

static void
last_host_is_waited_for_as_there_is_no_other(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	sb_listener_close(net.listeners[--net.n_listeners]);
	set_name_of(w, "b.example", SB_LOOKUP_IPV6, "2001:db8::2", 5000);
	listen_at(w, "tcp://[2001:db8::2]:18");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 5000);
	expect_dials("0 192.0.2.1:17, 50 192.0.2.2:18, 5000 [2001:db8::2]:18");
}

static void
hosts_that_are_all_silent_are_begun_each_after_the_other(void **state)
{
	struct world *w = *state;

	set_course(w, 0);
	swallow(w, "tcp://192.0.2.1:17");
	swallow(w, "tcp://192.0.2.2:18");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 30000);
	expect_dials("0 192.0.2.1:17, 250 192.0.2.2:18");
	expect_error(w, -ETIMEDOUT,
		"connecting to tcp://_x._tcp.example: no answer within 30 s; 192.0.2.1:17: no "
		"answer; 192.0.2.2:18: no answer");
}

static void
failed_look_up_of_a_service_has_its_own_words(void **state)
{
	struct world *w = *state;

	assert_int_equal(sb_simulation_set_name(w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE, NULL,
				 0, -ENODATA, 0),
		0);
	(void)connect_and_wait(w, "tcp://_x._tcp.example");
	expect_error(w, -ENODATA,
		"connecting to tcp://_x._tcp.example: looking up _x._tcp.example: nobody offers "
		"this service there");
	set_course(w, 0);
	set_v4(w, "", 0);
	set_name_of(w, "b.example", SB_LOOKUP_IPV4, "", 0);
	(void)connect_and_wait(w, "tcp://_x._tcp.example");
	expect_error(w, -ENODATA,
		"connecting to tcp://_x._tcp.example: looking up a.example: it has no address; "
		"looking up b.example: it has no address");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(silent_host_does_not_keep_the_next_one_waiting),
		in_world(every_address_of_a_host_is_begun_before_the_next_host),
		in_world(host_that_is_only_slow_may_win_against_the_next),
		in_world(next_host_begins_with_ipv6_too_though_others_run),
		in_world(look_up_that_hangs_is_given_up_for_the_next_host),
		in_world(look_up_that_hangs_beside_a_silent_address_is_given_up_too),
		in_world(look_up_that_was_given_up_is_in_the_report),
		in_world(look_up_that_is_late_is_used_within_a_second),
		in_world(host_without_an_address_yet_is_waited_for),
		in_world(so_is_one_behind_a_host_that_had_some),
		in_world(last_host_is_waited_for_as_there_is_no_other),
		in_world(hosts_that_are_all_silent_are_begun_each_after_the_other),
		in_world(failed_look_up_of_a_service_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
