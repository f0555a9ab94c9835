#ifndef TESTS_REACTOR_NOTIFY_SOCKET_H
#define TESTS_REACTOR_NOTIFY_SOCKET_H

/* systemd's side of notifications: a socket that hears them, and NOTIFY_SOCKET says where. */

#include <sys/socket.h>
#include <sys/un.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEARD_CAP = 4096 };

/* Abstract, at a name that the system chooses. Returns its descriptor. */
static inline int
notify_listen(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(address.sun_family);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char name[sizeof(address.sun_path) + 1];

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&address, len), 0);
	len = sizeof(address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &len), 0);
	len -= (socklen_t)sizeof(address.sun_family);
	memcpy(name, address.sun_path, len);
	name[0] = '@';
	name[len] = '\0';
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

/* What was heard since last time, each message ended by "|". */
static inline const char *
notify_heard(int fd)
{
	static char heard[HEARD_CAP];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(heard) - 2
		&& (n = recv(fd, heard + len, sizeof(heard) - 2 - len, 0)) >= 0) {
		len += (size_t)n;
		heard[len++] = '|';
	}
	heard[len] = '\0';
	return heard;
}

static inline void
notify_end(int fd)
{
	(void)close(fd);
	(void)unsetenv("NOTIFY_SOCKET");
}

#endif
