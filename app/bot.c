#include "bot.h"
#include "commands.h"
#include "daily.h"
#include "mask.h"
#include "metrics.h"
#include "pages.h"
#include "quotes_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <signalbox/dispatch_signals.h>
#include <signalbox/http.h>
#include <signalbox/irc.h>
#include <signalbox/ircd_signals.h>
#include <signalbox/qotd.h>

enum {
	LOG_MAX = 512, /* bytes of a line of the log */
	MASK_MAX = 512, /* bytes of nick!user@host */
	HOST_URL_CAP = 300, /* bytes of "https://host:port" */
	DAY_S = 24 * 60 * 60,
};

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

/* The network's name in the configuration. */
static const char *
network_of(const struct bot *bot, const struct sb_irc *irc)
{
	const char *label = sb_label_of(bot->d, irc);

	return label ? label : "";
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
say_line(struct sb_irc *irc, const struct commands_said *said, const struct replies *replies,
	size_t i)
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

static bool
is_moderator(const struct config_irc *section, const struct commands_said *said)
{
	char person[MASK_MAX];

	(void)snprintf(person, sizeof(person), "%s!%s@%s", said->nick, said->user ? said->user : "",
		said->host ? said->host : "");
	return mask_any_matches(section->moderators, section->n_moderators, person);
}

static void
hear(struct bot *bot, struct sb_irc *irc, struct commands_said *said)
{
	const struct config_irc *section = config_find_irc(bot->config, network_of(bot, irc));
	struct replies replies;
	struct sb_error why;
	int error;

	/* One that is being left. */
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

/* What somebody said, of a message and of an action alike. */
#define SAID(e)                                                                                    \
	.channel = (e)->is_private ? NULL : (e)->reply_to, .nick = (e)->nick, .user = (e)->user,   \
	.host = (e)->host, .account = (e)->account, .text = (e)->text

static void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct commands_said said = { SAID(e) };

	if (!e->is_self)
		hear(self, irc, &said);
}

static void
on_action(void *self, struct sb_irc *irc, const struct sb_irc_action *e)
{
	struct commands_said said = { SAID(e), .is_action = true };

	if (!e->is_self)
		hear(self, irc, &said);
}

/* The browser. */

/* A page that is being made. */
struct visit {
	struct pages pages;
	struct page page;
	char base_url[HOST_URL_CAP];
};

static void
begin_visit(struct bot *bot, const struct sb_http_requested *e, struct visit *ret_visit)
{
	const struct config_http *http = &bot->config->http;
	const char *scheme = http->listen && !strncmp(http->listen, "tls", 3) ? "https" : "http";

	(void)snprintf(ret_visit->base_url, HOST_URL_CAP, "%s://%s", scheme, e->host);
	ret_visit->pages = (struct pages){
		.quotes = bot->quotes,
		.base_url = http->base_url ? http->base_url : ret_visit->base_url,
		.now_s = sb_reactor_wall_ns(bot->r) / SB_S,
		.random = sb_reactor_random(bot->r),
	};
}

/* A client that is gone needs no answer; who gets none for another reason is told 500. */
static void
end_answer(struct bot *bot, const struct sb_http_requested *e, int error)
{
	if (error && error != -ENOTCONN)
		sb_fail(bot->d, error, "no answer to %s %s: %s", e->method, e->path,
			strerror(-error));
}

static int
add_fields(const struct sb_http_requested *e, const struct page *page)
{
	char cache[PAGE_CACHE_CAP];
	size_t i;
	int error = 0;

	for (i = 0; i < PAGES_N_FIELDS && !error; i++)
		error = sb_http_add_field(e->request, pages_fields[i].name, pages_fields[i].value);
	page_cache_field(page, cache);
	if (!error)
		error = sb_http_add_field(e->request, "Cache-Control", cache);
	if (!error && page->etag[0])
		error = sb_http_add_field(e->request, "ETag", page->etag);
	return error;
}

/* Takes the page over, and says why it is not what was asked for. */
static void
send_page(struct bot *bot, const struct sb_http_requested *e, int error, struct page *page)
{
	if (error)
		sb_fail(bot->d, error, "%s %s: %s", e->method, e->path, quotes_reason(error));
	error = add_fields(e, page);
	if (!error)
		error = sb_http_answer(e->request, page->status, page->type,
			(struct sb_bytes){ page->text, page->len });
	page_finish(page);
	end_answer(bot, e, error);
}

static void
on_random(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct visit visit;
	char path[32];
	int64_t id;
	int error;

	(void)http;
	begin_visit(self, e, &visit);
	error = page_random(&visit.pages, &id, &visit.page);
	if (!id) {
		send_page(self, e, error, &visit.page);
		return;
	}
	(void)snprintf(path, sizeof(path), "/q/%" PRId64, id);
	error = sb_http_add_field(e->request, "Cache-Control", "no-store");
	end_answer(self, e, error ? error : sb_http_redirect(e->request, 303, path));
}

/* For those who watch over it. */

static void
on_health(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct bot *bot = self;
	struct quotes_state state;
	int broken = quotes_state(bot->quotes, &state);
	int error = sb_http_add_field(e->request, "Cache-Control", "no-store");

	(void)http;
	if (!error)
		error = broken ? sb_http_answer_text(
				e->request, 503, "quotes: %s", quotes_reason(broken))
			       : sb_http_answer_text(e->request, 200, "ok");
	end_answer(bot, e, error);
}

static void
on_metrics(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct bot *bot = self;
	struct metrics_kind kinds[] = {
		{ "http", sb_http_n_connections(http) },
		{ "irc", networks_n_registered(bot->networks) },
	};
	struct metrics metrics = {
		.version = QUOTH_VERSION,
		.started_s = bot->started_s,
		.kinds = kinds,
		.n_kinds = sizeof(kinds) / sizeof(kinds[0]),
		.n_quotes = quotes_n(bot->quotes),
	};
	struct page page;
	int error;

	watch_read(bot->watch, &metrics);
	error = metrics_page(&metrics, &page);
	send_page(bot, e, error, &page);
}

/* The pages, and what makes each; the API is told in app/docs/api.md. */
#define PAGES(PAGE)                                                                                \
	PAGE("/", on_newest, page_newest(pages, QUERY("before"), page))                            \
	PAGE("/q/{id}", on_quote, page_quote(pages, PARAM("id"), page))                            \
	PAGE("/top", on_top, page_top(pages, QUERY("skip"), page))                                 \
	PAGE("/search", on_search, page_search(pages, QUERY("q"), QUERY("skip"), page))            \
	PAGE("/c/{channel}", on_channel,                                                           \
		page_channel(pages, PARAM("channel"), QUERY("before"), page))                      \
	PAGE("/feed.atom", on_feed, page_feed(pages, page))                                        \
	PAGE("/quote.txt", on_text, page_text(pages, page))                                        \
	PAGE("/style.css", on_style, page_style(page))                                             \
	PAGE("/favicon.svg", on_favicon, page_favicon(page))                                       \
	PAGE("/robots.txt", on_robots, page_robots(page))                                          \
	PAGE("/api/v1/quotes", on_api_quotes, api_quotes(pages, &API_QUERY, page))                 \
	PAGE("/api/v1/quotes/{id}", on_api_quote, api_quote(pages, PARAM("id"), page))             \
	PAGE("/api/v1/random", on_api_random, api_random(pages, page))                             \
	PAGE("/api/v1/stats", on_api_stats, api_stats(pages, page))

#define QUERY(name) sb_http_query(e->request, name)
#define PARAM(name) sb_http_param(e->request, name)
#define API_QUERY                                                                                  \
	(struct api_query)                                                                         \
	{                                                                                          \
		QUERY("q"), QUERY("channel"), QUERY("order"), QUERY("before"), QUERY("skip"),      \
			QUERY("limit")                                                             \
	}

#define HANDLER_OF(pattern, handler, make)                                                         \
	static void handler(void *self, struct sb_http *http, const struct sb_http_requested *e)   \
	{                                                                                          \
		struct visit visit;                                                                \
		const struct pages *pages = &visit.pages;                                          \
		struct page *page = &visit.page;                                                   \
                                                                                                   \
		(void)http, (void)pages;                                                           \
		begin_visit(self, e, &visit);                                                      \
		send_page(self, e, make, page);                                                    \
	}
PAGES(HANDLER_OF)

#define ROUTE_OF(pattern, handler, make) { "GET", pattern, SB_HANDLER(handler) },
static const struct sb_http_route routes[] = {
	PAGES(ROUTE_OF){ "GET", "/random", SB_HANDLER(on_random) },
	{ "GET", "/healthz", SB_HANDLER(on_health) },
	{ "GET", "/metrics", SB_HANDLER(on_metrics) },
};

static void
on_http_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct visit visit;
	int error;

	if (sb_http_route(routes, sizeof(routes) / sizeof(routes[0]), self, http, e))
		return;
	begin_visit(self, e, &visit);
	error = strncmp(e->path, "/api/", 5) ? page_not_found(&visit.pages, &visit.page)
					     : api_not_found(&visit.page);
	send_page(self, e, error, &visit.page);
}

/* The access log: when, who, on which connection, what, and what came of it. */
static void
on_http_answered(void *self, struct sb_http *http, const struct sb_http_answered *e)
{
	struct bot *bot = self;
	char time[QUOTES_TIME_CAP];

	if (!bot->config->http.has_access_log)
		return;
	quotes_time(sb_reactor_wall_ns(bot->r) / SB_S, time);
	tell(bot, http,
		"%s %s %" PRIu64 " \"%s %s%s%s\" %" PRId64 " %" PRIu64 " bytes %.3f ms%s%s%s", time,
		e->peer, e->connection, e->method, e->path, e->query[0] ? "?" : "", e->query,
		e->status, e->n_bytes, (double)e->duration_ns / 1e6,
		e->is_whole ? "" : ", broken off", e->why ? ": " : "", e->why ? e->why : "");
}

static void
on_http_refused(void *self, struct sb_http *http, const struct sb_http_refused *e)
{
	tell(self, http, "a connection could not be taken: %s", e->text);
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
		tell(bot, qotd, "the quote of the day, %" PRId64 ", for %s", quote.id, e->peer);
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
	sb_irc_action_connect(d, SB_ANY, SB_HANDLER(on_action), bot);

	sb_http_requested_connect(d, SB_ANY, SB_HANDLER(on_http_requested), bot);
	sb_http_answered_connect(d, SB_ANY, SB_HANDLER(on_http_answered), bot);
	sb_http_refused_connect(d, SB_ANY, SB_HANDLER(on_http_refused), bot);

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
