#include "quotes_private.h"

#include <errno.h>
#include <stdlib.h>

#define BUSY_MS 2000
#define STEPS_AT_ONCE 1000 /* between two looks at the budget */

/* Called every STEPS_AT_ONCE steps; not 0 breaks the statement off. */
static int
on_progress(void *self)
{
	struct quotes *quotes = self;

	if (quotes->left < 0)
		return 0;
	if (!quotes->left)
		return 1;
	quotes->left--;
	return 0;
}

void
quotes_begin_call(struct quotes *quotes)
{
	quotes->left = BUDGET;
}

void
quotes_begin_long_call(struct quotes *quotes)
{
	quotes->left = -1;
}

static int
errno_of(struct quotes *quotes, int code)
{
	int system = sqlite3_system_errno(quotes->db);

	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_INTERRUPT:
		return -ETIME;
	case SQLITE_CANTOPEN:
		return system ? -system : -EIO;
	default:
		return -EIO;
	}
}

int
quotes_fail(struct quotes *quotes, int code, struct sb_error *ret_error)
{
	int error = errno_of(quotes, code);

	switch (error) {
	case -ETIME:
		return sb_error_set(ret_error, error, "%s: it took too long", quotes->path);
	case -EBUSY:
		return sb_error_set(
			ret_error, error, "%s: locked by another program", quotes->path);
	case -ENOMEM:
		return sb_error_set(ret_error, error, "out of memory");
	default:
		return sb_error_set(ret_error, error, "%s: %s%s%s", quotes->path,
			sqlite3_errmsg(quotes->db), error == -EIO ? "" : ": ",
			error == -EIO ? "" : strerror(-error));
	}
}

int
quotes_statement(
	struct quotes *quotes, const char *sql, sqlite3_stmt **ret_stmt, struct sb_error *ret_error)
{
	struct statement *statement;
	size_t i;
	int code;

	for (i = 0; i < quotes->n_statements; i++)
		if (quotes->statements[i].sql == sql) {
			*ret_stmt = quotes->statements[i].stmt;
			(void)sqlite3_clear_bindings(*ret_stmt);
			return 0;
		}
	sb_assert(i < STATEMENTS_MOST);
	statement = &quotes->statements[i];
	code = sqlite3_prepare_v3(
		quotes->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL);
	if (code)
		return quotes_fail(quotes, code, ret_error);
	statement->sql = sql;
	quotes->n_statements++;
	*ret_stmt = statement->stmt;
	return 0;
}

/* Binding fails for memory alone, and of texts that are borrowed only their pointers are kept. */

void
quotes_bind_int(sqlite3_stmt *stmt, const char *name, int64_t value)
{
	(void)sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, name), value);
}

void
quotes_bind_text(sqlite3_stmt *stmt, const char *name, const char *text_or_null)
{
	(void)sqlite3_bind_text(
		stmt, sqlite3_bind_parameter_index(stmt, name), text_or_null, -1, SQLITE_STATIC);
}

void
quotes_bind_scope(sqlite3_stmt *stmt, const struct quotes_scope *scope)
{
	quotes_bind_int(stmt, ":sees_all", scope->sees_all);
	quotes_bind_text(stmt, ":network", scope->network);
	quotes_bind_text(stmt, ":channel", scope->channel);
}

int
quotes_step(struct quotes *quotes, sqlite3_stmt *stmt, struct sb_error *ret_error)
{
	int error = 0, code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		error = quotes_fail(quotes, code, ret_error);
	(void)sqlite3_reset(stmt);
	return error;
}

int
quotes_run(struct quotes *quotes, sqlite3_stmt *stmt, struct sb_error *ret_error)
{
	int got = quotes_step(quotes, stmt, ret_error);

	sb_assert(got <= 0);
	return got;
}

int
quotes_execute(struct quotes *quotes, const char *sql, struct sb_error *ret_error)
{
	int code = sqlite3_exec(quotes->db, sql, NULL, NULL, NULL);

	return code ? quotes_fail(quotes, code, ret_error) : 0;
}

int
quotes_begin_change(struct quotes *quotes, struct sb_error *ret_error)
{
	return quotes_execute(quotes, "BEGIN IMMEDIATE", ret_error);
}

int
quotes_end_change(struct quotes *quotes, int error, struct sb_error *ret_error)
{
	if (!error)
		error = quotes_execute(quotes, "COMMIT", ret_error);
	/* Some errors have undone it already. */
	if (error && !sqlite3_get_autocommit(quotes->db))
		(void)sqlite3_exec(quotes->db, "ROLLBACK", NULL, NULL, NULL);
	return error;
}

int
quotes_touch(struct quotes *quotes, int64_t now_s, struct sb_error *ret_error)
{
	sqlite3_stmt *stmt;
	int error = quotes_statement(quotes,
		"UPDATE state SET version = version + 1, changed_s = max(changed_s, :now)", &stmt,
		ret_error);

	if (error)
		return error;
	quotes_bind_int(stmt, ":now", now_s);
	return quotes_run(quotes, stmt, ret_error);
}

static const char *
text_of(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? text : "";
}

void
quotes_read_row(sqlite3_stmt *stmt, struct quote *ret_quote)
{
	*ret_quote = (struct quote){
		.id = sqlite3_column_int64(stmt, 0),
		.text = text_of(stmt, 1),
		.len = (size_t)sqlite3_column_bytes(stmt, 1),
		.n_lines = (size_t)sqlite3_column_int64(stmt, 2),
		.network = text_of(stmt, 3),
		.channel = text_of(stmt, 4),
		.added_by = text_of(stmt, 5),
		.source = text_of(stmt, 6),
		.added_s = sqlite3_column_int64(stmt, 7),
		.score = sqlite3_column_int64(stmt, 8),
		.n_votes = sqlite3_column_int64(stmt, 9),
		.visibility = (enum quotes_visibility)sqlite3_column_int(stmt, 10),
		.is_deleted = sqlite3_column_int(stmt, 11),
	};
}

/* Moves a text into what is held. */
static void
hold_text(char **at, const char **text)
{
	size_t size = strlen(*text) + 1;

	memcpy(*at, *text, size);
	*text = *at;
	*at += size;
}

int
quotes_hold(struct quotes *quotes, sqlite3_stmt *stmt, struct quote *ret_quote)
{
	struct quote *quote = ret_quote;
	size_t size;
	char *held;

	quotes_read_row(stmt, quote);
	size = quote->len + strlen(quote->network) + strlen(quote->channel)
	       + strlen(quote->added_by) + strlen(quote->source) + 5;
	if (size > quotes->held_cap) {
		held = realloc(quotes->held, size);
		if (!held)
			return -ENOMEM;
		quotes->held = held;
		quotes->held_cap = size;
	}
	held = quotes->held;
	hold_text(&held, &quote->text);
	hold_text(&held, &quote->network);
	hold_text(&held, &quote->channel);
	hold_text(&held, &quote->added_by);
	hold_text(&held, &quote->source);
	return 0;
}

/* Opening. */

static int
set_up(struct quotes *quotes, struct sb_error *ret_error)
{
	int error;

	(void)sqlite3_extended_result_codes(quotes->db, 1);
	(void)sqlite3_busy_timeout(quotes->db, BUSY_MS);
	sqlite3_progress_handler(quotes->db, STEPS_AT_ONCE, on_progress, quotes);
	(void)sqlite3_db_config(quotes->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	error = quotes_execute(quotes,
		"PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
		"PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 8388608",
		ret_error);
	if (!error)
		error = quotes_migrate(quotes, ret_error);
	/* Only now, since this changes the file, and it may have been another program's. */
	if (!error)
		error = quotes_execute(
			quotes, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", ret_error);
	return error;
}

int
quotes_open(const char *path, struct quotes **ret_quotes, struct sb_error *ret_error)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	struct quotes *quotes = calloc(1, sizeof(*quotes));
	int code, error;

	if (quotes)
		quotes->path = strdup(path ? path : "quotes in memory");
	if (!quotes || !quotes->path) {
		quotes_close(quotes);
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	}
	quotes_begin_long_call(quotes);
	code = sqlite3_open_v2(path ? path : ":memory:", &quotes->db, flags, NULL);
	error = code ? quotes_fail(quotes, code, ret_error) : set_up(quotes, ret_error);
	if (error)
		quotes_close(quotes);
	else
		*ret_quotes = quotes;
	return error;
}

void
quotes_close(struct quotes *quotes)
{
	size_t i;

	if (!quotes)
		return;
	for (i = 0; i < quotes->n_statements; i++)
		(void)sqlite3_finalize(quotes->statements[i].stmt);
	(void)sqlite3_close(quotes->db);
	free(quotes->held);
	free(quotes->path);
	free(quotes);
}
