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
	CONFIG_MOST_MARKS = 48 * CONFIG_MOST_IRCS + CONFIG_MOST_PROBLEMS,
	CONFIG_MOST_OPTIONS = 48, /* of one section */
	CONFIG_MOST_SECRET = 64 * 1024, /* bytes of a file */
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
	unsigned open_mode; /* the file's, where all may read it; else 0 */
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

/* The line of the option, or else that of its section. */
size_t config_line_of(const struct config_reading *reading, const char *section, const char *title,
	const char *option);

/* The options that there are; those of a section irc. */
cfg_opt_t *config_options(void);
extern cfg_opt_t config_irc_options[];

/* For what takes a value: tells what is wrong with it, of its section and option. */
SB_PRINTF(3, 4)
void config_tell_value(const cfg_t *section, const cfg_opt_t *option, const char *format, ...);

/* Takes a value, as libconfuse wants it: any text; a path; true or false; a number. Returns 0. */
int config_take_text(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value);
int config_take_path(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value);
int config_take_bool(cfg_t *section, cfg_opt_t *option, const char *value, void *ret_value);
int config_take_number(const cfg_t *section, const cfg_opt_t *option, const char *value, long least,
	long most, void *ret_value);

/* An empty tree of them for libconfuse to fill. What is wrong with a value is told to the reading
 * that was named last, and the value is taken all the same. NULL when out of memory. */
cfg_t *config_create_tree(struct config_reading *reading);

/* Taking values out of libconfuse's tree: copies, malloc()ed; out of memory the reading
 * remembers. */
char *config_keep(struct config_reading *reading, const char *text_or_null);
char **config_keep_list(
	struct config_reading *reading, cfg_t *section, const char *name, size_t *ret_n);
void config_take_irc(struct config_reading *reading, cfg_t *section, struct config_irc *irc);
void config_take_ircd(struct config_reading *reading, cfg_t *section, struct config_ircd *ircd);
void config_free_list(char **list, size_t n);
void config_free_secret(char *secret_or_null);
void config_finish_irc(struct config_irc *irc);
void config_finish_ircd(struct config_ircd *ircd);

/* Checks what no single value tells: what is missing, and what does not go together; of a network as a
 * whole only where all values of the file are right. */
void config_check(struct config_reading *reading, const struct config *config);
void config_check_irc(struct config_reading *reading, const struct config *config,
	const struct config_irc *irc, bool has_right_values);
/* The files that a URL or a text of options names, "cert=FILE&key=FILE". */
void config_check_files(
	struct config_reading *reading, size_t line, const char *what, const char *url);

/* Secrets, which stand in files that nobody else may read. Where one cannot be read, that is told as
 * a problem of the option, and the result is NULL; or out of memory, which the reading remembers.
 * config_free_secret() is due. */

/* All of the file, which is text. */
char *config_read_secret(struct config_reading *reading, const char *section, const char *title,
	const char *option, const char *path);

/* Its only line. */
char *config_read_password(
	struct config_reading *reading, const char *title, const char *option, const char *path);

#endif
