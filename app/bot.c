#include "bot.h"
#include "commands.h"
#include "daily.h"
#include "mask.h"
#include "metrics.h"
#include "pages.h"

#include <errno.h>
#include <inttypes.h>

#include <signalbox/dispatch_signals.h>
#include <signalbox/http.h>
#include <signalbox/irc.h>
#include <signalbox/ircd_signals.h>
#include <signalbox/qotd.h>

enum {
	LOG_MAX = 512, /* bytes of a line of the log */
	MASK_MAX = 512, /* bytes of nick!user@host */
	DAY_S = 24 * 60 * 60,
};

struct bot {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct quotes *quotes;
	struct commands *commands;
	const struct config *config;
	const struct watch *watch;
	struct log log;
};

/* A line for the log: who it is about, by its label, and what happened. */
SB_PRINTF(3, 4)
static void
tell(struct bot *bot, const void *about, const char *format, ...)
{
	const char *label = about ? sb_label_of(bot->d, about) : NULL;
	char text[LOG_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_say(&bot->log, "%s%s%s", label ? label : "", label ? ": " : "", text);
}

/* The connection to an IRC server. */

static void
on_connecting(void *self, struct sb_irc *irc, const struct sb_irc_connecting *e)
{
	tell(self, irc, "connecting to %s, attempt %" PRId64, e->url, e->attempt);
}

static void
on_registered(void *self, struct sb_irc *irc, const struct sb_irc_registered *e)
{
	tell(self, irc, "registered with %s as %s", e->server, e->our_nick);
}

static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	if (e->will_retry)
		tell(self, irc, "disconnected: %s; again in %" PRId64 " ms", e->text, e->delay_ms);
	else
		tell(self, irc, "disconnected: %s", e->text);
}

static void
on_malformed(void *self, struct sb_irc *irc, const struct sb_irc_malformed *e)
{
	const char *line = e->line.len ? e->line.ptr : "";

	tell(self, irc, "a line that is not IRC (%s): %.*s", e->why,
		(int)(e->line.len < 80 ? e->line.len : 80), line);
}

/* Replies from 400 to 599 are refusals (RFC 2812, section 5.2), but that there is no message of the
 * day, 422, is none; ERROR is a server's last word. */
static void
on_command(void *self, struct sb_irc *irc, const struct sb_irc_command *e)
{
	const struct sb_irc_params *params = e->params;

	if (!strcmp(e->verb, "ERROR"))
		tell(self, irc, "the server says: %s", e->text);
	else if ((e->verb[0] == '4' || e->verb[0] == '5') && strcmp(e->verb, "422"))
		tell(self, irc, "refused with %s: %s%s%s", e->verb,
			params->n > 2 ? params->text[1] : "", params->n > 2 ? ": " : "", e->text);
}

/* Channels and nicks, as far as they are ours. */

static void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	if (e->is_self)
		tell(self, irc, "joined %s", e->channel);
}

static void
on_parted(void *self, struct sb_irc *irc, const struct sb_irc_parted *e)
{
	if (e->is_self)
		tell(self, irc, "left %s", e->channel);
}

static void
on_kicked(void *self, struct sb_irc *irc, const struct sb_irc_kicked *e)
{
	if (e->victim_is_self)
		tell(self, irc, "thrown out of %s by %s (%s)", e->channel, e->nick, e->reason);
}

static void
on_nick_changed(void *self, struct sb_irc *irc, const struct sb_irc_nick_changed *e)
{
	struct bot *bot = self;

	if (e->is_self)
		tell(bot, irc, "is now called %s", e->new_nick);
	commands_renamed(bot->commands, network_of(bot, irc), e->nick, e->new_nick);
}

/* What people say. Notices have no handler: nobody answers those. */

/* Errors go to who asked, as a notice, which no program answers. */
static int
say_line(struct sb_irc *irc, const struct commands_said *said, const struct replies *replies, size_t i)
{
	if (replies->is_private && said->channel)
		return sb_irc_notice_to(irc, said->nick, "%s", replies->lines[i]);
	return sb_irc_say(irc, said->channel ? said->channel : said->nick, "%s", replies->lines[i]);
}

static void
answer(struct bot *bot, struct sb_irc *irc, const struct commands_said *said,
	const struct replies *replies)
{
	size_t i;
	int error;

	for (i = 0; i < replies->n; i++) {
		error = say_line(irc, said, replies, i);
		/* The connection is gone, which is told by itself. */
		if (error == -ENOTCONN || error == -EPIPE)
			return;
		if (error) {
			sb_fail(bot->d, error, "no answer to %s: %s", said->nick, strerror(-error));
			return;
		}
	}
}

/* The network's section of the configuration; NULL for one that is being left. */
static const struct config_irc *
section_of(const struct bot *bot, const struct sb_irc *irc)
{
	const char *name = network_of(bot, irc);
	size_t i;

	for (i = 0; i < bot->config->n_ircs; i++)
		if (!strcmp(bot->config->ircs[i].name, name))
			return &bot->config->ircs[i];
	return NULL;
}

static bool
is_moderator(const struct config_irc *section, const struct commands_said *said)
{
	char person[MASK_MAX];
	size_t i;

	(void)snprintf(person, sizeof(person), "%s!%s@%s", said->nick, said->user ? said->user : "",
		said->host ? said->host : "");
	for (i = 0; i < section->n_moderators; i++)
		if (mask_matches(section->moderators[i], person))
			return true;
	return false;
}

static void
hear(struct bot *bot, struct sb_irc *irc, struct commands_said *said)
{
	const struct config_irc *section = section_of(bot, irc);
	struct replies replies;
	struct sb_error why;
	int error;

	if (!section)
		return;
	said->network = section->name;
	said->our_nick = sb_irc_nick(irc);
	said->is_moderator = is_moderator(section, said);
	said->prefixes = (const char *const *)section->prefixes;
	said->n_prefixes = section->n_prefixes;
	said->visibility = section->visibility;
	said->now_s = sb_reactor_wall_ns(bot->r) / SB_S;
	said->now_ns = sb_reactor_now_ns(bot->r);
	said->random = sb_reactor_random(bot->r);
	error = commands_hear(bot->commands, said, &replies, &why);
	if (error)
		sb_fail(bot->d, error, "%s asked \"%s\": %s", said->nick, said->text, why.text);
	answer(bot, irc, said, &replies);
}

static void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct commands_said said = {
		.channel = e->is_private ? NULL : e->reply_to,
		.nick = e->nick,
		.user = e->user,
		.host = e->host,
		.account = e->account,
		.text = e->text,
	};

	if (!e->is_self)
		hear(self, irc, &said);
}

static void
on_action(void *self, struct sb_irc *irc, const struct sb_irc_action *e)
{
	struct commands_said said = {
		.channel = e->is_private ? NULL : e->reply_to,
		.nick = e->nick,
		.user = e->user,
		.host = e->host,
		.account = e->account,
		.text = e->text,
		.is_action = true,
	};

	if (!e->is_self)
		hear(self, irc, &said);
}

/* The browser. */

/* What every page needs to know. */
static struct pages
pages_for(struct bot *bot, const struct sb_http_requested *e, char host_url[HOST_URL_CAP])
{
	const char *base_url = bot->config->http.base_url;

	(void)snprintf(host_url, HOST_URL_CAP, "http://%s", e->host);
	return (struct pages){
		.quotes = bot->quotes,
		.base_url = base_url ? base_url : host_url,
		.now_s = sb_reactor_wall_ns(bot->r) / SB_S,
		.random = sb_reactor_random(bot->r),
	};
}

/* Takes the page over. A client that is gone needs no answer. */
static void
send_page(struct bot *bot, const struct sb_http_requested *e, int error, struct page *page)
{
	size_t i;

	if (error)
		sb_fail(bot->d, error, "%s %s: %s", e->method, e->path, strerror(-error));
	for (i = 0; i < PAGES_N_FIELDS; i++)
		(void)sb_http_add_field(e->request, pages_fields[i].name, pages_fields[i].value);
	page_cache_field(page, cache);
	error = sb_http_answer(e->request, page->status, page->type,
		(struct sb_bytes){ page->text, page->len });
	page_finish(page);
	if (error && error != -ENOTCONN)
		sb_fail(bot->d, error, "no answer to %s %s: %s", e->method, e->path, strerror(-error));
}
static void
on_qotd_refused(void *self, struct sb_qotd *qotd, const struct sb_qotd_refused *e)
{
	tell(self, qotd, "a connection could not be taken: %s", e->text);
}

/* The embedded IRC server. */

static void
on_ircd_registered(void *self, struct sb_ircd *ircd, const struct sb_ircd_registered *e)
{
	tell(self, ircd, "%s (%s@%s) is here", e->nick, e->user, e->host);
}

static void
on_ircd_joined(void *self, struct sb_ircd *ircd, const struct sb_ircd_joined *e)
{
	tell(self, ircd, "%s joined %s", e->nick, e->channel);
}

static void
on_ircd_parted(void *self, struct sb_ircd *ircd, const struct sb_ircd_parted *e)
{
	tell(self, ircd, "%s left %s (%s)", e->nick, e->channel, e->reason);
}

static void
on_ircd_nick_changed(void *self, struct sb_ircd *ircd, const struct sb_ircd_nick_changed *e)
{
	tell(self, ircd, "%s is now called %s", e->nick, e->new_nick);
}

static void
on_ircd_quit(void *self, struct sb_ircd *ircd, const struct sb_ircd_quit *e)
{
	tell(self, ircd, "%s is gone (%s)", e->nick, e->reason);
}

static void
on_ircd_refused(void *self, struct sb_ircd *ircd, const struct sb_ircd_refused *e)
{
	tell(self, ircd, "a connection could not be taken: %s", e->text);
}

/* Whatever went wrong in a handler, ours or another. */
static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	tell(self, from, "failed in %s, %s: %s", e->place ? e->place : "no handler",
		e->signal ? e->signal : "no signal", e->text);
}

static void
subscribe(struct bot *bot, struct sb_dispatcher *d)
{
	sb_irc_connecting_connect(d, SB_ANY, SB_HANDLER(on_connecting), bot);
	sb_irc_registered_connect(d, SB_ANY, SB_HANDLER(on_registered), bot);
	sb_irc_disconnected_connect(d, SB_ANY, SB_HANDLER(on_disconnected), bot);
	sb_irc_malformed_connect(d, SB_ANY, SB_HANDLER(on_malformed), bot);
	sb_irc_command_connect(d, SB_ANY, SB_HANDLER(on_command), bot);
	sb_irc_joined_connect(d, SB_ANY, SB_HANDLER(on_joined), bot);
	sb_irc_parted_connect(d, SB_ANY, SB_HANDLER(on_parted), bot);
	sb_irc_kicked_connect(d, SB_ANY, SB_HANDLER(on_kicked), bot);
	sb_irc_nick_changed_connect(d, SB_ANY, SB_HANDLER(on_nick_changed), bot);
	sb_irc_message_connect(d, SB_ANY, SB_HANDLER(on_message), bot);

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

struct bot *
bot_create(struct sb_dispatcher *d, struct sb_reactor *r, const struct quotes *quotes,
	const struct log *log)
{
	struct bot *bot = calloc(1, sizeof(*bot));

	if (!bot)
		return NULL;
	bot->d = d;
	bot->r = r;
	bot->quotes = quotes;
	bot->log = *log;
	subscribe(bot, d);
	if (sb_connect_failed(d)) {
		bot_destroy(bot);
		return NULL;
	}
	return bot;
}

void
bot_destroy(struct bot *bot)
{
	if (!bot)
		return;
	sb_forget(bot->d, bot);
	free(bot);
}
