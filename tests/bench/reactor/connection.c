#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
check(bool is_so, const char *what)
{
	if (is_so)
		return;
	perror(what);
	exit(1);
}

void
print_port(int fd)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	check(getsockname(fd, (struct sockaddr *)&at, &len) == 0, "getsockname");
	(void)printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
}

int
listen_somewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(fd >= 0, "socket");
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, SOMAXCONN) == 0,
		"listen");
	print_port(fd);
	return fd;
}

struct connection *
accept_connection(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), one = 1;
	struct connection *c;

	if (fd < 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	check(c != NULL, "calloc");
	c->fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return c;
}

static void
close_connection(struct connection *c)
{
	(void)close(c->fd);
	free(c->rest);
	free(c);
}

bool
connection_write(struct connection *c, const char *bytes, size_t len)
{
	ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

	if (n < 0 && errno == EAGAIN)
		n = 0;
	if (n < 0)
		return false;
	if ((size_t)n == len)
		return true;
	c->start = 0;
	c->len = len - (size_t)n;
	c->rest = malloc(c->len);
	check(c->rest != NULL, "malloc");
	memcpy(c->rest, bytes + n, c->len);
	return true;
}

/* Returns false when it fails. */
static bool
write_rest(struct connection *c)
{
	ssize_t n = send(c->fd, c->rest + c->start, c->len, MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN;
	c->start += (size_t)n;
	c->len -= (size_t)n;
	if (c->len == 0) {
		free(c->rest);
		c->rest = NULL;
	}
	return true;
}

static enum state
read_on(struct connection *c, bool is_draining, serve_fn *serve)
{
	static char buf[READ_CAP];
	ssize_t n = READ_CAP;
	int i;

	for (i = 0; n == READ_CAP && i < (is_draining ? READS_AT_ONCE : 1); i++) {
		n = recv(c->fd, buf, READ_CAP, 0);
		if (n < 0 && errno == EAGAIN)
			return READS;
		if (n <= 0 || !serve(c, buf, (size_t)n))
			return ENDED;
		if (c->rest)
			return WRITES;
	}
	return READS;
}

enum state
connection_go_on(struct connection *c, bool is_draining, serve_fn *serve)
{
	enum state state;

	if (c->rest)
		state = !write_rest(c) ? ENDED : c->rest ? WRITES : READS;
	else
		state = read_on(c, is_draining, serve);
	if (state == ENDED)
		close_connection(c);
	return state;
}

/* ---- Lines ---- */

static char out[READ_CAP];
static size_t out_len;

static void
answer(const char *line, size_t len)
{
	memcpy(out + out_len, line, len);
	memcpy(out + out_len + len, "\r\n", 2);
	out_len += len + 2;
}

/* By a pointer that the compiler does not see through. */
static void (*volatile handler)(const char *line, size_t len) = answer;

bool
serve_lines(struct connection *c, char *bytes, size_t len)
{
	char *at = bytes, *all = bytes + len, *end;

	out_len = 0;
	while ((end = memchr(at, '\n', (size_t)(all - at)))) {
		handler(at, (size_t)(end - at) - (end > at && end[-1] == '\r'));
		at = end + 1;
	}
	/* No line of the load comes in halves. */
	return at == all && connection_write(c, out, out_len);
}
