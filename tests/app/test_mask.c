#include "app/mask.h"
#include "kit_cmocka.h"

static void
a_mask_matches_all_of_the_text(void **state)
{
	(void)state;
	assert_true(mask_matches("bob!b@host", "bob!b@host"));
	assert_false(mask_matches("bob!b@host", "bob!b@host.example"));
	assert_false(mask_matches("bob!b@host.example", "bob!b@host"));
	assert_true(mask_matches("", ""));
	assert_false(mask_matches("", "a"));
	assert_false(mask_matches("a", ""));
}

static void
a_star_is_any_bytes_and_a_question_mark_is_one(void **state)
{
	(void)state;
	assert_true(mask_matches("*!*@*.example.org", "bob!b@a.example.org"));
	assert_false(mask_matches("*!*@*.example.org", "bob!b@example.org"));
	assert_true(mask_matches("*", ""));
	assert_true(mask_matches("a*b*c", "abbcbc"));
	assert_false(mask_matches("a*b*c", "abbcb"));
	assert_true(mask_matches("b?b!*@*", "bob!b@h"));
	assert_false(mask_matches("b?b!*@*", "bb!b@h"));
	assert_true(mask_matches("**a**", "xxaxx"));
}

static void
letters_are_the_same_in_both_cases_as_irc_has_them(void **state)
{
	(void)state;
	assert_true(mask_matches("Bob[x]\\^!*@*", "bOB{X}|~!b@h"));
	assert_false(mask_matches("_!*@*", "?!b@h"));
	assert_false(mask_matches("@!*@*", "`!b@h"));
}

static void
many_stars_take_no_time(void **state)
{
	char mask[201], text[401];
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		memcpy(mask + 2 * i, "*a", 2);
	mask[200] = '\0';
	memset(text, 'a', 400);
	text[400] = '\0';
	assert_true(mask_matches(mask, text));
	text[399] = 'b';
	assert_false(mask_matches(mask, text));
}

static void
one_of_several_masks_is_enough(void **state)
{
	char one[] = "ann!*@*", two[] = "bob!*@*";
	char *const masks[] = { one, two };

	(void)state;
	assert_true(mask_any_matches(masks, 2, "bob!b@h"));
	assert_false(mask_any_matches(masks, 1, "bob!b@h"));
	assert_false(mask_any_matches(NULL, 0, "bob!b@h"));
}

static void
a_whole_mask_has_a_nick_a_user_and_a_host(void **state)
{
	(void)state;
	assert_true(mask_is_whole("*!*@*"));
	assert_true(mask_is_whole("bob!b@host"));
	assert_false(mask_is_whole("bob"));
	assert_false(mask_is_whole("bob@host"));
	assert_false(mask_is_whole("bob!b"));
	assert_false(mask_is_whole("!b@host"));
	assert_false(mask_is_whole("bob!@host"));
	assert_false(mask_is_whole("bob!b@"));
	assert_false(mask_is_whole("bob!b@a b"));
	assert_false(mask_is_whole("bob!b@a@b"));
}

static void
an_account_is_named_without_a_mask(void **state)
{
	(void)state;
	assert_string_equal(mask_account("account:ann"), "ann");
	assert_string_equal(mask_account("account:"), "");
	assert_null(mask_account("account:x!*@*"));
	assert_null(mask_account("Account:ann"));
	assert_null(mask_account("*!*@account:ann"));
}

static void
accounts_differ_as_the_server_has_it(void **state)
{
	char mask[] = "*!*@*", account[] = "account:Ann[x]~", empty[] = "account:";
	char *const masks[] = { mask, empty, account };

	(void)state;
	assert_true(mask_any_has_account(masks, 3, "ann{x}^", NULL));
	assert_true(mask_any_has_account(masks, 3, "ann{x}^", "rfc1459"));
	assert_true(mask_any_has_account(masks, 3, "ann{x}~", "rfc1459-strict"));
	assert_false(mask_any_has_account(masks, 3, "ann{x}^", "rfc1459-strict"));
	assert_true(mask_any_has_account(masks, 3, "aNN[x]~", "ascii"));
	assert_false(mask_any_has_account(masks, 3, "ann{x}~", "ascii"));
	assert_false(mask_any_has_account(masks, 3, "ann{x}~", "some other"));
	assert_false(mask_any_has_account(masks, 3, "ann[x]", NULL));
	assert_false(mask_any_has_account(masks, 3, "ann[x]~~", NULL));
	assert_false(mask_any_has_account(masks, 1, "ann[x]~", NULL));
}

static void
a_person_is_no_account(void **state)
{
	char account[] = "account:*";
	char *const masks[] = { account };

	(void)state;
	assert_false(mask_any_matches(masks, 1, "account:x!b@h"));
	assert_false(mask_any_has_account(masks, 1, "x", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mask_matches_all_of_the_text),
		cmocka_unit_test(a_star_is_any_bytes_and_a_question_mark_is_one),
		cmocka_unit_test(letters_are_the_same_in_both_cases_as_irc_has_them),
		cmocka_unit_test(many_stars_take_no_time),
		cmocka_unit_test(one_of_several_masks_is_enough),
		cmocka_unit_test(an_account_is_named_without_a_mask),
		cmocka_unit_test(accounts_differ_as_the_server_has_it),
		cmocka_unit_test(a_person_is_no_account),
		cmocka_unit_test(a_whole_mask_has_a_nick_a_user_and_a_host),
	};

	return kit_run(tests);
}
