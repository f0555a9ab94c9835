#ifndef QUOTH_METRICS_H
#define QUOTH_METRICS_H

/* What the program tells about itself: from what was counted to a document in Prometheus' text
 * format, version 0.0.4. Pure. */

#include "pages.h"

/* How often something took how long. */
enum { METRICS_N_BOUNDS = 6 };
extern const int64_t metrics_bounds_ns[METRICS_N_BOUNDS]; /* rising */

struct metrics_times {
	uint64_t n[METRICS_N_BOUNDS
		   + 1]; /* up to the bound, and beyond the one before; the last: longer */
	int64_t sum_ns;
};

/* Counts one more. */
void metrics_count(struct metrics_times *times, int64_t ns);

struct metrics_signal {
	const char *name;
	uint64_t n_emitted;
	struct metrics_times handlers; /* each call of a handler */
};

/* The connections of one kind that are open now. */
struct metrics_kind {
	const char *name; /* "irc", "ircd", "http", "qotd" */
	uint64_t n;
};

/* All is borrowed for the call. Lists hold no name twice. */
struct metrics {
	const char *version; /* of the program */
	int64_t started_s; /* s since 1970 UTC */
	const struct metrics_signal *signals;
	size_t n_signals;
	struct metrics_times loop_lag; /* how late the loop came to what was due */
	const struct metrics_kind *kinds;
	size_t n_kinds;
	uint64_t n_reconnects; /* of IRC clients that lost their server */
	uint64_t n_failures; /* that handlers told */
	int64_t n_quotes; /* of every visibility, without deleted ones; below 0: not known, and not told */
	uint64_t n_answers[5]; /* of HTTP, by class: 1xx to 5xx */
};

/* /metrics. Returns 0, or -ENOMEM, and *ret_page says so too. */
int metrics_page(const struct metrics *metrics, struct page *ret_page);

#endif
