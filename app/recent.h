#ifndef QUOTH_RECENT_H
#define QUOTH_RECENT_H

/* Values that are found by a key, at most so many: where another is wanted, the one that was used
 * longest ago makes room. Keys are texts, which may come from the wire. */

#include <stddef.h>
#include <stdint.h>

struct recent;

/* Called for a value that goes, before its memory is freed: for what it owns. */
typedef void recent_drop_fn(void *value);

/* Called for each value. */
typedef void recent_each_fn(void *self, const char *key, void *value);

/* For at most max values, at least 1, of so many bytes. drop may be NULL. seed is a secret random
 * number. NULL when out of memory. */
struct recent *recent_create(size_t max, size_t value_size, recent_drop_fn *drop, uint64_t seed);

/* Drops all values. NULL is fine. */
void recent_destroy(struct recent *recent);

/* The value of a key, which is thereby used; NULL when there is none. Values stay where they are
 * until they are dropped: by recent_remove(), or when recent_make() makes room. */
void *recent_find(struct recent *recent, const char *key);

/* The same, and where there is none a new one, its bytes 0. NULL when out of memory; the others are
 * then as before. */
void *recent_make(struct recent *recent, const char *key);

/* Drops the value of a key, if there is one. */
void recent_remove(struct recent *recent, const char *key);

/* Calls for each value, the one used longest ago first. fn may not make or remove any. */
void recent_each(struct recent *recent, recent_each_fn *fn, void *self);

#endif
