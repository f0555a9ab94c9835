/* Connecting to names in virtual time: RFC 8305 to the millisecond, services, what is said when all
 * fails, and giving up at every moment. */

#include "reactor/contract.h"

enum { N_LISTENERS = 8 };

/* What a test looks at beside the world. */
static struct {
	struct sb_listener *listeners[N_LISTENERS];
	size_t n_listeners;
	char dials[2048]; /* "0 [2001:db8::1]:17, 250 192.0.2.1:17" */
	unsigned n_lines;
} net;

static void
note_line(void *self, const char *line)
{
	static const char connects[] = " client connects";
	size_t len = strlen(net.dials);
	long ms = (strtol(line, NULL, 10) - 1) * 1000;
	const char *url;

	(void)self;
	net.n_lines++;
	if (!strstr(line, "tcp://") || strlen(line) < sizeof(connects)
		|| strcmp(line + strlen(line) - strlen(connects), connects))
		return;
	url = strstr(line, "tcp://") + strlen("tcp://");
	ms += strtol(strchr(line, '.') + 1, NULL, 10) / 1000000;
	(void)snprintf(net.dials + len, sizeof(net.dials) - len, "%s%ld %.*s", len ? ", " : "", ms,
		(int)strcspn(url, " "), url);
}

static int
set_up(void **state)
{
	struct world *w = create_world(OVER_SIMULATION, 7);

	(void)alarm(60);
	memset(&net, 0, sizeof(net));
	sb_simulation_on_trace(w->sim, note_line, NULL);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	while (net.n_listeners > 0)
		sb_listener_close(net.listeners[--net.n_listeners]);
	destroy_world(*state);
	return 0;
}

static void
listen_at(struct world *w, const char *url)
{
	assert_true(net.n_listeners < N_LISTENERS);
	assert_int_equal(sb_listener_open(w->r, url, NULL, SB_PLACE, &accepting, w,
				 &net.listeners[net.n_listeners], NULL),
		0);
	net.n_listeners++;
}

/* addresses are separated by spaces; "" is none of this kind. */
static void
set_name_of(struct world *w, const char *name, enum sb_lookup_kind kind, const char *addresses,
	int64_t delay_ms)
{
	const char *list[32];
	char text[2048], *at = text;
	size_t n = 0;

	(void)snprintf(text, sizeof(text), "%s", addresses);
	while ((list[n] = strtok_r(n ? NULL : text, " ", &at)))
		n++;
	assert_int_equal(
		sb_simulation_set_name(w->sim, name, kind, list, n, -ENODATA, delay_ms * SB_MS), 0);
}

static void
set_v6(struct world *w, const char *addresses, int64_t delay_ms)
{
	set_name_of(w, "a.example", SB_LOOKUP_IPV6, addresses, delay_ms);
}

static void
set_v4(struct world *w, const char *addresses, int64_t delay_ms)
{
	set_name_of(w, "a.example", SB_LOOKUP_IPV4, addresses, delay_ms);
}

static void
swallow(struct world *w, const char *url)
{
	assert_int_equal(sb_simulation_set_reach(w->sim, url, SB_BLACK_HOLED), 0);
}

static void
set_round_trip(struct world *w, int64_t ms)
{
	struct sb_weather weather = { .latency_min_ns = ms * SB_MS / 2,
		.latency_max_ns = ms * SB_MS / 2 };

	sb_simulation_set_weather(w->sim, &weather);
}

static void
connect_to(struct world *w, const char *url)
{
	struct sb_error error;

	if (sb_stream_connect(
		    w->r, url, NULL, SB_PLACE, &noting, &w->client, &w->client.stream, &error)
		< 0)
		fail_msg("%s", error.text);
}

static bool
is_over(void *self)
{
	struct world *w = self;

	return w->client.n_connected || w->client.n_closed;
}

/* Connects, and waits for how it ends; returns when, in ms. */
static int64_t
connect_and_wait(struct world *w, const char *url)
{
	int64_t began_ns = sb_reactor_now_ns(w->r);

	connect_to(w, url);
	assert_int_equal(sb_simulation_run_until(w->sim, is_over, w, 100 * SB_S), 0);
	return (sb_reactor_now_ns(w->r) - began_ns) / SB_MS;
}

static void
expect_dials(const char *expected)
{
	assert_string_equal(net.dials, expected);
}

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
expect_error(struct world *w, int code, const char *text)
{
	assert_int_equal(w->client.n_connected, 0);
	assert_int_equal(w->client.n_closed, 1);
	assert_string_equal(w->client.error.text, text);
	assert_int_equal(w->client.error.code, code);
	w->client.n_closed = 0;
	net.dials[0] = '\0';
}

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
		"connecting to tcp://_x._tcp.example: looking up _x._tcp.example: it has no "
		"address");
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
	/* A black hole of the first host takes all the time there is. */
	if (!(bits & 1) && !(bits >> 32 & 15))
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
		in_world(when_all_fail_each_address_has_its_reason),
		in_world(when_there_is_no_room_for_all_they_are_counted),
		in_world(look_up_that_fails_is_told),
		in_world(connect_timeout_is_for_all_together),
		in_world(hosts_of_a_service_are_tried_in_order),
		in_world(service_that_fails_names_all_its_hosts),
		in_world(shortage_of_descriptors_is_a_reason_as_others),
		in_world(localhost_needs_no_look_up),
		cmocka_unit_test(stream_may_be_given_up_at_every_moment),
		cmocka_unit_test(thousand_seeds_end_once_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
