#include "sockets.h"

#include "descriptors.h"
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { DRAIN_MAX = 16 }; /* reads of what nobody wants any more */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

/* The system's address of a URL; returns its length. */
static socklen_t
resolve(const struct sb_url *url, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (url->scheme == SB_SCHEME_UNIX) {
		address->local.sun_family = AF_UNIX;
		sb_assert(strlen(url->path) < sizeof(address->local.sun_path));
		memcpy(address->local.sun_path, url->path, strlen(url->path));
		return sizeof(address->local);
	}
	if (inet_pton(AF_INET, url->host, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(url->port);
		return sizeof(address->v4);
	}
	sb_assert(inet_pton(AF_INET6, url->host, &address->v6.sin6_addr) == 1);
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons(url->port);
	return sizeof(address->v6);
}

static int
open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int
set_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on)) < 0 ? -errno : 0;
}

/* Small writes go out at once: what belongs together, a protocol writes together. */
static void
send_at_once(int fd, int family)
{
	if (family != AF_UNIX)
		(void)set_on(fd, IPPROTO_TCP, TCP_NODELAY);
}

int
sb_socket_connect(const struct sb_url *url, int *ret_fd, int *ret_result)
{
	union address address;
	socklen_t len = resolve(url, &address);
	int fd = open_socket(address.any.sa_family);

	if (fd < 0)
		return fd;
	send_at_once(fd, address.any.sa_family);
	*ret_fd = fd;
	*ret_result = connect(fd, &address.any, len) < 0 ? -errno : 0;
	/* Interrupted, it goes on by itself. */
	if (*ret_result == -EINTR)
		*ret_result = -EINPROGRESS;
	return 0;
}

int
sb_socket_result(int fd)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

/* Whether the file is a socket on which nobody answers. */
static bool
is_stale(const union address *address, socklen_t len)
{
	struct stat status;
	bool is_refused;
	int fd;

	if (lstat(address->local.sun_path, &status) < 0 || !S_ISSOCK(status.st_mode))
		return false;
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return false;
	is_refused = connect(fd, &address->any, len) < 0 && errno == ECONNREFUSED;
	(void)close(fd);
	return is_refused;
}

static int
bind_to(int fd, const union address *address, socklen_t len)
{
	if (bind(fd, &address->any, len) == 0)
		return 0;
	if (errno != EADDRINUSE || address->any.sa_family != AF_UNIX)
		return -errno;
	if (!is_stale(address, len))
		return -EADDRINUSE;
	if (unlink(address->local.sun_path) < 0)
		return -errno;
	return bind(fd, &address->any, len) < 0 ? -errno : 0;
}

/* Nobody can connect before it listens, so the mode holds from the first on. umask is the process's,
 * other threads have it too. */
static int
set_mode(const struct sb_url *url)
{
	char mode[8];

	if (!sb_url_option(url, "mode", mode, sizeof(mode)))
		return 0;
	return chmod(url->path, (mode_t)strtoul(mode, NULL, 8)) < 0 ? -errno : 0;
}

static int
set_up(int fd, const struct sb_url *url, const union address *address, socklen_t len)
{
	int ret = 0;

	/* Who is accepted inherits it. */
	send_at_once(fd, address->any.sa_family);
	if (address->any.sa_family != AF_UNIX)
		ret = set_on(fd, SOL_SOCKET, SO_REUSEADDR);
	if (ret == 0 && address->any.sa_family == AF_INET6)
		ret = set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (ret == 0)
		ret = bind_to(fd, address, len);
	if (ret == 0 && url->scheme == SB_SCHEME_UNIX)
		ret = set_mode(url);
	if (ret == 0 && listen(fd, SOMAXCONN) < 0)
		ret = -errno;
	return ret;
}

/* Which file is ours: another may lie there when it is to be removed. */
static void
identify(struct socket_listening *listening, const struct sb_url *url)
{
	struct stat status;

	listening->inode = 0;
	if (url->scheme != SB_SCHEME_UNIX || lstat(url->path, &status) < 0)
		return;
	listening->device = status.st_dev;
	listening->inode = status.st_ino;
}

/* Says in the URL where the socket really listens. One that was passed to us may have any address;
 * what has none that a URL could tell stays as it was. */
static int
find_address(int fd, struct sb_url *url)
{
	union address address;
	socklen_t len = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (getsockname(fd, &address.any, &len) < 0)
		return -errno;
	if (address.any.sa_family == AF_INET) {
		url->scheme = SB_SCHEME_TCP;
		(void)inet_ntop(AF_INET, &address.v4.sin_addr, url->host, sizeof(url->host));
		url->port = ntohs(address.v4.sin_port);
	} else if (address.any.sa_family == AF_INET6) {
		url->scheme = SB_SCHEME_TCP;
		(void)inet_ntop(AF_INET6, &address.v6.sin6_addr, url->host, sizeof(url->host));
		url->port = ntohs(address.v6.sin6_port);
	} else if (address.local.sun_path[0] == '/') {
		url->scheme = SB_SCHEME_UNIX;
		(void)snprintf(url->path, sizeof(url->path), "%.*s",
			(int)sizeof(address.local.sun_path), address.local.sun_path);
	}
	return 0;
}

/* Any descriptor will do, and this one costs next to nothing. */
static int
open_reserve(void)
{
	return eventfd(0, EFD_CLOEXEC);
}

/* A socket that listens already. */
static int
listen_passed(const struct sb_url *url, struct socket_listening *ret_listening,
	struct sb_url *ret_url, struct sb_error *ret_error)
{
	char text[SB_URL_CAP];
	struct sb_error error = { 0 };
	int fd = url->fd, ret = 0;

	if (url->scheme == SB_SCHEME_SYSTEMD)
		ret = sb_systemd_take(url->host, &fd, &error);
	if (ret == 0)
		ret = sb_descriptor_prepare_listening(fd, &error);
	if (ret < 0) {
		sb_url_print(url, text, sizeof(text));
		return sb_error_set(ret_error, ret, "listening at %s: %s", text, error.text);
	}
	(void)set_on(fd, IPPROTO_TCP, TCP_NODELAY);
	/* Its file, if it has one, is removed by whoever made it. */
	*ret_listening = (struct socket_listening){ .fd = fd, .reserve = open_reserve() };
	*ret_url = *url;
	return find_address(fd, ret_url);
}

int
sb_socket_listen(const struct sb_url *url, struct socket_listening *ret_listening,
	struct sb_url *ret_url, struct sb_error *ret_error)
{
	union address address;
	socklen_t len;
	char text[SB_URL_CAP];
	int fd, ret;

	if (url->scheme == SB_SCHEME_FD || url->scheme == SB_SCHEME_SYSTEMD)
		return listen_passed(url, ret_listening, ret_url, ret_error);
	len = resolve(url, &address);
	ret = fd = open_socket(address.any.sa_family);
	*ret_url = *url;
	if (fd >= 0)
		ret = set_up(fd, url, &address, len);
	if (ret == 0)
		ret = find_address(fd, ret_url);
	if (ret == 0) {
		ret_listening->fd = fd;
		ret_listening->reserve = open_reserve();
		identify(ret_listening, url);
		return 0;
	}
	if (fd >= 0)
		(void)close(fd);
	sb_url_print(url, text, sizeof(text));
	return sb_error_set(ret_error, ret, "listening at %s: %s", text, strerror(-ret));
}

void
sb_socket_unlisten(const struct socket_listening *listening, const struct sb_url *url)
{
	struct stat status;

	(void)close(listening->fd);
	if (listening->reserve >= 0)
		(void)close(listening->reserve);
	if (listening->inode && lstat(url->path, &status) == 0 && status.st_dev == listening->device
		&& status.st_ino == listening->inode)
		(void)unlink(url->path);
}

static void
note_peer(const union address *address, struct peer_address *ret_peer)
{
	memset(ret_peer, 0, sizeof(*ret_peer));
	if (address->any.sa_family == AF_INET) {
		sb_peer_set_v4(ret_peer, &address->v4.sin_addr);
		ret_peer->port = ntohs(address->v4.sin_port);
	} else if (address->any.sa_family == AF_INET6) {
		memcpy(ret_peer->address, &address->v6.sin6_addr, sizeof(ret_peer->address));
		ret_peer->port = ntohs(address->v6.sin6_port);
	}
}

/* Tells a shortage of ours, or that nobody can come any more (a socket that was passed to us and shut
 * down by another: it stays ready), from what became of one connection while it waited (accept(2)). */
static int
accept_error(int error)
{
	switch (error) {
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EINVAL:
		return -error;
	default:
		return -ECONNABORTED;
	}
}

int
sb_socket_accept(int listening, int *ret_fd, struct peer_address *ret_peer)
{
	union address address;
	socklen_t len = sizeof(address);
	int fd;

	memset(&address, 0, sizeof(address));
	fd = accept4(listening, &address.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return accept_error(errno);
	note_peer(&address, ret_peer);
	*ret_fd = fd;
	return 0;
}

/* MSG_DONTWAIT: a socket that was passed to us shares its flags with others, and gets them back. */
ssize_t
sb_socket_read(int fd, void *buf, size_t cap)
{
	ssize_t n;

	do
		n = recv(fd, buf, cap, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t
sb_socket_write(int fd, const void *ptr, size_t len)
{
	ssize_t n;

	do
		n = send(fd, ptr, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int
sb_socket_shutdown(int fd)
{
	return shutdown(fd, SHUT_WR) < 0 ? -errno : 0;
}

/* What the system takes at most: a day or so. */
static void
set_number(int fd, int option, int value, int max)
{
	int number = value < max ? value : max;

	(void)setsockopt(fd, IPPROTO_TCP, option, &number, sizeof(number));
}

void
sb_socket_keep_alive(int fd, const struct keep_alive *keep_alive)
{
	int is_on = keep_alive->idle_s > 0;

	/* Nobody asks over a UNIX socket; that it refuses is fine. */
	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &is_on, sizeof(is_on)) < 0 || !is_on)
		return;
	set_number(fd, TCP_KEEPIDLE, keep_alive->idle_s, 32767);
	set_number(fd, TCP_KEEPINTVL, keep_alive->interval_s, 32767);
	set_number(fd, TCP_KEEPCNT, keep_alive->count, 127);
}

/* A socket closed with something unread resets the connection, and the peer may lose what it has
 * not read itself. So what has come is read, though nobody wants it. */
static void
drain(int fd)
{
	char buf[16 * 1024];
	int i;

	if (sb_socket_shutdown(fd) < 0)
		return;
	for (i = 0; i < DRAIN_MAX && sb_socket_read(fd, buf, sizeof(buf)) > 0; i++)
		continue;
}

void
sb_socket_close(int fd, bool resets)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (resets)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else
		drain(fd);
	sb_descriptor_close(fd);
}

int
sb_socket_shed(struct socket_listening *listening)
{
	int fd, ret;

	if (listening->reserve >= 0)
		(void)close(listening->reserve);
	fd = accept4(listening->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	ret = fd < 0 ? accept_error(errno) : 0;
	if (fd >= 0)
		sb_socket_close(fd, false);
	listening->reserve = open_reserve();
	return ret == -ECONNABORTED ? 0 : ret;
}
