#include "private.h"

#include <errno.h>
#include <stdlib.h>

/* One that observes. Events are numbered; an observer that is left by longjmp leaves the event half
 * told, and sb_unwind() has to know by whom it was heard. */
struct watcher {
	struct watcher *next;
	const struct sb_observer *observer;
	const char *place;
	void *self;
	uint64_t since, heard; /* the last event before it came, the last that it was told */
	bool is_gone;
	bool knows_end; /* of the dispatcher's: told, or being told */
};

enum event { EMISSION_BEGAN, EMISSION_ENDED, CALL_BEGAN, CALL_ENDED };

static struct watch *
watch_of(struct sb_dispatcher *d, const struct sb_frame *frame)
{
	return &d->watches[frame - d->hot.frames];
}

static bool
has_heard(const struct watcher *w, uint64_t event)
{
	return w->since < event && event <= w->heard;
}

/* An end is for those who heard the beginning. */
static bool
is_for(const struct watcher *w, const struct watch *watch, enum event what, uint64_t event)
{
	if (w->is_gone || event <= w->heard)
		return false;
	if (what == EMISSION_BEGAN)
		return true;
	return has_heard(w, watch->began)
	       && (what != CALL_ENDED || has_heard(w, watch->call_began));
}

static void
tell_one(const struct watcher *w, const struct watch *watch, enum event what)
{
	const struct sb_observer *o = w->observer;
	/* Copies: the frame's may have gone when somebody looks again. */
	struct sb_emission emission = watch->emission;
	struct sb_receiver receiver = watch->receiver;
	struct sb_result counts = watch->counts;

	switch (what) {
	case EMISSION_BEGAN:
		if (o->emission_began)
			o->emission_began(w->self, &emission);
		return;
	case EMISSION_ENDED:
		if (o->emission_ended)
			o->emission_ended(w->self, &emission, watch->result, &counts);
		return;
	case CALL_BEGAN:
		if (o->call_began)
			o->call_began(w->self, &emission, &receiver);
		return;
	case CALL_ENDED:
		if (o->call_ended)
			o->call_ended(w->self, &emission, &receiver, watch->outcome);
		return;
	}
}

static void
sweep(struct sb_dispatcher *d)
{
	struct watcher **at = &d->watchers;

	/* One of them is being told. */
	if (d->observer_depth || d->is_ending)
		return;
	while (*at) {
		struct watcher *w = *at;

		if (!w->is_gone) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		free(w);
	}
	if (!d->watchers)
		d->hot.odd &= ~(uint32_t)ODD_OBSERVED;
}

static void
tell(struct sb_dispatcher *d, const struct watch *watch, enum event what, uint64_t event)
{
	d->observer_depth = d->hot.depth;
	for (struct watcher *w = d->watchers; w; w = w->next) {
		if (d->hot.odd & ODD_DESTROYED)
			break;
		if (!is_for(w, watch, what, event))
			continue;
		w->heard = event;
		d->observer_place = w->place;
		tell_one(w, watch, what);
	}
	d->observer_depth = 0;
	sweep(d);
}

void
sb_observers_emission_began(struct sb_dispatcher *d, const struct sb_frame *frame)
{
	struct watch *watch = watch_of(d, frame);

	/* What an observer emits. */
	if (d->observer_depth)
		return;
	*watch = (struct watch){
		.emission = {
			.signal = frame->signal,
			.from = frame->from,
			.payload = frame->payload,
			.number = ++d->last_emission,
			.parent = watch > d->watches && watch[-1].began
					? watch[-1].emission.number
					: 0,
		},
		.began = ++d->last_event,
	};
	tell(d, watch, EMISSION_BEGAN, watch->began);
}

void
sb_observers_call_began(struct sb_dispatcher *d, const struct sb_frame *frame, uint32_t at)
{
	const struct record *record = record_at(d, at);
	struct watch *watch = watch_of(d, frame);

	watch->receiver = (struct sb_receiver){
		.place = record->place,
		.self = record->self,
		.is_pattern = record->flags & RECORD_PATTERN,
	};
	if (!(record->flags & RECORD_AWAIT))
		watch->receiver.connection = sb_connection_of(d, at);
	watch->call_ended = 0;
	watch->call_began = ++d->last_event;
	tell(d, watch, CALL_BEGAN, watch->call_began);
}

void
sb_observers_call_ended(
	struct sb_dispatcher *d, const struct sb_frame *frame, enum sb_outcome outcome)
{
	struct watch *watch = watch_of(d, frame);

	watch->outcome = outcome;
	watch->call_ended = ++d->last_event;
	tell(d, watch, CALL_ENDED, watch->call_ended);
	watch->call_began = 0;
}

void
sb_observers_emission_ended(
	struct sb_dispatcher *d, const struct sb_frame *frame, int result, struct sb_result counts)
{
	struct watch *watch = watch_of(d, frame);

	watch->result = result;
	watch->counts = counts;
	if (!watch->ended)
		watch->ended = ++d->last_event;
	tell(d, watch, EMISSION_ENDED, watch->ended);
	watch->began = 0;
}

void
sb_observers_unwind(struct sb_dispatcher *d, const struct sb_frame *frame)
{
	struct watch *watch = watch_of(d, frame);

	if (!watch->began)
		return;
	if (watch->call_began && !watch->call_ended)
		sb_observers_call_ended(d, frame, SB_LEFT);
	else if (watch->call_began)
		tell(d, watch, CALL_ENDED, watch->call_ended);
	watch->call_began = 0;
	sb_observers_emission_ended(d, frame, -ECANCELED, sb_frame_counts(frame));
}

static struct watcher *
find(const struct sb_dispatcher *d, const struct sb_observer *observer, const void *self)
{
	struct watcher *w = d->watchers;

	while (w && (w->is_gone || w->observer != observer || w->self != self))
		w = w->next;
	return w;
}

int
sb_observe(
	struct sb_dispatcher *d, const struct sb_observer *observer, const char *place, void *self)
{
	struct watcher **end = &d->watchers, *w;

	sb_assert(observer && place);
	if (d->hot.odd & ODD_DESTROYED)
		return -ECANCELED;
	if (find(d, observer, self))
		return 0;
	w = malloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	*w = (struct watcher){
		.observer = observer,
		.place = place,
		.self = self,
		.since = d->last_event,
		.heard = d->last_event,
	};
	while (*end)
		end = &(*end)->next;
	*end = w;
	d->hot.odd |= ODD_OBSERVED;
	return 0;
}

int
sb_unobserve(struct sb_dispatcher *d, const struct sb_observer *observer, void *self)
{
	struct watcher *w = find(d, observer, self);

	if (!w)
		return -ENOENT;
	w->is_gone = true;
	sweep(d);
	return 0;
}

void
sb_observers_forget(struct sb_dispatcher *d, const void *self)
{
	for (struct watcher *w = d->watchers; w; w = w->next)
		w->is_gone |= w->self == self;
	sweep(d);
}

void
sb_observers_end(struct sb_dispatcher *d)
{
	const uint32_t depth = d->observer_depth;
	const char *const place = d->observer_place, *const outside = d->outside_place;

	d->is_ending = true;
	d->observer_depth = d->hot.depth;
	for (struct watcher *w = d->watchers; w; w = w->next) {
		if (w->is_gone || w->knows_end || !w->observer->destroyed)
			continue;
		/* It may leave by longjmp, and sb_unwind() tells the others. */
		w->knows_end = true;
		d->observer_place = w->place;
		if (!d->hot.depth)
			d->outside_place = w->place;
		w->observer->destroyed(w->self, d);
	}
	d->is_ending = false;
	/* What destroyed it may be an observer, which goes on. */
	d->observer_depth = depth;
	d->observer_place = place;
	d->outside_place = outside;
	sweep(d);
}

void
sb_observers_free(struct sb_dispatcher *d)
{
	while (d->watchers) {
		struct watcher *w = d->watchers;

		d->watchers = w->next;
		free(w);
	}
}
