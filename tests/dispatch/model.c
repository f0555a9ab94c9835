#include "dispatch/model.h"

#include <errno.h>
#include <string.h>

enum { DEPTH_LIMIT = 32, NO_PLACE = -1, NO_SIGNAL = -1 };

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

		if (c->is_live && c->what == what && c->sender == sender && c->fn == fn
			&& c->self == self)
			return c->priority == priority && c->is_once == once ? k + 1 : -1;
	}
	m->connections[m->n_connections++] = (struct model_connection){
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

	for (int k = 0; k < m->n_connections; k++) {
		struct model_connection *c = &m->connections[k];

		if (c->is_live && (c->self == object || c->sender == object)) {
			c->is_live = false;
			n++;
		}
	}
	for (int k = 0; k < m->depth; k++)
		m->frames[k].is_gone |= m->frames[k].from == object;
	m->labels[object] = 0;
	return n;
}

void
model_stop(struct model *m)
{
	m->frames[m->depth - 1].is_stopped = true;
}

static void
tell(struct model *m, struct model_failure failure, int from)
{
	const struct model_failure *before = m->telling;
	struct model_result result = { 0 };

	m->telling = &failure;
	if (!m->is_destroyed)
		(void)model_emit(m, FAILED, from, &result);
	if (!result.n_ran)
		m->unheard(&failure);
	m->telling = before;
}

static bool
is_telling(const struct model *m)
{
	for (int k = 0; k < m->depth; k++)
		if (m->frames[k].signal == FAILED)
			return true;
	return false;
}

static void
report(struct model *m, int code)
{
	struct model_frame *f = &m->frames[m->depth - 1];
	struct model_failure failure = { m->depth, f->signal, f->running, code };

	if (!f->has_failed)
		f->n_failed++;
	f->has_failed = true;
	if (is_telling(m))
		m->unheard(&failure);
	else
		m->failures[m->n_failures++] = failure;
}

void
model_fail(struct model *m, int code)
{
	if (m->depth)
		report(m, code);
	else
		tell(m, (struct model_failure){ 0, NO_SIGNAL, NO_PLACE, code }, 0);
}

static bool
is_due(const struct model *m, const struct model_frame *f, int k, int after)
{
	const struct model_connection *c = &m->connections[k];
	const struct model_connection *last = after < 0 ? NULL : &m->connections[after];

	if (!c->is_live || c->n_blocked || k >= f->n_connections)
		return false;
	if (c->what < N_SIGNALS ? c->what != f->signal
				: !model_matches(c->what - N_SIGNALS, f->signal))
		return false;
	if (c->sender != ANYONE && c->sender != (f->from ? f->from : NOBODY))
		return false;
	for (int r = 0; r < f->n_ran; r++)
		if (f->ran[r] == c->fn * 16 + c->self)
			return false;
	return !last || c->priority < last->priority
	       || (c->priority == last->priority && k > after);
}

/* The first that is due after the one that ran last. */
static int
next(const struct model *m, const struct model_frame *f, int after)
{
	int best = -1;

	for (int k = 0; k < m->n_connections; k++)
		if (is_due(m, f, k, after)
			&& (best < 0 || m->connections[k].priority > m->connections[best].priority))
			best = k;
	return best;
}

static void
tell_failures(struct model *m, int depth)
{
	for (int k = 0; k < m->n_failures;) {
		struct model_failure failure = m->failures[k];
		const struct model_frame *f = &m->frames[depth - 1];

		if (failure.depth != depth) {
			k++;
			continue;
		}
		m->n_failures--;
		memmove(&m->failures[k], &m->failures[k + 1],
			(size_t)(m->n_failures - k) * sizeof(failure));
		tell(m, failure, f->is_gone ? 0 : f->from);
	}
}

int
model_emit(struct model *m, int signal, int from, struct model_result *ret_result)
{
	struct model_frame *f;
	int k = -1, n;

	if (m->is_destroyed)
		return -ECANCELED;
	if (m->depth >= DEPTH_LIMIT + (signal == FAILED)) {
		report(m, -ELOOP);
		return -ELOOP;
	}
	f = &m->frames[m->depth++];
	*f = (struct model_frame){
		.signal = signal, .from = from, .n_connections = m->n_connections
	};
	while (!f->is_stopped && !f->is_gone && (k = next(m, f, k)) >= 0) {
		struct model_connection c = m->connections[k];

		f->ran[f->n_ran++] = c.fn * 16 + c.self;
		f->n_typed += c.what < N_SIGNALS;
		f->running = c.fn;
		f->has_failed = false;
		if (c.is_once)
			m->connections[k].is_live = false;
		m->called(c.fn, c.self, signal, from, m->telling);
	}
	if (f->n_failed)
		tell_failures(m, m->depth);
	if (ret_result)
		*ret_result = (struct model_result){ f->n_typed, f->n_failed, f->is_stopped };
	n = f->is_gone ? -ECANCELED : f->n_typed;
	m->depth--;
	return n;
}

void
model_destroy(struct model *m)
{
	m->is_destroyed = true;
	for (int k = 0; k < m->depth; k++)
		m->frames[k].is_gone = true;
}
