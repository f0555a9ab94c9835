/* What the kernel's calls cost at 100 000 quotes in a file: half and most time of many calls, in us
 * of the clock on the wall. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/quotes.h"
#include "app/quotes_json.h"

enum { N_QUOTES = 100000, MOST_CALLS = 2000 };

static const struct quotes_person person = { { "net", "#c", false }, "name", "key", false };
static struct quotes *quotes;
static uint64_t state = 1;

/* A sequence of numbers that look random. */
static uint64_t
next_random(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return state >> 33;
}

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* About twenty words, of a few thousand, rare ones and common ones; "common" in two of five. */
static size_t
write_quote(char *text, size_t cap, int number)
{
	size_t i,
		len = (size_t)snprintf(text, cap, "n%d %s", number, number % 5 < 2 ? "common" : "");
	uint64_t a;

	for (i = 0; i < 20; i++) {
		a = next_random() % 4096;
		len += (size_t)snprintf(
			text + len, cap - len, " w%llx", (unsigned long long)(a * a / 4096));
	}
	return len;
}

static void
need(bool rule, const char *what)
{
	if (rule)
		return;
	(void)fprintf(stderr, "bench_quotes: %s failed\n", what);
	exit(1);
}

static void
fill(void)
{
	char *all = malloc((size_t)N_QUOTES * 256);
	struct quotes_imported imported;
	size_t len = 0;
	double start = now_us();
	int i;

	need(all != NULL, "memory");
	for (i = 0; i < N_QUOTES; i++) {
		len += write_quote(all + len, 250, i);
		len += (size_t)sprintf(all + len, "\n%%\n");
	}
	need(!quotes_import_fortune_bytes(quotes, "bench", (struct sb_bytes){ all, len }, 7, NULL,
		     NULL, &imported, NULL),
		"the import");
	printf("import of %zu fortunes: %.2f s\n\n", imported.n_added, (now_us() - start) / 1e6);
	free(all);
}

/* ---- The calls ---- */

static void
ignore(void *self, const struct quote *quote)
{
	(void)self;
	(void)quote;
}

static int
list(const char *words, enum quotes_order order, size_t skip)
{
	const struct quotes_query query = {
		.scope = person.scope, .words = words, .order = order, .skip = skip, .most = 20
	};
	bool has_more;

	return quotes_list(quotes, &query, ignore, NULL, &has_more);
}

static int
call_get(int i)
{
	struct quote quote;

	(void)i;
	return quotes_get(quotes, NULL, (int64_t)(next_random() % N_QUOTES) + 1, &quote);
}

static int
call_choose(int i)
{
	struct quote quote;

	(void)i;
	return quotes_choose(quotes, NULL, next_random(), NULL, NULL, &quote);
}

static int
call_add(int i)
{
	char text[512];
	int64_t id;

	write_quote(text, sizeof(text), N_QUOTES + i);
	return quotes_add(quotes, &person, &(struct quotes_new){ .text = text }, 7, &id, NULL);
}

static int
call_vote(int i)
{
	int64_t score;

	return quotes_vote(quotes, &person, i + 1, 1, 7, &score, NULL);
}

static int
call_newest(int i)
{
	(void)i;
	return list(NULL, QUOTES_NEWEST, 0);
}

static int
call_best(int i)
{
	(void)i;
	return list(NULL, QUOTES_BEST, 0);
}

static int
call_deep(int i)
{
	(void)i;
	return list(NULL, QUOTES_BEST, 10000);
}

static int
call_rare(int i)
{
	char word[32];

	(void)snprintf(word, sizeof(word), "n%d", 10000 + i);
	return list(word, QUOTES_RANKED, 0);
}

static int
call_common(int i)
{
	(void)i;
	return list("common", QUOTES_RANKED, 0);
}

static int
call_common_choose(int i)
{
	struct quote quote;

	(void)i;
	return quotes_search(quotes, NULL, "common", next_random(), NULL, NULL, &quote);
}

static int
call_letter(int i)
{
	(void)i;
	return list("w", QUOTES_RANKED, 0);
}

static int
call_day(int i)
{
	struct quote quote;

	return quotes_of_day(quotes, i, next_random(), NULL, NULL, &quote);
}

static int
call_same_day(int i)
{
	struct quote quote;

	(void)i;
	return quotes_of_day(quotes, 7, next_random(), NULL, NULL, &quote);
}

static void
measure(const char *name, int n, int (*call)(int i))
{
	static double times[MOST_CALLS];
	double start;
	int i;

	for (i = 0; i < n; i++) {
		start = now_us();
		need(call(i) >= 0, name);
		times[i] = now_us() - start;
	}
	qsort(times, (size_t)n, sizeof(times[0]), by_value);
	printf("| %-40s | %10.1f | %10.1f |\n", name, times[n / 2], times[n - 1]);
	(void)fflush(stdout);
}

static void
measure_lines(void)
{
	struct quotes_imported imported;
	struct quotes *other;
	FILE *lines = tmpfile();
	double start;
	int i;

	need(lines && !quotes_open(NULL, &other, NULL), "a file");
	for (i = 0; i < 10000; i++)
		(void)fprintf(lines, "{\"text\":\"quote number %d of a longer kind\",\"id\":%d}\n",
			i, i + 1);
	rewind(lines);
	start = now_us();
	need(!quotes_import_json(other, lines, "lines", 7, NULL, NULL, &imported, NULL)
			&& imported.n_added == 10000,
		"the import of lines");
	printf("\nimport of 10000 JSON lines: %.2f s\n", (now_us() - start) / 1e6);
	quotes_close(other);
	(void)fclose(lines);
}

int
main(void)
{
	char folder[] = "/tmp/bench_quotes.XXXXXX", path[64], command[96];

	need(mkdtemp(folder) != NULL, "a folder");
	(void)snprintf(path, sizeof(path), "%s/db", folder);
	need(!quotes_open(path, &quotes, NULL), "opening");
	fill();
	printf("| us each                                  |       half |       most "
	       "|\n|---|---|---|\n");
	measure("get", 2000, call_get);
	measure("choose", 2000, call_choose);
	measure("add", 1000, call_add);
	measure("vote", 1000, call_vote);
	measure("newest 20", 1000, call_newest);
	measure("best 20", 1000, call_best);
	measure("best 20 after 10 000", 200, call_deep);
	measure("search a rare word", 1000, call_rare);
	measure("search a word in 40 %, ranked", 100, call_common);
	measure("choose among those of a word in 40 %", 100, call_common_choose);
	measure("search a letter that all begin with", 20, call_letter);
	measure("of the day, a new day", 500, call_day);
	measure("of the day, the same day", 1000, call_same_day);
	measure_lines();
	quotes_close(quotes);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) != 0;
}
