#include "private.h"

#include <signalbox/dispatch_signals.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Nobody listens, or what failed was the telling of a failure. */
static void
tell_last_resort(struct sb_dispatcher *d, const char *signal, const char *place,
	const struct sb_error *error)
{
	if (d->last_resort) {
		d->last_resort(d->last_resort_self, signal, place, error);
		return;
	}
	(void)fprintf(stderr, "signalbox: %s%s%s%s%s (%s)\n", signal ? signal : "",
		signal ? ": " : "", place ? place : "", place ? ": " : "", error->text,
		strerror(-error->code));
}

/* Emits it; whoever hears it hears all. */
static void
tell(struct sb_dispatcher *d, const char *signal, const char *place, const struct sb_error *error,
	void *from)
{
	struct sb_dispatch_failed failed = {
		.signal = signal,
		.place = place,
		.error = error->code,
		.text = error->text,
	};

	if (sb_dispatch_failed_emit(d, from, &failed) == 0)
		tell_last_resort(d, signal, place, error);
}

static void
report(struct sb_dispatcher *d, struct sb_frame *frame, const struct sb_error *error)
{
	const struct sb_signal *signal = frame->signal;
	struct failure *failure;

	if (!frame->has_failed) {
		frame->has_failed = 1;
		frame->n_failed++;
	}
	failure = signal == sb_dispatch_failed_signal() ? NULL : malloc(sizeof(*failure));
	if (!failure) {
		tell_last_resort(d, signal->name, frame->place, error);
		return;
	}
	*failure = (struct failure){
		.depth = (uint32_t)(frame - d->hot.frames),
		.signal = signal->name,
		.place = frame->place,
		.error = *error,
	};
	*d->failures_end = failure;
	d->failures_end = &failure->next;
}

void
failure_report(struct sb_dispatcher *d, struct sb_frame *frame, int code, const char *format, ...)
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
		tell(d, NULL, NULL, &error, NULL);
		return;
	}
	frames_settle(d);
	report(d, &d->hot.frames[d->hot.depth - 1], &error);
}

/* Takes the first failure of that depth, or of any, off the queue. */
static struct failure *
take(struct sb_dispatcher *d, uint32_t depth, bool any)
{
	struct failure **at = &d->failures, *failure;

	while (*at && !any && (*at)->depth != depth)
		at = &(*at)->next;
	failure = *at;
	if (!failure)
		return NULL;
	*at = failure->next;
	if (!*at)
		d->failures_end = at;
	return failure;
}

void
failures_tell(struct sb_dispatcher *d, const struct sb_frame *frame)
{
	struct failure *failure;

	while ((failure = take(d, (uint32_t)(frame - d->hot.frames), false))) {
		/* Who hears of one failure may forget the sender before the next. */
		void *from = frame->flags & FRAME_GONE ? NULL : frame->from;

		if (d->hot.odd & ODD_DESTROYED)
			tell_last_resort(d, failure->signal, failure->place, &failure->error);
		else
			tell(d, failure->signal, failure->place, &failure->error, from);
		free(failure);
	}
}

void
failures_flush(struct sb_dispatcher *d)
{
	struct failure *failure;

	while ((failure = take(d, 0, true))) {
		tell_last_resort(d, failure->signal, failure->place, &failure->error);
		free(failure);
	}
}
