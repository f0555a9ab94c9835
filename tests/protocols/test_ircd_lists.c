/* What the small IRC server keeps for its clients, and how much of it: masks, invitations, nicks
 * that are monitored, tags. */

#include "kit_cmocka.h"

#include <errno.h>
#include <string.h>

#include "ircd_fixture.h"
#include "protocols/irc/ircd_masks.h"

static void
masks_are_made_whole(void **state)
{
	static const struct {
		const char *text, *whole;
	} examples[] = {
		{ "a", "a!*@*" },
		{ "a!b", "a!b@*" },
		{ "b@c", "*!b@c" },
		{ "a!b@c", "a!b@c" },
		{ "!", "*!*@*" },
		{ "@", "*!*@*" },
		{ "!@", "*!*@*" },
		{ "a@b!c", "a@b!c@*" },
		{ "", "*!*@*" },
	};
	char buf[20];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_true(sb_ircd_complete_mask(examples[i].text, buf, sizeof(buf)));
		assert_string_equal(buf, examples[i].whole);
	}
	assert_false(sb_ircd_complete_mask("a b", buf, sizeof(buf)));
	assert_false(sb_ircd_complete_mask(":a", buf, sizeof(buf)));
	assert_true(sb_ircd_complete_mask("a23456789012345", buf, sizeof(buf)));
	assert_false(sb_ircd_complete_mask("a234567890123456", buf, sizeof(buf)));
}

static void
so_many_masks_and_no_more(void **state)
{
	struct person bob;
	char line[64];
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	person_say(&bob, "JOIN #c");
	for (i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof(line), "MODE #c +%c x%d", "beI"[i % 3], i);
		person_say(&bob, line);
	}
	person_forget(&bob);
	person_say(&bob, "MODE #c +e more");
	person_expect(&bob, ":irc.local 478 bob #c e :Channel list is full\r\n");
	person_say(&bob, "MODE #c -b+e x0 more");
	person_expect(&bob, ":bob!u@127.0.0.1 MODE #c -b+e x0!*@* more!*@*\r\n");
	/* A list is shown once, however often it is asked for. */
	person_say(&bob, "MODE #c bbbbb");
	assert_null(strstr(strstr(person_got(&bob), " 368 ") + 1, " 368 "));
	/* The channel goes, and all of them with it. */
	person_say(&bob, "PART #c\nJOIN #c");
	person_forget(&bob);
	person_say(&bob, "MODE #c +b");
	person_expect(&bob, ":irc.local 368 bob #c :End of channel ban list\r\n");
	person_end(&bob);
	fixture_end(&f);
}

static void
the_oldest_of_many_invitations_goes_first(void **state)
{
	struct person alice, bob;
	char line[64];
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	for (i = 0; i <= 20; i++) {
		(void)snprintf(
			line, sizeof(line), "JOIN #%d\nMODE #%d +i\nINVITE bob #%d", i, i, i);
		person_say(&alice, line);
	}
	/* Again is nothing more. */
	person_say(&alice, "INVITE bob #20\nINVITE bob #20");
	person_forget(&bob);
	person_say(&bob, "JOIN #0");
	person_seek(&bob, " 473 bob #0 ");
	person_say(&bob, "JOIN #1,#20");
	person_seek(&bob, " 366 bob #1 ");
	person_seek(&bob, " 366 bob #20 ");
	/* One to a channel that is gone is worth nothing. */
	person_say(&alice, "PART #2");
	person_say(&alice, "JOIN #2\nMODE #2 +i");
	person_say(&bob, "JOIN #2");
	person_seek(&bob, " 473 bob #2 ");
	/* Nor is one of who may not open the door. */
	person_say(&alice, "JOIN #x\nMODE #x +k-o key alice\nINVITE bob #x");
	person_seek(&bob, " INVITE bob #x");
	person_say(&bob, "JOIN #x");
	person_seek(&bob, " 475 bob #x ");
	person_end(&bob);
	person_end(&alice);
	fixture_end(&f);
}

static void
so_many_nicks_are_monitored_and_no_more(void **state)
{
	struct person bob, alice;
	char line[64];
	struct fixture f;
	int i;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	for (i = 0; i < 99; i++) {
		(void)snprintf(line, sizeof(line), "MONITOR + a-nick-of-thirty-bytes-xx-%04d", i);
		person_say(&bob, line);
	}
	person_forget(&bob);
	person_say(&bob, "MONITOR + alice,carol,dave");
	person_expect(&bob, ":irc.local 734 bob 100 carol,dave :Monitor list is full\r\n"
			    ":irc.local 731 bob :alice\r\n");
	person_say(&bob, "MONITOR S");
	person_seek(&bob, "a-nick-of-thirty-bytes-xx-0098,alice\r\n");
	person_say(&bob, "MONITOR L");
	person_seek(&bob, "\r\n:irc.local 733 bob ");
	person_enter(&alice, &f, "alice");
	person_seek(&bob, " 730 bob :alice!u@127.0.0.1\r\n");
	person_end(&bob);
	/* Nobody is told any more. */
	person_end(&alice);
	fixture_end(&f);
}

static void
client_tags_are_passed_on_up_to_their_limit(void **state)
{
	static char value[5000], line[5100];
	struct person alice, bob;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&alice, &f, "alice");
	person_enter(&bob, &f, "bob");
	person_say(&alice, "CAP REQ message-tags");
	person_say(&bob, "CAP REQ :message-tags server-time");
	person_forget(&alice);
	person_forget(&bob);
	(void)snprintf(line, sizeof(line), "@+x=%s PRIVMSG bob :hello",
		repeat("y", 4091, value, sizeof(value)));
	person_say(&alice, line);
	(void)snprintf(
		line, sizeof(line), ";+x=%s :alice!u@127.0.0.1 PRIVMSG bob :hello\r\n", value);
	person_seek(&bob, "@time=");
	person_seek(&bob, line);
	(void)snprintf(line, sizeof(line), "@+x=%s PRIVMSG bob :hello",
		repeat("y", 4092, value, sizeof(value)));
	person_say(&alice, line);
	person_expect(&alice, ":irc.local 417 alice :Input line was too long\r\n");
	person_expect(&bob, "");
	person_end(&alice);
	person_end(&bob);
	fixture_end(&f);
}

static void
a_labelled_answer_to_one_who_is_dropped_ends_quietly(void **state)
{
	struct person bob;
	struct fixture f;

	fixture_begin(&f, *state);
	person_enter(&bob, &f, "bob");
	person_say(&bob, "CAP REQ :labeled-response batch sasl");
	person_say(&bob, "CAP REQ :labeled-response batch");
	person_forget(&bob);
	person_say(&bob, "@label=x QUIT");
	person_expect(&bob, "@label=x ERROR :Closing link: 127.0.0.1 (Quit)\r\n");
	person_end(&bob);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(masks_are_made_whole),
		kit_test(so_many_masks_and_no_more),
		kit_test(the_oldest_of_many_invitations_goes_first),
		kit_test(so_many_nicks_are_monitored_and_no_more),
		kit_test(client_tags_are_passed_on_up_to_their_limit),
		kit_test(a_labelled_answer_to_one_who_is_dropped_ends_quietly),
	};

	return kit_run(tests);
}
