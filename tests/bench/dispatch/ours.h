#ifndef BENCH_DISPATCH_OURS_H
#define BENCH_DISPATCH_OURS_H

#include <signalbox/dispatcher.h>

#include "dispatch/signals.h"
#include "peers.h"

extern const struct test_alpha payload;

/* Adds the value to its counter. The receiver of ours and of the floors. */
void on_alpha(void *self, struct thing *from, const struct test_alpha *e);

/* A dispatcher that knows the signals; exits where there is no memory. */
struct sb_dispatcher *dispatcher_of_signals(void);

#endif
