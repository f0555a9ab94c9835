#include <errno.h>

#include "sim.h"

enum {
	BACKLOG = 4096, /* as many connections may wait to be accepted as Linux lets */
	KNOCK_AGAIN_S = 1, /* where they do */
};

void
sb_sim_heat(struct sim_end *end)
{
	if (end->is_hot || !end->base.task)
		return;
	end->is_hot = true;
	TAILQ_INSERT_TAIL(&end->sim->hot, end, hot_link);
}

void
sb_sim_cool(struct sim_end *end)
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
	else if (!is_started(&end->sim->network, &end->due))
		sb_timer_heap_start(&end->sim->network, &end->due,
			at_ns > end->sim->now_ns ? at_ns : end->sim->now_ns);
}

/* ---- Sending ---- */

/* When what leaves for this end then arrives. */
static int64_t
arrival_ns(struct sim_end *end, int64_t leaves_ns)
{
	int64_t at_ns = time_add(leaves_ns, sb_sim_latency_ns(end->sim));

	if (at_ns < end->last_ns)
		at_ns = end->last_ns;
	end->last_ns = at_ns;
	return at_ns;
}

/* When the peer has sent what it was given, if it has not by now. */
static int64_t
line_free_ns(const struct sim_end *end)
{
	return end->line_free_ns > end->sim->now_ns ? end->line_free_ns : end->sim->now_ns;
}

void
sb_sim_send_dial(struct sim_end *client)
{
	struct sb_simulation *sim = client->sim;

	client->dial_ns = arrival_ns(client->peer, sim->now_ns);
	sb_sim_trace_end(client, "connects");
	if (client->place->reach == SB_REACHED
		&& sb_sim_strikes(sim, sim->weather.vanish_per_million)) {
		client->dial_ns = 0;
		sb_sim_trace_end(client, "is not heard");
	}
	expect(client);
}

int
sb_sim_send_bytes(struct sim_end *to, const void *ptr, size_t n)
{
	struct sb_simulation *sim = to->sim;
	struct sim_delivery delivery = { .len = n };

	if (sb_byte_queue_reserve(&to->deliveries, &sim->spare, sizeof(delivery)) < 0)
		return -ENOBUFS;
	delivery.leaves_ns = line_free_ns(to);
	to->line_free_ns = time_add(delivery.leaves_ns, sb_sim_sending_ns(sim, n));
	delivery.at_ns = arrival_ns(to, to->line_free_ns);
	delivery.cuts = sb_sim_strikes(sim, sim->weather.cut_per_million);
	sb_byte_queue_push(&to->deliveries, &sim->spare, &delivery, sizeof(delivery));
	if (sb_byte_queue_reserve(&to->bytes, &sim->spare, n) < 0) {
		to->deliveries.len -= sizeof(delivery);
		return -ENOBUFS;
	}
	sb_byte_queue_push(&to->bytes, &sim->spare, ptr, n);
	expect(to);
	return 0;
}

void
sb_sim_send_end(struct sim_end *to)
{
	to->end_ns = arrival_ns(to, line_free_ns(to));
	expect(to);
}

/* Who resets a connection forgets what it has still to send. */
static void
drop_unsent(struct sim_end *to)
{
	struct sim_delivery delivery;
	size_t i, n_kept = 0, bytes_kept = 0;

	to->last_ns = 0;
	for (i = 0; i < to->deliveries.len; i += sizeof(delivery)) {
		memcpy(&delivery, to->deliveries.ptr + to->deliveries.start + i, sizeof(delivery));
		if (delivery.leaves_ns > to->sim->now_ns)
			break;
		n_kept += sizeof(delivery);
		bytes_kept += delivery.len;
		to->last_ns = delivery.at_ns;
	}
	to->deliveries.len = n_kept;
	to->bytes.len = to->n_arrived + bytes_kept;
	/* An end in order that was still to be sent, likewise; what had left stays. */
	if (to->line_free_ns > to->sim->now_ns)
		to->end_ns = 0;
	else if (to->end_ns)
		to->last_ns = to->end_ns;
	sb_timer_heap_stop(&to->sim->network, &to->due);
}

void
sb_sim_send_reset(struct sim_end *to)
{
	if (to->reset_ns || to->is_reset)
		return;
	drop_unsent(to);
	to->reset_ns = arrival_ns(to, to->sim->now_ns);
	expect(to);
}

/* ---- Arriving ---- */

/* Nothing more arrives at this end. */
static void
drop_under_way(struct sim_end *end)
{
	end->bytes.len = end->n_arrived;
	sb_byte_queue_drop(&end->deliveries, &end->sim->spare);
	end->end_ns = end->reset_ns = 0;
	expect(end);
}

/* What has arrived can still be read, as on Linux; only what comes after is lost. */
static void
reset(struct sim_end *end)
{
	drop_under_way(end);
	if (end->is_reset)
		return;
	end->is_reset = true;
	/* To who has heard the peer's end, it is one that writes to nobody. */
	end->error = end->has_ended && !is_local(end) ? -EPIPE : -ECONNRESET;
	sb_sim_heat(end);
}

static void
refuse(struct sim_end *client)
{
	/* A socket's file is there while somebody listens. */
	bool is_missing = is_local(client) && client->place->reach == SB_REACHED;

	client->answer = is_missing ? -ENOENT : -ECONNREFUSED;
	sb_sim_trace_end(client, "is refused");
}

/* The network knocks where the client dialled. */
static void
dial(struct sim_end *client)
{
	struct sb_simulation *sim = client->sim;
	struct sim_end *server = client->peer, *listening = NULL;

	client->dial_ns = 0;
	if (client->place->reach == SB_REACHED)
		listening = sb_sim_find_listening(sim, &client->place->url);
	if (listening && listening->n_backlog >= BACKLOG) {
		client->dial_ns = time_add(sim->now_ns, KNOCK_AGAIN_S * SB_S);
		return;
	}
	if (listening && !sb_sim_strikes(sim, sim->weather.refuse_per_million)) {
		server->is_open = true;
		server->is_answered = true;
		TAILQ_INSERT_TAIL(&listening->backlog, server, backlog_link);
		listening->n_backlog++;
		sb_sim_heat(listening);
	} else {
		refuse(client);
	}
	client->answer_ns = arrival_ns(client, sim->now_ns);
}

static void
answer(struct sim_end *client)
{
	client->answer_ns = 0;
	client->is_answered = true;
	client->error = client->answer;
	sb_sim_trace_end(client, "has its answer: %s",
		client->answer ? strerror(-client->answer) : "connected");
	sb_sim_heat(client);
}

static void
arrive(struct sim_end *end, const struct sim_delivery *delivery)
{
	const unsigned char *bytes = end->bytes.ptr + end->bytes.start + end->n_arrived;

	sb_byte_queue_consume(&end->deliveries, sizeof(*delivery));
	if (!end->is_open) {
		drop_under_way(end);
		if (!is_local(end))
			sb_sim_send_reset(end->peer);
		return;
	}
	if (!delivery->cuts) {
		sb_sim_trace_end(end, "gets %zu bytes, sum %08x", delivery->len,
			sb_sim_sum(end->sim, bytes, delivery->len));
		end->n_arrived += delivery->len;
		sb_sim_heat(end);
		return;
	}
	end->n_arrived += (size_t)sb_sim_below(end->sim, delivery->len);
	sb_sim_trace_end(end, "is cut off within %zu bytes", delivery->len);
	reset(end);
	reset(end->peer);
}

/* A local socket whose peer is gone is at once no place to write to. */
static void
arrive_end(struct sim_end *end)
{
	end->end_ns = 0;
	end->has_ended = true;
	if (is_local(end) && !end->peer->is_open && end->reset_ns == 0)
		end->is_reset = true;
	sb_sim_trace_end(end, "gets the end");
	sb_sim_heat(end);
}

static bool
is_due(const struct sim_end *end, int64_t at_ns)
{
	return at_ns && at_ns <= end->sim->now_ns;
}

void
sb_sim_deliver_to(void *self)
{
	struct sim_end *end = self;
	struct sim_delivery next;

	if (is_due(end, end->dial_ns))
		dial(end);
	if (is_due(end, end->answer_ns))
		answer(end);
	while (next_delivery(end, &next) && is_due(end, next.at_ns))
		arrive(end, &next);
	if (is_due(end, end->end_ns))
		arrive_end(end);
	if (is_due(end, end->reset_ns)) {
		sb_sim_trace_end(end, "is reset");
		reset(end);
	}
	expect(end);
}

void
sb_sim_deliver(struct sb_simulation *sim)
{
	struct sb_timer *due;

	while ((due = sb_timer_heap_take(&sim->network, sim->now_ns, UINT64_MAX)))
		due->fn(due->self);
}

/* ---- Who is to be told ---- */

static unsigned
readiness(const struct sim_end *end)
{
	unsigned events = 0;

	if (!end->connection)
		return TAILQ_EMPTY(&end->backlog) ? 0 : EVENT_READ;
	if (!end->is_answered)
		return 0;
	if (end->n_arrived > 0 || end->has_ended || end->is_reset || end->error)
		events |= EVENT_READ;
	if (end->is_reset || end->error || end->peer->bytes.len < sb_sim_pipe_size(end->sim))
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
			sb_sim_cool(end);
			continue;
		}
		is_any = true;
		if (queues)
			sb_reactor_queue(sim->reactor, end->base.task, events);
	}
	return is_any;
}

/* ---- What happens to all ---- */

int
sb_sim_set_reach(struct sb_simulation *sim, const struct sb_url *url, enum sb_reach reach)
{
	static const char *const names[] = { "is reached", "refuses", "is a black hole" };
	struct sim_place *place = sb_sim_place(sim, url);
	struct sim_connection *connection;
	char text[SB_URL_CAP];

	if (!place)
		return -ENOMEM;
	sb_url_print(&place->url, text, sizeof(text));
	sb_sim_trace(sim, "%s %s", text, names[reach]);
	place->reach = reach;
	TAILQ_FOREACH(connection, &sim->connections, link)
	{
		if (connection->client.place == place) {
			expect(&connection->client);
			expect(&connection->server);
		}
	}
	return 0;
}

void
sb_sim_cut_all(struct sb_simulation *sim)
{
	struct sim_connection *connection;

	sb_sim_trace(sim, "all connections are reset");
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
