#ifndef QUOTH_BOT_PRIVATE_H
#define QUOTH_BOT_PRIVATE_H

/* What the files of the bot share. */

#include "bot.h"
#include "commands.h"
#include "pages.h"

struct sb_irc;
struct sb_http_requested;

struct bot {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct quotes *quotes;
	struct commands *commands;
	const struct config *config;
	const struct networks *networks;
	const struct watch *watch;
	struct log log;
	/* What it was told of each, within which minute (bot_log.c). */
	struct recent *told;
	int64_t minute_end_ns;
	uint64_t n_minutes;
	struct sb_timer told_timer; /* when it is told what was left out */
	int64_t started_s;
	/* The refusal that has been told in words of its own, of the line that is at hand. */
	const struct sb_irc *refused_by;
	char refusal[4];
};

/* A line for the log: who it is about, by its label, and what happened. Of each so many a minute; how
 * many more there were is told when that is over, since it may be a stranger who makes them. */
SB_PRINTF(3, 4)
void bot_tell(struct bot *bot, const void *about_or_null, const char *format, ...);
/* The same of what has failed here, counted apart. */
SB_PRINTF(3, 4)
void bot_tell_failure(struct bot *bot, const void *about_or_null, const char *format, ...);
/* The same, where each line is wanted, however many there are. */
SB_PRINTF(3, 4)
void bot_tell_all(struct bot *bot, const void *about_or_null, const char *format, ...);

/* The bot's memory of what it told, NULL when there is none for it; the seed as recent_create()'s. */
struct recent *bot_create_told(uint64_t seed);
/* Tells how much was left out: at the end of a minute, and of the bot. */
void bot_tell_left_out(void *bot);

/* From now on its handlers are called. What fails the dispatcher remembers. */
void bot_subscribe(struct bot *bot);

/* ---- What is said on IRC (bot_talk.c) ---- */

enum { BOT_NAME_CAP = 640 }; /* bytes of a nick or the like as UTF-8 */

/* The network's name in the configuration. */
const char *bot_network_of(const struct bot *bot, const struct sb_irc *irc);

/* What somebody said, as UTF-8, and what the network knows it by. */
struct bot_heard {
	struct commands_said said;
	const char *nick; /* as it came */
	const char *answer_to; /* as it came: the channel, or the nick */
	const char *msgid; /* or NULL */
};

/* Does and answers what was said, as far as it is a command; remembers it otherwise. */
void bot_hear(struct bot *bot, struct sb_irc *irc, struct bot_heard *heard);

/* ---- What a browser asks (bot_visit.c) ---- */

enum { BOT_URL_CAP = 300 }; /* bytes of "https://host:port" */

/* A page that is being made. */
struct bot_visit {
	struct pages pages;
	struct page page;
	char base_url[BOT_URL_CAP];
};

void bot_begin_visit(
	struct bot *bot, const struct sb_http_requested *e, struct bot_visit *ret_visit);

/* Takes the page over, and says why it is not what was asked for. */
void bot_send_page(
	struct bot *bot, const struct sb_http_requested *e, int error, struct page *page);

/* The answer is given, or not: a client that is gone needs none; who gets none for another reason is told
 * 500. */
void bot_end_answer(struct bot *bot, const struct sb_http_requested *e, int error);

#endif
