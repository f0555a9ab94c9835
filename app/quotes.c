#include "quotes_private.h"

#include <errno.h>

/* How often another quote is tried at random before the search goes on in order. */
enum { TRIES = 64 };

struct quotes *
quotes_create(void)
{
	return calloc(1, sizeof(struct quotes));
}

void
quotes_destroy(struct quotes *quotes)
{
	struct source *source;
	size_t i;

	if (!quotes)
		return;
	for (i = 0; i < quotes->n; i++)
		free(quotes->items[i]);
	free(quotes->items);
	while ((source = quotes->sources)) {
		quotes->sources = source->next;
		free(source);
	}
	free(quotes);
}

struct source *
quotes_add_source(struct quotes *quotes, const char *name)
{
	size_t size = strlen(name) + 1;
	struct source *source = calloc(1, sizeof(*source) + size);

	if (!source)
		return NULL;
	memcpy(source->name, name, size);
	source->next = quotes->sources;
	quotes->sources = source;
	return source;
}

int
quotes_add(struct quotes *quotes, struct quote *quote)
{
	struct quote **items;
	size_t cap;

	if (quotes->n == quotes->cap) {
		cap = quotes->cap ? 2 * quotes->cap : 64;
		items = reallocarray(quotes->items, cap, sizeof(*items));
		if (!items) {
			free(quote);
			return -ENOMEM;
		}
		quotes->items = items;
		quotes->cap = cap;
	}
	quotes->items[quotes->n++] = quote;
	return 0;
}

size_t
quotes_n(const struct quotes *quotes)
{
	return quotes->n;
}

const struct quote *
quotes_at(const struct quotes *quotes, size_t number)
{
	return number && number <= quotes->n ? quotes->items[number - 1] : NULL;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool
begins_with(const char *text, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (lower(text[i]) != lower(word[i]))
			return false;
	return true;
}

static bool
holds_word(const struct quote *quote, const char *word, size_t len)
{
	size_t at;
	char first = lower(word[0]);

	for (at = 0; at + len <= quote->len; at++)
		if (lower(quote->text[at]) == first && begins_with(quote->text + at, word, len))
			return true;
	return false;
}

/* Whether it holds every word; `words` has one at least. */
static bool
holds_all(const struct quote *quote, const char *words)
{
	size_t len;

	for (; *words; words += len) {
		words += strspn(words, " \t");
		len = strcspn(words, " \t");
		if (len && !holds_word(quote, words, len))
			return false;
	}
	return true;
}

size_t
quotes_search(const struct quotes *quotes, const char *words, size_t *ret_numbers, size_t cap)
{
	size_t i, n_found = 0;

	if (!words[strspn(words, " \t")])
		return 0;
	for (i = 0; i < quotes->n; i++) {
		if (!holds_all(quotes->items[i], words))
			continue;
		if (n_found < cap)
			ret_numbers[n_found] = i + 1;
		n_found++;
	}
	return n_found;
}

/* The next of a sequence of numbers that look random (splitmix64's step and mix). */
static uint64_t
stir(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t
quotes_choose(const struct quotes *quotes, const size_t *numbers, size_t n, uint64_t random,
	quotes_fit_fn *fits, void *self)
{
	size_t i, at, number, first = 0;

	if (!numbers)
		n = quotes->n;
	if (!n)
		return 0;
	for (i = 0, at = 0; i < TRIES + n; i++) {
		at = i < TRIES ? stir(&random) % n : (at + 1) % n;
		number = numbers ? numbers[at] : at + 1;
		sb_assert(number && number <= quotes->n);
		if (!fits || fits(self, quotes->items[number - 1]))
			return number;
		if (!first)
			first = number;
	}
	return first;
}

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	uint64_t rest;

	while (b) {
		rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Which of n comes on a day, from 0: steps of a number without a common divisor with n meet each
 * before one again, and about n times the golden ratio they scatter. */
static size_t
turn_of_day(size_t n, int64_t day)
{
	int64_t rest = day % (int64_t)n;
	uint64_t step = (uint64_t)((double)n * 0.618) + 1;

	while (common_divisor(step, n) != 1)
		step++;
	return (size_t)((uint64_t)(rest < 0 ? rest + (int64_t)n : rest) * step % n);
}

size_t
quotes_of_day(const struct quotes *quotes, int64_t day, quotes_fit_fn *fits, void *self)
{
	size_t i, turn, n_fit = 0;

	if (!quotes->n)
		return 0;
	for (i = 0; fits && i < quotes->n; i++)
		n_fit += fits(self, quotes->items[i]);
	if (!n_fit)
		return turn_of_day(quotes->n, day) + 1;
	turn = turn_of_day(n_fit, day);
	for (i = 0;; i++)
		if (fits(self, quotes->items[i]) && !turn--)
			return i + 1;
}
