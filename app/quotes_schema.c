#include "quotes_private.h"

#include <errno.h>

enum {
	APPLICATION_ID = 0x51756f74, /* "Quot" */
};

/* Each takes the database from the version of its place to the next. What has been given out is
 * never changed: a later step is added. Texts stand last, so that a look at the rest does not read
 * them. */
static const char *const steps[] = {
	"CREATE TABLE collection (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, "
	"version INTEGER NOT NULL, changed_s INTEGER NOT NULL, round INTEGER NOT NULL) STRICT;"
	"INSERT INTO collection VALUES (1, 0, 0, 0, 0);"
	"CREATE TABLE quote (id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint INTEGER NOT NULL, "
	"place TEXT NOT NULL, is_deleted INTEGER NOT NULL, score INTEGER NOT NULL, "
	"n_votes INTEGER NOT NULL, day_round INTEGER NOT NULL, visibility INTEGER NOT NULL, "
	"added_s INTEGER NOT NULL, network TEXT NOT NULL, channel TEXT NOT NULL, "
	"added_by TEXT NOT NULL, added_key TEXT NOT NULL, source TEXT NOT NULL, "
	"text TEXT NOT NULL) STRICT;"
	"CREATE INDEX quote_fingerprint ON quote (fingerprint);"
	"CREATE INDEX quote_place ON quote (place, id) WHERE is_deleted = 0;"
	"CREATE INDEX quote_score ON quote (place, score, id) WHERE is_deleted = 0;"
	"CREATE INDEX quote_round ON quote (place, day_round, id) WHERE is_deleted = 0;"
	"CREATE INDEX quote_channel ON quote (channel COLLATE NOCASE, id);"
	"CREATE INDEX quote_added_key ON quote (added_key, id) WHERE added_key <> '';"
	"CREATE TABLE undone (id INTEGER PRIMARY KEY) STRICT;"
	"CREATE TABLE vote (quote_id INTEGER NOT NULL REFERENCES quote ON DELETE CASCADE, "
	"key TEXT NOT NULL, name TEXT NOT NULL, vote INTEGER NOT NULL CHECK (vote IN (-1, 1)), "
	"voted_s INTEGER NOT NULL, PRIMARY KEY (quote_id, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE quote_of_day (day INTEGER PRIMARY KEY, "
	"quote_id INTEGER NOT NULL REFERENCES quote ON DELETE CASCADE) STRICT;"
	"CREATE INDEX quote_of_day_quote ON quote_of_day (quote_id);"
	"CREATE TABLE imported_file (path TEXT PRIMARY KEY, size INTEGER NOT NULL, "
	"changed_ns INTEGER NOT NULL, n_quotes INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE VIRTUAL TABLE words USING fts5(text, content='quote', content_rowid='id', "
	"prefix='1 2', tokenize='unicode61 remove_diacritics 2');"
	"CREATE TRIGGER quote_words AFTER INSERT ON quote BEGIN "
	"INSERT INTO words (rowid, text) VALUES (new.id, new.text); END;"
	"CREATE TRIGGER quote_no_words AFTER DELETE ON quote BEGIN "
	"INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text); END;",
};

enum { N_STEPS = sizeof(steps) / sizeof(steps[0]) };

static int
run(struct quotes *quotes, const char *text)
{
	return quotes_failure(quotes, sqlite3_exec(quotes->db, text, NULL, NULL, NULL));
}

/* One number that a text of SQL asks for. */
static int
ask(struct quotes *quotes, const char *text, int64_t *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(quotes->db, text, -1, &statement, NULL);

	if (!code)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret_number = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return quotes_failure(quotes, code);
}

/* 0 for a database of ours, or one with nothing in it. */
static int
identify(struct quotes *quotes, int64_t *ret_version, struct sb_error *ret_error)
{
	int64_t application, n_tables;
	int code = ask(quotes, "PRAGMA application_id", &application);

	if (!code)
		code = ask(quotes, "PRAGMA user_version", ret_version);
	if (!code)
		code = ask(quotes, "SELECT count(*) FROM sqlite_schema", &n_tables);
	if (code)
		return quotes_explain(quotes, code, ret_error);
	if (application != APPLICATION_ID && (application || *ret_version || n_tables))
		return sb_error_set(ret_error, -EUCLEAN,
			"%s: a database of another program, not of quotes", quotes->path);
	if (*ret_version > N_STEPS)
		return sb_error_set(ret_error, -ENOTSUP,
			"%s: made by a later version of Quoth (schema %lld, this one knows %d)",
			quotes->path, (long long)*ret_version, N_STEPS);
	return 0;
}

/* Another process may have taken the step while we waited for the lock. */
static int
take_step(struct quotes *quotes, int64_t *version, struct sb_error *ret_error)
{
	char text[96];
	int code = quotes_begin(quotes);

	if (code)
		return quotes_explain(quotes, code, ret_error);
	code = identify(quotes, version, ret_error);
	if (code || *version == N_STEPS)
		return quotes_end(quotes, code);
	(void)snprintf(text, sizeof(text), "PRAGMA application_id = %d; PRAGMA user_version = %lld",
		APPLICATION_ID, (long long)*version + 1);
	code = run(quotes, steps[*version]);
	if (!code)
		code = run(quotes, text);
	if (code)
		quotes_explain(quotes, code, ret_error);
	else
		(*version)++;
	return quotes_end(quotes, code);
}

int
quotes_migrate(struct quotes *quotes, struct sb_error *ret_error)
{
	int64_t version;
	int code = identify(quotes, &version, ret_error);

	if (code)
		return code;
	code = run(quotes, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			   "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
			   "PRAGMA journal_size_limit = 8388608");
	if (code)
		return quotes_explain(quotes, code, ret_error);
	while (!code && version < N_STEPS)
		code = take_step(quotes, &version, ret_error);
	return code;
}
