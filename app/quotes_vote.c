#include "quotes_private.h"

#include <errno.h>

/* The vote that somebody gave before, or 0. */
static int
find_vote(struct quotes *quotes, int64_t id, const char *key, int *ret_vote)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, OLD_VOTE);
	int stepped = SQLITE_DONE;

	*ret_vote = 0;
	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		(void)sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
		stepped = sqlite3_step(statement);
		if (stepped == SQLITE_ROW)
			*ret_vote = sqlite3_column_int(statement, 0);
	}
	return quotes_done(quotes, statement, stepped);
}

int
quotes_put_vote(struct quotes *quotes, int64_t id, const struct vote *vote)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, VOTE);

	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		(void)sqlite3_bind_text(statement, 2, vote->key, -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(statement, 3, vote->name, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int(statement, 4, vote->vote);
		(void)sqlite3_bind_int64(statement, 5, vote->voted_s);
	}
	return quotes_step(quotes, statement);
}

static int
add_score(struct quotes *quotes, int64_t id, int score, bool is_new)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, ADD_SCORE);

	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		(void)sqlite3_bind_int(statement, 2, score);
		(void)sqlite3_bind_int(statement, 3, is_new);
	}
	return quotes_step(quotes, statement);
}

static int
change_vote(struct quotes *quotes, const struct quotes_person *person, int64_t id,
	const struct vote *vote, int64_t *ret_score)
{
	struct quote quote;
	int old, code = quotes_find(quotes, &person->scope, id, &quote);

	if (!code)
		code = find_vote(quotes, id, vote->key, &old);
	if (code)
		return code;
	*ret_score = quote.score;
	if (old == vote->vote)
		return -EALREADY;
	*ret_score += vote->vote - old;
	code = quotes_put_vote(quotes, id, vote);
	if (!code)
		code = add_score(quotes, id, vote->vote - old, !old);
	return code ? code : quotes_changed(quotes, 0, vote->voted_s);
}

int
quotes_vote(struct quotes *quotes, const struct quotes_person *person, int64_t id, int vote,
	int64_t now_s, int64_t *ret_score, struct sb_error *ret_error)
{
	struct vote mine = { person->key ? person->key : "", person->name ? person->name : "", vote,
		now_s };
	int code;

	sb_assert(vote == 1 || vote == -1);
	*ret_score = 0;
	quotes_start(quotes, true);
	code = quotes_begin(quotes);
	if (!code)
		code = quotes_end(quotes, change_vote(quotes, person, id, &mine, ret_score));
	if (code == -ENOENT)
		return sb_error_set(ret_error, code, "there is no quote %lld", (long long)id);
	if (code == -EALREADY)
		return sb_error_set(
			ret_error, code, "you have voted so for quote %lld already", (long long)id);
	return quotes_explain(quotes, code, ret_error);
}
