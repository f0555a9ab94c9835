/* What the client knows of a channel but for its members: topic, modes, lists, its name. */

#include "protocols/roster_fixture.h"

static const struct sb_irc_channel *
channel_of(const struct sb_irc_state *s)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(s, "#a");

	assert_non_null(channel);
	return channel;
}

/* "b!*@*, c!*@*" */
static void
expect_bans(const struct sb_irc_state *s, bool is_known, const char *expected)
{
	const struct sb_irc_mask *mask = NULL;
	char text[256] = "";

	while ((mask = sb_irc_channel_mask_next(channel_of(s), 'b', mask)))
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			*text ? ", " : "", mask->mask);
	assert_string_equal(text, expected);
	assert_int_equal(sb_irc_channel_has_list(channel_of(s), 'b'), is_known);
}

static int
list(struct sb_irc_state *s, const char *mask)
{
	return sb_roster_list_entry(s, "#A", 'b', mask, "op!o@h", 77);
}

static void
topic_is_unknown_none_or_set(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	assert_null(sb_irc_channel_topic(channel_of(s)));
	assert_int_equal(sb_roster_topic(s, "#A", "", NULL, 0), 0);
	assert_string_equal(sb_irc_channel_topic(channel_of(s)), "");
	assert_int_equal(sb_roster_topic(s, "#a", "Hello", "bob", 12), 0);
	assert_string_equal(sb_irc_channel_topic(channel_of(s)), "Hello");
	assert_string_equal(sb_irc_channel_topic_setter(channel_of(s)), "bob");
	assert_int_equal(sb_irc_channel_topic_set_s(channel_of(s)), 12);
	assert_int_equal(sb_roster_topic(s, "#a", "Again", NULL, 0), 0);
	assert_null(sb_irc_channel_topic_setter(channel_of(s)));
	assert_int_equal(sb_roster_topic_set_by(s, "#a", "carol!c@h", 13), 0);
	assert_string_equal(sb_irc_channel_topic_setter(channel_of(s)), "carol!c@h");
	assert_int_equal(sb_irc_channel_topic_set_s(channel_of(s)), 13);
	assert_int_equal(sb_roster_topic(s, "#b", "x", NULL, 0), -ENOENT);
	assert_int_equal(sb_roster_topic_set_by(s, "#b", "x", 0), -ENOENT);
	assert_int_equal(sb_roster_created(s, "#a", 1234), 0);
	assert_int_equal(sb_irc_channel_created_s(channel_of(s)), 1234);
	assert_int_equal(sb_roster_created(s, "#b", 1), -ENOENT);
	assert_int_equal(sb_roster_url(s, "#a", "https://a.example/"), 0);
	assert_string_equal(sb_irc_channel_url(channel_of(s)), "https://a.example/");
	assert_int_equal(sb_roster_url(s, "#b", "x"), -ENOENT);
	sb_roster_destroy(s);
}

static void
text_that_is_too_long_is_cut_between_characters(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");
	char text[SB_ROSTER_TEXT_MAX + 3];

	(void)state;
	memset(text, 'x', sizeof(text));
	strcpy(text + SB_ROSTER_TEXT_MAX - 1, "\xc3\xa9");
	assert_int_equal(sb_roster_topic(s, "#a", text, NULL, 0), 0);
	assert_int_equal(strlen(sb_irc_channel_topic(channel_of(s))), SB_ROSTER_TEXT_MAX - 1);
	assert_int_equal(sb_roster_away(s, "me", text), 0);
	assert_int_equal(strlen(sb_irc_user_away(sb_irc_state_self(s))), SB_ROSTER_TEXT_MAX - 1);
	sb_roster_destroy(s);
}

static void
modes_have_their_arguments(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	assert_int_equal(sb_irc_channel_limit(channel_of(s)), 0);
	assert_int_equal(change(s, "#a", "+n", SB_MODE_FLAG, NULL), 0);
	assert_int_equal(change(s, "#a", "+k", SB_MODE_KEY, "secret"), 0);
	assert_int_equal(change(s, "#A", "+l", SB_MODE_LIMIT, "10"), 0);
	assert_int_equal(change(s, "#a", "+l", SB_MODE_LIMIT, "30"), 0);
	assert_string_equal(sb_irc_channel_key(channel_of(s)), "secret");
	assert_int_equal(sb_irc_channel_limit(channel_of(s)), 30);
	assert_false(sb_irc_channel_has_modes(channel_of(s)));
	assert_int_equal(change(s, "#a", "-k", SB_MODE_KEY, "*"), 0);
	assert_int_equal(change(s, "#a", "-x", SB_MODE_FLAG, NULL), 0);
	assert_null(sb_irc_channel_key(channel_of(s)));
	assert_null(sb_irc_channel_mode(channel_of(s), 'k'));
	assert_int_equal(change(s, "#a", "+l", SB_MODE_LIMIT, "99999999999"), 0);
	assert_int_equal(sb_irc_channel_limit(channel_of(s)), UINT32_MAX);
	assert_int_equal(change(s, "#a", "+l", SB_MODE_LIMIT, "-4"), 0);
	assert_int_equal(sb_irc_channel_limit(channel_of(s)), 0);
	assert_int_equal(sb_roster_modes_begin(s, "#a"), 0);
	assert_int_equal(change(s, "#a", "+k", SB_MODE_KEY, NULL), 0);
	assert_true(sb_irc_channel_has_modes(channel_of(s)));
	assert_null(sb_irc_channel_mode(channel_of(s), 'n'));
	assert_non_null(sb_irc_channel_mode(channel_of(s), 'k'));
	assert_null(sb_irc_channel_key(channel_of(s)));
	assert_null(sb_irc_channel_mode_next(
		channel_of(s), sb_irc_channel_mode_next(channel_of(s), NULL)));
	assert_int_equal(change(s, "#b", "+n", SB_MODE_FLAG, NULL), -ENOENT);
	assert_int_equal(change(s, "#a", "+o", SB_MODE_RANK, NULL), -EINVAL);
	assert_int_equal(sb_roster_modes_begin(s, "#b"), -ENOENT);
	sb_roster_destroy(s);
}

static void
list_is_kept_right_once_it_was_asked_for(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");
	const struct sb_irc_mask *mask;

	(void)state;
	assert_int_equal(change(s, "#a", "+b", SB_MODE_LIST, "early!*@*"), 0);
	expect_bans(s, false, "");
	assert_int_equal(list(s, "a!*@*"), 0);
	assert_int_equal(list(s, "b!*@*"), 0);
	expect_bans(s, false, "a!*@*, b!*@*");
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	expect_bans(s, true, "a!*@*, b!*@*");
	mask = sb_irc_channel_mask_next(channel_of(s), 'b', NULL);
	assert_string_equal(mask->setter, "op!o@h");
	assert_int_equal(mask->set_s, 77);
	assert_int_equal(change(s, "#a", "+b", SB_MODE_LIST, "c!*@*"), 0);
	assert_int_equal(change(s, "#a", "+b", SB_MODE_LIST, "C!*@*"), 0);
	assert_int_equal(change(s, "#a", "-b", SB_MODE_LIST, "A!*@*"), 0);
	assert_int_equal(change(s, "#a", "-b", SB_MODE_LIST, "zoe!*@*"), 0);
	assert_int_equal(change(s, "#a", "+b", SB_MODE_LIST, NULL), 0);
	expect_bans(s, true, "b!*@*, C!*@*");
	assert_int_equal(change(s, "#a", "+e", SB_MODE_LIST, "x!*@*"), 0);
	assert_false(sb_irc_channel_has_list(channel_of(s), 'e'));
	assert_int_equal(sb_roster_list_end(s, "#a", 'e'), 0);
	assert_true(sb_irc_channel_has_list(channel_of(s), 'e'));
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	expect_bans(s, true, "");
	assert_int_equal(sb_roster_list_end(s, "#b", 'b'), -ENOENT);
	assert_int_equal(sb_roster_list_entry(s, "#b", 'b', "x", NULL, 0), -ENOENT);
	sb_roster_destroy(s);
}

static void
list_that_comes_is_older_than_what_changes(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	assert_int_equal(list(s, "a!*@*"), 0);
	assert_int_equal(change(s, "#a", "-b", SB_MODE_LIST, "a!*@*"), 0);
	assert_int_equal(change(s, "#a", "-b", SB_MODE_LIST, "b!*@*"), 0);
	assert_int_equal(change(s, "#a", "+b", SB_MODE_LIST, "c!*@*"), 0);
	expect_bans(s, false, "c!*@*");
	assert_int_equal(list(s, "b!*@*"), 0);
	assert_int_equal(list(s, "c!*@*"), 0);
	assert_string_equal(sb_irc_channel_mask_next(channel_of(s), 'b', NULL)->setter, "setter");
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	expect_bans(s, true, "c!*@*");
	/* Asked for again. */
	assert_int_equal(list(s, "d!*@*"), 0);
	expect_bans(s, true, "c!*@*, d!*@*");
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	expect_bans(s, true, "d!*@*");
	assert_int_equal(list(s, "e!*@*"), 0);
	assert_int_equal(sb_roster_set_casemap(s, SB_CASEMAP_ASCII), 0);
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	expect_bans(s, false, "d!*@*, e!*@*");
	sb_roster_destroy(s);
}

static void
list_has_a_limit(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");
	char mask[SB_ROSTER_NAME_MAX + 2];
	int i;

	(void)state;
	for (i = 0; i < SB_ROSTER_LIST_MAX; i++) {
		(void)snprintf(mask, sizeof(mask), "m%d", i);
		assert_int_equal(list(s, mask), 0);
	}
	assert_int_equal(list(s, "one more"), -ENOMEM);
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	assert_false(sb_irc_channel_has_list(channel_of(s), 'b'));
	assert_int_equal(sb_roster_list_end(s, "#a", 'b'), 0);
	expect_bans(s, true, "");
	memset(mask, 'x', sizeof(mask));
	mask[SB_ROSTER_NAME_MAX + 1] = '\0';
	assert_int_equal(change(s, "#a", "+b", SB_MODE_LIST, mask), -ENOMEM);
	assert_false(sb_irc_channel_has_list(channel_of(s), 'b'));
	sb_roster_destroy(s);
}

static void
channels_have_a_limit(void **state)
{
	struct sb_irc_state *s = make_roster(SIZE_MAX);
	char channel[16];
	int i;

	(void)state;
	for (i = 0; i < SB_ROSTER_CHANNELS_MAX; i++) {
		(void)snprintf(channel, sizeof(channel), "#%d", i);
		assert_int_equal(join(s, "me", channel), 0);
	}
	assert_true(sb_irc_state_is_whole(s));
	assert_int_equal(join(s, "me", "#more"), -ENOMEM);
	assert_false(sb_irc_state_is_whole(s));
	assert_int_equal(sb_roster_left(s, "me", "#7"), 0);
	assert_int_equal(join(s, "me", "#more"), 0);
	assert_int_equal(join(s, "bob", "#more"), 0);
	expect_members(s, "#more", "bob me");
	sb_roster_destroy(s);
}

static void
channel_may_be_renamed(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob");

	(void)state;
	assert_int_equal(join(s, "me", "#b"), 0);
	assert_int_equal(join(s, "carol", "#b"), 0);
	assert_int_equal(sb_roster_channel_renamed(s, "#A", "#New"), 0);
	assert_null(sb_irc_channel_find(s, "#a"));
	assert_string_equal(sb_irc_channel_name(sb_irc_channel_find(s, "#new")), "#New");
	expect_members(s, "#new", "bob me");
	assert_int_equal(sb_roster_channel_renamed(s, "#new", "#NEW"), 0);
	assert_string_equal(sb_irc_channel_name(sb_irc_channel_find(s, "#new")), "#NEW");
	assert_int_equal(sb_roster_channel_renamed(s, "#new", "#B"), 0);
	expect_members(s, "#b", "bob me");
	assert_null(sb_irc_user_find(s, "carol"));
	assert_int_equal(sb_roster_channel_renamed(s, "#x", "#y"), -ENOENT);
	assert_int_equal(sb_roster_channel_renamed(s, "#b", ""), -EINVAL);
	sb_roster_destroy(s);
}

/* ---- Without memory ---- */

static void
tell_everything(struct sb_irc_state *s)
{
	(void)sb_roster_begin(s, "me");
	(void)join(s, "me", "#a");
	(void)join(s, "bob[", "#a");
	(void)sb_roster_account(s, "bob[", "robert");
	(void)sb_roster_names(s, "#a", "@+carol", true);
	(void)sb_roster_renamed(s, "dave", "dan");
	(void)sb_roster_renamed(s, "bob[", "rob[");
	(void)sb_roster_names(s, "#a", "dave", true);
	(void)sb_roster_names(s, "#a", "bob[", true);
	(void)sb_roster_names(s, "#a", "me", true);
	(void)change(s, "#a", "+v", SB_MODE_RANK, "eve");
	(void)sb_roster_names_end(s, "#a");
	(void)sb_roster_topic(s, "#a", "Hello", "carol", 5);
	(void)change(s, "#a", "+k", SB_MODE_KEY, "secret");
	(void)list(s, "x!*@*");
	(void)change(s, "#a", "-b", SB_MODE_LIST, "y!*@*");
	(void)sb_roster_list_end(s, "#a", 'b');
	(void)sb_roster_renamed(s, "me", "myself");
	(void)sb_roster_set_casemap(s, SB_CASEMAP_ASCII);
	(void)sb_roster_channel_renamed(s, "#a", "#b");
}

static void
run_dry(void *self)
{
	struct sb_irc_state *s;
	const struct sb_irc_channel *channel;

	(void)self;
	if (sb_roster_create(&roster_seed, SIZE_MAX, &s))
		return;
	tell_everything(s);
	check_roster(s, 0);
	assert_string_equal(sb_irc_state_nick(s), "myself");
	assert_true(sb_irc_state_is_whole(s) || sb_testing_allocation_failed());
	channel = sb_irc_channel_find(s, "#b");
	if (channel && sb_irc_state_is_whole(s))
		expect_members(s, "#b", "carol=ov dan eve=v myself rob[");
	if (channel && sb_irc_channel_is_whole(channel))
		assert_int_equal(sb_irc_channel_n_members(channel), 5);
	assert_true(!sb_testing_allocation_failed() || !sb_irc_state_is_whole(s));
	sb_roster_destroy(s);
}

static void
without_memory_the_rest_is_sound_and_flagged(void **state)
{
	(void)state;
	assert_true(sb_testing_each_allocation(run_dry, NULL) > 30);
}

static void
whatever_the_limit_it_is_kept(void **state)
{
	struct sb_irc_state *s;
	size_t max, most = 0;

	(void)state;
	for (max = 0; max < 6000; max += 7) {
		assert_int_equal(sb_roster_create(&roster_seed, max, &s), 0);
		tell_everything(s);
		check_roster(s, 0);
		assert_true(sb_roster_n_bytes(s) <= max);
		most = sb_roster_n_bytes(s) > most ? sb_roster_n_bytes(s) : most;
		sb_roster_destroy(s);
	}
	assert_in_range(most, 1000, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(topic_is_unknown_none_or_set),
		kit_test_bare(text_that_is_too_long_is_cut_between_characters),
		kit_test_bare(modes_have_their_arguments),
		kit_test_bare(list_is_kept_right_once_it_was_asked_for),
		kit_test_bare(list_that_comes_is_older_than_what_changes),
		kit_test_bare(list_has_a_limit),
		kit_test_bare(channels_have_a_limit),
		kit_test_bare(channel_may_be_renamed),
		kit_test_bare(without_memory_the_rest_is_sound_and_flagged),
		kit_test_bare(whatever_the_limit_it_is_kept),
	};

	return kit_run(tests);
}
