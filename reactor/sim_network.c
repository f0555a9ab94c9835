#include <errno.h>
#include <stdlib.h>

#include "peer.h"
#include "sim.h"

enum {
	PIPE_SIZE = 64 * 1024,
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

static uint64_t
below(struct sb_simulation *sim, uint64_t n)
{
	return sb_sim_random(sim) % n;
}

static size_t
pipe_size(const struct sb_simulation *sim)
{
	return sim->weather.pipe_size ? sim->weather.pipe_size : PIPE_SIZE;
}

/* How many of len bytes are moved at once. */
static size_t
chop(struct sb_simulation *sim, size_t len)
{
	if (!sim->weather.chops || len < 2)
		return len;
	return below(sim, 2) ? 1 : (size_t)below(sim, len) + 1;
}

/* When what is sent to this end now arrives. */
static int64_t
arrival_ns(struct sim_end *end)
{
	const struct sb_weather *w = &end->sim->weather;
	int64_t at_ns = time_add(end->sim->now_ns, w->latency_min_ns);

	if (w->latency_max_ns > w->latency_min_ns)
		at_ns = time_add(
			at_ns, (int64_t)below(end->sim,
				       (uint64_t)(w->latency_max_ns - w->latency_min_ns) + 1));
	if (at_ns < end->last_ns)
		at_ns = end->last_ns;
	end->last_ns = at_ns;
	return at_ns;
}

static void
heat(struct sim_end *end)
{
	if (end->is_hot || !end->base.task)
		return;
	end->is_hot = true;
	TAILQ_INSERT_TAIL(&end->sim->hot, end, hot_link);
}

static void
cool(struct sim_end *end)
{
	if (!end->is_hot)
		return;
	end->is_hot = false;
	TAILQ_REMOVE(&end->sim->hot, end, hot_link);
}

static bool
next_delivery(const struct sim_end *end, struct sim_delivery *ret_delivery)
{
	if (end->deliveries.len == 0)
		return false;
	memcpy(ret_delivery, end->deliveries.ptr + end->deliveries.start, sizeof(*ret_delivery));
	return true;
}

static int64_t
earlier(int64_t at_ns, int64_t other_ns)
{
	return other_ns && other_ns < at_ns ? other_ns : at_ns;
}

/* Sees that the end is called on when the next thing arrives at it. */
static void
expect(struct sim_end *end)
{
	struct sim_delivery next;
	int64_t at_ns = INT64_MAX;

	if (next_delivery(end, &next))
		at_ns = next.at_ns;
	at_ns = earlier(at_ns, end->dial_ns);
	at_ns = earlier(at_ns, end->answer_ns);
	at_ns = earlier(at_ns, end->end_ns);
	at_ns = earlier(at_ns, end->reset_ns);
	if (at_ns == INT64_MAX || end->place->reach == SB_BLACK_HOLED)
		sb_timer_heap_stop(&end->sim->network, &end->due);
	else if (end->due.pos == 0)
		sb_timer_heap_start(&end->sim->network, &end->due,
			at_ns > end->sim->now_ns ? at_ns : end->sim->now_ns);
}

/* Nothing more arrives at this end. */
static void
drop_under_way(struct sim_end *end)
{
	end->bytes.len = end->n_arrived;
	sb_byte_queue_drop(&end->deliveries, &end->sim->spare);
	end->end_ns = end->reset_ns = 0;
	expect(end);
}

static void
reset(struct sim_end *end)
{
	drop_under_way(end);
	end->error = -ECONNRESET;
	heat(end);
}

static void
send_reset(struct sim_end *to)
{
	if (to->reset_ns == 0)
		to->reset_ns = arrival_ns(to);
	expect(to);
}

static void
send_end(struct sim_end *to)
{
	to->end_ns = arrival_ns(to);
	expect(to);
}

/* The network knocks where the client dialled. */
static void
dial(struct sim_end *client)
{
	struct sim_end *server = client->peer, *listening = NULL;

	client->dial_ns = 0;
	if (client->place->reach == SB_REACHED)
		listening = sb_sim_find_listening(client->sim, &client->place->url);
	if (listening) {
		server->is_open = true;
		server->is_answered = true;
		TAILQ_INSERT_TAIL(&listening->backlog, server, backlog_link);
		heat(listening);
	} else {
		client->answer = -ECONNREFUSED;
	}
	client->answer_ns = arrival_ns(client);
}

static void
answer(struct sim_end *client)
{
	client->answer_ns = 0;
	client->is_answered = true;
	client->error = client->answer;
	heat(client);
}

static void
arrive(struct sim_end *end, const struct sim_delivery *delivery)
{
	struct sim_end *peer = end->peer;

	sb_byte_queue_consume(&end->deliveries, sizeof(*delivery));
	if (!end->is_open) {
		drop_under_way(end);
		send_reset(peer);
		return;
	}
	if (!delivery->cuts) {
		end->n_arrived += delivery->len;
		heat(end);
		return;
	}
	end->n_arrived += (size_t)below(end->sim, delivery->len);
	reset(end);
	reset(peer);
}

static bool
is_due(const struct sim_end *end, int64_t at_ns)
{
	return at_ns && at_ns <= end->sim->now_ns;
}

static void
deliver_to(struct sim_end *end)
{
	struct sim_delivery next;

	if (is_due(end, end->dial_ns))
		dial(end);
	if (is_due(end, end->answer_ns))
		answer(end);
	while (next_delivery(end, &next) && is_due(end, next.at_ns))
		arrive(end, &next);
	if (is_due(end, end->end_ns)) {
		end->end_ns = 0;
		end->has_ended = true;
		heat(end);
	}
	if (is_due(end, end->reset_ns))
		reset(end);
	expect(end);
}

void
sb_sim_deliver(struct sb_simulation *sim)
{
	struct sb_timer *due;

	while ((due = sb_timer_heap_take(&sim->network, sim->now_ns, UINT64_MAX)))
		deliver_to(due->self);
}

static unsigned
readiness(const struct sim_end *end)
{
	unsigned events = 0;

	if (!end->connection)
		return TAILQ_EMPTY(&end->backlog) ? 0 : EVENT_READ;
	if (!end->is_answered)
		return 0;
	if (end->n_arrived > 0 || end->has_ended || end->error)
		events |= EVENT_READ;
	if (end->error || end->peer->bytes.len < pipe_size(end->sim))
		events |= EVENT_WRITE;
	return events;
}

bool
sb_sim_report(struct sb_simulation *sim, bool queues)
{
	struct sim_end *end, *next;
	bool is_any = false;

	for (end = TAILQ_FIRST(&sim->hot); end; end = next) {
		unsigned events = readiness(end) & end->base.interest;

		next = TAILQ_NEXT(end, hot_link);
		if (!events) {
			cool(end);
			continue;
		}
		is_any = true;
		if (queues)
			sb_reactor_queue(sim->reactor, end->base.task, events);
	}
	return is_any;
}

void
sb_sim_set_reach(struct sb_simulation *sim, struct sim_place *place, enum sb_reach reach)
{
	struct sim_connection *connection;

	place->reach = reach;
	TAILQ_FOREACH(connection, &sim->connections, link)
	{
		if (connection->client.place == place) {
			expect(&connection->client);
			expect(&connection->server);
		}
	}
}

void
sb_sim_cut_all(struct sb_simulation *sim)
{
	struct sim_connection *connection;

	TAILQ_FOREACH(connection, &sim->connections, link)
	{
		/* One still dialling is no connection yet. */
		if (!connection->server.is_answered)
			continue;
		connection->client.answer_ns = 0;
		connection->client.is_answered = true;
		reset(&connection->client);
		reset(&connection->server);
	}
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
	TAILQ_INIT(&end->backlog);
}

/* Room in the heap for both ends. */
static int
reserve_two(struct timer_heap *heap)
{
	int ret = sb_timer_heap_reserve(heap);

	if (ret < 0)
		return ret;
	ret = sb_timer_heap_reserve(heap);
	if (ret < 0)
		sb_timer_heap_release(heap);
	return ret;
}

static void
join(struct sim_connection *connection)
{
	connection->client.connection = connection->server.connection = connection;
	connection->client.peer = &connection->server;
	connection->server.peer = &connection->client;
}

int
sb_sim_connect(void *back, const struct sb_url *url, struct end **ret_end, int *ret_result)
{
	struct sb_simulation *sim = back;
	struct sim_place *place = sb_sim_place(sim, url);
	struct sim_connection *connection;

	if (!place)
		return -ENOMEM;
	connection = calloc(1, sizeof(*connection));
	if (!connection || reserve_two(&sim->network) < 0) {
		free(connection);
		return -ENOMEM;
	}
	init_end(&connection->client, sim, place);
	init_end(&connection->server, sim, place);
	join(connection);
	connection->client_port = FIRST_CLIENT_PORT + sim->n_dialled++ % N_CLIENT_PORTS;
	TAILQ_INSERT_TAIL(&sim->connections, connection, link);
	connection->client.is_open = true;
	connection->client.dial_ns = arrival_ns(&connection->server);
	expect(&connection->client);
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

static int
listen_at(struct sb_simulation *sim, struct sb_url *url, struct end **ret_end)
{
	struct sim_place *place;
	struct sim_end *end;

	if (url->scheme == SB_SCHEME_TCP && url->port == 0 && sb_sim_choose_port(sim, url) < 0)
		return -EADDRINUSE;
	if (sb_sim_find_listening(sim, url))
		return -EADDRINUSE;
	place = sb_sim_place(sim, url);
	end = place ? calloc(1, sizeof(*end)) : NULL;
	if (!end)
		return -ENOMEM;
	init_end(end, sim, place);
	place->listening = end;
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

static int
accept_at(struct end *base, struct end **ret_end, struct peer_address *ret_peer)
{
	struct sim_end *listening = sim_end_of(base);
	struct sim_end *server = TAILQ_FIRST(&listening->backlog);

	if (!server)
		return -EAGAIN;
	TAILQ_REMOVE(&listening->backlog, server, backlog_link);
	/* Who dialled has the address that it dialled, as over the loopback. */
	sb_peer_from_url(&server->place->url, ret_peer);
	if (ret_peer->port)
		ret_peer->port = (uint16_t)server->connection->client_port;
	*ret_end = &server->base;
	return 0;
}

static void
watch(struct end *base, unsigned interest)
{
	base->interest = interest;
	heat(sim_end_of(base));
}

static ssize_t
read_from(struct end *base, void *buf, size_t cap)
{
	struct sim_end *end = sim_end_of(base);
	size_t n = end->n_arrived < cap ? end->n_arrived : cap;

	if (n == 0 && end->has_ended)
		return 0;
	if (n == 0)
		return end->error ? end->error : -EAGAIN;
	n = chop(end->sim, n);
	memcpy(buf, end->bytes.ptr + end->bytes.start, n);
	sb_byte_queue_consume(&end->bytes, n);
	end->n_arrived -= n;
	if (end->bytes.len == 0)
		sb_byte_queue_drop(&end->bytes, &end->sim->spare);
	heat(end);
	heat(end->peer);
	return (ssize_t)n;
}

/* Hands n bytes to the network; 0, or -ENOBUFS when out of memory. */
static int
send_bytes(struct sim_end *to, const void *ptr, size_t n)
{
	struct sb_simulation *sim = to->sim;
	struct sim_delivery delivery = { 0, n, false };

	if (sb_byte_queue_reserve(&to->deliveries, &sim->spare, sizeof(delivery)) < 0)
		return -ENOBUFS;
	delivery.at_ns = arrival_ns(to);
	if (sim->weather.cut_per_million > 0)
		delivery.cuts = below(sim, 1000000) < sim->weather.cut_per_million;
	sb_byte_queue_push(&to->deliveries, &sim->spare, &delivery, sizeof(delivery));
	if (sb_byte_queue_reserve(&to->bytes, &sim->spare, n) < 0) {
		to->deliveries.len -= sizeof(delivery);
		return -ENOBUFS;
	}
	sb_byte_queue_push(&to->bytes, &sim->spare, ptr, n);
	expect(to);
	return 0;
}

static ssize_t
write_to(struct end *base, const void *ptr, size_t len)
{
	struct sim_end *end = sim_end_of(base);
	struct sb_simulation *sim = end->sim;
	size_t size = pipe_size(sim), room;
	int ret;

	if (end->error)
		return end->has_ended ? -EPIPE : end->error;
	if (end->peer->bytes.len >= size)
		return -EAGAIN;
	room = size - end->peer->bytes.len;
	len = chop(sim, len < room ? len : room);
	ret = send_bytes(end->peer, ptr, len);
	return ret < 0 ? ret : (ssize_t)len;
}

static int
shut_down(struct end *base)
{
	struct sim_end *end = sim_end_of(base);

	if (end->error)
		return end->error;
	end->has_shut_down = true;
	send_end(end->peer);
	return 0;
}

static void
free_end(struct sim_end *end)
{
	struct sb_simulation *sim = end->sim;

	cool(end);
	sb_timer_heap_stop(&sim->network, &end->due);
	sb_byte_queue_drop(&end->bytes, &sim->spare);
	sb_byte_queue_drop(&end->deliveries, &sim->spare);
}

static void
close_listening(struct sim_end *end)
{
	struct sim_end *server;

	while ((server = TAILQ_FIRST(&end->backlog))) {
		TAILQ_REMOVE(&end->backlog, server, backlog_link);
		close_end(&server->base, true);
	}
	end->place->listening = NULL;
	free_end(end);
	free(end);
}

static void
free_connection(struct sim_connection *connection)
{
	struct sb_simulation *sim = connection->client.sim;

	TAILQ_REMOVE(&sim->connections, connection, link);
	free_end(&connection->client);
	free_end(&connection->server);
	sb_timer_heap_release(&sim->network);
	sb_timer_heap_release(&sim->network);
	free(connection);
}

static void
close_end(struct end *base, bool resets)
{
	struct sim_end *end = sim_end_of(base);

	if (!end->connection) {
		close_listening(end);
		return;
	}
	cool(end);
	end->base.task = NULL;
	end->is_open = false;
	end->dial_ns = 0;
	/* What has arrived and nobody read is gone; what arrives from now on resets the peer. */
	sb_byte_queue_consume(&end->bytes, end->n_arrived);
	end->n_arrived = 0;
	if (!end->peer->is_open) {
		free_connection(end->connection);
		return;
	}
	if (resets)
		send_reset(end->peer);
	else if (!end->has_shut_down && !end->error)
		send_end(end->peer);
	heat(end->peer);
}

static const struct end_ops sim_ops = {
	.result = result,
	.accept = accept_at,
	.watch = watch,
	.read = read_from,
	.write = write_to,
	.shutdown = shut_down,
	.close = close_end,
};
