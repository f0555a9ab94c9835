#ifndef SIGNALBOX_RESOLVER_SEARCH_H
#define SIGNALBOX_RESOLVER_SEARCH_H

/* What resolv.conf(5) says beside the servers, and which names it has asked for one that is not
 * whole. c-ares would search for each family by itself, beyond a name that has only the other. */

#include <stdbool.h>
#include <stddef.h>

/* resolver_conf.c */

struct resolver_conf {
	unsigned ndots;
	int timeout_ms; /* of a server's first try; twice as long in the next, and so on */
	int tries;
	const char *domains; /* to search in, between blanks */
	char *text; /* in which they lie, or NULL */
};

/* Reads the file; that there is none is as if it were empty. LOCALDOMAIN and RES_OPTIONS of the
 * environment come behind it, our own domain before. Returns 0, and the conf is to be finished; or
 * -ENOMEM, -EFBIG, or why the file cannot be read. */
int sb_resolver_conf_init(struct resolver_conf *conf, const char *path);

void sb_resolver_conf_finish(struct resolver_conf *conf);

/* resolver_search.c */

/* A look-up of one family. Those of both try the same names in the same order, and as it is the
 * name that exists or not, whatever the family, they end at the same one. */
struct search {
	const char *name, *next_domain; /* borrowed */
	bool is_whole_first, is_whole_due;
	bool has_answer;
	int code; /* what is to be told */
	const char *detail;
	char candidate[256]; /* with a final dot */
};

/* The conf and the name are borrowed, which has a character and is no longer than a name may be. */
void sb_search_begin(struct search *search, const struct resolver_conf *conf, const char *name);

/* Writes the next candidate, which fits into a question; false when there is no more. */
bool sb_search_next(struct search *search);

/* Takes what became of the candidate: 0, or as sb_lookup_fn() has it. Returns whether to go on: when
 * there is no such name, and when the servers failed. */
bool sb_search_take(struct search *search, int code, const char *detail);

#endif
