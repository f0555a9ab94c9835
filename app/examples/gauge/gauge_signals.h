#ifndef GAUGE_SIGNALS_H
#define GAUGE_SIGNALS_H

struct gauge;

#define SIGNALS "gauge/gauge_signals.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table gauge_signals;

#endif
