#include "quotes_json.h"
#include "quotes_json_private.h"

#include <errno.h>

enum { MAX_LINE = 1024 * 1024 }; /* bytes: the longest quote escaped, and hundreds of votes */

static const int64_t MAX_SCORE = INT64_C(1000000000000);

/* An import of lines. */
struct reading {
	struct quotes *quotes;
	struct teller teller;
	size_t line;
	int64_t now_s;
	struct quotes_imported imported;
	int64_t n_more; /* that are not deleted */
};

/* A quote as its line has it; the texts are the object's. */
struct line_quote {
	struct quotes_new quote;
	struct put put;
	const char *added, *visibility;
	size_t text_len;
	json_t *votes, *score;
};

/* ---- The members of an object ---- */

struct member {
	const char *name;
	json_type type;
	bool is_needed;
};

static const struct member members[] = {
	{ "id", JSON_INTEGER, false },
	{ "text", JSON_STRING, true },
	{ "added", JSON_STRING, false },
	{ "by", JSON_STRING, false },
	{ "key", JSON_STRING, false },
	{ "network", JSON_STRING, false },
	{ "channel", JSON_STRING, false },
	{ "visibility", JSON_STRING, false },
	{ "source", JSON_STRING, false },
	{ "deleted", JSON_TRUE, false },
	{ "score", JSON_INTEGER, false },
	{ "votes", JSON_ARRAY, false },
	{ NULL, JSON_NULL, false },
};

static const struct member vote_members[] = {
	{ "key", JSON_STRING, true },
	{ "name", JSON_STRING, false },
	{ "vote", JSON_INTEGER, true },
	{ "voted", JSON_STRING, false },
	{ NULL, JSON_NULL, false },
};

static const char *
type_name(json_type type)
{
	switch (type) {
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_ARRAY:
		return "an array";
	default:
		return "true or false";
	}
}

static bool
is_of_type(const json_t *value, json_type type)
{
	return type == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == type;
}

static bool
is_known(const struct member *known, const char *name)
{
	for (; known->name; known++)
		if (!strcmp(known->name, name))
			return true;
	return false;
}

/* Members that are not known are told, and the rest is taken. */
static bool
check_members(struct reading *reading, json_t *object, const struct member *known)
{
	const struct member *member;
	const json_t *value;
	const char *name;
	json_t *any;

	for (member = known; member->name; member++) {
		value = json_object_get(object, member->name);
		if (value ? is_of_type(value, member->type) : !member->is_needed)
			continue;
		teller_say(&reading->teller, reading->line,
			value ? "\"%s\" must be %s: left out" : "\"%s\" is missing, %s: left out",
			member->name, type_name(member->type));
		return false;
	}
	json_object_foreach(object, name, any) if (!is_known(known, name))
		teller_say(&reading->teller, reading->line,
			"a member that is not known, \"%.64s\", is passed over", name);
	return true;
}

static const char *
string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---- One line ---- */

static bool
say(struct reading *reading, const char *why)
{
	teller_say(&reading->teller, reading->line, "%s: left out", why);
	return false;
}

static bool
read_visibility(struct reading *reading, struct line_quote *line)
{
	const char *name = line->visibility;
	int i;

	if (!name[0])
		return true;
	for (i = 0; i <= QUOTES_CHANNEL; i++)
		if (!strcmp(name, quotes_visibilities[i])) {
			line->quote.visibility = (enum quotes_visibility)i;
			return true;
		}
	return say(reading, "\"visibility\" must be \"public\", \"network\" or \"channel\"");
}

static bool
check_votes(struct reading *reading, struct line_quote *line)
{
	json_int_t number;
	int64_t voted_s;
	json_t *vote;
	size_t i;

	json_array_foreach(line->votes, i, vote)
	{
		if (!json_is_object(vote))
			return say(reading, "a vote must be an object");
		if (!check_members(reading, vote, vote_members))
			return false;
		number = json_integer_value(json_object_get(vote, "vote"));
		if (number != 1 && number != -1)
			return say(reading, "\"vote\" must be 1 or -1");
		if (string(vote, "voted")[0] && quotes_parse_time(string(vote, "voted"), &voted_s))
			return say(reading, "\"voted\" must be like \"2026-11-21T12:00:00Z\"");
	}
	number = json_integer_value(line->score);
	if (number > MAX_SCORE || number < -MAX_SCORE)
		return say(reading, "\"score\" is too great");
	line->quote.score = number;
	return true;
}

static bool
read_object(struct reading *reading, json_t *object, struct line_quote *line)
{
	if (!check_members(reading, object, members))
		return false;
	line->quote.text = string(object, "text");
	line->text_len = json_string_length(json_object_get(object, "text"));
	line->quote.id = json_integer_value(json_object_get(object, "id"));
	line->quote.source = string(object, "source");
	line->quote.is_deleted = json_is_true(json_object_get(object, "deleted"));
	line->put.added_by = string(object, "by");
	line->put.added_key = string(object, "key");
	line->put.network = string(object, "network");
	line->put.channel = string(object, "channel");
	line->put.quote = &line->quote;
	line->put.added_s = 0;
	line->added = string(object, "added");
	line->visibility = string(object, "visibility");
	line->votes = json_object_get(object, "votes");
	line->score = json_object_get(object, "score");
	if (json_object_get(object, "id") && line->quote.id <= 0)
		return say(reading, "\"id\" must be above 0");
	if (line->added[0] && quotes_parse_time(line->added, &line->put.added_s))
		return say(reading, "\"added\" must be like \"2026-11-21T12:00:00Z\"");
	return read_visibility(reading, line) && check_votes(reading, line);
}

/* 1 when the quote of this id has this text, 0 when it has another or there is none, or a negative
 * errno. */
static int
is_there(struct quotes *quotes, int64_t id, struct sb_bytes text)
{
	sqlite3_stmt *statement = quotes_prepare(quotes, TEXT_OF);
	int code, is_so = 0, stepped = SQLITE_DONE;

	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		stepped = sqlite3_step(statement);
		is_so = stepped == SQLITE_ROW
			&& (size_t)sqlite3_column_bytes(statement, 0) == text.len
			&& !memcmp(sqlite3_column_text(statement, 0), text.ptr, text.len);
	}
	code = quotes_done(quotes, statement, stepped);
	return code ? code : is_so;
}

static int
put_votes(struct reading *reading, int64_t id, const struct line_quote *line)
{
	sqlite3_stmt *statement;
	struct vote vote;
	int code = 0;
	json_t *one;
	size_t i;

	json_array_foreach(line->votes, i, one)
	{
		vote = (struct vote){ string(one, "key"), string(one, "name"),
			(int)json_integer_value(json_object_get(one, "vote")), 0 };
		(void)quotes_parse_time(string(one, "voted"), &vote.voted_s);
		code = quotes_put_vote(reading->quotes, id, &vote);
		if (code)
			return code;
	}
	statement = quotes_prepare(reading->quotes, SUM_VOTES);
	if (statement) {
		(void)sqlite3_bind_int64(statement, 1, id);
		(void)sqlite3_bind_int(statement, 2, line->score != NULL);
	}
	return quotes_step(reading->quotes, statement);
}

/* Its id is used: by the same quote, or by another. */
static int
pass_over(struct reading *reading, const struct line_quote *line)
{
	int code = is_there(reading->quotes, line->quote.id, line->put.text);

	if (code < 0)
		return code;
	if (code) {
		reading->imported.n_known++;
		return 0;
	}
	(void)say(reading, "its \"id\" was used by another quote");
	return -EINVAL;
}

/* With an id it is that quote, whatever others hold; without one, the same is not added again.
 * Returns -EINVAL for one that is left out, and told. */
static int
put_line(struct reading *reading, struct line_quote *line)
{
	const char *network = line->put.network, *channel = line->put.channel;
	struct quotes_scope scope = { network[0] ? network : NULL, channel[0] ? channel : NULL,
		false };
	int64_t id;
	int code;

	if (!line->quote.id)
		line->put.scope = &scope;
	code = quotes_put(reading->quotes, &line->put, &id);
	switch (code) {
	case 0:
		reading->imported.n_added++;
		reading->n_more += !line->quote.is_deleted;
		return put_votes(reading, id, line);
	case -EEXIST:
		reading->imported.n_known++;
		return 0;
	case -EADDRINUSE:
		return pass_over(reading, line);
	case -ERANGE:
		(void)say(reading, "its \"id\" is too great");
		return -EINVAL;
	default:
		return code;
	}
}

/* Returns 0, -EINVAL for a line that is left out, and told, or another negative errno. */
static int
take_line(struct reading *reading, json_t *object)
{
	struct line_quote line = { .votes = NULL };
	struct sb_error error;
	int code;

	if (!json_is_object(object)) {
		(void)say(reading, "must be an object, {\"text\":\"...\"}");
		return -EINVAL;
	}
	if (!read_object(reading, object, &line))
		return -EINVAL;
	code = quotes_clean(
		reading->quotes, line.quote.text, line.text_len, true, &line.put.text, &error);
	if (code == -EINVAL || code == -EMSGSIZE) {
		(void)say(reading, error.text);
		return -EINVAL;
	}
	return code ? code : put_line(reading, &line);
}

static int
read_line(struct reading *reading, const char *text, size_t len)
{
	json_error_t error;
	json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	int code = -EINVAL;

	if (object)
		code = take_line(reading, object);
	else
		teller_say(&reading->teller, reading->line, "no JSON, column %d: %s: left out",
			error.column, error.text);
	json_decref(object);
	reading->imported.n_skipped += code == -EINVAL;
	return code == -EINVAL ? 0 : code;
}

/* ---- Lines ---- */

static bool
is_blank(const char *text, size_t len)
{
	while (len && memchr(" \t\r\n", text[len - 1], 4))
		len--;
	return !len;
}

/* Reads a line, however long; of one beyond the limit no more than that is kept. Returns 1, 0 at
 * the end, or a negative errno. */
static int
next_line(FILE *from, char *text, size_t *ret_len)
{
	size_t len = 0;
	int c;

	errno = 0;
	while ((c = getc_unlocked(from)) != EOF && c != '\n')
		if (len++ < MAX_LINE)
			text[len - 1] = (char)c;
	if (c == EOF && ferror(from))
		return errno ? -errno : -EIO;
	*ret_len = len;
	return c != EOF || len > 0;
}

static int
read_lines(struct reading *reading, FILE *from, char *text)
{
	size_t len = 0;
	int code;

	while ((code = next_line(from, text, &len)) == 1) {
		reading->line++;
		if (len > MAX_LINE) {
			(void)say(reading, "a line longer than 1 MiB, the most");
			reading->imported.n_skipped++;
		} else if (!is_blank(text, len)) {
			code = read_line(reading, text, len);
			if (code)
				return code;
		}
	}
	return code;
}

static int
import_lines(struct reading *reading, FILE *from, char *text)
{
	int code = quotes_begin(reading->quotes);

	if (code)
		return code;
	code = read_lines(reading, from, text);
	if (!code && reading->imported.n_added)
		code = quotes_changed(reading->quotes, reading->n_more, reading->now_s);
	return quotes_end(reading->quotes, code);
}

int
quotes_import_json(struct quotes *quotes, FILE *from, const char *name, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	struct reading reading = {
		.quotes = quotes, .teller = { problem, self, name, 0 }, .now_s = now_s
	};
	char *text = malloc(MAX_LINE);
	int code = -ENOMEM;

	*ret_imported = (struct quotes_imported){ 0 };
	quotes_start(quotes, false);
	if (text)
		code = import_lines(&reading, from, text);
	free(text);
	if (!code)
		*ret_imported = reading.imported;
	if (ferror(from) && code)
		return sb_error_set(
			ret_error, code, "%s: cannot be read: %s", name, strerror(-code));
	return quotes_explain(quotes, code, ret_error);
}
