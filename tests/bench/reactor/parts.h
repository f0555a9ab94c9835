#ifndef BENCH_REACTOR_PARTS_H
#define BENCH_REACTOR_PARTS_H

/* The parts of the table. */

void measure_echo(void);
void measure_lines(void);
void measure_stream(void);
void measure_accept(void);
void measure_idle(void);

#endif
