#include "private.h"

struct record {
	const struct sb_signal *signal;
	void *payload; /* a copy */
};

struct sb_probe {
	struct sb_dispatcher *d;
	struct record *records;
	size_t n, cap;
	size_t next; /* the first that was not expected yet */
	bool is_lost; /* memory ran out, a signal is missing */
};

enum { PROBE_PRIORITY = 32767 };

static void
record(struct sb_probe *probe, const struct sb_signal *signal, const void *payload)
{
	struct record record = { signal, NULL };

	if (probe->n == probe->cap) {
		size_t cap = probe->cap ? 2 * probe->cap : 16;
		struct record *records = realloc(probe->records, cap * sizeof(*records));

		if (!records) {
			probe->is_lost = true;
			return;
		}
		probe->records = records;
		probe->cap = cap;
	}
	record.payload = sb_signal_copy(signal, payload);
	if (!record.payload)
		probe->is_lost = true;
	else
		probe->records[probe->n++] = record;
}

static void
on_signal(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)from;
	sb_kit_own(1);
	record(self, signal, payload);
	sb_kit_own(-1);
}

/* ---- Reports ---- */

/* Everything recorded, what was expected already and what comes next marked. */
static void
add_records(const struct sb_probe *probe, struct text *report)
{
	size_t i;

	(void)sb_kit_text_addf(report, probe->n ? "Recorded (+ expected before, > the next):\n"
						: "Nothing was recorded.\n");
	for (i = 0; i < probe->n; i++) {
		char mark = i < probe->next ? '+' : i == probe->next ? '>' : ' ';

		(void)sb_kit_text_addf(report, "  %c ", mark);
		(void)sb_kit_text_add_signal(
			report, probe->records[i].signal, probe->records[i].payload);
		(void)sb_kit_text_addf(report, "\n");
	}
}

static enum match
tell_wrong(enum match match, const char *expected, const struct text *why, struct text *report)
{
	(void)sb_kit_text_addf(
		report, "cannot expect this signal:\n    %s\n%s\n", expected, text_of(why));
	return match;
}

/* Whether this could be expected at all: a slip of the pen in what must not come would hide. */
static enum match
try_expectation(const struct sb_probe *probe, const char *expected, struct text *report)
{
	char *name = strndup(expected, strcspn(expected, " "));
	const struct sb_signal *signal = name ? sb_find(probe->d, name) : NULL;
	void *blank = signal ? calloc(1, signal->size) : NULL;
	struct text why = { 0 };
	enum match match = MATCH_WRONG;

	free(name);
	if (!name || (signal && !blank))
		return MATCH_NO_MEMORY;
	if (signal)
		match = sb_kit_expectation_match(expected, signal, blank, &why);
	else
		(void)sb_kit_text_addf(&why, "the dispatcher knows no signal of that name");
	if (match == MATCH_WRONG)
		(void)tell_wrong(match, expected, &why, report);
	free(blank);
	sb_kit_text_finish(&why);
	return match == MATCH_NO ? MATCH_YES : match;
}

static enum match
check_expectation(const struct sb_probe *probe, const char *expected, struct text *report)
{
	enum match match;

	sb_kit_own(1);
	match = try_expectation(probe, expected, report);
	sb_kit_own(-1);
	return match;
}

enum match
sb_kit_probe_expect(struct sb_probe *probe, const char *expected, struct text *report)
{
	const struct record *record = probe->next < probe->n ? &probe->records[probe->next] : NULL;
	struct text why = { 0 };
	enum match match = MATCH_NO;

	if (probe->is_lost)
		return MATCH_NO_MEMORY;
	if (record)
		match = sb_kit_expectation_match(expected, record->signal, record->payload, &why);
	if (match == MATCH_YES) {
		probe->next++;
	} else if (match == MATCH_WRONG) {
		(void)tell_wrong(match, expected, &why, report);
	} else {
		(void)sb_kit_text_addf(report, "expected the signal\n    %s\nbut %s", expected,
			record ? "the next is\n    " : "no other came\n");
		if (record) {
			(void)sb_kit_text_add_signal(report, record->signal, record->payload);
			(void)sb_kit_text_addf(report, "\n(%s)\n", text_of(&why));
		}
		add_records(probe, report);
	}
	sb_kit_text_finish(&why);
	return match;
}

enum match
sb_kit_probe_skip(struct sb_probe *probe, const char *expected, struct text *report)
{
	enum match checked = check_expectation(probe, expected, report);

	if (checked != MATCH_YES)
		return checked;
	while (probe->next < probe->n) {
		const struct record *record = &probe->records[probe->next];
		struct text why = { 0 };
		enum match match =
			sb_kit_expectation_match(expected, record->signal, record->payload, &why);

		if (match == MATCH_WRONG)
			(void)tell_wrong(match, expected, &why, report);
		sb_kit_text_finish(&why);
		if (match == MATCH_NO)
			return MATCH_YES;
		if (match != MATCH_YES)
			return match;
		probe->next++;
	}
	return MATCH_YES;
}

const struct sb_signal *
sb_kit_probe_next(const struct sb_probe *probe, const void **ret_payload)
{
	if (probe->next == probe->n)
		return NULL;
	*ret_payload = probe->records[probe->next].payload;
	return probe->records[probe->next].signal;
}

bool
sb_kit_probe_is_done(const struct sb_probe *probe, struct text *report)
{
	if (probe->is_lost)
		report->is_lost = true;
	else if (probe->next == probe->n)
		return true;
	(void)sb_kit_text_addf(report, "a signal came that was not expected\n");
	add_records(probe, report);
	return false;
}

/* ---- Public ---- */

struct sb_probe *
sb_probe_create_(const char *place, struct sb_dispatcher *d, const char *pattern, void *from)
{
	struct sb_options options = { .priority = PROBE_PRIORITY };
	struct sb_probe *probe = sb_kit_alloc(place, 1, sizeof(*probe));
	struct sb_connection connection;

	probe->d = d;
	sb_kit_own(1);
	connection = sb_pattern_connect(d, pattern, from, options, on_signal, place, probe);
	sb_kit_own(-1);
	if (!connection.serial) {
		free(probe);
		sb_kit_fail_no_memory(place);
	}
	return probe;
}

void
sb_probe_destroy(struct sb_probe *probe)
{
	if (!probe)
		return;
	(void)sb_forget(probe->d, probe);
	sb_probe_clear(probe);
	free(probe->records);
	free(probe);
}

const void *
sb_probe_expect_(const char *place, struct sb_probe *probe, const char *expected)
{
	struct text report = { 0 };

	switch (sb_kit_probe_expect(probe, expected, &report)) {
	case MATCH_YES:
		return probe->records[probe->next - 1].payload;
	case MATCH_NO_MEMORY:
		sb_kit_text_finish(&report);
		sb_kit_fail_no_memory(place);
	case MATCH_NO:
	case MATCH_WRONG:
		break;
	}
	sb_kit_fail(place, &report);
}

/* Whether this record is the one; does not return for what cannot be expected. */
static bool
record_is(const char *place, const struct record *record, const char *expected)
{
	struct text why = { 0 }, report = { 0 };
	enum match match =
		sb_kit_expectation_match(expected, record->signal, record->payload, &why);

	if (match == MATCH_WRONG)
		(void)tell_wrong(match, expected, &why, &report);
	sb_kit_text_finish(&why);
	if (match == MATCH_WRONG)
		sb_kit_fail(place, &report);
	if (match == MATCH_NO_MEMORY)
		sb_kit_fail_no_memory(place);
	return match == MATCH_YES;
}

const void *
sb_probe_seek_(const char *place, struct sb_probe *probe, const char *expected)
{
	struct text report = { 0 };
	size_t i;

	if (probe->is_lost)
		sb_kit_fail_no_memory(place);
	for (i = probe->next; i < probe->n; i++) {
		if (!record_is(place, &probe->records[i], expected))
			continue;
		probe->next = i + 1;
		return probe->records[i].payload;
	}
	(void)sb_kit_text_addf(&report,
		"expected the signal\n    %s\nsooner or later, but it did not come\n", expected);
	add_records(probe, &report);
	sb_kit_fail(place, &report);
}

void
sb_probe_expect_none_(const char *place, struct sb_probe *probe)
{
	struct text report = { 0 };

	if (!sb_kit_probe_is_done(probe, &report))
		sb_kit_fail(place, &report);
}

size_t
sb_probe_count_(const char *place, const struct sb_probe *probe, const char *expected)
{
	struct text report = { 0 };
	enum match checked;
	size_t i, n = 0;

	if (probe->is_lost)
		sb_kit_fail_no_memory(place);
	if (!expected)
		return probe->n;
	checked = check_expectation(probe, expected, &report);
	if (checked == MATCH_NO_MEMORY)
		sb_kit_fail_no_memory(place);
	if (checked == MATCH_WRONG)
		sb_kit_fail(place, &report);
	for (i = 0; i < probe->n; i++)
		n += record_is(place, &probe->records[i], expected);
	return n;
}

void
sb_probe_clear(struct sb_probe *probe)
{
	size_t i;

	for (i = 0; i < probe->n; i++)
		sb_signal_free(probe->records[i].payload);
	probe->n = probe->next = 0;
}
