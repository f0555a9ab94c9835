/* Which mechanism is tried, and what the server's numerics mean. */

#include "kit_cmocka.h"

#include <errno.h>
#include <stdbool.h>

#include "protocols/irc/sasl.h"

static const struct sb_sasl_credentials all = {
	.user = "user", .password = "hush", .key = { "key", 3 }, .has_certificate = true
};
static const struct sb_sasl_credentials password = { .user = "user", .password = "hush" };

/* One after the other, as each fails. */
static void
expect_order(struct sb_sasl_choice choice, const char *expected)
{
	enum sb_sasl_mechanism mechanism;
	char order[256] = "";

	while ((mechanism = sb_sasl_choose(&choice, NULL)) != SB_SASL_NONE) {
		size_t len = strlen(order);

		assert_false(choice.tried & 1u << mechanism);
		choice.tried |= 1u << mechanism;
		(void)snprintf(order + len, sizeof(order) - len, "%s%s", len ? " " : "",
			sb_sasl_name(mechanism));
	}
	assert_string_equal(order, expected);
}

static void
by_default_the_strongest_is_tried_first(void **state)
{
	struct sb_sasl_choice choice = { .credentials = &all, .is_encrypted = true };

	(void)state;
	expect_order(choice, "EXTERNAL ECDSA-NIST256P-CHALLENGE SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
	choice.offered = "";
	expect_order(choice, "EXTERNAL ECDSA-NIST256P-CHALLENGE SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
}

static void
what_is_wanted_is_tried_in_that_order_and_nothing_else(void **state)
{
	static const enum sb_sasl_mechanism wanted[] = { SB_SASL_PLAIN, SB_SASL_NONE,
		SB_SASL_SCRAM_SHA_256, SB_SASL_PLAIN };
	struct sb_sasl_choice choice = {
		.credentials = &all, .wanted = wanted, .n_wanted = 4, .is_encrypted = true
	};

	(void)state;
	expect_order(choice, "PLAIN SCRAM-SHA-256");
	choice.n_wanted = 0;
	expect_order(choice, "");
}

static void
what_the_server_offers_is_tried_alone(void **state)
{
	struct sb_sasl_choice choice = { .credentials = &all, .is_encrypted = true };

	(void)state;
	choice.offered = "PLAIN,EXTERNAL,FOO";
	expect_order(choice, "EXTERNAL PLAIN");
	choice.offered = ",,plain,";
	expect_order(choice, "PLAIN");
	choice.offered = "PLAINER,XPLAIN,PLAI,PLAIN ,SCRAM-SHA-256-PLUS,SCRAM-SHA-1";
	expect_order(choice, "");
	choice.offered = ",";
	expect_order(choice, "");
}

static void
what_credentials_are_missing_for_is_not_tried(void **state)
{
	struct sb_sasl_credentials some = { .user = "user" };
	struct sb_sasl_choice choice = { .credentials = &some, .is_encrypted = true };

	(void)state;
	expect_order(choice, "");
	some.password = "";
	expect_order(choice, "");
	some.password = "hush";
	expect_order(choice, "SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
	some = (struct sb_sasl_credentials){ .user = "user", .key = { "key", 3 } };
	expect_order(choice, "ECDSA-NIST256P-CHALLENGE");
	some = (struct sb_sasl_credentials){ .has_certificate = true, .password = "hush" };
	expect_order(choice, "EXTERNAL");
}

static void
on_a_link_in_clear_no_password_is_told_unless_allowed(void **state)
{
	struct sb_sasl_choice choice = { .credentials = &all };

	(void)state;
	expect_order(choice, "ECDSA-NIST256P-CHALLENGE SCRAM-SHA-512 SCRAM-SHA-256");
	choice.allows_plain_in_clear = true;
	expect_order(choice, "ECDSA-NIST256P-CHALLENGE SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
}

static void
a_suspect_is_not_told_the_password(void **state)
{
	struct sb_sasl_choice choice = { .credentials = &password,
		.is_encrypted = true,
		.allows_plain_in_clear = true,
		.is_suspect = true };

	(void)state;
	expect_order(choice, "SCRAM-SHA-512 SCRAM-SHA-256");
}

static void
when_none_is_left_it_is_said_why(void **state)
{
	struct sb_sasl_choice choice = { .credentials = &password,
		.offered = "PLAIN,SCRAM-SHA-256",
		.tried = 1u << SB_SASL_SCRAM_SHA_256 };
	struct sb_error why = { .code = 1 };

	(void)state;
	assert_int_equal(sb_sasl_choose(&choice, &why), SB_SASL_NONE);
	assert_int_equal(why.code, -ENOENT);
	assert_string_equal(why.text,
		"no mechanism is left; EXTERNAL: there is no certificate, "
		"ECDSA-NIST256P-CHALLENGE: there is no key, SCRAM-SHA-512: the server does not "
		"offer it, SCRAM-SHA-256: it has failed, PLAIN: the link is not encrypted");
	choice.is_encrypted = true;
	assert_int_equal(sb_sasl_choose(&choice, &why), SB_SASL_PLAIN);
	assert_int_equal(why.code, 0);
}

static void
names_are_found_in_any_case(void **state)
{
	enum sb_sasl_mechanism m;

	(void)state;
	for (m = SB_SASL_EXTERNAL; m <= SB_SASL_NONE; m++)
		assert_int_equal(sb_sasl_mechanism(sb_sasl_name(m)), m);
	assert_int_equal(sb_sasl_mechanism("scram-Sha-256"), SB_SASL_SCRAM_SHA_256);
	assert_int_equal(sb_sasl_mechanism(""), SB_SASL_NONE);
	assert_int_equal(sb_sasl_mechanism("PLAIN "), SB_SASL_NONE);
}

static void
numerics_are_those_of_the_specification(void **state)
{
	static const struct {
		int numeric;
		enum sb_sasl_meaning meaning;
		bool is_end;
	} cases[] = {
		{ 900, SB_SASL_LOGGED_IN, false },
		{ 901, SB_SASL_LOGGED_OUT, false },
		{ 902, SB_SASL_LOCKED, true },
		{ 903, SB_SASL_SUCCESS, true },
		{ 904, SB_SASL_FAILED, true },
		{ 905, SB_SASL_FAILED, true },
		{ 906, SB_SASL_FAILED, true },
		{ 907, SB_SASL_ALREADY, true },
		{ 908, SB_SASL_MECHANISMS, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sb_sasl_numeric *numeric = sb_sasl_numeric(cases[i].numeric);

		assert_int_equal(numeric->numeric, cases[i].numeric);
		assert_int_equal(numeric->meaning, cases[i].meaning);
		assert_int_equal(numeric->is_end, cases[i].is_end);
		assert_true(*numeric->text);
	}
	assert_null(sb_sasl_numeric(899));
	assert_null(sb_sasl_numeric(909));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(by_default_the_strongest_is_tried_first),
		kit_test_bare(what_is_wanted_is_tried_in_that_order_and_nothing_else),
		kit_test_bare(what_the_server_offers_is_tried_alone),
		kit_test_bare(what_credentials_are_missing_for_is_not_tried),
		kit_test_bare(on_a_link_in_clear_no_password_is_told_unless_allowed),
		kit_test_bare(a_suspect_is_not_told_the_password),
		kit_test_bare(when_none_is_left_it_is_said_why),
		kit_test_bare(names_are_found_in_any_case),
		kit_test_bare(numerics_are_those_of_the_specification),
	};

	return kit_run(tests);
}
