/* What the bot does when a browser asks. */

#include "bot_private.h"
#include "metrics.h"
#include "pages.h"
#include "quotes_json.h"

#include <errno.h>
#include <inttypes.h>

#include <signalbox/http.h>

enum { HOST_URL_CAP = 300 }; /* bytes of "https://host:port" */

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
	bot_tell(bot, http,
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

void
bot_hear_http(struct bot *bot)
{
	struct sb_dispatcher *d = bot->d;

	sb_http_requested_connect(d, SB_ANY, SB_HANDLER(on_http_requested), bot);
	sb_http_answered_connect(d, SB_ANY, SB_HANDLER(on_http_answered), bot);
	sb_http_refused_connect(d, SB_ANY, SB_HANDLER(on_http_refused), bot);
}
