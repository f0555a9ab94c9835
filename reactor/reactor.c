#include <signalbox/reactor.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "private.h"
#include "resolver.h"
#include "tls_end.h"

const int sb_signal_numbers[N_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

struct sb_reactor *
sb_reactor_make(const struct backend *backend, void *back)
{
	struct sb_reactor *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->read_buffer = malloc(READ_CAP);
	r->inbox = sb_inbox_create();
	if (!r->read_buffer || !r->inbox) {
		sb_inbox_destroy(r->inbox);
		free(r->read_buffer);
		free(r);
		errno = ENOMEM;
		return NULL;
	}
	r->backend = backend;
	r->back = back;
	r->wakers_end = &r->all_wakers;
	r->pools_end = &r->all_pools;
	r->reaps_end = &r->reaps;
	TAILQ_INIT(&r->tasks);
	TAILQ_INIT(&r->streams);
	TAILQ_INIT(&r->listeners);
	TAILQ_INIT(&r->lookups);
	TAILQ_INIT(&r->tls_contexts);
	return r;
}

/* What is reaped may have more reaped. */
static void
reap_all(struct sb_reactor *r)
{
	while (r->reaps) {
		struct sb_reap *reap = r->reaps;

		r->reaps = reap->next;
		if (!r->reaps)
			r->reaps_end = &r->reaps;
		reap->fn(reap->self);
	}
}

void
sb_reactor_free(struct sb_reactor *r)
{
	r->is_running = true;
	reap_all(r);
	sb_assert(TAILQ_EMPTY(&r->lookups));
	sb_resolver_finish(r);
	sb_tls_forget_urls(r);
	sb_assert(!r->watchdog);
	sb_assert(r->timers.n_all == 0);
	sb_assert(r->alarms.n_all == 0);
	sb_assert(!r->all_pools);
	sb_assert(!r->all_wakers);
	sb_assert(TAILQ_EMPTY(&r->streams));
	sb_assert(TAILQ_EMPTY(&r->listeners));
	sb_assert(TAILQ_EMPTY(&r->tls_contexts));
	if (r->signal_fn)
		r->backend->return_signals(r->back);
	sb_inbox_destroy(r->inbox);
	sb_timer_heap_finish(&r->timers);
	sb_timer_heap_finish(&r->alarms);
	free(r->spare.ptr);
	free(r->spare_queue);
	free(r->read_buffer);
	free(r);
}

void
sb_reactor_destroy(struct sb_reactor *r)
{
	const struct backend *backend;
	void *back;

	if (!r)
		return;
	backend = r->backend;
	back = r->back;
	sb_assert(backend->destroy);
	sb_assert(!r->is_running);
	sb_reactor_free(r);
	backend->destroy(back);
}

void
sb_reactor_queue(struct sb_reactor *r, struct task *task, unsigned events)
{
	task->events |= (uint8_t)events;
	if (task->is_queued)
		return;
	task->is_queued = true;
	task->turn = (uint32_t)r->turn;
	TAILQ_INSERT_TAIL(&r->tasks, task, link);
}

void
sb_reactor_unqueue(struct sb_reactor *r, struct task *task)
{
	if (!task->is_queued)
		return;
	TAILQ_REMOVE(&r->tasks, task, link);
	task->is_queued = false;
	task->events = 0;
}

void
sb_reactor_signal(struct sb_reactor *r, int signal_number)
{
	for (int i = 0; i < N_SIGNALS; i++)
		if (sb_signal_numbers[i] == signal_number)
			r->pending_signals |= 1u << i;
}

static void
tell_signals(struct sb_reactor *r)
{
	for (int i = 0; r->pending_signals && i < N_SIGNALS; i++) {
		if (!(r->pending_signals & 1u << i))
			continue;
		r->pending_signals &= ~(1u << i);
		sb_reactor_enter(r, r->signal_place);
		r->signal_fn(r->signal_self, sb_signal_numbers[i]);
	}
}

static void
fire_timers(struct sb_reactor *r, uint64_t seq)
{
	struct sb_timer *timer;

	while ((timer = sb_timer_heap_take(&r->timers, r->now_ns, seq))) {
		if (r->fires)
			r->fires(r->back, timer->place);
		sb_reactor_enter(r, timer->place);
		timer->fn(timer->self);
	}
}

/* Those queued since this turn began stand at the end, and wait. */
static void
run_tasks(struct sb_reactor *r)
{
	struct task *task;

	while ((task = TAILQ_FIRST(&r->tasks)) && task->turn != (uint32_t)r->turn) {
		unsigned events = task->events;

		sb_reactor_unqueue(r, task);
		task->run(task->self, events);
	}
}

int64_t
sb_reactor_next_ns(struct sb_reactor *r)
{
	int64_t timer_ns, alarm_ns;

	if (!TAILQ_EMPTY(&r->tasks) || r->reaps || r->pending_signals
		|| !sb_inbox_is_empty(r->inbox))
		return INT64_MIN;
	timer_ns = sb_timer_heap_first_ns(&r->timers);
	alarm_ns = sb_alarms_next_ns(r);
	return timer_ns < alarm_ns ? timer_ns : alarm_ns;
}

int
sb_reactor_turn(struct sb_reactor *r, int64_t limit_ns)
{
	int64_t until_ns = sb_reactor_next_ns(r);
	uint64_t timer_seq, alarm_seq;
	int ret;

	ret = r->backend->wait(r->back, until_ns < limit_ns ? until_ns : limit_ns);
	if (ret < 0)
		return ret;
	r->now_ns = r->backend->now_ns(r->back);
	r->turn++;
	timer_seq = r->timers.seq;
	alarm_seq = r->alarms.seq;
	if (r->watchdog)
		sb_watchdog_turn_begins(r);
	tell_signals(r);
	sb_inbox_run(r);
	fire_timers(r, timer_seq);
	sb_alarms_fire(r, alarm_seq);
	run_tasks(r);
	if (r->watchdog)
		sb_watchdog_turn_ends(r);
	reap_all(r);
	return 0;
}

int
sb_reactor_begin(struct sb_reactor *r)
{
	if (r->is_running)
		return -EBUSY;
	r->is_running = true;
	r->now_ns = r->backend->now_ns(r->back);
	return 0;
}

void
sb_reactor_end(struct sb_reactor *r)
{
	r->is_running = false;
	r->is_stopping = false;
}

static bool
has_work(struct sb_reactor *r)
{
	return r->timers.n > 0 || r->alarms.n > 0 || r->n_works > 0 || r->reaps
	       || !TAILQ_EMPTY(&r->streams) || !TAILQ_EMPTY(&r->listeners)
	       || !TAILQ_EMPTY(&r->lookups) || !sb_inbox_is_empty(r->inbox);
}

int
sb_reactor_run(struct sb_reactor *r)
{
	int ret = sb_reactor_begin(r);

	if (ret < 0)
		return ret;
	while (ret == 0 && !r->is_stopping && has_work(r))
		ret = sb_reactor_turn(r, INT64_MAX);
	sb_reactor_end(r);
	return ret;
}

void
sb_reactor_stop(struct sb_reactor *r)
{
	r->is_stopping = true;
}

int64_t
sb_reactor_now_ns(const struct sb_reactor *r)
{
	return r->is_running ? r->now_ns : r->backend->now_ns(r->back);
}

int64_t
sb_reactor_clock_ns(const struct sb_reactor *r)
{
	return r->backend->now_ns(r->back);
}

int64_t
sb_reactor_wall_ns(const struct sb_reactor *r)
{
	return r->backend->wall_ns(r->back);
}

uint64_t
sb_reactor_random(struct sb_reactor *r)
{
	return r->backend->random(r->back);
}

void
sb_reactor_reap(struct sb_reactor *r, struct sb_reap *reap, sb_call_fn *fn, void *self)
{
	reap->fn = fn;
	reap->self = self;
	reap->next = NULL;
	*r->reaps_end = reap;
	r->reaps_end = &reap->next;
}

int
sb_reactor_on_signal(struct sb_reactor *r, sb_signal_fn *fn, const char *place, void *self)
{
	int ret;

	if (fn && !r->signal_fn) {
		ret = r->backend->take_signals(r->back);
		if (ret < 0)
			return ret;
	}
	if (!fn && r->signal_fn) {
		r->backend->return_signals(r->back);
		r->pending_signals = 0;
	}
	r->signal_fn = fn;
	r->signal_place = place;
	r->signal_self = self;
	return 0;
}

/* Whether it is the one that *at counts down to. */
static bool
is_turn_of(size_t *at)
{
	return (*at)-- == 0;
}

static bool
describe_timers(const struct sb_reactor *r, size_t *at, char *buf, size_t cap)
{
	uint32_t i;

	for (i = 0; i < r->timers.n_all; i++) {
		const char *place = r->timers.slots[i].timer->place;

		/* Those of streams and listeners have no place; their owner is listed. */
		if (place && is_turn_of(at)) {
			(void)snprintf(buf, cap, "timer %s", place);
			return true;
		}
	}
	if (*at < r->alarms.n_all) {
		(void)snprintf(buf, cap, "alarm %s", r->alarms.slots[*at].timer->place);
		return true;
	}
	*at -= r->alarms.n_all;
	return false;
}

bool
sb_reactor_pending_next(const struct sb_reactor *r, size_t *cursor, char *buf, size_t cap)
{
	const struct stream *stream;
	const struct sb_listener *listener;
	const struct sb_waker *waker;
	const struct sb_tls *tls;
	size_t at = (*cursor)++;
	struct call call;

	if (describe_timers(r, &at, buf, cap))
		return true;
	for (stream = TAILQ_FIRST(&r->streams); stream; stream = sb_stream_after(stream)) {
		if (is_turn_of(&at)) {
			sb_stream_describe(stream, buf, cap);
			return true;
		}
	}
	for (listener = TAILQ_FIRST(&r->listeners); listener;
		listener = sb_listener_after(listener)) {
		if (is_turn_of(&at)) {
			sb_listener_describe(listener, buf, cap);
			return true;
		}
	}
	if (sb_lookups_describe(r, &at, buf, cap))
		return true;
	for (tls = sb_tls_after(r, NULL); tls; tls = sb_tls_after(r, tls)) {
		if (is_turn_of(&at)) {
			sb_tls_describe(tls, buf, cap);
			return true;
		}
	}
	if (r->signal_fn && is_turn_of(&at)) {
		(void)snprintf(buf, cap, "handler of signals %s", r->signal_place);
		return true;
	}
	for (waker = r->all_wakers; waker; waker = waker->next) {
		if (waker->place && is_turn_of(&at)) {
			(void)snprintf(buf, cap, "%s %s",
				sb_inbox_holds(r->inbox, waker) ? "woken call" : "waker",
				waker->place);
			return true;
		}
	}
	if (sb_pools_describe(r, &at, buf, cap))
		return true;
	if (!sb_inbox_peek(r->inbox, at, &call))
		return false;
	(void)snprintf(buf, cap, "posted call %s", call.place);
	return true;
}
