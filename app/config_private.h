#ifndef QUOTH_CONFIG_PRIVATE_H
#define QUOTH_CONFIG_PRIVATE_H

/* A configuration while it is read: first its text is scanned, then libconfuse takes the values out
 * of it, each of which is checked, then the whole is. */

#include <confuse.h>

#include "config.h"

enum {
	CONFIG_MOST_BYTES = 256 * 1024,
	CONFIG_MOST_PROBLEMS = 50, /* told of one file */
	CONFIG_MOST_IRCS = 64,
	CONFIG_MOST_VALUES = 256, /* of one list */
	CONFIG_TITLE_CAP = 33, /* with a NUL */
	CONFIG_VALUE_CAP = 1024,
	/* Every section with every option, and those that were too many. */
	CONFIG_MOST_MARKS = 12 * CONFIG_MOST_IRCS + CONFIG_MOST_PROBLEMS,
};

/* Where a section begins, or an option of it stands. */
struct config_mark {
	const char *section; /* "" for options outside of sections */
	char title[CONFIG_TITLE_CAP]; /* or "" */
	const char *option; /* or NULL for the section itself */
	size_t line;
};

struct config_reading {
	const char *path;
	config_problem_fn *problem;
	void *self;
	size_t n_problems;
	bool is_out_of_memory;
	struct config_mark marks[CONFIG_MOST_MARKS];
	size_t n_marks;
};

/* Tells a problem of a line; 0: of the file as a whole. */
SB_PRINTF(3, 4)
void config_tell(struct config_reading *reading, size_t line, const char *format, ...);

/* The first mark of the section, or of the option in it, or NULL. */
const struct config_mark *config_find_mark(const struct config_reading *reading,
	const char *section, const char *title, const char *option);

/* Looks for what libconfuse would stop at or take for something else: whatever is no such option or
 * section, and whatever is there twice, is told, and so is the first mistake in syntax. What is
 * unknown, and comments, become blanks in the text, so that what is left is fit for libconfuse with
 * these options. Marks what it finds. Returns 0, or -EINVAL where the text makes no sense. */
int config_scan(struct config_reading *reading, char *text, const cfg_opt_t *options);

/* The options that there are. */
cfg_opt_t *config_options(void);

/* An empty tree of them for libconfuse to fill. What is wrong with a value is told to the reading
 * that was named last, and the value is taken all the same. NULL when out of memory. */
cfg_t *config_create_tree(struct config_reading *reading);

/* Checks what no single value tells: what is missing, and what does not go together. */
void config_check(struct config_reading *reading, const struct config *config);

/* The only line of a file that nobody else may read, malloc()ed, or NULL, which is told as a
 * problem of the section of that title; or out of memory, which the reading remembers. */
char *config_read_password(struct config_reading *reading, const char *title, const char *path);

#endif
