/* The simulation's weather: slow lines, refusals, silence, descriptors, a clock that is stepped; and
 * the trace of it all. */

#include <signalbox/timers.h>

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
set_weather(struct world *w, struct sb_weather weather)
{
	sb_simulation_set_weather(w->sim, &weather);
}

/* ---- Slow lines ---- */

static int64_t wanted_bytes;

static bool
server_has_wanted(struct world *w)
{
	return (int64_t)w->server.n_bytes >= wanted_bytes;
}

static void
line_carries_so_many_bytes_a_second_each_way(void **state)
{
	struct world *w = *state;
	unsigned char *pattern = make_pattern(50000);
	int64_t began_ns;

	meet(w);
	set_weather(w, (struct sb_weather){ .bytes_per_s = 10000 });
	began_ns = sb_reactor_now_ns(w->r);
	assert_int_equal(sb_stream_write(w->client.stream, (struct sb_bytes){ pattern, 50000 }), 0);
	/* The other way is as fast as ever. */
	write_text(&w->server, "0123456789");
	assert_int_equal(sb_simulation_run_for(w->sim, SB_MS), 0);
	assert_int_equal(w->client.n_bytes, 10);
	assert_int_equal(sb_simulation_run_for(w->sim, 2499 * SB_MS), 0);
	assert_int_equal(w->server.n_bytes, 25000);
	wanted_bytes = 50000;
	wait_for(w, server_has_wanted);
	assert_true(sb_reactor_now_ns(w->r) == began_ns + 5 * SB_S);
	/* What is written after a rest does not wait for what has gone. */
	assert_int_equal(sb_simulation_run_for(w->sim, 100 * SB_S), 0);
	write_text(&w->client, "x");
	assert_int_equal(sb_simulation_run_for(w->sim, SB_MS / 10), 0);
	assert_int_equal(w->server.n_bytes, 50001);
	free(pattern);
}

/* A byte in ten seconds is still a sign of life. */
static void
slow_line_is_never_silent_for_long(void **state)
{
	struct world *w = *state;
	struct sb_weather slow = { .bytes_per_s = 3 };

	w->options.idle_timeout_ns = SB_S;
	meet(w);
	sb_simulation_set_weather(w->sim, &slow);
	write_text(&w->client, "thirty bytes take ten seconds.");
	assert_int_equal(sb_simulation_run_for(w->sim, 10 * SB_S), 0);
	assert_string_equal(w->server.text, "thirty bytes take ten seconds.");
	assert_int_equal(w->server.n_closed, 0);
}

static void
abort_loses_what_has_not_left_and_no_more(void **state)
{
	struct world *w = *state;

	meet(w);
	set_weather(w, (struct sb_weather){ .bytes_per_s = 10,
			       .latency_min_ns = 60 * SB_S,
			       .latency_max_ns = 60 * SB_S });
	write_text(&w->client, "0123456789abcdefghij");
	assert_int_equal(sb_simulation_run_for(w->sim, 950 * SB_MS), 0);
	sb_stream_abort(w->client.stream);
	wait_for(w, both_closed);
	/* The tenth was on its way to the line. */
	assert_string_equal(w->server.text, "0123456789");
	assert_int_equal(w->server.error.code, -ECONNRESET);
}

static void
end_comes_behind_the_bytes_of_a_slow_line(void **state)
{
	struct world *w = *state;

	meet(w);
	set_weather(w, (struct sb_weather){ .bytes_per_s = 10 });
	write_text(&w->client, "0123456789");
	sb_stream_close(w->client.stream);
	assert_int_equal(sb_simulation_run_for(w->sim, 900 * SB_MS), 0);
	assert_int_equal(w->server.n_closed, 0);
	wait_for(w, server_closed);
	assert_string_equal(w->server.text, "0123456789");
	assert_int_equal(w->server.error.code, 0);
}

/* ---- Refused, and not heard ---- */

static unsigned
count_closed(const struct world *w, unsigned n, int code)
{
	unsigned i, n_closed = 0;

	for (i = 0; i < n; i++)
		n_closed += w->more[i].n_closed && w->more[i].error.code == code;
	return n_closed;
}

static void
leave(struct world *w, struct sb_stream *stream)
{
	(void)w;
	sb_stream_destroy(stream);
}

static void
some_connections_are_refused_and_some_never_answered(void **state)
{
	struct world *w = *state;
	unsigned i, n_refused, n_silent, n_connected = 0;

	w->on_accepted = leave;
	open_listener(w);
	set_weather(w,
		(struct sb_weather){ .refuse_per_million = 300000, .vanish_per_million = 300000 });
	for (i = 0; i < N_PEERS; i++)
		connect_peer(w, &w->more[i], NULL);
	sb_simulation_settle(w->sim);
	n_refused = count_closed(w, N_PEERS, -ECONNREFUSED);
	for (i = 0; i < N_PEERS; i++)
		n_connected += w->more[i].n_connected;
	assert_int_equal(sb_simulation_run_for(w->sim, 29 * SB_S), 0);
	assert_int_equal(count_closed(w, N_PEERS, -ETIMEDOUT), 0);
	assert_int_equal(sb_simulation_run_for(w->sim, 2 * SB_S), 0);
	n_silent = count_closed(w, N_PEERS, -ETIMEDOUT);
	assert_in_range(n_refused, 5, 25);
	assert_in_range(n_silent, 8, 32);
	assert_int_equal(n_refused + n_silent + n_connected, N_PEERS);
}

static void
all_can_be_refused_or_never_answered(void **state)
{
	struct world *w = *state;

	open_listener(w);
	set_weather(w, (struct sb_weather){ .refuse_per_million = 1000000 });
	connect_peer(w, &w->client, NULL);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ECONNREFUSED);
	set_weather(w, (struct sb_weather){ .vanish_per_million = 1000000 });
	connect_peer(w, &w->more[9], NULL);
	assert_int_equal(sb_simulation_run_for(w->sim, 30 * SB_S), 0);
	assert_int_equal(w->more[9].error.code, -ETIMEDOUT);
	assert_int_equal(w->n_accepted, 0);
}

/* ---- Descriptors ---- */

static void
connecting_and_listening_need_a_descriptor(void **state)
{
	struct world *w = *state;
	struct sb_listener *second = NULL;
	struct sb_error error;

	open_listener(w);
	set_weather(w, (struct sb_weather){ .max_descriptors = 1 });
	assert_int_equal(sb_stream_connect(w->r, sb_listener_url(w->listener), NULL, SB_PLACE,
				 &noting, &w->client, &w->client.stream, &error),
		-EMFILE);
	assert_non_null(strstr(error.text, "connecting to tcp://127.0.0.1:"));
	assert_null(w->client.stream);
	assert_int_equal(sb_listener_open(w->r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &accepting, w,
				 &second, &error),
		-EMFILE);
	/* Without a limit, and with one that was given back. */
	set_weather(w, (struct sb_weather){ 0 });
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	set_weather(w, (struct sb_weather){ .max_descriptors = 3 });
	assert_int_equal(sb_listener_open(w->r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &accepting, w,
				 &second, &error),
		-EMFILE);
	sb_stream_destroy(w->client.stream);
	w->client.stream = NULL;
	assert_int_equal(sb_listener_open(w->r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &accepting, w,
				 &second, &error),
		0);
	sb_listener_close(second);
}

static void
who_knocks_without_a_descriptor_is_sent_away(void **state)
{
	struct world *w = *state;

	open_listener(w);
	set_weather(w, (struct sb_weather){ .max_descriptors = 3 });
	connect_peer(w, &w->client, NULL);
	connect_peer(w, &w->more[9], NULL);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_S), 0);
	assert_int_equal(w->n_failed, 1);
	assert_int_equal(w->n_accepted, 0);
	assert_int_equal(w->client.n_closed, 1);
	assert_int_equal(w->more[9].n_closed, 1);
	/* Who is gone needs none. */
	connect_peer(w, &w->more[10], NULL);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_S), 0);
	assert_int_equal(w->n_accepted, 1);
	assert_int_equal(w->more[10].n_closed, 0);
}

/* ---- The clock ---- */

static void
wall_clock_is_stepped_now_and_then_and_monotonic_time_is_not(void **state)
{
	struct world *w = *state;
	struct sb_weather weather = { .step_wall_every_ns = 60 * SB_S,
		.step_wall_max_ns = 10 * SB_S };
	int64_t ahead_ns, before_ns = 0, farthest_ns = 0;
	unsigned i, n_steps = 0, n_back = 0;

	sb_simulation_set_weather(w->sim, &weather);
	before_ns = sb_reactor_wall_ns(w->r) - sb_reactor_now_ns(w->r);
	for (i = 0; i < 36000; i++) {
		int64_t began_ns = sb_reactor_now_ns(w->r);

		assert_int_equal(sb_simulation_run_for(w->sim, SB_S / 10), 0);
		assert_true(sb_reactor_now_ns(w->r) == began_ns + SB_S / 10);
		ahead_ns = sb_reactor_wall_ns(w->r) - sb_reactor_now_ns(w->r);
		n_steps += ahead_ns != before_ns;
		n_back += ahead_ns < before_ns;
		if (llabs(ahead_ns - before_ns) > farthest_ns)
			farthest_ns = llabs(ahead_ns - before_ns);
		before_ns = ahead_ns;
	}
	/* An hour. */
	assert_in_range(n_steps, 40, 90);
	assert_in_range(n_back, n_steps / 4, n_steps - n_steps / 4);
	assert_true(farthest_ns <= 20 * SB_S && farthest_ns > 5 * SB_S);
	sb_simulation_set_weather(w->sim, &(struct sb_weather){ 0 });
	assert_int_equal(sb_simulation_run_for(w->sim, 3600 * SB_S), 0);
	assert_true(sb_reactor_wall_ns(w->r) - sb_reactor_now_ns(w->r) == before_ns);
}

/* ---- UNIX sockets ---- */

static void
nobody_at_a_path_is_no_file(void **state)
{
	struct world *w = *state;

	(void)strcpy(w->url, "unix:///run/nobody");
	connect_peer(w, &w->client, NULL);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -ENOENT);
}

/* ---- The trace ---- */

struct lines {
	char text[8192];
	unsigned n;
};

static void
keep_line(void *self, const char *line)
{
	struct lines *lines = self;
	size_t len = strlen(lines->text);

	lines->n++;
	(void)snprintf(lines->text + len, sizeof(lines->text) - len, "%s\n", line);
}

static void
beep(void *self)
{
	(void)sb_reactor_random(((struct world *)self)->r);
}

static void
trace_tells_what_a_run_depends_on(void **state)
{
	struct world *w = *state;
	struct lines lines = { .n = 0 };
	struct sb_timer timer;

	(void)strcpy(w->url, "tcp://127.0.0.1:7");
	sb_simulation_on_trace(w->sim, keep_line, &lines);
	set_weather(
		w, (struct sb_weather){ .latency_min_ns = SB_MS / 4, .latency_max_ns = SB_MS / 4 });
	meet(w);
	write_text(&w->client, "hello");
	sb_simulation_settle(w->sim);
	assert_int_equal(sb_timer_init(&timer, w->r, SB_HANDLER(beep), w), 0);
	sb_timer_start(&timer, SB_S);
	assert_int_equal(sb_simulation_run_for(w->sim, 2 * SB_S), 0);
	sb_timer_finish(&timer);
	sb_simulation_step_wall(w->sim, -5);
	sb_stream_close(w->client.stream);
	sb_simulation_settle(w->sim);
	assert_non_null(
		strstr(lines.text, "1.000000000 tcp://127.0.0.1:7 listens\n"
				   "1.000000000 tcp://127.0.0.1:7 #1 client connects\n"
				   "1.000250000 tcp://127.0.0.1:7 #1 server is accepted\n"
				   "1.000500000 tcp://127.0.0.1:7 #1 client has its answer: "
				   "connected\n"
				   "1.000750000 tcp://127.0.0.1:7 #1 server gets 5 bytes, "
				   "sum 4f9f2cab\n"
				   "1.000750000 tcp://127.0.0.1:7 #1 server reads 5 bytes\n"
				   "2.000750000 timer beep tests/reactor/test_faults.c:"));
	assert_non_null(strstr(lines.text, "\n2.000750000 random "));
	assert_non_null(strstr(lines.text, "\n3.000750000 the wall clock is stepped by -5 ns\n"
					   "3.000750000 tcp://127.0.0.1:7 #1 client is closed\n"
					   "3.001000000 tcp://127.0.0.1:7 #1 server gets the end\n"
					   "3.001000000 tcp://127.0.0.1:7 #1 server is closed\n"));
	sb_simulation_on_trace(w->sim, NULL, NULL);
	lines.n = 0;
	connect_peer(w, &w->more[9], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(lines.n, 0);
}

/* ---- Who waits to be accepted ---- */

enum { MANY = 4100 };

static void
more_than_fit_before_the_door_knock_again(void **state)
{
	struct world *w = *state;
	struct peer *crowd = calloc(MANY, sizeof(*crowd));
	unsigned i, n = 0;

	assert_non_null(crowd);
	w->on_accepted = leave;
	open_listener(w);
	sb_listener_pause(w->listener);
	for (i = 0; i < MANY; i++) {
		init_peer(&crowd[i], w);
		connect_peer(w, &crowd[i], NULL);
	}
	assert_int_equal(sb_simulation_run_for(w->sim, 900 * SB_MS), 0);
	for (i = 0; i < MANY; i++)
		n += crowd[i].n_connected;
	assert_int_equal(n, 4096);
	sb_listener_resume(w->listener);
	assert_int_equal(sb_simulation_run_for(w->sim, 5 * SB_S), 0);
	for (n = i = 0; i < MANY; i++)
		n += crowd[i].n_connected;
	assert_int_equal(n, MANY);
	free(crowd);
}

/* ---- Steps and alarms ---- */

struct wake_up {
	struct world *world;
	struct sb_alarm alarm;
	int64_t at_wall_ns, stepped_ns; /* when the clock was last stepped */
	unsigned n_rung, n_by_steps;
};

static void
note_step(void *self, const char *line)
{
	struct wake_up *up = self;
	long long s, ns;

	if (!strstr(line, "is stepped") || sscanf(line, "%lld.%9lld", &s, &ns) != 2)
		return;
	/* One that was made up for later would come together with the next. */
	assert_true(s * SB_S + ns > up->stepped_ns);
	up->stepped_ns = s * SB_S + ns;
}

/* As soon as the clock shows its time: because that has come, or at the step that has gone past. */
static void
ring(void *self)
{
	struct wake_up *up = self;
	int64_t late_ns = sb_reactor_wall_ns(up->world->r) - up->at_wall_ns;

	assert_true(late_ns >= 0);
	if (late_ns > 0)
		assert_true(up->stepped_ns == sb_reactor_now_ns(up->world->r));
	up->n_by_steps += late_ns > 0;
	up->n_rung++;
	up->at_wall_ns += late_ns + 2 * 3600 * SB_S;
	sb_alarm_start(&up->alarm, up->at_wall_ns);
}

static void
step_within_a_wait_makes_no_alarm_late(void **state)
{
	struct world *w = *state;
	struct wake_up up = { .world = w };

	set_weather(w, (struct sb_weather){ .step_wall_every_ns = 1800 * SB_S,
			       .step_wall_max_ns = 3 * 3600 * SB_S });
	sb_simulation_on_trace(w->sim, note_step, &up);
	assert_int_equal(sb_alarm_init(&up.alarm, w->r, SB_HANDLER(ring), &up), 0);
	up.at_wall_ns = sb_reactor_wall_ns(w->r) + 2 * 3600 * SB_S;
	sb_alarm_start(&up.alarm, up.at_wall_ns);
	/* Each run is one wait, were it not for the steps. */
	assert_int_equal(sb_simulation_run_for(w->sim, 1000 * 3600 * SB_S), 0);
	assert_int_equal(sb_simulation_run_for(w->sim, 1000 * 3600 * SB_S), 0);
	assert_true(up.n_by_steps > 10);
	assert_true(up.n_rung > up.n_by_steps);
	sb_alarm_finish(&up.alarm);
	sb_simulation_on_trace(w->sim, NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(line_carries_so_many_bytes_a_second_each_way),
		in_world(slow_line_is_never_silent_for_long),
		in_world(abort_loses_what_has_not_left_and_no_more),
		in_world(end_comes_behind_the_bytes_of_a_slow_line),
		in_world(some_connections_are_refused_and_some_never_answered),
		in_world(all_can_be_refused_or_never_answered),
		in_world(connecting_and_listening_need_a_descriptor),
		in_world(who_knocks_without_a_descriptor_is_sent_away),
		in_world(wall_clock_is_stepped_now_and_then_and_monotonic_time_is_not),
		in_world(step_within_a_wait_makes_no_alarm_late),
		in_world(nobody_at_a_path_is_no_file),
		in_world(trace_tells_what_a_run_depends_on),
		in_world(more_than_fit_before_the_door_knock_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
