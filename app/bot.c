/* What the bot does when something happens: on an IRC network, in a browser, at the quote of the day, on
 * the IRC server. All of it, in one file. */

#include "bot_private.h"
#include "daily.h"
#include "metrics.h"
#include "quotes_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <signalbox/dispatch_signals.h>
#include <signalbox/http.h>
#include <signalbox/irc.h>
#include <signalbox/ircd_signals.h>
#include <signalbox/qotd.h>

enum { DAY_S = 24 * 60 * 60 };

/* The connection to an IRC server. */

static void
on_connecting(void *self, struct sb_irc *irc, const struct sb_irc_connecting *e)
{
	bot_tell(self, irc, "connecting to %s, attempt %" PRId64, e->url, e->attempt);
}

static void
on_registered(void *self, struct sb_irc *irc, const struct sb_irc_registered *e)
{
	bot_tell(self, irc, "registered with %s as %s", e->server, e->our_nick);
}

static void
on_disconnected(void *self, struct sb_irc *irc, const struct sb_irc_disconnected *e)
{
	if (e->will_retry)
		bot_tell(self, irc, "disconnected: %s; again in %" PRId64 " ms", e->text,
			e->delay_ms);
	else
		bot_tell(self, irc, "disconnected: %s", e->text);
}

static void
on_malformed(void *self, struct sb_irc *irc, const struct sb_irc_malformed *e)
{
	const char *line = e->line.len ? e->line.ptr : "";

	bot_tell(self, irc, "a line that is not IRC (%s): %.*s", e->why,
		(int)(e->line.len < 80 ? e->line.len : 80), line);
}

/* Replies from 400 to 599 are refusals (RFC 2812, section 5.2), but that there is no message of the
 * day, 422, is none; one that has been told already is not told again. ERROR is a server's last word. */
static void
on_command(void *self, struct sb_irc *irc, const struct sb_irc_command *e)
{
	struct bot *bot = self;
	const struct sb_irc_params *params = e->params;
	bool is_told = bot->refused_by == irc && !strcmp(bot->refusal, e->verb);

	bot->refused_by = NULL;
	if (!strcmp(e->verb, "ERROR"))
		bot_tell(bot, irc, "the server says: %s", e->text);
	else if ((e->verb[0] == '4' || e->verb[0] == '5') && strcmp(e->verb, "422") && !is_told)
		bot_tell(bot, irc, "refused with %s: %s%s%s", e->verb,
			params->n > 2 ? params->text[1] : "", params->n > 2 ? ": " : "", e->text);
}

static void
on_sts_upgraded(void *self, struct sb_irc *irc, const struct sb_irc_sts_upgraded *e)
{
	bot_tell(self, irc, "%s wants TLS from now on, at port %" PRId64, e->host, e->port);
}

static void
on_authenticated(void *self, struct sb_irc *irc, const struct sb_irc_authenticated *e)
{
	bot_tell(self, irc, "logged in%s%s by %s", e->account[0] ? " as " : "", e->account,
		e->mechanism);
}

static void
on_authentication_failed(
	void *self, struct sb_irc *irc, const struct sb_irc_authentication_failed *e)
{
	bot_tell(self, irc, "not logged in%s%s: %s%s", e->mechanism[0] ? " by " : "", e->mechanism,
		e->text, e->goes_on ? "; another way is tried" : "");
}

static void
on_nick_regained(void *self, struct sb_irc *irc, const struct sb_irc_nick_regained *e)
{
	bot_tell(self, irc, "has its nick %s again", e->our_nick);
}

static void
on_not_sent(void *self, struct sb_irc *irc, const struct sb_irc_not_sent *e)
{
	struct bot *bot = self;

	(void)e;
	/* What it says may be for few. */
	bot_tell(bot, irc, "a line was not sent before the connection ended");
}

static void
on_flooded(void *self, struct sb_irc *irc, const struct sb_irc_flooded *e)
{
	if (e->for_ms)
		bot_tell(self, irc, "%s says too much (%s), and is not heard for %" PRId64 " s",
			e->who, e->kind, e->for_ms / 1000);
}

static void
on_caught_up(void *self, struct sb_irc *irc, const struct sb_irc_caught_up *e)
{
	bot_tell(self, irc, "caught up with %s: %" PRId64 " messages%s", e->channel, e->n_messages,
		e->is_whole ? "" : ", perhaps not all");
}

/* Channels and nicks, as far as they are ours. */

static void
on_join_failed(void *self, struct sb_irc *irc, const struct sb_irc_join_failed *e)
{
	struct bot *bot = self;

	/* irc.command tells of it, too. */
	bot->refused_by = irc;
	(void)snprintf(bot->refusal, sizeof(bot->refusal), "%s", e->numeric);
	if (e->will_retry)
		bot_tell(self, irc, "not let into %s: %s; again in %" PRId64 " s", e->channel,
			e->text, e->delay_ms / 1000);
	else
		bot_tell(self, irc, "not let into %s: %s", e->channel, e->text);
}

static void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	if (e->is_self && !e->is_history)
		bot_tell(self, irc, "joined %s", e->channel);
}

static void
on_parted(void *self, struct sb_irc *irc, const struct sb_irc_parted *e)
{
	if (e->is_self && !e->is_history)
		bot_tell(self, irc, "left %s", e->channel);
}

static void
on_kicked(void *self, struct sb_irc *irc, const struct sb_irc_kicked *e)
{
	if (e->victim_is_self && !e->is_history)
		bot_tell(self, irc, "thrown out of %s by %s (%s)", e->channel, e->nick, e->reason);
}

static void
on_nick_changed(void *self, struct sb_irc *irc, const struct sb_irc_nick_changed *e)
{
	struct bot *bot = self;
	char nick[BOT_NAME_CAP], new_nick[BOT_NAME_CAP];

	/* Who was so called then is called otherwise now perhaps. */
	if (e->is_history)
		return;
	if (e->is_self)
		bot_tell(bot, irc, "is now called %s", e->new_nick);
	commands_renamed(bot->commands, bot_network_of(bot, irc),
		sb_irc_show(irc, e->nick, nick, sizeof(nick)),
		sb_irc_show(irc, e->new_nick, new_nick, sizeof(new_nick)));
}

/* What people say. Notices have no handler: nobody answers those. */

/* Of a message and of an action alike. */
#define SAID(e)                                                                                    \
	.channel = (e)->is_private ? NULL : (e)->reply_to, .nick = (e)->nick, .user = (e)->user,   \
	.host = (e)->host, .account = (e)->account, .text = (e)->text, .is_past = (e)->is_history, \
	.time_ms = (e)->time_ms

static void
on_message(void *self, struct sb_irc *irc, const struct sb_irc_message *e)
{
	struct bot_heard heard = { .said = { SAID(e) }, .msgid = e->msgid };

	if (!e->is_self)
		bot_hear(self, irc, &heard);
}

static void
on_action(void *self, struct sb_irc *irc, const struct sb_irc_action *e)
{
	struct bot_heard heard = { .said = { SAID(e), .is_action = true }, .msgid = e->msgid };

	if (!e->is_self)
		bot_hear(self, irc, &heard);
}

/* The pages. */

static void
on_random(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct bot_visit visit;
	char path[32];
	int64_t id;
	int error;

	(void)http;
	bot_begin_visit(self, e, &visit);
	error = page_random(&visit.pages, &id, &visit.page);
	if (!id) {
		bot_send_page(self, e, error, &visit.page);
		return;
	}
	(void)snprintf(path, sizeof(path), "/q/%" PRId64, id);
	error = sb_http_add_field(e->request, "Cache-Control", "no-store");
	bot_end_answer(self, e, error ? error : sb_http_redirect(e->request, 303, path));
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
	bot_end_answer(bot, e, error);
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
	bot_send_page(bot, e, error, &page);
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
		struct bot_visit visit;                                                            \
		const struct pages *pages = &visit.pages;                                          \
		struct page *page = &visit.page;                                                   \
                                                                                                   \
		(void)http, (void)pages;                                                           \
		bot_begin_visit(self, e, &visit);                                                  \
		bot_send_page(self, e, make, page);                                                \
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
	struct bot_visit visit;
	int error;

	if (sb_http_route(routes, sizeof(routes) / sizeof(routes[0]), self, http, e))
		return;
	bot_begin_visit(self, e, &visit);
	error = strncmp(e->path, "/api/", 5) ? page_not_found(&visit.pages, &visit.page)
					     : api_not_found(&visit.page);
	bot_send_page(self, e, error, &visit.page);
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
	bot_tell_all(bot, http,
		"%s %s %" PRIu64 " \"%s %s%s%s\" %" PRId64 " %" PRIu64 " bytes %.3f ms%s%s%s", time,
		e->peer, e->connection, e->method, e->path, e->query[0] ? "?" : "", e->query,
		e->status, e->n_bytes, (double)e->duration_ns / 1e6,
		e->is_whole ? "" : ", broken off", e->why ? ": " : "", e->why ? e->why : "");
}

static void
on_http_refused(void *self, struct sb_http *http, const struct sb_http_refused *e)
{
	bot_tell(self, http, "a connection could not be taken: %s", e->text);
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
	bot_tell_failure(self, from, "failed in %s, %s: %s", e->place ? e->place : "no handler",
		e->signal ? e->signal : "no signal", e->text);
}

void
bot_subscribe(struct bot *bot)
{
	struct sb_dispatcher *d = bot->d;

	sb_irc_connecting_connect(d, SB_ANY, SB_HANDLER(on_connecting), bot);
	sb_irc_registered_connect(d, SB_ANY, SB_HANDLER(on_registered), bot);
	sb_irc_disconnected_connect(d, SB_ANY, SB_HANDLER(on_disconnected), bot);
	sb_irc_sts_upgraded_connect(d, SB_ANY, SB_HANDLER(on_sts_upgraded), bot);
	sb_irc_authenticated_connect(d, SB_ANY, SB_HANDLER(on_authenticated), bot);
	sb_irc_authentication_failed_connect(d, SB_ANY, SB_HANDLER(on_authentication_failed), bot);
	sb_irc_nick_regained_connect(d, SB_ANY, SB_HANDLER(on_nick_regained), bot);
	sb_irc_not_sent_connect(d, SB_ANY, SB_HANDLER(on_not_sent), bot);
	sb_irc_flooded_connect(d, SB_ANY, SB_HANDLER(on_flooded), bot);
	sb_irc_caught_up_connect(d, SB_ANY, SB_HANDLER(on_caught_up), bot);
	sb_irc_join_failed_connect(d, SB_ANY, SB_HANDLER(on_join_failed), bot);
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
