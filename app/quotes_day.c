#include "quotes_private.h"

#include <errno.h>

/* Every public quote has a number, of how many rounds it has had its day in; a round ends when none
 * is left, and what is added comes into the round that runs. One that does not fit is passed over
 * for its round, so that these do not pile up. */

enum { MOST_PASSED = 256 };

/* Gives a row of a statement that was bound: 0, or -ENOENT. */
static int
row(struct quotes *quotes, sqlite3_stmt *statement, struct quote *ret_quote)
{
	int stepped = statement ? sqlite3_step(statement) : SQLITE_DONE, code = -ENOENT, done;

	if (stepped == SQLITE_ROW) {
		quotes_row(statement, ret_quote);
		code = quotes_lend(quotes, ret_quote);
	}
	done = quotes_done(quotes, statement, stepped);
	return done ? done : code;
}

static int
find_day(struct quotes *quotes, int64_t day, struct quote *ret_quote)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, OF_DAY);

	if (statement)
		(void)sqlite3_bind_int64(statement, 1, day);
	return row(quotes, statement, ret_quote);
}

/* Runs a statement with two numbers. */
static int
with_numbers(struct quotes *quotes, enum statement name, int64_t a, int64_t b)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, name);

	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, a);
		if (sqlite3_bind_parameter_count(statement) > 1)
			(void)sqlite3_bind_int64(statement, 2, b);
	}
	return quotes_step(quotes, statement);
}

/* The round that runs and the last id: -ENOENT where there are no quotes. */
static int
find_round(struct quotes *quotes, int64_t *ret_round, int64_t *ret_last)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, DAY_ROUND);
	int code, stepped = SQLITE_DONE;
	bool is_none = true;

	if (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
		is_none = sqlite3_column_type(statement, 0) == SQLITE_NULL;
		*ret_round = sqlite3_column_int64(statement, 0);
	}
	code = quotes_done(quotes, statement, stepped);
	if (code || is_none)
		return code ? code : -ENOENT;
	statement = quotes_prepare(quotes, LAST_ID);
	stepped = SQLITE_DONE;
	if (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
		*ret_last = sqlite3_column_int64(statement, 0);
	code = quotes_done(quotes, statement, stepped);
	return code ? code : with_numbers(quotes, SET_ROUND, *ret_round, 0);
}

/* The next of a round from a random id on, or from the start. */
static int
find_next(struct quotes *quotes, int64_t round, int64_t from, struct quote *ret_quote)
{
	sqlite3_stmt *statement;
	int i, code = -ENOENT;

	for (i = 0; i < 2 && code == -ENOENT; i++) {
		statement = quotes_prepare(quotes, DAY_NEXT);
		if (statement) {
			(void)sqlite3_bind_int64(statement, 1, round);
			(void)sqlite3_bind_int64(statement, 2, i ? 1 : from);
		}
		code = row(quotes, statement, ret_quote);
	}
	return code;
}

static int
choose_day(struct quotes *quotes, int64_t day, uint64_t random, quotes_fit_fn *fits, void *self,
	struct quote *ret_quote)
{
	int64_t round = 0, last = 1, first = 0;
	int i, code;
	bool is_chosen = false;

	for (i = 0; i < MOST_PASSED && !is_chosen; i++) {
		code = find_round(quotes, &round, &last);
		if (!code)
			code = find_next(quotes, round,
				(int64_t)(quotes_stir(&random) % (uint64_t)last) + 1, ret_quote);
		if (code)
			return code;
		if (!first)
			first = ret_quote->id;
		is_chosen = !fits || fits(self, ret_quote);
		code = with_numbers(quotes, DAY_PASS, ret_quote->id, round + 1);
		if (code)
			return code;
	}
	/* None fits: then any. */
	return with_numbers(quotes, DAY_SET, day, is_chosen ? ret_quote->id : first);
}

static int
keep_day(struct quotes *quotes, int64_t day, uint64_t random, quotes_fit_fn *fits, void *self,
	struct quote *ret_quote)
{
	int code = quotes_begin(quotes);

	if (code)
		return code;
	/* Another process may have chosen it meanwhile. */
	code = find_day(quotes, day, ret_quote);
	if (code == -ENOENT)
		code = choose_day(quotes, day, random, fits, self, ret_quote);
	code = quotes_end(quotes, code);
	return code ? code : find_day(quotes, day, ret_quote);
}

int
quotes_of_day(struct quotes *quotes, int64_t day, uint64_t random, quotes_fit_fn *fits, void *self,
	struct quote *ret_quote)
{
	static const struct quotes_scope anywhere = { 0 };
	int code;

	quotes_start(quotes, true);
	code = find_day(quotes, day, ret_quote);
	if (code == -ENOENT)
		code = keep_day(quotes, day, random, fits, self, ret_quote);
	if (!code || code == -ENOENT)
		return code;
	/* A disk that is full, say, is no reason for a day without one. */
	return quotes_choose(quotes, &anywhere, (uint64_t)day, fits, self, ret_quote);
}
