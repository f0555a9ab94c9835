#include "quotes_private.h"

#include <errno.h>

/* "Quot": marks the file as ours (sqlite.org, PRAGMA application_id). */
#define APPLICATION_ID 0x51756f74

/* Each step brings a database from the version before it, its index, to the next. A step that was ever
 * released is never changed. */
static const char *const steps[] = {
	"CREATE TABLE quote ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" text TEXT NOT NULL,"
	" n_lines INTEGER NOT NULL,"
	/* Of the text without its case and its white space, to find the same again. */
	" fingerprint INTEGER NOT NULL,"
	" network TEXT NOT NULL,"
	" channel TEXT NOT NULL COLLATE NOCASE,"
	" added_by TEXT NOT NULL,"
	" added_key TEXT NOT NULL,"
	" added_s INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" visibility INTEGER NOT NULL CHECK (visibility BETWEEN 0 AND 2),"
	" is_deleted INTEGER NOT NULL DEFAULT 0 CHECK (is_deleted IN (0, 1)),"
	" deleted_by TEXT NOT NULL DEFAULT '',"
	" deleted_s INTEGER NOT NULL DEFAULT 0,"
	/* What it had where it was imported from; the votes here are added to it. */
	" imported_score INTEGER NOT NULL DEFAULT 0,"
	" score INTEGER NOT NULL DEFAULT 0,"
	" n_votes INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX quote_by_fingerprint ON quote (fingerprint);"
	"CREATE INDEX quote_by_score ON quote (score, id) WHERE is_deleted = 0;"
	"CREATE INDEX quote_by_channel ON quote (channel, id) WHERE is_deleted = 0;"
	"CREATE INDEX quote_by_key ON quote (added_key, id);"

	/* Ids of quotes that were taken back. */
	"CREATE TABLE gone (id INTEGER PRIMARY KEY) STRICT;"

	"CREATE TABLE vote ("
	" quote INTEGER NOT NULL REFERENCES quote (id) ON DELETE CASCADE,"
	" key TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" vote INTEGER NOT NULL CHECK (vote IN (-1, 1)),"
	" voted_s INTEGER NOT NULL,"
	" PRIMARY KEY (quote, key)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE quote_of_day ("
	" day INTEGER PRIMARY KEY,"
	" quote INTEGER NOT NULL REFERENCES quote (id) ON DELETE CASCADE"
	") STRICT;"
	"CREATE INDEX quote_of_day_by_quote ON quote_of_day (quote);"

	/* Files that were taken in, as they were. */
	"CREATE TABLE file ("
	" path TEXT PRIMARY KEY,"
	" size INTEGER NOT NULL,"
	" changed_ns INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"

	/* One row: how many quotes there are, and how often something changed. */
	"CREATE TABLE state ("
	" one INTEGER PRIMARY KEY CHECK (one = 1),"
	" n INTEGER NOT NULL,"
	" version INTEGER NOT NULL,"
	" changed_s INTEGER NOT NULL"
	") STRICT;"
	"INSERT INTO state VALUES (1, 0, 0, 0);"

	/* The words of those that are not deleted. */
	"CREATE VIRTUAL TABLE words USING fts5 (text, content = 'quote', content_rowid = 'id',"
	" tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');"
	"CREATE TRIGGER quote_added AFTER INSERT ON quote WHEN new.is_deleted = 0 BEGIN"
	" INSERT INTO words (rowid, text) VALUES (new.id, new.text);"
	" UPDATE state SET n = n + 1; END;"
	"CREATE TRIGGER quote_gone AFTER DELETE ON quote WHEN old.is_deleted = 0 BEGIN"
	" INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);"
	" UPDATE state SET n = n - 1; END;"
	"CREATE TRIGGER quote_deleted AFTER UPDATE OF is_deleted ON quote"
	" WHEN old.is_deleted = 0 AND new.is_deleted = 1 BEGIN"
	" INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);"
	" UPDATE state SET n = n - 1; END;"
	"CREATE TRIGGER quote_restored AFTER UPDATE OF is_deleted ON quote"
	" WHEN old.is_deleted = 1 AND new.is_deleted = 0 BEGIN"
	" INSERT INTO words (rowid, text) VALUES (new.id, new.text);"
	" UPDATE state SET n = n + 1; END;"

	/* A quote's score is that of its votes. */
	"CREATE TRIGGER vote_added AFTER INSERT ON vote BEGIN"
	" UPDATE quote SET score = score + new.vote, n_votes = n_votes + 1 WHERE id = new.quote; "
	"END;"
	"CREATE TRIGGER vote_changed AFTER UPDATE ON vote BEGIN"
	" UPDATE quote SET score = score + new.vote - old.vote WHERE id = new.quote; END;",
};

enum { TODAY = sizeof(steps) / sizeof(steps[0]) };

static int
read_number(struct quotes *quotes, const char *sql, int64_t *ret_number, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(quotes->db, sql, -1, &stmt, NULL);

	if (!code)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_number = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return code == SQLITE_ROW ? 0 : quotes_fail(quotes, code, ret_error);
}

static int
step_to(struct quotes *quotes, int version, struct sb_error *ret_error)
{
	char sql[96];
	int error = quotes_execute(quotes, steps[version - 1], ret_error);

	if (error)
		return error;
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %d; PRAGMA application_id = %d",
		version, APPLICATION_ID);
	return quotes_execute(quotes, sql, ret_error);
}

/* Whose it is, and of which version; 0 for one that is new. */
static int
look(struct quotes *quotes, int64_t *ret_version, struct sb_error *ret_error)
{
	int64_t id, n_tables;
	int error = read_number(quotes, "PRAGMA application_id", &id, ret_error);

	if (!error)
		error = read_number(quotes, "PRAGMA user_version", ret_version, ret_error);
	if (!error)
		error = read_number(
			quotes, "SELECT count(*) FROM sqlite_schema", &n_tables, ret_error);
	if (error)
		return error;
	if (id != APPLICATION_ID && (id || *ret_version || n_tables))
		return sb_error_set(
			ret_error, -EUCLEAN, "%s: the database of another program", quotes->path);
	if (*ret_version > TODAY)
		return sb_error_set(ret_error, -ENOTSUP,
			"%s: of schema %lld, made by a later version of Quoth; this one knows up "
			"to %d",
			quotes->path, (long long)*ret_version, TODAY);
	return 0;
}

int
quotes_migrate(struct quotes *quotes, struct sb_error *ret_error)
{
	int64_t version;
	int error = look(quotes, &version, ret_error);

	while (!error && version < TODAY) {
		error = quotes_begin_change(quotes, ret_error);
		if (error)
			return error;
		/* Somebody else may have been faster. */
		error = look(quotes, &version, ret_error);
		if (!error && version < TODAY)
			error = step_to(quotes, (int)++version, ret_error);
		error = quotes_end_change(quotes, error, ret_error);
	}
	return error;
}
