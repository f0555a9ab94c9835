/* What the model delivers later: what was deferred and posted, and what is expected. */
#include "dispatch/model.h"

#include <signalbox/later.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

int
model_handle(int signal, int payload)
{
	return signal == BETA && payload % 3 ? 2 + payload % 4 : 0;
}

void
model_set_later(struct model_backlog *b, int size, int policy, int budget)
{
	b->size = size;
	b->policy = policy;
	b->budget = budget;
}

static void
remove_first(struct model_item *items, int *n)
{
	memmove(items, items + 1, (size_t)-- * n * sizeof(*items));
}

static void
note_most(struct model_backlog *b)
{
	if (b->most_waiting < b->n_waiting)
		b->most_waiting = b->n_waiting;
}

static int
enter(struct model_backlog *b, struct model_item item)
{
	if (b->n_waiting >= b->size && b->policy == SB_REFUSE) {
		b->n_refused++;
		return -ENOBUFS;
	}
	if (b->n_waiting >= b->size && b->policy == SB_DROP_NEWEST) {
		b->n_dropped++;
		return 0;
	}
	for (; b->n_waiting >= b->size; b->n_dropped++)
		remove_first(b->waiting, &b->n_waiting);
	b->waiting[b->n_waiting++] = item;
	note_most(b);
	return 0;
}

int
model_defer(struct model *m, int signal, int from, int payload)
{
	if (m->is_destroyed)
		return -ECANCELED;
	return enter(&m->deferred, (struct model_item){ signal, from, 0, payload });
}

int
model_token(struct model *m, int object)
{
	if (m->is_destroyed || !object)
		return 0;
	if (!m->tokens[object])
		m->tokens[object] = ++m->last_token;
	return m->tokens[object];
}

int
model_post(struct model *m, int signal, int from, int token, int payload)
{
	if (m->is_destroyed)
		return -EPIPE;
	return enter(&m->posted, (struct model_item){ signal, from, token, payload });
}

static void
forget_in(struct model_backlog *b, struct model_item *items, int *n, int object)
{
	int left = 0;

	for (int k = 0; k < *n; k++) {
		if (items[k].from == object
			|| model_handle(items[k].signal, items[k].payload) == object)
			b->n_forgotten++;
		else
			items[left++] = items[k];
	}
	*n = left;
}

void
model_later_forget(struct model *m, int object)
{
	forget_in(&m->deferred, m->deferred.waiting, &m->deferred.n_waiting, object);
	forget_in(&m->deferred, m->deferred.taken, &m->deferred.n_taken, object);
	m->tokens[object] = 0;
}

/* What a sb_deliver() has taken waits no more, and comes first when it was not delivered. */
static void
take(struct model_backlog *b)
{
	while (b->n_waiting && b->n_taken < b->budget) {
		b->taken[b->n_taken++] = b->waiting[0];
		remove_first(b->waiting, &b->n_waiting);
	}
}

static void
give_back(struct model_backlog *b)
{
	size_t n_taken = (size_t)b->n_taken;

	if (!n_taken)
		return;
	memmove(b->waiting + n_taken, b->waiting, (size_t)b->n_waiting * sizeof(b->waiting[0]));
	memcpy(b->waiting, b->taken, n_taken * sizeof(b->waiting[0]));
	b->n_waiting += b->n_taken;
	b->n_taken = 0;
	note_most(b);
}

static void
tell_drops(struct model *m, struct model_backlog *b)
{
	if (b->n_told == b->n_dropped)
		return;
	b->n_told = b->n_dropped;
	model_fail(m, -ENOBUFS);
}

static int
run(struct model *m, struct model_backlog *b)
{
	int n = 0;

	while (!m->is_destroyed && b->n_taken) {
		struct model_item item = b->taken[0];

		remove_first(b->taken, &b->n_taken);
		if (item.token && m->tokens[item.from] != item.token) {
			b->n_forgotten++;
			continue;
		}
		b->n_delivered++;
		n++;
		(void)model_emit(m, item.signal, item.from, item.payload, NULL);
	}
	return n;
}

static void
end(struct model *m)
{
	give_back(&m->deferred);
	give_back(&m->posted);
	m->is_delivering = false;
}

void
model_deliver_unwind(struct model *m)
{
	if (m->is_delivering)
		end(m);
}

int
model_deliver(struct model *m)
{
	int n;

	if (m->depth || m->is_delivering || m->is_ending)
		return -EBUSY;
	m->is_delivering = true;
	take(&m->deferred);
	take(&m->posted);
	model_queues_begin(m);
	model_expectations_run(m);
	tell_drops(m, &m->posted);
	tell_drops(m, &m->deferred);
	n = run(m, &m->posted);
	n += run(m, &m->deferred);
	model_queues_run(m);
	end(m);
	return m->is_destroyed ? -ECANCELED : n;
}

int
model_expect(struct model *m, const struct model_awaited *awaited, int n, long within, int self)
{
	struct model_expectation *e = &m->expectations[m->n_expectations];

	if (m->is_destroyed) {
		m->connect_failed = true;
		return -1;
	}
	*e = (struct model_expectation){
		.self = self,
		.n_left = n,
		.at = within < 0 ? LONG_MAX : m->clock + within,
		.made = ++m->now,
		.is_live = true,
	};
	for (int k = 0; k < n; k++)
		m->connections[m->n_connections++] = (struct model_connection){
			.what = awaited[k].signal,
			.sender = awaited[k].from,
			.fn = EXPECTED + m->n_expectations,
			.self = self,
			.is_live = true,
			.expectation = m->n_expectations,
			.which = k,
			.asks = awaited[k].asks,
		};
	return m->n_expectations++;
}

int
model_expect_cancel(struct model *m, int expectation)
{
	if (expectation < 0 || !m->expectations[expectation].is_live)
		return -ENOENT;
	model_expectation_end(m, expectation);
	return 0;
}

void
model_expectation_end(struct model *m, int expectation)
{
	for (int k = 0; k < m->n_connections; k++) {
		struct model_connection *c = &m->connections[k];

		if (!c->number && c->expectation == expectation)
			c->is_live = false;
	}
	m->expectations[expectation].is_live = false;
}

void
model_expectation_lose(struct model *m, int connection)
{
	struct model_connection *c = &m->connections[connection];
	struct model_expectation *e = &m->expectations[c->expectation];

	c->is_live = false;
	if (--e->n_left)
		return;
	e->lost = m->now;
	e->at = LONG_MAX;
}

/* The one that is due next, or -1: deadlines first, by time and then by age. */
static int
next_due(const struct model *m, long clock, int last)
{
	int best = -1, lost = -1, first;

	for (int k = 0; k < m->n_expectations; k++) {
		const struct model_expectation *e = &m->expectations[k];

		if (!e->is_live)
			continue;
		if (e->at <= clock && e->made <= last
			&& (best < 0 || e->at < m->expectations[best].at))
			best = k;
		if (e->lost && e->lost <= last
			&& (lost < 0 || e->lost < m->expectations[lost].lost))
			lost = k;
	}
	if (best >= 0 || lost < 0)
		return best;
	first = m->program->first_lost();
	return first >= 0 && first < m->n_expectations && m->expectations[first].is_live
			       && m->expectations[first].lost == m->expectations[lost].lost
		       ? first
		       : lost;
}

void
model_expectations_run(struct model *m)
{
	const long clock = m->clock;
	const int last = m->now;
	int k;

	while (!m->is_destroyed && (k = next_due(m, clock, last)) >= 0) {
		struct model_expectation e = m->expectations[k];

		m->outside_place = EXPECTED + k;
		model_expectation_end(m, k);
		m->program->expected(e.self, e.lost ? -ECANCELED : -ETIMEDOUT, 0, 0, 0, NULL);
		m->outside_place = -1;
	}
}
