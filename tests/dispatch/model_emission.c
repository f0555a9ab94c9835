/* What is called in an emission of the model, and what the observer sees of it. */
#include "dispatch/model.h"

#include <signalbox/observer.h>

#include <errno.h>
#include <string.h>

enum { DEPTH_LIMIT = 32, NO_SIGNAL = -1 };

void
model_stop(struct model *m)
{
	m->frames[m->depth - 1].is_stopped = true;
}

static int
tell(struct model *m, struct model_failure failure, int from)
{
	const struct model_failure *before = m->telling;
	struct model_result result = { 0 };
	int n;

	m->telling = &failure;
	n = model_emit(m, FAILED, from, 0, &result);
	if (!result.n_ran)
		m->program->unheard(&failure);
	m->telling = before;
	return n < 0 ? n : 0;
}

static bool
is_telling(const struct model *m)
{
	for (int k = 0; k < m->depth; k++)
		if (m->frames[k].signal == FAILED)
			return true;
	return false;
}

static int
tell_now(struct model *m, struct model_failure failure, int from)
{
	if (!is_telling(m))
		return tell(m, failure, from);
	m->program->unheard(&failure);
	return 0;
}

static bool
is_in_observer(const struct model *m)
{
	return m->observer_depth && m->observer_depth == m->depth;
}

static void
report(struct model *m, int code)
{
	struct model_frame *f = &m->frames[m->depth - 1];
	struct model_failure failure = { m->depth, f->signal, f->running, code };

	if (is_in_observer(m)) {
		failure.place = OBSERVER;
		(void)tell_now(m, failure, 0);
		return;
	}
	if (!f->has_failed)
		f->n_failed++;
	f->has_failed = true;
	if (is_telling(m))
		m->program->unheard(&failure);
	else
		m->failures[m->n_failures++] = failure;
}

void
model_fail(struct model *m, int code)
{
	if (m->depth)
		report(m, code);
	else
		(void)tell(m, (struct model_failure){ 0, NO_SIGNAL, m->outside_place, code }, 0);
}

int
model_fail_at(struct model *m, int from, int signal, int place, int code)
{
	return tell_now(m, (struct model_failure){ 0, signal, place, code }, from);
}

int
model_running_place(const struct model *m)
{
	if (!m->depth)
		return m->outside_place;
	return is_in_observer(m) ? OBSERVER : m->frames[m->depth - 1].running;
}

int
model_observe(struct model *m)
{
	if (m->is_destroyed)
		return -ECANCELED;
	if (!m->observes)
		m->since = m->last_number;
	m->observes = true;
	return 0;
}

int
model_unobserve(struct model *m)
{
	if (!m->observes)
		return -ENOENT;
	m->observes = false;
	return 0;
}

/* The observer hears of emissions that began after it came, and of what belongs to them. */
static void
watch(struct model *m, const struct model_frame *f, int what, int outcome)
{
	bool is_call = what == CALL_BEGAN || what == CALL_ENDED, is_end = what == EMISSION_ENDED;
	struct model_event event = {
		.what = what,
		.signal = f->signal,
		.from = f->from,
		.number = f->number,
		.parent = f > m->frames ? f[-1].number : 0,
		.fn = is_call ? f->calling : 0,
		.self = is_call ? f->calling_self : 0,
		.connection = is_call ? f->calling_connection : 0,
		.outcome = is_call ? outcome : 0,
		.result = is_end ? outcome : 0,
		.n_ran = is_end ? f->n_typed : 0,
		.n_failed = is_end ? f->n_failed : 0,
		.stopped = is_end && f->is_stopped,
	};

	if (!m->observes || m->is_destroyed || f->number <= m->since)
		return;
	m->observer_depth = m->depth;
	m->program->observed(&event);
	m->observer_depth = 0;
}

static void
watch_emission_end(struct model *m, struct model_frame *f, int result)
{
	if (!f->is_open)
		return;
	f->is_open = false;
	watch(m, f, EMISSION_ENDED, result);
}

static void
watch_call_end(struct model *m, struct model_frame *f, int outcome)
{
	if (!f->is_calling)
		return;
	f->is_calling = false;
	watch(m, f, CALL_ENDED, outcome);
}

void
model_unwind(struct model *m)
{
	m->observer_depth = 0;
	for (int k = 0; k < m->n_failures; k++)
		m->program->unheard(&m->failures[k]);
	m->n_failures = 0;
	m->telling = NULL;
	for (; m->depth; m->depth--) {
		struct model_frame *f = &m->frames[m->depth - 1];

		watch_call_end(m, f, SB_LEFT);
		watch_emission_end(m, f, -ECANCELED);
	}
	m->is_ending = false;
	model_deliver_unwind(m);
	m->outside_place = -1;
	model_queues_unwind(m);
}

static bool
has_run(const struct model_frame *f, const struct model_connection *c)
{
	for (int r = 0; r < f->n_ran; r++)
		if (f->ran[r] == c->fn * 16 + c->self)
			return true;
	return false;
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
	if (c->number && has_run(f, c))
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
		(void)tell(m, failure, f->is_gone ? 0 : f->from);
	}
}

/* Whether a call that the observer has been told of is still to be made. */
static bool
announce(struct model *m, struct model_frame *f, int k)
{
	if (!f->number)
		return true;
	f->is_calling = true;
	f->calling = m->connections[k].fn;
	f->calling_self = m->connections[k].self;
	f->calling_connection = m->connections[k].number;
	watch(m, f, CALL_BEGAN, 0);
	if (!f->is_gone && m->connections[k].is_live && !m->connections[k].n_blocked)
		return true;
	watch_call_end(m, f, SB_PASSED_OVER);
	return false;
}

static void
call(struct model *m, struct model_frame *f, int k)
{
	struct model_connection c = m->connections[k];

	if (!announce(m, f, k))
		return;
	f->ran[f->n_ran++] = c.fn * 16 + c.self;
	f->n_typed += c.what < N_SIGNALS;
	f->running = c.fn;
	f->has_failed = false;
	if (c.is_once)
		m->connections[k].is_live = false;
	m->program->called(c.fn, c.self, f->signal, f->from, f->payload, m->telling);
	watch_call_end(m, f, f->has_failed ? SB_FAILED : SB_RETURNED);
}

/* It ends before its call; what it awaits else in this emission it hears no more. */
static void
call_expected(struct model *m, struct model_frame *f, int k)
{
	struct model_connection c = m->connections[k];

	f->running = c.fn;
	f->has_failed = false;
	if (c.asks && !m->program->asked(c.self, f->signal, f->from, f->payload))
		return;
	if (!announce(m, f, k))
		return;
	model_expectation_end(m, c.expectation);
	m->program->expected(c.self, c.which, f->signal, f->from, f->payload, m->telling);
	watch_call_end(m, f, f->has_failed ? SB_FAILED : SB_RETURNED);
}

static bool
is_too_deep(const struct model *m, int signal)
{
	return m->depth >= DEPTH_LIMIT + (signal == FAILED);
}

int
model_emit(struct model *m, int signal, int from, int payload, struct model_result *ret_result)
{
	struct model_frame *f;
	int k = -1, n;

	if (m->is_destroyed)
		return -ECANCELED;
	if (is_too_deep(m, signal)) {
		report(m, -ELOOP);
		return -ELOOP;
	}
	f = &m->frames[m->depth++];
	*f = (struct model_frame){
		.signal = signal,
		.from = from,
		.payload = payload,
		.running = -1,
		.n_connections = m->n_connections,
		.number = m->observes && !m->observer_depth ? ++m->last_number : 0,
	};
	f->is_open = f->number;
	if (f->is_open)
		watch(m, f, EMISSION_BEGAN, 0);
	while (!f->is_stopped && !f->is_gone && (k = next(m, f, k)) >= 0)
		if (m->connections[k].number)
			call(m, f, k);
		else
			call_expected(m, f, k);
	if (f->n_failed)
		tell_failures(m, m->depth);
	watch_emission_end(m, f, f->is_gone ? -ECANCELED : f->n_typed);
	if (ret_result)
		*ret_result = (struct model_result){ f->n_typed, f->n_failed, f->is_stopped };
	n = f->is_gone ? -ECANCELED : f->n_typed;
	m->depth--;
	return n;
}

int
model_receivers(const struct model *m, int signal, int from, int *ret_receivers, int cap)
{
	struct model_frame f = {
		.signal = signal,
		.from = from,
		.n_connections = m->n_connections,
	};
	int n = 0;

	if (m->is_destroyed || is_too_deep(m, signal))
		return 0;
	for (int k = -1; (k = next(m, &f, k)) >= 0;) {
		const struct model_connection *c = &m->connections[k];

		/* An expectation, by another of the signals that it awaits. */
		if (has_run(&f, c))
			continue;
		f.ran[f.n_ran++] = c->fn * 16 + c->self;
		if (n < cap)
			ret_receivers[n] = k;
		n++;
	}
	return n;
}
