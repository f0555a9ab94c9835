/* What is kept of what a server said, and how much of it. */

#include "kit_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "protocols/irc/isupport.h"

static struct sb_isupport_change change;

static void
take(struct sb_isupport *is, const char *token)
{
	sb_isupport_take(is, token, &change);
}

/* It is understood, and nothing is wrong with it. */
static void
say(struct sb_isupport *is, const char *token)
{
	take(is, token);
	assert_true(change.is_understood);
	assert_null(change.why);
}

static void
refuse(struct sb_isupport *is, const char *token, const char *why)
{
	take(is, token);
	assert_false(change.is_understood);
	assert_non_null(change.why);
	assert_non_null(strstr(change.why, why));
}

static void
later_tokens_replace_earlier_ones(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "NETWORK=a");
	say(&is, "NICKLEN=9");
	say(&is, "NETWORK=longer");
	say(&is, "NICKLEN=30");
	take(&is, "FOO=1");
	take(&is, "FOO");
	assert_string_equal(sb_isupport_value(&is, "NETWORK"), "longer");
	assert_string_equal(sb_isupport_value(&is, "NICKLEN"), "30");
	assert_string_equal(sb_isupport_value(&is, "FOO"), "");
	assert_int_equal(is.nick_len, 30);
	assert_int_equal(is.n_kept, 3);
	assert_int_equal(is.text_len, sizeof("NETWORK") + sizeof("longer") + sizeof("NICKLEN")
					      + sizeof("30") + sizeof("FOO") + 1);
	assert_null(sb_isupport_value(&is, "longer"));
	assert_null(sb_isupport_value(&is, "network"));
}

static void
one_taken_back_leaves_the_others(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "NETWORK=x");
	say(&is, "NICKLEN=20");
	say(&is, "ELIST=U");
	say(&is, "KICKLEN=20");
	say(&is, "-NICKLEN");
	assert_int_equal(is.nick_len, SB_ISUPPORT_NO_LIMIT);
	assert_int_equal(is.kick_len, 20);
	assert_string_equal(sb_isupport_value(&is, "NETWORK"), "x");
	assert_string_equal(sb_isupport_value(&is, "ELIST"), "U");
	assert_string_equal(sb_isupport_value(&is, "KICKLEN"), "20");
}

static void
thousands_of_tokens_take_no_more_room(void **state)
{
	struct sb_isupport is;
	char token[SB_ISUPPORT_TOKEN_MAX + 2];
	int i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < 5000; i++) {
		(void)snprintf(token, sizeof(token), "X%d", i);
		take(&is, token);
		assert_int_equal(change.why != NULL, i >= SB_ISUPPORT_KEPT_MAX);
	}
	assert_int_equal(is.n_kept, SB_ISUPPORT_KEPT_MAX);
	refuse(&is, "NICKLEN=5", "no room");
	assert_int_equal(is.nick_len, SB_ISUPPORT_NO_LIMIT);
	take(&is, "X7=new");
	assert_null(change.why);
	assert_string_equal(sb_isupport_value(&is, "X7"), "new");
	take(&is, "-X8");
	say(&is, "NICKLEN=5");
	assert_int_equal(is.n_kept, SB_ISUPPORT_KEPT_MAX);
}

static void
long_tokens_take_no_more_room_than_there_is(void **state)
{
	struct sb_isupport is;
	char token[SB_ISUPPORT_TOKEN_MAX + 2];
	int i, n_kept = 0;

	(void)state;
	sb_isupport_init(&is);
	memset(token, 'x', sizeof(token));
	token[SB_ISUPPORT_TOKEN_MAX + 1] = '\0';
	token[2] = '=';
	refuse(&is, token, "too long");
	token[SB_ISUPPORT_TOKEN_MAX] = '\0';
	for (i = 0; i < 26; i++) {
		token[0] = (char)('A' + i);
		take(&is, token);
		n_kept += !change.why;
	}
	/* Each takes a byte more than it is long. */
	assert_int_equal(n_kept, SB_ISUPPORT_TEXT_MAX / (SB_ISUPPORT_TOKEN_MAX + 1));
	assert_int_equal(is.n_kept, n_kept);
	token[0] = 'A';
	take(&is, token);
	assert_null(change.why);
	/* The last bytes, and then none. */
	token[SB_ISUPPORT_TEXT_MAX - is.text_len - 1] = '\0';
	token[0] = 'Z';
	take(&is, token);
	assert_null(change.why);
	assert_int_equal(is.text_len, SB_ISUPPORT_TEXT_MAX);
	refuse(&is, "W", "no room");
	take(&is, "-Ax");
	take(&is, "W");
	assert_null(change.why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_tokens_replace_earlier_ones),
		cmocka_unit_test(one_taken_back_leaves_the_others),
		cmocka_unit_test(thousands_of_tokens_take_no_more_room),
		cmocka_unit_test(long_tokens_take_no_more_room_than_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
