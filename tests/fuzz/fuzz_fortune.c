/* The fortune reader: whatever the bytes, what it makes of them are quotes as its contract says, that
 * read again are the same, and that can be answered with. */

#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "app/daily.h"
#include "app/quotes.h"
#include "app/replies.h"
#include "app/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool rule)
{
	if (!rule)
		abort();
}

static size_t
count(const char *text, size_t len, char c)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += text[i] == c;
	return n;
}

/* A problem's line is one that there is. */
static void
on_problem(void *self, const struct quotes_problem *problem)
{
	const struct sb_bytes *bytes = self;

	check(!strcmp(problem->path, "fuzz") && problem->why[0]);
	check(problem->line <= count(bytes->ptr, bytes->len, '\n') + 1);
}

static struct quotes *
read_all(struct sb_bytes bytes)
{
	struct quotes *quotes = quotes_create();
	int n;

	check(quotes);
	n = quotes_read(quotes, "fuzz", bytes, on_problem, &bytes);
	check(n >= 0 && (size_t)n == quotes_n(quotes));
	return quotes;
}

static void
check_utf8(const char *text, size_t len)
{
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = text_char_len(text + at, len - at);
		check(n > 0);
	}
}

static void
check_quote(const struct quote *quote)
{
	check(quote->len > 0 && strlen(quote->text) == quote->len);
	check(quote->len <= 2 * QUOTES_MAX_QUOTE);
	check(quote->n_lines == count(quote->text, quote->len, '\n') + 1);
	check(!strchr(" \t\r\n", quote->text[quote->len - 1]) && quote->text[0] != '\n');
	check_utf8(quote->text, quote->len);
}

static void
check_answer(const struct quotes *quotes, const char *text)
{
	struct question question = { text, "quoth", true };
	struct replies replies;
	size_t i, len;

	replies_make(quotes, &question, 7, &replies);
	check(replies.n <= REPLIES_MAX_LINES);
	for (i = 0; i < replies.n; i++) {
		len = strlen(replies.lines[i]);
		check(len > 0 && len <= REPLIES_MAX_LINE && replies.lines[i][0] != '!');
		check_utf8(replies.lines[i], len);
	}
}

/* The quotes that hold a word, counted without any of the shortcuts of a search. */
static size_t
count_holding(const struct quotes *quotes, const char *word)
{
	size_t i, n = 0;

	for (i = 1; i <= quotes_n(quotes); i++) {
		const char *text = quotes_at(quotes, i)->text;

		while (*text && strncasecmp(text, word, strlen(word)) != 0)
			text++;
		n += *text != '\0';
	}
	return n;
}

/* A search for what the quote begins with finds this quote, and all that it should. */
static void
check_search(const struct quotes *quotes, const struct quote *quote)
{
	char word[16];
	size_t number;

	(void)snprintf(word, sizeof(word), "%.*s",
		(int)strcspn(quote->text, " \t\n") % (int)sizeof(word), quote->text);
	if (!word[0])
		return;
	check(quotes_search(quotes, word, quote->len, NULL, NULL, &number)
		== count_holding(quotes, word));
	check(number > 0 && strcasestr(quotes_at(quotes, number)->text, word));
}

/* What goes out as the quote of the day is at most what may, and nothing that a terminal obeys. */
static void
check_daily(const struct quote *quote)
{
	char text[DAILY_CAP];
	size_t i;

	if (daily_write(quote, text))
		check(strlen(text) + count(text, strlen(text), '\n') + 2 <= SB_QOTD_MAX);
	check(strlen(text) < DAILY_CAP);
	check_utf8(text, strlen(text));
	for (i = 0; text[i]; i++)
		check((unsigned char)text[i] >= ' ' || text[i] == '\n');
}

/* Written as UTF-8 it may pass the limit; a \r may come to stand at an end, and so may a % that had
 * spaces after it. */
static bool
can_be_written(const struct quote *quote)
{
	const char *last = strrchr(quote->text, '\n');

	last = last ? last + 1 : quote->text;
	return quote->len <= QUOTES_MAX_QUOTE && !strchr(quote->text, '\r') && strcmp(last, "%");
}

/* All quotes as a file of fortunes, which is then read. */
static void
check_again(const struct quotes *quotes)
{
	size_t i, len = 0, cap = 3;
	struct quotes *again;
	char *text;

	for (i = 1; i <= quotes_n(quotes); i++) {
		if (!can_be_written(quotes_at(quotes, i)))
			return;
		cap += quotes_at(quotes, i)->len + 3;
	}
	text = malloc(cap);
	check(text);
	len = (size_t)sprintf(text, "%%\n");
	for (i = 1; i <= quotes_n(quotes); i++)
		len += (size_t)sprintf(text + len, "%s\n%%\n", quotes_at(quotes, i)->text);
	again = read_all((struct sb_bytes){ text, len });
	check(quotes_n(again) == quotes_n(quotes));
	for (i = 1; i <= quotes_n(quotes); i++)
		check(!strcmp(quotes_at(again, i)->text, quotes_at(quotes, i)->text));
	quotes_destroy(again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quotes *quotes = read_all((struct sb_bytes){ data, size });
	char command[32];
	size_t i;

	for (i = 1; i <= quotes_n(quotes); i++) {
		check_quote(quotes_at(quotes, i));
		if (i <= 16) {
			(void)snprintf(command, sizeof(command), "quote %zu", i);
			check_answer(quotes, command);
			check_search(quotes, quotes_at(quotes, i));
			check_daily(quotes_at(quotes, i));
		}
	}
	check_answer(quotes, "quote");
	check_answer(quotes, "quote a");
	check_again(quotes);
	quotes_destroy(quotes);
	return 0;
}
