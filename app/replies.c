#include "replies.h"
#include "text.h"

#include <inttypes.h>

enum {
	NOTE_MAX = 80, /* bytes kept free in a line for what is said about the quote */
	WRAP = REPLIES_MAX_LINE - NOTE_MAX,
	CHAR_MAX_LEN = 4, /* bytes of a character */
	CLEAN_MAX = 4096, /* of a quote's line; more than all lines of an answer hold */
	SAY_MAX = 1024, /* of a line before it is cut */
	GUARD_LEN = 1, /* the space that replies_guard() may need */
};

void
replies_say(struct replies *replies, const char *format, ...)
{
	char text[SAY_MAX], *line = replies->lines[replies->n];
	va_list args;

	sb_assert(replies->n < REPLIES_MAX_LINES);
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)text_clean(text, strlen(text), line, REPLIES_MAX_LINE + 1 - GUARD_LEN);
	if (line[strspn(line, " ")])
		replies->n++;
}

/* The lines of a quote as they are shown, counted; those from `from` on are added while there is
 * room. */
struct showing {
	struct replies *replies; /* NULL: they are only counted */
	size_t from, n;
	bool is_all; /* none was too long to be counted */
};

static void
show_piece(struct showing *showing, const char *text, size_t len)
{
	struct replies *replies = showing->replies;
	size_t n_spaces = strspn(text, " ");

	if (n_spaces >= len)
		return;
	if (replies && showing->n >= showing->from && replies->n < REPLIES_MAX_LINES)
		replies_say(replies, "%.*s", (int)len, text);
	showing->n++;
}

/* One clean line, wrapped. */
static void
show_line(struct showing *showing, const char *text, size_t len)
{
	size_t cut;

	while (len && text[len - 1] == ' ')
		len--;
	while (len) {
		cut = text_wrap(text, len, WRAP);
		show_piece(showing, text, cut);
		text += cut;
		len -= cut;
		while (len && *text == ' ') {
			text++;
			len--;
		}
	}
}

/* Looks at no more lines once it knows of `enough`. */
static void
show(struct showing *showing, const struct quote *quote, size_t enough)
{
	const char *at = quote->text, *end;
	char line[CLEAN_MAX];
	size_t len;

	showing->is_all = true;
	do {
		end = strchr(at, '\n');
		len = end ? (size_t)(end - at) : strlen(at);
		len = text_clean(at, len, line, sizeof(line));
		if (len + CHAR_MAX_LEN >= sizeof(line))
			showing->is_all = false;
		show_line(showing, line, len);
		at = end ? end + 1 : at;
	} while (end && showing->n < enough);
}

bool
replies_fit(void *self, const struct quote *quote)
{
	struct showing showing = { 0 };

	(void)self;
	show(&showing, quote, REPLIES_MAX_LINES + 1);
	return showing.n && showing.n <= REPLIES_MAX_LINES && showing.is_all;
}

/* In the place of the last line, where there is no room. */
static void
say_last(struct replies *replies, const struct quote *quote, const char *note, const char *why)
{
	if (replies->n == REPLIES_MAX_LINES)
		replies->n--;
	replies_say(replies, "(%" PRId64 "%s: %s)", quote->id, note, why);
}

size_t
replies_show(struct replies *replies, const struct quote *quote, size_t from, const char *note,
	const char *more)
{
	struct showing showing = { .replies = replies, .from = from };
	size_t room = REPLIES_MAX_LINES - replies->n, len;
	char behind[NOTE_MAX + 1], why[REPLIES_MAX_LINE];
	char *last;

	sb_assert(room > 1);
	(void)snprintf(behind, sizeof(behind), "%s%s", note && *note ? ", " : "", note ? note : "");
	show(&showing, quote, SIZE_MAX);
	if (showing.n > from + room) {
		(void)snprintf(why, sizeof(why), "%zu lines; %s shows the rest", showing.n, more);
		say_last(replies, quote, behind, why);
		return from + room - 1;
	}
	if (!showing.is_all) {
		say_last(replies, quote, behind, "too long to show whole");
	} else if (showing.n <= from) {
		replies_say(
			replies, "Nothing in it can be shown (%" PRId64 "%s)", quote->id, behind);
	} else {
		last = replies->lines[replies->n - 1];
		len = strlen(last);
		(void)snprintf(last + len, REPLIES_MAX_LINE + 1 - GUARD_LEN - len,
			" (%" PRId64 "%s)", quote->id, behind);
	}
	return 0;
}

void
replies_begin(const struct quote *quote, char *ret_buf, size_t cap)
{
	char line[CLEAN_MAX];
	size_t len = text_clean(quote->text, quote->len, line, sizeof(line)), before, cut;

	sb_assert(cap >= 8);
	before = strspn(line, " ");
	len -= before;
	if (len < cap) {
		memcpy(ret_buf, line + before, len + 1);
		return;
	}
	cut = text_wrap(line + before, len, cap - 1 - strlen("..."));
	(void)snprintf(ret_buf, cap, "%.*s...", (int)cut, line + before);
}

static bool
is_like_a_command(const char *line, const char *const *prefixes, size_t n_prefixes)
{
	size_t i;

	if (strchr("!.@~&$%+?/\\-", line[0]))
		return true;
	for (i = 0; i < n_prefixes; i++)
		if (prefixes[i][0] && prefixes[i][0] != ' '
			&& !strncmp(line, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

void
replies_guard(struct replies *replies, const char *const *prefixes, size_t n_prefixes)
{
	size_t i;
	char *line;

	for (i = 0; i < replies->n; i++) {
		line = replies->lines[i];
		if (!is_like_a_command(line, prefixes, n_prefixes))
			continue;
		memmove(line + 1, line, strlen(line) + 1);
		line[0] = ' ';
	}
}
