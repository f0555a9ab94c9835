/* The floor: epoll and nothing else. epoll plain|draining|lines: reads once when it can, or while the
 * buffer comes back full, or cuts lines. Prints its port. */

#include <string.h>
#include <sys/epoll.h>

#include "connection.h"

enum { N_EVENTS = 1024 };

static bool
echo(struct connection *c, char *bytes, size_t len)
{
	return connection_write(c, bytes, len);
}

static void
watch(int epoll, int op, int fd, struct connection *c, unsigned interest)
{
	struct epoll_event event = { .events = interest, .data.ptr = c };

	check(epoll_ctl(epoll, op, fd, &event) == 0, "epoll_ctl");
}

static void
accept_all(int epoll, int listener)
{
	struct connection *c;

	while ((c = accept_connection(listener)))
		watch(epoll, EPOLL_CTL_ADD, c->fd, c, EPOLLIN);
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "plain";
	serve_fn *serve = strcmp(mode, "lines") ? echo : serve_lines;
	bool is_draining = !strcmp(mode, "draining");
	int listener = listen_somewhere(), epoll = epoll_create1(0);
	struct epoll_event events[N_EVENTS];

	check(epoll >= 0, "epoll_create1");
	watch(epoll, EPOLL_CTL_ADD, listener, NULL, EPOLLIN);
	for (;;) {
		int n = epoll_wait(epoll, events, N_EVENTS, -1);

		for (int k = 0; k < n; k++) {
			struct connection *c = events[k].data.ptr;
			bool wrote = events[k].events & EPOLLOUT;
			enum state state;

			if (!c) {
				accept_all(epoll, listener);
				continue;
			}
			state = connection_go_on(c, is_draining, serve);
			if (state != ENDED && wrote != (state == WRITES))
				watch(epoll, EPOLL_CTL_MOD, c->fd, c,
					state == WRITES ? EPOLLOUT : EPOLLIN);
		}
	}
}
