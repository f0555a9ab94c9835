#include "quotes_private.h"
#include "text.h"

#include <errno.h>

/* The greatest id that is a whole number in every reader of JSON. */
static const int64_t MAX_ID = INT64_C(9007199254740991);

/* ---- Texts ---- */

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
check_text(const char *text, size_t len, struct sb_error *ret_error)
{
	size_t at, n;

	if (memchr(text, '\0', len))
		return sb_error_set(ret_error, -EINVAL, "a quote holds no NUL byte");
	for (at = 0; at < len; at += n) {
		n = text_char_len(text + at, len - at);
		if (!n)
			return sb_error_set(ret_error, -EINVAL, "a quote must be UTF-8");
	}
	return 0;
}

int
quotes_clean(struct quotes *quotes, const char *text, size_t len, bool keeps_indent,
	struct sb_bytes *ret_text, struct sb_error *ret_error)
{
	size_t i, start = 0, out = 0;
	char *room;
	int code;

	while (len && is_blank(text[len - 1]))
		len--;
	for (i = 0; i < len && is_blank(text[i]); i++)
		if (!keeps_indent || text[i] == '\n')
			start = i + 1;
	text += start;
	len -= start;
	if (!len)
		return sb_error_set(ret_error, -EINVAL, "a quote without a text");
	if (len > QUOTES_MAX_QUOTE)
		return sb_error_set(ret_error, -EMSGSIZE, "a quote of %zu bytes: the most is %d",
			len, QUOTES_MAX_QUOTE);
	code = check_text(text, len, ret_error);
	if (code)
		return code;
	room = quotes_room(&quotes->lent, len + 1);
	if (!room)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	for (i = 0; i < len; i++)
		if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
			room[out++] = text[i];
	room[out] = '\0';
	*ret_text = (struct sb_bytes){ room, out };
	return 0;
}

/* The next character of a text but for case and white space, whose runs are one space; -1: none. */
static int
next_folded(const char **at, const char *end)
{
	char c;

	if (*at == end)
		return -1;
	c = *(*at)++;
	if (is_blank(c)) {
		while (*at < end && is_blank(**at))
			(*at)++;
		return ' ';
	}
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : (unsigned char)c;
}

static bool
is_same(struct sb_bytes a, struct sb_bytes b)
{
	const char *x = a.ptr, *y = b.ptr, *x_end = x + a.len, *y_end = y + b.len;
	int c;

	do {
		c = next_folded(&x, x_end);
		if (c != next_folded(&y, y_end))
			return false;
	} while (c >= 0);
	return true;
}

/* FNV-1a over the folded text. Whether it is the same is then compared. */
static int64_t
fingerprint(struct sb_bytes text)
{
	const char *at = text.ptr, *end = at + text.len;
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	int c;

	while ((c = next_folded(&at, end)) >= 0)
		sum = (sum ^ (uint64_t)c) * UINT64_C(0x100000001b3);
	return (int64_t)sum;
}

/* ---- Adding ---- */

static int
find_same(struct quotes *quotes, const struct put *put, int64_t *ret_id)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, SAME);
	struct places places;
	struct sb_bytes other;
	int stepped = SQLITE_DONE;

	*ret_id = 0;
	quotes_places(put->scope, &places);
	if (statement) {
		quotes_bind_places(statement, &places);
		(void)sqlite3_bind_int64(statement, 4, fingerprint(put->text));
		while (!*ret_id && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
			other.ptr = sqlite3_column_text(statement, 1);
			other.len = (size_t)sqlite3_column_bytes(statement, 1);
			if (is_same(put->text, other))
				*ret_id = sqlite3_column_int64(statement, 0);
		}
	}
	return quotes_done(quotes, statement, stepped);
}

static int
check_id(struct quotes *quotes, int64_t id)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, IS_USED);
	int code, stepped = SQLITE_DONE;
	bool is_used = false;

	if (id < 0 || id > MAX_ID)
		return -ERANGE;
	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		stepped = sqlite3_step(statement);
		is_used = stepped == SQLITE_ROW && sqlite3_column_int(statement, 0);
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : is_used ? -EADDRINUSE : 0;
}

static const char *
place_of(const struct put *put, struct places *places)
{
	struct quotes_scope scope = { put->network, put->channel, false };

	quotes_places(&scope, places);
	switch (put->quote->visibility) {
	case QUOTES_NETWORK:
		return places->network;
	case QUOTES_CHANNEL:
		return places->channel;
	default:
		return "";
	}
}

static void
bind(sqlite3_stmt *statement, int at, const char *text)
{
	(void)sqlite3_bind_text(statement, at, text ? text : "", -1, SQLITE_STATIC);
}

static int
insert(struct quotes *quotes, const struct put *put, int64_t *ret_id)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, INSERT);
	struct places places;
	int code;

	if (!statement)
		return quotes_done(quotes, NULL, 0);
	if (put->quote->id)
		(void)sqlite3_bind_int64(statement, 1, put->quote->id);
	(void)sqlite3_bind_int64(statement, 2, fingerprint(put->text));
	bind(statement, 3, place_of(put, &places));
	bind(statement, 4, put->network);
	bind(statement, 5, put->channel);
	bind(statement, 6, put->added_by);
	bind(statement, 7, put->added_key);
	bind(statement, 8, put->quote->source);
	(void)sqlite3_bind_int64(statement, 9, put->added_s);
	(void)sqlite3_bind_int64(statement, 10, put->quote->score);
	(void)sqlite3_bind_int(statement, 11, (int)put->quote->visibility);
	(void)sqlite3_bind_int(statement, 12, put->quote->is_deleted);
	(void)sqlite3_bind_text(statement, 13, put->text.ptr, (int)put->text.len, SQLITE_STATIC);
	code = quotes_step(quotes, statement);
	if (code)
		return code;
	*ret_id = sqlite3_last_insert_rowid(quotes->db);
	/* After an import that gave the last id away. */
	return *ret_id > MAX_ID ? -EOVERFLOW : 0;
}

int
quotes_put(struct quotes *quotes, const struct put *put, int64_t *ret_id)
{
	int code = 0;

	if (put->scope) {
		code = find_same(quotes, put, ret_id);
		if (!code && *ret_id)
			return -EEXIST;
	}
	if (!code && put->quote->id)
		code = check_id(quotes, put->quote->id);
	return code ? code : insert(quotes, put, ret_id);
}

int
quotes_changed(struct quotes *quotes, int64_t n_more, int64_t now_s)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, COUNT_CHANGE);

	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, n_more);
		(void)sqlite3_bind_int64(statement, 2, now_s);
	}
	return quotes_step(quotes, statement);
}

static int
explain_add(const struct quotes *quotes, const struct put *put, int code, int64_t id,
	struct sb_error *ret_error)
{
	switch (code) {
	case -EEXIST:
		return sb_error_set(ret_error, code, "that is quote %lld already", (long long)id);
	case -EADDRINUSE:
		return sb_error_set(
			ret_error, code, "the id %lld was used already", (long long)put->quote->id);
	case -ERANGE:
		return sb_error_set(ret_error, -EINVAL, "an id is from 1 to %lld, not %lld",
			(long long)MAX_ID, (long long)put->quote->id);
	default:
		return quotes_explain(quotes, code, ret_error);
	}
}

int
quotes_add(struct quotes *quotes, const struct quotes_person *person,
	const struct quotes_new *quote, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error)
{
	struct put put = { quote, .network = person->scope.network,
		.channel = person->scope.channel, .added_by = person->name,
		.added_key = person->key, .scope = &person->scope, .added_s = now_s };
	int code;

	sb_assert(quote->text);
	*ret_id = 0;
	quotes_start(quotes, true);
	code = quotes_clean(quotes, quote->text, strlen(quote->text), false, &put.text, ret_error);
	if (code)
		return code;
	code = quotes_begin(quotes);
	if (code)
		return quotes_explain(quotes, code, ret_error);
	code = quotes_put(quotes, &put, ret_id);
	if (!code)
		code = quotes_changed(quotes, !quote->is_deleted, now_s);
	code = quotes_end(quotes, code);
	return explain_add(quotes, &put, code, *ret_id, ret_error);
}

/* ---- Undo ---- */

/* The person's last quote, or 0. */
static int
find_last(struct quotes *quotes, const struct quotes_person *person, int64_t *ret_id,
	int64_t *ret_added_s)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, LAST_ADDED);
	int stepped = SQLITE_DONE;

	*ret_id = 0;
	if (statement) {
		bind(statement, 1, person->key);
		bind(statement, 2, person->scope.network);
		stepped = sqlite3_step(statement);
		if (stepped == SQLITE_ROW) {
			*ret_id = sqlite3_column_int64(statement, 0);
			*ret_added_s = sqlite3_column_int64(statement, 1);
		}
	}
	return quotes_done(quotes, statement, stepped);
}

static int
with_id(struct quotes *quotes, enum statement name, int64_t id)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, name);

	if (statement)
		(void)sqlite3_bind_int64(statement, 1, id);
	return quotes_step(quotes, statement);
}

static int
undo(struct quotes *quotes, const struct quotes_person *person, int64_t now_s, int64_t *ret_id)
{
	int64_t added_s = 0;
	int code = find_last(quotes, person, ret_id, &added_s);

	if (code)
		return code;
	if (!*ret_id || !person->key || !person->key[0])
		return -ENOENT;
	if (now_s - added_s > QUOTES_UNDO_S)
		return -ETIMEDOUT;
	code = with_id(quotes, REMOVE, *ret_id);
	if (!code)
		code = with_id(quotes, REMEMBER_UNDONE, *ret_id);
	return code ? code : quotes_changed(quotes, -1, now_s);
}

int
quotes_undo(struct quotes *quotes, const struct quotes_person *person, int64_t now_s,
	int64_t *ret_id, struct sb_error *ret_error)
{
	int code;

	*ret_id = 0;
	quotes_start(quotes, true);
	code = quotes_begin(quotes);
	if (!code)
		code = quotes_end(quotes, undo(quotes, person, now_s, ret_id));
	if (code == -ENOENT)
		return sb_error_set(ret_error, code, "you have added no quote to take back");
	if (code == -ETIMEDOUT)
		return sb_error_set(ret_error, code, "quote %lld was added too long ago: delete it",
			(long long)*ret_id);
	return quotes_explain(quotes, code, ret_error);
}

/* ---- Deleting, restoring, voting ---- */

/* What of a quote decides who may do what with it. */
struct owned {
	bool is_deleted, is_theirs;
	int64_t score;
};

static bool
is_column(sqlite3_stmt *statement, int at, const char *text)
{
	const void *column = sqlite3_column_text(statement, at);

	return column && !strcmp(column, text ? text : "");
}

/* -ENOENT for one that they may not see. */
static int
look(struct quotes *quotes, const struct quotes_person *person, int64_t id, struct owned *ret_owned)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, OWNER);
	struct places places;
	int code, stepped = SQLITE_DONE;

	quotes_places(&person->scope, &places);
	if (statement) {
		quotes_bind_places(statement, &places);
		(void)sqlite3_bind_int64(statement, 4, id);
		stepped = sqlite3_step(statement);
		if (stepped == SQLITE_ROW)
			*ret_owned = (struct owned){
				.is_deleted = sqlite3_column_int(statement, 2),
				.is_theirs = person->key && person->key[0]
					     && is_column(statement, 0, person->key)
					     && is_column(statement, 1, person->scope.network),
				.score = sqlite3_column_int64(statement, 3),
			};
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : stepped == SQLITE_ROW ? 0 : -ENOENT;
}

static int
set_deleted(struct quotes *quotes, const struct quotes_person *person, int64_t id, bool is_deleted,
	int64_t now_s)
{
	sqlite3_stmt *statement;
	struct owned owned;
	int code = look(quotes, person, id, &owned);

	if (code)
		return code;
	if (!owned.is_theirs && !person->is_moderator)
		return owned.is_deleted && !person->scope.sees_all ? -ENOENT : -EACCES;
	if (owned.is_deleted == is_deleted)
		return -EALREADY;
	statement = quotes_prepare(quotes, SET_DELETED);
	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		(void)sqlite3_bind_int(statement, 2, is_deleted);
	}
	code = quotes_step(quotes, statement);
	return code ? code : quotes_changed(quotes, is_deleted ? -1 : 1, now_s);
}

static int
change_deleted(struct quotes *quotes, const struct quotes_person *person, int64_t id,
	bool is_deleted, int64_t now_s, struct sb_error *ret_error)
{
	int code;

	quotes_start(quotes, true);
	code = quotes_begin(quotes);
	if (!code)
		code = quotes_end(quotes, set_deleted(quotes, person, id, is_deleted, now_s));
	switch (code) {
	case -ENOENT:
		return sb_error_set(ret_error, code, "there is no quote %lld", (long long)id);
	case -EACCES:
		return sb_error_set(ret_error, code,
			"only who added quote %lld, or a moderator, may do that", (long long)id);
	case -EALREADY:
		return sb_error_set(ret_error, code, "quote %lld is %s already", (long long)id,
			is_deleted ? "deleted" : "there");
	default:
		return quotes_explain(quotes, code, ret_error);
	}
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
