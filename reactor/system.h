#ifndef SIGNALBOX_SYSTEM_H
#define SIGNALBOX_SYSTEM_H

/* The system's clocks and its chance, as their namesakes in struct backend; and its descriptors. */

#include <stdbool.h>
#include <stdint.h>

int64_t sb_system_now_ns(void *back);
int64_t sb_system_wall_ns(void *back);
uint64_t sb_system_random(void *back);

/* Whether one more descriptor can be had; else errno says why. */
bool sb_system_has_descriptors(void);

/* A descriptor that can be read when the wall clock has been stepped, or a negative errno. */
int sb_system_watch_wall(void);

/* How long a wait is while nothing tells of such steps. */
#define SB_SYSTEM_UNWATCHED_NS (INT64_C(1000000000))

/* Takes note of the step, so that the descriptor can be read only after the next. */
void sb_system_note_wall(int fd);

#endif
