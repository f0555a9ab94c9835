#ifndef QUOTH_WATCH_H
#define QUOTH_WATCH_H

/* What the program can tell about itself: it watches the dispatcher and the loop, and counts. */

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>

#include "metrics.h"

struct watch;

/* Watches from now on. It borrows d and r, which outlive it. NULL when out of memory. */
struct watch *watch_create(struct sb_dispatcher *d, struct sb_reactor *r);

/* NULL is fine. */
void watch_destroy(struct watch *watch);

/* Fills in what has been counted; the rest of *ret_metrics is left as it is. The lists in it are
 * borrowed until the next turn of the loop. */
void watch_read(const struct watch *watch, struct metrics *ret_metrics);

#endif
