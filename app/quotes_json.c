#include "quotes_json.h"
#include "quotes_json_private.h"

#include <errno.h>
#include <stdlib.h>

const char *const quotes_visibilities[] = { "public", "network", "channel" };

static int
set(json_t *object, const char *name, json_t *value)
{
	/* Takes the value over, also when it fails; NULL is a failure. */
	return json_object_set_new(object, name, value);
}

json_t *
quotes_json_name(const char *name)
{
	json_t *string = json_string(name);
	char *utf8 = string ? NULL : malloc(2 * strlen(name) + 1);
	size_t len = 0;

	if (!utf8)
		return string;
	for (; *name; name++) {
		if ((unsigned char)*name < 0x80) {
			utf8[len++] = *name;
			continue;
		}
		utf8[len++] = (char)(0xc0 | (unsigned char)*name >> 6);
		utf8[len++] = (char)(0x80 | (*name & 0x3f));
	}
	string = json_stringn(utf8, len);
	free(utf8);
	return string;
}

json_t *
quotes_json(const struct quote *quote)
{
	json_t *object = json_object();
	char added[QUOTES_TIME_CAP];
	int failed;

	quotes_time(quote->added_s, added);
	failed = set(object, "id", json_integer(quote->id));
	failed |= set(object, "text", json_stringn(quote->text, quote->len));
	if (quote->added_s)
		failed |= set(object, "added", json_string(added));
	failed |= set(object, "by", quotes_json_name(quote->added_by));
	failed |= set(object, "network", quotes_json_name(quote->network));
	failed |= set(object, "channel", quotes_json_name(quote->channel));
	failed |= set(object, "visibility", json_string(quotes_visibilities[quote->visibility]));
	failed |= set(object, "source", quotes_json_name(quote->source));
	failed |= set(object, "deleted", json_boolean(quote->is_deleted));
	failed |= set(object, "score", json_integer(quote->score));
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

/* ---- Export ---- */

static const char *
column(sqlite3_stmt *statement, int at)
{
	const void *text = sqlite3_column_text(statement, at);

	return text ? text : "";
}

static json_t *
vote_json(sqlite3_stmt *statement)
{
	char voted[QUOTES_TIME_CAP];

	quotes_time(sqlite3_column_int64(statement, 3), voted);
	return json_pack("{s:o, s:o, s:i, s:s}", "key", quotes_json_name(column(statement, 0)),
		"name", quotes_json_name(column(statement, 1)), "vote",
		sqlite3_column_int(statement, 2), "voted", voted);
}

static int
add_votes(struct quotes *quotes, int64_t id, json_t *object)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, EXPORT_VOTES);
	json_t *votes = json_array();
	int code, failed = 0, stepped = SQLITE_DONE;

	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		while ((stepped = sqlite3_step(statement)) == SQLITE_ROW)
			failed |= json_array_append_new(votes, vote_json(statement));
	}
	code = quotes_done(quotes, statement, stepped);
	failed |= set(object, "votes", votes);
	return code ? code : failed ? -ENOMEM : 0;
}

static int
write_line(json_t *object, FILE *to)
{
	if (json_dumpf(object, to, JSON_COMPACT) || fputc('\n', to) == EOF)
		return ferror(to) && errno ? -errno : -EIO;
	return 0;
}

static int
export_row(struct quotes *quotes, sqlite3_stmt *statement, FILE *to)
{
	struct quote quote;
	json_t *object;
	int code;

	quotes_row(statement, &quote);
	object = quotes_json(&quote);
	if (!object || set(object, "key", quotes_json_name(column(statement, N_QUOTE_COLUMNS)))) {
		json_decref(object);
		return -ENOMEM;
	}
	code = add_votes(quotes, quote.id, object);
	if (!code)
		code = write_line(object, to);
	json_decref(object);
	return code;
}

int64_t
quotes_export_json(struct quotes *quotes, FILE *to, struct sb_error *ret_error)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, EXPORT);
	int code = 0, stepped = SQLITE_DONE, done;
	int64_t n = 0;

	quotes_start(quotes, false);
	/* The statement that runs holds one moment of the database, for the votes too. */
	while (statement && !code && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
		code = export_row(quotes, statement, to);
		n += !code;
	}
	done = quotes_done(quotes, statement, stepped);
	if (done)
		return quotes_explain(quotes, done, ret_error);
	if (!code && fflush(to))
		code = -errno;
	return code ? sb_error_set(ret_error, code, "cannot be written: %s", strerror(-code)) : n;
}
