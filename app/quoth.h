#ifndef QUOTH_QUOTH_H
#define QUOTH_QUOTH_H

/* The program but for its process: what the options ask for, put together on a reactor and a
 * dispatcher that are given, so that it runs over sockets and in the simulation alike. */

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>

#include "log.h"
#include "options.h"

struct quoth;

/* What it tells whoever made it, in turns of the reactor. */
struct quoth_events {
	void (*ready)(void *self); /* once: it listens, and in a demonstration the bot is there */
	void (*over)(void *self); /* once: quoth_shut() is done, or its time is up */
	void *self;
};

/* Loads the quotes, listens, and begins to connect. It borrows d and r, which outlive it, and copies
 * the rest. What is wrong with single quotes and files goes to the log.
 * Returns 0; or a negative errno with an error that names the option: -EINVAL for what cannot be,
 * -ENODATA when there are no quotes at all, what listening and connecting return, -ENOMEM. */
int quoth_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct options *options,
	const struct log *log, const struct quoth_events *events, struct quoth **ret_quoth,
	struct sb_error *ret_error);

/* At once, without a goodbye. Not in a handler of a signal. NULL is fine. */
void quoth_destroy(struct quoth *quoth);

/* Says goodbye on every network and gives out no more quotes of the day; when the bot has left, or
 * after 3 s, the embedded server says goodbye to its clients; then `over`, after 5 s at the latest.
 * Again is harmless. */
void quoth_shut(struct quoth *quoth, const char *reason);

/* Where it listens, with the port it took, or NULL; borrowed until it is shut or destroyed. */
const char *quoth_ircd_url(const struct quoth *quoth);
const char *quoth_qotd_url(const struct quoth *quoth);

#endif
