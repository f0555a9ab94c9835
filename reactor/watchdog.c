#include "watchdog.h"

#include <signalbox/notify.h>
#include <signalbox/watchdog.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"
#include "private.h"

enum { LOOKS_A_LIMIT = 4 };

struct sb_watchdog {
	struct sb_reactor *r;
	int64_t limit_ns;
	sb_watchdog_fn *fn;
	sb_watchdog_over_fn *over;
	void *self;

	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock; /* the thread has it but while it waits; guards what follows */
	pthread_cond_t is_told; /* to end */
	bool is_ending;
	struct sight sight;
	_Atomic int64_t
		told_ns; /* when the turn began that was told of last; 0: none, or done with */
	const char *told_place;

	char *notify_name; /* NULL: systemd does not want to hear of us */
	int notify_fd; /* with notify_name: kept, for when no descriptor is left */
	int64_t notify_every_ns, notify_at_ns, notify_began_ns;
};

bool
sb_sight_look(struct sight *sight, int64_t limit_ns, int64_t now_ns,
	const struct published *published, const char **ret_place)
{
	if (published->began_ns != sight->began_ns) {
		memset(sight, 0, sizeof(*sight));
		sight->began_ns = published->began_ns;
		sight->place = sight->longest = published->place;
		sight->since_ns = now_ns;
	}
	if (!sight->began_ns)
		return false;
	if (published->place != sight->place) {
		sight->place = published->place;
		sight->since_ns = now_ns;
	}
	if (now_ns - sight->since_ns > sight->longest_ns) {
		sight->longest_ns = now_ns - sight->since_ns;
		sight->longest = sight->place;
	}
	if (sight->was_told || now_ns - sight->began_ns < limit_ns)
		return false;
	sight->was_told = true;
	*ret_place = sight->longest;
	return true;
}

bool
sb_sight_turns(int64_t *last_began_ns, const struct published *published)
{
	bool turns = !published->began_ns || published->began_ns != *last_began_ns;

	*last_began_ns = published->began_ns;
	return turns;
}

static int64_t
clock_ns(const struct sb_watchdog *w)
{
	return w->r->backend->now_ns(w->r->back);
}

/* The loop ends its turn and then looks whether it was told; we tell and then look whether it has
 * ended: one of the two sees the other. */
static void
tell(struct sb_watchdog *w, int64_t began_ns, const char *place)
{
	atomic_store(&w->told_ns, began_ns);
	if (atomic_load(&w->r->beat.began_ns) != began_ns) {
		atomic_store(&w->told_ns, 0);
		return;
	}
	w->told_place = place ? place : "the reactor";
	if (w->fn)
		w->fn(w->self, w->told_place, clock_ns(w) - began_ns);
}

static struct published
read_published(struct sb_reactor *r)
{
	struct published published;
	const char *handler;

	/* Until all of it is of one turn: what a place of an earlier one points to may be gone. */
	do {
		published.began_ns = atomic_load(&r->beat.began_ns);
		handler = atomic_load(&r->beat.handler);
		published.place = handler ? handler : atomic_load(&r->beat.place);
	} while (atomic_load(&r->beat.began_ns) != published.began_ns);
	return published;
}

/* Tries again at the next look when the loop does not turn or systemd has no room. */
static void
notify(struct sb_watchdog *w, int64_t now_ns, const struct published *published)
{
	int64_t began_ns = w->notify_began_ns;

	if (!w->notify_name || now_ns < w->notify_at_ns || !sb_sight_turns(&began_ns, published)
		|| sb_notify_to(w->notify_fd, w->notify_name, "WATCHDOG=1") < 0)
		return;
	w->notify_began_ns = began_ns;
	w->notify_at_ns = now_ns + w->notify_every_ns;
}

static void
look(struct sb_watchdog *w)
{
	struct published published = read_published(w->r);
	int64_t now_ns = clock_ns(w);
	const char *place;

	if (sb_sight_look(&w->sight, w->limit_ns, now_ns, &published, &place))
		tell(w, published.began_ns, place);
	notify(w, now_ns, &published);
}

/* Until the next look, or told to end. */
static void
wait_a_little(struct sb_watchdog *w)
{
	int64_t ns = w->limit_ns / LOOKS_A_LIMIT, at_ns;
	struct timespec at;

	if (w->notify_name && ns > w->notify_every_ns / 2)
		ns = w->notify_every_ns / 2;
	if (ns < SB_MS)
		ns = SB_MS;
	at_ns = time_add(clock_ns(w), ns);
	at.tv_sec = at_ns / SB_S;
	at.tv_nsec = at_ns % SB_S;
	(void)pthread_cond_timedwait(&w->is_told, &w->lock, &at);
}

static void *
watch(void *self)
{
	struct sb_watchdog *w = self;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->is_ending) {
		look(w);
		wait_a_little(w);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

void
sb_watchdog_turn_begins(struct sb_reactor *r)
{
	atomic_store(&r->beat.place, NULL);
	atomic_store(&r->beat.began_ns, r->now_ns);
}

void
sb_watchdog_turn_ends(struct sb_reactor *r)
{
	struct sb_watchdog *w = r->watchdog;
	int64_t began_ns = atomic_exchange(&r->beat.began_ns, 0), held_ns;
	const char *place;
	bool was_told;

	if (!began_ns || atomic_load(&w->told_ns) != began_ns)
		return;
	held_ns = clock_ns(w) - began_ns;
	/* It may be telling still. */
	(void)pthread_mutex_lock(&w->lock);
	was_told = atomic_exchange(&w->told_ns, 0) == began_ns;
	place = w->told_place;
	(void)pthread_mutex_unlock(&w->lock);
	if (was_told && w->over)
		w->over(w->self, place, held_ns);
}

/* The same clock as the reactor's, which passes also when the wall's is stepped back. */
static int
init_waiting(struct sb_watchdog *w)
{
	pthread_condattr_t attributes;
	int error = pthread_condattr_init(&attributes);

	if (error)
		return -error;
	error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (!error)
		error = pthread_cond_init(&w->is_told, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	if (error)
		return -error;
	error = pthread_mutex_init(&w->lock, NULL);
	if (error)
		(void)pthread_cond_destroy(&w->is_told);
	return -error;
}

/* Signals are for the threads of others. */
static int
start_thread(struct sb_watchdog *w)
{
	sigset_t all, before;
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->thread, NULL, watch, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	w->has_thread = !error;
	return -error;
}

static int
set_notify(struct sb_watchdog *w)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int64_t every_ns = sb_notify_watchdog_ns();

	if (!name || !every_ns)
		return 0;
	/* Half of what it allows, as sd_watchdog_enabled(3) wants it. */
	w->notify_every_ns = every_ns / 2;
	w->notify_fd = sb_notify_socket();
	if (w->notify_fd < 0)
		return w->notify_fd;
	w->notify_name = strdup(name);
	if (w->notify_name)
		return 0;
	(void)close(w->notify_fd);
	return -ENOMEM;
}

int
sb_watchdog_create(struct sb_reactor *r, int64_t limit_ns, sb_watchdog_fn *fn,
	sb_watchdog_over_fn *over, void *self, struct sb_watchdog **ret_watchdog)
{
	struct sb_watchdog *w;
	int ret;

	sb_assert(limit_ns > 0);
	if (r->watchdog)
		return -EALREADY;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->r = r;
	w->limit_ns = limit_ns;
	w->fn = fn;
	w->over = over;
	w->self = self;
	ret = init_waiting(w);
	if (ret < 0) {
		free(w);
		return ret;
	}
	r->watchdog = w;
	ret = r->backend->is_simulated ? 0 : set_notify(w);
	if (ret == 0 && !r->backend->is_simulated)
		ret = start_thread(w);
	if (ret < 0)
		sb_watchdog_destroy(w);
	else
		*ret_watchdog = w;
	return ret;
}

static void
end_thread(struct sb_watchdog *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->is_ending = true;
	(void)pthread_cond_signal(&w->is_told);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
}

void
sb_watchdog_destroy(struct sb_watchdog *watchdog)
{
	struct sb_reactor *r;

	if (!watchdog)
		return;
	r = watchdog->r;
	if (watchdog->has_thread)
		end_thread(watchdog);
	r->watchdog = NULL;
	atomic_store(&r->beat.began_ns, 0);
	atomic_store(&r->beat.handler, NULL);
	(void)pthread_mutex_destroy(&watchdog->lock);
	(void)pthread_cond_destroy(&watchdog->is_told);
	if (watchdog->notify_name)
		(void)close(watchdog->notify_fd);
	free(watchdog->notify_name);
	free(watchdog);
}

const char *
sb_watchdog_enter(struct sb_watchdog *watchdog, const char *place)
{
	struct beat *beat = &watchdog->r->beat;
	const char *before = atomic_load_explicit(&beat->handler, memory_order_relaxed);

	atomic_store_explicit(&beat->handler, place, memory_order_release);
	return before;
}
