#include "quotes_private.h"

#include <errno.h>

enum {
	TRIES = 64, /* how often another quote is tried at random, */
	IN_ORDER = 256, /* before so many are looked at in order */
	MAX_SKIP = 10000,
	/* Bytes of what the words are made into: each in quotes, which double those in it. */
	MATCH_CAP = QUOTES_MAX_WORDS * (2 * QUOTES_MAX_WORD + 4) + 1,
};

/* ---- One quote ---- */

int
quotes_find(struct quotes *quotes, const struct quotes_scope *scope, int64_t id,
	struct quote *ret_quote)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, GET);
	int code = 0, done, stepped = SQLITE_DONE;
	struct places places;

	quotes_places(scope, &places);
	if (statement) {
		quotes_bind_places(statement, &places);
		(void)sqlite3_bind_int64(statement, 4, id);
		stepped = sqlite3_step(statement);
		code = -ENOENT;
		if (stepped == SQLITE_ROW) {
			quotes_row(statement, ret_quote);
			code = quotes_lend(quotes, ret_quote);
		}
	}
	done = quotes_done(quotes, statement, stepped);
	return done ? done : code;
}

int
quotes_get(struct quotes *quotes, const struct quotes_scope *scope, int64_t id,
	struct quote *ret_quote)
{
	quotes_start(quotes, true);
	return quotes_find(quotes, scope, id, ret_quote);
}

int
quotes_state(struct quotes *quotes, struct quotes_state *ret_state)
{
	sqlite3_stmt *statement;
	int stepped = SQLITE_DONE, code = quotes_check_file(quotes);

	*ret_state = (struct quotes_state){ 0 };
	if (code)
		return code;
	quotes_start(quotes, true);
	statement = quotes_prepare(quotes, COUNT);
	if (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
		ret_state->version = sqlite3_column_int64(statement, 1);
		ret_state->changed_s = sqlite3_column_int64(statement, 2);
	}
	return quotes_done(quotes, statement, stepped);
}

static int64_t
number(struct quotes *quotes, enum statement name)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, name);
	int64_t value = 0;
	int code, stepped = SQLITE_DONE;

	if (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	code = quotes_done(quotes, statement, stepped);
	return code ? code : value;
}

int64_t
quotes_n(struct quotes *quotes)
{
	quotes_start(quotes, true);
	return number(quotes, COUNT);
}

int64_t
quotes_n_public(struct quotes *quotes)
{
	quotes_start(quotes, true);
	return number(quotes, COUNT_PUBLIC);
}

/* ---- One by chance ---- */

/* A search for one that fits; the first that was seen does where none fits. */
struct choice {
	const struct quotes_scope *scope;
	quotes_fit_fn *fits;
	void *self;
	int64_t first;
};

/* Looks at one: 0 when it is chosen, -ENOENT when not. */
static int
try_id(struct quotes *quotes, struct choice *choice, int64_t id, struct quote *ret_quote)
{
	int code = quotes_find(quotes, choice->scope, id, ret_quote);

	if (code)
		return code;
	if (!choice->fits || choice->fits(choice->self, ret_quote))
		return 0;
	if (!choice->first)
		choice->first = id;
	return -ENOENT;
}

static int
take_first(struct quotes *quotes, const struct choice *choice, int code, struct quote *ret_quote)
{
	if (code != -ENOENT || !choice->first)
		return code;
	return quotes_find(quotes, choice->scope, choice->first, ret_quote);
}

/* The ids from one on, in order, that the scope sees. Returns how many, or a negative errno. */
static int
next_ids(struct quotes *quotes, const struct quotes_scope *scope, int64_t from, int most,
	int64_t *ret_ids)
{
	sqlite3_stmt *statement;
	struct places places;
	int code, n = 0, stepped = SQLITE_DONE;

	quotes_places(scope, &places);
	statement = quotes_prepare(quotes, places.sees_all ? NEXT_ID_OF_ALL : NEXT_ID);
	if (statement) {
		quotes_bind_places(statement, &places);
		(void)sqlite3_bind_int64(statement, 4, from);
		(void)sqlite3_bind_int(statement, 5, most);
		while ((stepped = sqlite3_step(statement)) == SQLITE_ROW)
			ret_ids[n++] = sqlite3_column_int64(statement, 0);
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : n;
}

/* From an id on, and from the start again. */
static int
choose_in_order(struct quotes *quotes, struct choice *choice, int64_t from, struct quote *ret_quote)
{
	int64_t ids[IN_ORDER];
	int i, n, code = -ENOENT, round;

	for (round = 0; round < 2 && code == -ENOENT; round++) {
		n = next_ids(quotes, choice->scope, round ? 1 : from, IN_ORDER, ids);
		if (n < 0)
			return n;
		for (i = 0; i < n && code == -ENOENT; i++)
			code = try_id(quotes, choice, ids[i], ret_quote);
	}
	return code;
}

int
quotes_choose(struct quotes *quotes, const struct quotes_scope *scope, uint64_t random,
	quotes_fit_fn *fits, void *self, struct quote *ret_quote)
{
	struct choice choice = { scope, fits, self, 0 };
	int64_t last, id = 1;
	int i, code = -ENOENT;

	quotes_start(quotes, true);
	last = number(quotes, LAST_ID);
	if (last <= 0)
		return last ? (int)last : -ENOENT;
	/* Any id is as likely as another; one that is not there is passed over. */
	for (i = 0; i < TRIES && code == -ENOENT; i++) {
		id = (int64_t)(quotes_stir(&random) % (uint64_t)last) + 1;
		code = try_id(quotes, &choice, id, ret_quote);
	}
	if (code == -ENOENT)
		code = choose_in_order(quotes, &choice, id, ret_quote);
	return take_first(quotes, &choice, code, ret_quote);
}

/* ---- Words ---- */

/* How many bytes of a word are looked for: whole characters. */
static size_t
cut_word(const char *word, size_t len)
{
	size_t cut = QUOTES_MAX_WORD;

	if (len <= QUOTES_MAX_WORD)
		return len;
	while (cut && ((unsigned char)word[cut] & 0xc0) == 0x80)
		cut--;
	return cut ? cut : QUOTES_MAX_WORD;
}

/* Adds a word in double quotes, those in it doubled, so that nothing in it is syntax, and a '*'
 * after it: also the beginning of a longer one. Returns how many bytes more. */
static size_t
add_word(const char *word, size_t len, char *ret_match)
{
	size_t i, out = 0;

	ret_match[out++] = '"';
	for (i = 0; i < len; i++) {
		if (word[i] == '"')
			ret_match[out++] = '"';
		ret_match[out++] = word[i];
	}
	return out + (size_t)sprintf(ret_match + out, "\"* ");
}

/* False without a word. */
static bool
make_match(const char *words, char ret_match[MATCH_CAP])
{
	size_t len, out = 0, n;

	ret_match[0] = '\0';
	for (n = 0; words && n < QUOTES_MAX_WORDS; n++) {
		words += strspn(words, " \t\r\n\v\f");
		len = strcspn(words, " \t\r\n\v\f");
		if (!len)
			break;
		out += add_word(words, cut_word(words, len), ret_match + out);
		words += len;
	}
	return out > 0;
}

/* ---- Lists ---- */

static enum statement
statement_for(const struct quotes_query *query, bool has_words, bool sees_all)
{
	if (has_words)
		return query->order == QUOTES_NEWEST ? SEARCH_NEWEST
		       : query->order == QUOTES_BEST ? SEARCH_BEST
						     : SEARCH_RANKED;
	if (query->channel)
		return query->order == QUOTES_NEWEST ? CHANNEL_NEWEST : CHANNEL_BEST;
	if (query->order == QUOTES_NEWEST)
		return sees_all ? NEWEST_OF_ALL : NEWEST;
	return sees_all ? BEST_OF_ALL : BEST;
}

static void
bind_query(sqlite3_stmt *statement, const struct quotes_query *query, const struct places *places,
	const char *match)
{
	quotes_bind_places(statement, places);
	(void)sqlite3_bind_int64(statement, 4, query->before ? query->before : INT64_MAX);
	(void)sqlite3_bind_int64(statement, 5, (int64_t)query->most + 1);
	(void)sqlite3_bind_int64(statement, 6, (int64_t)query->skip);
	(void)sqlite3_bind_text(statement, 7, query->channel, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(statement, 8, match, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(statement, 9, QUOTES_MAX_FOUND);
}

int
quotes_list(struct quotes *quotes, const struct quotes_query *query, quotes_each_fn *each,
	void *self, bool *ret_has_more)
{
	char match[MATCH_CAP];
	bool has_words = make_match(query->words, match);
	sqlite3_stmt *statement;
	struct places places;
	struct quote quote;
	int n = 0, code, stepped = SQLITE_DONE;

	sb_assert(query->most <= QUOTES_MAX_LIST && query->skip <= MAX_SKIP);
	*ret_has_more = false;
	quotes_start(quotes, true);
	quotes_places(&query->scope, &places);
	statement = quotes_prepare(quotes, statement_for(query, has_words, places.sees_all));
	if (statement) {
		bind_query(statement, query, &places, match);
		while (!*ret_has_more && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
			if ((size_t)n == query->most) {
				*ret_has_more = true;
				break;
			}
			quotes_row(statement, &quote);
			each(self, &quote);
			n++;
		}
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : n;
}

/* ---- One by words ---- */

static int
matching_ids(struct quotes *quotes, const struct quotes_scope *scope, const char *match,
	int64_t ids[QUOTES_MAX_FOUND])
{
	sqlite3_stmt *statement = quotes_prepare(quotes, SEARCH_IDS);
	struct places places;
	int n = 0, code, stepped = SQLITE_DONE;

	quotes_places(scope, &places);
	if (statement) {
		quotes_bind_places(statement, &places);
		(void)sqlite3_bind_int(statement, 5, QUOTES_MAX_FOUND);
		(void)sqlite3_bind_text(statement, 8, match, -1, SQLITE_STATIC);
		while ((stepped = sqlite3_step(statement)) == SQLITE_ROW)
			ids[n++] = sqlite3_column_int64(statement, 0);
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : n;
}

int
quotes_search(struct quotes *quotes, const struct quotes_scope *scope, const char *words,
	uint64_t random, quotes_fit_fn *fits, void *self, struct quote *ret_quote)
{
	struct choice choice = { scope, fits, self, 0 };
	int64_t ids[QUOTES_MAX_FOUND], id;
	char match[MATCH_CAP];
	int i, n, other, code = -ENOENT;

	quotes_start(quotes, true);
	n = make_match(words, match) ? matching_ids(quotes, scope, match, ids) : 0;
	if (n <= 0)
		return n;
	/* They are shuffled as far as it takes. */
	for (i = 0; i < n && code == -ENOENT; i++) {
		other = i + (int)(quotes_stir(&random) % (uint64_t)(n - i));
		id = ids[other];
		ids[other] = ids[i];
		code = try_id(quotes, &choice, id, ret_quote);
	}
	code = take_first(quotes, &choice, code, ret_quote);
	return code ? code : n;
}
