#ifndef QUOTH_QUOTES_PRIVATE_H
#define QUOTH_QUOTES_PRIVATE_H

/* What the files quotes*.c share: quotes.c (open, statements), quotes_schema.c, quotes_change.c,
 * quotes_find.c, quotes_fortune.c (a fortune file's bytes), quotes_folder.c (files and folders). */

#include "quotes.h"

#include <sqlite3.h>

/* What a statement reads of a quote, in the order of struct quote. */
#define QUOTE_COLUMNS                                                                              \
	"quote.id, quote.text, quote.n_lines, quote.network, quote.channel, quote.added_by, "      \
	"quote.source, quote.added_s, quote.score, quote.n_votes, quote.visibility, "              \
	"quote.is_deleted"
enum { QUOTE_N_COLUMNS = 12 }; /* the next column of such a statement */

/* Whether a scope sees the quote: bound by quotes_bind_scope(). */
#define QUOTE_IS_SEEN                                                                              \
	"(:sees_all OR (quote.is_deleted = 0 AND (quote.visibility = 0 OR (quote.network = "       \
	":network AND (quote.visibility = 1 OR quote.channel = :channel)))))"

enum {
	STATEMENTS_MOST = 48,
	BUDGET = 2000, /* of a call, in thousands of steps of the database's machine */
};

struct statement {
	const char *sql; /* a constant, by which it is found */
	sqlite3_stmt *stmt;
};

struct quotes {
	sqlite3 *db;
	char *path; /* for errors */
	struct statement statements[STATEMENTS_MOST];
	size_t n_statements;
	int left; /* of the budget; less than 0: no limit */
	/* The texts of the quote that was given last. */
	char *held;
	size_t held_cap;
};

/* A call begins: the budget is whole. Or it has none, for what takes as long as it takes. */
void quotes_begin_call(struct quotes *quotes);
void quotes_begin_long_call(struct quotes *quotes);

/* The error of what the database has just said, as an errno, and with its words. */
int quotes_fail(struct quotes *quotes, int code, struct sb_error *ret_error);

/* The statement of that SQL text, which is a constant, reset and without parameters; prepared when it is
 * first asked for. */
int quotes_statement(struct quotes *quotes, const char *sql, sqlite3_stmt **ret_stmt,
	struct sb_error *ret_error);

/* Parameters by name; one that the statement has not is passed over. Texts are borrowed until it is
 * reset. */
void quotes_bind_int(sqlite3_stmt *stmt, const char *name, int64_t value);
void quotes_bind_text(sqlite3_stmt *stmt, const char *name, const char *text_or_null);
void quotes_bind_scope(sqlite3_stmt *stmt, const struct quotes_scope *scope);

/* The next row: 1; 0 after the last, and then, or on an error, it is reset. */
int quotes_step(struct quotes *quotes, sqlite3_stmt *stmt, struct sb_error *ret_error);

/* Runs a statement that has no rows. */
int quotes_run(struct quotes *quotes, sqlite3_stmt *stmt, struct sb_error *ret_error);
int quotes_execute(struct quotes *quotes, const char *sql, struct sb_error *ret_error);

/* All between them happens, or nothing. end: with error 0 it is committed, otherwise undone; returns the
 * error, or that of committing. */
int quotes_begin_change(struct quotes *quotes, struct sb_error *ret_error);
int quotes_end_change(struct quotes *quotes, int error, struct sb_error *ret_error);

/* Says that something has changed, for quotes_state(). */
int quotes_touch(struct quotes *quotes, int64_t now_s, struct sb_error *ret_error);

/* The quote of the row, whose texts live as long as the row; with a copy of them that lives until the next
 * such call: -ENOMEM. */
void quotes_read_row(sqlite3_stmt *stmt, struct quote *ret_quote);
int quotes_hold(struct quotes *quotes, sqlite3_stmt *stmt, struct quote *ret_quote);

/* Brings the database to today's schema. */
int quotes_migrate(struct quotes *quotes, struct sb_error *ret_error);

/* quotes_add() within a change that has been begun. */
int quotes_add_within(struct quotes *quotes, const struct quotes_person *person,
	const struct quotes_new *quote, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error);

/* Who is told of problems. */
struct teller {
	quotes_problem_fn *fn;
	void *self;
	const char *path;
};

SB_PRINTF(3, 4)
void teller_say(const struct teller *teller, size_t line, const char *format, ...);

enum { QUOTES_INDEX_HEADER = 24 }; /* bytes of an index made by strfile */

/* Whether the bytes are an index made by strfile with -x. */
bool quotes_index_is_rotated(struct sb_bytes bytes);

/* Adds what a fortune file holds, within a change that has been begun. */
int quotes_take_in(struct quotes *quotes, const char *source, struct sb_bytes bytes, int64_t now_s,
	const struct teller *teller, struct quotes_imported *imported, struct sb_error *ret_error);

#endif
