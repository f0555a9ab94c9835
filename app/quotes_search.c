#include "quotes_private.h"

#include <errno.h>

/* A word is looked for by its rarest byte: memchr() passes over the rest at the speed of memory,
 * where memmem() takes a step for each byte of words as short as these. */
struct word {
	const char *text;
	size_t len;
	size_t rarest; /* which of its bytes */
	size_t n_rarest; /* how often that one stands in the quotes */
};

struct words {
	struct word items[QUOTES_MAX_WORDS];
	size_t n;
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int
quotes_fold(struct quotes *quotes, const char *text, size_t len)
{
	size_t i, cap = quotes->folded_cap;
	char *folded = quotes->folded;

	while (cap - quotes->folded_len < len + 1)
		cap = cap ? 2 * cap : 4096;
	if (cap > quotes->folded_cap) {
		folded = realloc(folded, cap);
		if (!folded)
			return -ENOMEM;
		quotes->folded = folded;
		quotes->folded_cap = cap;
	}
	folded += quotes->folded_len;
	for (i = 0; i < len; i++) {
		folded[i] = lower(text[i]);
		quotes->n_bytes[(unsigned char)folded[i]]++;
	}
	folded[len] = '\0';
	quotes->folded_len += len + 1;
	return 0;
}

static struct word
make_word(const struct quotes *quotes, const char *text, size_t len)
{
	struct word word = { text, len, 0, SIZE_MAX };
	size_t i, n;

	for (i = 0; i < len; i++) {
		n = quotes->n_bytes[(unsigned char)lower(text[i])];
		if (n < word.n_rarest) {
			word.rarest = i;
			word.n_rarest = n;
		}
	}
	return word;
}

/* The first is the one that the fewest quotes may hold: the others are only looked for where it
 * is. */
static struct words
split(const struct quotes *quotes, const char *text)
{
	struct words words = { .n = 0 };
	struct word *first = &words.items[0], word;
	size_t len;

	for (text += strspn(text, " \t"); *text && words.n < QUOTES_MAX_WORDS;
		text += len + strspn(text + len, " \t")) {
		len = strcspn(text, " \t");
		word = make_word(quotes, text, len);
		if (words.n && word.n_rarest < first->n_rarest) {
			words.items[words.n++] = *first;
			*first = word;
		} else {
			words.items[words.n++] = word;
		}
	}
	return words;
}

static bool
begins_with(const char *folded, const struct word *word)
{
	size_t i;

	for (i = 0; i < word->len; i++)
		if (folded[i] != lower(word->text[i]))
			return false;
	return true;
}

/* Where the word first stands in a folded text, or NULL. */
static const char *
find(const char *folded, size_t len, const struct word *word)
{
	const char *at = folded + word->rarest, *end;

	if (len < word->len)
		return NULL;
	end = at + (len - word->len) + 1;
	while ((at = memchr(at, lower(word->text[word->rarest]), (size_t)(end - at)))) {
		if (begins_with(at - word->rarest, word))
			return at - word->rarest;
		at++;
	}
	return NULL;
}

/* Whether it holds every word but the first. */
static bool
holds_others(const struct quotes *quotes, const struct item *item, const struct words *words)
{
	size_t i;

	for (i = 1; i < words->n; i++)
		if (!find(quotes->folded + item->folded_at, item->quote->len, &words->items[i]))
			return false;
	return true;
}

/* The first item from that one on that holds every word, or n. No word holds the NUL that parts the
 * texts, and so none is found across two. */
static size_t
next_match(const struct quotes *quotes, const struct words *words, size_t i)
{
	const char *hit;
	size_t at;

	for (; i < quotes->n; i++) {
		at = quotes->items[i].folded_at;
		hit = find(quotes->folded + at, quotes->folded_len - at, &words->items[0]);
		if (!hit)
			return quotes->n;
		at = (size_t)(hit - quotes->folded);
		while (i + 1 < quotes->n && quotes->items[i + 1].folded_at <= at)
			i++;
		if (holds_others(quotes, &quotes->items[i], words))
			return i;
	}
	return i;
}

/* Each quote gets a rank by chance, and the one of the lowest rank is chosen: so nothing is kept of
 * the others, however many there are. */
size_t
quotes_search(const struct quotes *quotes, const char *words, uint64_t random, quotes_fit_fn *fits,
	void *self, size_t *ret_number)
{
	struct words split_words = split(quotes, words);
	uint64_t state, rank, best_rank = 0, any_rank = 0, seed = quotes_stir(&random);
	size_t i, n_found = 0, best = 0, any = 0;

	for (i = 0; split_words.n; i++) {
		i = next_match(quotes, &split_words, i);
		if (i == quotes->n)
			break;
		n_found++;
		state = seed ^ i;
		rank = quotes_stir(&state);
		if (!any || rank < any_rank) {
			any = i + 1;
			any_rank = rank;
		}
		if ((!best || rank < best_rank) && (!fits || fits(self, quotes->items[i].quote))) {
			best = i + 1;
			best_rank = rank;
		}
	}
	*ret_number = best ? best : any;
	return n_found;
}
