#ifndef TESTS_REACTOR_RACE_FIXTURE_H
#define TESTS_REACTOR_RACE_FIXTURE_H

/* What the tests of races share: names, listeners and black holes of a simulation, and a record of
 * who was dialled when. */

#include "reactor/contract.h"

enum { N_LISTENERS = 8 };

/* What a test looks at beside the world. */
static struct {
	struct sb_listener *listeners[N_LISTENERS];
	size_t n_listeners;
	char dials[2048]; /* "0 [2001:db8::1]:17, 250 192.0.2.1:17" */
	unsigned n_lines;
} net;

static inline void
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

static inline int
set_up(void **state)
{
	struct world *w = create_world(OVER_SIMULATION, 7);

	(void)alarm(60);
	memset(&net, 0, sizeof(net));
	sb_simulation_on_trace(w->sim, note_line, NULL);
	*state = w;
	return 0;
}

static inline int
tear_down(void **state)
{
	while (net.n_listeners > 0)
		sb_listener_close(net.listeners[--net.n_listeners]);
	destroy_world(*state);
	return 0;
}

static inline void
listen_at(struct world *w, const char *url)
{
	assert_true(net.n_listeners < N_LISTENERS);
	assert_int_equal(sb_listener_open(w->r, url, NULL, SB_PLACE, &accepting, w,
				 &net.listeners[net.n_listeners], NULL),
		0);
	net.n_listeners++;
}

/* addresses are separated by spaces; "" is none of this kind. */
static inline void
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

static inline void
set_v6(struct world *w, const char *addresses, int64_t delay_ms)
{
	set_name_of(w, "a.example", SB_LOOKUP_IPV6, addresses, delay_ms);
}

static inline void
set_v4(struct world *w, const char *addresses, int64_t delay_ms)
{
	set_name_of(w, "a.example", SB_LOOKUP_IPV4, addresses, delay_ms);
}

static inline void
swallow(struct world *w, const char *url)
{
	assert_int_equal(sb_simulation_set_reach(w->sim, url, SB_BLACK_HOLED), 0);
}

static inline void
set_round_trip(struct world *w, int64_t ms)
{
	struct sb_weather weather = { .latency_min_ns = ms * SB_MS / 2,
		.latency_max_ns = ms * SB_MS / 2 };

	sb_simulation_set_weather(w->sim, &weather);
}

static inline void
connect_to(struct world *w, const char *url)
{
	struct sb_error error;

	if (sb_stream_connect(
		    w->r, url, NULL, SB_PLACE, &noting, &w->client, &w->client.stream, &error)
		< 0)
		fail_msg("%s", error.text);
}

static inline bool
is_over(void *self)
{
	struct world *w = self;

	return w->client.n_connected || w->client.n_closed;
}

/* Connects, and waits for how it ends; returns when, in ms. */
static inline int64_t
connect_and_wait(struct world *w, const char *url)
{
	int64_t began_ns = sb_reactor_now_ns(w->r);

	connect_to(w, url);
	assert_int_equal(sb_simulation_run_until(w->sim, is_over, w, 100 * SB_S), 0);
	return (sb_reactor_now_ns(w->r) - began_ns) / SB_MS;
}

static inline void
expect_dials(const char *expected)
{
	assert_string_equal(net.dials, expected);
}

static inline void
expect_error(struct world *w, int code, const char *text)
{
	assert_int_equal(w->client.n_connected, 0);
	assert_int_equal(w->client.n_closed, 1);
	assert_string_equal(w->client.error.text, text);
	assert_int_equal(w->client.error.code, code);
	w->client.n_closed = 0;
	net.dials[0] = '\0';
}

#endif
