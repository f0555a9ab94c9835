/* libevent's bufferevents. libevent echo|lines. Prints its port. */

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"

static void
on_data(struct bufferevent *b, void *self)
{
	(void)self;
	(void)evbuffer_add_buffer(bufferevent_get_output(b), bufferevent_get_input(b));
}

static void
on_lines(struct bufferevent *b, void *self)
{
	size_t len;
	char *line;

	(void)self;
	while ((line = evbuffer_readln(bufferevent_get_input(b), &len, EVBUFFER_EOL_CRLF))) {
		(void)evbuffer_add(bufferevent_get_output(b), line, len);
		(void)evbuffer_add(bufferevent_get_output(b), "\r\n", 2);
		free(line);
	}
}

static void
on_end(struct bufferevent *b, short events, void *self)
{
	(void)self;
	if (events & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		bufferevent_free(b);
}

static void
on_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len,
	void *self)
{
	struct bufferevent *b = bufferevent_socket_new(
		evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
	int one = 1;

	(void)from;
	(void)len;
	check(b != NULL, "bufferevent_socket_new");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	bufferevent_setcb(b, self ? on_lines : on_data, NULL, on_end, NULL);
	(void)bufferevent_enable(b, EV_READ | EV_WRITE);
}

int
main(int argc, char **argv)
{
	void *lines = argc > 1 && !strcmp(argv[1], "lines") ? argv : NULL;
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct event_base *base = event_base_new();
	struct evconnlistener *listener;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = evconnlistener_new_bind(base, on_connection, lines, LEV_OPT_CLOSE_ON_FREE,
		SOMAXCONN, (struct sockaddr *)&at, sizeof(at));
	check(listener != NULL, "evconnlistener_new_bind");
	print_port(evconnlistener_get_fd(listener));
	return event_base_dispatch(base);
}
