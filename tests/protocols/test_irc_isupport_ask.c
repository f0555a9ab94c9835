/* What is asked about a server: limits, lists, tags, channels and their signs. */

#include "kit_cmocka.h"

#include <string.h>

#include "protocols/irc/isupport.h"

enum { OPEN = -1 }; /* in tables: SB_ISUPPORT_NO_LIMIT */

/* It is understood, and nothing is wrong with it. */
static void
say(struct sb_isupport *is, const char *token)
{
	struct sb_isupport_change change;

	sb_isupport_take(is, token, &change);
	assert_true(change.is_understood);
	assert_null(change.why);
}

static void
limits_of_targets_are_those_of_the_command(void **state)
{
	static const struct {
		const char *tokens[2], *command;
		int64_t limit;
	} examples[] = {
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "PRIVMSG", 3 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "privmsg", 3 },
		{ { "TARGMAX=privmsg:3" }, "PRIVMSG", 3 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:2,JOIN:" }, "WHOIS", 2 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "JOIN", OPEN },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "NOTICE", 1 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "PRIV", 1 },
		{ { "TARGMAX=PRIV:3" }, "PRIVMSG", 1 },
		{ { "TARGMAX=PRIVMSG:0" }, "PRIVMSG", 1 },
		{ { "TARGMAX=PRIVMSG:99999999999" }, "PRIVMSG", 65535 },
		{ { "TARGMAX=JOIN:2" }, "JOIN", 2 },
		{ { "TARGMAX" }, "PRIVMSG", 1 },
		{ { "TARGMAX" }, "KICK", 1 },
		{ { "TARGMAX" }, "JOIN", OPEN },
		{ { "TARGMAX" }, "PART", OPEN },
		{ { "MAXTARGETS=20" }, "PRIVMSG", 20 },
		{ { "MAXTARGETS=20" }, "NOTICE", 20 },
		{ { "MAXTARGETS=20" }, "TAGMSG", 20 },
		{ { "MAXTARGETS=20" }, "WHOIS", 1 },
		{ { "MAXTARGETS" }, "PRIVMSG", OPEN },
		{ { "MAXTARGETS=20", "TARGMAX=PRIVMSG:3" }, "PRIVMSG", 3 },
		{ { "MAXTARGETS=20", "TARGMAX=PRIVMSG:3" }, "NOTICE", 20 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_isupport is;

		sb_isupport_init(&is);
		say(&is, examples[i].tokens[0]);
		if (examples[i].tokens[1])
			say(&is, examples[i].tokens[1]);
		assert_int_equal(
			sb_isupport_targmax(&is, examples[i].command), (uint32_t)examples[i].limit);
	}
}

static void
limits_of_channels_and_lists_are_of_signs_and_letters(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "MAXCHANNELS=10");
	say(&is, "MAXBANS=60");
	assert_int_equal(sb_isupport_chanlimit(&is, '#'), 10);
	assert_int_equal(sb_isupport_maxlist(&is, 'b'), 60);
	assert_int_equal(sb_isupport_maxlist(&is, 'e'), SB_ISUPPORT_NO_LIMIT);
	say(&is, "CHANLIMIT=#+:25,&:");
	say(&is, "MAXLIST=be:100,q:50");
	assert_int_equal(sb_isupport_chanlimit(&is, '#'), 25);
	assert_int_equal(sb_isupport_chanlimit(&is, '+'), 25);
	assert_int_equal(sb_isupport_chanlimit(&is, '&'), SB_ISUPPORT_NO_LIMIT);
	assert_int_equal(sb_isupport_chanlimit(&is, '!'), 10);
	assert_int_equal(sb_isupport_maxlist(&is, 'b'), 100);
	assert_int_equal(sb_isupport_maxlist(&is, 'e'), 100);
	assert_int_equal(sb_isupport_maxlist(&is, 'q'), 50);
	assert_int_equal(sb_isupport_maxlist(&is, 'I'), SB_ISUPPORT_NO_LIMIT);
}

static void
denied_tags_are_those_that_are_not_allowed(void **state)
{
	static const struct {
		const char *token;
		bool typing, react;
	} examples[] = {
		{ "CLIENTTAGDENY", false, false },
		{ "CLIENTTAGDENY=*", true, true },
		{ "CLIENTTAGDENY=*,-typing", false, true },
		{ "CLIENTTAGDENY=-typing,*", false, true },
		{ "CLIENTTAGDENY=typing", true, false },
		{ "CLIENTTAGDENY=draft/react,typing", true, true },
		{ "CLIENTTAGDENY=*,-draft/react,-typing", false, false },
		{ "CLIENTTAGDENY=*,-typin,-typings,--typing", true, true },
		{ "CLIENTTAGDENY=+typing,**", false, false },
	};
	struct sb_isupport is;
	size_t i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		say(&is, examples[i].token);
		assert_int_equal(sb_isupport_denies_tag(&is, "typing"), examples[i].typing);
		assert_int_equal(sb_isupport_denies_tag(&is, "draft/react"), examples[i].react);
	}
}

static void
a_list_has_words(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "msgid"));
	say(&is, "MSGREFTYPES=msgid,timestamp");
	assert_true(sb_isupport_lists(&is, "MSGREFTYPES", "msgid"));
	assert_true(sb_isupport_lists(&is, "MSGREFTYPES", "timestamp"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "msg"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "time"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "stamp"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "timestamps"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", ""));
}

static void
channels_are_told_by_their_sign(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	assert_true(sb_isupport_is_channel(&is, "#a"));
	assert_true(sb_isupport_is_channel(&is, "!a"));
	assert_false(sb_isupport_is_channel(&is, "bob"));
	assert_false(sb_isupport_is_channel(&is, ""));
	say(&is, "CHANTYPES=#");
	assert_false(sb_isupport_is_channel(&is, "&a"));
	assert_true(sb_isupport_is_channel(&is, "#"));
	say(&is, "CHANTYPES");
	assert_false(sb_isupport_is_channel(&is, "#a"));
}

static void
status_signs_are_taken_off_a_target(void **state)
{
	static const struct {
		const char *types, *statusmsg, *target, *channel;
		unsigned rank;
	} examples[] = {
		{ "CHANTYPES=#", "STATUSMSG=~@+", "#a", "#a", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@#a", "#a", 3 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "+#a", "#a", 1 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "~#a", "#a", 4 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@+#a", "#a", 1 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "+@#a", "#a", 1 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "%#a", "%#a", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@bob", "@bob", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@", "@", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "", "", 0 },
		{ "CHANTYPES=#", "STATUSMSG", "@#a", "@#a", 0 },
		{ "CHANTYPES=#", "STATUSMSG=!", "!#a", "#a", 0 },
		{ "CHANTYPES=#+", "STATUSMSG=@+", "+a", "+a", 0 },
		{ "CHANTYPES=#+", "STATUSMSG=@+", "@+a", "+a", 3 },
		{ "CHANTYPES=#+", "STATUSMSG=@+", "+#a", "#a", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_isupport is;
		unsigned rank = 99;

		sb_isupport_init(&is);
		say(&is, "PREFIX=(qohv)~@%+");
		say(&is, examples[i].types);
		say(&is, examples[i].statusmsg);
		assert_string_equal(sb_isupport_strip_status(&is, examples[i].target, &rank),
			examples[i].channel);
		assert_int_equal(rank, examples[i].rank);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_of_targets_are_those_of_the_command),
		cmocka_unit_test(limits_of_channels_and_lists_are_of_signs_and_letters),
		cmocka_unit_test(denied_tags_are_those_that_are_not_allowed),
		cmocka_unit_test(a_list_has_words),
		cmocka_unit_test(channels_are_told_by_their_sign),
		cmocka_unit_test(status_signs_are_taken_off_a_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
