#include "private.h"

#include <signalbox/dispatch_signals.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where failures go that nobody hears. A copy of what the dispatcher was given, for it may be gone
 * when it turns out that nobody did. */
struct last_resort {
	sb_last_resort_fn *fn;
	void *self;
};

static struct last_resort
last_resort_of(const struct sb_dispatcher *d)
{
	return (struct last_resort){ d->last_resort, d->last_resort_self };
}

static void
tell_last_resort(struct last_resort last_resort, const char *signal, const char *place,
	const struct sb_error *error)
{
	if (last_resort.fn) {
		last_resort.fn(last_resort.self, signal, place, error);
		return;
	}
	(void)fprintf(stderr, "signalbox: %s%s%s%s%s (%s)\n", signal ? signal : "",
		signal ? ": " : "", place ? place : "", place ? ": " : "", error->text,
		strerror(-error->code));
}

/* Emits it. Whether it was heard is what ran, and not what emit returned: who heard of it may have
 * destroyed the sender, or the dispatcher. */
static int
tell(struct sb_dispatcher *d, const char *signal, const char *place, const struct sb_error *error,
	void *from)
{
	struct last_resort last_resort = last_resort_of(d);
	struct sb_dispatch_failed failed = {
		.signal = signal,
		.place = place,
		.error = error->code,
		.text = error->text,
	};
	struct sb_result result;
	int ret = sb_dispatch_failed_emit_result(d, from, &failed, &result);

	if (!result.n_ran)
		tell_last_resort(last_resort, signal, place, error);
	return ret < 0 ? ret : 0;
}

/* Whether what fails now does so while a failure is being told. The frames are settled. */
static bool
is_telling(const struct sb_dispatcher *d)
{
	for (uint32_t k = 0; k < d->hot.depth; k++)
		if (d->hot.frames[k].signal == sb_dispatch_failed_signal())
			return true;
	return false;
}

/* Tells it now, where no failure is being told. */
static int
tell_now(struct sb_dispatcher *d, const char *signal, const char *place,
	const struct sb_error *error, void *from)
{
	sb_frames_settle(d);
	if (!is_telling(d))
		return tell(d, signal, place, error, from);
	tell_last_resort(last_resort_of(d), signal, place, error);
	return 0;
}

static void
report(struct sb_dispatcher *d, struct sb_frame *frame, const struct sb_error *error)
{
	struct failure *failure;

	if (is_in_observer(d)) {
		(void)tell_now(d, frame->signal->name, d->observer_place, error, NULL);
		return;
	}
	if (!frame->has_failed) {
		frame->has_failed = 1;
		frame->n_failed++;
	}
	failure = is_telling(d) ? NULL : malloc(sizeof(*failure));
	if (!failure) {
		tell_last_resort(last_resort_of(d), frame->signal->name, frame->place, error);
		return;
	}
	*failure = (struct failure){
		.depth = (uint32_t)(frame - d->hot.frames),
		.signal = frame->signal->name,
		.place = frame->place,
		.error = *error,
	};
	*d->failures_end = failure;
	d->failures_end = &failure->next;
}

void
sb_failure_report(
	struct sb_dispatcher *d, struct sb_frame *frame, int code, const char *format, ...)
{
	struct sb_error error = { .code = code };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	report(d, frame, &error);
}

void
sb_fail(struct sb_dispatcher *d, int code, const char *why, ...)
{
	struct sb_error error = { .code = code };
	va_list args;

	sb_assert(code < 0);
	va_start(args, why);
	(void)vsnprintf(error.text, sizeof(error.text), why, args);
	va_end(args);
	if (!d->hot.depth) {
		(void)tell(d, NULL, d->outside_place, &error, NULL);
		return;
	}
	sb_frames_settle(d);
	report(d, &d->hot.frames[d->hot.depth - 1], &error);
}

int
sb_fail_at(struct sb_dispatcher *d, void *from, const char *signal, const char *place, int code,
	const char *why, ...)
{
	struct sb_error error = { .code = code };
	va_list args;

	sb_assert(code < 0);
	va_start(args, why);
	(void)vsnprintf(error.text, sizeof(error.text), why, args);
	va_end(args);
	return tell_now(d, signal, place, &error, from);
}

/* Takes the first failure of that depth, or of any, off the queue: a copy, for a handler that is
 * told of it may never come back. */
static bool
take(struct sb_dispatcher *d, uint32_t depth, bool any, struct failure *ret_failure)
{
	struct failure **at = &d->failures, *failure;

	while (*at && !any && (*at)->depth != depth)
		at = &(*at)->next;
	failure = *at;
	if (!failure)
		return false;
	*at = failure->next;
	if (!*at)
		d->failures_end = at;
	*ret_failure = *failure;
	free(failure);
	return true;
}

void
sb_failures_tell(struct sb_dispatcher *d, const struct sb_frame *frame)
{
	struct failure failure;

	while (take(d, (uint32_t)(frame - d->hot.frames), false, &failure)) {
		/* Who hears of one failure may forget the sender before the next. */
		void *from = frame->flags & FRAME_GONE ? NULL : frame->from;

		if (d->hot.odd & ODD_DESTROYED)
			tell_last_resort(
				last_resort_of(d), failure.signal, failure.place, &failure.error);
		else
			(void)tell(d, failure.signal, failure.place, &failure.error, from);
	}
}

void
sb_failures_flush(struct sb_dispatcher *d)
{
	struct failure failure;

	while (take(d, 0, true, &failure))
		tell_last_resort(last_resort_of(d), failure.signal, failure.place, &failure.error);
}
