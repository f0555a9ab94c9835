#include "replies.h"
#include "text.h"

#include <stdlib.h>
#include <strings.h>

#include <signalbox/irc.h>

enum {
	NICK_MAX = 128, /* bytes of a nick that is compared */
	NOTE_MAX = 80, /* bytes kept free in a line for what is said about the quote */
	WRAP = REPLIES_MAX_LINE - NOTE_MAX,
	CHAR_MAX_LEN = 4, /* bytes of a character */
	CLEAN_MAX = 4096, /* of a quote's line; more than all lines of an answer hold */
};

struct asked {
	const struct quotes *quotes;
	const struct question *question;
	const char *args;
	uint64_t random;
};

SB_PRINTF(2, 3)
static void
say(struct replies *replies, const char *format, ...)
{
	va_list args;

	sb_assert(replies->n < REPLIES_MAX_LINES);
	va_start(args, format);
	(void)vsnprintf(replies->lines[replies->n++], REPLIES_MAX_LINE + 1, format, args);
	va_end(args);
}

/* Adds one clean line, wrapped, as far as there is room. Returns how many lines it takes. */
static size_t
show_line(struct replies *replies, const char *text, size_t len)
{
	size_t cut, n = 0;

	while (len && text[len - 1] == ' ')
		len--;
	while (len) {
		cut = text_wrap(text, len, WRAP);
		if (replies->n < REPLIES_MAX_LINES)
			say(replies, "%s%.*s", text[0] == '!' ? " " : "", (int)cut, text);
		n++;
		text += cut;
		len -= cut;
		while (len && *text == ' ') {
			text++;
			len--;
		}
	}
	return n;
}

/* Adds the lines of a quote, as far as there is room, and looks at no more once it knows of
 * `enough`. Returns how many it has; *ret_is_all is whether none was too long to be counted. */
static size_t
show(struct replies *replies, const struct quote *quote, size_t enough, bool *ret_is_all)
{
	const char *at = quote->text, *end;
	char line[CLEAN_MAX];
	size_t len, n = 0;

	*ret_is_all = true;
	do {
		end = strchr(at, '\n');
		len = end ? (size_t)(end - at) : strlen(at);
		len = text_clean(at, len, line, sizeof(line));
		if (len + CHAR_MAX_LEN >= sizeof(line))
			*ret_is_all = false;
		n += show_line(replies, line, len);
		at += strcspn(at, "\n") + 1;
	} while (end && n < enough);
	return n;
}

bool
replies_fit(void *self, const struct quote *quote)
{
	struct replies replies;
	bool is_all;
	size_t n;

	(void)self;
	replies.n = 0;
	n = show(&replies, quote, REPLIES_MAX_LINES + 1, &is_all);
	return n && n <= REPLIES_MAX_LINES && is_all;
}

/* The quote, its number, and of how many it is one where it was searched for. */
static void
answer_with(const struct asked *asked, size_t number, size_t n_found, struct replies *replies)
{
	bool is_all;
	size_t len, n = show(replies, quotes_at(asked->quotes, number), SIZE_MAX, &is_all);
	char found[32] = "", lines[32] = "";
	char *last;

	if (n_found > 1)
		(void)snprintf(found, sizeof(found), ", one of %zu", n_found);
	if (!n && is_all) {
		say(replies, "Nothing in it can be shown (%zu%s)", number, found);
		return;
	}
	if (n > REPLIES_MAX_LINES || !is_all) {
		if (replies->n == REPLIES_MAX_LINES)
			replies->n--;
		if (is_all)
			(void)snprintf(lines, sizeof(lines), "%zu lines, ", n);
		say(replies, "... (%zu%s: %stoo long to show whole)", number, found, lines);
		return;
	}
	last = replies->lines[replies->n - 1];
	len = strlen(last);
	(void)snprintf(last + len, REPLIES_MAX_LINE + 1 - len, " (%zu%s)", number, found);
}

static void
answer_number(const struct asked *asked, struct replies *replies)
{
	/* One that is too large becomes the largest there is. */
	unsigned long long number = strtoull(asked->args, NULL, 10);

	if (!number || number > quotes_n(asked->quotes))
		say(replies, "There is no such quote: they are numbered from 1 to %zu.",
			quotes_n(asked->quotes));
	else
		answer_with(asked, (size_t)number, 1, replies);
}

static void
answer_words(const struct asked *asked, struct replies *replies)
{
	size_t number, n = quotes_search(asked->quotes, asked->args, asked->random, replies_fit,
			       NULL, &number);

	if (!n)
		say(replies, "No quote has %s.",
			asked->args[strcspn(asked->args, " \t")] ? "all these words" : "this word");
	else
		answer_with(asked, number, n, replies);
}

static bool
is_number(const char *args)
{
	return args[0] && !args[strspn(args, "0123456789")];
}

static void
answer_quote(const struct asked *asked, struct replies *replies)
{
	size_t number;

	if (!quotes_n(asked->quotes)) {
		say(replies, "I have no quotes.");
	} else if (is_number(asked->args)) {
		answer_number(asked, replies);
	} else if (asked->args[0]) {
		answer_words(asked, replies);
	} else {
		number = quotes_choose(asked->quotes, asked->random, replies_fit, NULL);
		answer_with(asked, number, 1, replies);
	}
}

static void
answer_help(const struct asked *asked, struct replies *replies)
{
	say(replies,
		"I know %zu quotes. Say !quote for one at random, !quote 12 for that one, !quote "
		"some words for one that has them all. In private the ! may be left out, and so "
		"may it in a channel after \"%.*s:\".",
		quotes_n(asked->quotes), NICK_MAX, asked->question->our_nick);
}

static const struct {
	const char *name;
	void (*answer)(const struct asked *asked, struct replies *replies);
} commands[] = {
	{ "quote", answer_quote },
	{ "help", answer_help },
};

/* What follows our nick, a colon or a comma, and spaces; or NULL when it does not begin so. */
static const char *
after_nick(const char *text, const char *nick)
{
	char head[NICK_MAX + 1];
	size_t len = strlen(nick);

	if (len > NICK_MAX || strlen(text) <= len || !strchr(":,", text[len]))
		return NULL;
	memcpy(head, text, len);
	head[len] = '\0';
	if (!sb_irc_same(head, nick))
		return NULL;
	return text + len + 1 + strspn(text + len + 1, " \t");
}

/* Where the command begins, without its mark; NULL when it is none. */
static const char *
find_command(const struct question *question)
{
	const char *text = question->text;
	const char *after = after_nick(text, question->our_nick);

	if (after)
		text = after;
	if (*text == '!')
		return text + 1;
	return after || question->is_private ? text : NULL;
}

/* Spaces at its end are no part of an argument. */
static void
copy_args(const char *from, char *to, size_t cap)
{
	size_t len;

	from += strspn(from, " \t");
	len = strlen(from);
	while (len && strchr(" \t", from[len - 1]))
		len--;
	if (len >= cap)
		len = cap - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

void
replies_make(const struct quotes *quotes, const struct question *question, uint64_t random,
	struct replies *ret_replies)
{
	char args[1024];
	struct asked asked = { quotes, question, args, random };
	const char *name = find_command(question);
	size_t i, len;

	ret_replies->n = 0;
	if (!name)
		return;
	len = strcspn(name, " \t");
	copy_args(name + len, args, sizeof(args));
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strlen(commands[i].name) == len && !strncasecmp(commands[i].name, name, len))
			commands[i].answer(&asked, ret_replies);
}
