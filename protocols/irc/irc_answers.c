#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "casemap.h"

/* A line, and before how many of its kind it has come. The texts are behind it. */
struct sb_answer_entry {
	struct sb_irc_answer_line line;
	enum sb_answer_rows kind; /* SB_ROWS_KINDS for none */
	size_t row;
};

/* ---- Keeping ---- */

static bool
is_one_of(const char *verb, const char *a, const char *b, const char *c, const char *d)
{
	return !strcmp(verb, a) || !strcmp(verb, b) || !strcmp(verb, c) || !strcmp(verb, d);
}

static enum sb_answer_rows
kind_of(const char *verb)
{
	if (!strcmp(verb, "352"))
		return SB_ROWS_WHO;
	if (!strcmp(verb, "322"))
		return SB_ROWS_LISTED;
	return is_one_of(verb, "346", "348", "367", "728") ? SB_ROWS_BANNED : SB_ROWS_KINDS;
}

static const char *
copy_text(char **at, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memcpy(*at, text, size);

	*at += size;
	return copy;
}

static size_t
count_bytes(const struct sb_wire_line *line)
{
	size_t i, n = strlen(line->verb) + 1;

	for (i = 0; i < line->n_params; i++)
		n += strlen(line->params[i]) + 1;
	return n;
}

static struct sb_answer_entry *
create_entry(const struct sb_wire_line *line, size_t n_bytes)
{
	struct sb_answer_entry *entry = malloc(sizeof(*entry) + n_bytes);
	char *at;
	size_t i;

	if (!entry)
		return NULL;
	at = (char *)(entry + 1);
	*entry = (struct sb_answer_entry){ .kind = kind_of(line->verb) };
	entry->line.verb = copy_text(&at, line->verb);
	entry->line.params.n = line->n_params;
	for (i = 0; i < line->n_params; i++)
		entry->line.params.text[i] = copy_text(&at, line->params[i]);
	return entry;
}

static bool
make_room(struct sb_irc_answer *answer)
{
	size_t cap = answer->cap ? 2 * answer->cap : 8;
	struct sb_answer_entry **entries;

	if (answer->n < answer->cap)
		return true;
	entries = realloc(answer->entries, cap * sizeof(*entries));
	if (!entries)
		return false;
	answer->entries = entries;
	answer->cap = cap;
	return true;
}

void
sb_answer_add(struct sb_irc_answer *answer, const struct sb_wire_line *line)
{
	size_t n_bytes = count_bytes(line);
	struct sb_answer_entry *entry = NULL;

	/* After one that is missing there are no more: what there is has no holes. */
	if (!answer->has_lost && answer->n < SB_ANSWER_LINES_MAX
		&& n_bytes <= SB_ANSWER_BYTES_MAX - answer->n_bytes && make_room(answer))
		entry = create_entry(line, n_bytes);
	if (!entry) {
		answer->has_lost = true;
		return;
	}
	answer->entries[answer->n++] = entry;
	answer->n_bytes += n_bytes;
	if (entry->kind != SB_ROWS_KINDS)
		entry->row = answer->n_rows[entry->kind]++;
}

void
sb_answer_clear(struct sb_irc_answer *answer)
{
	size_t i;

	for (i = 0; i < answer->n; i++)
		free(answer->entries[i]);
	free(answer->entries);
	*answer = (struct sb_irc_answer){ .n = 0 };
}

/* ---- Reading ---- */

size_t
sb_irc_answer_n_lines(const struct sb_irc_answer *answer)
{
	return answer->n;
}

const struct sb_irc_answer_line *
sb_irc_answer_line(const struct sb_irc_answer *answer, size_t i)
{
	sb_assert(i < answer->n);
	return &answer->entries[i]->line;
}

bool
sb_irc_answer_is_whole(const struct sb_irc_answer *answer)
{
	return answer->is_ended && !answer->has_lost;
}

/* NULL for one that is not there. */
static const char *
param(const struct sb_irc_answer_line *line, size_t i)
{
	return i < line->params.n ? line->params.text[i] : NULL;
}

/* A whole number of 0 or more; default_number for anything else. */
static int64_t
read_number(const char *text_or_null, int64_t default_number)
{
	const char *at = text_or_null ? text_or_null : "";
	int64_t number = 0;

	if (!*at)
		return default_number;
	for (; *at; at++) {
		if (*at < '0' || *at > '9' || number > (INT64_MAX - 9) / 10)
			return default_number;
		number = 10 * number + (*at - '0');
	}
	return number;
}

/* ---- WHOIS ---- */

static const char *
last_word(const char *text_or_null)
{
	const char *space = text_or_null ? strrchr(text_or_null, ' ') : NULL;

	return space ? space + 1 : text_or_null;
}

/* 311 nick user host * :realname */
static const struct sb_irc_answer_line *
find_somebody(const struct sb_irc_answer *answer)
{
	size_t i;

	for (i = 0; i < answer->n; i++) {
		const struct sb_irc_answer_line *line = &answer->entries[i]->line;

		if (!strcmp(line->verb, "311") && line->params.n >= 4)
			return line;
	}
	return NULL;
}

static void
read_whois_text(const struct sb_irc_answer_line *line, struct sb_irc_whois *whois)
{
	const char *verb = line->verb;

	if (!strcmp(verb, "312")) {
		whois->server = param(line, 2);
		whois->server_info = param(line, 3);
	} else if (!strcmp(verb, "330")) {
		whois->account = param(line, 2);
	} else if (!strcmp(verb, "301")) {
		whois->away = param(line, 2);
	} else if (!strcmp(verb, "319") && !whois->channels) {
		whois->channels = param(line, 2);
	} else if (!strcmp(verb, "276")) {
		whois->certificate = last_word(param(line, 2));
	}
}

static void
read_whois_line(const struct sb_irc_answer_line *line, struct sb_irc_whois *whois)
{
	const char *verb = line->verb;

	if (!strcmp(verb, "317")) {
		whois->idle_s = read_number(param(line, 2), -1);
		/* Servers of old end with words there. */
		whois->signon_s = read_number(param(line, 3), -1);
	} else if (!strcmp(verb, "313")) {
		whois->is_oper = true;
	} else if (!strcmp(verb, "671")) {
		whois->is_secure = true;
	} else if (!strcmp(verb, "335")) {
		whois->is_bot = true;
	} else {
		read_whois_text(line, whois);
	}
}

bool
sb_irc_answer_whois(const struct sb_irc_answer *answer, struct sb_irc_whois *ret_whois)
{
	const struct sb_irc_answer_line *first = find_somebody(answer);
	size_t i;

	if (!first)
		return false;
	*ret_whois = (struct sb_irc_whois){ .nick = param(first, 1),
		.user = param(first, 2),
		.host = param(first, 3),
		.realname = param(first, 5),
		.idle_s = -1,
		.signon_s = -1 };
	for (i = 0; i < answer->n; i++) {
		const struct sb_irc_answer_line *line = &answer->entries[i]->line;

		if (line->params.n >= 2
			&& sb_casemap_same(
				SB_CASEMAP_RFC1459, line->params.text[1], ret_whois->nick))
			read_whois_line(line, ret_whois);
	}
	return true;
}

/* ---- Rows ---- */

/* The n-th is no earlier than the n-th of all. */
static const struct sb_irc_answer_line *
find_row(const struct sb_irc_answer *answer, enum sb_answer_rows kind, size_t n)
{
	size_t i;

	for (i = n; n < answer->n_rows[kind] && i < answer->n; i++)
		if (answer->entries[i]->kind == kind && answer->entries[i]->row == n)
			return &answer->entries[i]->line;
	return NULL;
}

/* 352 us channel user host server nick flags :hops realname */
bool
sb_irc_answer_who(const struct sb_irc_answer *answer, size_t n, struct sb_irc_who *ret_who)
{
	const struct sb_irc_answer_line *row = find_row(answer, SB_ROWS_WHO, n);
	const char *hops, *space;

	if (!row)
		return false;
	hops = param(row, 7);
	space = hops ? strchr(hops, ' ') : NULL;
	*ret_who = (struct sb_irc_who){ .channel = param(row, 1),
		.user = param(row, 2),
		.host = param(row, 3),
		.server = param(row, 4),
		.nick = param(row, 5),
		.flags = param(row, 6),
		.realname = space ? space + 1 : NULL };
	return true;
}

/* 322 us channel members :topic */
bool
sb_irc_answer_listed(const struct sb_irc_answer *answer, size_t n, struct sb_irc_listed *ret_listed)
{
	const struct sb_irc_answer_line *row = find_row(answer, SB_ROWS_LISTED, n);

	if (!row)
		return false;
	*ret_listed = (struct sb_irc_listed){ .channel = param(row, 1),
		.n_members = read_number(param(row, 2), 0),
		.topic = param(row, 3) };
	return true;
}

/* 367 us channel mask setter when; 728 has the mode's letter before the mask. */
bool
sb_irc_answer_banned(const struct sb_irc_answer *answer, size_t n, struct sb_irc_banned *ret_banned)
{
	const struct sb_irc_answer_line *row = find_row(answer, SB_ROWS_BANNED, n);
	size_t at;

	if (!row)
		return false;
	at = *row->verb == '7' ? 3 : 2;
	*ret_banned = (struct sb_irc_banned){ .mask = param(row, at),
		.setter = param(row, at + 1),
		.set_s = read_number(param(row, at + 2), 0) };
	return true;
}
