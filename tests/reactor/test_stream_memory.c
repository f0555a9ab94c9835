/* What a connection costs while nothing happens on it: counted, not timed. */

#include <malloc.h>
#include <signal.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "reactor/contract.h"
#include "reactor/stream.h"

enum {
	N_IDLE = 10000,
	BYTES_EACH = 256,
};

struct crowd {
	struct sb_reactor *r;
	struct sb_listener *listener;
	struct sb_stream **streams;
	unsigned n, n_wanted, n_closed;
};

static void
on_crowd_connected(void *self, struct sb_stream *stream)
{
	struct crowd *c = self;

	assert_true(sb_stream_is_open(stream));
	c->streams[c->n++] = stream;
	if (c->n == c->n_wanted)
		sb_reactor_stop(c->r);
}

static void
on_crowd_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct crowd *c = self;

	(void)stream, (void)error;
	c->n_closed++;
}

static void
on_crowd_data(void *self, struct sb_stream *stream, struct sb_bytes got)
{
	(void)self;
	assert_int_equal(sb_stream_write(stream, got), 0);
}

static const struct sb_protocol crowding = {
	.connected = on_crowd_connected,
	.data = on_crowd_data,
	.closed = on_crowd_closed,
};

static void
on_crowd_accepted(void *self, struct sb_stream *stream)
{
	sb_stream_attach(stream, &crowding, self);
}

static const struct sb_acceptor crowd_accepting = { .accepted = on_crowd_accepted };

/* Another process, so that its descriptors and its memory do not count here. It says a word on each
 * connection, hears it back, and stays until it is killed. */
static pid_t
send_crowd(const char *url, unsigned n)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct sb_url where;
	pid_t pid;
	char word[4];

	assert_int_equal(sb_url_parse(url, &where, NULL), 0);
	address.sin_port = htons(where.port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	while (n-- > 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0
			|| connect(fd, (const struct sockaddr *)(const void *)&address,
				   sizeof(address))
				   < 0
			|| send(fd, "word", 4, 0) != 4 || recv(fd, word, 4, MSG_WAITALL) != 4)
			_exit(1);
	}
	for (;;)
		(void)pause();
}

static size_t
heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static bool
raise_descriptors(rlim_t n)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < n)
		return false;
	limit.rlim_cur = n;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static bool
counts_nothing(void)
{
	size_t before = heap_in_use();
	void *volatile some = malloc(100000);
	size_t after = heap_in_use();

	free(some);
	/* Sanitizers and valgrind have a malloc of their own. */
	return after - before < 100000;
}

/* All that this process keeps for a connection: stream, end, libev's arrays, what malloc adds. */
static void
idle_connections_cost_at_most_256_bytes_each(void **state)
{
	struct crowd c = { .n_wanted = N_IDLE };
	size_t before, after;
	unsigned i;
	pid_t pid;

	(void)state;
	if (counts_nothing() || !raise_descriptors(N_IDLE + 100))
		skip();
	(void)alarm(120);
	c.r = sb_reactor_create();
	c.streams = calloc(N_IDLE, sizeof(*c.streams));
	assert_non_null(c.r);
	assert_non_null(c.streams);
	assert_int_equal(sb_listener_open(c.r, "tcp://127.0.0.1:0", NULL, SB_PLACE,
				 &crowd_accepting, &c, &c.listener, NULL),
		0);
	pid = send_crowd(sb_listener_url(c.listener), N_IDLE);
	before = heap_in_use();
	assert_int_equal(sb_reactor_run(c.r), 0);
	after = heap_in_use();
	assert_int_equal(c.n, N_IDLE);
	print_message("%zu bytes for each of %d idle connections, %zu of them its struct\n",
		(after - before) / N_IDLE, N_IDLE, sizeof(struct stream));
	assert_true(after - before <= (size_t)N_IDLE * BYTES_EACH);
	for (i = 0; i < N_IDLE; i++)
		sb_stream_destroy(c.streams[i]);
	sb_listener_close(c.listener);
	sb_reactor_destroy(c.r);
	free(c.streams);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_connections_cost_at_most_256_bytes_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
