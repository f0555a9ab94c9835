#include "quotes_private.h"

#include <errno.h>

/* Steps of the database between two looks at the budget. */
enum { STEPS_A_LOOK = 1000, BUSY_MS = 2000 };

static const char *const sql[] = {
#define STATEMENT(name, sql) sql,
#include "quotes_statements.def"
#undef STATEMENT
};

static int
errno_for(const struct quotes *quotes, int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_INTERRUPT:
		return -ETIME;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return quotes->db && sqlite3_system_errno(quotes->db)
			       ? -sqlite3_system_errno(quotes->db)
			       : -EIO;
	case SQLITE_IOERR:
		return sqlite3_system_errno(quotes->db) == ENOSPC ? -ENOSPC : -EIO;
	default:
		return -EIO;
	}
}

int
quotes_failure(struct quotes *quotes, int result)
{
	int code = errno_for(quotes, result);

	if (code)
		(void)snprintf(quotes->why, sizeof(quotes->why), "%s", sqlite3_errmsg(quotes->db));
	return code;
}

static const char *
words_for(int code)
{
	switch (code) {
	case -EBUSY:
		return "another program is using the database: try again";
	case -ENOSPC:
		return "there is no space left for the database";
	case -EROFS:
		return "the database may only be read";
	case -ENOMEM:
		return "out of memory";
	case -EUCLEAN:
		return "the database is damaged, or no database of quotes";
	case -ESTALE:
		return "the file of the database was moved or replaced: it needs a restart";
	case -EOVERFLOW:
		return "there are no more ids";
	case -ETIME:
		return "that would take too long: ask for something narrower";
	default:
		return NULL;
	}
}

int
quotes_explain(const struct quotes *quotes, int code, struct sb_error *ret_error)
{
	const char *words = words_for(code);

	if (!code)
		return 0;
	return sb_error_set(ret_error, code, "%s: %s", quotes->path, words ? words : quotes->why);
}

const char *
quotes_reason(int code)
{
	const char *words = words_for(code);

	return words ? words : strerror(-code);
}

static int
on_look(void *self)
{
	struct quotes *quotes = self;

	if (quotes->n_steps_left < 0)
		return 0;
	if (!quotes->n_steps_left)
		return 1;
	quotes->n_steps_left--;
	return 0;
}

void
quotes_start(struct quotes *quotes, bool is_bounded)
{
	quotes->n_steps_left = is_bounded ? QUOTES_BUDGET / STEPS_A_LOOK : -1;
}

sqlite3_stmt *
quotes_prepare(struct quotes *quotes, enum statement statement)
{
	sqlite3_stmt **at = &quotes->statements[statement];

	if (!*at
		&& sqlite3_prepare_v3(
			quotes->db, sql[statement], -1, SQLITE_PREPARE_PERSISTENT, at, NULL))
		return NULL;
	return *at;
}

int
quotes_done(struct quotes *quotes, sqlite3_stmt *statement, int stepped)
{
	int code = quotes_failure(quotes, statement ? stepped : sqlite3_errcode(quotes->db));

	if (statement) {
		(void)sqlite3_reset(statement);
		(void)sqlite3_clear_bindings(statement);
	}
	return statement || code ? code : -EIO;
}

int
quotes_step(struct quotes *quotes, sqlite3_stmt *statement)
{
	return quotes_done(quotes, statement, statement ? sqlite3_step(statement) : 0);
}

int
quotes_check_file(struct quotes *quotes)
{
	int has_moved = 0;

	(void)sqlite3_file_control(quotes->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	return has_moved ? -ESTALE : 0;
}

int
quotes_begin(struct quotes *quotes)
{
	int code = quotes_check_file(quotes);

	return code ? code : quotes_step(quotes, quotes_prepare(quotes, BEGIN));
}

int
quotes_end(struct quotes *quotes, int code)
{
	/* A change that was made must not be broken off while it is kept. */
	quotes_start(quotes, false);
	if (!code)
		code = quotes_step(quotes, quotes_prepare(quotes, COMMIT));
	/* Some failures have taken the transaction back by themselves. */
	if (code && !sqlite3_get_autocommit(quotes->db))
		(void)quotes_step(quotes, quotes_prepare(quotes, ROLLBACK));
	return code;
}

char *
quotes_room(struct room *room, size_t size)
{
	size_t cap = room->cap ? room->cap : 4096;
	char *grown;

	while (cap < size)
		cap *= 2;
	if (cap > room->cap) {
		grown = realloc(room->at, cap);
		if (!grown)
			return NULL;
		room->at = grown;
		room->cap = cap;
	}
	return room->at;
}

/* splitmix64's step and mix. */
uint64_t
quotes_stir(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

void
quotes_places(const struct quotes_scope *scope, struct places *ret_places)
{
	char *c;

	*ret_places = (struct places){ .sees_all = scope && scope->sees_all };
	if (!scope || !scope->network)
		return;
	(void)snprintf(ret_places->network, PLACES_CAP, "%s", scope->network);
	if (scope->channel)
		(void)snprintf(
			ret_places->channel, PLACES_CAP, "%s\n%s", scope->network, scope->channel);
	for (c = ret_places->network; *c; c++)
		*c = lower(*c);
	for (c = ret_places->channel; *c; c++)
		*c = lower(*c);
}

static void
bind_place(sqlite3_stmt *statement, int at, const char *place)
{
	if (place[0])
		(void)sqlite3_bind_text(statement, at, place, -1, SQLITE_STATIC);
}

void
quotes_bind_places(sqlite3_stmt *statement, const struct places *places)
{
	(void)sqlite3_bind_int(statement, 1, places->sees_all);
	bind_place(statement, 2, places->network);
	bind_place(statement, 3, places->channel);
}

static const char *
column(sqlite3_stmt *statement, int at)
{
	const void *text = sqlite3_column_text(statement, at);

	return text ? text : "";
}

void
quotes_row(sqlite3_stmt *statement, struct quote *ret_quote)
{
	const char *p = column(statement, 1);

	*ret_quote = (struct quote){
		.id = sqlite3_column_int64(statement, 0),
		.text = p,
		.len = strlen(p),
		.n_lines = 1,
		.network = column(statement, 2),
		.channel = column(statement, 3),
		.added_by = column(statement, 4),
		.source = column(statement, 5),
		.added_s = sqlite3_column_int64(statement, 6),
		.score = sqlite3_column_int64(statement, 7),
		.n_votes = sqlite3_column_int64(statement, 8),
		.visibility = (enum quotes_visibility)sqlite3_column_int(statement, 9),
		.is_deleted = sqlite3_column_int(statement, 10),
	};
	while ((p = strchr(p, '\n'))) {
		ret_quote->n_lines++;
		p++;
	}
}

int
quotes_lend(struct quotes *quotes, struct quote *quote)
{
	const char **texts[] = { &quote->text, &quote->network, &quote->channel, &quote->added_by,
		&quote->source };
	size_t i, size, at = 0, n = sizeof(texts) / sizeof(texts[0]), total = 0;

	for (i = 0; i < n; i++)
		total += strlen(*texts[i]) + 1;
	if (!quotes_room(&quotes->lent, total))
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		size = strlen(*texts[i]) + 1;
		memcpy(quotes->lent.at + at, *texts[i], size);
		*texts[i] = quotes->lent.at + at;
		at += size;
	}
	return 0;
}

static int
open_db(struct quotes *quotes, const char *path, struct sb_error *ret_error)
{
	int code, flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	/* A name that begins with "file:" is a name like others. */
	code = sqlite3_open_v2(path ? path : ":memory:", &quotes->db, flags, NULL);
	if (code)
		return quotes_explain(quotes, quotes_failure(quotes, code), ret_error);
	(void)sqlite3_extended_result_codes(quotes->db, 1);
	(void)sqlite3_busy_timeout(quotes->db, BUSY_MS);
	sqlite3_progress_handler(quotes->db, STEPS_A_LOOK, on_look, quotes);
	quotes_start(quotes, false);
	return quotes_migrate(quotes, ret_error);
}

int
quotes_open(const char *path, struct quotes **ret_quotes, struct sb_error *ret_error)
{
	struct quotes *quotes = calloc(1, sizeof(*quotes));
	int code;

	*ret_quotes = NULL;
	if (quotes)
		quotes->path = strdup(path ? path : "quotes in memory");
	if (!quotes || !quotes->path) {
		free(quotes);
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	}
	code = open_db(quotes, path, ret_error);
	if (code) {
		quotes_close(quotes);
		return code;
	}
	*ret_quotes = quotes;
	return 0;
}

void
quotes_close(struct quotes *quotes)
{
	size_t i;

	if (!quotes)
		return;
	for (i = 0; i < N_STATEMENTS; i++)
		(void)sqlite3_finalize(quotes->statements[i]);
	(void)sqlite3_close(quotes->db);
	free(quotes->lent.at);
	free(quotes->path);
	free(quotes);
}
