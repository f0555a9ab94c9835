/* The kernel: finding quotes. */

#include "quotes_fixture.h"

static void
add_many(struct fixture *f, int n)
{
	char text[32];
	int i;

	for (i = 1; i <= n; i++) {
		(void)snprintf(text, sizeof(text), "quote number %d", i);
		add(f, &alice, QUOTES_PUBLIC, text);
	}
}

static void
expect_words(struct fixture *f, const char *words, const char *expected)
{
	expect_list(f, &(struct quotes_query){ .words = words, .most = 50 }, expected);
}

static void
each_scope_sees_its_own(void **state)
{
	struct fixture *f = *state;
	struct quotes_query query = { .most = 9 };
	enum quotes_order order;
	struct quote quote;

	add(f, &alice, QUOTES_PUBLIC, "word 1");
	add(f, &alice, QUOTES_NETWORK, "word 2");
	add(f, &alice, QUOTES_CHANNEL, "word 3");
	add(f, &alice, QUOTES_PUBLIC, "word 4");
	assert_int_equal(quotes_delete(f->quotes, &alice, 4, 8, NULL), 0);
	for (order = QUOTES_NEWEST; order <= QUOTES_RANKED; order++) {
		query.order = order;
		for (query.words = NULL;; query.words = "word") {
			query.scope = (struct quotes_scope){ 0 };
			expect_list(f, &query, "1");
			query.scope = in_c;
			expect_list(f, &query, "3 2 1");
			query.scope = in_d;
			expect_list(f, &query, "2 1");
			query.scope = on_oftc;
			expect_list(f, &query, "1");
			query.scope = everywhere;
			expect_list(f, &query, "4 3 2 1");
			query.channel = "#C";
			query.scope = in_d;
			expect_list(f, &query, "2 1");
			query.channel = "#e";
			expect_list(f, &query, "");
			query.channel = NULL;
			if (query.words)
				break;
		}
	}
	assert_int_equal(quotes_get(f->quotes, &in_d, 3, &quote), -ENOENT);
	assert_int_equal(quotes_get(f->quotes, NULL, 2, &quote), -ENOENT);
	assert_int_equal(quotes_get(f->quotes, &in_c, 3, &quote), 0);
	assert_int_equal(quotes_n(f->quotes), 3);
}

static void
pages_follow_each_other(void **state)
{
	struct fixture *f = *state;
	struct quotes_query query = { .most = 5 };

	add_many(f, 12);
	expect_list(f, &query, "12 11 10 9 8 ...");
	query.before = 8;
	expect_list(f, &query, "7 6 5 4 3 ...");
	query.before = 6;
	expect_list(f, &query, "5 4 3 2 1");
	query.before = 1;
	expect_list(f, &query, "");
	query = (struct quotes_query){ .most = 5, .order = QUOTES_BEST, .skip = 10 };
	expect_list(f, &query, "2 1");
	query.words = "quote";
	expect_list(f, &query, "2 1");
	query = (struct quotes_query){ .most = 5, .words = "quote", .before = 3 };
	expect_list(f, &query, "2 1");
}

/* A word of so many quotes, each of which takes two bytes in what is asked of the database. */
static void
a_word_that_is_too_long_finds_nothing_rather_than_all(void **state)
{
	struct fixture *f = *state;
	char words[4 * QUOTES_MAX_WORD + 16];

	add(f, &alice, QUOTES_PUBLIC, "to be or not to be");
	(void)memset(words, '"', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	expect_words(f, words, "");
	(void)memset(words, 'b', sizeof(words) - 1);
	expect_words(f, words, "");
	(void)memcpy(words, "be ", 3);
	expect_words(f, words, "");
}

static void
of_a_long_word_whole_characters_count(void **state)
{
	struct fixture *f = *state;
	char text[2 * QUOTES_MAX_WORD + 3] = "x";
	size_t i;

	for (i = 1; i + 2 < sizeof(text); i += 2)
		(void)memcpy(text + i, "\xc3\xa9", 3);
	add(f, &alice, QUOTES_PUBLIC, text);
	expect_words(f, text, "1");
}

static void
the_best_have_the_highest_score(void **state)
{
	struct fixture *f = *state;
	struct quotes_query query = { .most = 3, .order = QUOTES_BEST };
	int64_t score;

	add_many(f, 12);
	assert_int_equal(quotes_vote(f->quotes, &alice, 3, 1, 8, &score, NULL), 0);
	assert_int_equal(quotes_vote(f->quotes, &bob, 3, 1, 8, &score, NULL), 0);
	assert_int_equal(quotes_vote(f->quotes, &bob, 7, 1, 8, &score, NULL), 0);
	assert_int_equal(quotes_vote(f->quotes, &bob, 12, -1, 8, &score, NULL), 0);
	expect_list(f, &query, "3 7 11 ...");
	query.words = "number";
	expect_list(f, &query, "3 7 11 ...");
	query.words = NULL;
	query.skip = 11;
	expect_list(f, &query, "12");
}

static void
a_search_finds_words_in_any_case_order_and_beginning(void **state)
{
	struct fixture *f = *state;

	add(f, &alice, QUOTES_PUBLIC, "The Quick brown fox");
	add(f, &alice, QUOTES_PUBLIC, "quickly\nTHE caf\xc3\xa9");
	add(f, &alice, QUOTES_PUBLIC, "the slow fox");
	expect_words(f, "the QUICK", "2 1");
	expect_words(f, " fox\tslow\n", "3");
	expect_words(f, "CAFE", "2");
	expect_words(f, "caf\xc3\x89", "2");
	expect_words(f, "f", "3 1");
	expect_words(f, "uick", "");
	expect_words(f, "the a", "");
	expect_words(f, " ", "3 2 1");
	expect_words(f, "the the the the the the the the absent", "3 2 1");
}

static void
nothing_that_is_typed_is_syntax(void **state)
{
	static const char *const words[] = { "\"", "\"\"", "*", "a*", "(", ")", "NOT", "a AND",
		"OR b", "NEAR(a b)", "text:a", "^a", "-a", "a\"b", "{text} : x", "'", ";", "\\",
		"%", "\xff\xfe", "+", "a + b", "\"a\" \"", "\x01" };
	struct fixture *f = *state;
	struct quotes_query query = { .most = 9 };
	char found[512];
	struct quote quote;
	bool has_more;
	size_t i;

	add(f, &alice, QUOTES_PUBLIC, "say \"not\" near text:a AND b");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (query.order = QUOTES_NEWEST; query.order <= QUOTES_RANKED; query.order++) {
			query.words = words[i];
			found[0] = '\0';
			assert_true(
				quotes_list(f->quotes, &query, append_id, found, &has_more) >= 0);
			assert_true(quotes_search(f->quotes, NULL, words[i], 7, NULL, NULL, &quote)
				    >= 0);
		}
	expect_words(f, "NOT \"not\" text:a", "1");
}

static void
those_where_words_weigh_most_come_first(void **state)
{
	struct fixture *f = *state;
	struct quotes_query query = { .words = "fox", .most = 9, .order = QUOTES_RANKED };

	add(f, &alice, QUOTES_PUBLIC, "fox");
	add(f, &alice, QUOTES_PUBLIC, "a fox among many other words of a longer text");
	add(f, &alice, QUOTES_PUBLIC, "fox fox fox");
	add(f, &alice, QUOTES_PUBLIC, "nothing of the kind");
	expect_list(f, &query, "3 1 2");
}

static void
a_search_looks_at_the_newest_that_match(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	uint64_t random;

	add_many(f, QUOTES_MAX_FOUND + 10);
	for (random = 0; random < 50; random++) {
		assert_int_equal(
			quotes_search(f->quotes, NULL, "quote", random, NULL, NULL, &quote),
			QUOTES_MAX_FOUND);
		assert_true(quote.id > 10);
	}
	assert_int_equal(quotes_search(f->quotes, NULL, "absent", 7, NULL, NULL, &quote), 0);
	assert_int_equal(quotes_search(f->quotes, NULL, "", 7, NULL, NULL, &quote), 0);
}

static bool
is_short(void *self, const struct quote *quote)
{
	return quote->len <= *(size_t *)self;
}

static void
each_quote_is_chosen_about_as_often(void **state)
{
	struct fixture *f = *state;
	size_t i, n_chosen[13] = { 0 };
	struct quote quote;
	uint64_t random;
	int64_t id;

	add_many(f, 12);
	for (i = 1; i <= 7; i++)
		assert_int_equal(quotes_delete(f->quotes, &alice, (int64_t)i, 8, NULL), 0);
	for (random = 0; random < 1000; random++) {
		assert_int_equal(quotes_choose(f->quotes, NULL, random, NULL, NULL, &quote), 0);
		id = quote.id;
		assert_int_equal(quotes_choose(f->quotes, NULL, random, NULL, NULL, &quote), 0);
		assert_int_equal(quote.id, id);
		n_chosen[id]++;
	}
	/* 200, give or take six times the deviation of 12.6. */
	for (i = 8; i <= 12; i++)
		assert_in_range(n_chosen[i], 124, 276);
}

static void
one_that_fits_is_chosen_where_there_is_one(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	uint64_t random;
	size_t max = 2;

	add(f, &alice, QUOTES_PUBLIC, "ok");
	add_many(f, 200);
	for (random = 0; random < 50; random++) {
		assert_int_equal(quotes_choose(f->quotes, NULL, random, is_short, &max, &quote), 0);
		assert_int_equal(quote.id, 1);
		assert_true(
			quotes_search(f->quotes, NULL, "o", random, is_short, &max, &quote) > 0);
		assert_int_equal(quote.id, 1);
	}
	max = 1;
	assert_int_equal(quotes_choose(f->quotes, NULL, 7, is_short, &max, &quote), 0);
	assert_int_equal(quotes_search(f->quotes, NULL, "quote", 7, is_short, &max, &quote), 200);
}

static void
the_few_that_a_scope_sees_are_found(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	uint64_t random;

	add_many(f, 300);
	for (random = 1; random <= 300; random++)
		assert_int_equal(quotes_delete(f->quotes, &alice, (int64_t)random, 8, NULL), 0);
	assert_int_equal(quotes_choose(f->quotes, &in_c, 7, NULL, NULL, &quote), -ENOENT);
	add(f, &alice, QUOTES_CHANNEL, "here");
	for (random = 0; random < 20; random++) {
		assert_int_equal(quotes_choose(f->quotes, &in_c, random, NULL, NULL, &quote), 0);
		assert_int_equal(quote.id, 301);
	}
	assert_int_equal(quotes_choose(f->quotes, &in_d, 7, NULL, NULL, &quote), -ENOENT);
}

static void
the_few_of_a_scope_are_found_among_many_of_another(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	uint64_t random;
	char text[32];
	int i;

	for (i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof(text), "quote number %d", i);
		add(f, &bob, QUOTES_CHANNEL, text);
		if (i == 500)
			add(f, &alice, QUOTES_CHANNEL, "here");
	}
	for (random = 0; random < 20; random++) {
		assert_int_equal(quotes_choose(f->quotes, &in_c, random, NULL, NULL, &quote), 0);
		assert_string_equal(quote.text, "here");
	}
}

/* Days. */

static void
nothing_is_of_the_day_where_there_is_nothing(void **state)
{
	struct fixture *f = *state;
	struct quote quote;

	assert_int_equal(quotes_of_day(f->quotes, 7, 7, NULL, NULL, &quote), -ENOENT);
	add(f, &alice, QUOTES_NETWORK, "not for all");
	assert_int_equal(quotes_of_day(f->quotes, 7, 7, NULL, NULL, &quote), -ENOENT);
}

static void
every_quote_has_its_day_before_one_comes_again(void **state)
{
	struct fixture *f = *state;
	int64_t day, n = 12, round;
	struct quote quote;

	add_many(f, (int)n);
	for (round = 0; round < 3; round++) {
		bool is_seen[13] = { false };

		for (day = round * n; day < (round + 1) * n; day++) {
			assert_int_equal(quotes_of_day(f->quotes, day - 20, (uint64_t)day, NULL,
						 NULL, &quote),
				0);
			assert_false(is_seen[quote.id]);
			is_seen[quote.id] = true;
		}
	}
}

static void
a_day_keeps_its_quote_unless_it_is_deleted(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	int64_t id;

	add_many(f, 12);
	assert_int_equal(quotes_of_day(f->quotes, 5, 1, NULL, NULL, &quote), 0);
	id = quote.id;
	assert_int_equal(quotes_of_day(f->quotes, 6, 2, NULL, NULL, &quote), 0);
	assert_int_equal(quotes_of_day(f->quotes, 5, 99, NULL, NULL, &quote), 0);
	assert_int_equal(quote.id, id);
	assert_int_equal(quotes_delete(f->quotes, &alice, id, 8, NULL), 0);
	assert_int_equal(quotes_of_day(f->quotes, 5, 99, NULL, NULL, &quote), 0);
	assert_int_not_equal(quote.id, id);
}

static void
only_quotes_that_fit_have_their_day(void **state)
{
	struct fixture *f = *state;
	struct quote quote;
	size_t max = 3;
	int64_t day;

	add_many(f, 100);
	add(f, &alice, QUOTES_PUBLIC, "one");
	add(f, &alice, QUOTES_PUBLIC, "two");
	for (day = 0; day < 20; day++) {
		assert_int_equal(
			quotes_of_day(f->quotes, day, (uint64_t)day, is_short, &max, &quote), 0);
		assert_true(quote.id > 100);
	}
	max = 1;
	assert_int_equal(quotes_of_day(f->quotes, day, 7, is_short, &max, &quote), 0);
}

static void
everything_is_listed(void **state)
{
	struct fixture *f = *state;

	add_many(f, 12);
	expect_list(f, &(struct quotes_query){ .most = 12 }, "12 11 10 9 8 7 6 5 4 3 2 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(each_scope_sees_its_own),
		with_fixture(a_word_that_is_too_long_finds_nothing_rather_than_all),
		with_fixture(of_a_long_word_whole_characters_count),
		with_fixture(pages_follow_each_other),
		with_fixture(the_best_have_the_highest_score),
		with_fixture(a_search_finds_words_in_any_case_order_and_beginning),
		with_fixture(nothing_that_is_typed_is_syntax),
		with_fixture(those_where_words_weigh_most_come_first),
		with_fixture(a_search_looks_at_the_newest_that_match),
		with_fixture(each_quote_is_chosen_about_as_often),
		with_fixture(one_that_fits_is_chosen_where_there_is_one),
		with_fixture(the_few_that_a_scope_sees_are_found),
		with_fixture(the_few_of_a_scope_are_found_among_many_of_another),
		with_fixture(nothing_is_of_the_day_where_there_is_nothing),
		with_fixture(every_quote_has_its_day_before_one_comes_again),
		with_fixture(a_day_keeps_its_quote_unless_it_is_deleted),
		with_fixture(only_quotes_that_fit_have_their_day),
		with_fixture(everything_is_listed),
	};

	return kit_run(tests);
}
