/* How the bot answers a browser. */

#include "bot_private.h"

#include <errno.h>

#include <signalbox/http.h>

void
bot_begin_visit(struct bot *bot, const struct sb_http_requested *e, struct bot_visit *ret_visit)
{
	const struct config_http *http = &bot->config->http;
	const char *scheme = http->listen && !strncmp(http->listen, "tls", 3) ? "https" : "http";

	(void)snprintf(ret_visit->base_url, BOT_URL_CAP, "%s://%s", scheme, e->host);
	ret_visit->pages = (struct pages){
		.quotes = bot->quotes,
		.base_url = http->base_url ? http->base_url : ret_visit->base_url,
		.now_s = sb_reactor_wall_ns(bot->r) / SB_S,
		.random = sb_reactor_random(bot->r),
	};
}

void
bot_end_answer(struct bot *bot, const struct sb_http_requested *e, int error)
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

void
bot_send_page(struct bot *bot, const struct sb_http_requested *e, int error, struct page *page)
{
	if (error)
		sb_fail(bot->d, error, "%s %s: %s", e->method, e->path, quotes_reason(error));
	error = add_fields(e, page);
	if (!error)
		error = sb_http_answer(e->request, page->status, page->type,
			(struct sb_bytes){ page->text, page->len });
	page_finish(page);
	bot_end_answer(bot, e, error);
}
