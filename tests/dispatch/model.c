#include "dispatch/model.h"

#include <errno.h>
#include <string.h>

/* The large arrays hold no more than is counted. */
void
model_init(struct model *m, const struct model_program *program)
{
	memset(m, 0, offsetof(struct model, connections));
	m->program = program;
	m->outside_place = m->reading = -1;
	model_set_later(&m->deferred, MODEL_SIZE, SB_REFUSE, MODEL_BUDGET);
	model_set_later(&m->posted, MODEL_SIZE, SB_REFUSE, MODEL_BUDGET);
}

/* "test.*", "test.alpha", ">", "*.failed", "late.>" */
bool
model_matches(int pattern, int signal)
{
	static const bool matches[N_PATTERNS][N_SIGNALS] = {
		{ [ALPHA] = true, [BETA] = true },
		{ [ALPHA] = true },
		{ true, true, true, true, true },
		{ [FAILED] = true },
		{ [DELTA] = true },
	};

	return matches[pattern][signal];
}

static struct model_connection *
find(struct model *m, int connection)
{
	if (connection < 1 || !m->connections[connection - 1].is_live)
		return NULL;
	return &m->connections[connection - 1];
}

int
model_connect(struct model *m, int what, int sender, int fn, int self, int priority, bool once)
{
	if (m->is_destroyed || m->n_connections == MODEL_CONNECTIONS) {
		m->connect_failed = true;
		return 0;
	}
	for (int k = 0; k < m->n_connections; k++) {
		struct model_connection *c = &m->connections[k];

		if (c->number && c->is_live && c->what == what && c->sender == sender && c->fn == fn
			&& c->self == self)
			return c->priority == priority && c->is_once == once ? k + 1 : -1;
	}
	m->connections[m->n_connections++] = (struct model_connection){
		.number = ++m->n_numbers,
		.what = what,
		.sender = sender,
		.fn = fn,
		.self = self,
		.priority = priority,
		.is_once = once,
		.is_live = true,
	};
	return m->n_connections;
}

int
model_disconnect(struct model *m, int connection)
{
	struct model_connection *c = find(m, connection);

	if (!c)
		return -ENOENT;
	c->is_live = false;
	return 0;
}

int
model_block(struct model *m, int connection)
{
	struct model_connection *c = find(m, connection);

	if (!c)
		return -ENOENT;
	c->n_blocked++;
	return 0;
}

int
model_unblock(struct model *m, int connection)
{
	struct model_connection *c = find(m, connection);

	if (!c)
		return -ENOENT;
	if (!c->n_blocked)
		return -EALREADY;
	c->n_blocked--;
	return 0;
}

int
model_forget(struct model *m, int object)
{
	int n = 0;

	m->now++;
	for (int k = 0; k < m->n_connections; k++) {
		struct model_connection *c = &m->connections[k];

		if (!c->is_live || (c->self != object && c->sender != object))
			continue;
		if (c->number) {
			c->is_live = false;
			n++;
		} else if (c->self == object) {
			model_expectation_end(m, c->expectation);
		} else {
			model_expectation_lose(m, k);
		}
	}
	for (int k = 0; k < m->depth; k++)
		m->frames[k].is_gone |= m->frames[k].from == object;
	/* Those that have lost their senders are awaited by no connection. */
	for (int k = 0; k < m->n_expectations; k++)
		if (m->expectations[k].is_live && m->expectations[k].self == object)
			model_expectation_end(m, k);
	for (int k = 0; k < m->n_queues; k++)
		if (m->queues[k].has_reader && m->queues[k].self == object)
			model_queue_lose_reader(m, k);
	model_later_forget(m, object);
	m->labels[object] = 0;
	return n;
}

void
model_destroy(struct model *m)
{
	const int depth = m->observer_depth, place = m->outside_place;

	if (m->is_destroyed)
		return;
	m->is_destroyed = true;
	for (int k = 0; k < m->depth; k++)
		m->frames[k].is_gone = true;
	if (m->observes) {
		m->is_ending = true;
		m->observer_depth = m->depth;
		if (!m->depth)
			m->outside_place = OBSERVER;
		m->program->destroyed();
		m->is_ending = false;
		m->observer_depth = depth;
		m->outside_place = place;
	}
	for (int k = 0; k < m->n_queues; k++)
		if (m->queues[k].has_reader)
			model_queue_lose_reader(m, k);
}
