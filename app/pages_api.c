#include "pages_private.h"
#include "quotes_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TYPE "application/json"

enum { WHY_CAP = 128 };

/* Makes a page of the object, which it takes over; NULL stands for the end of memory. */
static int
make(json_t *object, int status, bool is_once, struct page *ret_page)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	struct html html = { 0 };

	if (text) {
		html_add(&html, text);
		html_add(&html, "\n");
	}
	free(text);
	json_decref(object);
	return is_once ? page_make_once(&html, status, TYPE, ret_page)
		       : page_make(&html, status, TYPE, ret_page);
}

static int
refuse(int status, const char *why, struct page *ret_page)
{
	return make(
		json_pack("{s:s, s:i}", "error", why, "status", status), status, true, ret_page);
}

/* What went wrong with the database. */
static int
broken(int error, struct page *ret_page)
{
	if (error == -ENOENT)
		return refuse(404, "there is no such quote", ret_page);
	(void)refuse(503,
		error == -ETIME ? "there is too much to look through; ask for less"
				: "the quotes cannot be read just now; ask again later",
		ret_page);
	return error;
}

int
api_not_found(struct page *ret_page)
{
	return refuse(
		404, "there is no such resource; app/docs/api.md tells which there are", ret_page);
}

/* A text made of an address, which it takes over: a new reference, or NULL. */
static json_t *
address(struct html *html)
{
	json_t *text = html->has_failed ? NULL : json_stringn(html->text, html->len);

	html_finish(html);
	return text;
}

/* A quote as clients see it: with its address, and without the folders of the file it came from. */
static json_t *
quote_object(const struct pages *pages, const struct quote *quote)
{
	json_t *object = quotes_json(quote);
	struct html url = { 0 };

	html_format(&url, "%s/q/%" PRId64, pages->base_url ? pages->base_url : "", quote->id);
	if (json_object_set_new(object, "url", address(&url))
		|| json_object_set_new(object, "source", quotes_json_name(quote_source(quote)))
		|| json_object_set_new(object, "votes", json_integer(quote->n_votes))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* ---- /api/v1/quotes ---- */

struct order {
	const char *name;
	enum quotes_order order;
};

static const struct order orders[] = {
	{ "newest", QUOTES_NEWEST },
	{ "best", QUOTES_BEST },
	{ "ranked", QUOTES_RANKED },
};

static const struct order *
find_order(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (!strcmp(name, orders[i].name))
			return &orders[i];
	return NULL;
}

/* What is wrong with numbers; why stays "" when nothing is. */
static void
read_numbers(const struct api_query *asked, struct quotes_query *query, char why[WHY_CAP])
{
	int64_t before = parse_number_or_null(asked->before, INT64_MAX);
	int64_t skip = parse_number_or_null(asked->skip, PAGES_MAX_SKIP);
	int64_t limit = asked->limit ? parse_number(asked->limit) : PAGES_N_LIST;

	if (before < 0)
		(void)snprintf(why, WHY_CAP, "before is the id of a quote");
	else if (skip < 0)
		(void)snprintf(why, WHY_CAP, "skip is a number from 0 to %d", PAGES_MAX_SKIP);
	else if (limit < 0 || limit > QUOTES_MAX_LIST)
		(void)snprintf(why, WHY_CAP, "limit is a number from 1 to %d", QUOTES_MAX_LIST);
	query->before = before;
	query->skip = (size_t)skip;
	query->most = (size_t)limit;
}

/* Without an order: what was searched for by rank, else the newest. */
static void
read_query(const struct api_query *asked, struct quotes_query *query,
	const struct order **ret_order, char why[WHY_CAP])
{
	bool has = has_words(asked->words);
	const char *name = asked->order ? asked->order : has ? "ranked" : "newest";
	const struct order *order = find_order(name);

	why[0] = '\0';
	*query = (struct quotes_query){ .words = has ? asked->words : NULL };
	*ret_order = order;
	if (asked->channel && asked->channel[0])
		query->channel = asked->channel;
	read_numbers(asked, query, why);
	if (has && strlen(asked->words) > PAGES_MAX_WORDS)
		(void)snprintf(why, WHY_CAP, "q has at most %d bytes", PAGES_MAX_WORDS);
	else if (!order)
		(void)snprintf(why, WHY_CAP, "order is newest, best or ranked");
	else if (order->order == QUOTES_RANKED && !has)
		(void)snprintf(why, WHY_CAP, "order=ranked needs q");
	else if (order->order == QUOTES_NEWEST && query->skip)
		(void)snprintf(why, WHY_CAP, "order=newest goes on by before, and not by skip");
	else if (order->order != QUOTES_NEWEST && query->before)
		(void)snprintf(why, WHY_CAP, "order=%s goes on by skip, and not by before", name);
	query->order = order ? order->order : QUOTES_NEWEST;
}

struct list {
	const struct pages *pages;
	json_t *quotes; /* NULL when out of memory */
	size_t n, n_bytes; /* that it holds, and of their texts */
	int64_t last_id;
	bool is_full;
};

static void
on_quote(void *self, const struct quote *quote)
{
	struct list *list = self;

	list->is_full |= list->n && list->n_bytes + quote->len > PAGES_LIST_BYTES;
	if (list->is_full)
		return;
	if (list->quotes && json_array_append_new(list->quotes, quote_object(list->pages, quote))) {
		json_decref(list->quotes);
		list->quotes = NULL;
	}
	list->last_id = quote->id;
	list->n_bytes += quote->len;
	list->n++;
}

static void
add_parameter(struct html *url, const char *name, const char *value)
{
	html_format(url, "&%s=", name);
	html_url(url, value);
}

/* Where the list goes on, or JSON's null. */
static json_t *
next_address(const struct list *list, const struct quotes_query *query, const struct order *order)
{
	const char *base_url = list->pages->base_url;
	struct html url = { 0 };

	html_format(&url, "%s/api/v1/quotes?order=%s&limit=%zu", base_url ? base_url : "",
		order->name, query->most);
	if (query->words)
		add_parameter(&url, "q", query->words);
	if (query->channel)
		add_parameter(&url, "channel", query->channel);
	if (query->order == QUOTES_NEWEST)
		html_format(&url, "&before=%" PRId64, list->last_id);
	else
		html_format(&url, "&skip=%zu", query->skip + list->n);
	return address(&url);
}

/* Takes both over. */
static json_t *
list_object(json_t *quotes, json_t *next)
{
	json_t *object = json_object();
	int n_failed = json_object_set_new(object, "quotes", quotes);

	n_failed += json_object_set_new(object, "next", next);
	if (!n_failed)
		return object;
	json_decref(object);
	return NULL;
}

int
api_quotes(const struct pages *pages, const struct api_query *asked, struct page *ret_page)
{
	struct list list = { .pages = pages };
	const struct order *order;
	struct quotes_query query;
	bool has_more = false;
	char why[WHY_CAP];
	int n;

	read_query(asked, &query, &order, why);
	if (why[0])
		return refuse(400, why, ret_page);
	list.quotes = json_array();
	n = quotes_list(pages->quotes, &query, on_quote, &list, &has_more);
	if (n < 0) {
		json_decref(list.quotes);
		return broken(n, ret_page);
	}
	has_more |= list.is_full;
	if (query.order != QUOTES_NEWEST && query.skip + list.n > PAGES_MAX_SKIP)
		has_more = false;
	return make(list_object(list.quotes,
			    has_more ? next_address(&list, &query, order) : json_null()),
		200, false, ret_page);
}

/* ---- One quote, and what there is ---- */

int
api_quote(const struct pages *pages, const char *id, struct page *ret_page)
{
	struct quotes_scope scope = { 0 };
	struct quote quote;
	int64_t number = parse_number(id);
	int error = number < 0 ? -ENOENT : quotes_get(pages->quotes, &scope, number, &quote);

	if (error)
		return broken(error, ret_page);
	return make(quote_object(pages, &quote), 200, false, ret_page);
}

int
api_random(const struct pages *pages, struct page *ret_page)
{
	struct quotes_scope scope = { 0 };
	struct quote quote;
	int error = quotes_choose(pages->quotes, &scope, pages->random, NULL, NULL, &quote);

	if (error == -ENOENT)
		return refuse(404, "there are no quotes yet", ret_page);
	if (error)
		return broken(error, ret_page);
	return make(quote_object(pages, &quote), 200, true, ret_page);
}

static void
on_newest(void *self, const struct quote *quote)
{
	int64_t *id = self;

	*id = quote->id;
}

static json_t *
stats_object(int64_t n, int64_t newest)
{
	json_t *object = json_object();
	int n_failed = json_object_set_new(object, "quotes", json_integer(n));

	n_failed +=
		json_object_set_new(object, "newest", newest ? json_integer(newest) : json_null());
	if (!n_failed)
		return object;
	json_decref(object);
	return NULL;
}

int
api_stats(const struct pages *pages, struct page *ret_page)
{
	struct quotes_query query = { .order = QUOTES_NEWEST, .most = 1 };
	int64_t newest = 0, n = quotes_n_public(pages->quotes);
	bool has_more;
	int error =
		n < 0 ? (int)n : quotes_list(pages->quotes, &query, on_newest, &newest, &has_more);

	if (error < 0)
		return broken(error, ret_page);
	return make(stats_object(n, newest), 200, false, ret_page);
}
