#ifndef QUOTH_OPTIONS_H
#define QUOTH_OPTIONS_H

/* The command line. */

#include <stdbool.h>
#include <stdio.h>

#include <signalbox/base.h>

/* What the program shall do. */
enum options_task {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_SIGNALS,
};

/* An IRC network to be on. */
struct options_network {
	char *url; /* without the channels */
	char **channels;
	size_t n_channels;
};

/* The texts that are `const char *` are borrowed from argv, or constant. */
struct options {
	enum options_task task;
	struct options_network *networks;
	size_t n_networks;
	const char *nick;
	const char *qotd; /* where to listen, or NULL */
	const char *ircd; /* where to listen, or NULL */
	bool ircd_may_move, qotd_may_move; /* to a free port, where that one is taken */
	bool is_demo; /* the bot is on the embedded server too */
	const char **quotes; /* files or folders */
	size_t n_quotes;
};

/* Where quotes are taken from unless it is said. */
#define OPTIONS_DEFAULT_QUOTES "/usr/share/games/fortunes"

/* The channel of the demonstration. */
#define OPTIONS_DEMO_CHANNEL "#signalbox"

/* Reads the command line; argv[0] is not looked at. Not in two threads at once, since getopt keeps
 * its state in the process.
 * Returns 0, and options_finish() is due; -EINVAL with an error that names the argument and what
 * would be right, also when there would be nothing to do; -ENOMEM. */
int options_parse(int argc, char **argv, struct options *ret_options, struct sb_error *ret_error);

/* Frees what they own. Zeroed ones are fine. */
void options_finish(struct options *options);

/* Writes what --help and --version show. */
void options_print_help(FILE *to);
void options_print_version(FILE *to);

#endif
