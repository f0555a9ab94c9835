/* A search: whatever the words, it finds or finds nothing; each order finds the same. */

#include <stdint.h>
#include <stdlib.h>

#include "app/quotes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct quotes *quotes;

static void
check(bool rule)
{
	if (!rule)
		abort();
}

static void
add(const char *text)
{
	const struct quotes_person person = { .name = "a", .key = "a" };
	int64_t id;

	check(!quotes_add(quotes, &person, &(struct quotes_new){ .text = text }, 7, &id, NULL));
}

static void
fill(void)
{
	check(!quotes_open(NULL, &quotes, NULL));
	add("the quick brown fox jumps over the lazy dog");
	add("say \"not\" NEAR (text:a) AND b* OR ^c");
	add("caf\xc3\xa9 na\xc3\xafve \xe6\xbc\xa2\xe5\xad\x97 1 22 333");
}

static void
add_id(void *self, const struct quote *quote)
{
	*(int64_t *)self += quote->id;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quotes_query query = { .most = 9 };
	char *words = malloc(size + 1);
	int64_t sum[3] = { 0 };
	struct quote quote;
	int n[3], found;
	bool has_more;

	check(words);
	memcpy(words, data, size);
	words[size] = '\0';
	if (!quotes)
		fill();
	query.words = words;
	for (query.order = QUOTES_NEWEST; query.order <= QUOTES_RANKED; query.order++) {
		n[query.order] = quotes_list(quotes, &query, add_id, &sum[query.order], &has_more);
		check(n[query.order] >= 0 && !has_more);
		check(n[query.order] == n[0] && sum[query.order] == sum[0]);
	}
	found = quotes_search(quotes, NULL, words, size, NULL, NULL, &quote);
	/* Without a word a list is of all, and a search finds nothing. */
	check(found == n[0] || (!found && n[0] == 3));
	free(words);
	return 0;
}
