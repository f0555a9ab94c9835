#ifndef PORTER_SIGNALS_H
#define PORTER_SIGNALS_H

struct porter;

#define SIGNALS "porter/porter_signals.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table porter_signals;

#endif
