#include "bot_private.h"
#include "daily.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <signalbox/dispatch_signals.h>
#include <signalbox/ircd_signals.h>
#include <signalbox/qotd.h>

enum {
	LOG_MAX = 512, /* bytes of a line of the log */
	DAY_S = 24 * 60 * 60,
};

void
bot_tell(struct bot *bot, const void *about, const char *format, ...)
{
	const char *label = about ? sb_label_of(bot->d, about) : NULL;
	char text[LOG_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_say(&bot->log, "%s%s%s", label ? label : "", label ? ": " : "", text);
}

/* The quote of the day. */

static void
on_qotd_requested(void *self, struct sb_qotd *qotd, const struct sb_qotd_requested *e)
{
	struct bot *bot = self;
	int64_t day = sb_reactor_wall_ns(bot->r) / SB_S / DAY_S;
	char text[DAILY_CAP];
	struct quote quote;
	int error = quotes_of_day(
		bot->quotes, day, sb_reactor_random(bot->r), daily_fits, NULL, &quote);

	if (error == -ENOENT)
		return;
	if (!error) {
		(void)daily_write(&quote, text);
		error = sb_qotd_answer(e->request, text);
	}
	/* Who is gone already needs none. */
	if (error && error != -EPIPE)
		sb_fail(bot->d, error, "no quote of the day for %s: %s", e->peer, strerror(-error));
	else if (!error)
		bot_tell(bot, qotd, "the quote of the day, %" PRId64 ", for %s", quote.id, e->peer);
}

static void
on_qotd_refused(void *self, struct sb_qotd *qotd, const struct sb_qotd_refused *e)
{
	bot_tell(self, qotd, "a connection could not be taken: %s", e->text);
}

/* The embedded IRC server. */

static void
on_ircd_registered(void *self, struct sb_ircd *ircd, const struct sb_ircd_registered *e)
{
	bot_tell(self, ircd, "%s (%s@%s) is here", e->nick, e->user, e->host);
}

static void
on_ircd_joined(void *self, struct sb_ircd *ircd, const struct sb_ircd_joined *e)
{
	bot_tell(self, ircd, "%s joined %s", e->nick, e->channel);
}

static void
on_ircd_parted(void *self, struct sb_ircd *ircd, const struct sb_ircd_parted *e)
{
	bot_tell(self, ircd, "%s left %s (%s)", e->nick, e->channel, e->reason);
}

static void
on_ircd_nick_changed(void *self, struct sb_ircd *ircd, const struct sb_ircd_nick_changed *e)
{
	bot_tell(self, ircd, "%s is now called %s", e->nick, e->new_nick);
}

static void
on_ircd_quit(void *self, struct sb_ircd *ircd, const struct sb_ircd_quit *e)
{
	bot_tell(self, ircd, "%s is gone (%s)", e->nick, e->reason);
}

static void
on_ircd_refused(void *self, struct sb_ircd *ircd, const struct sb_ircd_refused *e)
{
	bot_tell(self, ircd, "a connection could not be taken: %s", e->text);
}

/* Whatever went wrong in a handler, ours or another. */
static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	bot_tell(self, from, "failed in %s, %s: %s", e->place ? e->place : "no handler",
		e->signal ? e->signal : "no signal", e->text);
}

static void
subscribe(struct bot *bot, struct sb_dispatcher *d)
{
	bot_hear_irc(bot);
	bot_hear_http(bot);

	sb_qotd_requested_connect(d, SB_ANY, SB_HANDLER(on_qotd_requested), bot);
	sb_qotd_refused_connect(d, SB_ANY, SB_HANDLER(on_qotd_refused), bot);

	sb_ircd_registered_connect(d, SB_ANY, SB_HANDLER(on_ircd_registered), bot);
	sb_ircd_joined_connect(d, SB_ANY, SB_HANDLER(on_ircd_joined), bot);
	sb_ircd_parted_connect(d, SB_ANY, SB_HANDLER(on_ircd_parted), bot);
	sb_ircd_nick_changed_connect(d, SB_ANY, SB_HANDLER(on_ircd_nick_changed), bot);
	sb_ircd_quit_connect(d, SB_ANY, SB_HANDLER(on_ircd_quit), bot);
	sb_ircd_refused_connect(d, SB_ANY, SB_HANDLER(on_ircd_refused), bot);

	sb_dispatch_failed_connect(d, SB_ANY, SB_HANDLER(on_failed), bot);
}

static void
limit(struct bot *bot)
{
	const struct config *config = bot->config;
	struct commands_limits limits = { config->person_burst, config->person_every_s,
		config->channel_burst, config->channel_every_s };

	commands_set_limits(bot->commands, &limits);
}

struct bot *
bot_create(const struct bot_parts *parts)
{
	struct bot *bot = calloc(1, sizeof(*bot));

	if (!bot)
		return NULL;
	bot->d = parts->d;
	bot->r = parts->r;
	bot->quotes = parts->quotes;
	bot->config = parts->config;
	bot->networks = parts->networks;
	bot->watch = parts->watch;
	bot->log = *parts->log;
	bot->started_s = sb_reactor_wall_ns(bot->r) / SB_S;
	bot->commands = commands_create(
		bot->quotes, &(struct commands_limits){ 0 }, sb_reactor_random(bot->r));
	subscribe(bot, bot->d);
	if (!bot->commands || sb_connect_failed(bot->d)) {
		bot_destroy(bot);
		return NULL;
	}
	limit(bot);
	return bot;
}

void
bot_configure(struct bot *bot, const struct config *config)
{
	bot->config = config;
	limit(bot);
}

void
bot_destroy(struct bot *bot)
{
	if (!bot)
		return;
	sb_forget(bot->d, bot);
	commands_destroy(bot->commands);
	free(bot);
}
