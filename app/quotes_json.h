#ifndef QUOTH_QUOTES_JSON_H
#define QUOTH_QUOTES_JSON_H

/* Quotes as JSON Lines: one object a line, all that is known of a quote, its votes included, so
 * that an export imported into an empty collection makes the same again.
 *
 *     {"id":12,"text":"one\ntwo","added":"2026-11-21T12:00:00Z","by":"alice","key":"...",
 *      "network":"libera","channel":"#quotes","visibility":"public","source":"","deleted":false,
 *      "score":1,"votes":[{"key":"...","name":"bob","vote":1,"voted":"2026-11-21T12:00:00Z"}]}
 *
 * Only "text" is needed. With an id it is that quote, whatever others hold; without, one is made,
 * and the same is not added again. A score that is missing is the sum of the votes. Members that
 * are not known are told, and left out. "added" is left out where it is not known. */

#include <stdio.h>

#include <jansson.h>

#include "quotes.h"

/* Writes every quote, deleted ones too, in the order of their ids. Returns how many, or a negative
 * errno, also of writing. */
int64_t quotes_export_json(struct quotes *quotes, FILE *to, struct sb_error *ret_error);

/* Reads lines until the end. What is wrong with a line leaves it out, and is told with its number
 * and what would be right: no JSON (with the column), no object, a member of the wrong type or
 * value, an id that is used by another quote. What is there already, the same id and text, is
 * passed over. Returns 0, or a negative errno of reading and of the database. */
int quotes_import_json(struct quotes *quotes, FILE *from, const char *name, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error);

/* Writes a copy of the database to a new file, as of one moment, while others use it. -EEXIST for a
 * file that is there. Half a copy is never left. */
int quotes_backup(struct quotes *quotes, const char *path, struct sb_error *ret_error);

/* A quote as the JSON object above without keys and votes, and with "score": a new reference, or
 * NULL when out of memory. For the API and the export. */
json_t *quotes_json(const struct quote *quote);

/* A name as networks and file systems have them: one that is not UTF-8 is read as ISO 8859-1, whose
 * bytes are characters, so that what differed still does. A new reference, or NULL when out of
 * memory. */
json_t *quotes_json_name(const char *name);

/* A time, s since 1970, as ISO 8601 has it in UTC, "2026-11-21T12:00:00Z": of the years 0 to 9999,
 * one beyond as the first or last of them. And back: 0, or -EINVAL for another form. */
enum { QUOTES_TIME_CAP = 24 };
void quotes_time(int64_t time_s, char buf[QUOTES_TIME_CAP]);
int quotes_parse_time(const char *text, int64_t *ret_time_s);

#endif
