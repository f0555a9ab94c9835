#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static const char variable[] = "SIGNALBOX_TRACE";

enum { STEP = 2 }; /* of the indentation */

/* An emission in progress. */
struct open {
	uint64_t number;
	const struct sb_signal *signal;
	bool is_printed; /* a pattern matches it */
	bool is_out; /* its line has been written */
	bool is_call_out; /* that of its call in progress has been */
	unsigned indent;
	const char *place; /* of the call in progress; NULL: none */
	const char *last_place;
	int64_t began_ns; /* the call; less than 0: nobody knew the time */
};

/* A line waits for its end: that of an emission until somebody is called, for perhaps nobody is;
 * that of a call until the call ends, or something begins in it that is printed. So at most one
 * waits, and it is the innermost. */
struct sb_trace {
	struct sb_dispatcher *d;
	FILE *file;
	char *patterns;
	struct open opens[SB_DEPTH_LIMIT + 1];
	unsigned n_opens;
	struct open *waiting; /* whose line it is, or whose call's; NULL: none waits */
	struct trace_line line;
	/* The trace's own time is no handler's. */
	int64_t spent_ns, entered_ns;
	int error; /* errno, which it leaves as it was */
};

static void
enter(struct sb_trace *trace)
{
	trace->error = errno;
	trace->entered_ns = sb_clock_ns(trace->d);
}

static void
leave(struct sb_trace *trace)
{
	trace->spent_ns += sb_clock_ns(trace->d) - trace->entered_ns;
	errno = trace->error;
}

/* What was spent until now outside the trace; -1 where there is no loop, and so no time. */
static int64_t
spent_outside_ns(const struct sb_trace *trace)
{
	void *self;

	return sb_mailbox_loop(trace->d->mailbox, &self) ? trace->entered_ns - trace->spent_ns : -1;
}

static struct open *
innermost(struct sb_trace *trace)
{
	return trace->n_opens ? &trace->opens[trace->n_opens - 1] : NULL;
}

static void
write_line(struct sb_trace *trace)
{
	sb_trace_write(&trace->line, trace->file);
}

static void
write_waiting(struct sb_trace *trace)
{
	struct open *open = trace->waiting;

	if (!open)
		return;
	trace->waiting = NULL;
	if (open->is_out)
		open->is_call_out = true;
	open->is_out = true;
	write_line(trace);
}

/* Beneath the call, or the emission, of the innermost that is printed. */
static unsigned
indent_of(const struct sb_trace *trace)
{
	for (unsigned k = trace->n_opens; k--;) {
		const struct open *open = &trace->opens[k];

		if (open->is_printed)
			return open->indent + (open->place ? 2 * STEP : STEP);
	}
	return 0;
}

/* In which emission it stands, where that is not to be seen. */
static void
put_parent(struct sb_trace *trace, const struct sb_emission *emission)
{
	const struct open *parent = innermost(trace);

	if (!emission->parent || (parent && parent->is_printed))
		return;
	sb_trace_put(&trace->line, TRACE_FAINT, "  in #%" PRIu64, emission->parent);
	if (!parent)
		return;
	sb_trace_put(&trace->line, TRACE_FAINT, " %s", parent->signal->name);
	if (!parent->place)
		return;
	sb_trace_put(&trace->line, TRACE_FAINT, ", ");
	sb_trace_put_place(&trace->line, parent->place);
}

static void
begin_emission(struct sb_trace *trace, const struct sb_emission *emission, struct open *open)
{
	struct trace_line *line = &trace->line;

	write_waiting(trace);
	open->indent = indent_of(trace);
	sb_trace_begin(line, open->indent);
	sb_trace_put(line, TRACE_FAINT, "#%" PRIu64 " ", emission->number);
	sb_trace_put(line, TRACE_SIGNAL, "%s", emission->signal->name);
	sb_trace_put_sender(line, trace->d, emission->signal, emission->from);
	sb_trace_put_payload(line, emission->signal, emission->payload);
	put_parent(trace, emission);
	trace->waiting = open;
}

static void
on_emission_began(void *self, const struct sb_emission *emission)
{
	struct sb_trace *trace = self;
	struct open *open = &trace->opens[trace->n_opens];

	enter(trace);
	*open = (struct open){
		.number = emission->number,
		.signal = emission->signal,
		.is_printed = sb_trace_patterns_match(trace->patterns, emission->signal->name),
	};
	if (open->is_printed)
		begin_emission(trace, emission, open);
	trace->n_opens++;
	leave(trace);
}

/* What came of it, where that is worth a word. */
static void
end_emission(
	struct sb_trace *trace, const struct open *open, int result, const struct sb_result *counts)
{
	struct trace_line *line = &trace->line;
	const char *how = result == -ECANCELED ? "cancelled" : counts->stopped ? "stopped" : NULL;

	if (!open->is_out) {
		sb_trace_put(line, TRACE_FAINT, "  %s", how ? how : "nobody");
		write_waiting(trace);
		return;
	}
	if (!how)
		return;
	sb_trace_begin(line, open->indent);
	sb_trace_put(line, TRACE_FAINT, "#%" PRIu64 " ", open->number);
	sb_trace_put(line, TRACE_SIGNAL, "%s", open->signal->name);
	sb_trace_put(line, TRACE_PROBLEM, " %s", how);
	if (open->last_place) {
		sb_trace_put(line, TRACE_PLAIN, " by ");
		sb_trace_put_place(line, open->last_place);
	}
	write_line(trace);
}

static void
on_emission_ended(
	void *self, const struct sb_emission *emission, int result, const struct sb_result *counts)
{
	struct sb_trace *trace = self;
	struct open *open = innermost(trace);

	(void)emission;
	enter(trace);
	if (open->is_printed)
		end_emission(trace, open, result, counts);
	trace->n_opens--;
	leave(trace);
}

static void
put_kind(struct sb_trace *trace, const struct sb_receiver *receiver)
{
	struct trace_line *line = &trace->line;

	if (receiver->is_pattern) {
		const struct record *record = sb_connection_find(trace->d, receiver->connection);

		/* An observer told before may have ended it. */
		sb_trace_put(line, TRACE_PLAIN, ", by ");
		sb_trace_put_text(
			line, TRACE_PLAIN, record ? record->in.pattern->text : "a pattern");
	} else if (!receiver->connection.serial) {
		sb_trace_put(line, TRACE_PLAIN, ", awaited");
	}
}

static void
on_call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct sb_trace *trace = self;
	struct open *open = innermost(trace);

	(void)emission;
	enter(trace);
	if (open->is_printed) {
		write_waiting(trace);
		open->is_call_out = false;
		sb_trace_begin(&trace->line, open->indent + STEP);
		sb_trace_put_place(&trace->line, receiver->place);
		put_kind(trace, receiver);
		trace->waiting = open;
	}
	open->place = open->last_place = receiver->place;
	open->began_ns = spent_outside_ns(trace);
	leave(trace);
}

static const char *
word_of(enum sb_outcome outcome)
{
	switch (outcome) {
	case SB_RETURNED:
		break;
	case SB_FAILED:
		return "failed";
	case SB_PASSED_OVER:
		return "passed over";
	case SB_LEFT:
		return "never returned";
	}
	return NULL;
}

/* Goes on with its line, or has one more where others stand between. */
static void
end_call(struct sb_trace *trace, struct open *open, enum sb_outcome outcome)
{
	struct trace_line *line = &trace->line;
	const int64_t now_ns = spent_outside_ns(trace);
	const char *word = word_of(outcome);

	if (open->is_call_out) {
		sb_trace_begin(line, open->indent + STEP);
		sb_trace_put_place(line, open->place);
		sb_trace_put(line, TRACE_PLAIN, " ended");
	}
	if (open->began_ns >= 0 && now_ns >= 0 && outcome != SB_PASSED_OVER)
		sb_trace_put_time(line, now_ns - open->began_ns);
	if (word)
		sb_trace_put(line, TRACE_PROBLEM, "  %s", word);
	trace->waiting = NULL;
	write_line(trace);
}

static void
on_call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	struct sb_trace *trace = self;
	struct open *open = innermost(trace);

	(void)emission, (void)receiver;
	enter(trace);
	if (open->is_printed)
		end_call(trace, open, outcome);
	open->place = NULL;
	leave(trace);
}

static void
on_destroyed(void *self, const struct sb_dispatcher *d)
{
	struct sb_trace *trace = self;

	enter(trace);
	write_waiting(trace);
	sb_trace_left(d, &trace->line, trace->file);
	leave(trace);
}

static const struct sb_observer observer = {
	.emission_began = on_emission_began,
	.emission_ended = on_emission_ended,
	.call_began = on_call_began,
	.call_ended = on_call_ended,
	.destroyed = on_destroyed,
};

/* NO_COLOR counts where it is not empty, and a terminal without a name is as one that is dumb. */
static bool
wants_colors(FILE *file)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	const int error = errno, fd = fileno(file);
	const bool is_terminal = fd >= 0 && isatty(fd);

	errno = error;
	return is_terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static void
trace_free(struct sb_trace *trace)
{
	free(trace->patterns);
	free(trace);
}

static int
observe(struct sb_trace *trace, struct sb_error *ret_error)
{
	int error = sb_observe(trace->d, &observer, SB_PLACE, trace);

	if (error == -ECANCELED)
		return sb_error_set(ret_error, error, "the dispatcher is destroyed");
	return error ? sb_error_set(ret_error, error, "out of memory") : 0;
}

int
sb_trace_start(
	struct sb_dispatcher *d, const char *patterns, FILE *file, struct sb_error *ret_error)
{
	struct sb_trace *trace;
	int error;

	sb_assert(patterns && file);
	if (d->trace)
		return sb_error_set(ret_error, -EALREADY, "it is traced already");
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	trace->d = d;
	trace->file = file;
	trace->line.is_colored = wants_colors(file);
	error = sb_trace_patterns_parse(d, patterns, &trace->patterns, ret_error);
	if (!error)
		error = observe(trace, ret_error);
	if (error)
		trace_free(trace);
	else
		d->trace = trace;
	return error;
}

void
sb_trace_stop(struct sb_dispatcher *d)
{
	struct sb_trace *trace = d->trace;

	if (!trace)
		return;
	enter(trace);
	write_waiting(trace);
	(void)sb_unobserve(d, &observer, trace);
	leave(trace);
	d->trace = NULL;
	trace_free(trace);
}

void
sb_trace_free(struct sb_dispatcher *d)
{
	if (d->trace)
		trace_free(d->trace);
}

int
sb_trace_from_environment(struct sb_dispatcher *d, FILE *file, struct sb_error *ret_error)
{
	const char *patterns = getenv(variable);
	struct sb_error why;
	int error;

	if (!patterns || !*patterns)
		return 0;
	error = sb_trace_start(d, patterns, file, &why);
	return error ? sb_error_set(ret_error, error, "%s: %s", variable, why.text) : 0;
}
