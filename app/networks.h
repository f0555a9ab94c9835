#ifndef QUOTH_NETWORKS_H
#define QUOTH_NETWORKS_H

/* The IRC networks that Quoth is on: an IRC client for each section of the configuration. */

#include <signalbox/dispatcher.h>
#include <signalbox/irc_sts.h>
#include <signalbox/reactor.h>

#include "config.h"

struct networks;

/* None yet. It borrows d, r and the store, which outlive it. NULL when out of memory. */
struct networks *networks_create(
	struct sb_dispatcher *d, struct sb_reactor *r, struct sb_sts *sts_or_null);

/* At once, without a goodbye. Not in a handler of a signal. NULL is fine. */
void networks_destroy(struct networks *networks);

/* From the networks of one configuration to those of another: leaves those that are in it no more,
 * begins to connect to new ones, joins and parts channels, changes nicks, goes away or comes
 * back; one with whom anything else is to be otherwise that the server hears of, or how it is
 * reached, is left, and begun anew when it has been left; the others notice nothing.
 * from NULL: from none. ircd_url is where the server "ircd" listens, or NULL; ircd_has_moved: it
 * was elsewhere before. Each client is labelled with the network's name. Returns 0, or a negative
 * errno with an error that names the network; then nothing was done. */
int networks_change(struct networks *networks, const struct config *from, const struct config *to,
	const char *ircd_url, bool ircd_has_moved, struct sb_error *ret_error);

/* Says goodbye everywhere, for good. */
void networks_quit(struct networks *networks, const char *reason);

/* Whether none is connected or trying to be: after networks_quit(). */
bool networks_are_gone(const struct networks *networks);

/* Writes how it stands with the i-th network, from 0, in one line without secrets, cut where there is
 * no room. False after the last. */
bool networks_status(const struct networks *networks, size_t i, char *ret_buf, size_t cap);

/* How many have let us in. */
size_t networks_n_registered(const struct networks *networks);

#endif
