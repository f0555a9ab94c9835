/* Accounts of the small IRC server as the program sets them; logging in is in
 * transcripts/ircd_accounts. */

#include "kit_cmocka.h"

#include <errno.h>
#include <string.h>

#include "ircd_fixture.h"

#define HASH "$5$signalbox$SzpA4KkdjIvw/hUrlgRtIQrx2EyGHbMxh66QSNZnId3"

static const struct sb_ircd_account alice = { .name = "alice", .password = "sesame" };

static void
an_account_that_cannot_be_is_refused(void **state)
{
	static const struct sb_ircd_account bad[] = {
		{ .name = "", .password = "x" },
		{ .name = "a b", .password = "x" },
		{ .name = "*", .password = "x" },
		{ .name = "0", .password = "x" },
		{ .name = "a\\b", .password = "x" },
		{ .name = "a;b", .password = "x" },
		{ .name = "a234567890b234567890c234567890d", .password = "x" },
		{ .name = "both", .password = "x", .hash = HASH },
		{ .name = "neither" },
		{ .name = "hashed", .hash = "$nothing$x" },
		{ .name = "ALICE", .password = "x" },
	};
	struct sb_ircd_options options = { .url = "tcp://127.0.0.1:0", .n_accounts = 2 };
	struct sb_ircd_account accounts[2] = { alice };
	struct sb_world *world = *state;
	struct sb_ircd *ircd = NULL;
	struct sb_error why;
	size_t i;

	options.accounts = accounts;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		accounts[1] = bad[i];
		assert_int_equal(
			sb_ircd_create(world->d, world->r, &options, SB_PLACE, &ircd, &why),
			-EINVAL);
		assert_non_null(strstr(why.text, bad[i].name));
		assert_null(strstr(why.text, "sesame"));
	}
	accounts[1] = (struct sb_ircd_account){ .name = "a[]{}|^`_-34567890c234567890d2",
		.password = "" };
	assert_int_equal(sb_ircd_create(world->d, world->r, &options, SB_PLACE, &ircd, &why), 0);
	sb_ircd_destroy(ircd);
}

static void
accounts_that_come_and_go_are_announced(void **state)
{
	struct person knows, asked, unaware;
	struct fixture f;

	fixture_begin(&f, *state);
	person_begin(&knows, &f);
	person_say(&knows, "CAP LS 302");
	person_begin(&asked, &f);
	person_say(&asked, "CAP REQ cap-notify");
	person_begin(&unaware, &f);
	person_say(&unaware, "CAP LS");
	person_forget(&knows);
	person_forget(&asked);
	person_forget(&unaware);

	assert_int_equal(sb_ircd_set_accounts(f.ircd, &alice, 1, NULL), 0);
	settle(&f);
	person_expect(&knows, ":irc.local CAP * NEW :sasl=PLAIN\r\n");
	person_expect(&asked, ":irc.local CAP * NEW :sasl\r\n");
	person_expect(&unaware, "");
	assert_int_equal(sb_ircd_set_accounts(f.ircd, &alice, 1, NULL), 0);
	settle(&f);
	person_expect(&knows, "");

	person_say(&knows, "CAP REQ sasl");
	person_say(&knows, "AUTHENTICATE PLAIN");
	person_forget(&knows);
	assert_int_equal(sb_ircd_set_accounts(f.ircd, NULL, 0, NULL), 0);
	settle(&f);
	person_expect(&knows, ":irc.local 906 * :SASL authentication aborted\r\n"
			      ":irc.local CAP * DEL :sasl\r\n");
	person_expect(&asked, ":irc.local CAP * DEL :sasl\r\n");
	person_expect(&unaware, "");
	person_say(&knows, "CAP LIST");
	person_expect(&knows, ":irc.local CAP * LIST :cap-notify\r\n");
	person_end(&knows);
	person_end(&asked);
	person_end(&unaware);
	fixture_end(&f);
}

static void
log_in(struct person *person)
{
	person_say(person, "CAP REQ sasl");
	person_say(person, "AUTHENTICATE PLAIN");
	person_say(person, "AUTHENTICATE AGFsaWNlAHNlc2FtZQ==");
	person_forget(person);
}

static void
who_loses_the_account_is_logged_out(void **state)
{
	static const struct sb_ircd_account as_op = {
		.name = "alice", .password = "other", .is_operator = true
	};
	static const struct sb_ircd_account other = { .name = "oscar", .hash = HASH };
	struct person al, bob;
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_ircd_set_accounts(f.ircd, &alice, 1, NULL), 0);
	person_enter(&al, &f, "al");
	person_enter(&bob, &f, "bob");
	person_say(&bob, "CAP REQ account-notify");
	person_say(&al, "JOIN #c");
	person_say(&bob, "JOIN #c");
	log_in(&al);
	person_seek(&bob, ":al!u@127.0.0.1 ACCOUNT alice\r\n");
	/* It stays logged in, whatever the password is now, and has the rights of now. */
	assert_int_equal(sb_ircd_set_accounts(f.ircd, &as_op, 1, NULL), 0);
	settle(&f);
	person_expect(&al, ":al!u@127.0.0.1 MODE al +o\r\n");
	assert_int_equal(sb_ircd_set_accounts(f.ircd, &other, 1, NULL), 0);
	settle(&f);
	person_expect(&al, ":irc.local 901 al al!u@127.0.0.1 :You are now logged out\r\n"
			   ":al!u@127.0.0.1 MODE al -o\r\n");
	person_expect(&bob, ":al!u@127.0.0.1 ACCOUNT *\r\n");
	/* And may log in to what there is. */
	person_say(&al, "AUTHENTICATE PLAIN");
	person_say(&al, "AUTHENTICATE AGFsaWNlAHNlc2FtZQ==");
	person_seek(&al, " 904 al ");
	person_say(&al, "AUTHENTICATE PLAIN");
	person_say(&al, "AUTHENTICATE AG9zY2FyAG9wZW4gc2VzYW1l");
	person_seek(&al, " 900 al al!u@127.0.0.1 oscar ");
	person_end(&al);
	person_end(&bob);
	fixture_end(&f);
}

static void
what_is_refused_changes_nothing(void **state)
{
	const struct sb_ircd_account twice[] = { { .name = "bob", .password = "x" },
		{ .name = "bob", .password = "x" } };
	struct sb_error why;
	struct person al;
	struct fixture f;

	fixture_begin(&f, *state);
	assert_int_equal(sb_ircd_set_accounts(f.ircd, &alice, 1, NULL), 0);
	assert_int_equal(sb_ircd_set_accounts(f.ircd, twice, 2, &why), -EINVAL);
	assert_non_null(strstr(why.text, "twice"));
	person_enter(&al, &f, "al");
	person_say(&al, "CAP REQ sasl");
	person_say(&al, "AUTHENTICATE PLAIN");
	person_say(&al, "AUTHENTICATE AGFsaWNlAHNlc2FtZQ==");
	person_seek(&al, " 903 al ");
	person_end(&al);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(an_account_that_cannot_be_is_refused),
		kit_test(accounts_that_come_and_go_are_announced),
		kit_test(who_loses_the_account_is_logged_out),
		kit_test(what_is_refused_changes_nothing),
	};

	return kit_run(tests);
}
