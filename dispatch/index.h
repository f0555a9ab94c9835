#ifndef DISPATCH_INDEX_H
#define DISPATCH_INDEX_H

/* A compact hash table of record indexes, 4 bytes an entry (a uthash handle would cost 56 for each
 * of a million connections): open addressing, by a hash and an equality that the records answer. */

#include <stdbool.h>
#include <stdint.h>

struct index {
	uint32_t *entries; /* NONE: empty */
	uint32_t mask, n;
};

/* What is looked for: a self, or with fn a receiver. */
struct index_key {
	void (*fn)(void); /* NULL: records of any fn */
	const void *self;
};

struct sb_dispatcher;

/* Returns 0, or -ENOMEM and there is nothing to finish. */
int sb_index_init(struct index *index);
void sb_index_finish(struct index *index);

/* Makes room for one more. Returns 0, or -ENOMEM and nothing changed. */
int sb_index_reserve(const struct sb_dispatcher *d, struct index *index, bool by_fn);

/* Where the entry of the key is, or the empty place it would take. */
uint32_t *sb_index_place(
	const struct sb_dispatcher *d, const struct index *index, struct index_key key);

/* Empties a taken place, and moves up what collided with it. */
void sb_index_remove(
	const struct sb_dispatcher *d, struct index *index, uint32_t *place, bool by_fn);

#endif
