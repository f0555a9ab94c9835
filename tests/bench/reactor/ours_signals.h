#ifndef BENCH_REACTOR_OURS_SIGNALS_H
#define BENCH_REACTOR_OURS_SIGNALS_H

#include <signalbox/stream.h>

#define SIGNALS "bench/reactor/ours_signals.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table ours_signals;

#endif
