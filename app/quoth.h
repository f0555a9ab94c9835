#ifndef QUOTH_QUOTH_H
#define QUOTH_QUOTH_H

/* The program but for its process: what the configuration asks for, put together on a reactor and a
 * dispatcher that are given, so that it runs over sockets and in the simulation alike. */

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>

#include "config.h"
#include "log.h"

struct quoth;

/* What it tells whoever made it, in turns of the reactor. */
struct quoth_events {
	/* Once: it listens, and in a demonstration the bot is on the embedded server. */
	void (*ready)(void *self);
	void (*reload)(void *self); /* HUP: quoth_reload() is wanted; may be NULL */
	void (*over)(void *self); /* once: quoth_shut() is done, or its time is up */
	void *self;
};

/* Takes the signals of the process (INT and TERM shut it, the second time at once; HUP), opens the
 * database, takes in the quotes, listens, and begins to connect. It borrows d and r,
 * which outlive it, copies *log and *events, and takes the configuration over, also when it fails.
 * is_demo: ports that are taken give way to free ones. What is wrong with single quotes and files
 * goes to the log. Returns 0; or a negative errno with an error that names the option: what opening
 * the database, listening and connecting return, -ENOMEM. */
int quoth_create(struct sb_dispatcher *d, struct sb_reactor *r, struct config *config, bool is_demo,
	const struct log *log, const struct quoth_events *events, struct quoth **ret_quoth,
	struct sb_error *ret_error);

/* At once, without a goodbye. Not in a handler of a signal. NULL is fine. */
void quoth_destroy(struct quoth *quoth);

/* From now on this configuration, which it takes over, also when it fails: only what differs is
 * changed, and connections that stay the same notice nothing. Returns 0; or a negative errno and an
 * error: then all is as before. -EBUSY when it is being shut; -EOPNOTSUPP for what cannot change
 * while it runs, the database. */
int quoth_reload(struct quoth *quoth, struct config *config, struct sb_error *ret_error);

/* Takes no more requests and answers those that are there, for 2 s at most; says goodbye on every
 * network, for 5 s; then the embedded server says goodbye to its clients, for 2 s; then `over`. The
 * log tells who takes long. Again is harmless. */
void quoth_shut(struct quoth *quoth, const char *reason);

/* Once it is over: the signal that ended it, if it was told a second time and ended at once; or 0. */
int quoth_end_signal(const struct quoth *quoth);

/* Where it listens, with the port it took, or NULL; borrowed until it is reloaded, shut or
 * destroyed. */
const char *quoth_ircd_url(const struct quoth *quoth);
const char *quoth_http_url(const struct quoth *quoth);
const char *quoth_qotd_url(const struct quoth *quoth);

#endif
