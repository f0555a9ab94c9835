#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

/* Figures of several sides that take turns, round by round, so that what disturbs the machine
 * disturbs all of them: medians, with the quarters beside them, and ratios within a round. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_ROUNDS = 101, MOST_SIDES = 4 };

/* What one thing costs each side; side 0 is the floor, side 1 ours. */
struct figure {
	const char *what;
	double limit; /* times the floor; 0: none */
	double values[MOST_SIDES][MOST_ROUNDS];
};

struct figures {
	bool as_json, has_rows, is_broken;
	size_t n_rounds, n_sides;
	const char *sides[MOST_SIDES];
};

static inline double
clock_ns(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline uint64_t
next_random(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return state >> 33;
}

static inline int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which that part of them lies. */
static inline double
part_of(const double *values, size_t n, double part)
{
	double sorted[MOST_ROUNDS];

	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), by_value);
	return sorted[(size_t)((double)(n - 1) * part + 0.5)];
}

static inline double
ratio_of(const struct figures *all, const struct figure *figure, size_t side)
{
	double ratios[MOST_ROUNDS];
	size_t i;

	for (i = 0; i < all->n_rounds; i++)
		ratios[i] = figure->values[side][i] / figure->values[0][i];
	return part_of(ratios, all->n_rounds, 0.5);
}

/* argv: --json; the environment's ROUNDS. */
static inline void
figures_begin(struct figures *all, const char *benchmark, int argc, char **argv, size_t n_rounds)
{
	const char *rounds = getenv("ROUNDS");

	all->as_json = argc > 1 && !strcmp(argv[1], "--json");
	all->n_rounds = rounds ? strtoul(rounds, NULL, 10) : n_rounds;
	if (all->n_rounds < 1 || all->n_rounds > MOST_ROUNDS)
		all->n_rounds = n_rounds;
	if (all->as_json)
		printf("{\"benchmark\": \"%s\", \"rows\": [", benchmark);
}

static inline void
print_json(const struct figures *all, const struct figure *figure)
{
	size_t i;

	printf("%s\n{\"what\": \"%s\", \"limit\": %g", all->has_rows ? "," : "", figure->what,
		figure->limit);
	for (i = 0; i < all->n_sides; i++)
		printf(", \"%s\": %.2f, \"%s_ratio\": %.3f", all->sides[i],
			part_of(figure->values[i], all->n_rounds, 0.5), all->sides[i],
			ratio_of(all, figure, i));
	printf("}");
}

static inline void
print_row(const struct figures *all, const struct figure *figure)
{
	size_t i;

	if (!all->has_rows) {
		printf("%-44s", "ns each, and times the floor");
		for (i = 0; i < all->n_sides; i++)
			printf(" %14s", all->sides[i]);
		printf("   limit\n");
	}
	printf("%-44s", figure->what);
	for (i = 0; i < all->n_sides; i++)
		printf(" %8.1f %5.2f", part_of(figure->values[i], all->n_rounds, 0.5),
			ratio_of(all, figure, i));
	printf("   ");
	if (figure->limit > 0)
		printf("%.2f", figure->limit);
	printf("   (ours %.1f to %.1f)\n", part_of(figure->values[1], all->n_rounds, 0.25),
		part_of(figure->values[1], all->n_rounds, 0.75));
}

static inline void
figure_print(struct figures *all, const struct figure *figure)
{
	if (all->as_json)
		print_json(all, figure);
	else
		print_row(all, figure);
	all->has_rows = true;
	if (figure->limit > 0 && ratio_of(all, figure, 1) > figure->limit)
		all->is_broken = true;
}

static inline int
figures_end(const struct figures *all)
{
	if (all->as_json)
		printf("\n], \"all_limits_hold\": %s}\n", all->is_broken ? "false" : "true");
	else
		printf("\n%s\n", all->is_broken ? "Not each limit holds." : "Each limit holds.");
	return all->is_broken;
}

#endif
