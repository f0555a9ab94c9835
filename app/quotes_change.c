#include "quotes_private.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>

/* Adding. */

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without white space at its ends, and with \n for \r\n: in memory of its own. */
static char *
tidy(const char *text)
{
	size_t len = strlen(text), n = 0, i;
	char *tidied;

	while (len && is_space(*text)) {
		text++;
		len--;
	}
	while (len && is_space(text[len - 1]))
		len--;
	tidied = malloc(len + 1);
	if (!tidied)
		return NULL;
	for (i = 0; i < len; i++)
		if (text[i] != '\r' || text[i + 1] != '\n')
			tidied[n++] = text[i];
	tidied[n] = '\0';
	return tidied;
}

/* What makes two texts the same: the next byte without case, white space as one space; 0 at the end. */
static unsigned char
next_byte(const char **at)
{
	const char *text = *at;
	unsigned char c;

	if (!*text)
		return 0;
	c = (unsigned char)*text++;
	if (is_space((char)c)) {
		while (is_space(*text))
			text++;
		c = ' ';
	} else if (c >= 'A' && c <= 'Z') {
		c = (unsigned char)(c + 32);
	}
	*at = text;
	return c;
}

/* FNV-1a, 64 bits (RFC 9923). */
static int64_t
fingerprint(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	unsigned char c;

	while ((c = next_byte(&text)))
		hash = (hash ^ c) * UINT64_C(0x100000001b3);
	return (int64_t)hash;
}

static bool
is_same(const char *a, const char *b)
{
	unsigned char c;

	do {
		c = next_byte(&a);
		if (c != next_byte(&b))
			return false;
	} while (c);
	return true;
}

/* How many lines, or 0 for a text that is not UTF-8. */
static size_t
count_lines(const char *text)
{
	size_t n = 1, len = strlen(text), char_len;

	for (; len; text += char_len, len -= char_len) {
		char_len = text_char_len(text, len);
		if (!char_len)
			return 0;
		n += *text == '\n';
	}
	return n;
}

/* Looks for the same quote among those that the person sees, deleted ones too. Returns 1 and its id, or
 * 0. */
static int
find_same(struct quotes *quotes, const struct quotes_scope *scope, const char *text,
	int64_t *ret_id, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(quotes,
		"SELECT id, text FROM quote WHERE fingerprint = :fingerprint AND (:sees_all OR "
		"visibility = 0 OR (network = :network AND (visibility = 1 OR channel = "
		":channel))) ORDER BY id",
		&stmt, ret_error);

	if (got)
		return got;
	quotes_bind_int(stmt, ":fingerprint", fingerprint(text));
	quotes_bind_scope(stmt, scope);
	while ((got = quotes_step(quotes, stmt, ret_error)) > 0) {
		if (!is_same((const char *)sqlite3_column_text(stmt, 1), text))
			continue;
		*ret_id = sqlite3_column_int64(stmt, 0);
		(void)sqlite3_reset(stmt);
		return 1;
	}
	return got;
}

/* Whether an id was given to a quote ever: 1, 0. */
static int
is_used(struct quotes *quotes, int64_t id, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(quotes,
		"SELECT 1 FROM quote WHERE id = :id UNION ALL SELECT 1 FROM gone WHERE id = :id",
		&stmt, ret_error);

	if (got)
		return got;
	quotes_bind_int(stmt, ":id", id);
	got = quotes_step(quotes, stmt, ret_error);
	(void)sqlite3_reset(stmt);
	return got;
}

static int
insert(struct quotes *quotes, const struct quotes_person *person, const struct quotes_new *new,
	const char *text, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error)
{
	const struct quotes_scope *scope = &person->scope;
	sqlite3_stmt *stmt;
	int error = quotes_statement(quotes,
		"INSERT INTO quote (id, text, n_lines, fingerprint, network, channel, added_by, "
		"added_key, added_s, source, visibility, is_deleted, imported_score, score) VALUES "
		"(nullif(:id, 0), :text, :n_lines, :fingerprint, :network, :channel, :by, :key, "
		":now, :source, :visibility, :is_deleted, :score, :score)",
		&stmt, ret_error);

	if (error)
		return error;
	quotes_bind_int(stmt, ":id", new->id);
	quotes_bind_text(stmt, ":text", text);
	quotes_bind_int(stmt, ":n_lines", (int64_t)count_lines(text));
	quotes_bind_int(stmt, ":fingerprint", fingerprint(text));
	quotes_bind_text(stmt, ":network", scope->network ? scope->network : "");
	quotes_bind_text(stmt, ":channel", scope->channel ? scope->channel : "");
	quotes_bind_text(stmt, ":by", person->name ? person->name : "");
	quotes_bind_text(stmt, ":key", person->key ? person->key : "");
	quotes_bind_int(stmt, ":now", now_s);
	quotes_bind_text(stmt, ":source", new->source ? new->source : "");
	quotes_bind_int(stmt, ":visibility", new->visibility);
	quotes_bind_int(stmt, ":is_deleted", new->is_deleted);
	quotes_bind_int(stmt, ":score", new->score);
	error = quotes_run(quotes, stmt, ret_error);
	if (!error)
		*ret_id = sqlite3_last_insert_rowid(quotes->db);
	return error ? error : quotes_touch(quotes, now_s, ret_error);
}

static int
check_text(const char *text, struct sb_error *ret_error)
{
	if (!*text)
		return sb_error_set(ret_error, -EINVAL, "a quote needs some text");
	if (strlen(text) > QUOTES_MAX_QUOTE)
		return sb_error_set(
			ret_error, -EMSGSIZE, "a quote has at most %d bytes", QUOTES_MAX_QUOTE);
	if (!count_lines(text))
		return sb_error_set(ret_error, -EINVAL, "a quote is text in UTF-8");
	return 0;
}

static int
add_tidy(struct quotes *quotes, const struct quotes_person *person, const struct quotes_new *new,
	const char *text, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error)
{
	int got = check_text(text, ret_error);

	if (!got && new->id)
		got = is_used(quotes, new->id, ret_error);
	if (got > 0)
		return sb_error_set(ret_error, -EADDRINUSE, "the id %lld is used by another quote",
			(long long)new->id);
	if (!got)
		got = find_same(quotes, &person->scope, text, ret_id, ret_error);
	if (got > 0)
		return sb_error_set(
			ret_error, -EEXIST, "that is quote %lld already", (long long)*ret_id);
	return got ? got : insert(quotes, person, new, text, now_s, ret_id, ret_error);
}

int
quotes_add_within(struct quotes *quotes, const struct quotes_person *person,
	const struct quotes_new *quote, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error)
{
	char *text = tidy(quote->text);
	int error;

	if (!text)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = add_tidy(quotes, person, quote, text, now_s, ret_id, ret_error);
	free(text);
	return error;
}

int
quotes_add(struct quotes *quotes, const struct quotes_person *person,
	const struct quotes_new *quote, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error)
{
	int error;

	quotes_begin_call(quotes);
	error = quotes_begin_change(quotes, ret_error);
	if (error)
		return error;
	error = quotes_add_within(quotes, person, quote, now_s, ret_id, ret_error);
	return quotes_end_change(quotes, error, ret_error);
}

/* Taking back. */

static int
find_last(struct quotes *quotes, const struct quotes_person *person, int64_t now_s, int64_t *ret_id,
	struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int64_t added_s;
	int got = quotes_statement(quotes,
		"SELECT id, added_s FROM quote WHERE added_key = :key AND is_deleted = 0 "
		"ORDER BY id DESC LIMIT 1",
		&stmt, ret_error);

	if (got)
		return got;
	quotes_bind_text(stmt, ":key", person->key);
	got = quotes_step(quotes, stmt, ret_error);
	if (got <= 0)
		return got ? got : sb_error_set(ret_error, -ENOENT, "you have added no quote");
	*ret_id = sqlite3_column_int64(stmt, 0);
	added_s = sqlite3_column_int64(stmt, 1);
	(void)sqlite3_reset(stmt);
	if (now_s - added_s > QUOTES_UNDO_S)
		return sb_error_set(ret_error, -ETIMEDOUT,
			"your last quote, %lld, was added more than %d s ago: del takes it away",
			(long long)*ret_id, QUOTES_UNDO_S);
	return 0;
}

static int
take_back(struct quotes *quotes, int64_t id, int64_t now_s, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int error = quotes_statement(quotes, "DELETE FROM quote WHERE id = :id", &stmt, ret_error);

	if (!error) {
		quotes_bind_int(stmt, ":id", id);
		error = quotes_run(quotes, stmt, ret_error);
	}
	if (!error)
		error = quotes_statement(
			quotes, "INSERT INTO gone (id) VALUES (:id)", &stmt, ret_error);
	if (!error) {
		quotes_bind_int(stmt, ":id", id);
		error = quotes_run(quotes, stmt, ret_error);
	}
	return error ? error : quotes_touch(quotes, now_s, ret_error);
}

int
quotes_undo(struct quotes *quotes, const struct quotes_person *person, int64_t now_s,
	int64_t *ret_id, struct sb_error *ret_error)
{
	int error;

	quotes_begin_call(quotes);
	error = quotes_begin_change(quotes, ret_error);
	if (error)
		return error;
	error = find_last(quotes, person, now_s, ret_id, ret_error);
	if (!error)
		error = take_back(quotes, *ret_id, now_s, ret_error);
	return quotes_end_change(quotes, error, ret_error);
}

/* Deleting, restoring, voting. */

static int
no_such(int64_t id, struct sb_error *ret_error)
{
	return sb_error_set(ret_error, -ENOENT, "there is no quote %lld", (long long)id);
}

/* Whether the quote is deleted, for somebody who may change that. */
static int
look_at(struct quotes *quotes, const struct quotes_person *person, int64_t id, bool *ret_is_deleted,
	struct sb_error *ret_error)
{
	struct quotes_scope scope = person->scope;
	sqlite3_stmt *stmt;
	bool is_theirs;
	int got = quotes_statement(quotes,
		"SELECT is_deleted, added_key <> '' AND added_key = :key FROM quote WHERE id = :id "
		"AND (:sees_all OR visibility = 0 OR (network = :network AND (visibility = 1 OR "
		"channel = :channel)))",
		&stmt, ret_error);

	if (got)
		return got;
	scope.sees_all |= person->is_moderator;
	quotes_bind_scope(stmt, &scope);
	quotes_bind_int(stmt, ":id", id);
	quotes_bind_text(stmt, ":key", person->key);
	got = quotes_step(quotes, stmt, ret_error);
	if (got <= 0)
		return got ? got : no_such(id, ret_error);
	*ret_is_deleted = sqlite3_column_int(stmt, 0);
	is_theirs = sqlite3_column_int(stmt, 1);
	(void)sqlite3_reset(stmt);
	if (is_theirs || person->is_moderator)
		return 0;
	/* That a deleted one was there is nobody else's business. */
	if (*ret_is_deleted)
		return no_such(id, ret_error);
	return sb_error_set(ret_error, -EACCES,
		"quote %lld may be deleted by who added it, and by moderators", (long long)id);
}

static int
set_deleted(struct quotes *quotes, const struct quotes_person *person, int64_t id, bool is_deleted,
	int64_t now_s, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	bool is_now;
	int error = look_at(quotes, person, id, &is_now, ret_error);

	if (error)
		return error;
	if (is_now == is_deleted)
		return sb_error_set(ret_error, -EALREADY, "quote %lld is %s", (long long)id,
			is_now ? "deleted already" : "not deleted");
	error = quotes_statement(quotes,
		"UPDATE quote SET is_deleted = :is_deleted, deleted_by = :by, deleted_s = :now "
		"WHERE id = :id",
		&stmt, ret_error);
	if (error)
		return error;
	quotes_bind_int(stmt, ":is_deleted", is_deleted);
	quotes_bind_text(stmt, ":by", is_deleted && person->name ? person->name : "");
	quotes_bind_int(stmt, ":now", is_deleted ? now_s : 0);
	quotes_bind_int(stmt, ":id", id);
	error = quotes_run(quotes, stmt, ret_error);
	return error ? error : quotes_touch(quotes, now_s, ret_error);
}

static int
change_deleted(struct quotes *quotes, const struct quotes_person *person, int64_t id,
	bool is_deleted, int64_t now_s, struct sb_error *ret_error)
{
	int error;

	quotes_begin_call(quotes);
	error = quotes_begin_change(quotes, ret_error);
	if (error)
		return error;
	error = set_deleted(quotes, person, id, is_deleted, now_s, ret_error);
	return quotes_end_change(quotes, error, ret_error);
}

int
quotes_delete(struct quotes *quotes, const struct quotes_person *person, int64_t id, int64_t now_s,
	struct sb_error *ret_error)
{
	return change_deleted(quotes, person, id, true, now_s, ret_error);
}

int
quotes_restore(struct quotes *quotes, const struct quotes_person *person, int64_t id, int64_t now_s,
	struct sb_error *ret_error)
{
	return change_deleted(quotes, person, id, false, now_s, ret_error);
}

/* Counts the vote, unless it is the same as before: then nothing changes, and it returns 0 instead of
 * 1. */
static int
put_vote(struct quotes *quotes, const struct quotes_person *person, int64_t id, int vote,
	int64_t now_s, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int error = quotes_statement(quotes,
		"INSERT INTO vote (quote, key, name, vote, voted_s) VALUES (:id, :key, :name, "
		":vote, :now) ON CONFLICT (quote, key) DO UPDATE SET vote = excluded.vote, name = "
		"excluded.name, voted_s = excluded.voted_s WHERE vote <> excluded.vote",
		&stmt, ret_error);

	if (error)
		return error;
	quotes_bind_int(stmt, ":id", id);
	quotes_bind_text(stmt, ":key", person->key);
	quotes_bind_text(stmt, ":name", person->name);
	quotes_bind_int(stmt, ":vote", vote);
	quotes_bind_int(stmt, ":now", now_s);
	error = quotes_run(quotes, stmt, ret_error);
	return error ? error : sqlite3_changes(quotes->db) > 0;
}

static int
read_score(struct quotes *quotes, const struct quotes_scope *scope, int64_t id, int64_t *ret_score,
	struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(quotes,
		"SELECT score FROM quote WHERE id = :id AND is_deleted = 0 AND " QUOTE_IS_SEEN,
		&stmt, ret_error);

	if (got)
		return got;
	quotes_bind_int(stmt, ":id", id);
	quotes_bind_scope(stmt, scope);
	got = quotes_step(quotes, stmt, ret_error);
	if (got <= 0)
		return got ? got : no_such(id, ret_error);
	*ret_score = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_reset(stmt);
	return 0;
}

static int
vote_within(struct quotes *quotes, const struct quotes_person *person, int64_t id, int vote,
	int64_t now_s, int64_t *ret_score, struct sb_error *ret_error)
{
	int got = read_score(quotes, &person->scope, id, ret_score, ret_error);

	if (!got)
		got = put_vote(quotes, person, id, vote, now_s, ret_error);
	if (got < 0)
		return got;
	if (!got)
		return sb_error_set(ret_error, -EALREADY,
			"you have voted so for quote %lld already", (long long)id);
	got = quotes_touch(quotes, now_s, ret_error);
	return got ? got : read_score(quotes, &person->scope, id, ret_score, ret_error);
}

int
quotes_vote(struct quotes *quotes, const struct quotes_person *person, int64_t id, int vote,
	int64_t now_s, int64_t *ret_score, struct sb_error *ret_error)
{
	int error;

	sb_assert(vote == 1 || vote == -1);
	quotes_begin_call(quotes);
	error = quotes_begin_change(quotes, ret_error);
	if (error)
		return error;
	error = vote_within(quotes, person, id, vote, now_s, ret_score, ret_error);
	return quotes_end_change(quotes, error, ret_error);
}
