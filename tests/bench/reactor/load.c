#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/measure.h"

enum { N_EVENTS = 1024, READ_CAP = 256 * 1024, PATIENCE_MS = 10000 };

struct sender {
	int fd;
	uint64_t sent, taken; /* bytes */
};

struct load {
	struct kind_of_load kind;
	struct sender *senders;
	size_t n;
	int epoll;
	bool is_ending; /* nothing new is sent */
	bool is_checked; /* what came back was right once */
	uint64_t on_the_way;
	uint64_t taken;
	char *piece, *buf;
};

void
need(bool is_so, const char *what)
{
	if (is_so)
		return;
	(void)fprintf(stderr, "bench_reactor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
connect_to(uint16_t port)
{
	/* There are more addresses than one has ports. */
	static unsigned n_connections;
	struct sockaddr_in here = { .sin_family = AF_INET }, there = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + n_connections++ / 10000 % 200);
	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there.sin_port = htons(port);
	need(fd >= 0, "socket");
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	need(bind(fd, (struct sockaddr *)&here, sizeof(here)) == 0, "bind");
	need(connect(fd, (struct sockaddr *)&there, sizeof(there)) == 0, "connect");
	return fd;
}

/* Sends what the window lets. */
static void
send_on(struct load *load, struct sender *sender)
{
	while (!load->is_ending || sender->sent % load->kind.len) {
		size_t at = sender->sent % load->kind.len;
		ssize_t n;

		if (at == 0 && sender->sent - sender->taken + load->kind.len > load->kind.window)
			return;
		n = send(sender->fd, load->piece + at, load->kind.len - at,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		/* Then bytes are on the way, and the next try is when they are back. */
		if (n < 0 && errno == EAGAIN)
			return;
		need(n > 0, "sending");
		sender->sent += (size_t)n;
		load->on_the_way += (size_t)n;
	}
}

static void
check(struct load *load, const struct sender *sender, size_t n)
{
	size_t i;

	if (load->is_checked)
		return;
	for (i = 0; i < n; i++)
		need(load->buf[i] == load->piece[(sender->taken + i) % load->kind.len],
			"what comes back");
}

static void
take(struct load *load, struct sender *sender)
{
	ssize_t n = recv(sender->fd, load->buf, READ_CAP, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	need(n > 0, "receiving");
	check(load, sender, (size_t)n);
	sender->taken += (size_t)n;
	load->taken += (size_t)n;
	load->on_the_way -= (size_t)n;
	send_on(load, sender);
}

static void
take_all(struct load *load)
{
	struct epoll_event events[N_EVENTS];
	int i, n = epoll_wait(load->epoll, events, N_EVENTS, PATIENCE_MS);

	errno = n == 0 ? ETIMEDOUT : errno;
	need(n > 0, "the server's answer");
	for (i = 0; i < n; i++)
		take(load, events[i].data.ptr);
}

static void
fill(struct load *load)
{
	size_t i, line = load->kind.line_len;

	load->piece = malloc(load->kind.len);
	load->buf = malloc(READ_CAP);
	need(load->piece && load->buf, "memory");
	for (i = 0; i < load->kind.len; i++)
		load->piece[i] = (char)('a' + i % 23);
	for (i = line; line && i <= load->kind.len; i += line)
		memcpy(load->piece + i - 2, "\r\n", 2);
}

static void
take_rest(struct load *load)
{
	load->is_ending = true;
	while (load->on_the_way)
		take_all(load);
	load->is_checked = true;
}

static struct load *
make(const struct kind_of_load *kind, size_t n)
{
	struct load *load = calloc(1, sizeof(*load));

	need(load != NULL, "memory");
	load->kind = *kind;
	load->n = n;
	load->senders = calloc(n, sizeof(*load->senders));
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	need(load->senders && load->epoll >= 0, "a load");
	fill(load);
	return load;
}

struct load *
load_open(const struct kind_of_load *kind, uint16_t port, size_t n)
{
	struct load *load = make(kind, n);
	size_t i;

	for (i = 0; i < n; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &load->senders[i] };

		load->senders[i].fd = connect_to(port);
		need(epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->senders[i].fd, &event) == 0,
			"epoll_ctl");
	}
	/* They are accepted in their order: once the last has its answer, all are. */
	send_on(load, &load->senders[n - 1]);
	take_rest(load);
	return load;
}

uint64_t
load_run(struct load *load, double ms)
{
	double end_ns = wall_ns() + ms * 1e6;
	size_t i;

	load->taken = 0;
	load->is_ending = false;
	for (i = 0; i < load->n; i++)
		send_on(load, &load->senders[i]);
	while (wall_ns() < end_ns)
		take_all(load);
	take_rest(load);
	return load->taken;
}

void
load_close(struct load *load)
{
	size_t i;

	for (i = 0; i < load->n; i++)
		(void)shutdown(load->senders[i].fd, SHUT_WR);
	for (i = 0; i < load->n; i++) {
		(void)recv(load->senders[i].fd, load->buf, READ_CAP, 0);
		(void)close(load->senders[i].fd);
	}
	(void)close(load->epoll);
	free(load->senders);
	free(load->piece);
	free(load->buf);
	free(load);
}
