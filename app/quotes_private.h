#ifndef QUOTH_QUOTES_PRIVATE_H
#define QUOTH_QUOTES_PRIVATE_H

/* What quotes.c (the collection), quotes_search.c (its words), quotes_read.c (a file's bytes) and
 * quotes_load.c (files and folders) share. */

#include "quotes.h"

#include <limits.h>
#include <sys/types.h>

/* A file or a piece of memory that was read: keeps the name that its quotes point to. */
struct source {
	struct source *next;
	bool is_file;
	dev_t device; /* of a file, to know it again */
	ino_t inode;
	char name[];
};

struct item {
	struct quote *quote;
	size_t folded_at; /* where its folded text begins, as long as the quote's */
};

struct quotes {
	struct item *items;
	size_t n, cap;
	/* The texts of all quotes in small letters, a NUL after each, for searching. */
	char *folded;
	size_t folded_len, folded_cap;
	size_t n_bytes[UCHAR_MAX + 1]; /* how often each byte stands there */
	struct source *sources;
};

/* Who is told of problems. */
struct teller {
	quotes_problem_fn *fn;
	void *self;
	const char *path;
};

SB_PRINTF(3, 4)
void teller_say(const struct teller *teller, size_t line, const char *format, ...);

/* A source of that name, in the collection's list; NULL when out of memory. */
struct source *quotes_add_source(struct quotes *quotes, const char *name);

/* Appends the text to the folded ones. Returns 0, or -ENOMEM with nothing changed. */
int quotes_fold(struct quotes *quotes, const char *text, size_t len);

/* The next of a sequence of numbers that look random. */
uint64_t quotes_stir(uint64_t *state);

/* Takes the quote over, also when it fails. Returns 0, or -ENOMEM. */
int quotes_add(struct quotes *quotes, struct quote *quote);

enum { QUOTES_INDEX_HEADER = 24 }; /* bytes of an index made by strfile */

/* Whether the bytes are an index made by strfile with -x. */
bool quotes_index_is_rotated(struct sb_bytes bytes);

/* quotes_read() with a source that is in the list already. */
int quotes_read_from(struct quotes *quotes, const struct source *source, struct sb_bytes bytes,
	const struct teller *teller);

#endif
