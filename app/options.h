#ifndef QUOTH_OPTIONS_H
#define QUOTH_OPTIONS_H

/* The command line. What Quoth does for how long and where is said by the configuration. */

#include <stdbool.h>
#include <stdio.h>

#include <signalbox/base.h>

/* What the program shall do. */
enum options_task {
	OPTIONS_RUN,
	OPTIONS_CHECK, /* the configuration */
	OPTIONS_IMPORT_FORTUNE, /* the files in args */
	OPTIONS_IMPORT_JSON, /* the files in args */
	OPTIONS_EXPORT,
	OPTIONS_BACKUP, /* to the file in args */
	OPTIONS_SIGNALS,
	OPTIONS_HELP,
	OPTIONS_VERSION,
};

/* The texts are borrowed from argv, or constant. */
struct options {
	enum options_task task;
	const char *config; /* the path of the configuration */
	bool is_demo; /* ports that are taken give way to free ones, and it tells what to try */
	char **args; /* of the task; for imports "-" is standard input */
	size_t n_args;
};

/* Where the configuration is unless it is said. */
#define OPTIONS_DEFAULT_CONFIG "/etc/quoth/quoth.conf"

/* Reads the command line; argv[0] is not looked at, and what follows it is put into another order.
 * Returns 0; or -EINVAL with an error that names the argument and what would be right. */
int options_parse(int argc, char **argv, struct options *ret_options, struct sb_error *ret_error);

/* Writes what --help and --version show. */
void options_print_help(FILE *to);
void options_print_version(FILE *to);

#endif
