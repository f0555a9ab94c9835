#ifndef TESTS_REACTOR_VALGRIND_H
#define TESTS_REACTOR_VALGRIND_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whether the test runs under valgrind. It takes its time, and plays the limit of descriptors itself: it
 * lets the system accept, closes what came, and says that there was no descriptor. So whoever waits to be
 * accepted is lost, unlike in reality. */
static inline bool
is_under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

#endif
