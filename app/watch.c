#include "watch.h"

#include <stdlib.h>

#include <signalbox/dispatch_signals.h>
#include <signalbox/http_signals.h>
#include <signalbox/irc_signals.h>
#include <signalbox/observer.h>

enum { SIGNALS_MOST = 128 }; /* that are counted */

#define LOOK_NS (1 * SB_S) /* between two looks at how late the loop is */

struct watch {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	/* In the order in which they were first emitted. */
	struct metrics_signal signals[SIGNALS_MOST];
	const struct sb_signal *descriptors[SIGNALS_MOST];
	size_t n_signals;
	/* When the calls that are under way began, the outermost first. */
	int64_t began_ns[SB_DEPTH_LIMIT + 1];
	size_t depth;
	struct sb_timer look;
	int64_t due_ns;
	struct metrics_times lag;
	uint64_t n_reconnects;
	uint64_t n_answers[5];
};

/* The signal's place in the list, made when it is first met, or NULL. There are some seventy, and so
 * they are just looked through. */
static struct metrics_signal *
entry_of(struct watch *watch, const struct sb_signal *signal)
{
	size_t i;

	for (i = 0; i < watch->n_signals; i++)
		if (watch->descriptors[i] == signal)
			return &watch->signals[i];
	if (i == SIGNALS_MOST)
		return NULL;
	watch->descriptors[i] = signal;
	watch->signals[i] = (struct metrics_signal){ .name = signal->name };
	watch->n_signals++;
	return &watch->signals[i];
}

static void
on_emission_began(void *self, const struct sb_emission *emission)
{
	struct metrics_signal *entry = entry_of(self, emission->signal);

	if (entry)
		entry->n_emitted++;
}

static void
on_call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct watch *watch = self;

	(void)emission, (void)receiver;
	sb_assert(watch->depth < sizeof(watch->began_ns) / sizeof(watch->began_ns[0]));
	watch->began_ns[watch->depth++] = sb_reactor_clock_ns(watch->r);
}

static void
on_call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	struct watch *watch = self;
	struct metrics_signal *entry = entry_of(watch, emission->signal);
	int64_t began_ns = watch->began_ns[--watch->depth];

	(void)receiver;
	if (entry && outcome != SB_PASSED_OVER)
		metrics_count(&entry->handlers, sb_reactor_clock_ns(watch->r) - began_ns);
}

static const struct sb_observer observer = {
	.emission_began = on_emission_began,
	.call_began = on_call_began,
	.call_ended = on_call_ended,
};

static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	struct watch *watch = self;

	(void)irc;
	watch->n_reconnects += e->will_retry;
}

static void
on_answered(void *self, struct sb_http *http, const struct sb_http_answered *e)
{
	struct watch *watch = self;

	(void)http;
	if (e->status >= 100 && e->status < 600)
		watch->n_answers[e->status / 100 - 1]++;
}

static void
look_later(struct watch *watch)
{
	watch->due_ns = sb_reactor_clock_ns(watch->r) + LOOK_NS;
	sb_timer_start(&watch->look, watch->due_ns - sb_reactor_now_ns(watch->r));
}

static void
on_look(void *self)
{
	struct watch *watch = self;

	metrics_count(&watch->lag, sb_reactor_clock_ns(watch->r) - watch->due_ns);
	look_later(watch);
}

struct watch *
watch_create(struct sb_dispatcher *d, struct sb_reactor *r)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->d = d;
	watch->r = r;
	if (sb_timer_init(&watch->look, r, SB_HANDLER(on_look), watch)) {
		free(watch);
		return NULL;
	}
	sb_irc_disconnected_connect(d, SB_ANY, SB_HANDLER(on_disconnected), watch);
	sb_http_answered_connect(d, SB_ANY, SB_HANDLER(on_answered), watch);
	if (sb_observe(d, &observer, SB_PLACE, watch) || sb_connect_failed(d)) {
		watch_destroy(watch);
		return NULL;
	}
	look_later(watch);
	return watch;
}

void
watch_destroy(struct watch *watch)
{
	if (!watch)
		return;
	sb_forget(watch->d, watch);
	sb_timer_finish(&watch->look);
	free(watch);
}

void
watch_read(const struct watch *watch, struct metrics *ret_metrics)
{
	size_t i;

	ret_metrics->signals = watch->signals;
	ret_metrics->n_signals = watch->n_signals;
	ret_metrics->loop_lag = watch->lag;
	ret_metrics->n_reconnects = watch->n_reconnects;
	for (i = 0; i < watch->n_signals; i++)
		if (watch->descriptors[i] == sb_dispatch_failed_signal())
			ret_metrics->n_failures = watch->signals[i].n_emitted;
	memcpy(ret_metrics->n_answers, watch->n_answers, sizeof(watch->n_answers));
}
