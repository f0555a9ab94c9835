#include "metrics.h"
#include "pages_private.h"

#include <inttypes.h>

/* 10 us to 1 s: a handler that takes longer than the first is worth a look, than the last an
 * accident. */
const int64_t metrics_bounds_ns[METRICS_N_BOUNDS] = { 10000, 100000, 1000000, 10000000, 100000000,
	1000000000 };
static const char *const bounds[METRICS_N_BOUNDS] = { "1e-05", "0.0001", "0.001", "0.01", "0.1",
	"1" };

void
metrics_count(struct metrics_times *times, int64_t ns)
{
	size_t i = 0;

	while (i < METRICS_N_BOUNDS && ns > metrics_bounds_ns[i])
		i++;
	times->n[i]++;
	times->sum_ns += ns;
}

/* The two lines before the samples of a metric. What it means is ours, without \ and line ends. */
static void
begin(struct html *html, const char *name, const char *type, const char *help)
{
	html_format(html, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: \, " and line ends are escaped. */
static void
add_value(struct html *html, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			html_add(html, "\\n");
		else if (*value == '\\' || *value == '"')
			html_format(html, "\\%c", *value);
		else
			html_add_bytes(html, value, 1);
	}
}

/* name{label="value"} n; label NULL: without. */
static void
add_sample(struct html *html, const char *name, const char *label, const char *value, uint64_t n)
{
	html_add(html, name);
	if (label) {
		html_format(html, "{%s=\"", label);
		add_value(html, value);
		html_add(html, "\"}");
	}
	html_format(html, " %" PRIu64 "\n", n);
}

static void
add_seconds(struct html *html, int64_t ns)
{
	html_format(html, "%" PRId64 ".%09" PRId64, ns / 1000000000, ns % 1000000000);
}

/* The labels of a sample of a histogram: signal="..." where there is one, and the bound. */
static void
add_labels(struct html *html, const char *signal, const char *bound)
{
	if (!signal && !bound)
		return;
	html_add(html, "{");
	if (signal) {
		html_add(html, "signal=\"");
		add_value(html, signal);
		html_add(html, bound ? "\"," : "\"");
	}
	if (bound)
		html_format(html, "le=\"%s\"", bound);
	html_add(html, "}");
}

/* Buckets hold what the smaller ones do. */
static void
add_times(
	struct html *html, const char *name, const char *signal, const struct metrics_times *times)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i <= METRICS_N_BOUNDS; i++) {
		n += times->n[i];
		html_format(html, "%s_bucket", name);
		add_labels(html, signal, i < METRICS_N_BOUNDS ? bounds[i] : "+Inf");
		html_format(html, " %" PRIu64 "\n", n);
	}
	html_format(html, "%s_sum", name);
	add_labels(html, signal, NULL);
	html_add(html, " ");
	add_seconds(html, times->sum_ns);
	html_format(html, "\n%s_count", name);
	add_labels(html, signal, NULL);
	html_format(html, " %" PRIu64 "\n", n);
}

static void
add_signals(struct html *html, const struct metrics *metrics)
{
	static const char emitted[] = "quoth_signals_emitted_total";
	static const char handlers[] = "quoth_signal_handler_seconds";
	size_t i;

	begin(html, emitted, "counter", "Signals that were emitted.");
	for (i = 0; i < metrics->n_signals; i++)
		add_sample(html, emitted, "signal", metrics->signals[i].name,
			metrics->signals[i].n_emitted);
	begin(html, handlers, "histogram", "Calls of handlers, by how long they took.");
	for (i = 0; i < metrics->n_signals; i++)
		add_times(html, handlers, metrics->signals[i].name, &metrics->signals[i].handlers);
	begin(html, "quoth_handler_failures_total", "counter", "Failures that handlers told.");
	add_sample(html, "quoth_handler_failures_total", NULL, NULL, metrics->n_failures);
	begin(html, "quoth_loop_lag_seconds", "histogram",
		"How late the loop came to what was due.");
	add_times(html, "quoth_loop_lag_seconds", NULL, &metrics->loop_lag);
}

static void
add_network(struct html *html, const struct metrics *metrics)
{
	static const char *const classes[] = { "1xx", "2xx", "3xx", "4xx", "5xx" };
	size_t i;

	begin(html, "quoth_connections", "gauge", "Connections that are open.");
	for (i = 0; i < metrics->n_kinds; i++)
		add_sample(html, "quoth_connections", "kind", metrics->kinds[i].name,
			metrics->kinds[i].n);
	begin(html, "quoth_irc_reconnects_total", "counter",
		"How often an IRC client that had lost its server tried again.");
	add_sample(html, "quoth_irc_reconnects_total", NULL, NULL, metrics->n_reconnects);
	begin(html, "quoth_http_answers_total", "counter",
		"Answers over HTTP, by class of status.");
	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		add_sample(html, "quoth_http_answers_total", "class", classes[i],
			metrics->n_answers[i]);
}

int
metrics_page(const struct metrics *metrics, struct page *ret_page)
{
	struct html html = { 0 };

	begin(&html, "quoth_info", "gauge", "The program's version.");
	add_sample(&html, "quoth_info", "version", metrics->version, 1);
	begin(&html, "quoth_start_time_seconds", "gauge", "When it started, since 1970 in UTC.");
	add_sample(&html, "quoth_start_time_seconds", NULL, NULL, (uint64_t)metrics->started_s);
	if (metrics->n_quotes >= 0) {
		begin(&html, "quoth_quotes", "gauge", "Quotes that are kept.");
		add_sample(&html, "quoth_quotes", NULL, NULL, (uint64_t)metrics->n_quotes);
	}
	add_signals(&html, metrics);
	add_network(&html, metrics);
	return page_make_once(&html, 200, "text/plain; version=0.0.4; charset=utf-8", ret_page);
}
