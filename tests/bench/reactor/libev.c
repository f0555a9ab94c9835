/* libev alone. Prints its port. */

#include <ev.h>
#include <stdlib.h>

#include "connection.h"

struct watched {
	ev_io io;
	struct connection *connection;
};

static bool
echo(struct connection *c, char *bytes, size_t len)
{
	return connection_write(c, bytes, len);
}

static void
on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct watched *w = (struct watched *)io;
	int fd = io->fd;
	/* Before it may be closed. */
	enum state state = connection_go_on(w->connection, false, echo);

	if (state == ENDED) {
		ev_io_stop(loop, io);
		free(w);
	} else if ((state == WRITES) != !!(events & EV_WRITE)) {
		ev_io_stop(loop, io);
		ev_io_set(io, fd, state == WRITES ? EV_WRITE : EV_READ);
		ev_io_start(loop, io);
	}
}

static void
on_connection(struct ev_loop *loop, ev_io *io, int events)
{
	struct connection *c;

	(void)events;
	while ((c = accept_connection(io->fd))) {
		struct watched *w = calloc(1, sizeof(*w));

		check(w != NULL, "calloc");
		w->connection = c;
		ev_io_init(&w->io, on_event, c->fd, EV_READ);
		ev_io_start(loop, &w->io);
	}
}

int
main(void)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	ev_io listener;

	check(loop != NULL, "ev_loop_new");
	ev_io_init(&listener, on_connection, listen_somewhere(), EV_READ);
	ev_io_start(loop, &listener);
	return !ev_run(loop, 0);
}
