#ifndef BENCH_DISPATCH_PARTS_H
#define BENCH_DISPATCH_PARTS_H

/* The parts of the table. */

#include "bench/measure.h"
#include "ours.h"

extern struct counter *counters; /* MANY */

enum { MANY = 1000000 };

void measure_emissions(void);
void measure_senders(void);
void measure_safety(void);
void measure_connections(void);
void measure_later(void);

#endif
