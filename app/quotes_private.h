#ifndef QUOTH_QUOTES_PRIVATE_H
#define QUOTH_QUOTES_PRIVATE_H

/* What the files of the kernel share: the database, its prepared statements, transactions. */

#include "quotes.h"

#include <sqlite3.h>

/* Every statement that is kept prepared: its name and its SQL, in quotes_statements.def. */
enum statement {
#define STATEMENT(name, sql) name,
#include "quotes_statements.def"
#undef STATEMENT
	N_STATEMENTS,
};

/* Room that grows, for what is lent to callers. */
struct room {
	char *at;
	size_t cap;
};

struct quotes {
	sqlite3 *db;
	char *path; /* as errors say it */
	sqlite3_stmt *statements[N_STATEMENTS];
	int64_t n_steps_left; /* in thousands; below 0: no limit */
	struct room lent; /* the texts of the quote that was given last */
	char why[160]; /* what the database said of the failure that came last */
};

/* A statement, ready to be bound; NULL when it cannot be prepared. Ended by quotes_done(). */
sqlite3_stmt *quotes_prepare(struct quotes *quotes, enum statement statement);

/* Resets a statement that has been stepped and gives its result: 0 for SQLITE_ROW and SQLITE_DONE,
 * or the negative errno. NULL is fine: what the database says last. */
int quotes_done(struct quotes *quotes, sqlite3_stmt *statement, int stepped);

/* Steps a statement that gives no rows, to its end. */
int quotes_step(struct quotes *quotes, sqlite3_stmt *statement);

/* A result of the database as 0 or a negative errno; what it says of it is kept for
 * quotes_explain(). */
int quotes_failure(struct quotes *quotes, int result);

/* Fills in the error with what the database said last, unless code is 0. Returns code. */
int quotes_explain(const struct quotes *quotes, int code, struct sb_error *ret_error);

/* Each public call has steps of its own; is_bounded false: as many as it takes. */
void quotes_start(struct quotes *quotes, bool is_bounded);

/* 0, or -ESTALE when the file that was opened is not at its path any more. */
int quotes_check_file(struct quotes *quotes);

/* A transaction that writes. end() commits where code is 0, otherwise takes all back; returns code,
 * or what went wrong with committing. */
int quotes_begin(struct quotes *quotes);
int quotes_end(struct quotes *quotes, int code);

/* Makes the tables or brings them to today's; refuses what is not ours. */
int quotes_migrate(struct quotes *quotes, struct sb_error *ret_error);

/* At least `size` bytes of room, or NULL. */
char *quotes_room(struct room *room, size_t size);

/* ---- Rows ---- */

/* The columns that every statement which gives quotes begins with. */
#define QUOTE_COLUMNS                                                                              \
	"q.id, q.text, q.network, q.channel, q.added_by, q.source, q.added_s, q.score, "           \
	"q.n_votes, q.visibility, q.is_deleted"

enum { N_QUOTE_COLUMNS = 11 };

/* The quote of a row; its texts are the statement's, until it is stepped or reset. */
void quotes_row(sqlite3_stmt *statement, struct quote *ret_quote);

/* Copies the texts, so that they last until the next call. */
int quotes_lend(struct quotes *quotes, struct quote *quote);

/* ---- Places: what a quote may be seen from ----
 *
 * "" for everybody, the network's name, or the network's, a newline and the channel's, in small
 * letters. */
enum { PLACES_CAP = 1024 };
struct places {
	char network[PLACES_CAP];
	char channel[PLACES_CAP];
	bool sees_all;
};

/* The places that a scope sees beside what everybody may see. */
void quotes_places(const struct quotes_scope *scope, struct places *ret_places);

/* Binds sees_all, network and channel to ?1, ?2 and ?3: NULL for a place there is not. */
void quotes_bind_places(sqlite3_stmt *statement, const struct places *places);

/* The next of a sequence of numbers that look random. */
uint64_t quotes_stir(uint64_t *state);

/* ---- Changing, in a transaction ---- */

struct put {
	const struct quotes_new *quote;
	struct sb_bytes text; /* clean */
	const char *network, *channel, *added_by, *added_key;
	const struct quotes_scope *scope; /* where the same would be found; NULL: not looked for */
	int64_t added_s;
};

/* Makes \r\n one and drops white space at both ends; of a text that keeps its indent, empty lines
 * before it: the text in quotes->lent. Returns 0, -EINVAL, -EMSGSIZE or -ENOMEM. */
int quotes_clean(struct quotes *quotes, const char *text, size_t len, bool keeps_indent,
	struct sb_bytes *ret_text, struct sb_error *ret_error);

/* As quotes_add(), in the caller's transaction, which also says what changed. */
int quotes_put(struct quotes *quotes, const struct put *put, int64_t *ret_id);

/* Counts a change: so many quotes more. */
int quotes_changed(struct quotes *quotes, int64_t n_more, int64_t now_s);

/* A vote, to be written or replaced; the score of its quote is the caller's. */
struct vote {
	const char *key, *name;
	int vote;
	int64_t voted_s;
};

/* Writes it. Returns 0, or a negative errno. */
int quotes_put_vote(struct quotes *quotes, int64_t id, const struct vote *vote);

/* quotes_get() within another call: it spends that one's steps. */
int quotes_find(struct quotes *quotes, const struct quotes_scope *scope, int64_t id,
	struct quote *ret_quote);

/* ---- Problems ---- */

/* Who is told of problems. */
struct teller {
	quotes_problem_fn *fn;
	void *self;
	const char *path;
	size_t n_told;
};

/* Tells a problem, in words as by printf; line 0: of the whole. */
SB_PRINTF(3, 4)
void teller_say(struct teller *teller, size_t line, const char *format, ...);

/* ---- Files of fortunes ---- */

enum { QUOTES_INDEX_HEADER = 24 }; /* bytes of an index made by strfile */

/* Whether the bytes are an index made by strfile with -x. */
bool quotes_index_is_rotated(struct sb_bytes bytes);

struct fortune_file {
	const char *path;
	int64_t size, changed_ns;
};

/* Adds the quotes of one file's bytes, in a transaction of its own, which remembers the file by
 * this name, size and time, unless there was a problem or file is NULL. */
int quotes_read_fortunes(struct quotes *quotes, struct sb_bytes bytes,
	const struct fortune_file *file, int64_t now_s, struct teller *teller,
	struct quotes_imported *ret_imported);

/* 1 for a file that was read as it is, and how many quotes it had; 0 for one that was not; or a
 * negative errno. */
int quotes_knows_file(struct quotes *quotes, const struct fortune_file *file, size_t *ret_n_quotes);

#endif
