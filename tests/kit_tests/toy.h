#ifndef KIT_TESTS_TOY_H
#define KIT_TESTS_TOY_H

/* Signals to test the kit with. Included by one .c file a program, which so defines them. */

#include "kit_tests/failing.h"

struct toy {
	int unused;
};

#define SIGNALS "kit_tests/toy_signals.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table toy_signals;

#define SIGNALS "kit_tests/toy_signals.def"
#define SIGNALS_TABLE toy_signals
#include <signalbox/define_signals.h>

static inline void
toy_says(struct sb_world *world, struct toy *toy, const char *text)
{
	const struct toy_spoke e = { .text = text };

	assert_true(toy_spoke_emit(world->d, toy, &e) >= 0);
}

#endif
