/* The floor: the cheapest that still reads a request to its end. One epoll, one read and one write
 * a request; it looks for the empty line, and answers a constant. Prints its port. */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_CAP = 8192, N_EVENTS = 64 };

struct connection {
	int fd;
	size_t len; /* bytes of a request that has not ended yet */
	char buf[READ_CAP];
};

static const char answer[] = "HTTP/1.1 200 OK\r\n"
			     "Content-Type: text/plain; charset=utf-8\r\n"
			     "Content-Length: 6\r\n"
			     "\r\n"
			     "hello\n";

static void
check(bool is_well, const char *what)
{
	if (is_well)
		return;
	perror(what);
	exit(1);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(fd >= 0, "socket");
	check(bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 1024) == 0, "listen");
	check(getsockname(fd, (struct sockaddr *)&at, &len) == 0, "getsockname");
	(void)printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	return fd;
}

static void
watch(int epoll, int fd, struct connection *c)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void
take(int epoll, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), one = 1;
	struct connection *c;

	if (fd < 0)
		return;
	c = calloc(1, sizeof(*c));
	check(c, "calloc");
	c->fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	watch(epoll, fd, c);
}

/* Returns whether the connection lives on. */
static bool
serve(struct connection *c)
{
	ssize_t n = read(c->fd, c->buf + c->len, sizeof(c->buf) - c->len);
	char *at = c->buf, *end;

	if (n <= 0)
		return false;
	c->len += (size_t)n;
	while ((end = memmem(at, c->len, "\r\n\r\n", 4))) {
		end += 4;
		c->len -= (size_t)(end - at);
		at = end;
		/* So little goes whole. */
		if (write(c->fd, answer, sizeof(answer) - 1) != sizeof(answer) - 1)
			return false;
	}
	memmove(c->buf, at, c->len);
	return c->len < sizeof(c->buf);
}

int
main(void)
{
	int listener = listen_somewhere(), epoll = epoll_create1(0);
	struct epoll_event events[N_EVENTS];

	check(epoll >= 0, "epoll_create1");
	watch(epoll, listener, NULL);
	for (;;) {
		int n = epoll_wait(epoll, events, N_EVENTS, -1);

		for (int k = 0; k < n; k++) {
			struct connection *c = events[k].data.ptr;

			if (!c) {
				take(epoll, listener);
			} else if (!serve(c)) {
				(void)close(c->fd);
				free(c);
			}
		}
	}
}
