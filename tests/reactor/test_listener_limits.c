/* Limits of listeners: who counts as one peer, and a flood of real sockets. */

#include "reactor/contract.h"

#include "reactor/peer_counts.h"
#include "reactor/private.h"
#include "reactor/valgrind.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int
set_up(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_SIMULATION, 7);
	return 0;
}

static int
set_up_tcp(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_TCP, 0);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

/* Number i dials; it has the address that it dials. */
static bool
is_served(struct world *w, int i, const char *url)
{
	struct peer *p = &w->more[i];
	unsigned n_refused = w->n_refused;

	assert_int_equal(
		sb_stream_connect(w->r, url, NULL, SB_PLACE, &noting, p, &p->stream, NULL), 0);
	sb_simulation_settle(w->sim);
	assert_int_equal(p->n_closed, w->n_refused - n_refused);
	return p->n_closed == 0;
}

static void
open_at(struct world *w, const char *url, unsigned max_per_peer)
{
	struct sb_listener_limits limits = { .max_per_peer = max_per_peer };

	(void)strcpy(w->url, url);
	open_listener(w);
	assert_int_equal(sb_listener_set_limits(w->listener, &limits), 0);
}

static void
each_ipv4_address_is_a_peer(void **state)
{
	struct world *w = *state;

	open_at(w, "tcp://0.0.0.0:17", 2);
	assert_true(is_served(w, 30, "tcp://192.0.2.1:17"));
	assert_true(is_served(w, 31, "tcp://192.0.2.1:17"));
	assert_false(is_served(w, 32, "tcp://192.0.2.1:17"));
	assert_true(is_served(w, 33, "tcp://192.0.2.2:17"));
	assert_true(is_served(w, 34, "tcp://192.0.2.2:17"));
	assert_false(is_served(w, 35, "tcp://192.0.2.2:17"));
	sb_stream_abort(w->more[30].stream);
	sb_simulation_settle(w->sim);
	assert_true(is_served(w, 36, "tcp://192.0.2.1:17"));
	assert_false(is_served(w, 37, "tcp://192.0.2.1:17"));
}

static void
each_64_of_ipv6_is_a_peer(void **state)
{
	struct world *w = *state;

	open_at(w, "tcp://[::]:17", 2);
	assert_true(is_served(w, 30, "tcp://[2001:db8:0:1::1]:17"));
	assert_true(is_served(w, 31, "tcp://[2001:db8:0:1:ffff:ffff:ffff:ffff]:17"));
	assert_false(is_served(w, 32, "tcp://[2001:db8:0:1:8000::]:17"));
	assert_true(is_served(w, 33, "tcp://[2001:db8:0:2::1]:17"));
	assert_true(is_served(w, 34, "tcp://[2001:db8::1]:17"));
}

static void
ipv4_in_ipv6_is_ipv4(void **state)
{
	struct world *w = *state;

	open_at(w, "tcp://[::]:17", 1);
	assert_true(is_served(w, 30, "tcp://[::ffff:192.0.2.1]:17"));
	assert_false(is_served(w, 31, "tcp://[::ffff:192.0.2.1]:17"));
	assert_true(is_served(w, 32, "tcp://[::ffff:192.0.2.2]:17"));
	/* These have the same /64, and are no such addresses. */
	assert_true(is_served(w, 33, "tcp://[::1]:17"));
	assert_false(is_served(w, 34, "tcp://[::2]:17"));
}

/* What the wire may bring, held against counting by hand. */
static void
counts_are_right_for_many_peers(void **state)
{
	enum { N_COUNTED = 1000, N_STEPS = 20000 };
	struct world *w = *state;
	struct peer_counts *counts = sb_peer_counts_create(w->r);
	unsigned expected[N_COUNTED] = { 0 };
	struct peer_address peer = { .port = 1 };
	int i;

	assert_non_null(counts);
	for (i = 0; i < N_STEPS; i++) {
		unsigned which = (unsigned)(sb_reactor_random(w->r) % N_COUNTED);

		peer.address[0] = (unsigned char)(which >> 8);
		peer.address[7] = (unsigned char)which;
		peer.address[15] = (unsigned char)i;
		if (expected[which] > 0 && i % 3 == 0) {
			sb_peer_counts_remove(counts, &peer);
			expected[which]--;
		} else {
			assert_int_equal(sb_peer_counts_add(counts, &peer), 0);
			expected[which]++;
		}
		assert_int_equal(sb_peer_counts_of(counts, &peer), expected[which]);
	}
	sb_peer_counts_destroy(counts);
}

static void
word_of_a_closed_listener_is_not_lost_and_nothing_is_left(void **state)
{
	struct world *w = *state;
	struct sb_weather slow = { .latency_min_ns = 50 * SB_MS, .latency_max_ns = 50 * SB_MS };
	struct sb_listener_limits limits = { .max_total = 1, .refusal = "full\n" };

	sb_simulation_set_weather(w->sim, &slow);
	open_listener(w);
	assert_int_equal(sb_listener_set_limits(w->listener, &limits), 0);
	connect_peer(w, &w->more[30], NULL);
	connect_peer(w, &w->more[31], NULL);
	assert_int_equal(sb_simulation_run_for(w->sim, 51 * SB_MS), 0);
	assert_int_equal(w->n_refused, 1);
	sb_listener_close(w->listener);
	w->listener = NULL;
	sb_simulation_settle(w->sim);
	assert_string_equal(w->more[31].text, "full\n");
	assert_int_equal(w->more[31].error.code, 0);
	assert_int_equal(w->more[30].n_closed, 0);
}

/* Each end takes a descriptor: the listener and the clients have six. */
static void
without_descriptors_who_waits_is_sent_away(void **state)
{
	struct world *w = *state;
	struct sb_weather few = { .max_descriptors = 7 }, enough = { 0 };
	int i;

	sb_simulation_set_weather(w->sim, &few);
	open_listener(w);
	for (i = 30; i < 35; i++)
		connect_peer(w, &w->more[i], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->n_accepted, 1);
	assert_int_equal(w->n_failed, 1);
	for (i = 31; i < 35; i++)
		assert_int_equal(w->more[i].n_closed, 1);
	/* Those who come during the pause wait for its end. */
	sb_stream_destroy(w->more[30].stream);
	w->more[30].stream = NULL;
	sb_simulation_settle(w->sim);
	sb_simulation_set_weather(w->sim, &enough);
	connect_peer(w, &w->more[36], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->n_accepted, 1);
	assert_int_equal(sb_simulation_run_for(w->sim, 100 * SB_MS), 0);
	assert_int_equal(w->n_accepted, 2);
	assert_int_equal(w->n_failed, 1);
}

/* Resuming does not cut the rest after a shortage short, and pausing outlasts it. */
static void
pause_and_the_rest_after_a_shortage_keep_apart(void **state)
{
	struct world *w = *state;
	struct sb_weather few = { .max_descriptors = 3 }, enough = { 0 };

	sb_simulation_set_weather(w->sim, &few);
	open_listener(w);
	connect_peer(w, &w->more[30], NULL);
	connect_peer(w, &w->more[31], NULL);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->n_failed, 1);
	assert_int_equal(w->n_accepted, 0);
	sb_simulation_set_weather(w->sim, &enough);
	connect_peer(w, &w->more[32], NULL);
	sb_listener_pause(w->listener);
	sb_listener_resume(w->listener);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->n_accepted, 0);
	sb_listener_pause(w->listener);
	assert_int_equal(sb_simulation_run_for(w->sim, SB_S), 0);
	assert_int_equal(w->n_accepted, 0);
	sb_listener_resume(w->listener);
	sb_simulation_settle(w->sim);
	assert_int_equal(w->n_accepted, 1);
}

enum { N_FLOOD = 300, FEW = 64 };

static int
dial(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		_exit(1);
	return fd;
}

/* A child: holds all its connections until each has been greeted or closed, and tells how many were
 * greeted. */
static void
flood(uint16_t port, int report)
{
	int fds[N_FLOOD], i;
	unsigned n = 0;
	char c;

	(void)alarm(60);
	for (i = 0; i < N_FLOOD; i++)
		fds[i] = dial(port);
	for (i = 0; i < N_FLOOD; i++)
		n += read(fds[i], &c, 1) == 1;
	_exit(write(report, &n, sizeof(n)) == sizeof(n) ? 0 : 1);
}

static void
greet(void *self, struct sb_stream *stream)
{
	(void)self;
	assert_int_equal(sb_stream_write(stream, bytes("!")), 0);
}

static void
greeted_is_over(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)stream;
	(void)error;
	look(self);
}

static const struct sb_protocol greeting = { .connected = greet, .closed = greeted_is_over };

static void
greet_all(struct world *w, struct sb_stream *stream)
{
	w->n_accepted++;
	sb_stream_attach(stream, &greeting, w);
}

static bool
flood_is_over(struct world *w)
{
	return w->n_accepted > 0 && sb_listener_n_streams(w->listener) == 0;
}

static struct rlimit
allow_few_descriptors(void)
{
	struct rlimit before, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = FEW;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	return before;
}

static void
nobody_waits_for_ever_when_descriptors_run_out_in_a_flood(void **state)
{
	struct world *w = *state;
	struct rlimit before;
	struct sb_url url;
	unsigned n_greeted;
	int report[2], status;
	uint64_t turn;
	pid_t pid;

	if (is_under_valgrind())
		skip();
	open_listener(w);
	w->on_accepted = greet_all;
	assert_int_equal(sb_url_parse(sb_listener_url(w->listener), &url, NULL), 0);
	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		flood(url.port, report[1]);
	before = allow_few_descriptors();
	turn = w->r->turn;
	wait_for(w, flood_is_over);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(read(report[0], &n_greeted, sizeof(n_greeted)), sizeof(n_greeted));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(n_greeted, w->n_accepted);
	assert_true(n_greeted > FEW / 2 && n_greeted < FEW);
	assert_int_equal(w->n_failed, 1);
	assert_true(w->r->turn - turn < 2 * N_FLOOD);
	assert_int_equal(close(report[0]), 0);
	assert_int_equal(close(report[1]), 0);
}

static void
stop_run(void *self)
{
	struct world *w = self;

	sb_reactor_stop(w->r);
}

/* Whoever passed it to us may have shut it down: it is ready for ever, and nobody comes. */
static void
socket_that_listens_no_more_does_not_spin(void **state)
{
	struct world *w = *state;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sb_timer timer;
	uint64_t n_turns;

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	(void)snprintf(w->url, sizeof(w->url), "fd://%d", fd);
	open_listener(w);
	assert_int_equal(shutdown(fd, SHUT_RDWR), 0);
	assert_int_equal(sb_timer_init(&timer, w->r, SB_HANDLER(stop_run), w), 0);
	sb_timer_start(&timer, 50 * SB_MS);
	n_turns = w->r->turn;
	assert_int_equal(run(w), 0);
	assert_true(w->r->turn - n_turns < 10);
	assert_int_equal(w->n_failed, 1);
	sb_timer_finish(&timer);
}

static void
want_of_descriptors_is_told_again_when_somebody_was_accepted_and_refused(void **state)
{
	struct world *w = *state;
	const struct sb_weather few = { .max_descriptors = 4 }, enough = { 0 };
	const struct sb_listener_limits limits = { .max_total = 1 };
	int i;

	open_listener(w);
	assert_int_equal(sb_listener_set_limits(w->listener, &limits), 0);
	connect_peer(w, &w->more[30], NULL);
	sb_simulation_settle(w->sim);
	for (i = 31; i < 34; i++) {
		sb_simulation_set_weather(w->sim, i == 32 ? &enough : &few);
		connect_peer(w, &w->more[i], NULL);
		sb_simulation_settle(w->sim);
		assert_int_equal(w->n_failed, i < 33 ? 1 : 2);
		assert_int_equal(w->n_refused, i < 32 ? 0 : 1);
		assert_int_equal(sb_simulation_run_for(w->sim, 100 * SB_MS), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(each_ipv4_address_is_a_peer),
		in_world(each_64_of_ipv6_is_a_peer),
		in_world(ipv4_in_ipv6_is_ipv4),
		in_world(counts_are_right_for_many_peers),
		in_world(word_of_a_closed_listener_is_not_lost_and_nothing_is_left),
		in_world(without_descriptors_who_waits_is_sent_away),
		in_world(pause_and_the_rest_after_a_shortage_keep_apart),
		in_world(want_of_descriptors_is_told_again_when_somebody_was_accepted_and_refused),
		cmocka_unit_test_setup_teardown(
			socket_that_listens_no_more_does_not_spin, set_up_tcp, tear_down),
		cmocka_unit_test_setup_teardown(
			nobody_waits_for_ever_when_descriptors_run_out_in_a_flood, set_up_tcp,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
