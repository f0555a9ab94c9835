#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include <signalbox/dispatch_signals.h>
#include <signalbox/expect.h>
#include <signalbox/later.h>
#include <signalbox/queue.h>

#include "private.h"

/* What was there at the beginning, each in the order in which it was listed. */
struct numbers {
	uint64_t *at;
	size_t n, cap;
};

struct lines {
	char **at;
	size_t n, cap;
};

struct sb_gate {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct numbers connections; /* serials that may be there */
	struct numbers expectations;
	struct numbers descriptors;
	size_t n_waiting[2]; /* signals, by enum sb_later */
	struct lines queues; /* their places */
	struct lines pending; /* in the reactor */
	struct lines failures; /* not expected so far */
	bool is_lost; /* memory ran out, a failure is missing */
};

enum { LINE_CAP = 1024 };

/* ---- Lists ---- */

static void *
grown(void *at, size_t n, size_t *cap, size_t size)
{
	size_t new_cap = *cap ? 2 * *cap : 16;
	void *ptr;

	if (n < *cap)
		return at;
	ptr = realloc(at, new_cap * size);
	if (ptr)
		*cap = new_cap;
	return ptr;
}

static int
numbers_add(struct numbers *numbers, uint64_t number)
{
	uint64_t *at = grown(numbers->at, numbers->n, &numbers->cap, sizeof(*at));

	if (!at)
		return -ENOMEM;
	numbers->at = at;
	at[numbers->n++] = number;
	return 0;
}

static bool
numbers_have(const struct numbers *numbers, uint64_t number)
{
	size_t i;

	for (i = 0; i < numbers->n; i++) {
		if (numbers->at[i] == number)
			return true;
	}
	return false;
}

/* Takes ownership of the line, also when it fails. */
static int
lines_add(struct lines *lines, char *line)
{
	char **at = line ? grown(lines->at, lines->n, &lines->cap, sizeof(*at)) : NULL;

	if (!at) {
		free(line);
		return -ENOMEM;
	}
	lines->at = at;
	at[lines->n++] = line;
	return 0;
}

static void
lines_remove(struct lines *lines, size_t i)
{
	free(lines->at[i]);
	lines->n--;
	memmove(lines->at + i, lines->at + i + 1, (lines->n - i) * sizeof(*lines->at));
}

/* Takes one such line away, if there is one. */
static bool
lines_take(struct lines *lines, const char *line)
{
	size_t i;

	for (i = 0; i < lines->n; i++) {
		if (strcmp(lines->at[i], line) != 0)
			continue;
		lines_remove(lines, i);
		return true;
	}
	return false;
}

static void
lines_finish(struct lines *lines)
{
	while (lines->n)
		lines_remove(lines, lines->n - 1);
	free(lines->at);
}

static void
gate_free(struct sb_gate *gate)
{
	free(gate->connections.at);
	free(gate->expectations.at);
	free(gate->descriptors.at);
	lines_finish(&gate->queues);
	lines_finish(&gate->pending);
	lines_finish(&gate->failures);
	free(gate);
}

/* ---- What there is ---- */

/* Calls fn for each open descriptor of the process but its own. Returns 0 or a negative errno. */
static int
each_descriptor(int (*fn)(void *self, int descriptor), void *self)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int error = 0;

	if (!dir)
		return -errno;
	while (!error && (entry = readdir(dir))) {
		char *end;
		long number = strtol(entry->d_name, &end, 10);

		if (end != entry->d_name && !*end && number != dirfd(dir))
			error = fn(self, (int)number);
	}
	(void)closedir(dir);
	return error;
}

static int
note_descriptor(void *self, int descriptor)
{
	struct sb_gate *gate = self;

	return numbers_add(&gate->descriptors, (uint64_t)descriptor);
}

static int
note_connections(struct sb_gate *gate)
{
	struct sb_connection_info info;
	size_t cursor = 0;
	int error = 0;

	while (gate->d && !error && sb_connection_next(gate->d, &cursor, &info))
		error = numbers_add(&gate->connections, info.connection.serial);
	return error;
}

static int
note_waiting(struct sb_gate *gate)
{
	struct sb_expectation_info info;
	struct sb_queue_counts counts;
	const char *place;
	size_t cursor = 0;
	int error = 0;

	if (!gate->d)
		return 0;
	gate->n_waiting[SB_DEFERRED] = sb_later_counts(gate->d, SB_DEFERRED).n_waiting;
	gate->n_waiting[SB_POSTED] = sb_later_counts(gate->d, SB_POSTED).n_waiting;
	while (!error && sb_expectation_next(gate->d, &cursor, &info))
		error = numbers_add(&gate->expectations, info.expectation.serial);
	cursor = 0;
	while (!error && sb_queue_next(gate->d, &cursor, &place, &counts))
		error = lines_add(&gate->queues, strdup(place));
	return error;
}

static int
note_pending(struct sb_gate *gate)
{
	char line[LINE_CAP];
	size_t cursor = 0;
	int error = 0;

	while (gate->r && !error && sb_reactor_pending_next(gate->r, &cursor, line, sizeof(line)))
		error = lines_add(&gate->pending, strdup(line));
	return error;
}

static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	struct sb_gate *gate = self;
	struct text line = { 0 };

	(void)from;
	sb_kit_own(1);
	if (sb_kit_text_add_signal(&line, sb_dispatch_failed_signal(), e)
		|| lines_add(&gate->failures, line.ptr))
		gate->is_lost = true;
	sb_kit_own(-1);
}

/* ---- What is left ---- */

/* A descriptor that is left goes into the report that is given. */
struct left {
	const struct sb_gate *gate;
	struct text *report;
};

static int
tell_descriptor(void *self, int descriptor)
{
	struct left *left = self;
	char path[64], target[256];
	ssize_t len;

	if (numbers_have(&left->gate->descriptors, (uint64_t)descriptor))
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	len = readlink(path, target, sizeof(target));
	return sb_kit_text_addf(left->report, "    descriptor %d, %.*s\n", descriptor,
		len > 0 ? (int)len : 1, len > 0 ? target : "?");
}

static const char *
sender_name(const struct sb_dispatcher *d, const void *sender)
{
	const char *label;

	if (sender == SB_ANY)
		return "anyone";
	if (sender == SB_ANONYMOUS)
		return "nobody";
	label = sb_label_of(d, sender);
	return label ? label : "one sender";
}

static void
tell_connections(const struct sb_gate *gate, struct text *report)
{
	struct sb_connection_info info;
	size_t cursor = 0;

	while (sb_connection_next(gate->d, &cursor, &info)) {
		if (!numbers_have(&gate->connections, info.connection.serial))
			(void)sb_kit_text_addf(report, "    connection to %s from %s: %s\n",
				info.name, sender_name(gate->d, info.sender), info.place);
	}
}

static void
tell_later(const struct sb_gate *gate, enum sb_later which, struct text *report)
{
	size_t n = sb_later_counts(gate->d, which).n_waiting, n_before = gate->n_waiting[which];

	if (n > n_before)
		(void)sb_kit_text_addf(report, "    %zu signal%s %s and not delivered\n",
			n - n_before, n - n_before == 1 ? "" : "s",
			which == SB_DEFERRED ? "deferred" : "posted");
}

static void
tell_expectations(const struct sb_gate *gate, struct text *report)
{
	struct sb_expectation_info info;
	size_t cursor = 0;

	while (sb_expectation_next(gate->d, &cursor, &info)) {
		if (!numbers_have(&gate->expectations, info.expectation.serial))
			(void)sb_kit_text_addf(report, "    expectation of %zu signal%s: %s\n",
				info.n, info.n == 1 ? "" : "s", info.place);
	}
}

static void
tell_queues(struct sb_gate *gate, struct text *report)
{
	struct sb_queue_counts counts;
	const char *place;
	size_t cursor = 0;

	while (sb_queue_next(gate->d, &cursor, &place, &counts)) {
		if (!lines_take(&gate->queues, place))
			(void)sb_kit_text_addf(report, "    queue with %zu waiting%s%s: %s\n",
				counts.n_waiting, counts.is_handling ? ", one not done" : "",
				counts.is_closed ? ", closed" : "", place);
	}
}

/* Returns whether nothing is left. */
static bool
tell_pending(struct sb_gate *gate, struct text *report)
{
	char line[LINE_CAP];
	size_t cursor = 0, len = report->len;

	while (gate->r && sb_reactor_pending_next(gate->r, &cursor, line, sizeof(line))) {
		if (!lines_take(&gate->pending, line))
			(void)sb_kit_text_addf(report, "    %s\n", line);
	}
	return report->len == len && !report->is_lost;
}

static void
tell_failures(const struct sb_gate *gate, struct text *report)
{
	size_t i;

	for (i = 0; i < gate->failures.n; i++)
		(void)sb_kit_text_addf(report, "    %s\n", gate->failures.at[i]);
	if (gate->is_lost)
		report->is_lost = true;
}

bool
sb_kit_gate_end(
	struct sb_gate *gate, struct text *report, bool *ret_has_dispatcher, bool *ret_is_idle)
{
	struct text left = { 0 };
	struct left self = { gate, &left };
	bool is_clean;

	*ret_has_dispatcher = gate->d && !sb_unwind(gate->d);
	if (*ret_has_dispatcher) {
		(void)sb_forget(gate->d, gate);
		tell_connections(gate, &left);
		tell_later(gate, SB_DEFERRED, &left);
		tell_later(gate, SB_POSTED, &left);
		tell_expectations(gate, &left);
		tell_queues(gate, &left);
	}
	*ret_is_idle = tell_pending(gate, &left);
	if (each_descriptor(tell_descriptor, &self))
		left.is_lost = true;
	tell_failures(gate, &left);
	is_clean = !left.len && !left.is_lost;
	if (!is_clean)
		(void)sb_kit_text_addf(report, "left at the end of the test:\n%s", text_of(&left));
	report->is_lost |= left.is_lost;
	sb_kit_text_finish(&left);
	gate_free(gate);
	return is_clean;
}

bool
sb_kit_gate_take_failure(struct sb_gate *gate, const char *part, struct text *report)
{
	size_t i;

	for (i = 0; i < gate->failures.n; i++) {
		if (!strstr(gate->failures.at[i], part))
			continue;
		lines_remove(&gate->failures, i);
		return true;
	}
	(void)sb_kit_text_addf(report, "expected a dispatch.failed with\n    %s\nbut %s\n", part,
		gate->failures.n ? "there are only" : "none came");
	tell_failures(gate, report);
	return false;
}

static int
note_all(struct sb_gate *gate, const char *place)
{
	int error = note_connections(gate);

	if (!error)
		error = note_waiting(gate);
	if (!error)
		error = note_pending(gate);
	if (!error)
		error = each_descriptor(note_descriptor, gate);
	if (!error && gate->d
		&& !sb_dispatch_failed_connect(gate->d, SB_ANY, on_failed, place, gate).serial)
		error = -ENOMEM;
	return error;
}

/* ---- Public ---- */

struct sb_gate *
sb_gate_begin_(const char *place, struct sb_dispatcher *d, struct sb_reactor *r)
{
	struct sb_gate *gate = sb_kit_alloc(place, 1, sizeof(*gate));
	int error;

	gate->d = d;
	gate->r = r;
	sb_kit_own(1);
	error = note_all(gate, place);
	sb_kit_own(-1);
	if (error) {
		gate_free(gate);
		sb_testing_fail(place, "a gate could not begin: %s", strerror(-error));
	}
	return gate;
}

void
sb_gate_allow(struct sb_gate *gate, struct sb_connection connection)
{
	if (numbers_add(&gate->connections, connection.serial))
		sb_kit_fail_no_memory(SB_PLACE);
}

void
sb_gate_expect_failure_(const char *place, struct sb_gate *gate, const char *part)
{
	struct text report = { 0 };

	if (!sb_kit_gate_take_failure(gate, part, &report))
		sb_kit_fail(place, &report);
}

bool
sb_gate_end_(const char *place, struct sb_gate *gate)
{
	struct text report = { 0 };
	bool has_dispatcher, is_idle;

	if (!sb_kit_gate_end(gate, &report, &has_dispatcher, &is_idle))
		sb_kit_fail(place, &report);
	return has_dispatcher;
}
