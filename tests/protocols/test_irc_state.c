/* The IRC client on a tape: what it knows, when, and what it asks. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kit_cmocka.h"

#include "irc_fixture.h"
#include "irc_state_text.h"

/* Names 353 and 366 for a channel we have joined. */
static void
feed_channel(struct fixture *f, const char *channel, const char *names)
{
	char line[600];

	(void)snprintf(line, sizeof(line), ":quoth!q@h JOIN %s", channel);
	sb_tape_feed_line(f->tape, line);
	(void)snprintf(line, sizeof(line), ":irc.x 353 quoth = %s :%s", channel, names);
	sb_tape_feed_line(f->tape, line);
	(void)snprintf(line, sizeof(line), ":irc.x 366 quoth %s :End", channel);
	sb_tape_feed_line(f->tape, line);
}

/* What handlers find known. */
struct finding {
	bool is_there, has_seen_modes, is_renamed;
	const char *rank;
};

static void
on_joined(void *self, struct sb_irc *irc, const struct sb_irc_joined *e)
{
	struct finding *finding = self;
	const struct sb_irc_channel *channel = sb_irc_channel_find(sb_irc_state(irc), e->channel);

	finding->is_there = sb_irc_member_find(sb_irc_state(irc), channel, e->nick) != NULL;
}

static void
on_parted(void *self, struct sb_irc *irc, const struct sb_irc_parted *e)
{
	struct finding *finding = self;

	finding->is_there = sb_irc_user_find(sb_irc_state(irc), e->nick) != NULL;
}

static void
on_nick_changed(void *self, struct sb_irc *irc, const struct sb_irc_nick_changed *e)
{
	struct finding *finding = self;

	finding->is_renamed = sb_irc_user_find(sb_irc_state(irc), e->new_nick)
			      && !sb_irc_user_find(sb_irc_state(irc), e->nick);
}

/* One change is known, and the next of the line not yet. */
static void
on_mode_applied(void *self, struct sb_irc *irc, const struct sb_irc_mode_applied *e)
{
	struct finding *finding = self;
	const struct sb_irc_channel *channel = sb_irc_channel_find(sb_irc_state(irc), e->target);

	if (*e->letter == 'm')
		finding->has_seen_modes =
			sb_irc_channel_mode(channel, 'm') && !sb_irc_channel_mode(channel, 's');
}

static void
a_handler_finds_done_what_its_signal_tells(void **state)
{
	struct finding finding = { 0 };
	struct fixture f;

	fixture_begin(&f, *state);
	sb_irc_joined_connect(f.world->d, f.irc, SB_HANDLER(on_joined), &finding);
	sb_irc_parted_connect(f.world->d, f.irc, SB_HANDLER(on_parted), &finding);
	sb_irc_nick_changed_connect(f.world->d, f.irc, SB_HANDLER(on_nick_changed), &finding);
	sb_irc_mode_applied_connect(f.world->d, f.irc, SB_HANDLER(on_mode_applied), &finding);
	feed_channel(&f, "#c", "quoth @op");
	sb_tape_feed_line(f.tape, ":bob!b@h JOIN #c");
	assert_true(finding.is_there);
	sb_tape_feed_line(f.tape, ":bob!b@h NICK rob");
	assert_true(finding.is_renamed);
	sb_tape_feed_line(f.tape, ":rob!b@h PART #c");
	assert_false(finding.is_there);
	sb_tape_feed_line(f.tape, ":op!o@h MODE #c +ms");
	assert_true(finding.has_seen_modes);
	sb_forget(f.world->d, &finding);
	fixture_end(&f);
}

/* Somebody who ends the client at one signal, and hears no other. */
static void
destroy_at(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct fixture *f = self;

	(void)from;
	(void)signal;
	(void)payload;
	assert_non_null(f->irc);
	sb_irc_destroy(f->irc);
	f->irc = NULL;
}

static void
the_client_may_be_destroyed_at_every_signal_of_what_it_knows(void **state)
{
	static const struct {
		const char *signal, *line;
	} cases[] = {
		{ "irc.feature_told", ":irc.x 005 quoth A B C :are supported" },
		{ "irc.ready", ":irc.x 376 quoth :End" },
		{ "irc.mode_applied", ":op!o@h MODE #c +nts-m+o bob" },
		{ "irc.mode_changed", ":op!o@h MODE #c +nts-m+o bob" },
		{ "irc.channel_synced", ":irc.x 366 quoth #c :End" },
		{ "irc.account_changed", ":op!o@h ACCOUNT x" },
		{ "irc.away_changed", ":irc.x 306 quoth :away" },
		{ "irc.host_changed", ":irc.x 396 quoth new.host :is yours" },
		{ "irc.realname_changed", ":op!o@h SETNAME :x" },
		{ "irc.command", ":irc.x 366 quoth #c :End" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		fixture_begin(&f, *state);
		sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
		sb_tape_feed_line(f.tape, ":irc.x 353 quoth = #c :quoth @op");
		sb_pattern_connect(f.world->d, cases[i].signal, SB_ANY,
			(struct sb_options){ .priority = 0 }, SB_HANDLER(destroy_at), &f);
		sb_tape_feed_line(f.tape, cases[i].line);
		assert_null(f.irc);
		sb_forget(f.world->d, &f);
		fixture_end(&f);
	}
}

static void
a_channel_is_asked_about_once_in_a_stay(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_expect(f.tape, "");
	sb_tape_feed_line(f.tape, ":irc.x 353 quoth = #c :quoth bob");
	sb_tape_feed_line(f.tape, ":irc.x 366 quoth #C :End");
	sb_tape_expect(f.tape, "MODE #C\r\nWHO #C\r\n");
	sb_tape_feed_line(f.tape, ":irc.x 353 quoth = #c :quoth bob");
	sb_tape_feed_line(f.tape, ":irc.x 366 quoth #c :End");
	sb_tape_expect(f.tape, "");
	/* Once we have quit there is nothing to ask for. */
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #d");
	sb_irc_quit(f.irc, NULL);
	sb_tape_clear(f.tape);
	sb_tape_feed_line(f.tape, ":irc.x 366 quoth #d :End");
	sb_tape_expect(f.tape, "");
	fixture_end(&f);
}

static void
the_people_of_a_very_large_channel_are_not_asked_for(void **state)
{
	struct fixture f;
	char line[128];
	int i;

	fixture_begin(&f, *state);
	sb_tape_feed_line(f.tape, ":quoth!q@h JOIN #c");
	sb_tape_feed_line(f.tape, ":irc.x 353 quoth = #c :quoth");
	for (i = 0; i < 1000; i++) {
		(void)snprintf(line, sizeof(line), ":irc.x 353 quoth = #c :n%d", i);
		sb_tape_feed_line(f.tape, line);
	}
	sb_tape_feed_line(f.tape, ":irc.x 366 quoth #c :End");
	sb_tape_expect(f.tape, "MODE #c\r\n");
	sb_probe_seek(f.probe, "irc.channel_synced channel='#c' n_members=1001");
	fixture_end(&f);
}

/* Nothing that a server calls a channel makes a line of ours that it should not. */
static void
no_name_of_a_servers_making_is_asked_about(void **state)
{
	static const char *const names[] = { "bob", "::c", ":#a b", "#\a", "%#c" };
	char line[512], name[260];
	struct fixture f;
	size_t i;

	fixture_begin(&f, *state);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(line, sizeof(line), ":quoth!q@h JOIN %s", names[i]);
		sb_tape_feed_line(f.tape, line);
		(void)snprintf(line, sizeof(line), ":irc.x 366 quoth %s", names[i]);
		sb_tape_feed_line(f.tape, line);
		if (strcmp(names[i], "#\a") != 0)
			sb_tape_expect(f.tape, "");
		else
			sb_tape_expect(f.tape, "MODE #\a\r\nWHO #\a\r\nNAMES #\a\r\n");
	}
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '#';
	name[201] = '\0';
	(void)snprintf(line, sizeof(line), ":quoth!q@h JOIN %s", name);
	sb_tape_feed_line(f.tape, line);
	(void)snprintf(line, sizeof(line), ":irc.x 366 quoth %s :End", name);
	sb_tape_feed_line(f.tape, line);
	sb_tape_expect(f.tape, "");
	name[200] = '\0';
	(void)snprintf(line, sizeof(line), ":quoth!q@h JOIN %s", name);
	sb_tape_feed_line(f.tape, line);
	(void)snprintf(line, sizeof(line), ":irc.x 366 quoth %s :End", name);
	sb_tape_feed_line(f.tape, line);
	(void)snprintf(line, sizeof(line), "MODE %s", name);
	sb_tape_expect_line(f.tape, line);
	fixture_end(&f);
}

/* The oldest makes way: of seventeen that are open, the last sixteen are known. */
static void
batches_that_a_server_never_closes_are_bounded(void **state)
{
	struct fixture f;
	char line[128];
	int i;

	fixture_begin(&f, *state);
	for (i = 0; i < 17; i++) {
		(void)snprintf(line, sizeof(line), ":irc.x BATCH +r%d type%d", i, i);
		sb_tape_feed_line(f.tape, line);
	}
	for (i = 0; i < 17; i++) {
		(void)snprintf(line, sizeof(line), "@batch=r%d :bob!b@h PRIVMSG #c :x", i);
		sb_tape_feed_line(f.tape, line);
		(void)snprintf(line, sizeof(line), "irc.message batch=type%d", i);
		sb_probe_seek(f.probe, i ? line : "irc.message batch=null");
	}
	/* A reference or a type too long is none. */
	(void)snprintf(line, sizeof(line), ":irc.x BATCH +%064d type", 1);
	sb_tape_feed_line(f.tape, line);
	(void)snprintf(line, sizeof(line), "@batch=%064d :bob!b@h PRIVMSG #c :y", 1);
	sb_tape_feed_line(f.tape, line);
	sb_probe_seek(f.probe, "irc.message text=y batch=null");
	(void)snprintf(line, sizeof(line), ":irc.x BATCH +long %064d", 1);
	sb_tape_feed_line(f.tape, line);
	sb_tape_feed_line(f.tape, "@batch=long :bob!b@h PRIVMSG #c :z");
	sb_probe_seek(f.probe, "irc.message text=z batch=null");
	fixture_end(&f);
}

/* A numeric that lacks what it should have is told, and nothing more. */
static void
numerics_without_their_parameters_are_told_as_they_are(void **state)
{
	static const char *const numerics[] = { "005", "221", "301", "305", "306", "324", "328",
		"329", "331", "332", "333", "346", "347", "348", "349", "352", "353", "354", "366",
		"367", "368", "376", "396", "422", "728", "729", "730", "731" };
	struct fixture f;
	char line[64];
	size_t i;

	fixture_begin(&f, *state);
	feed_channel(&f, "#c", "quoth bob");
	for (i = 0; i < sizeof(numerics) / sizeof(numerics[0]); i++) {
		(void)snprintf(line, sizeof(line), ":irc.x %s", numerics[i]);
		sb_tape_feed_line(f.tape, line);
		(void)snprintf(line, sizeof(line), "irc.command verb=%s text=''", numerics[i]);
		sb_probe_seek(f.probe, line);
		(void)snprintf(line, sizeof(line), ":irc.x %s quoth #c", numerics[i]);
		sb_tape_feed_line(f.tape, line);
	}
	assert_int_equal(sb_probe_count(f.probe, "irc.malformed"), 0);
	EXPECT_STATE(f.irc, "members #c = quoth bob");
	fixture_end(&f);
}

/* A server may not tell us that we are somebody else by somebody else's taking our nick. */
static void
nobody_takes_our_nick(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	feed_channel(&f, "#c", "quoth bob");
	sb_tape_feed_line(f.tape, ":bob!b@h NICK Quoth");
	EXPECT_STATE(f.irc, "us = quoth");
	EXPECT_STATE(f.irc, "members #c = quoth");
	assert_string_equal(sb_irc_nick(f.irc), "quoth");
	fixture_end(&f);
}

/* Handlers may talk while a line is worked through: what they say goes out in order. */
static void
greet(void *self, struct sb_irc *irc, const struct sb_irc_channel_synced *e)
{
	(void)self;
	assert_int_equal(sb_irc_say(irc, e->channel, "%d here", (int)e->n_members), 0);
}

static void
a_handler_may_talk_to_a_channel_that_is_known(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state);
	sb_irc_channel_synced_connect(f.world->d, f.irc, SB_HANDLER(greet), &f);
	feed_channel(&f, "#c", "quoth bob");
	sb_tape_expect(f.tape, "MODE #c\r\nWHO #c\r\nPRIVMSG #c :2 here\r\n");
	sb_forget(f.world->d, &f);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_handler_finds_done_what_its_signal_tells),
		kit_test(the_client_may_be_destroyed_at_every_signal_of_what_it_knows),
		kit_test(a_channel_is_asked_about_once_in_a_stay),
		kit_test(the_people_of_a_very_large_channel_are_not_asked_for),
		kit_test(no_name_of_a_servers_making_is_asked_about),
		kit_test(batches_that_a_server_never_closes_are_bounded),
		kit_test(numerics_without_their_parameters_are_told_as_they_are),
		kit_test(nobody_takes_our_nick),
		kit_test(a_handler_may_talk_to_a_channel_that_is_known),
	};

	return kit_run(tests);
}
