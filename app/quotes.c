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
		free(quotes->items[i].quote);
	free(quotes->items);
	free(quotes->folded);
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

static bool
make_room(struct quotes *quotes)
{
	size_t cap = quotes->cap ? 2 * quotes->cap : 64;
	struct item *items;

	if (quotes->n < quotes->cap)
		return true;
	items = reallocarray(quotes->items, cap, sizeof(*items));
	if (!items)
		return false;
	quotes->items = items;
	quotes->cap = cap;
	return true;
}

int
quotes_add(struct quotes *quotes, struct quote *quote)
{
	size_t folded_at = quotes->folded_len;

	if (!make_room(quotes) || quotes_fold(quotes, quote->text, quote->len)) {
		free(quote);
		return -ENOMEM;
	}
	quotes->items[quotes->n++] = (struct item){ quote, folded_at };
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
	return number && number <= quotes->n ? quotes->items[number - 1].quote : NULL;
}

/* splitmix64's step and mix. */
uint64_t
quotes_stir(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t
quotes_choose(const struct quotes *quotes, uint64_t random, quotes_fit_fn *fits, void *self)
{
	size_t i, at, n = quotes->n, first = 0;

	if (!n)
		return 0;
	for (i = 0, at = 0; i < TRIES + n; i++) {
		at = i < TRIES ? quotes_stir(&random) % n : (at + 1) % n;
		if (!fits || fits(self, quotes->items[at].quote))
			return at + 1;
		if (!first)
			first = at + 1;
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
		n_fit += fits(self, quotes->items[i].quote);
	if (!n_fit)
		return turn_of_day(quotes->n, day) + 1;
	turn = turn_of_day(n_fit, day);
	for (i = 0;; i++)
		if (fits(self, quotes->items[i].quote) && !turn--)
			return i + 1;
}
