#ifndef DISPATCH_BACKLOG_H
#define DISPATCH_BACKLOG_H

/* Signals that wait to be emitted, copied, in the order in which they were entered, and how many
 * may wait. It knows neither a dispatcher nor a lock: that of deferred signals needs none, that of
 * posted ones is the mailbox's.
 *
 * A turn takes entries from those that wait, hands them out one by one, and gives them all back at
 * its end: until then whoever was handed one may look into it. What it has taken and handed out,
 * n_delivered and n_forgotten are touched by the dispatcher's thread alone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/later.h>

/* What is entered; borrowed. */
struct item {
	const struct sb_signal *signal;
	void *from;
	uint64_t serial; /* of the token for `from`; 0: it needs none */
	const void *payload;
	size_t size; /* of the copy, sb_payload_size() */
};

struct entry {
	struct entry *next;
	struct chunk *chunk;
	struct item item; /* its payload is the copy, which follows */
};

/* Where entries lie. What is not in use is given back, but for little. */
struct entry_store {
	struct chunk *open; /* takes the next ones, or NULL */
	struct chunk *spare; /* an empty one, or NULL */
};

struct entries {
	struct entry *first, *last;
	size_t n, bytes;
};

struct backlog {
	struct entry_store store;
	struct entries waiting, taken;
	struct chunk *handed_out; /* those that hold entries handed out */
	struct sb_later_options options;
	struct sb_later_counts counts; /* but for what is waiting */
};

/* entry.c */
/* A copy of the item; NULL: out of memory. */
struct entry *sb_entry_create(struct entry_store *store, const struct item *item);
void sb_entry_free(struct entry_store *store, struct entry *entry);
/* Those handed out are not counted one by one, but by the chunk that holds them: they are freed all
 * at once, and nobody looks at each again. */
void sb_entry_hand_out(struct chunk **out, struct entry *entry);
void sb_entries_free_handed_out(struct entry_store *store, struct chunk **out);
void sb_entry_store_finish(struct entry_store *store);
/* One that is large takes long to copy, needs no store for it, and can be made before a lock is
 * taken. It is freed as any other, or by itself again, NULL included. */
bool sb_item_is_large(const struct item *item);
struct entry *sb_entry_create_large(const struct item *item);
void sb_entry_free_large(struct entry *entry);

/* backlog.c */
void sb_backlog_init(struct backlog *backlog);
void sb_backlog_finish(struct backlog *backlog);
void sb_backlog_set(struct backlog *backlog, struct sb_later_options options);
struct sb_later_counts sb_backlog_counts(const struct backlog *backlog);

/* Enters an item, as the options say; NULL, or what was made of it already, which goes in any case.
 * Returns 0, -ENOBUFS or -ENOMEM. */
int sb_backlog_put(struct backlog *backlog, const struct item *item, struct entry *made);

/* A turn: begins, with what is there, up to the budget; hands out the next, or NULL; and ends. What
 * it has not handed out by then waits again, before all others. */
void sb_backlog_take(struct backlog *backlog);
const struct item *sb_backlog_next(struct backlog *backlog);
void sb_backlog_give_back(struct backlog *backlog);

/* Drops each entry that carries the object, but for those handed out. */
void sb_backlog_forget(struct backlog *backlog, const void *object);

#endif
