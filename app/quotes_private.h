#ifndef QUOTH_QUOTES_PRIVATE_H
#define QUOTH_QUOTES_PRIVATE_H

/* What quotes.c (the collection), quotes_read.c (a file's bytes) and quotes_load.c (files and
 * folders) share. */

#include "quotes.h"

#include <sys/types.h>

/* A file or a piece of memory that was read: keeps the name that its quotes point to. */
struct source {
	struct source *next;
	bool is_file;
	dev_t device; /* of a file, to know it again */
	ino_t inode;
	char name[];
};

struct quotes {
	struct quote **items;
	size_t n, cap;
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

/* Takes the quote over, also when it fails. Returns 0, or -ENOMEM. */
int quotes_add(struct quotes *quotes, struct quote *quote);

/* quotes_read() with a source that is in the list already. */
int quotes_read_from(struct quotes *quotes, const struct source *source, struct sb_bytes bytes,
	const struct teller *teller);

#endif
