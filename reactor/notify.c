#include "notify.h"

#include <signalbox/notify.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* A name that begins with @ is not of the file system: its first byte is 0, and it ends with the
 * address. */
static int
set_address(struct sockaddr_un *address, const char *name, socklen_t *ret_len)
{
	size_t len = strlen(name);

	if (!strncmp(name, "vsock:", 6))
		return -EAFNOSUPPORT;
	if ((*name != '/' && *name != '@') || len == 1)
		return -EINVAL;
	if (len >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, len);
	if (*name == '@')
		address->sun_path[0] = '\0';
	else
		len++;
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return 0;
}

static int
send_to(int fd, const struct sockaddr_un *address, socklen_t address_len, const char *text)
{
	ssize_t n;

	do
		n = sendto(fd, text, strlen(text), MSG_NOSIGNAL,
			(const struct sockaddr *)(const void *)address, address_len);
	while (n < 0 && errno == EINTR);
	if (n >= 0 || errno == ECONNREFUSED || errno == ENOENT)
		return 0;
	return -errno;
}

int
sb_notify_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int
sb_notify_to(int fd, const char *name, const char *state)
{
	struct sockaddr_un address;
	socklen_t len;
	int ret = set_address(&address, name, &len);

	return ret < 0 ? ret : send_to(fd, &address, len, state);
}

int
sb_notify(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int fd, ret;

	if (!name)
		return 0;
	fd = sb_notify_socket();
	if (fd < 0)
		return fd;
	ret = sb_notify_to(fd, name, state);
	(void)close(fd);
	return ret;
}

int
sb_notify_reloading(struct sb_reactor *r)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		sb_reactor_clock_ns(r) / 1000);
	return sb_notify(text);
}

/* The number that the variable is, all of it and more than 0; else 0. */
static int64_t
number_of(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	long long number;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoll(text, &end, 10);
	return *end || errno ? 0 : number;
}

int64_t
sb_notify_watchdog_ns(void)
{
	int64_t us = number_of("WATCHDOG_USEC");

	if (getenv("WATCHDOG_PID") && number_of("WATCHDOG_PID") != getpid())
		return 0;
	return us > INT64_MAX / 1000 ? 0 : us * 1000;
}
