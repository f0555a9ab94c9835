/* The fortune reader: whatever the bytes, what it makes of them are quotes as its contract says,
 * that read again are there already. */

#include <stdint.h>
#include <stdlib.h>

#include "app/quotes.h"
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

static struct quotes_imported
import(struct quotes *quotes, struct sb_bytes bytes)
{
	struct quotes_imported imported;

	check(!quotes_import_fortune_bytes(
		quotes, "fuzz", bytes, 7, on_problem, &bytes, &imported, NULL));
	return imported;
}

static void
check_quote(const struct quote *quote)
{
	size_t at, n;

	check(quote->len > 0 && strlen(quote->text) == quote->len);
	check(quote->len <= QUOTES_MAX_QUOTE);
	check(quote->n_lines == count(quote->text, quote->len, '\n') + 1);
	check(!strchr(" \t\r\n", quote->text[quote->len - 1]) && quote->text[0] != '\n');
	check(!strstr(quote->text, "\r\n"));
	for (at = 0; at < quote->len; at += n) {
		n = text_char_len(quote->text + at, quote->len - at);
		check(n > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sb_bytes bytes = { data, size };
	struct quotes_imported first, again;
	struct quotes *quotes;
	struct quote quote;
	int64_t id;

	check(!quotes_open(NULL, &quotes, NULL));
	first = import(quotes, bytes);
	check(quotes_n(quotes) == (int64_t)first.n_added);
	again = import(quotes, bytes);
	check(!again.n_added && again.n_known == first.n_added + first.n_known);
	check(again.n_skipped == first.n_skipped);
	for (id = 1; id <= (int64_t)first.n_added; id++) {
		check(!quotes_get(quotes, NULL, id, &quote));
		check_quote(&quote);
	}
	quotes_close(quotes);
	return 0;
}
