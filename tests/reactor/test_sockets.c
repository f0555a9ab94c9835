/* What sockets are set to. */

#include <netinet/in.h>
#include <netinet/tcp.h>
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
set_up_unix(void **state)
{
	(void)alarm(60);
	*state = create_world(OVER_UNIX, 0);
	return 0;
}

static int
tear_down(void **state)
{
	destroy_world(*state);
	return 0;
}

/* Of our descriptors the one that is this end of a connection: whose own port it is, or whose peer's. */
static int
find_socket(unsigned port, bool is_peers)
{
	int fd;

	for (fd = 3; fd < 100; fd++) {
		struct sockaddr_in own = { 0 }, peer = { 0 };
		socklen_t own_len = sizeof(own), peer_len = sizeof(peer);

		if (getsockname(fd, (struct sockaddr *)(void *)&own, &own_len) < 0
			|| getpeername(fd, (struct sockaddr *)(void *)&peer, &peer_len) < 0)
			continue;
		if (ntohs(is_peers ? peer.sin_port : own.sin_port) == port)
			return fd;
	}
	return -1;
}

static int
number_of(int fd, int level, int option)
{
	socklen_t len = sizeof(int);
	int value = -1;

	assert_int_equal(getsockopt(fd, level, option, &value, &len), 0);
	return value;
}

static void
check_keep_alive(int fd, int idle_s, int interval_s, int count)
{
	assert_true(fd >= 0);
	assert_int_equal(number_of(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(number_of(fd, SOL_SOCKET, SO_KEEPALIVE), idle_s > 0);
	if (idle_s == 0)
		return;
	assert_int_equal(number_of(fd, IPPROTO_TCP, TCP_KEEPIDLE), idle_s);
	assert_int_equal(number_of(fd, IPPROTO_TCP, TCP_KEEPINTVL), interval_s);
	assert_int_equal(number_of(fd, IPPROTO_TCP, TCP_KEEPCNT), count);
}

static unsigned
port_of(const struct world *w)
{
	struct sb_url url;

	assert_int_equal(sb_url_parse(sb_listener_url(w->listener), &url, NULL), 0);
	return url.port;
}

static void
both_ends_ask_whether_the_other_is_there_as_the_options_say(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = {
		.keep_alive_idle_ns = 7 * SB_S + 1,
		.keep_alive_interval_ns = SB_MS,
		.keep_alive_count = 9,
	};

	open_listener(w);
	connect_peer(w, &w->client, &options);
	wait_for(w, both_connected);
	check_keep_alive(find_socket(port_of(w), false), 60, 15, 4);
	check_keep_alive(find_socket(port_of(w), true), 8, 1, 9);
}

static void
keep_alive_may_be_off_or_beyond_what_the_system_takes(void **state)
{
	struct world *w = *state;
	struct sb_stream_options options = { .keep_alive_idle_ns = INT64_MAX,
		.keep_alive_interval_ns = INT64_MAX,
		.keep_alive_count = 100000 };

	w->options.keep_alive_idle_ns = -1;
	open_listener(w);
	connect_peer(w, &w->client, &options);
	wait_for(w, both_connected);
	check_keep_alive(find_socket(port_of(w), false), 0, 0, 0);
	check_keep_alive(find_socket(port_of(w), true), 32767, 32767, 127);
}

static mode_t
mode_of_socket(struct world *w, const char *mode, mode_t mask)
{
	mode_t before = umask(mask);
	struct stat status;

	(void)snprintf(w->url, sizeof(w->url), "unix://%s/socket%s", w->folder, mode);
	open_listener(w);
	(void)umask(before);
	(void)snprintf(w->url, sizeof(w->url), "%s/socket", w->folder);
	assert_int_equal(stat(w->url, &status), 0);
	sb_listener_close(w->listener);
	w->listener = NULL;
	assert_int_equal(access(w->url, F_OK), -1);
	return status.st_mode & 07777;
}

static void
socket_file_has_its_mode_whatever_the_mask(void **state)
{
	struct world *w = *state;

	assert_int_equal(mode_of_socket(w, "?mode=660", 077), 0660);
	assert_int_equal(mode_of_socket(w, "?mode=600", 0), 0600);
	assert_int_equal(mode_of_socket(w, "?mode=666", 022), 0666);
	/* Without, as the mask says. */
	assert_int_equal(mode_of_socket(w, "", 027), 0750);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_world(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_world(both_ends_ask_whether_the_other_is_there_as_the_options_say),
		in_world(keep_alive_may_be_off_or_beyond_what_the_system_takes),
		cmocka_unit_test_setup_teardown(
			socket_file_has_its_mode_whatever_the_mask, set_up_unix, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
