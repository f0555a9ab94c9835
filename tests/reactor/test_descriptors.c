/* Descriptors that were there before us: pipes, terminals, standard streams, and what cannot be a
 * stream. */

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/stat.h>

#include "reactor/contract.h"

static int
set_up(void **state)
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

/* Connects the peer by fd://; returns what that says. */
static int
adopt(struct peer *p, int fd, struct sb_error *ret_error)
{
	char url[32];

	(void)snprintf(url, sizeof(url), "fd://%d", fd);
	return sb_stream_connect(p->world->r, url, NULL, SB_PLACE,
		p->on_ended ? &half_closing : &noting, p, &p->stream, ret_error);
}

static void
take_fd(struct peer *p, int fd)
{
	struct sb_error error = { 0 };

	if (adopt(p, fd, &error) < 0)
		print_error("%s\n", error.text);
	assert_non_null(p->stream);
}

static bool
client_has_hello(struct world *w)
{
	return strcmp(w->client.text, "hello") == 0;
}

static bool
client_connected(struct world *w)
{
	return w->client.n_connected;
}

static bool
is_open_fd(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void
pipe_is_read_to_its_end_and_closed(void **state)
{
	struct world *w = *state;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	take_fd(&w->client, fds[0]);
	assert_int_equal(write(fds[1], "hello", 5), 5);
	wait_for(w, client_has_hello);
	assert_string_equal(sb_stream_peer(w->client.stream), "fd");
	assert_int_equal(close(fds[1]), 0);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, 0);
	assert_false(is_open_fd(fds[0]));
}

static void
full_pipe_is_written_on_when_it_is_read(void **state)
{
	struct world *w = *state;
	static char block[200 * 1000], got[200 * 1000];
	size_t n_got = 0;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	take_fd(&w->client, fds[1]);
	wait_for(w, client_connected);
	memset(block, 'x', sizeof(block));
	assert_int_equal(
		sb_stream_write(w->client.stream, (struct sb_bytes){ block, sizeof(block) }), 0);
	assert_true(sb_stream_queued(w->client.stream) > 0);
	while (n_got < sizeof(got)) {
		ssize_t n = read(fds[0], got + n_got, sizeof(got) - n_got);

		assert_true(n > 0);
		n_got += (size_t)n;
		let_pass(w, SB_MS / 10);
	}
	assert_memory_equal(got, block, sizeof(got));
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(read(fds[0], got, 1), 0);
	assert_int_equal(close(fds[0]), 0);
}

static volatile sig_atomic_t n_sigpipe;

static void
count_sigpipe(int signal_number)
{
	(void)signal_number;
	n_sigpipe++;
}

static void
pipe_without_a_reader_fails_and_raises_no_signal(void **state)
{
	struct world *w = *state;
	struct sigaction counting = { .sa_handler = count_sigpipe }, before;
	sigset_t mask;
	int fds[2];

	assert_int_equal(sigaction(SIGPIPE, &counting, &before), 0);
	assert_int_equal(pipe(fds), 0);
	take_fd(&w->client, fds[1]);
	wait_for(w, client_connected);
	sb_stream_pause(w->client.stream);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(sb_stream_write(w->client.stream, bytes("x")), -EPIPE);
	assert_int_equal(n_sigpipe, 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	assert_false(sigismember(&mask, SIGPIPE));
	sb_stream_resume(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, -EPIPE);
	assert_int_equal(sigaction(SIGPIPE, &before, NULL), 0);
}

/* One that was pending before belongs to somebody else. */
static void
pending_signal_of_another_is_not_taken(void **state)
{
	struct world *w = *state;
	struct sigaction counting = { .sa_handler = count_sigpipe }, before;
	sigset_t sigpipe;
	int fds[2];

	n_sigpipe = 0;
	assert_int_equal(sigaction(SIGPIPE, &counting, &before), 0);
	(void)sigemptyset(&sigpipe);
	(void)sigaddset(&sigpipe, SIGPIPE);
	assert_int_equal(sigprocmask(SIG_BLOCK, &sigpipe, NULL), 0);
	assert_int_equal(raise(SIGPIPE), 0);
	assert_int_equal(pipe(fds), 0);
	take_fd(&w->client, fds[1]);
	wait_for(w, client_connected);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(sb_stream_write(w->client.stream, bytes("x")), -EPIPE);
	assert_int_equal(n_sigpipe, 0);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &sigpipe, NULL), 0);
	assert_int_equal(n_sigpipe, 1);
	assert_int_equal(sigaction(SIGPIPE, &before, NULL), 0);
}

static void
reader_that_goes_ends_a_pipe_that_is_only_written(void **state)
{
	struct world *w = *state;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	take_fd(&w->client, fds[1]);
	wait_for(w, client_connected);
	assert_int_equal(close(fds[0]), 0);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, 0);
}

static void
terminal_is_read_and_written(void **state)
{
	struct world *w = *state;
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	char got[64] = "";

	if (master < 0)
		skip();
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	take_fd(&w->client, slave);
	wait_for(w, client_connected);
	write_text(&w->client, "prompt");
	assert_int_equal(read(master, got, sizeof(got)), 6);
	assert_string_equal(got, "prompt");
	assert_int_equal(write(master, "line\n", 5), 5);
	while (w->client.n_data == 0)
		let_pass(w, SB_MS);
	assert_string_equal(w->client.text, "line\n");
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(close(master), 0);
}

static void
check_refused(struct world *w, int fd, int code, const char *words)
{
	struct sb_error error = { 0 };
	int flags = fcntl(fd, F_GETFL), fd_flags = fcntl(fd, F_GETFD);

	assert_int_equal(adopt(&w->client, fd, &error), code);
	assert_null(w->client.stream);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, words))
		print_error("\"%s\" does not say \"%s\"\n", error.text, words);
	assert_non_null(strstr(error.text, words));
	assert_non_null(strstr(error.text, "connecting to fd://"));
	/* It is the caller's, as it was. */
	assert_int_equal(fcntl(fd, F_GETFL), flags);
	assert_int_equal(fcntl(fd, F_GETFD), fd_flags);
	if (flags >= 0)
		assert_int_equal(close(fd), 0);
}

static void
what_cannot_be_a_stream_is_refused_in_words_and_left_alone(void **state)
{
	struct world *w = *state;
	int listening = socket(AF_INET, SOCK_STREAM, 0), closed = dup(0);

	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(close(closed), 0);
	check_refused(w, closed, -EBADF, "Bad file descriptor");
	check_refused(w, open("/proc/self/exe", O_RDONLY), -EOPNOTSUPP, "regular file");
	check_refused(w, open("/", O_RDONLY), -EOPNOTSUPP, "folder");
	check_refused(w, listening, -EINVAL, "listens");
	check_refused(w, socket(AF_INET, SOCK_DGRAM, 0), -EINVAL, "without streams");
	check_refused(w, socket(AF_INET, SOCK_STREAM, 0), -ENOTCONN, "not connected");
	assert_int_equal(sb_reactor_run(w->r), 0);
}

static int
listen_by(struct world *w, const char *url, struct sb_error *ret_error)
{
	return sb_listener_open(w->r, url, NULL, SB_PLACE, &accepting, w, &w->listener, ret_error);
}

static void
only_what_listens_can_be_listened_at(void **state)
{
	struct world *w = *state;
	struct sb_error error;
	char url[32];
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	(void)snprintf(url, sizeof(url), "fd://%d", fds[0]);
	assert_int_equal(listen_by(w, url, &error), -EINVAL);
	assert_non_null(strstr(error.text, url));
	assert_non_null(strstr(error.text, "no socket that listens"));
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(listen_by(w, url, &error), -EBADF);
	assert_int_equal(close(fds[1]), 0);
}

static void
listener_by_descriptor_says_where_it_listens(void **state)
{
	struct world *w = *state;
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	(void)snprintf(w->url, sizeof(w->url), "fd://%d", fd);
	open_listener(w);
	assert_ptr_equal(strstr(sb_listener_url(w->listener), "tcp://127.0.0.1:"),
		sb_listener_url(w->listener));
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	sb_listener_close(w->listener);
	w->listener = NULL;
	assert_false(is_open_fd(fd));
}

/* ---- Standard input and output ---- */

struct standard {
	int kept[2]; /* what was there */
	int flags[2];
	int near[2], far[2]; /* the far ends are the test's */
};

/* Puts pipes, or with `socket` one socket, where the standard streams are. */
static void
replace_standard(struct standard *s, bool socket)
{
	int in[2], out[2], i;

	(void)fflush(stdout);
	if (socket) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
		out[0] = dup(in[1]);
		out[1] = dup(in[0]);
	} else {
		assert_int_equal(pipe(in), 0);
		assert_int_equal(pipe(out), 0);
	}
	s->far[0] = in[1];
	s->far[1] = out[0];
	s->near[0] = dup(in[0]);
	s->near[1] = dup(out[1]);
	for (i = 0; i < 2; i++)
		s->kept[i] = dup(i);
	assert_int_equal(dup2(in[0], 0), 0);
	assert_int_equal(dup2(out[1], 1), 1);
	assert_int_equal(close(in[0]), 0);
	assert_int_equal(close(out[1]), 0);
	for (i = 0; i < 2; i++)
		s->flags[i] = fcntl(i, F_GETFL);
}

/* Nothing of ours holds the near ends any more, but the standard streams. */
static void
forget_near(struct standard *s)
{
	int i;

	for (i = 0; i < 2; i++)
		(void)close(s->near[i]);
}

static void
restore_standard(struct standard *s)
{
	int i;

	for (i = 0; i < 2; i++) {
		(void)dup2(s->kept[i], i);
		(void)close(s->kept[i]);
		(void)close(s->far[i]);
	}
}

static void
take_stdio(struct peer *p)
{
	struct sb_error error = { 0 };
	int ret = sb_stream_connect(p->world->r, "stdio:", NULL, SB_PLACE,
		p->on_ended ? &half_closing : &noting, p, &p->stream, &error);

	if (ret < 0)
		print_error("%s\n", error.text);
	assert_int_equal(ret, 0);
}

static bool
is_null(int fd)
{
	struct stat is, null;

	return fstat(fd, &is) == 0 && stat("/dev/null", &null) == 0 && is.st_rdev == null.st_rdev;
}

static void
standard_streams_are_one_stream(void **state)
{
	struct world *w = *state;
	struct standard s;
	char got[16] = "";

	replace_standard(&s, false);
	take_stdio(&w->client);
	assert_int_equal(write(s.far[0], "hello", 5), 5);
	wait_for(w, client_has_hello);
	assert_string_equal(sb_stream_peer(w->client.stream), "stdio");
	write_text(&w->client, "answer");
	assert_int_equal(read(s.far[1], got, sizeof(got)), 6);
	assert_string_equal(got, "answer");
	assert_true(fcntl(s.near[0], F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(s.near[1], F_GETFL) & O_NONBLOCK);
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	/* Who shares them, a shell for one, finds them as they were; their numbers nobody gets. */
	assert_int_equal(fcntl(s.near[0], F_GETFL), s.flags[0]);
	assert_int_equal(fcntl(s.near[1], F_GETFL), s.flags[1]);
	assert_true(is_null(0) && is_null(1));
	forget_near(&s);
	assert_int_equal(read(s.far[1], got, sizeof(got)), 0);
	restore_standard(&s);
}

static void
half_close_closes_standard_output_and_reading_goes_on(void **state)
{
	struct world *w = *state;
	struct standard s;
	char got[16] = "";

	replace_standard(&s, false);
	forget_near(&s);
	take_stdio(&w->client);
	wait_for(w, client_connected);
	write_text(&w->client, "bye");
	sb_stream_shutdown(w->client.stream);
	assert_int_equal(read(s.far[1], got, sizeof(got)), 3);
	assert_int_equal(read(s.far[1], got, sizeof(got)), 0);
	assert_int_equal(write(s.far[0], "hello", 5), 5);
	wait_for(w, client_has_hello);
	assert_int_equal(close(s.far[0]), 0);
	wait_for(w, client_closed);
	assert_int_equal(w->client.error.code, 0);
	restore_standard(&s);
}

/* As inetd starts a program: both are one socket, with one set of flags. */
static void
standard_streams_may_be_one_socket(void **state)
{
	struct world *w = *state;
	struct standard s;
	char got[16] = "";
	int flags, watcher;

	replace_standard(&s, true);
	watcher = dup(s.near[0]);
	flags = s.flags[0];
	forget_near(&s);
	take_stdio(&w->client);
	wait_for(w, client_connected);
	write_text(&w->client, "bye");
	sb_stream_shutdown(w->client.stream);
	assert_int_equal(read(s.far[1], got, sizeof(got)), 3);
	assert_int_equal(read(s.far[1], got, sizeof(got)), 0);
	/* Still not blocking: it is still read. */
	assert_true(fcntl(watcher, F_GETFL) & O_NONBLOCK);
	assert_int_equal(write(s.far[0], "hello", 5), 5);
	wait_for(w, client_has_hello);
	sb_stream_close(w->client.stream);
	wait_for(w, client_closed);
	assert_int_equal(fcntl(watcher, F_GETFL), flags);
	assert_int_equal(close(watcher), 0);
	restore_standard(&s);
}

static void
standard_input_that_is_a_file_is_refused(void **state)
{
	struct world *w = *state;
	struct standard s;
	struct sb_error error = { 0 };
	int file = open("/proc/self/exe", O_RDONLY), ret, flags;

	replace_standard(&s, false);
	assert_int_equal(dup2(file, 0), 0);
	flags = fcntl(1, F_GETFL);
	ret = sb_stream_connect(
		w->r, "stdio:", NULL, SB_PLACE, &noting, &w->client, &w->client.stream, &error);
	assert_int_equal(fcntl(1, F_GETFL), flags);
	forget_near(&s);
	restore_standard(&s);
	assert_int_equal(ret, -EOPNOTSUPP);
	assert_non_null(strstr(error.text, "regular file"));
	assert_int_equal(close(file), 0);
}

static bool
both_secured(struct world *w)
{
	return w->client.n_secured && w->server.n_secured;
}

/* TLS stands between the stream and what had been watched before. */
static void
standard_streams_can_start_tls(void **state)
{
	struct world *w = *state;
	struct standard s;

	add_tls(w);
	replace_standard(&s, true);
	forget_near(&s);
	take_stdio(&w->client);
	take_fd(&w->server, dup(s.far[0]));
	wait_for(w, both_connected);
	write_text(&w->server, "hello");
	wait_for(w, client_has_hello);
	assert_int_equal(
		sb_stream_start_tls(w->client.stream, w->client_tls, "server.example", NULL), 0);
	assert_int_equal(sb_stream_start_tls(w->server.stream, w->options.tls, NULL, NULL), 0);
	wait_for(w, both_secured);
	write_text(&w->server, " again");
	write_text(&w->client, "answer");
	sb_stream_close(w->client.stream);
	wait_for(w, both_closed);
	assert_string_equal(w->server.text, "answer");
	assert_int_equal(w->client.error.code, 0);
	assert_int_equal(w->server.error.code, 0);
	restore_standard(&s);
	sb_test_ca_destroy(ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(pipe_is_read_to_its_end_and_closed),
		in_world(full_pipe_is_written_on_when_it_is_read),
		in_world(pipe_without_a_reader_fails_and_raises_no_signal),
		in_world(pending_signal_of_another_is_not_taken),
		in_world(reader_that_goes_ends_a_pipe_that_is_only_written),
		in_world(terminal_is_read_and_written),
		in_world(what_cannot_be_a_stream_is_refused_in_words_and_left_alone),
		in_world(only_what_listens_can_be_listened_at),
		in_world(listener_by_descriptor_says_where_it_listens),
		in_world(standard_streams_are_one_stream),
		in_world(half_close_closes_standard_output_and_reading_goes_on),
		in_world(standard_streams_may_be_one_socket),
		in_world(standard_input_that_is_a_file_is_refused),
		in_world(standard_streams_can_start_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
