#ifndef QUOTH_BOT_PRIVATE_H
#define QUOTH_BOT_PRIVATE_H

/* What the files of the bot share. */

#include "bot.h"
#include "commands.h"

struct sb_irc;

struct bot {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct quotes *quotes;
	struct commands *commands;
	const struct config *config;
	const struct networks *networks;
	const struct watch *watch;
	struct log log;
	int64_t started_s;
	/* The refusal that has been told in words of its own, of the line that is at hand. */
	const struct sb_irc *refused_by;
	char refusal[4];
};

/* A line for the log: who it is about, by its label, and what happened. */
SB_PRINTF(3, 4)
void bot_tell(struct bot *bot, const void *about_or_null, const char *format, ...);

/* From now on the handlers of IRC clients are called, and those of the pages. What fails the
 * dispatcher remembers. */
void bot_hear_irc(struct bot *bot);
void bot_hear_http(struct bot *bot);

#endif
