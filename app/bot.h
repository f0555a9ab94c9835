#ifndef QUOTH_BOT_H
#define QUOTH_BOT_H

/* The bot: everything that Quoth does when something happens, in one module of handlers. */

#include <signalbox/dispatcher.h>
#include <signalbox/reactor.h>

#include "log.h"
#include "quotes.h"

struct bot;

/* A bot that answers on every IRC network and QOTD server whose signals d delivers, from now on, and
 * tells the log what happens there. It borrows d, r and quotes, which outlive it, and copies *log.
 * NULL when out of memory. */
struct bot *bot_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct quotes *quotes,
	const struct log *log);

/* Handles nothing any more. Not in one of its own handlers. bot may be NULL. */
void bot_destroy(struct bot *bot);

#endif
