#ifndef TESTS_DISPATCH_SIGNALS_H
#define TESTS_DISPATCH_SIGNALS_H

/* Signals for the dispatcher's tests; their bodies are in signals.inc. */

#include <signalbox/dispatcher.h>

struct thing {
	int number;
};

#define SIGNALS "dispatch/signals_one.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table signals_one;

#define SIGNALS "dispatch/signals_many.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table signals_many;

#define SIGNALS "dispatch/signals_same.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table signals_same;

#define SIGNALS "dispatch/signals_two.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table signals_two;

#endif
