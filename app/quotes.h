#ifndef QUOTH_QUOTES_H
#define QUOTH_QUOTES_H

/* The kernel: a collection of quotes in an SQLite database. It knows no network and no signals, and
 * neither time nor chance: times, days and random numbers are given to it.
 *
 * A quote has an id for ever: ids are never used again. What is deleted is kept, and may be
 * restored. What has been answered with 0 is on disk, whatever happens to the process.
 *
 * Calls are synchronous and bounded: one that would take longer than QUOTES_BUDGET steps of the
 * database is broken off with -ETIME. Several processes may use one database; who finds it locked
 * waits for 2 s, then -EBUSY.
 *
 * What goes wrong with the database is an error with its words: -EIO, -ENOSPC, -EROFS, -ENOMEM,
 * -EUCLEAN for one that is damaged, -ESTALE for a change where its file was moved away, removed or
 * replaced since it was opened: what is written there would be lost. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

struct quotes;

enum {
	QUOTES_MAX_QUOTE = 64 * 1024, /* bytes of one quote */
	QUOTES_MAX_WORDS = 8, /* words that a search looks for */
	QUOTES_MAX_WORD = 256, /* bytes of such a word; what follows these does not count */
	QUOTES_MAX_LIST = 100, /* quotes that one list gives */
	QUOTES_MAX_FOUND = 1000, /* a search looks at the newest so many that match */
	QUOTES_UNDO_S = 120, /* how long undo is possible */
	QUOTES_BUDGET = 5 * 1000 * 1000, /* steps of one call: about a tenth of a second */
};

/* Who may see it: everybody, in the browser too; the network it was added on; the channel there. */
enum quotes_visibility {
	QUOTES_PUBLIC,
	QUOTES_NETWORK,
	QUOTES_CHANNEL,
};

/* Where somebody asks from, and so what they see: public quotes, and those of their network and
 * channel. All NULL: from anywhere, the browser, say. */
struct quotes_scope {
	const char *network; /* its name in the configuration, or NULL */
	const char *channel; /* or NULL, in private */
	bool sees_all; /* whatever its visibility, and deleted ones: for exports and moderators */
};

/* Somebody who does something. */
struct quotes_person {
	struct quotes_scope scope;
	const char *name; /* as others know them, a nick */
	const char *key; /* by which they are known again: an account, or user and host */
	bool is_moderator; /* may delete and restore what others added */
};

/* A quote, borrowed until the next call with its collection, or for the length of a callback. Texts
 * are never NULL: "" where nothing is known. */
struct quote {
	int64_t id;
	const char *text; /* UTF-8, no NUL but the last; lines parted by \n, none at the end */
	size_t len; /* bytes */
	size_t n_lines;
	const char *network, *channel; /* where it was added */
	const char *added_by; /* the name of who did */
	const char *source; /* the file it was taken from */
	int64_t added_s; /* when, s since 1970 UTC; 0: not known */
	int64_t score; /* votes for it less those against */
	int64_t n_votes;
	enum quotes_visibility visibility;
	bool is_deleted;
};

/* Opens the database, and makes it where there is none or brings it to today's schema, each step
 * whole or not at all. path NULL: in memory, for as long as it is open. Returns 0, or a negative
 * errno with an error that names the path: what the system says; -ENOTSUP for a database of a later
 * schema; -EUCLEAN for a file that is no database, or another program's. */
int quotes_open(const char *path, struct quotes **ret_quotes, struct sb_error *ret_error);

/* NULL is fine. */
void quotes_close(struct quotes *quotes);

/* What a negative errno of the kernel means, in words for anybody: without the path. */
const char *quotes_reason(int code);

/* ---- Adding and changing ----
 *
 * Each returns 0, or a negative errno with an error in words for a person. */

struct quotes_new {
	const char *text; /* cleaned: white space at its ends is dropped, \r\n becomes \n */
	enum quotes_visibility visibility;
	const char *source; /* or NULL */
	int64_t id; /* 0: the next; for an import, one that was never used */
	int64_t score; /* for an import */
	bool is_deleted; /* for an import */
};

/* Adds a quote. -EEXIST when there is the same already, but for case and white space, among those
 * that the person may see, deleted ones too: then *ret_id is its id. -EINVAL for one that is empty,
 * no UTF-8, or holds NUL; -EMSGSIZE beyond QUOTES_MAX_QUOTE; -EADDRINUSE for an id that was used;
 * -EOVERFLOW after the greatest id there is, 2^53 - 1, which readers of JSON set. */
int quotes_add(struct quotes *quotes, const struct quotes_person *person,
	const struct quotes_new *quote, int64_t now_s, int64_t *ret_id, struct sb_error *ret_error);

/* Takes back the last quote that this person added, within QUOTES_UNDO_S: it is gone for good, its
 * id stays used. -ENOENT when there is none; -ETIMEDOUT when that was too long ago. */
int quotes_undo(struct quotes *quotes, const struct quotes_person *person, int64_t now_s,
	int64_t *ret_id, struct sb_error *ret_error);

/* Deletes, restores. By who added it, and by moderators: others are told -EACCES. -ENOENT where
 * there is none that they may see; -EALREADY when it is so already. */
int quotes_delete(struct quotes *quotes, const struct quotes_person *person, int64_t id,
	int64_t now_s, struct sb_error *ret_error);
int quotes_restore(struct quotes *quotes, const struct quotes_person *person, int64_t id,
	int64_t now_s, struct sb_error *ret_error);

/* Votes +1 or -1; a later vote of the same person replaces the earlier. *ret_score is the score
 * after it. -ENOENT; -EALREADY for the same vote again. */
int quotes_vote(struct quotes *quotes, const struct quotes_person *person, int64_t id, int vote,
	int64_t now_s, int64_t *ret_score, struct sb_error *ret_error);

/* ---- Finding ----
 *
 * Only what the scope sees. Each returns a negative errno for what goes wrong with the database. */

/* How many quotes there are that are not deleted, of every visibility; or a negative errno.
 * Cheap. */
int64_t quotes_n(struct quotes *quotes);

/* How many of these everybody may see. It counts them: some milliseconds for 100 000. */
int64_t quotes_n_public(struct quotes *quotes);

/* The quote of that id: 0, or -ENOENT. Deleted ones only for who sees all. */
int quotes_get(struct quotes *quotes, const struct quotes_scope *scope, int64_t id,
	struct quote *ret_quote);

/* Whether a quote will do, for choosing one. It may not touch the collection. */
typedef bool quotes_fit_fn(void *self, const struct quote *quote);

/* Chooses one by a random number: the same one for the same number and collection, each about as
 * likely as the others. Of those that fit, where it meets any among some hundreds. fits NULL: all
 * do. Returns 0, or -ENOENT when there are none. */
int quotes_choose(struct quotes *quotes, const struct quotes_scope *scope, uint64_t random,
	quotes_fit_fn *fits, void *self, struct quote *ret_quote);

/* The public quote of a day, in days since 1970-01-01 (before it: negative): chosen when it is
 * first asked for, kept for that day; none comes again before all have been, as far as it fits.
 * While nothing can be written, one that goes by the number of the day, and is not kept. Returns 0,
 * or -ENOENT when there are none. */
int quotes_of_day(struct quotes *quotes, int64_t day, uint64_t random, quotes_fit_fn *fits,
	void *self, struct quote *ret_quote);

enum quotes_order {
	QUOTES_NEWEST, /* by id, the last first */
	QUOTES_BEST, /* by score, then newest */
	QUOTES_RANKED, /* of a search: those where the words weigh most */
};

struct quotes_query {
	struct quotes_scope scope;
	/* Words that it holds, all of them, each also as the beginning of a longer one; in any
	 * case, and with or without accents. Parted by white space, QUOTES_MAX_WORDS count. NULL or
	 * without a word: every quote. */
	const char *words;
	const char *channel; /* of this channel, on any network; NULL: of any */
	enum quotes_order order;
	int64_t before; /* QUOTES_NEWEST: with an id below this; 0: from the newest */
	size_t skip; /* otherwise: without the first so many, at most 10 000 */
	size_t most; /* at most QUOTES_MAX_LIST */
};

/* Called for each quote found, in order; the quote is borrowed for the call, which may not touch
 * the collection. */
typedef void quotes_each_fn(void *self, const struct quote *quote);

/* Calls each for those that the query asks for. *ret_has_more: whether more would follow. Returns
 * how many, or a negative errno. */
int quotes_list(struct quotes *quotes, const struct quotes_query *query, quotes_each_fn *each,
	void *self, bool *ret_has_more);

/* Chooses one of those that hold the words, as quotes_choose() chooses. Returns how many there are,
 * QUOTES_MAX_FOUND when there are at least so many, 0 for none, and *ret_quote is the one. */
int quotes_search(struct quotes *quotes, const struct quotes_scope *scope, const char *words,
	uint64_t random, quotes_fit_fn *fits, void *self, struct quote *ret_quote);

/* The time of the last change, s since 1970 UTC, and a number that every change raises. Fails also
 * where no change could be made any more, with -ESTALE. */
struct quotes_state {
	int64_t changed_s;
	int64_t version;
};
int quotes_state(struct quotes *quotes, struct quotes_state *ret_state);

/* ---- In and out ---- */

/* What could not be read as it should, and what came of it is in `why`: a text for a person. */
struct quotes_problem {
	const char *path; /* as given, and for a file of a folder with its name after it */
	size_t line; /* from 1; 0: the path as a whole */
	const char *why;
};

/* Told once for each problem; what it gets is borrowed for the call. It may not touch the
 * collection. */
typedef void quotes_problem_fn(void *self, const struct quotes_problem *problem);

/* What an import did. */
struct quotes_imported {
	size_t n_added;
	size_t n_known; /* there already */
	size_t n_skipped; /* told as problems */
};

enum { QUOTES_MAX_FILE = 64 * 1024 * 1024 }; /* bytes of a file that is imported */

/* Adds the quotes of a fortune file, or of the files of a folder in the order of their names (bytes
 * compare). A fortune file is text in UTF-8, its quotes parted by lines that are just "%". Line
 * ends may be \n or \r\n; the last quote needs no separator after it; empty quotes count for
 * nothing. In a folder, what begins with '.' and the index x.dat of a file x are passed over, and
 * so is x where there is x.u8, the same in UTF-8; a folder in the folder is told as a problem and
 * not entered. Where the index x.dat of a file x, or x.u8, says that its letters are rotated by 13
 * (strfile -x), they are turned back. A file is taken once, however many names lead to it.
 *
 * What is wrong with one quote leaves it out, and with one file the file, and is told: no regular
 * file, not readable, an index made by strfile (.dat), longer than the limits above, a quote with a
 * NUL byte, a file without quotes. A quote that is not UTF-8 is read as ISO 8859-1, and told too.
 * What is there already is passed over. Each file is added whole, or, when the process dies, not at
 * all.
 *
 * Returns 0; the negative errno for a path that cannot be opened or is no file and no folder, which
 * is also told as a problem; or for what goes wrong with the database. *ret_imported counts what
 * came of it in each case. */
int quotes_import_fortune(struct quotes *quotes, const char *path, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error);

/* The same from memory, the bytes of one file, under the name that problems and quotes shall
 * bear. */
int quotes_import_fortune_bytes(struct quotes *quotes, const char *name, struct sb_bytes bytes,
	int64_t now_s, quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error);

#endif
