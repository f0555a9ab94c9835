#include "quotes_private.h"

#include <errno.h>

enum {
	TRIES = 64, /* how often another quote is tried at random before the search goes on in order */
	SCAN_MOST = 256, /* quotes that are looked at in order then */
	SKIP_MOST = 10000,
	MATCH_CAP = 2048, /* bytes of what a search asks the index */
};

int64_t
quotes_n(struct quotes *quotes)
{
	sqlite3_stmt *stmt;
	int64_t n = 0;

	quotes_begin_call(quotes);
	if (quotes_statement(quotes, "SELECT n FROM state", &stmt, NULL))
		return 0;
	if (quotes_step(quotes, stmt, NULL) > 0)
		n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_reset(stmt);
	return n;
}

int
quotes_state(struct quotes *quotes, struct quotes_state *ret_state)
{
	sqlite3_stmt *stmt;
	int got;

	quotes_begin_call(quotes);
	got = quotes_statement(quotes, "SELECT version, changed_s FROM state", &stmt, NULL);
	if (!got)
		got = quotes_step(quotes, stmt, NULL);
	if (got <= 0)
		return got ? got : -EUCLEAN;
	ret_state->version = sqlite3_column_int64(stmt, 0);
	ret_state->changed_s = sqlite3_column_int64(stmt, 1);
	(void)sqlite3_reset(stmt);
	return 0;
}

static int
get(struct quotes *quotes, const struct quotes_scope *scope, int64_t id, struct quote *ret_quote)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(quotes,
		"SELECT " QUOTE_COLUMNS " FROM quote WHERE id = :id AND " QUOTE_IS_SEEN, &stmt,
		NULL);

	if (got)
		return got;
	quotes_bind_int(stmt, ":id", id);
	quotes_bind_scope(stmt, scope);
	got = quotes_step(quotes, stmt, NULL);
	if (got <= 0)
		return got ? got : -ENOENT;
	got = quotes_hold(quotes, stmt, ret_quote);
	(void)sqlite3_reset(stmt);
	return got;
}

int
quotes_get(struct quotes *quotes, const struct quotes_scope *scope, int64_t id,
	struct quote *ret_quote)
{
	quotes_begin_call(quotes);
	return get(quotes, scope, id, ret_quote);
}

/* Choosing. */

/* splitmix64's step and mix. */
static uint64_t
stir(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int
last_id(struct quotes *quotes, int64_t *ret_id)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(quotes, "SELECT max(id) FROM quote", &stmt, NULL);

	if (!got)
		got = quotes_step(quotes, stmt, NULL);
	if (got < 0)
		return got;
	*ret_id = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_reset(stmt);
	return 0;
}

/* What is chosen from, and how. */
struct choice {
	struct quotes *quotes;
	struct quotes_scope scope;
	bool spares_shown; /* not those that were a quote of the day */
	quotes_fit_fn *fits;
	void *self;
	int64_t any; /* the first that was met, whether it fits or not; 0: none */
};

/* Whether it has been a quote of the day: 1, 0. */
static int
was_shown(struct quotes *quotes, int64_t id)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(
		quotes, "SELECT 1 FROM quote_of_day WHERE quote = :id", &stmt, NULL);

	if (got)
		return got;
	quotes_bind_int(stmt, ":id", id);
	got = quotes_step(quotes, stmt, NULL);
	(void)sqlite3_reset(stmt);
	return got;
}

/* Whether this one will do: 1, and *ret_quote is it; 0. */
static int
consider(struct choice *choice, int64_t id, struct quote *ret_quote)
{
	int got = get(choice->quotes, &choice->scope, id, ret_quote);

	if (got == -ENOENT)
		return 0;
	if (!got && choice->spares_shown)
		got = was_shown(choice->quotes, id);
	if (got)
		return got < 0 ? got : 0;
	if (!choice->any)
		choice->any = id;
	return !choice->fits || choice->fits(choice->self, ret_quote);
}

/* Goes on in order from an id, past the last to the first. */
static int
scan(struct choice *choice, int64_t from, struct quote *ret_quote)
{
	sqlite3_stmt *stmt;
	int64_t ids[SCAN_MOST];
	size_t i, n = 0;
	int got = quotes_statement(choice->quotes,
		"SELECT id FROM quote WHERE (id >= :from) = :is_after AND " QUOTE_IS_SEEN
		" AND (:spares_shown = 0 OR id NOT IN (SELECT quote FROM quote_of_day)) "
		"ORDER BY id LIMIT :most",
		&stmt, NULL);

	if (got)
		return got;
	quotes_bind_scope(stmt, &choice->scope);
	quotes_bind_int(stmt, ":from", from);
	quotes_bind_int(stmt, ":spares_shown", choice->spares_shown);
	for (i = 0; i < 2; i++) {
		quotes_bind_int(stmt, ":is_after", !i);
		quotes_bind_int(stmt, ":most", (int64_t)(SCAN_MOST - n));
		while (n < SCAN_MOST && (got = quotes_step(choice->quotes, stmt, NULL)) > 0)
			ids[n++] = sqlite3_column_int64(stmt, 0);
		(void)sqlite3_reset(stmt);
		if (got < 0)
			return got;
	}
	for (i = 0; i < n; i++) {
		got = consider(choice, ids[i], ret_quote);
		if (got)
			return got;
	}
	return 0;
}

static int
choose(struct choice *choice, uint64_t random, struct quote *ret_quote)
{
	int64_t last;
	int i, got = last_id(choice->quotes, &last);

	if (got || !last)
		return got ? got : -ENOENT;
	for (i = 0; i < TRIES && !got; i++)
		got = consider(choice, (int64_t)(stir(&random) % (uint64_t)last) + 1, ret_quote);
	if (!got)
		got = scan(choice, (int64_t)(stir(&random) % (uint64_t)last) + 1, ret_quote);
	if (got)
		return got < 0 ? got : 0;
	if (!choice->any)
		return -ENOENT;
	return get(choice->quotes, &choice->scope, choice->any, ret_quote);
}

int
quotes_choose(struct quotes *quotes, const struct quotes_scope *scope, uint64_t random,
	quotes_fit_fn *fits, void *self, struct quote *ret_quote)
{
	struct choice choice = { quotes, *scope, false, fits, self, 0 };

	quotes_begin_call(quotes);
	/* Also who sees deleted ones is not given one by chance. */
	choice.scope.sees_all = false;
	return choose(&choice, random, ret_quote);
}

/* The quote of the day. */

/* The one that was chosen already: 1, 0. */
static int
known_of_day(struct quotes *quotes, int64_t day, struct quote *ret_quote)
{
	static const struct quotes_scope anywhere;
	sqlite3_stmt *stmt;
	int64_t id;
	int got = quotes_statement(
		quotes, "SELECT quote FROM quote_of_day WHERE day = :day", &stmt, NULL);

	if (got)
		return got;
	quotes_bind_int(stmt, ":day", day);
	got = quotes_step(quotes, stmt, NULL);
	if (got <= 0)
		return got;
	id = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_reset(stmt);
	got = get(quotes, &anywhere, id, ret_quote);
	/* It may have been deleted since. */
	return got == -ENOENT ? 0 : got ? got : 1;
}

static int
keep_of_day(struct quotes *quotes, int64_t day, int64_t id)
{
	sqlite3_stmt *stmt;
	int error = quotes_statement(quotes,
		"INSERT OR REPLACE INTO quote_of_day (day, quote) VALUES (:day, :id)", &stmt, NULL);

	if (error)
		return error;
	quotes_bind_int(stmt, ":day", day);
	quotes_bind_int(stmt, ":id", id);
	return quotes_run(quotes, stmt, NULL);
}

/* All have been shown: the next round begins, but not with what was shown last. */
static int
begin_round(struct quotes *quotes)
{
	return quotes_execute(quotes,
		"DELETE FROM quote_of_day WHERE day <> (SELECT max(day) FROM quote_of_day)", NULL);
}

static int
choose_of_day(struct choice *choice, uint64_t random, struct quote *ret_quote)
{
	int error = choose(choice, random, ret_quote);

	if (error != -ENOENT)
		return error;
	error = begin_round(choice->quotes);
	if (!error)
		error = choose(choice, random, ret_quote);
	if (error != -ENOENT)
		return error;
	/* There is but the one. */
	choice->spares_shown = false;
	return choose(choice, random, ret_quote);
}

int
quotes_of_day(struct quotes *quotes, int64_t day, uint64_t random, quotes_fit_fn *fits, void *self,
	struct quote *ret_quote)
{
	struct choice choice = { quotes, { NULL, NULL, false }, true, fits, self, 0 };
	int got, error;

	quotes_begin_call(quotes);
	got = known_of_day(quotes, day, ret_quote);
	if (got)
		return got < 0 ? got : 0;
	error = quotes_begin_change(quotes, NULL);
	if (error)
		return error;
	error = choose_of_day(&choice, random, ret_quote);
	if (!error)
		error = keep_of_day(quotes, day, ret_quote->id);
	return quotes_end_change(quotes, error, NULL);
}

/* Words. */

/* What the index is asked: each word in double quotes, so that nothing in it means anything else, and a * for
 * what begins with it. Empty where there is no word. */
static void
make_match(const char *words, char match[MATCH_CAP])
{
	size_t i, len, n = 0, used = 0;

	match[0] = '\0';
	if (!words)
		return;
	for (words += strspn(words, " \t\r\n"); *words && n < QUOTES_MAX_WORDS;
		words += len + strspn(words + len, " \t\r\n"), n++) {
		len = strcspn(words, " \t\r\n");
		/* In the worst case each byte is a double quote. */
		if (used + 2 * len + 5 > MATCH_CAP)
			break;
		match[used++] = '"';
		for (i = 0; i < len; i++) {
			match[used++] = words[i];
			if (words[i] == '"')
				match[used++] = '"';
		}
		memcpy(match + used, "\"* ", 4);
		used += 3;
	}
}

/* The newest that hold the words. */
#define CANDIDATES                                                                                 \
	"SELECT " QUOTE_COLUMNS                                                                    \
	" FROM words CROSS JOIN quote ON quote.id = words.rowid WHERE words MATCH :match AND "     \
	"words.rowid < :before AND " QUOTE_IS_SEEN " AND quote.is_deleted = 0 AND "                \
	"(:of_channel IS NULL OR quote.channel = :of_channel) ORDER BY words.rowid DESC "

/* By what is asked for: with words, without. */
static const char *
sql_for(const struct quotes_query *query, bool has_words)
{
	if (has_words && query->order == QUOTES_NEWEST)
		return CANDIDATES "LIMIT :most";
	if (has_words && query->order == QUOTES_BEST)
		return "SELECT * FROM (" CANDIDATES "LIMIT :found_most) "
		       "ORDER BY score DESC, id DESC LIMIT :most OFFSET :skip";
	/* Words weigh more the shorter the text that they stand in. */
	if (has_words)
		return "SELECT * FROM (" CANDIDATES "LIMIT :found_most) "
		       "ORDER BY length(text), id DESC LIMIT :most OFFSET :skip";
	if (query->order == QUOTES_NEWEST && query->channel)
		return "SELECT " QUOTE_COLUMNS " FROM quote WHERE is_deleted = 0 AND channel = "
		       ":of_channel AND id < :before AND " QUOTE_IS_SEEN
		       " ORDER BY id DESC LIMIT :most";
	if (query->order == QUOTES_NEWEST)
		return "SELECT " QUOTE_COLUMNS " FROM quote WHERE id < :before AND " QUOTE_IS_SEEN
		       " ORDER BY id DESC LIMIT :most";
	return "SELECT " QUOTE_COLUMNS " FROM quote WHERE is_deleted = 0 AND (:of_channel IS NULL "
	       "OR channel = :of_channel) AND " QUOTE_IS_SEEN
	       " ORDER BY score DESC, id DESC LIMIT :most OFFSET :skip";
}

static void
bind_query(sqlite3_stmt *stmt, const struct quotes_query *query, const char *match)
{
	quotes_bind_scope(stmt, &query->scope);
	quotes_bind_text(stmt, ":match", match);
	quotes_bind_text(stmt, ":of_channel", query->channel);
	quotes_bind_int(stmt, ":before", query->before ? query->before : INT64_MAX);
	/* One more, to see whether there is one. */
	quotes_bind_int(stmt, ":most", (int64_t)query->most + 1);
	quotes_bind_int(stmt, ":skip", (int64_t)query->skip);
	quotes_bind_int(stmt, ":found_most", QUOTES_MAX_FOUND);
}

int
quotes_list(struct quotes *quotes, const struct quotes_query *query, quotes_each_fn *each,
	void *self, bool *ret_has_more)
{
	char match[MATCH_CAP];
	struct quote quote;
	sqlite3_stmt *stmt;
	size_t n = 0;
	int got;

	sb_assert(query->most && query->most <= QUOTES_MAX_LIST && query->skip <= SKIP_MOST);
	quotes_begin_call(quotes);
	*ret_has_more = false;
	make_match(query->words, match);
	got = quotes_statement(quotes, sql_for(query, match[0]), &stmt, NULL);
	if (got)
		return got;
	bind_query(stmt, query, match);
	while ((got = quotes_step(quotes, stmt, NULL)) > 0) {
		if (n == query->most) {
			*ret_has_more = true;
			break;
		}
		quotes_read_row(stmt, &quote);
		each(self, &quote);
		n++;
	}
	(void)sqlite3_reset(stmt);
	return got < 0 ? got : (int)n;
}

/* The ids of those that hold the words, the newest first: how many. */
static int
find(struct quotes *quotes, const struct quotes_scope *scope, const char *match,
	int64_t ids[QUOTES_MAX_FOUND])
{
	struct quotes_query query = { .scope = *scope, .most = QUOTES_MAX_FOUND - 1 };
	sqlite3_stmt *stmt;
	int got, n = 0;

	got = quotes_statement(quotes, sql_for(&query, true), &stmt, NULL);
	if (got)
		return got;
	bind_query(stmt, &query, match);
	while ((got = quotes_step(quotes, stmt, NULL)) > 0)
		ids[n++] = sqlite3_column_int64(stmt, 0);
	return got ? got : n;
}

int
quotes_search(struct quotes *quotes, const struct quotes_scope *scope, const char *words,
	uint64_t random, quotes_fit_fn *fits, void *self, struct quote *ret_quote)
{
	struct choice choice = { quotes, *scope, false, fits, self, 0 };
	int64_t ids[QUOTES_MAX_FOUND];
	char match[MATCH_CAP];
	int i, at, n, got = 0;

	quotes_begin_call(quotes);
	make_match(words, match);
	if (!match[0])
		return 0;
	n = find(quotes, scope, match, ids);
	if (n <= 0)
		return n;
	/* In an order by chance, as far as it is needed. */
	for (i = 0; i < n && i < SCAN_MOST && !got; i++) {
		at = i + (int)(stir(&random) % (uint64_t)(n - i));
		got = consider(&choice, ids[at], ret_quote);
		ids[at] = ids[i];
	}
	if (!got)
		got = get(quotes, scope, choice.any, ret_quote);
	return got < 0 ? got : n;
}
