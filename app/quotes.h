#ifndef QUOTH_QUOTES_H
#define QUOTH_QUOTES_H

/* The kernel: a collection of quotes, read from fortune files. It knows no network and no signals,
 * and neither time nor chance: days and random numbers are given to it.
 *
 * A fortune file is text in UTF-8, its quotes parted by lines that are just "%". Line ends may be
 * \n or \r\n; the last quote needs no separator after it; empty quotes count for nothing. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

struct quotes;

enum {
	QUOTES_MAX_QUOTE = 64 * 1024, /* bytes of one quote in a file */
	QUOTES_MAX_FILE = 64 * 1024 * 1024, /* bytes of a file */
	QUOTES_MAX = 1000000, /* quotes in all */
	QUOTES_MAX_WORDS = 8, /* words that a search looks for */
};

struct quote {
	const char *source; /* the path it was read from; lives as long as the collection */
	size_t n_lines;
	size_t len; /* bytes */
	char text[]; /* UTF-8, no NUL but the last; lines parted by \n, none at the end */
};

/* What could not be read as it should, and what came of it is in `why`: a text for a person. */
struct quotes_problem {
	const char *path; /* as given, and for a file of a folder with its name after it */
	size_t line; /* from 1; 0: the path as a whole */
	const char *why;
};

/* Told once for each problem; what it gets is borrowed for the call. It may not touch the
 * collection. */
typedef void quotes_problem_fn(void *self, const struct quotes_problem *problem);

/* Whether a quote will do, for choosing one. It may not touch the collection. */
typedef bool quotes_fit_fn(void *self, const struct quote *quote);

/* An empty collection, or NULL when out of memory. */
struct quotes *quotes_create(void);

/* quotes may be NULL. */
void quotes_destroy(struct quotes *quotes);

/* Adds the quotes of a file, or of the files of a folder in the order of their names (bytes
 * compare). In a folder, what begins with '.' and the index x.dat of a file x are passed over, and
 * so is x where there is x.u8, the same in UTF-8; a folder in the folder is told as a problem and
 * not entered. Where the index x.dat of a file x, or x.u8, says that its letters are rotated by 13
 * (strfile -x), they are turned back. A file is loaded once, however many names lead to it; again
 * adds nothing.
 *
 * What is wrong with one quote leaves it out, and with one file the file, and is told: no regular
 * file, not readable, an index made by strfile (.dat), longer than the limits above, a quote with a
 * NUL byte, a file without quotes. A quote that is not UTF-8 is read as ISO 8859-1, and told too.
 *
 * Returns how many quotes were added; the negative errno for a path that cannot be opened or is no
 * file and no folder, which is also told; -ENOMEM, which is not. What was added before stays. */
int quotes_load(struct quotes *quotes, const char *path, quotes_problem_fn *problem, void *self);

/* The same from memory: the bytes of a fortune file, under the name that problems and quotes shall
 * bear. Returns how many were added, or -ENOMEM. */
int quotes_read(struct quotes *quotes, const char *name, struct sb_bytes bytes,
	quotes_problem_fn *problem, void *self);

/* How many there are: they are numbered from 1 to this, in the order of loading. */
size_t quotes_n(const struct quotes *quotes);

/* The quote of that number, or NULL when there is none. Lives as long as the collection. */
const struct quote *quotes_at(const struct quotes *quotes, size_t number);

/* Finds the quotes that hold every word, in any order, also within other words; letters of ASCII
 * are the same in both cases, other characters must be alike. Words are parted by spaces and tabs,
 * and only the first QUOTES_MAX_WORDS count; without a word nothing is found. One of those found is
 * chosen as quotes_choose() chooses, and *ret_number is its number, or 0 when there is none.
 * Returns how many were found. */
size_t quotes_search(const struct quotes *quotes, const char *words, uint64_t random,
	quotes_fit_fn *fits, void *self, size_t *ret_number);

/* Chooses one of the quotes by a random number: the same one for the same number, each as likely as
 * the others. Only those that fit are taken, where there are any. fits NULL: all do.
 * Returns its number, or 0 when there are no quotes. */
size_t quotes_choose(const struct quotes *quotes, uint64_t random, quotes_fit_fn *fits, void *self);

/* The quote of a day, in days since 1970-01-01 (before it: negative): the same all that day,
 * another the next; each comes before one comes again. Only quotes that fit are taken, where there
 * are any. Returns its number, or 0 when there are no quotes. */
size_t quotes_of_day(const struct quotes *quotes, int64_t day, quotes_fit_fn *fits, void *self);

#endif
