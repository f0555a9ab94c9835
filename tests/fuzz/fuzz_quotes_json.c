/* The reader of JSON Lines: whatever the bytes, what it takes of them can be written, and read
 * again it is the same. */

#include <stdint.h>
#include <stdlib.h>

#include "app/quotes_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool rule)
{
	if (!rule)
		abort();
}

static void
on_problem(void *self, const struct quotes_problem *problem)
{
	bool *is_clean = self;

	check(!strcmp(problem->path, "fuzz") && problem->line && problem->why[0]);
	*is_clean = false;
}

static struct quotes *
import(const void *bytes, size_t len, bool *ret_is_clean)
{
	struct quotes_imported imported;
	struct quotes *quotes;
	FILE *from = len ? fmemopen(NULL, len + 1, "w+") : tmpfile();

	*ret_is_clean = true;
	check(from && fwrite(bytes, 1, len, from) == len && !fflush(from));
	rewind(from);
	check(!quotes_open(NULL, &quotes, NULL));
	check(!quotes_import_json(
		quotes, from, "fuzz", 7, on_problem, ret_is_clean, &imported, NULL));
	(void)fclose(from);
	return quotes;
}

static char *export(struct quotes *quotes, size_t *ret_len)
{
	char *text;
	FILE *to = open_memstream(&text, ret_len);

	check(to);
	check(quotes_export_json(quotes, to, NULL) >= quotes_n(quotes));
	check(!fclose(to));
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_clean;
	size_t len, again_len;
	struct quotes *quotes = import(data, size, &is_clean);
	char *text = export(quotes, &len), *again;

	quotes_close(quotes);
	/* Of most inputs nothing is taken. */
	if (len) {
		quotes = import(text, len, &is_clean);
		check(is_clean);
		again = export(quotes, &again_len);
		check(len == again_len && !memcmp(text, again, len));
		quotes_close(quotes);
		free(again);
	}
	free(text);
	return 0;
}
