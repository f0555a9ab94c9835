/* Sockets that systemd passes, which main() has put at 3 to 5; and the simulation's, which has no other
 * descriptors. */

#include <fcntl.h>

#include "reactor/contract.h"

static int
set_up(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_TCP, 0);
	return 0;
}

static int
set_up_simulated(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_SIMULATION, 1);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

static bool
is_open_fd(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int
listen_by(struct world *w, const char *url, struct sb_error *ret_error)
{
	return sb_listener_open(w->r, url, NULL, SB_PLACE, &accepting, w, &w->listener, ret_error);
}

enum { N_PASSED = 3 };

static void
set_listen_pid(long pid)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%ld", pid);
	assert_int_equal(setenv("LISTEN_PID", text, 1), 0);
}

static void
expect_no_socket(struct world *w, const char *url, int code, const char *words)
{
	struct sb_error error = { 0 };

	assert_int_equal(listen_by(w, url, &error), code);
	if (!strstr(error.text, words))
		print_error("\"%s\" does not say \"%s\"\n", error.text, words);
	assert_non_null(strstr(error.text, words));
	assert_non_null(strstr(error.text, url));
}

static void
sockets_of_systemd_are_taken_once_each_by_name(void **state)
{
	struct world *w = *state;
	struct sb_listener *second = NULL;
	struct sb_error error;
	int i;

	set_listen_pid((long)getpid() + 1);
	expect_no_socket(w, "systemd://web", -ENOENT, "passed to process");
	set_listen_pid((long)getpid());
	expect_no_socket(w, "systemd://mail", -ENOENT, "there are: web, irc, web");
	assert_int_equal(listen_by(w, "systemd://web", &error), 0);
	assert_int_equal(sb_listener_open(w->r, "systemd://web", NULL, SB_PLACE, &accepting, w,
				 &second, &error),
		0);
	assert_string_not_equal(sb_listener_url(w->listener), sb_listener_url(second));
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	sb_listener_close(second);
	sb_listener_close(w->listener);
	w->listener = NULL;
	expect_no_socket(w, "systemd://web", -EBUSY,
		"taken already; there are: web (taken), irc, web (taken)");
	/* Children are to have none of them, and the variables are for others to read. */
	assert_true(fcntl(4, F_GETFD) & FD_CLOEXEC);
	for (i = 0; i < N_PASSED; i++)
		assert_int_equal(is_open_fd(3 + i), i == 1);
	assert_string_equal(getenv("LISTEN_FDS"), "3");
	assert_string_equal(getenv("LISTEN_FDNAMES"), "web:irc:web");
	assert_int_equal(unsetenv("LISTEN_FDS"), 0);
	expect_no_socket(w, "systemd://irc", -ENOENT, "LISTEN_FDS is not set");
	assert_int_equal(setenv("LISTEN_FDS", "lots", 1), 0);
	expect_no_socket(w, "systemd://irc", -ENOENT, "LISTEN_FDS is lots");
	assert_int_equal(unsetenv("LISTEN_PID"), 0);
	expect_no_socket(w, "systemd://irc", -ENOENT, "LISTEN_PID is not set");
}

static void
pass_sockets(void)
{
	char pid[24];
	int i;

	for (i = 0; i < N_PASSED; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd != 3 + i && (dup2(fd, 3 + i) < 0 || close(fd) < 0))
			abort();
		if (listen(3 + i, 8) < 0)
			abort();
	}
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (setenv("LISTEN_PID", pid, 1) || setenv("LISTEN_FDS", "3", 1)
		|| setenv("LISTEN_FDNAMES", "web:irc:web", 1))
		abort();
}

/* ---- In a simulation ---- */

static void
simulation_has_no_descriptors(void **state)
{
	struct world *w = *state;
	struct sb_error error = { 0 };

	assert_int_equal(sb_stream_connect(w->r, "fd://0", NULL, SB_PLACE, &noting, &w->client,
				 &w->client.stream, &error),
		-EOPNOTSUPP);
	assert_non_null(strstr(error.text, "no descriptors in a simulation"));
	assert_int_equal(sb_stream_connect(w->r, "stdio:", NULL, SB_PLACE, &noting, &w->client,
				 &w->client.stream, &error),
		-EOPNOTSUPP);
	assert_non_null(strstr(error.text, "stdio:"));
	expect_no_socket(w, "fd://3", -EOPNOTSUPP, "no descriptors in a simulation");
}

static void
simulation_passes_sockets_as_systemd_does(void **state)
{
	struct world *w = *state;

	expect_no_socket(w, "systemd://web", -ENOENT, "none");
	assert_int_equal(sb_simulation_pass_socket(w->sim, "web", "tcp://127.0.0.1:80"), 0);
	assert_int_equal(sb_simulation_pass_socket(w->sim, "irc", "nonsense"), -EINVAL);
	assert_int_equal(sb_simulation_pass_socket(w->sim, "irc", "fd://3"), -EINVAL);
	expect_no_socket(w, "systemd://mail", -ENOENT, "passed were: web");
	(void)strcpy(w->url, "systemd://web");
	open_listener(w);
	assert_string_equal(sb_listener_url(w->listener), "tcp://127.0.0.1:80");
	connect_peer(w, &w->client, NULL);
	wait_for(w, both_connected);
	sb_listener_close(w->listener);
	w->listener = NULL;
	expect_no_socket(w, "systemd://web", -EBUSY, "web (taken)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define in_simulation(name) cmocka_unit_test_setup_teardown(name, set_up_simulated, tear_down)
		in_world(sockets_of_systemd_are_taken_once_each_by_name),
		in_simulation(simulation_has_no_descriptors),
		in_simulation(simulation_passes_sockets_as_systemd_does),
	};

	pass_sockets();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
