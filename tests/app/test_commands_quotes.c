/* What Quoth answers on IRC to those who ask for quotes. */

#include "commands_fixture.h"

static void
an_id_asks_for_that_quote(void **state)
{
	add(*state, "one");
	add(*state, "two");
	add(*state, "three 1");
	expect(*state, "!quote 2", "two (2)");
	expect(*state, "!quote   003  ", "three 1 (3)");
}

static void
an_id_that_no_quote_has_is_told_to_who_asked(void **state)
{
	add(*state, "one");
	expect_error(*state, "!quote 0", "There is no quote 0.");
	expect_error(*state, "!quote 2", "There is no quote 2.");
	expect_error(
		*state, "!quote 18446744073709551617", "There is no quote 9223372036854775807.");
}

static void
words_ask_for_a_quote_that_has_them_all(void **state)
{
	struct fixture *f = *state;
	size_t n_first = 0;

	add(f, "a red fox");
	add(f, "a red hen");
	add(f, "a blue fox");
	expect(f, "!quote blue fox", "a blue fox (3)");
	for (f->said.random = 0; f->said.random < 100; f->said.random++) {
		assert_int_equal(hear(f, "bob", "#c", "!quote RED"), 0);
		assert_int_equal(f->replies.n, 1);
		if (!strcmp(f->replies.lines[0], "a red fox (1, one of 2)"))
			n_first++;
		else
			assert_string_equal(f->replies.lines[0], "a red hen (2, one of 2)");
	}
	assert_in_range(n_first, 20, 80);
}

static void
words_that_no_quote_has_are_told(void **state)
{
	add(*state, "a red fox");
	add(*state, "a blue hen");
	expect(*state, "!quote green", "No quote has this word.");
	expect(*state, "!quote red hen", "No quote has all these words.");
}

static void
of_very_many_quotes_the_number_is_a_bound(void **state)
{
	struct fixture *f = *state;
	char text[32];
	int i;

	for (i = 0; i < QUOTES_MAX_FOUND + 10; i++) {
		(void)snprintf(text, sizeof(text), "word number %d", i);
		add(f, text);
	}
	assert_int_equal(hear(f, "bob", "#c", "!quote word"), 0);
	assert_non_null(strstr(f->replies.lines[0], ", one of 1000 or more)"));
}

static void
without_quotes_it_says_so(void **state)
{
	expect(*state, "!quote", "I have no quotes.");
	expect(*state, "!quote word", "No quote has this word.");
	expect_error(*state, "!quote 1", "There is no quote 1.");
	expect(*state, "!top", "No quote has more votes for it than against it.");
	expect(*state, "!search word", "No quote has this word.");
}

static void
at_random_long_quotes_are_passed_over(void **state)
{
	struct fixture *f = *state;

	add(f, "1\n2\n3\n4\n5\n6\n7");
	add(f, "a\nb\nc\nd\ne\nf");
	add(f, "1\n2\n3\n4\n5\n6\n7\n8 c");
	for (f->said.random = 0; f->said.random < 100; f->said.random++) {
		expect(f, "!quote", "a\nb\nc\nd\ne\nf (2)");
		expect(f, "!quote c", "a\nb\nc\nd\ne\nf (2, one of 2)");
	}
}

static void
more_shows_the_rest_of_a_quote(void **state)
{
	add(*state, "1\n2\n3\n4\n5\n6\n7");
	expect(*state, "!quote 1", "1\n2\n3\n4\n5\n(1: 7 lines; !more shows the rest)");
	expect(*state, "!more", "6\n7 (1)");
	expect_error(*state, "!more", "There is nothing more.");
	expect_private(*state, "quote 1", "1\n2\n3\n4\n5\n(1: 7 lines; more shows the rest)");
	expect_private(*state, "more", "6\n7 (1)");
}

static void
more_is_kept_for_each_person_and_channel(void **state)
{
	struct fixture *f = *state;

	add(f, "1\n2\n3\n4\n5\n6\n7");
	assert_int_equal(hear(f, "bob", "#c", "!quote 1"), 0);
	expect_lines(f, "alice", "#c", "!more", true, "There is nothing more.");
	expect_lines(f, "bob", "#d", "!more", true, "There is nothing more.");
	expect_lines(f, "bob", NULL, "!more", true, "There is nothing more.");
	f->said.network = "other";
	expect_lines(f, "bob", "#c", "!more", true, "There is nothing more.");
	f->said.network = "net";
	expect_lines(f, "bob", "#C", "!more", false, "6\n7 (1)");
}

static void
more_is_forgotten_after_ten_minutes(void **state)
{
	struct fixture *f = *state;

	add(f, "1\n2\n3\n4\n5\n6\n7");
	assert_int_equal(hear(f, "bob", "#c", "!quote 1"), 0);
	assert_int_equal(hear(f, "alice", "#c", "!quote 1"), 0);
	wait_s(f, 599);
	expect(f, "!more", "6\n7 (1)");
	wait_s(f, 1);
	expect_lines(f, "alice", "#c", "!more", true, "There is nothing more.");
}

static void
what_was_deleted_meanwhile_is_not_gone_on_with(void **state)
{
	struct fixture *f = *state;

	add(f, "1\n2\n3\n4\n5\n6\n7");
	assert_int_equal(hear(f, "bob", "#c", "!quote 1"), 0);
	f->said.is_moderator = true;
	expect_lines(f, "alice", "#c", "!del 1", false, "Quote 1 is deleted.");
	f->said.is_moderator = false;
	expect_error(f, "!more", "There is no quote 1.");
}

static void
search_shows_ids_and_beginnings(void **state)
{
	add(*state, "a red fox");
	add(*state, "a blue hen");
	add(*state, "red\nover two lines, the second of which is so long that it will be cut off");
	expect(*state, "!search red",
		"3: red over two lines, the second of which is so long that it will be... | "
		"1: a red fox");
	expect(*state, "!search blue", "2: a blue hen");
	expect(*state, "!search green", "No quote has this word.");
	expect(*state, "!search red hen", "No quote has all these words.");
	expect_error(*state, "!search",
		"Usage: !search WORDS: the ids and beginnings of the quotes that hold all the "
		"words");
}

static void
more_shows_the_rest_of_a_search(void **state)
{
	struct fixture *f = *state;
	char text[80], entry[96];
	int i, expected = 55;
	size_t k;

	for (i = 1; i <= 55; i++) {
		(void)snprintf(text, sizeof(text),
			"word %d, and a few others beside it, so that few find room", i);
		assert_int_equal(add(f, text), i);
	}
	assert_int_equal(hear(f, "bob", "#c", "!search word"), 0);
	while (expected) {
		assert_in_range(f->replies.n, 1, 3);
		for (k = 0; k < f->replies.n; k++) {
			const char *at = f->replies.lines[k];

			(void)snprintf(entry, sizeof(entry), "%d: word %d,", expected, expected);
			assert_memory_equal(at, entry, strlen(entry));
			while (at) {
				(void)snprintf(entry, sizeof(entry),
					"%d: word %d, and a few others beside it, so that few find "
					"room",
					expected, expected);
				assert_memory_equal(at, entry, strlen(entry));
				expected--;
				at = strstr(at, " | ");
				at = at ? at + 3 : NULL;
			}
		}
		if (expected) {
			assert_non_null(strstr(
				f->replies.lines[f->replies.n - 1], " (!more shows the rest)"));
			assert_int_equal(hear(f, "bob", "#c", "!more"), 0);
		}
	}
	assert_null(strstr(f->replies.lines[f->replies.n - 1], "more"));
	expect_error(f, "!more", "There is nothing more.");
}

static void
search_takes_no_words_without_end(void **state)
{
	char text[400];

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "!search ", 8);
	text[sizeof(text) - 1] = '\0';
	expect_error(*state, text, "That is too long to be searched for.");
}

static void
info_tells_about_a_quote(void **state)
{
	struct fixture *f = *state;

	add(f, "to be");
	expect(f, "!info 1",
		"Quote 1: added by carol on 2023-11-14 at 22:13 UTC, in #c, net; score 0, 0 votes; "
		"public");
	expect(f, "!vote 1 +", "Quote 1 has a score of 1 now.");
	expect(f, "!info 1",
		"Quote 1: added by carol on 2023-11-14 at 22:13 UTC, in #c, net; score 1, 1 vote; "
		"public");
	expect_error(f, "!info 2", "There is no quote 2.");
	expect_error(
		f, "!info", "Usage: !info ID: who added a quote, when and where, and its votes");
	expect_error(f, "!info 1 2",
		"Usage: !info ID: who added a quote, when and where, and its votes");
}

static void
info_tells_from_which_file_a_quote_is_and_not_its_folder(void **state)
{
	struct fixture *f = *state;
	struct quotes_imported imported;

	assert_int_equal(quotes_import_fortune_bytes(f->quotes, "/srv/q/art",
				 sb_bytes_of("one\n%\n"), 0, NULL, NULL, &imported, &f->error),
		0);
	expect(f, "!info 1", "Quote 1: added by somebody, from art; score 0, 0 votes; public");
}

static void
top_shows_the_five_best(void **state)
{
	struct fixture *f = *state;
	char text[32];
	int i, k;

	for (i = 1; i <= 7; i++) {
		(void)snprintf(text, sizeof(text), "quote of %d", i);
		add(f, text);
		for (k = 1; k < i; k++) {
			char nick[16];

			(void)snprintf(nick, sizeof(nick), "voter%d", k);
			(void)snprintf(text, sizeof(text), "!vote %d +", i);
			assert_int_equal(hear(f, nick, "#c", text), 0);
		}
	}
	expect(f, "!top",
		"7 (+6): quote of 7 | 6 (+5): quote of 6 | 5 (+4): quote of 5 | 4 (+3): quote of 4 "
		"| 3 (+2): quote of 3");
	expect_error(f, "!top 10", "Usage: !top: the five best");
}

static void
top_shows_none_without_votes_for_it(void **state)
{
	add(*state, "one");
	add(*state, "two");
	add(*state, "three");
	expect(*state, "!vote 1 -", "Quote 1 has a score of -1 now.");
	expect(*state, "!top", "No quote has more votes for it than against it.");
	expect(*state, "!vote 2 +", "Quote 2 has a score of 1 now.");
	expect(*state, "!top", "2 (+1): two");
}

static void
what_only_another_channel_or_network_may_see_is_not_shown(void **state)
{
	struct fixture *f = *state;

	f->said.visibility = QUOTES_CHANNEL;
	assert_int_equal(hear(f, "bob", "#secret", "!addquote hidden words"), 0);
	f->said.visibility = QUOTES_NETWORK;
	assert_int_equal(hear(f, "bob", "#c", "!addquote local words"), 0);
	expect_lines(f, "bob", "#secret", "!quote hidden", false, "hidden words (1)");
	expect(f, "!quote hidden", "No quote has this word.");
	expect(f, "!search words", "2: local words");
	expect_error(f, "!quote 1", "There is no quote 1.");
	expect_error(f, "!info 1", "There is no quote 1.");
	expect_error(f, "!vote 1 +", "There is no quote 1.");
	f->said.network = "other";
	expect(f, "!search words", "No quote has this word.");
	expect(f, "!quote", "I have no quotes.");
}

static void
the_same_question_and_number_get_the_same_answer(void **state)
{
	struct fixture *f = *state;
	struct replies first;
	char text[32];
	int i;

	for (i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "quote %d", i);
		add(f, text);
	}
	for (f->said.random = 0; f->said.random < 100; f->said.random++) {
		assert_int_equal(hear(f, "bob", "#c", "!quote"), 0);
		first = f->replies;
		assert_int_equal(hear(f, "alice", NULL, "quote"), 0);
		assert_int_equal(first.n, 1);
		assert_string_equal(first.lines[0], f->replies.lines[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(an_id_asks_for_that_quote),
		with_fixture(an_id_that_no_quote_has_is_told_to_who_asked),
		with_fixture(words_ask_for_a_quote_that_has_them_all),
		with_fixture(words_that_no_quote_has_are_told),
		with_fixture(of_very_many_quotes_the_number_is_a_bound),
		with_fixture(without_quotes_it_says_so),
		with_fixture(at_random_long_quotes_are_passed_over),
		with_fixture(more_shows_the_rest_of_a_quote),
		with_fixture(more_is_kept_for_each_person_and_channel),
		with_fixture(more_is_forgotten_after_ten_minutes),
		with_fixture(what_was_deleted_meanwhile_is_not_gone_on_with),
		with_fixture(search_shows_ids_and_beginnings),
		with_fixture(more_shows_the_rest_of_a_search),
		with_fixture(search_takes_no_words_without_end),
		with_fixture(info_tells_about_a_quote),
		with_fixture(info_tells_from_which_file_a_quote_is_and_not_its_folder),
		with_fixture(top_shows_the_five_best),
		with_fixture(top_shows_none_without_votes_for_it),
		with_fixture(what_only_another_channel_or_network_may_see_is_not_shown),
		with_fixture(the_same_question_and_number_get_the_same_answer),
	};

	return kit_run(tests);
}
