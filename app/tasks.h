#ifndef QUOTH_TASKS_H
#define QUOTH_TASKS_H

/* What a run of the program does to the configuration and the quotes instead of serving: checks,
 * imports, exports, copies. Quoth may be running meanwhile, on the same database. */

#include <stdint.h>
#include <stdio.h>

#include "config.h"
#include "options.h"

/* Where it reads and prints. What is wrong goes to err as lines "path:line: why", and so does what
 * was done; out is for what was asked for. Whether that has arrived is for the caller to see. */
struct tasks_io {
	FILE *in, *out, *err;
	int64_t now_s; /* s since 1970 UTC */
};

enum {
	TASKS_DONE = 0,
	TASKS_FAILED = 1, /* or something was skipped */
};

/* Whether a task is one of these. */
bool tasks_has(enum options_task task);

/* Reads the configuration, telling what is wrong with it on err; NULL when it cannot be used. To be
 * destroyed by config_destroy(). */
struct config *tasks_read_config(const char *path, FILE *err);

/* Does it, one of those that tasks_has(), and returns the status to exit with. */
int tasks_run(const struct options *options, const struct tasks_io *io);

#endif
