/* Connecting to names that fails or is given up: what is said, services that have several hosts,
 * every moment, and a thousand seeds. */

#include "reactor/race_fixture.h"

static void
when_all_fail_each_address_has_its_reason(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1 192.0.2.2", 0);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -ECONNREFUSED,
		"connecting to tcp://a.example:17: [2001:db8::1]:17: Connection refused; "
		"192.0.2.1:17: Connection refused; 192.0.2.2:17: Connection refused");
	set_v6(w, "", 0);
	set_v4(w, "192.0.2.1", 0);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -ECONNREFUSED,
		"connecting to tcp://a.example:17: 192.0.2.1:17: Connection refused");
	(void)connect_and_wait(w, "tcp://192.0.2.1:17");
	expect_error(w, -ECONNREFUSED, "connecting to tcp://192.0.2.1:17: Connection refused");
	(void)connect_and_wait(w, "unix:///none");
	expect_error(w, -ENOENT, "connecting to unix:///none: No such file or directory");
}

static void
when_there_is_no_room_for_all_they_are_counted(void **state)
{
	struct world *w = *state;
	char addresses[1024] = "", url[300] = "tcp://", *name = url + 6;
	size_t i;

	for (i = 1; i <= 30; i++)
		(void)snprintf(addresses + strlen(addresses), 32, "192.0.2.%zu ", i);
	set_v6(w, "", 0);
	set_v4(w, addresses, 0);
	(void)connect_and_wait(w, "tcp://a.example:17");
	assert_int_equal(w->client.n_closed, 1);
	assert_non_null(strstr(w->client.error.text, "17: 192.0.2.1:17: Connection refused; "));
	assert_non_null(strstr(w->client.error.text, "192.0.2.12:17: Connection refused; and 18 "
						     "more"));
	assert_null(strstr(w->client.error.text, "192.0.2.13"));
	w->client.n_closed = 0;
	/* A long name leaves room for some all the same. */
	for (i = 0; i < 250; i++)
		name[i] = i % 50 == 49 ? '.' : 'x';
	name[250] = '\0';
	(void)strcat(url, "y");
	set_name_of(w, name, SB_LOOKUP_IPV4, addresses, 0);
	(void)strcat(url, ":17");
	(void)connect_and_wait(w, url);
	assert_int_equal(w->client.n_closed, 1);
	assert_non_null(strstr(w->client.error.text, ": 192.0.2.1:17: Connection refused; "));
	assert_non_null(strstr(w->client.error.text, "; and 2"));
	assert_true(strlen(w->client.error.text) < sizeof(w->client.error.text) - 1);
}

static void
set_failing(struct world *w, enum sb_lookup_kind kind, int error)
{
	assert_int_equal(sb_simulation_set_name(w->sim, "a.example", kind, NULL, 0, error, 0), 0);
}

static void
look_up_that_fails_is_told(void **state)
{
	struct world *w = *state;

	(void)connect_and_wait(w, "tcp://b.example:17");
	expect_error(w, -ENOENT,
		"connecting to tcp://b.example:17: looking up b.example: there is no such name");
	set_v6(w, "", 0);
	set_v4(w, "", 10);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -ENODATA,
		"connecting to tcp://a.example:17: looking up a.example: it has no address");
	set_failing(w, SB_LOOKUP_IPV6, -EAGAIN);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -EAGAIN,
		"connecting to tcp://a.example:17: looking up a.example: the name servers failed");
	set_v4(w, "192.0.2.1", 0);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -ECONNREFUSED,
		"connecting to tcp://a.example:17: looking up a.example: the name servers failed; "
		"192.0.2.1:17: Connection refused");
	set_failing(w, SB_LOOKUP_IPV4, -ETIMEDOUT);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -ETIMEDOUT,
		"connecting to tcp://a.example:17: looking up a.example: the name servers did not "
		"answer");
}

static void
connect_timeout_is_for_all_together(void **state)
{
	struct world *w = *state;

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1", 28000);
	swallow(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 30000);
	expect_error(w, -ETIMEDOUT,
		"connecting to tcp://a.example:17: no answer within 30 s; [2001:db8::1]:17: "
		"Connection refused; 192.0.2.1:17: no answer");
	assert_int_equal(sb_simulation_set_name(
				 w->sim, "a.example", SB_LOOKUP_IPV4, NULL, 0, -ENODATA, INT64_MAX),
		0);
	assert_int_equal(connect_and_wait(w, "tcp://a.example:17"), 30000);
	expect_error(w, -ETIMEDOUT,
		"connecting to tcp://a.example:17: no answer within 30 s; [2001:db8::1]:17: "
		"Connection refused; looking up a.example: no answer");
	swallow(w, "tcp://192.0.2.1:17");
	assert_int_equal(connect_and_wait(w, "tcp://192.0.2.1:17"), 30000);
	expect_error(w, -ETIMEDOUT, "connecting to tcp://192.0.2.1:17: no answer within 30 s");
}

static const char *const services[] = { "10 0 17 a.example", "20 0 18 b.example",
	"30 0 19 c.example" };

static void
set_services(struct world *w, size_t n, int64_t delay_ms)
{
	assert_int_equal(sb_simulation_set_name(w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE,
				 services, n, -ENODATA, delay_ms * SB_MS),
		0);
}

static void
hosts_of_a_service_are_tried_in_order(void **state)
{
	struct world *w = *state;

	set_services(w, 3, 10);
	set_v6(w, "2001:db8::1", 5);
	set_v4(w, "192.0.2.1", 5);
	set_name_of(w, "c.example", SB_LOOKUP_IPV4, "192.0.2.3 192.0.2.4", 0);
	swallow(w, "tcp://192.0.2.3:19");
	listen_at(w, "tcp://192.0.2.4:19");
	assert_int_equal(connect_and_wait(w, "tcp://_x._tcp.example"), 265);
	expect_dials("15 [2001:db8::1]:17, 15 192.0.2.1:17, 15 192.0.2.3:19, 265 192.0.2.4:19");
	assert_int_equal(w->client.n_connected, 1);
}

static void
service_that_fails_names_all_its_hosts(void **state)
{
	struct world *w = *state;

	set_services(w, 3, 0);
	set_v4(w, "192.0.2.1", 0);
	set_name_of(w, "c.example", SB_LOOKUP_IPV6, "2001:db8::3", 0);
	(void)connect_and_wait(w, "tcp://_x._tcp.example");
	expect_error(w, -ECONNREFUSED,
		"connecting to tcp://_x._tcp.example: 192.0.2.1:17: Connection refused; looking up "
		"b.example: there is no such name; "
		"[2001:db8::3]:19: Connection "
		"refused");
	(void)connect_and_wait(w, "tcp://_y._tcp.example");
	expect_error(w, -ENOENT,
		"connecting to tcp://_y._tcp.example: looking up _y._tcp.example: there is no such "
		"name");
	assert_int_equal(sb_simulation_set_name(w->sim, "_x._tcp.example", SB_LOOKUP_SERVICE,
				 (const char *const[]){ "0 0 0 ." }, 1, 0, 0),
		0);
	(void)connect_and_wait(w, "tcp://_x._tcp.example");
	expect_error(w, -ENODATA,
		"connecting to tcp://_x._tcp.example: looking up _x._tcp.example: nobody "
		"offers this service there");
	set_services(w, 1, 40000);
	(void)connect_and_wait(w, "tcp://_x._tcp.example");
	expect_error(w, -ETIMEDOUT,
		"connecting to tcp://_x._tcp.example: no answer within 30 s; looking up "
		"_x._tcp.example: no answer");
}

static void
shortage_of_descriptors_is_a_reason_as_others(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .max_descriptors = 1 };

	set_v6(w, "2001:db8::1", 0);
	set_v4(w, "192.0.2.1", 0);
	swallow(w, "tcp://[2001:db8::1]:17");
	sb_simulation_set_weather(w->sim, &weather);
	(void)connect_and_wait(w, "tcp://a.example:17");
	expect_error(w, -ETIMEDOUT,
		"connecting to tcp://a.example:17: no answer within 30 s; [2001:db8::1]:17: no "
		"answer; 192.0.2.1:17: Too many open files");
}

/* A race with everything in it: late addresses, refusals, black holes, two hosts of a service. */
static void
set_course(struct world *w)
{
	set_round_trip(w, 30);
	set_services(w, 2, 5);
	set_v6(w, "2001:db8::1 2001:db8::2", 60);
	set_v4(w, "192.0.2.1 192.0.2.2", 3);
	set_name_of(w, "b.example", SB_LOOKUP_IPV6, "2001:db8::3", 7);
	set_name_of(w, "b.example", SB_LOOKUP_IPV4, "192.0.2.3 192.0.2.4", 1);
	listen_at(w, "tcp://192.0.2.4:18");
}

static bool
has_come(void *self)
{
	return net.n_lines >= *(unsigned *)self || is_over(((void **)self)[1]);
}

/* Runs until so many lines were traced; false when it was over before. */
static bool
run_lines(struct world *w, unsigned n)
{
	union {
		unsigned n;
		void *both[2];
	} until;

	until.both[1] = w;
	until.n = n;
	connect_to(w, "tcp://_x._tcp.example");
	assert_int_equal(sb_simulation_run_until(w->sim, has_come, &until, 100 * SB_S), 0);
	return !is_over(w);
}

static void
give_up_at(unsigned n, void (*give_up)(struct sb_stream *), bool is_told, bool *ret_goes_on)
{
	void *state;
	struct world *w;

	(void)set_up(&state);
	w = state;
	set_course(w);
	*ret_goes_on = run_lines(w, n);
	if (*ret_goes_on) {
		begin_call(&w->client);
		give_up(w->client.stream);
		end_call(&w->client);
		if (!is_told)
			w->client.stream = NULL;
		sb_simulation_run_for(w->sim, 60 * SB_S);
		assert_int_equal(w->client.n_connected, 0);
		assert_int_equal(w->client.n_closed, is_told);
		if (is_told)
			assert_int_equal(w->client.error.code, -ECONNABORTED);
	} else {
		assert_int_equal(w->client.n_connected, 1);
		sb_simulation_settle(w->sim);
	}
	(void)tear_down(&state);
}

static void
stream_may_be_given_up_at_every_moment(void **state)
{
	unsigned n;
	bool goes_on = true;

	(void)state;
	for (n = 0; goes_on; n++) {
		give_up_at(n, sb_stream_destroy, false, &goes_on);
		give_up_at(n, sb_stream_abort, true, &goes_on);
		give_up_at(n, sb_stream_close, true, &goes_on);
	}
	print_message("given up at %u moments\n", n - 1);
	assert_true(n > 30);
}

/* A random course, run to its end: told once, and nothing is left. Where somebody listens and no
 * fault is random, it is reached. */
static void
run_random(uint64_t seed, unsigned *n_connected)
{
	struct world *w = create_world(OVER_SIMULATION, seed);
	struct sb_weather weather = { .latency_max_ns = 400 * SB_MS, .name_max_ns = 300 * SB_MS };
	uint64_t bits = sb_reactor_random(w->r);
	char url[64];
	int i;

	net.n_listeners = 0;
	if (bits & 1) {
		weather.refuse_per_million = 200000;
		weather.vanish_per_million = 200000;
		weather.fail_names_per_million = 200000;
	}
	sb_simulation_set_weather(w->sim, &weather);
	set_services(w, 3, (int64_t)(bits >> 8 & 63));
	set_v6(w, bits & 2 ? "" : "2001:db8::1 2001:db8::2", (int64_t)(bits >> 14 & 127));
	set_v4(w, bits & 4 ? "" : "192.0.2.1 192.0.2.2", (int64_t)(bits >> 21 & 127));
	set_name_of(w, "c.example", SB_LOOKUP_IPV4, "192.0.2.9 192.0.2.8", 20);
	for (i = 0; i < 4; i++) {
		(void)snprintf(url, sizeof(url),
			i < 2 ? "tcp://[2001:db8::%d]:17" : "tcp://192.0.2.%d:17", i % 2 + 1);
		if (bits >> (32 + i) & 1)
			swallow(w, url);
	}
	listen_at(w, "tcp://192.0.2.8:19");
	connect_to(w, "tcp://_x._tcp.example");
	assert_int_equal(sb_simulation_run_until(w->sim, is_over, w, 31 * SB_S), 0);
	assert_int_equal(w->client.n_connected + w->client.n_closed, 1);
	*n_connected += w->client.n_connected;
	if (!(bits & 1))
		assert_int_equal(w->client.n_connected, 1);
	sb_simulation_run_for(w->sim, SB_S);
	assert_true(w->client.n_connected + w->client.n_closed >= 1);
	sb_listener_close(net.listeners[0]);
	net.n_listeners = 0;
	destroy_world(w);
}

static void
thousand_seeds_end_once_and_leave_nothing(void **state)
{
	unsigned n_connected = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 1000; seed++)
		run_random(seed, &n_connected);
	print_message("%u of 1000 connected\n", n_connected);
	assert_in_range(n_connected, 100, 900);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(when_all_fail_each_address_has_its_reason),
		in_world(when_there_is_no_room_for_all_they_are_counted),
		in_world(look_up_that_fails_is_told),
		in_world(connect_timeout_is_for_all_together),
		in_world(hosts_of_a_service_are_tried_in_order),
		in_world(service_that_fails_names_all_its_hosts),
		in_world(shortage_of_descriptors_is_a_reason_as_others),
		cmocka_unit_test(stream_may_be_given_up_at_every_moment),
		cmocka_unit_test(thousand_seeds_end_once_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
