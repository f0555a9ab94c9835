#ifndef QUOTH_BOT_H
#define QUOTH_BOT_H

/* The bot: everything that Quoth does when something happens, on IRC, in the browser and as the
 * quote of the day, in one module of handlers. */

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>

#include "config.h"
#include "log.h"
#include "networks.h"
#include "quotes.h"
#include "watch.h"

struct bot;

/* What it is put together from; all is borrowed and outlives it, but for *log, which is copied. */
struct bot_parts {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct quotes *quotes;
	const struct config *config;
	const struct networks *networks;
	const struct watch *watch;
	const struct log *log;
};

/* A bot that answers on every IRC network, HTTP server and QOTD server whose signals d delivers,
 * from now on, and tells the log what happens there. An IRC client is known by its label, the
 * network's name in the configuration. NULL when out of memory. */
struct bot *bot_create(const struct bot_parts *parts);

/* From now on this configuration; the one before is not looked at any more. */
void bot_configure(struct bot *bot, const struct config *config);

/* Handles nothing any more. Not in one of its own handlers. bot may be NULL. */
void bot_destroy(struct bot *bot);

#endif
