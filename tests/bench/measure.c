#include "measure.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct {
	const struct measured *measured;
	const char *const *peers;
	bool as_json, has_rows, is_broken;
	const char *title, *unit;
} out;

static double
clock_of(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double
cpu_ns(void)
{
	return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

double
wall_ns(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

double
heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)info.uordblks + (double)info.hblkhd;
}

size_t
measure_rounds(size_t most)
{
	const char *text = getenv("ROUNDS");
	size_t n = text ? strtoul(text, NULL, 10) : most;

	return n && n < most ? n : most;
}

void
measure_begin(const struct measured *measured, bool as_json)
{
	out.measured = measured;
	out.as_json = as_json;
	if (as_json)
		printf("{\"benchmark\": \"%s\", \"rows\": [", measured->name);
}

bool
measure_end(void)
{
	if (out.as_json)
		printf("\n], \"all_limits_hold\": %s}\n", out.is_broken ? "false" : "true");
	else
		printf("\n%s\n", out.is_broken ? "Not each limit holds." : "Each limit holds.");
	return !out.is_broken;
}

static int
peer_width(void)
{
	return out.measured->has_ratios ? 17 : 9;
}

static int
what_width(void)
{
	return out.measured->has_ratios ? 48 : 42;
}

void
measure_peers(const char *const *peers)
{
	out.peers = peers;
}

void
measure_section(const char *title, const char *unit)
{
	out.title = title;
	out.unit = unit;
	if (out.as_json)
		return;
	printf("\n%s\n%-*s %9s %9s %8s%s  %-15s", title, what_width(), unit, "floor", "ours",
		"ratio", out.measured->has_ratios ? " spread" : "", "limit");
	for (size_t k = 0; out.peers[k]; k++)
		printf(" %*s", peer_width(), out.peers[k]);
	printf("\n");
}

void
row_note(struct row *row, const char *side, size_t round, double value)
{
	size_t k = 0;

	while (k < row->n_sides && strcmp(row->names[k], side) != 0)
		k++;
	if (k == MOST_SIDES || round >= MOST_ROUNDS)
		abort();
	if (k == row->n_sides)
		row->n_sides++;
	row->names[k] = side;
	row->values[k][round] = value;
	if (round >= row->n_rounds)
		row->n_rounds = round + 1;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value at k of n parts of the way. */
static double
quantile(const double *values, size_t n_values, size_t k, size_t n)
{
	double sorted[MOST_ROUNDS];

	memcpy(sorted, values, n_values * sizeof(*values));
	qsort(sorted, n_values, sizeof(*sorted), by_value);
	return sorted[n_values * k / n];
}

static double
median(const double *values, size_t n)
{
	return quantile(values, n, 1, 2);
}

static const double *
values_of(const struct row *row, const char *side)
{
	for (size_t k = 0; k < row->n_sides; k++)
		if (!strcmp(row->names[k], side))
			return row->values[k];
	return NULL;
}

/* In the same round: a as a multiple of b, or the difference. */
static double
beside(const struct row *row, const double *a, const double *b, bool as_ratio)
{
	double each[MOST_ROUNDS];

	for (size_t k = 0; k < row->n_rounds; k++)
		each[k] = as_ratio ? a[k] / b[k] : a[k] - b[k];
	return median(each, row->n_rounds);
}

/* How far the quarters of the ratio are apart, as a part of it. */
static double
spread(const struct row *row, const double *a, const double *b)
{
	double each[MOST_ROUNDS];

	for (size_t k = 0; k < row->n_rounds; k++)
		each[k] = a[k] / b[k];
	return (quantile(each, row->n_rounds, 3, 4) - quantile(each, row->n_rounds, 1, 4))
	       / median(each, row->n_rounds);
}

/* What of ours the limit is about. */
static double
limited(const struct row *row, const double *ours, const double *base)
{
	if (row->limit.kind == AT_MOST_TIMES || row->limit.kind == AT_MOST_MORE)
		return beside(row, ours, base, row->limit.kind == AT_MOST_TIMES);
	return median(ours, row->n_rounds);
}

static void
print_json(const struct row *row, const double *base, bool holds)
{
	static const char *const kinds[] = { NULL, "at most", "at most more", "at most times" };

	printf("%s\n{\"section\": \"%s\", \"what\": \"%s\", \"unit\": \"%s\", \"rounds\": %zu",
		out.has_rows ? "," : "", out.title, row->what, out.unit, row->n_rounds);
	if (row->limit.kind != FREE)
		printf(", \"limit\": {\"kind\": \"%s\", \"value\": %g}, \"holds\": %s",
			kinds[row->limit.kind], row->limit.value, holds ? "true" : "false");
	printf(", \"sides\": {");
	for (size_t k = 0; k < row->n_sides; k++) {
		printf("%s\"%s\": {\"value\": %.3f", k ? ", " : "", row->names[k],
			median(row->values[k], row->n_rounds));
		if (base)
			printf(", \"ratio\": %.3f, \"spread\": %.3f",
				beside(row, row->values[k], base, true),
				spread(row, row->values[k], base));
		printf("}");
	}
	printf("}}");
}

static void
print_limit(struct limit limit, bool holds)
{
	char text[32];

	if (limit.kind == FREE) {
		printf("  %-15s", "");
		return;
	}
	(void)snprintf(text, sizeof(text), "%s%g%s %s", limit.kind == AT_MOST_MORE ? "+" : "",
		limit.value, limit.kind == AT_MOST_TIMES ? "x" : "", holds ? "holds" : "MISSED");
	printf("  %-15s", text);
}

static bool
has_column(const char *side)
{
	for (size_t k = 0; out.peers[k]; k++)
		if (!strcmp(side, out.peers[k]))
			return true;
	return !strcmp(side, "ours") || !strcmp(side, "floor");
}

static void
print_peer(const struct row *row, const char *name, const double *base)
{
	const double *values = values_of(row, name);

	if (!values)
		printf(" %*s", peer_width(), "");
	else if (out.measured->has_ratios && base)
		printf(" %10.1f %5.2fx", median(values, row->n_rounds),
			beside(row, values, base, true));
	else
		printf(" %*.1f", peer_width(), median(values, row->n_rounds));
}

static void
print_ratio(const struct row *row, const double *ours, const double *base)
{
	if (base)
		printf(" %7.2fx", beside(row, ours, base, true));
	else
		printf(" %8s", "");
	if (out.measured->has_ratios && base)
		printf(" %5.1f%%", 100 * spread(row, ours, base));
	else if (out.measured->has_ratios)
		printf(" %6s", "");
}

static void
print_line(const struct row *row, const double *ours, const double *base, bool holds)
{
	printf("%-*s", what_width(), row->what);
	if (base)
		printf(" %9.1f", median(base, row->n_rounds));
	else
		printf(" %9s", "");
	printf(" %9.1f", median(ours, row->n_rounds));
	print_ratio(row, ours, base);
	print_limit(row->limit, holds);
	for (size_t k = 0; out.peers[k]; k++)
		print_peer(row, out.peers[k], base);
	for (size_t k = 0; k < row->n_sides; k++)
		if (!has_column(row->names[k]))
			printf("  %s %.1f", row->names[k], median(row->values[k], row->n_rounds));
	printf("\n");
	(void)fflush(stdout);
}

void
row_end(struct row *row)
{
	const double *ours = values_of(row, "ours"), *base = values_of(row, "floor");
	bool holds = row->limit.kind == FREE || limited(row, ours, base) <= row->limit.value;

	if (!holds)
		out.is_broken = true;
	if (out.as_json)
		print_json(row, base, holds);
	else
		print_line(row, ours, base, holds);
	out.has_rows = true;
}

void
row_of_sides(const char *what, struct limit limit, const struct side *sides, size_t n_sides,
	size_t times)
{
	struct row row = { .what = what, .limit = limit };
	size_t n_rounds = measure_rounds(41);

	for (size_t k = 0; k < n_sides; k++)
		sides[k].run(sides[k].self, times);
	for (size_t r = 0; r < n_rounds; r++)
		for (size_t k = 0; k < n_sides; k++) {
			/* Each comes after each other now and then. */
			const struct side *side = &sides[r % 2 ? n_sides - 1 - k : k];
			double start = cpu_ns();

			side->run(side->self, times);
			row_note(&row, side->name, r, (cpu_ns() - start) / (double)times);
		}
	row_end(&row);
}

uint32_t *
order_of(size_t n, bool is_shuffled)
{
	uint32_t *order = malloc(n * sizeof(*order));
	uint64_t seed = 1;

	if (!order)
		abort();
	for (size_t k = 0; k < n; k++)
		order[k] = (uint32_t)k;
	for (size_t k = n; is_shuffled && k > 1; k--) {
		size_t other;
		uint32_t kept = order[k - 1];

		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		other = (size_t)((seed >> 33) % k);
		order[k - 1] = order[other];
		order[other] = kept;
	}
	return order;
}
