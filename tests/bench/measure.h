#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

/* Rows of figures. Each round takes every side of a row once, one after the other, so that what
 * disturbs the machine disturbs all of them; a figure is the median over the rounds, a ratio the
 * median of the ratios within a round, and its spread what lies between its quarters, as a part of
 * it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps the compiler from seeing through a batch. */
#define BARRIER() __asm__ volatile("" ::: "memory")

enum { MOST_SIDES = 8, MOST_ROUNDS = 101 };

/* What ours may be. */
enum limit_kind {
	FREE,
	AT_MOST, /* that much */
	AT_MOST_MORE, /* than the floor */
	AT_MOST_TIMES, /* the floor */
};

struct limit {
	enum limit_kind kind;
	double value;
};

#define NO_LIMIT ((struct limit){ FREE, 0 })
#define TIMES(n) ((struct limit){ AT_MOST_TIMES, (n) })

/* One way of doing a thing: times times. */
struct side {
	const char *name;
	void (*run)(void *self, size_t times);
	void *self;
};

/* The sides "floor" and "ours" have columns of their own; others are named. */
struct row {
	const char *what;
	struct limit limit;
	size_t n_sides, n_rounds;
	const char *names[MOST_SIDES];
	double values[MOST_SIDES][MOST_ROUNDS];
};

struct measured {
	const char *name;
	bool has_ratios; /* of the peers too, and the spread of ours */
};

/* as_json: for machines. */
void measure_begin(const struct measured *measured, bool as_json);
/* Whether each limit was kept. */
bool measure_end(void);

/* What follows is of this unit. */
void measure_section(const char *title, const char *unit);

/* The sides that have columns of their own from the next section on, up to NULL. */
void measure_peers(const char *const *peers);

/* At most this many rounds, fewer where the environment's ROUNDS says so. */
size_t measure_rounds(size_t most);

double cpu_ns(void); /* of this thread */
double wall_ns(void);
double heap_bytes(void); /* in use */

/* Notes what a side took in a round. */
void row_note(struct row *row, const char *side, size_t round, double value);
/* Prints it. */
void row_end(struct row *row);

/* A whole row: each side runs that many times a round. ns of CPU time each. */
void row_of_sides(const char *what, struct limit limit, const struct side *sides, size_t n_sides,
	size_t times);

/* The numbers below n, in order or shuffled, always in the same way; the caller frees them. */
uint32_t *order_of(size_t n, bool is_shuffled);

#endif
