/* The metrics: lines as Prometheus reads them. */

#include "app/metrics.h"
#include "kit_cmocka.h"

static void
expect(const struct page *page, const char *text)
{
	if (!strstr(page->text, text))
		print_error("'%s' is not in:\n%s\n", text, page->text);
	assert_non_null(strstr(page->text, text));
}

static void
times_are_counted_by_how_long_they_are(void **state)
{
	struct metrics_times times = { 0 };

	(void)state;
	metrics_count(&times, 0);
	metrics_count(&times, 10000);
	metrics_count(&times, 10001);
	metrics_count(&times, 1000000000);
	metrics_count(&times, 1000000001);
	assert_int_equal(times.n[0], 2);
	assert_int_equal(times.n[1], 1);
	assert_int_equal(times.n[METRICS_N_BOUNDS - 1], 1);
	assert_int_equal(times.n[METRICS_N_BOUNDS], 1);
	assert_int_equal(times.sum_ns, 2000020002);
}

static void
buckets_hold_what_the_smaller_ones_do(void **state)
{
	struct metrics_signal signal = { .name = "irc.joined", .n_emitted = 3 };
	struct metrics metrics = { .version = "1", .signals = &signal, .n_signals = 1 };
	struct page page;

	(void)state;
	metrics_count(&signal.handlers, 5000);
	metrics_count(&signal.handlers, 50000);
	metrics_count(&signal.handlers, 2000000000);
	assert_int_equal(metrics_page(&metrics, &page), 0);
	expect(&page, "\nquoth_signals_emitted_total{signal=\"irc.joined\"} 3\n");
	expect(&page,
		"\nquoth_signal_handler_seconds_bucket{signal=\"irc.joined\",le=\"1e-05\"} 1\n");
	expect(&page, "{signal=\"irc.joined\",le=\"0.0001\"} 2\n");
	expect(&page, "{signal=\"irc.joined\",le=\"1\"} 2\n");
	expect(&page, "{signal=\"irc.joined\",le=\"+Inf\"} 3\n");
	expect(&page, "\nquoth_signal_handler_seconds_sum{signal=\"irc.joined\"} 2.000055000\n");
	expect(&page, "\nquoth_signal_handler_seconds_count{signal=\"irc.joined\"} 3\n");
	expect(&page, "\nquoth_loop_lag_seconds_bucket{le=\"+Inf\"} 0\n");
	expect(&page, "\nquoth_loop_lag_seconds_sum 0.000000000\n");
	page_finish(&page);
}

static void
the_value_of_a_label_is_escaped(void **state)
{
	struct metrics metrics = { .version = "a\\b\"c\nd" };
	struct page page;

	(void)state;
	assert_int_equal(metrics_page(&metrics, &page), 0);
	expect(&page, "\nquoth_info{version=\"a\\\\b\\\"c\\nd\"} 1\n");
	page_finish(&page);
}

static void
the_program_counts_its_connections_and_answers(void **state)
{
	const struct metrics_kind kinds[] = { { "irc", 2 }, { "http", 3 } };
	struct metrics metrics = { .version = "1",
		.started_s = 1795262400,
		.kinds = kinds,
		.n_kinds = 2,
		.n_reconnects = 4,
		.n_failures = 5,
		.n_quotes = 6,
		.n_answers = { 0, 7, 0, 8, 0 } };
	struct page page;

	(void)state;
	assert_int_equal(metrics_page(&metrics, &page), 0);
	assert_string_equal(page.type, "text/plain; version=0.0.4; charset=utf-8");
	expect(&page, "\nquoth_connections{kind=\"irc\"} 2\nquoth_connections{kind=\"http\"} 3\n");
	expect(&page, "\nquoth_irc_reconnects_total 4\n");
	expect(&page, "\nquoth_handler_failures_total 5\n");
	expect(&page, "\nquoth_quotes 6\n");
	expect(&page, "\nquoth_start_time_seconds 1795262400\n");
	expect(&page, "\nquoth_http_answers_total{class=\"2xx\"} 7\n");
	expect(&page, "\nquoth_http_answers_total{class=\"4xx\"} 8\n");
	page_finish(&page);
}

/* The name of the metric that a line of the document begins with, and its length. */
static size_t
name_len(const char *line)
{
	return strcspn(line, "{ \n");
}

static void
each_metric_is_introduced_once_and_stands_together(void **state)
{
	struct metrics_signal signals[] = { { .name = "a.b" }, { .name = "c.d" } };
	const struct metrics_kind kind = { "irc", 2 };
	struct metrics metrics = {
		.version = "1", .signals = signals, .n_signals = 2, .kinds = &kind, .n_kinds = 1
	};
	const char *at, *introduced = "";
	char names[2048] = " ", name[64];
	struct page page;

	(void)state;
	assert_int_equal(metrics_page(&metrics, &page), 0);
	assert_int_equal(page.text[page.len - 1], '\n');
	for (at = page.text; *at; at += strcspn(at, "\n") + 1) {
		if (!strncmp(at, "# HELP ", 7)) {
			introduced = at + 7;
			(void)snprintf(name, sizeof(name), " %.*s ", (int)name_len(introduced),
				introduced);
			assert_null(strstr(names, name));
			(void)snprintf(
				names + strlen(names), sizeof(names) - strlen(names), "%s", name);
		} else if (!strncmp(at, "# TYPE ", 7)) {
			assert_memory_equal(at + 7, introduced, name_len(introduced) + 1);
		} else {
			assert_memory_equal(at, introduced, name_len(introduced));
		}
	}
	page_finish(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_counted_by_how_long_they_are),
		cmocka_unit_test(buckets_hold_what_the_smaller_ones_do),
		cmocka_unit_test(the_value_of_a_label_is_escaped),
		cmocka_unit_test(the_program_counts_its_connections_and_answers),
		cmocka_unit_test(each_metric_is_introduced_once_and_stands_together),
	};

	return kit_run(tests);
}
