#ifndef DOOR_H
#define DOOR_H

/* A door, which the examples of signals are about. */

#include <stdbool.h>

struct door {
	const char *where;
};

/* Who is asked to open may say yes. */
struct door_answer {
	bool is_welcome;
};

#define SIGNALS "door/door_signals.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table door_signals;

#endif
