#include "commands_private.h"

#include <inttypes.h>

enum {
	LIST_LINES = 3,
	LINE_MAX_LEN = 320, /* bytes; room is left for what is said at the end */
	BEGINNING_CAP = 72,
	LIST_MOST = 20, /* more than find room */
	TOP = 5,
};

/* Quotes as ids and beginnings, several a line. */
struct list {
	char lines[LIST_LINES][LINE_MAX_LEN + 1];
	size_t n; /* lines begun */
	int64_t last; /* the last id that found room */
	bool is_full;
	bool is_top; /* with scores, and only those above 0 */
};

static void
append(struct list *list, const char *entry)
{
	char *line = list->n ? list->lines[list->n - 1] : NULL;
	size_t len = line ? strlen(line) : 0;

	if (line && len + strlen(" | ") + strlen(entry) <= LINE_MAX_LEN)
		(void)snprintf(line + len, LINE_MAX_LEN + 1 - len, " | %s", entry);
	else if (list->n < LIST_LINES)
		(void)snprintf(list->lines[list->n++], LINE_MAX_LEN + 1, "%s", entry);
	else
		list->is_full = true;
}

static void
on_quote(void *self, const struct quote *quote)
{
	struct list *list = self;
	char beginning[BEGINNING_CAP], score[32] = "", entry[BEGINNING_CAP + 64];

	if (list->is_full || (list->is_top && quote->score <= 0))
		return;
	if (list->is_top)
		(void)snprintf(score, sizeof(score), " (+%" PRId64 ")", quote->score);
	replies_begin(quote, beginning, sizeof(beginning));
	(void)snprintf(entry, sizeof(entry), "%" PRId64 "%s: %s", quote->id, score, beginning);
	append(list, entry);
	if (!list->is_full)
		list->last = quote->id;
}

static void
say_list(struct asked *asked, const struct list *list, bool has_more)
{
	size_t i;

	for (i = 0; i + 1 < list->n; i++)
		replies_say(asked->replies, "%s", list->lines[i]);
	if (has_more)
		replies_say(
			asked->replies, "%s (%smore shows the rest)", list->lines[i], asked->mark);
	else
		replies_say(asked->replies, "%s", list->lines[i]);
}

/* For `more`. Where there is no memory for it, more says that there is nothing. */
static void
keep_rest(struct asked *asked, const char *words, int64_t before)
{
	struct commands_rest *rest = recent_make(asked->commands->rests, asked->place);

	if (!rest)
		return;
	*rest = (struct commands_rest){ .before = before,
		.until_ns = asked->said->now_ns + COMMANDS_REST_S * INT64_C(1000000000) };
	(void)snprintf(rest->words, sizeof(rest->words), "%s", words);
}

int
commands_list_words(struct asked *asked, const char *words, int64_t before)
{
	struct quotes_query query = { .scope = asked->person.scope,
		.words = words,
		.order = QUOTES_NEWEST,
		.before = before,
		.most = LIST_MOST };
	struct list list = { .n = 0 };
	bool has_more;
	int n = quotes_list(asked->commands->quotes, &query, on_quote, &list, &has_more);

	if (n < 0)
		return asked_trouble(asked, n, NULL);
	if (!list.n) {
		replies_say(asked->replies, before ? "There are no more." : "No quote has %s.",
			strchr(words, ' ') ? "all these words" : "this word");
		return 0;
	}
	has_more = has_more || list.is_full;
	if (has_more)
		keep_rest(asked, words, list.last);
	say_list(asked, &list, has_more);
	return 0;
}

int
commands_search(struct asked *asked)
{
	if (!asked->args[0])
		return asked_usage(asked);
	if (strlen(asked->args) > COMMANDS_MAX_WORDS)
		return asked_refuse(asked, "That is too long to be searched for.");
	return commands_list_words(asked, asked->args, 0);
}

int
commands_top(struct asked *asked)
{
	struct quotes_query query = {
		.scope = asked->person.scope, .order = QUOTES_BEST, .most = TOP
	};
	struct list list = { .is_top = true };
	bool has_more;
	int n;

	if (asked->args[0])
		return asked_usage(asked);
	n = quotes_list(asked->commands->quotes, &query, on_quote, &list, &has_more);
	if (n < 0)
		return asked_trouble(asked, n, NULL);
	if (list.n)
		say_list(asked, &list, false);
	else
		replies_say(asked->replies, "No quote has more votes for it than against it.");
	return 0;
}
