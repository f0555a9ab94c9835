#ifndef DISPATCH_TRACE_H
#define DISPATCH_TRACE_H

#include <signalbox/trace.h>

#include "trace_line.h"

/* trace_patterns.c: a list of patterns becomes a text of them, each with its NUL, and an empty one
 * at the end; its owner frees it. Returns 0; -EINVAL with why; -ENOMEM. */
int sb_trace_patterns_parse(const struct sb_dispatcher *d, const char *list, char **ret_patterns,
	struct sb_error *ret_error);
bool sb_trace_patterns_match(const char *patterns, const char *name);

/* trace_left.c: prints what a dispatcher still has. */
void sb_trace_left(const struct sb_dispatcher *d, struct trace_line *line, FILE *file);

#endif
