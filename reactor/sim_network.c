#include <errno.h>
#include <stdlib.h>

#include "peer.h"
#include "sim.h"

enum {
	FIRST_CLIENT_PORT = 32768,
	N_CLIENT_PORTS = 16384, /* below those of listeners */
};

static const struct end_ops sim_ops;

static void close_end(struct end *base, bool resets);

static struct sim_end *
sim_end_of(struct end *base)
{
	return (struct sim_end *)base;
}

void
sb_sim_network_finish(struct sb_simulation *sim)
{
	sb_assert(TAILQ_EMPTY(&sim->connections));
	sb_sim_places_free(sim);
	sb_sim_passed_free(sim);
	sb_timer_heap_finish(&sim->network);
	free(sim->spare.ptr);
}

static void
init_end(struct sim_end *end, struct sb_simulation *sim, struct sim_place *place)
{
	end->base.ops = &sim_ops;
	end->sim = sim;
	end->place = place;
	end->due.self = end;
	end->due.fn = sb_sim_deliver_to;
	TAILQ_INIT(&end->backlog);
}

static void
free_end(struct sim_end *end)
{
	struct sb_simulation *sim = end->sim;

	sb_sim_cool(end);
	sb_sim_give_descriptor(end);
	sb_timer_heap_remove(&sim->network, &end->due);
	sb_byte_queue_drop(&end->bytes, &sim->spare);
	sb_byte_queue_drop(&end->deliveries, &sim->spare);
}

static void
free_ends(struct sim_connection *connection)
{
	free_end(&connection->client);
	free_end(&connection->server);
	free(connection);
}

static void
join(struct sim_connection *connection)
{
	connection->client.connection = connection->server.connection = connection;
	connection->client.peer = &connection->server;
	connection->server.peer = &connection->client;
}

/* Into the list of all, as the newest. */
static void
enlist(struct sb_simulation *sim, struct sim_connection *connection)
{
	connection->client_port = FIRST_CLIENT_PORT + sim->n_dialled++ % N_CLIENT_PORTS;
	connection->number = sim->n_dialled;
	TAILQ_INSERT_TAIL(&sim->connections, connection, link);
}

int
sb_sim_connect(void *back, const struct sb_url *url, struct end **ret_end, int *ret_result)
{
	struct sb_simulation *sim = back;
	struct sim_place *place = sb_sim_place(sim, url);
	struct sim_connection *connection = place ? calloc(1, sizeof(*connection)) : NULL;
	int ret;

	if (!connection)
		return -ENOMEM;
	init_end(&connection->client, sim, place);
	init_end(&connection->server, sim, place);
	ret = sb_timer_heap_add(&sim->network, &connection->client.due);
	if (ret == 0)
		ret = sb_timer_heap_add(&sim->network, &connection->server.due);
	if (ret == 0)
		ret = sb_sim_take_descriptor(sim, &connection->client);
	if (ret < 0) {
		free_ends(connection);
		return ret;
	}
	join(connection);
	enlist(sim, connection);
	connection->client.is_open = true;
	sb_sim_send_dial(&connection->client);
	*ret_end = &connection->client.base;
	*ret_result = -EINPROGRESS;
	return 0;
}

static int
result(struct end *base)
{
	const struct sim_end *end = sim_end_of(base);

	return end->is_answered ? end->error : -EINPROGRESS;
}

static void
trace_listening(const struct sim_end *end, const char *what)
{
	char url[SB_URL_CAP];

	sb_url_print(&end->place->url, url, sizeof(url));
	sb_sim_trace(end->sim, "%s %s", url, what);
}

static int
listen_at(struct sb_simulation *sim, struct sb_url *url, struct end **ret_end)
{
	struct sim_place *place;
	struct sim_end *end;
	int ret;

	if (url->scheme == SB_SCHEME_TCP && url->port == 0 && sb_sim_choose_port(sim, url) < 0)
		return -EADDRINUSE;
	if (sb_sim_find_listening(sim, url))
		return -EADDRINUSE;
	place = sb_sim_place(sim, url);
	end = place ? calloc(1, sizeof(*end)) : NULL;
	if (!end)
		return -ENOMEM;
	init_end(end, sim, place);
	ret = sb_sim_take_descriptor(sim, end);
	if (ret < 0) {
		free(end);
		return ret;
	}
	place->listening = end;
	trace_listening(end, "listens");
	*ret_end = &end->base;
	return 0;
}

int
sb_sim_listen(void *back, const struct sb_url *url, struct end **ret_end, struct sb_url *ret_url,
	struct sb_error *ret_error)
{
	char text[SB_URL_CAP];
	int ret = 0;

	*ret_url = *url;
	if (url->scheme == SB_SCHEME_FD)
		return sb_error_set(ret_error, -EOPNOTSUPP,
			"listening at fd://%d: there are no descriptors in a simulation", url->fd);
	if (url->scheme == SB_SCHEME_SYSTEMD)
		ret = sb_sim_take_passed(back, ret_url, ret_error);
	if (ret < 0)
		return ret;
	ret = listen_at(back, ret_url, ret_end);
	if (ret == 0)
		return 0;
	sb_url_print(url, text, sizeof(text));
	return sb_error_set(ret_error, ret, "listening at %s: %s", text, strerror(-ret));
}

static void
leave_backlog(struct sim_end *listening, struct sim_end *server)
{
	TAILQ_REMOVE(&listening->backlog, server, backlog_link);
	listening->n_backlog--;
}

static int
accept_at(struct end *base, struct end **ret_end, struct peer_address *ret_peer)
{
	struct sim_end *listening = sim_end_of(base);
	struct sim_end *server = TAILQ_FIRST(&listening->backlog);
	int ret;

	if (!server)
		return -EAGAIN;
	ret = sb_sim_take_descriptor(listening->sim, server);
	if (ret < 0)
		return ret;
	leave_backlog(listening, server);
	sb_sim_trace_end(server, "is accepted");
	/* Who dialled has the address that it dialled, as over the loopback. */
	sb_peer_from_url(&server->place->url, ret_peer);
	if (ret_peer->port)
		ret_peer->port = (uint16_t)server->connection->client_port;
	*ret_end = &server->base;
	return 0;
}

static int
shed_at(struct end *base)
{
	struct sim_end *listening = sim_end_of(base);
	struct sim_end *server = TAILQ_FIRST(&listening->backlog);

	if (!server)
		return -EAGAIN;
	leave_backlog(listening, server);
	sb_sim_trace_end(server, "is sent away");
	close_end(&server->base, false);
	return 0;
}

static void
watch(struct end *base, unsigned interest)
{
	base->interest = interest;
	sb_sim_heat(sim_end_of(base));
}

/* An error of the connection is told once (socket(7), SO_ERROR). */
static int
take_error(struct sim_end *end)
{
	int error = end->error;

	end->error = 0;
	return error;
}

/* A reader of nothing: 0 for the end, as which a reset counts once it was told. */
static int
read_nothing(struct sim_end *end)
{
	/* A local socket tells what broke before what ended, TCP the other way round. */
	if (end->error && (!end->has_ended || is_local(end)))
		return take_error(end);
	return end->has_ended || end->is_reset ? 0 : -EAGAIN;
}

static ssize_t
read_from(struct end *base, void *buf, size_t cap)
{
	struct sim_end *end = sim_end_of(base);
	size_t n = end->n_arrived < cap ? end->n_arrived : cap;

	if (n == 0)
		return read_nothing(end);
	n = sb_sim_chop(end->sim, n);
	sb_sim_trace_end(end, "reads %zu bytes", n);
	memcpy(buf, end->bytes.ptr + end->bytes.start, n);
	sb_byte_queue_consume(&end->bytes, n);
	end->n_arrived -= n;
	if (end->bytes.len == 0)
		sb_byte_queue_drop(&end->bytes, &end->sim->spare);
	sb_sim_heat(end);
	sb_sim_heat(end->peer);
	return (ssize_t)n;
}

/* Why nothing can be written any more. */
static int
write_error(struct sim_end *end)
{
	int error = take_error(end);

	return error && !is_local(end) ? error : -EPIPE;
}

/* Piece by piece, each a delivery. */
static ssize_t
write_to(struct end *base, const void *ptr, size_t len)
{
	struct sim_end *end = sim_end_of(base);
	size_t size = sb_sim_pipe_size(end->sim), room, n, n_sent;
	int ret;

	if (end->is_reset || end->error)
		return write_error(end);
	if (end->peer->bytes.len >= size)
		return -EAGAIN;
	room = size - end->peer->bytes.len;
	len = sb_sim_chop(end->sim, len < room ? len : room);
	for (n_sent = 0; n_sent < len; n_sent += n) {
		n = sb_sim_piece(end->sim, len - n_sent);
		ret = sb_sim_send_bytes(end->peer, (const char *)ptr + n_sent, n);
		if (ret < 0)
			return n_sent ? (ssize_t)n_sent : ret;
	}
	return (ssize_t)len;
}

static int
shut_down(struct end *base)
{
	struct sim_end *end = sim_end_of(base);

	if (end->is_reset)
		return is_local(end) ? 0 : -ENOTCONN;
	end->has_shut_down = true;
	sb_sim_send_end(end->peer);
	return 0;
}

static void
close_listening(struct sim_end *end)
{
	struct sim_end *server;

	while ((server = TAILQ_FIRST(&end->backlog))) {
		leave_backlog(end, server);
		close_end(&server->base, true);
	}
	trace_listening(end, "listens no more");
	end->place->listening = NULL;
	free_end(end);
	free(end);
}

static void
free_connection(struct sim_connection *connection)
{
	TAILQ_REMOVE(&connection->client.sim->connections, connection, link);
	free_ends(connection);
}

/* What the peer is told of it. */
static void
hang_up(struct sim_end *end, bool resets)
{
	bool has_unread = end->bytes.len > 0;

	/* A local socket has no resets, but that nobody read what was sent it does tell. */
	if (resets && (!is_local(end) || has_unread))
		sb_sim_send_reset(end->peer);
	else if (!end->is_reset && (!end->has_shut_down || is_local(end)))
		sb_sim_send_end(end->peer);
}

static void
close_end(struct end *base, bool resets)
{
	struct sim_end *end = sim_end_of(base);

	if (!end->connection) {
		close_listening(end);
		return;
	}
	sb_sim_trace_end(end, "is closed%s", resets ? " by a reset" : "");
	sb_sim_cool(end);
	sb_sim_give_descriptor(end);
	end->base.task = NULL;
	end->is_open = false;
	end->dial_ns = 0;
	if (!end->peer->is_open) {
		free_connection(end->connection);
		return;
	}
	hang_up(end, resets);
	/* What has arrived and nobody read is gone; what arrives from now on resets the peer. */
	sb_byte_queue_consume(&end->bytes, end->n_arrived);
	end->n_arrived = 0;
	sb_sim_heat(end->peer);
}

static const struct end_ops sim_ops = {
	.result = result,
	.accept = accept_at,
	.shed = shed_at,
	.watch = watch,
	.read = read_from,
	.write = write_to,
	.shutdown = shut_down,
	.close = close_end,
};
