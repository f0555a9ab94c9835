#ifndef QUOTH_LOG_H
#define QUOTH_LOG_H

/* The lines that the program's parts tell whoever runs it. The parts tell, main() prints. */

#include <signalbox/base.h>

/* Gets one line, without a newline, fit to be shown (text_clean()); borrowed for the call. */
typedef void log_fn(void *self, const char *line);

struct log {
	log_fn *fn;
	void *self;
};

/* A line made as by printf, cleaned, and cut where it is too long. */
SB_PRINTF(2, 3)
void log_say(const struct log *log, const char *format, ...);

#endif
