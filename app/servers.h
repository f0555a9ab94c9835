#ifndef QUOTH_SERVERS_H
#define QUOTH_SERVERS_H

/* The servers that Quoth runs: the small IRC server, the pages, the quote of the day. */

#include <signalbox/dispatcher.h>
#include <signalbox/http.h>
#include <signalbox/ircd.h>
#include <signalbox/qotd.h>

#include "config.h"

/* Those that there are; the others are NULL. */
struct servers {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_ircd *ircd;
	struct sb_http *http;
	struct sb_qotd *qotd;
	/* Left for another address, until their clients are gone or the next is left. */
	struct sb_ircd *left_ircd;
	struct sb_http *left_http;
	bool may_move; /* to a free port of 127.0.0.1, where the one that is wanted is taken */
};

/* Servers that take the place of others. */
struct servers_change {
	struct servers fresh;
	bool moves_ircd, moves_http, moves_qotd;
};

/* For the way from the servers of one configuration to those of another: opens those whose address
 * is another; `from` NULL: from none. Returns 0, and servers_commit() or servers_abandon() is due;
 * or a negative errno with an error that names the section, and nothing was done. */
int servers_prepare(const struct servers *servers, const struct config *from,
	const struct config *to, struct servers_change *ret_change, struct sb_error *ret_error);

/* They take the place of those that are let go of: IRC clients there are told goodbye, requests are
 * answered. */
void servers_commit(struct servers *servers, const struct servers_change *change);

/* From now on those of the configuration may log in on the IRC server, if there is one. Returns 0, or
 * a negative errno, and nothing has changed. */
int servers_set_accounts(
	const struct servers *servers, const struct config *config, struct sb_error *ret_error);

/* They are not wanted. */
void servers_abandon(struct servers_change *change);

/* No more quotes of the day; no more requests, and those that are there are answered. */
void servers_shut_qotd(struct servers *servers);
void servers_shut_http(struct servers *servers);

/* Whether nobody is on the pages any more; whether nobody is on the IRC server. */
bool servers_http_is_gone(const struct servers *servers);
bool servers_ircd_is_gone(const struct servers *servers);

/* At once, without a goodbye. */
void servers_destroy(struct servers *servers);

#endif
