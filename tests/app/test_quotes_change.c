/* The kernel: adding, undoing, deleting, voting. */

#include "quotes_fixture.h"

static int
try_add(struct fixture *f, const struct quotes_person *person, const char *text, int64_t *ret_id)
{
	const struct quotes_new quote = { .text = text };

	return quotes_add(f->quotes, person, &quote, 1000, ret_id, &f->error);
}

static int
undo(struct fixture *f, const struct quotes_person *person, int64_t now_s, int64_t *ret_id)
{
	return quotes_undo(f->quotes, person, now_s, ret_id, &f->error);
}

static void
a_quote_is_kept_with_all_that_is_known(void **state)
{
	struct fixture *f = *state;
	struct quote quote;

	assert_int_equal(add(f, &alice, QUOTES_CHANNEL, " \n one \r\n\ttwo\r\n "), 1);
	quote = get(f, 1);
	assert_string_equal(quote.text, "one \n\ttwo");
	assert_int_equal(quote.n_lines, 2);
	assert_string_equal(quote.network, "libera");
	assert_string_equal(quote.channel, "#c");
	assert_string_equal(quote.added_by, "Alice");
	assert_string_equal(quote.source, "");
	assert_int_equal(quote.added_s, 1000);
	assert_int_equal(quote.visibility, QUOTES_CHANNEL);
	assert_false(quote.is_deleted);
}

static void
what_is_no_text_is_refused(void **state)
{
	struct fixture *f = *state;
	char *text = malloc(QUOTES_MAX_QUOTE + 2);
	int64_t id;

	assert_non_null(text);
	assert_int_equal(try_add(f, &alice, " \r\n\t", &id), -EINVAL);
	assert_string_equal(f->error.text, "a quote without a text");
	assert_int_equal(try_add(f, &alice, "caf\xe9", &id), -EINVAL);
	assert_string_equal(f->error.text, "a quote must be UTF-8");
	memset(text, 'x', QUOTES_MAX_QUOTE + 1);
	text[QUOTES_MAX_QUOTE + 1] = '\0';
	assert_int_equal(try_add(f, &alice, text, &id), -EMSGSIZE);
	assert_int_equal(quotes_n(f->quotes), 0);
	assert_int_equal(try_add(f, &alice, text + 1, &id), 0);
	free(text);
}

static void
the_same_but_for_case_and_white_space_is_there_already(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	add(f, &alice, QUOTES_PUBLIC, "Hello  World\nagain");
	assert_int_equal(try_add(f, &bob, "hello world AGAIN", &id), -EEXIST);
	assert_int_equal(id, 1);
	assert_string_equal(f->error.text, "that is quote 1 already");
	assert_int_equal(try_add(f, &bob, "helloworld again", &id), 0);
	assert_int_equal(quotes_delete(f->quotes, &alice, 1, 8, NULL), 0);
	assert_int_equal(try_add(f, &bob, "hello world again", &id), -EEXIST);
	assert_int_equal(id, 1);
}

static void
what_one_may_not_see_is_not_there(void **state)
{
	struct fixture *f = *state;
	int64_t id, score;

	add(f, &alice, QUOTES_CHANNEL, "one");
	assert_int_equal(try_add(f, &bob, "one", &id), 0);
	assert_int_equal(id, 2);
	assert_int_equal(quotes_vote(f->quotes, &bob, 1, 1, 8, &score, &f->error), -ENOENT);
	assert_int_equal(quotes_delete(f->quotes, &bob, 1, 8, &f->error), -ENOENT);
	assert_string_equal(f->error.text, "there is no quote 1");
	/* Channels and networks in any case. */
	assert_int_equal(
		try_add(f, &(struct quotes_person){ { "Libera", "#C", false }, "x", "y", false },
			"ONE", &id),
		-EEXIST);
}

static void
an_id_is_never_used_again(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(undo(f, &alice, 1001, &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(add(f, &alice, QUOTES_PUBLIC, "two"), 2);
	assert_int_equal(quotes_add(f->quotes, &alice, &(struct quotes_new){ .text = "x", .id = 1 },
				 1, &id, &f->error),
		-EADDRINUSE);
	assert_int_equal(quotes_add(f->quotes, &alice, &(struct quotes_new){ .text = "x", .id = 2 },
				 1, &id, &f->error),
		-EADDRINUSE);
	assert_int_equal(quotes_add(f->quotes, &alice,
				 &(struct quotes_new){ .text = "x", .id = -5 }, 1, &id, &f->error),
		-EINVAL);
	assert_int_equal(quotes_add(f->quotes, &alice, &(struct quotes_new){ .text = "x", .id = 9 },
				 1, &id, &f->error),
		0);
	assert_int_equal(add(f, &alice, QUOTES_PUBLIC, "three"), 10);
}

static void
undo_takes_back_the_last_of_ones_own_for_two_minutes(void **state)
{
	struct fixture *f = *state;
	int64_t id;
	struct quote quote;

	assert_int_equal(undo(f, &alice, 1000, &id), -ENOENT);
	add(f, &alice, QUOTES_PUBLIC, "one");
	add(f, &bob, QUOTES_PUBLIC, "two");
	assert_int_equal(undo(f, &alice, 1000 + QUOTES_UNDO_S + 1, &id), -ETIMEDOUT);
	assert_int_equal(quotes_n(f->quotes), 2);
	assert_int_equal(undo(f, &alice, 1000 + QUOTES_UNDO_S, &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(quotes_get(f->quotes, &everywhere, 1, &quote), -ENOENT);
	assert_int_equal(undo(f, &alice, 1000, &id), -ENOENT);
	assert_int_equal(quotes_n(f->quotes), 1);
	expect_list(f, &(struct quotes_query){ .words = "one", .most = 9 }, "");
}

static void
only_who_added_it_and_moderators_delete_and_restore(void **state)
{
	struct fixture *f = *state;
	const struct quotes_person other = { { "oftc", "#c", false }, "Alice", "alice@a", false };
	struct quote quote;

	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_delete(f->quotes, &bob, 1, 8, &f->error), -EACCES);
	assert_int_equal(quotes_delete(f->quotes, &other, 1, 8, &f->error), -EACCES);
	assert_int_equal(quotes_restore(f->quotes, &alice, 1, 8, &f->error), -EALREADY);
	assert_int_equal(quotes_delete(f->quotes, &alice, 1, 8, &f->error), 0);
	assert_int_equal(quotes_n(f->quotes), 0);
	assert_int_equal(quotes_get(f->quotes, &in_c, 1, &quote), -ENOENT);
	assert_true(get(f, 1).is_deleted);
	assert_int_equal(quotes_delete(f->quotes, &alice, 1, 8, &f->error), -EALREADY);
	assert_int_equal(quotes_restore(f->quotes, &moderator, 1, 8, &f->error), 0);
	assert_int_equal(quotes_get(f->quotes, &in_c, 1, &quote), 0);
	assert_int_equal(quotes_n(f->quotes), 1);
}

static void
a_later_vote_replaces_the_earlier(void **state)
{
	struct fixture *f = *state;
	int64_t score;

	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_vote(f->quotes, &alice, 1, 1, 8, &score, &f->error), 0);
	assert_int_equal(score, 1);
	assert_int_equal(quotes_vote(f->quotes, &alice, 1, 1, 8, &score, &f->error), -EALREADY);
	assert_int_equal(score, 1);
	assert_int_equal(quotes_vote(f->quotes, &bob, 1, 1, 8, &score, &f->error), 0);
	assert_int_equal(score, 2);
	assert_int_equal(quotes_vote(f->quotes, &alice, 1, -1, 8, &score, &f->error), 0);
	assert_int_equal(score, 0);
	assert_int_equal(get(f, 1).score, 0);
	assert_int_equal(get(f, 1).n_votes, 2);
	assert_int_equal(quotes_vote(f->quotes, &alice, 2, 1, 8, &score, &f->error), -ENOENT);
}

static void
every_change_raises_the_version_and_nothing_else_does(void **state)
{
	struct fixture *f = *state;
	struct quotes_state before, after;
	struct quote quote;
	int64_t id, score;

	add(f, &alice, QUOTES_PUBLIC, "one");
	assert_int_equal(quotes_state(f->quotes, &before), 0);
	assert_int_equal(before.changed_s, 1000);
	assert_int_equal(try_add(f, &alice, "one", &id), -EEXIST);
	assert_int_equal(quotes_of_day(f->quotes, 1, 7, NULL, NULL, &quote), 0);
	assert_int_equal(quotes_vote(f->quotes, &alice, 9, 1, 8, &score, &f->error), -ENOENT);
	assert_int_equal(quotes_state(f->quotes, &after), 0);
	assert_int_equal(after.version, before.version);
	assert_int_equal(quotes_vote(f->quotes, &alice, 1, 1, 2000, &score, &f->error), 0);
	assert_int_equal(quotes_delete(f->quotes, &alice, 1, 1500, &f->error), 0);
	assert_int_equal(quotes_restore(f->quotes, &alice, 1, 1500, &f->error), 0);
	assert_int_equal(undo(f, &alice, 1001, &id), 0);
	assert_int_equal(quotes_state(f->quotes, &after), 0);
	assert_int_equal(after.version, before.version + 4);
	assert_int_equal(after.changed_s, 2000);
}

/* An id beyond it would be another one in a program that reads JSON, and could not be imported. */
static void
after_the_greatest_id_there_is_none(void **state)
{
	struct fixture *f = *state;
	const struct quotes_new last = { .text = "last", .id = INT64_C(9007199254740991) };
	const struct quotes_new next = { .text = "next" };
	int64_t id;

	assert_int_equal(quotes_add(f->quotes, &alice, &last, 1, &id, &f->error), 0);
	assert_int_equal(quotes_add(f->quotes, &alice, &next, 1, &id, &f->error), -EOVERFLOW);
	assert_non_null(strstr(f->error.text, "no more ids"));
	assert_int_equal(quotes_n(f->quotes), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(a_quote_is_kept_with_all_that_is_known),
		with_fixture(what_is_no_text_is_refused),
		with_fixture(the_same_but_for_case_and_white_space_is_there_already),
		with_fixture(what_one_may_not_see_is_not_there),
		with_fixture(an_id_is_never_used_again),
		with_fixture(undo_takes_back_the_last_of_ones_own_for_two_minutes),
		with_fixture(only_who_added_it_and_moderators_delete_and_restore),
		with_fixture(a_later_vote_replaces_the_earlier),
		with_fixture(every_change_raises_the_version_and_nothing_else_does),
		with_fixture(after_the_greatest_id_there_is_none),
	};

	return kit_run(tests);
}
