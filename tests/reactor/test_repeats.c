/* A seed is a run: a busy world in all the weather there is does the same again, to the nanosecond
 * and the byte, and another seed does something else. */

#include "kit_cmocka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <signalbox/listener.h>
#include <signalbox/pool.h>
#include <signalbox/testing_tls.h>
#include <signalbox/tls.h>

enum {
	N_CALLERS = 12,
	N_LISTENERS = 4,
	N_SEEDS = 20,
	MINUTES = 3,
};

struct busy;

/* Connects, writes, is echoed, and begins again however it ends. */
struct caller {
	struct busy *busy;
	struct sb_stream *stream; /* or NULL */
	struct sb_timer timer;
	struct sb_work work; /* thinks about what to say */
	bool is_thinking;
	unsigned n_thoughts;
	bool starts_tls; /* when it is connected */
};

/* A growing text of what the simulation tells. */
struct trace {
	char *text;
	size_t len, cap;
	unsigned n_lines;
};

/* Of many runs. */
struct counts {
	unsigned n_calls, n_failed, n_secured, n_resumed, n_lines;
	bool has_seen[32]; /* as `sights` has them */
};

struct busy {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct sb_listener *listeners[N_LISTENERS];
	struct sb_tls *server_tls, *client_tls;
	struct sb_pool *pool;
	struct caller callers[N_CALLERS];
	struct trace trace;
	struct counts *counts;
};

static struct sb_test_ca *ca;
static const struct sb_test_certificate *certificate;

static void
keep_line(void *self, const char *line)
{
	struct trace *trace = self;
	size_t len = strlen(line);

	if (trace->len + len + 2 > trace->cap) {
		trace->cap = 2 * (trace->cap + len) + 4096;
		trace->text = realloc(trace->text, trace->cap);
		assert_non_null(trace->text);
	}
	trace->len +=
		(size_t)snprintf(trace->text + trace->len, trace->cap - trace->len, "%s\n", line);
	trace->n_lines++;
}

/* ---- The echo ---- */

static void
echo_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self;
	(void)sb_stream_write(stream, bytes);
}

static void
echo_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static const struct sb_protocol echo = { .data = echo_data, .closed = echo_closed };

static void
on_accepted(void *self, struct sb_stream *stream)
{
	sb_stream_attach(stream, &echo, self);
	sb_stream_set_idle_timeout(stream, 20 * SB_S);
}

static const struct sb_acceptor acceptor = { .accepted = on_accepted };

/* The same, under TLS from the first word on. */
static void
secured_connected(void *self, struct sb_stream *stream)
{
	struct busy *busy = self;

	(void)sb_stream_start_tls(stream, busy->server_tls, NULL, NULL);
}

static const struct sb_protocol secured_echo = {
	.connected = secured_connected,
	.data = echo_data,
	.closed = echo_closed,
};

static void
on_secured_accepted(void *self, struct sb_stream *stream)
{
	sb_stream_attach(stream, &secured_echo, self);
}

static const struct sb_acceptor securing_acceptor = { .accepted = on_secured_accepted };

/* ---- Callers ---- */

static void
wait_a_little(struct caller *caller)
{
	uint64_t ms = sb_reactor_random(caller->busy->r) % 4000;

	sb_timer_start(&caller->timer, (int64_t)ms * SB_MS);
}

static void
write_lines(struct caller *caller)
{
	char line[64];
	uint64_t n = sb_reactor_random(caller->busy->r) % 50;

	while (n-- > 0) {
		int len = snprintf(line, sizeof(line), "line %" PRIu64 "\n", n);

		if (sb_stream_write(caller->stream, (struct sb_bytes){ line, (size_t)len }))
			return;
	}
}

static void
note_tls(struct caller *caller)
{
	struct counts *counts = caller->busy->counts;
	struct sb_tls_info info;

	if (!sb_stream_tls_info(caller->stream, &info))
		return;
	counts->n_secured++;
	counts->n_resumed += info.is_resumed;
}

static void
caller_secured(void *self, struct sb_stream *stream)
{
	(void)stream;
	note_tls(self);
	write_lines(self);
	wait_a_little(self);
}

static void
caller_connected(void *self, struct sb_stream *stream)
{
	struct caller *caller = self;

	if (caller->starts_tls)
		(void)sb_stream_start_tls(stream, caller->busy->client_tls, NULL, NULL);
	else
		caller_secured(self, stream);
}

static void
caller_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self, (void)stream, (void)bytes;
}

static void
caller_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct caller *caller = self;

	(void)stream;
	caller->stream = NULL;
	caller->busy->counts->n_failed += error->code != 0;
	wait_a_little(caller);
}

static const struct sb_protocol calling = {
	.connected = caller_connected,
	.secured = caller_secured,
	.data = caller_data,
	.closed = caller_closed,
};

/* Where to call, and whether TLS is there from the start, or started when connected. */
static const struct {
	const char *url;
	bool has_tls, starts_tls;
} places[] = {
	{ "tcp://127.0.0.1:7", false, false },
	{ "unix:///run/echo", false, false },
	{ "tcp://echo.example.org:7", false, false },
	{ "tcp://_echo._tcp.example.org", false, false },
	{ "tcp://echo.example.org:8", true, false },
	{ "tcp://echo.example.org:9", false, true },
};
enum { N_PLACES = sizeof(places) / sizeof(places[0]) };

static void
call(struct caller *caller)
{
	struct busy *busy = caller->busy;
	uint64_t i = sb_reactor_random(busy->r) % N_PLACES;
	struct sb_stream_options options = { .tls = places[i].has_tls ? busy->client_tls : NULL };

	busy->counts->n_calls++;
	caller->starts_tls = places[i].starts_tls;
	if (sb_stream_connect(busy->r, places[i].url, &options, SB_PLACE, &calling, caller,
		    &caller->stream, NULL)
		== 0)
		return;
	busy->counts->n_failed++;
	wait_a_little(caller);
}

static void
think(void *self)
{
	struct caller *caller = self;

	caller->n_thoughts++;
}

static void
has_thought(void *self, bool was_done)
{
	struct caller *caller = self;

	caller->is_thinking = false;
	if (was_done && caller->stream && caller->n_thoughts % 2)
		write_lines(caller);
}

static void
on_timer(void *self)
{
	struct caller *caller = self;

	if (!caller->is_thinking
		&& sb_pool_give(caller->busy->pool, &caller->work, SB_HANDLER(think), has_thought,
			   caller)
			   == 0)
		caller->is_thinking = true;
	if (!caller->stream) {
		call(caller);
		return;
	}
	switch (sb_reactor_random(caller->busy->r) % 4) {
	case 0:
		sb_stream_close(caller->stream);
		break;
	case 1:
		sb_stream_abort(caller->stream);
		break;
	case 2:
		sb_stream_shutdown(caller->stream);
		break;
	default:
		write_lines(caller);
		wait_a_little(caller);
	}
}

/* ---- The world ---- */

/* Of the two addresses of the name one is nobody's. */
static void
set_names(struct sb_simulation *sim)
{
	static const char *const addresses[] = { "192.0.2.1", "127.0.0.1" };
	static const char *const services[] = { "1 1 7 echo.example.org" };

	assert_int_equal(sb_simulation_set_name(sim, "echo.example.org", SB_LOOKUP_IPV4, addresses,
				 2, 0, 30 * SB_MS),
		0);
	assert_int_equal(sb_simulation_set_name(sim, "_echo._tcp.example.org", SB_LOOKUP_SERVICE,
				 services, 1, 0, 30 * SB_MS),
		0);
}

static void
make_contexts(struct busy *busy)
{
	struct sb_tls_options server = { .is_server = true, .cert_pem = certificate->both };
	struct sb_tls_options client = { .ca_pem = sb_test_ca_pem(ca) };
	struct sb_error error;

	if (sb_tls_create(busy->r, &server, SB_PLACE, &busy->server_tls, &error)
		|| sb_tls_create(busy->r, &client, SB_PLACE, &busy->client_tls, &error))
		fail_msg("%s", error.text);
}

static void
open_listeners(struct busy *busy)
{
	static const char *const urls[N_LISTENERS] = { "tcp://127.0.0.1:7", "unix:///run/echo",
		"tcp://127.0.0.1:8", "tcp://127.0.0.1:9" };
	struct sb_error error;
	int i;

	for (i = 0; i < N_LISTENERS; i++) {
		struct sb_stream_options options = { .tls = i == 2 ? busy->server_tls : NULL };

		if (sb_listener_open(busy->r, urls[i], &options, SB_PLACE,
			    i == 3 ? &securing_acceptor : &acceptor, busy, &busy->listeners[i],
			    &error))
			fail_msg("%s", error.text);
	}
}

static void
open_busy(struct busy *busy, uint64_t seed)
{
	static const struct sb_weather weather = {
		.latency_min_ns = SB_MS,
		.latency_max_ns = 400 * SB_MS,
		.chops = true,
		.cut_per_million = 5000,
		.pipe_size = 200,
		.bytes_per_s = 2000,
		.refuse_per_million = 100000,
		.vanish_per_million = 50000,
		.fail_names_per_million = 100000,
		.name_max_ns = 5 * SB_S,
		.work_max_ns = 3 * SB_S,
		.max_descriptors = 20,
		.step_wall_every_ns = 20 * SB_S,
		.step_wall_max_ns = 3600 * SB_S,
	};
	int i;

	busy->sim = sb_simulation_create(seed);
	assert_non_null(busy->sim);
	busy->r = sb_simulation_reactor(busy->sim);
	sb_simulation_on_trace(busy->sim, keep_line, &busy->trace);
	sb_simulation_set_weather(busy->sim, &weather);
	make_contexts(busy);
	open_listeners(busy);
	set_names(busy->sim);
	busy->pool = sb_pool_create(busy->r, NULL, SB_PLACE);
	assert_non_null(busy->pool);
	for (i = 0; i < N_CALLERS; i++) {
		struct caller *caller = &busy->callers[i];

		caller->busy = busy;
		assert_int_equal(
			sb_timer_init(&caller->timer, busy->r, SB_HANDLER(on_timer), caller), 0);
		wait_a_little(caller);
	}
}

/* Everything ends by itself, so that its end is compared too. */
static void
close_busy(struct busy *busy)
{
	int i;

	sb_pool_destroy(busy->pool);
	for (i = 0; i < N_CALLERS; i++) {
		sb_stream_destroy(busy->callers[i].stream);
		sb_timer_finish(&busy->callers[i].timer);
	}
	for (i = 0; i < N_LISTENERS; i++)
		sb_listener_close(busy->listeners[i]);
	sb_tls_destroy(busy->server_tls);
	sb_tls_destroy(busy->client_tls);
	assert_int_equal(sb_simulation_run_for(busy->sim, 120 * SB_S), 0);
	sb_simulation_destroy(busy->sim);
}

/* Returns the trace, to be freed. */
static struct trace
trace_busy(uint64_t seed, struct counts *counts)
{
	struct busy *busy = calloc(1, sizeof(*busy));
	struct trace trace;
	int i;

	assert_non_null(busy);
	busy->counts = counts;
	open_busy(busy, seed);
	for (i = 0; i < MINUTES; i++) {
		assert_int_equal(sb_simulation_run_for(busy->sim, 60 * SB_S), 0);
		if (i == 1)
			sb_simulation_cut_all(busy->sim);
	}
	close_busy(busy);
	trace = busy->trace;
	free(busy);
	return trace;
}

/* ---- Comparing ---- */

/* Each kind of thing that can happen. */
static const char *const sights[] = { " is cut off within ", " is refused", " is not heard",
	"no descriptor is left", "the wall clock is stepped", " is reset",
	"all connections are reset", " gets the end", "look-up echo.example.org IPv4: answered",
	": given up", "look-up _echo._tcp.example.org service",
	"work think tests/reactor/test_repeats.c", " is done", "timer on_timer " };
enum { N_SIGHTS = sizeof(sights) / sizeof(sights[0]) };
_Static_assert(N_SIGHTS <= sizeof(((struct counts *)0)->has_seen), "each has its bool");

static void
fail_at_difference(const char *a, const char *b)
{
	size_t i = 0, line = 0;

	while (a[i] && a[i] == b[i]) {
		if (a[i++] == '\n')
			line = i;
	}
	fail_msg("the same seed did two things:\n%.300s\nand\n%.300s", a + line, b + line);
}

static void
run_three(void *self, uint64_t seed)
{
	struct counts *counts = self, uncounted = { .n_calls = 0 };
	struct trace first = trace_busy(seed, counts), again, other;
	unsigned i;
	/* Moves what is allocated next. */
	void *elsewhere[50];

	for (i = 0; i < 50; i++)
		elsewhere[i] = malloc((size_t)i * 37 + 1);
	again = trace_busy(seed, &uncounted);
	for (i = 0; i < 50; i++)
		free(elsewhere[i]);
	counts->n_lines += first.n_lines;
	other = trace_busy(seed + 1000000007, &uncounted);
	if (first.len != again.len || memcmp(first.text, again.text, first.len) != 0)
		fail_at_difference(first.text, again.text);
	assert_string_not_equal(first.text, other.text);
	for (i = 0; i < N_SIGHTS; i++)
		counts->has_seen[i] |= strstr(first.text, sights[i]) != NULL;
	free(first.text);
	free(again.text);
	free(other.text);
}

static void
same_seed_is_the_same_trace_and_another_is_another(void **state)
{
	struct counts counts = { .n_calls = 0 };
	size_t i;

	(void)state;
	sb_testing_each_seed(1, N_SEEDS, run_three, &counts);
	for (i = 0; i < N_SIGHTS; i++)
		if (!counts.has_seen[i])
			fail_msg("nothing of the kind '%s'", sights[i]);
	print_message(
		"%u lines compared, %u calls of which %u failed; %u came to TLS, %u of them by a "
		"session resumed\n",
		counts.n_lines, counts.n_calls, counts.n_failed, counts.n_secured,
		counts.n_resumed);
	if (getenv("SIGNALBOX_SEED") || getenv("SIGNALBOX_SEEDS"))
		return;
	assert_true(counts.n_secured > 100);
	assert_true(counts.n_resumed > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(same_seed_is_the_same_trace_and_another_is_another),
	};
	static const struct sb_test_certificate_options who = { .names = "echo.example.org" };
	int ret;

	ca = sb_test_ca_create("Test Authority");
	certificate = sb_test_certificate_create(ca, &who);
	ret = kit_run(tests);
	sb_test_ca_destroy(ca);
	return ret;
}
