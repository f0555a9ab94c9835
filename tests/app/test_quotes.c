/* The kernel: reading the text of fortune files, and finding quotes. */

#include "quotes_fixture.h"

/* Reading. */

static void
a_percent_sign_alone_on_a_line_parts_two_quotes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\n%\ntwo\nlines\n%\n100%\n%of it\n% \nend\n"), 3);
	expect_quote(f, 1, "one");
	expect_quote(f, 2, "two\nlines");
	expect_quote(f, 3, "100%\n%of it\n% \nend");
	assert_int_equal(quotes_at(f->quotes, 3)->n_lines, 4);
	assert_string_equal(quotes_at(f->quotes, 3)->source, "mem");
	assert_string_equal(f->problems, "");
}

static void
the_last_quote_needs_no_separator_and_no_line_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\n%\ntwo"), 2);
	assert_int_equal(read_text(f, "three\n%"), 1);
	assert_int_equal(read_text(f, "four\n%\n"), 1);
	expect_quote(f, 2, "two");
	expect_quote(f, 3, "three");
	expect_quote(f, 4, "four");
	assert_string_equal(f->problems, "");
}

static void
line_ends_with_a_return_are_line_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "one\r\nline\r\n%\r\ntwo\r\n%\r\n"), 2);
	expect_quote(f, 1, "one\nline");
	expect_quote(f, 2, "two");
	assert_int_equal(quotes_at(f->quotes, 1)->n_lines, 2);
}

static void
empty_quotes_count_for_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "%\n%\n\n  \t\n%\n\n   indented\n\nlast  \n\n%\n%"), 1);
	expect_quote(f, 1, "   indented\n\nlast");
	assert_string_equal(f->problems, "");
}

static void
a_byte_order_mark_is_no_part_of_a_quote(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "\xef\xbb\xbfone\n"), 1);
	expect_quote(f, 1, "one");
}

static void
a_quote_with_a_nul_is_left_out_and_told_with_its_line(void **state)
{
	static const char text[] = "one\n%\ntwo\nb\0d\n%\nthree\n%\nfour\n\0";
	struct fixture *f = *state;

	assert_int_equal(read_bytes(f, text, sizeof(text) - 1), 2);
	expect_quote(f, 1, "one");
	expect_quote(f, 2, "three");
	assert_string_equal(f->problems, "mem:4: a NUL byte: the quote is left out\n"
					 "mem:9: a NUL byte: the quote is left out\n");
}

static void
a_quote_that_is_not_utf8_is_read_as_latin1_and_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "gar\xc3\xa7on\n%\n\nun\ncaf\xe9 \xff\n%\nthree\n"), 3);
	expect_quote(f, 1, "gar\xc3\xa7on");
	expect_quote(f, 2, "un\ncaf\xc3\xa9 \xc3\xbf");
	expect_quote(f, 3, "three");
	assert_string_equal(f->problems, "mem:5: not UTF-8: the quote is read as ISO 8859-1\n");
}

static void
a_quote_longer_than_the_limit_is_left_out_and_told(void **state)
{
	struct fixture *f = *state;
	size_t at, len = QUOTES_MAX_QUOTE;
	char *text = malloc(len + 32);

	assert_non_null(text);
	at = (size_t)sprintf(text, "one\n%%\n");
	memset(text + at, 'x', len);
	memcpy(text + at + len, "\n%\ntwo\n", 7);
	assert_int_equal(read_bytes(f, text, at + len + 7), 3);
	assert_int_equal(quotes_at(f->quotes, 2)->len, len);
	text[at + len] = 'x';
	memcpy(text + at + len + 1, "\n%\ntwo\n", 7);
	assert_int_equal(read_bytes(f, text, at + len + 8), 2);
	assert_string_equal(
		f->problems, "mem:3: a quote of 65537 bytes is left out: the most is 65536\n");
	expect_quote(f, 5, "two");
	free(text);
}

static void
quotes_beyond_the_most_are_left_out_and_told(void **state)
{
	struct fixture *f = *state;
	size_t i, n = 1000;
	char *text = malloc(4 * n);

	assert_non_null(text);
	for (i = 0; i < n; i++)
		memcpy(text + 4 * i, "x\n%\n", 4);
	for (i = 0; i < QUOTES_MAX / n; i++)
		assert_int_equal(read_bytes(f, text, 4 * n), n);
	assert_string_equal(f->problems, "");
	assert_int_equal(read_bytes(f, text, 4 * n), 0);
	assert_string_equal(
		f->problems, "mem:1: the rest is left out: 1000000 quotes are the most\n");
	assert_int_equal(quotes_n(f->quotes), QUOTES_MAX);
	free(text);
}

static void
an_index_of_strfile_is_refused(void **state)
{
	static const char header[24] = { 0, 0, 0, 2, 0, 0, 0, 1, [20] = '%' };
	struct fixture *f = *state;

	assert_int_equal(read_bytes(f, header, sizeof(header)), 0);
	assert_string_equal(f->problems, "mem:0: an index made by strfile, not a file of quotes\n");
}

static void
a_file_without_quotes_is_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, ""), 0);
	assert_int_equal(read_text(f, "%\n%\n"), 0);
	assert_string_equal(f->problems, "mem:0: no quotes in it\nmem:0: no quotes in it\n");
}

/* Finding. */

static void
quotes_are_numbered_from_one(void **state)
{
	struct fixture *f = *state;

	read_text(f, "one\n%\ntwo\n");
	assert_null(quotes_at(f->quotes, 0));
	expect_quote(f, 1, "one");
	expect_quote(f, 2, "two");
	assert_null(quotes_at(f->quotes, 3));
	assert_null(quotes_at(f->quotes, SIZE_MAX));
}

/* Which quotes a search finds, "1 3": what it chooses by many random numbers. */
static void
expect_found(struct fixture *f, const char *words, const char *expected)
{
	bool is_found[8] = { false };
	size_t number, n, n_all = 0, n_said = 0;
	char text[64] = "";
	uint64_t random;

	for (random = 0; random < 200; random++) {
		n = quotes_search(f->quotes, words, random, NULL, NULL, &number);
		assert_in_range(number, n ? 1 : 0, n ? quotes_n(f->quotes) : 0);
		n_said = n;
		assert_true(number < sizeof(is_found));
		is_found[number] = number > 0;
	}
	for (number = 1; number < sizeof(is_found); number++)
		if (is_found[number]) {
			n = strlen(text);
			(void)snprintf(text + n, sizeof(text) - n, "%s%zu", n ? " " : "", number);
			n_all++;
		}
	assert_string_equal(text, expected);
	assert_int_equal(n_said, n_all);
}

static void
a_search_finds_quotes_with_all_words_in_any_case_and_order(void **state)
{
	struct fixture *f = *state;

	read_text(f, "The Quick brown fox\n%\nquick\nTHE\n%\nthe slow fox\n%\n\xc3\x89t\xc3\xa9\n");
	expect_found(f, "the QUICK", "1 2");
	expect_found(f, " fox\tslow ", "3");
	/* Within a word, and across none. */
	expect_found(f, "uic", "1 2");
	expect_found(f, "quickthe", "");
	expect_found(f, "foxquick", "");
	/* At both ends, and as long as it. */
	expect_found(f, "x", "1 3");
	expect_found(f, "t", "1 2 3 4");
	read_text(f, "abcab\n%\nab\n");
	expect_found(f, "abcab", "5");
	expect_found(f, "ab", "5 6");
	expect_found(f, "abcabc", "");
	/* Only ASCII has two cases. */
	expect_found(f, "\xc3\x89T\xc3\xa9", "4");
	expect_found(f, "\xc3\xa9t", "");
}

static void
a_search_looks_for_eight_words_and_passes_over_more(void **state)
{
	struct fixture *f = *state;

	read_text(f, "a b c d e f g h\n%\na b c d e f g\n");
	expect_found(f, "h g f e d c b a", "1");
	expect_found(f, "a b c d e f g h", "1");
	expect_found(f, "a b c d e f g a h zzz", "1 2");
	expect_found(f, "zzz a b c d e f g h", "");
}

static void
a_search_chooses_each_match_as_often_however_many_there_are(void **state)
{
	struct fixture *f = *state;
	size_t i, n = 10000, number, n_late = 0, other = 0, before = 0;
	char *text = malloc(n * 8 + 1);
	uint64_t random;

	assert_non_null(text);
	for (i = 0; i < n; i++)
		memcpy(text + 8 * i, "abc x\n%\n", 9);
	assert_int_equal(read_text(f, text), n);
	for (random = 0; random < 200; random++) {
		assert_int_equal(quotes_search(f->quotes, "x a", random, NULL, NULL, &number), n);
		quotes_search(f->quotes, "x a", random, NULL, NULL, &i);
		assert_int_equal(i, number);
		n_late += number > n / 2;
		other += number != before;
		before = number;
	}
	/* A half, give or take six times the deviation of 7. */
	assert_in_range(n_late, 58, 142);
	assert_true(other > 190);
	free(text);
}

static void
a_search_without_a_word_finds_nothing(void **state)
{
	struct fixture *f = *state;

	expect_found(f, "one", "");
	read_text(f, "one\n");
	expect_found(f, "", "");
	expect_found(f, " \t", "");
	expect_found(f, "longer than the quote", "");
}

static void
the_same_random_number_chooses_the_same_quote(void **state)
{
	struct fixture *f = *state;
	uint64_t random;
	size_t chosen, n_chosen[6] = { 0 };

	read_text(f, "1\n%\n2\n%\n3\n%\n4\n%\n5\n");
	for (random = 0; random < 1000; random++) {
		chosen = quotes_choose(f->quotes, random, NULL, NULL);
		assert_int_equal(chosen, quotes_choose(f->quotes, random, NULL, NULL));
		assert_in_range(chosen, 1, 5);
		n_chosen[chosen]++;
	}
	/* Each about as often: 200, give or take six times the deviation of 12.6. */
	for (chosen = 1; chosen <= 5; chosen++)
		assert_in_range(n_chosen[chosen], 124, 276);
}

static bool
is_short(void *self, const struct quote *quote)
{
	return quote->len <= *(size_t *)self;
}

static void
another_quote_is_chosen_when_one_does_not_fit(void **state)
{
	struct fixture *f = *state;
	size_t i, number, max = 2;
	uint64_t random;
	char text[4096] = "ok\n%\n";

	/* One that fits among three hundred: also found when chance does not find it. */
	for (i = 0; i < 300; i++)
		strcat(text, "no way\n%\n");
	read_text(f, text);
	for (random = 0; random < 50; random++)
		assert_int_equal(quotes_choose(f->quotes, random, is_short, &max), 1);
	read_text(f, "no\n%\nno\n");
	for (random = 0; random < 50; random++) {
		assert_int_equal(
			quotes_search(f->quotes, "no", random, is_short, &max, &number), 302);
		assert_true(number > 301);
	}
	max = 1;
	assert_int_not_equal(quotes_choose(f->quotes, 7, is_short, &max), 0);
	quotes_search(f->quotes, "no", 7, is_short, &max, &number);
	assert_int_not_equal(number, 0);
}

static void
nothing_is_chosen_from_nothing(void **state)
{
	struct fixture *f = *state;
	size_t number = 7;

	assert_int_equal(quotes_choose(f->quotes, 7, NULL, NULL), 0);
	assert_int_equal(quotes_of_day(f->quotes, 7, NULL, NULL), 0);
	assert_int_equal(quotes_search(f->quotes, "one", 7, NULL, NULL, &number), 0);
	assert_int_equal(number, 0);
}

/* Each quote once in n days, from any day on, and never the same two days running. */
static void
expect_round(struct fixture *f, size_t n, int64_t first_day, size_t max)
{
	size_t number, before = 0;
	bool *seen = calloc(quotes_n(f->quotes) + 1, sizeof(*seen));
	int64_t day;

	assert_non_null(seen);
	for (day = first_day; day < first_day + (int64_t)n; day++) {
		number = quotes_of_day(f->quotes, day, max ? is_short : NULL, &max);
		assert_int_equal(
			number, quotes_of_day(f->quotes, day, max ? is_short : NULL, &max));
		assert_in_range(number, 1, quotes_n(f->quotes));
		assert_false(seen[number]);
		assert_true(n < 2 || number != before);
		if (max)
			assert_true(quotes_at(f->quotes, number)->len <= max);
		seen[number] = true;
		before = number;
	}
	assert_int_equal(quotes_of_day(f->quotes, day, max ? is_short : NULL, &max),
		quotes_of_day(f->quotes, first_day, max ? is_short : NULL, &max));
	free(seen);
}

static void
every_quote_has_its_day_before_one_comes_again(void **state)
{
	struct fixture *f = *state;
	size_t n;

	for (n = 1; n <= 100; n++) {
		assert_int_equal(read_text(f, "x\n"), 1);
		expect_round(f, n, 20000, 0);
		expect_round(f, n, -50, 0);
	}
	expect_round(f, n - 1, INT64_MIN, 0);
}

static void
only_quotes_that_fit_have_their_day(void **state)
{
	struct fixture *f = *state;
	size_t max = 3, number;

	read_text(f, "one\n%\ntoo long\n%\ntwo\n%\ntoo long\n%\nsix\n");
	expect_round(f, 3, 20000, max);
	/* None fits: then any. */
	max = 1;
	number = quotes_of_day(f->quotes, 20000, is_short, &max);
	assert_in_range(number, 1, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_percent_sign_alone_on_a_line_parts_two_quotes),
		with_fixture(the_last_quote_needs_no_separator_and_no_line_end),
		with_fixture(line_ends_with_a_return_are_line_ends),
		with_fixture(empty_quotes_count_for_nothing),
		with_fixture(a_byte_order_mark_is_no_part_of_a_quote),
		with_fixture(a_quote_with_a_nul_is_left_out_and_told_with_its_line),
		with_fixture(a_quote_that_is_not_utf8_is_read_as_latin1_and_told),
		with_fixture(a_quote_longer_than_the_limit_is_left_out_and_told),
		with_fixture(quotes_beyond_the_most_are_left_out_and_told),
		with_fixture(an_index_of_strfile_is_refused),
		with_fixture(a_file_without_quotes_is_told),
		with_fixture(quotes_are_numbered_from_one),
		with_fixture(a_search_finds_quotes_with_all_words_in_any_case_and_order),
		with_fixture(a_search_looks_for_eight_words_and_passes_over_more),
		with_fixture(a_search_chooses_each_match_as_often_however_many_there_are),
		with_fixture(a_search_without_a_word_finds_nothing),
		with_fixture(the_same_random_number_chooses_the_same_quote),
		with_fixture(another_quote_is_chosen_when_one_does_not_fit),
		with_fixture(nothing_is_chosen_from_nothing),
		with_fixture(every_quote_has_its_day_before_one_comes_again),
		with_fixture(only_quotes_that_fit_have_their_day),
	};

	return kit_run(tests);
}
