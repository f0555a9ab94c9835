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

#endif
