/* What the client knows of channels, members and users: who comes and goes, NAMES, casemappings. What
 * channels are is in test_irc_roster_channels.c. */

#include "protocols/roster_fixture.h"

static void
we_are_known_before_any_channel(void **state)
{
	struct sb_irc_state *s = make_roster(SIZE_MAX);

	(void)state;
	assert_string_equal(sb_irc_state_nick(s), "me");
	assert_string_equal(sb_irc_user_nick(sb_irc_state_self(s)), "me");
	assert_null(sb_irc_user_host(sb_irc_state_self(s)));
	assert_int_equal(sb_roster_heard(s, &(struct sb_roster_who){ "ME", "u", "h" }), 0);
	assert_string_equal(sb_irc_user_host(sb_irc_state_self(s)), "h");
	assert_true(sb_roster_is_self(s, "Me") && !sb_roster_is_self(s, "you"));
	sb_roster_umode(s, true, 'w');
	sb_roster_umode(s, true, 'i');
	sb_roster_umode(s, true, 'w');
	sb_roster_umode(s, false, 'x');
	assert_string_equal(sb_irc_state_umodes(s), "iw");
	sb_roster_umode(s, false, 'i');
	assert_string_equal(sb_irc_state_umodes(s), "w");
	sb_roster_set_umodes(s, "+xB");
	assert_string_equal(sb_irc_state_umodes(s), "Bx");
	sb_roster_reset(s);
	assert_string_equal(sb_irc_state_nick(s), "");
	assert_null(sb_irc_state_self(s));
	assert_false(sb_roster_is_self(s, "") || sb_roster_is_self(s, "me"));
	sb_roster_destroy(s);
	sb_roster_destroy(NULL);
}

static void
user_is_known_while_he_shares_a_channel(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob");
	const struct sb_irc_user *bob;

	(void)state;
	assert_int_equal(join(s, "me", "#b"), 0);
	assert_int_equal(join(s, "bob", "#B"), 0);
	bob = sb_irc_user_find(s, "BOB");
	assert_string_equal(
		sb_irc_channel_name(sb_irc_member_channel(s, sb_irc_user_member_next(bob, NULL))),
		"#b");
	assert_int_equal(sb_roster_left(s, "bob", "#a"), 0);
	assert_ptr_equal(sb_irc_user_find(s, "bob"), bob);
	assert_int_equal(sb_roster_left(s, "me", "#b"), 0);
	assert_null(sb_irc_user_find(s, "bob"));
	assert_null(sb_irc_channel_find(s, "#b"));
	assert_int_equal(sb_irc_state_n_users(s), 1);
	assert_int_equal(sb_irc_state_n_channels(s), 1);
	expect_members(s, "#a", "me");
	sb_roster_destroy(s);
}

static void
monitored_user_is_known_without_a_channel(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob");
	struct sb_roster_who bob = { "bob", NULL, NULL }, zoe = { "zoe", "z", "zh" };

	(void)state;
	assert_int_equal(sb_roster_monitored(s, &bob), 0);
	assert_int_equal(sb_roster_monitored(s, &zoe), 0);
	assert_int_equal(sb_roster_left(s, "bob", "#a"), 0);
	assert_string_equal(sb_irc_user_host(sb_irc_user_find(s, "bob")), "h");
	assert_string_equal(sb_irc_user_host(sb_irc_user_find(s, "zoe")), "zh");
	assert_int_equal(join(s, "zoe", "#a"), 0);
	/* The server says 731 of a nick that was changed, before or after NICK. */
	assert_int_equal(sb_roster_unmonitored(s, "zoe"), 0);
	assert_int_equal(sb_roster_renamed(s, "zoe", "zed"), 0);
	expect_members(s, "#a", "me zed");
	assert_int_equal(sb_roster_renamed(s, "bob", "rob"), 0);
	assert_null(sb_irc_user_find(s, "rob"));
	assert_int_equal(sb_roster_unmonitored(s, "rob"), -ENOENT);
	assert_int_equal(sb_roster_monitored(s, &(struct sb_roster_who){ "zed", NULL, NULL }), 0);
	assert_int_equal(sb_roster_renamed(s, "zed", "zack"), 0);
	assert_int_equal(sb_roster_left(s, "zack", "#a"), 0);
	assert_null(sb_irc_user_find(s, "zack"));
	assert_int_equal(sb_roster_monitored(s, &bob), 0);
	assert_int_equal(sb_roster_unmonitored(s, "bob"), 0);
	assert_null(sb_irc_user_find(s, "bob"));
	sb_roster_destroy(s);
}

static void
account_is_known_none_or_unknown(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob");
	struct sb_roster_who_line line = { .who = { "bob", "u2", "h2" }, .account = "0" };
	const struct sb_irc_user *bob = sb_irc_user_find(s, "bob");

	(void)state;
	assert_int_equal(sb_irc_user_account_state(bob), SB_IRC_ACCOUNT_UNKNOWN);
	assert_int_equal(sb_roster_account(s, "bob", "robert"), 0);
	assert_int_equal(sb_irc_user_account_state(bob), SB_IRC_ACCOUNT_KNOWN);
	assert_string_equal(sb_irc_user_account(bob), "robert");
	assert_int_equal(sb_roster_account(s, "bob", "*"), 0);
	assert_int_equal(sb_irc_user_account_state(bob), SB_IRC_ACCOUNT_NONE);
	assert_null(sb_irc_user_account(bob));
	assert_int_equal(sb_roster_account(s, "bob", "0"), 0);
	assert_string_equal(sb_irc_user_account(bob), "0");
	assert_int_equal(sb_roster_who(s, &line), 0);
	assert_int_equal(sb_irc_user_account_state(bob), SB_IRC_ACCOUNT_NONE);
	assert_string_equal(sb_irc_user_host(bob), "h2");
	assert_int_equal(sb_roster_account(s, "zoe", "x"), -ENOENT);
	sb_roster_destroy(s);
}

static void
account_that_cannot_be_kept_is_unknown(void **state)
{
	struct sb_irc_state *s = make_roster(500);
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(sb_roster_account(s, "me", "mine"), 0);
	assert_int_equal(sb_roster_account(s, "me", text), -ENOMEM);
	assert_null(sb_irc_user_account(sb_irc_state_self(s)));
	assert_int_equal(sb_irc_user_account_state(sb_irc_state_self(s)), SB_IRC_ACCOUNT_UNKNOWN);
	sb_roster_destroy(s);
}

static void
who_tells_flags_only_when_it_has_them(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob");
	struct sb_roster_who_line line = { .who = { "bob", NULL, NULL }, .realname = "Bob" };
	const struct sb_irc_user *bob = sb_irc_user_find(s, "bob");

	(void)state;
	assert_int_equal(sb_roster_away(s, "bob", "lunch"), 0);
	assert_string_equal(sb_irc_user_away(bob), "lunch");
	assert_int_equal(sb_roster_who(s, &line), 0);
	assert_true(sb_irc_user_is_away(bob) && !sb_irc_user_is_bot(bob));
	assert_string_equal(sb_irc_user_realname(bob), "Bob");
	assert_string_equal(sb_irc_user_host(bob), "h");
	line.has_flags = line.is_bot = line.is_oper = line.is_away = true;
	assert_int_equal(sb_roster_who(s, &line), 0);
	assert_string_equal(sb_irc_user_away(bob), "lunch");
	assert_true(sb_irc_user_is_bot(bob) && sb_irc_user_is_oper(bob));
	line.is_away = line.is_bot = false;
	assert_int_equal(sb_roster_who(s, &line), 0);
	assert_true(!sb_irc_user_is_away(bob) && !sb_irc_user_is_bot(bob));
	assert_int_equal(sb_roster_away(s, "bob", ""), 0);
	assert_true(sb_irc_user_is_away(bob));
	assert_null(sb_irc_user_away(bob));
	sb_roster_destroy(s);
}

static void
who_has_a_nick_is_who_took_it_last(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob carol dave");

	(void)state;
	assert_int_equal(change(s, "#a", "+o", SB_MODE_RANK, "bob"), 0);
	assert_int_equal(sb_roster_renamed(s, "bob", "carol"), 0);
	expect_members(s, "#a", "carol=o dave me");
	assert_int_equal(sb_roster_renamed(s, "carol", "CAROL"), 0);
	expect_members(s, "#a", "CAROL=o dave me");
	/* But nobody is us. */
	assert_int_equal(sb_roster_renamed(s, "dave", "me"), -EEXIST);
	expect_members(s, "#a", "CAROL=o me");
	assert_int_equal(sb_roster_renamed(s, "me", "carol"), 0);
	expect_members(s, "#a", "carol");
	assert_string_equal(sb_irc_state_nick(s), "carol");
	assert_ptr_equal(sb_irc_state_self(s), sb_irc_user_find(s, "carol"));
	assert_int_equal(sb_roster_renamed(s, "carol", ""), -EINVAL);
	sb_roster_destroy(s);
}

static void
joining_again_begins_anew(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob");

	(void)state;
	assert_int_equal(change(s, "#a", "+v", SB_MODE_RANK, "bob"), 0);
	assert_int_equal(join(s, "bob", "#a"), 0);
	expect_members(s, "#a", "bob me");
	name(s, "#a", "@me bob");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_true(is_whole(s, "#a"));
	assert_int_equal(join(s, "ME", "#A"), 0);
	expect_members(s, "#a", "me");
	assert_false(is_whole(s, "#a"));
	assert_int_equal(sb_roster_quit(s, "me"), 0);
	assert_int_equal(sb_irc_state_n_channels(s), 0);
	assert_non_null(sb_irc_state_self(s));
	sb_roster_destroy(s);
}

/* ---- NAMES ---- */

static void
entry_of_names_has_signs_and_maybe_a_host(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	sb_roster_set_prefixes(
		s, (struct sb_isupport_prefix[]){ { 'q', '~' }, { 'o', '@' }, { 'v', '+' } }, 3);
	name(s, "#a", "~@+bob @carol!c@c.example me %!dave");
	assert_int_equal(sb_roster_names(s, "#a", "@", true), -EINVAL);
	assert_int_equal(sb_roster_names_end(s, "#A"), 0);
	expect_members(s, "#a", "bob=qov carol=o dave me");
	assert_string_equal(sb_irc_user_host(sb_irc_user_find(s, "carol")), "c.example");
	assert_null(sb_irc_user_user(sb_irc_user_find(s, "bob")));
	assert_true(sb_irc_member_has_rank(
		s, sb_irc_member_find(s, sb_irc_channel_find(s, "#a"), "carol"), 'v'));
	assert_false(sb_irc_member_has_rank(
		s, sb_irc_member_find(s, sb_irc_channel_find(s, "#a"), "carol"), 'q'));
	assert_false(sb_irc_member_has_rank(
		s, sb_irc_member_find(s, sb_irc_channel_find(s, "#a"), "carol"), 'x'));
	sb_roster_destroy(s);
}

static void
without_multi_prefix_lower_ranks_stay(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob carol");

	(void)state;
	name(s, "#a", "+bob @+carol me");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_int_equal(change(s, "#a", "+v", SB_MODE_RANK, "bob"), 0);
	assert_int_equal(sb_roster_names(s, "#a", "@bob", false), 0);
	assert_int_equal(sb_roster_names(s, "#a", "+carol", false), 0);
	assert_int_equal(sb_roster_names(s, "#a", "me", false), 0);
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	/* Who joined is newer than an entry that comes after him. */
	expect_members(s, "#a", "bob=ov carol=v me");
	sb_roster_destroy(s);
}

static void
whom_names_do_not_name_is_not_there(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob carol");

	(void)state;
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	expect_members(s, "#a", "bob carol me");
	assert_false(is_whole(s, "#a"));
	name(s, "#a", "bob");
	assert_int_equal(join(s, "dave", "#a"), 0);
	expect_members(s, "#a", "bob carol dave me");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	expect_members(s, "#a", "bob dave me");
	assert_null(sb_irc_user_find(s, "carol"));
	assert_true(is_whole(s, "#a") && sb_irc_state_is_whole(s));
	sb_roster_destroy(s);
}

static void
who_leaves_while_names_come_is_not_brought_back(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	name(s, "#a", "me");
	assert_int_equal(sb_roster_left(s, "bob", "#a"), -ENOENT);
	assert_int_equal(sb_roster_quit(s, "carol"), -ENOENT);
	assert_int_equal(sb_roster_renamed(s, "dave", "dan"), -ENOENT);
	assert_int_equal(sb_roster_renamed(s, "dan", "Daniel"), -ENOENT);
	assert_int_equal(sb_roster_renamed(s, "me", "myself"), 0);
	name(s, "#a", "BOB @carol +dave me");
	expect_members(s, "#a", "Daniel=v myself");
	assert_int_equal(join(s, "bob", "#a"), 0);
	name(s, "#a", "@bob");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	expect_members(s, "#a", "Daniel=v bob myself");
	assert_true(is_whole(s, "#a"));
	sb_roster_destroy(s);
}

static void
rank_that_changes_while_names_come_is_not_overruled(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	name(s, "#a", "me");
	assert_int_equal(change(s, "#a", "+v", SB_MODE_RANK, "bob"), 0);
	assert_int_equal(change(s, "#a", "-o", SB_MODE_RANK, "carol"), 0);
	assert_int_equal(change(s, "#a", "-o", SB_MODE_RANK, "dave"), 0);
	name(s, "#a", "@bob @+carol");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	expect_members(s, "#a", "bob=ov carol=v dave me");
	sb_roster_destroy(s);
}

static void
nick_that_another_takes_while_names_come_leaves_them_incomplete(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "zoe");

	(void)state;
	name(s, "#a", "me zoe");
	assert_int_equal(sb_roster_renamed(s, "bob", "rob"), -ENOENT);
	/* An entry of bob's may now be either's. */
	assert_int_equal(join(s, "bob", "#a"), 0);
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_false(is_whole(s, "#a"));
	expect_members(s, "#a", "bob me zoe");
	name(s, "#a", "me zoe bob rob");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_true(is_whole(s, "#a"));
	sb_roster_destroy(s);
}

static void
list_that_cannot_be_kept_removes_nobody(void **state)
{
	struct sb_irc_state *s = make_roster(3000);
	char nick[16];
	int i = 0, error = 0;

	(void)state;
	assert_int_equal(join(s, "me", "#a"), 0);
	assert_int_equal(join(s, "zoe", "#a"), 0);
	for (; i < 100; i++) {
		(void)snprintf(nick, sizeof(nick), "nick%d", i);
		error = sb_roster_names(s, "#a", nick, true);
		if (error)
			break;
		assert_true(sb_roster_n_bytes(s) <= 3000);
	}
	assert_int_equal(error, -ENOMEM);
	assert_in_range(i, 5, 30);
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_false(is_whole(s, "#a") || sb_irc_state_is_whole(s));
	assert_non_null(sb_irc_user_find(s, "zoe"));
	check_roster(s, 0);
	/* Enough of them leave, and it is asked for again. */
	while (i--) {
		(void)snprintf(nick, sizeof(nick), "nick%d", i);
		assert_int_equal(sb_roster_quit(s, nick), 0);
	}
	name(s, "#a", "me zoe");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_true(is_whole(s, "#a"));
	sb_roster_destroy(s);
}

static void
too_many_who_leave_while_names_come_leave_them_incomplete(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");
	char nick[16];
	int i;

	(void)state;
	name(s, "#a", "me");
	for (i = 0; i <= SB_ROSTER_GONE_MAX; i++) {
		assert_true(sb_irc_state_is_whole(s));
		(void)snprintf(nick, sizeof(nick), "n%d", i);
		assert_int_equal(sb_roster_quit(s, nick), -ENOENT);
	}
	assert_false(sb_irc_state_is_whole(s));
	/* He may have left. */
	assert_int_equal(sb_roster_names(s, "#a", "bob", true), -ENOMEM);
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_false(is_whole(s, "#a"));
	expect_members(s, "#a", "me");
	name(s, "#a", "n1 me");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	expect_members(s, "#a", "me n1");
	sb_roster_destroy(s);
}

/* ---- What the server says late ---- */

static void
names_that_become_the_same_are_one(void **state)
{
	struct sb_irc_state *s = make_roster(SIZE_MAX);

	(void)state;
	assert_int_equal(sb_roster_set_casemap(s, SB_CASEMAP_ASCII), 0);
	assert_int_equal(join(s, "me", "#a"), 0);
	assert_int_equal(join(s, "bob[]", "#a"), 0);
	assert_int_equal(join(s, "bob{}", "#a"), 0);
	assert_int_equal(join(s, "x~", "#a"), 0);
	name(s, "#a", "me bob[] bob{} x~");
	assert_int_equal(sb_roster_names_end(s, "#a"), 0);
	assert_int_equal(sb_roster_renamed(s, "me", "M["), 0);
	assert_int_equal(join(s, "m{", "#a"), 0);
	assert_int_equal(join(s, "M[", "#b["), 0);
	assert_int_equal(join(s, "M[", "#b{"), 0);
	assert_true(is_whole(s, "#a"));
	assert_int_equal(sb_roster_set_casemap(s, SB_CASEMAP_RFC1459_STRICT), 0);
	expect_members(s, "#a", "M[ bob{} x~");
	assert_ptr_equal(sb_irc_user_find(s, "m{"), sb_irc_state_self(s));
	assert_false(is_whole(s, "#a") || is_whole(s, "#b{") || sb_irc_state_is_whole(s));
	assert_int_equal(sb_irc_state_n_channels(s), 2);
	assert_null(sb_irc_user_find(s, "x^"));
	assert_int_equal(sb_roster_set_casemap(s, SB_CASEMAP_RFC1459), 0);
	assert_string_equal(sb_irc_user_nick(sb_irc_user_find(s, "X^")), "x~");
	sb_roster_destroy(s);
}

static void
casemapping_that_comes_late_counts_from_then_on(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a[", "bob[");

	(void)state;
	assert_non_null(sb_irc_user_find(s, "bob{"));
	name(s, "#a[", "me bob[");
	assert_int_equal(sb_roster_set_casemap(s, SB_CASEMAP_ASCII), 0);
	assert_null(sb_irc_user_find(s, "bob{"));
	assert_null(sb_irc_channel_find(s, "#a{"));
	assert_int_equal(join(s, "bob{", "#A["), 0);
	expect_members(s, "#a[", "bob[ bob{ me");
	assert_int_equal(sb_roster_names_end(s, "#a["), 0);
	assert_false(is_whole(s, "#a["));
	sb_roster_reset(s);
	assert_int_equal(sb_roster_begin(s, "me["), 0);
	assert_true(sb_roster_is_self(s, "me{"));
	sb_roster_destroy(s);
}

static void
ranks_follow_their_letters(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob carol");

	(void)state;
	assert_int_equal(change(s, "#a", "+v", SB_MODE_RANK, "bob"), 0);
	assert_int_equal(change(s, "#a", "+o", SB_MODE_RANK, "carol"), 0);
	sb_roster_set_prefixes(
		s, (struct sb_isupport_prefix[]){ { 'q', '~' }, { 'a', '&' }, { 'v', '+' } }, 3);
	expect_members(s, "#a", "bob=v carol me");
	assert_int_equal(change(s, "#a", "+q", SB_MODE_RANK, "BOB"), 0);
	assert_int_equal(change(s, "#a", "+o", SB_MODE_RANK, "bob"), -ENOENT);
	expect_members(s, "#a", "bob=qv carol me");
	sb_roster_destroy(s);
}

static void
name_that_is_too_long_is_nobody(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");
	char longest[SB_ROSTER_NAME_MAX + 2];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[SB_ROSTER_NAME_MAX + 1] = '\0';
	assert_int_equal(join(s, longest, "#a"), -EINVAL);
	assert_int_equal(sb_roster_names(s, "#a", longest, true), -EINVAL);
	assert_int_equal(sb_roster_renamed(s, "me", longest), -EINVAL);
	assert_int_equal(join(s, "me", longest), -EINVAL);
	assert_null(sb_irc_user_find(s, longest));
	assert_int_equal(sb_roster_begin(s, longest), -EINVAL);
	longest[SB_ROSTER_NAME_MAX] = '\0';
	assert_int_equal(sb_roster_begin(s, longest), 0);
	assert_int_equal(join(s, longest, longest), 0);
	expect_members(s, longest, longest);
	sb_roster_destroy(s);
}

/* A host tells whose it is. */
static int
hear(struct sb_irc_state *state, const char *nick, const char *host)
{
	return sb_roster_heard(state, &(struct sb_roster_who){ nick, "u", host });
}

static void
expect_host(const struct sb_irc_state *state, const char *nick, const char *host)
{
	assert_string_equal(sb_irc_user_host(sb_irc_user_find(state, nick)), host);
}

static void
who_is_heard_again_is_who_has_the_nick_now(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "bob Carol dora");

	(void)state;
	assert_int_equal(hear(s, "bob", "h1"), 0);
	assert_int_equal(hear(s, "Carol", "h2"), 0);
	assert_int_equal(hear(s, "bob", "h3"), 0);
	assert_int_equal(hear(s, "CAROL", "h4"), 0);
	expect_host(s, "bob", "h3");
	expect_host(s, "carol", "h4");
	assert_int_equal(sb_roster_renamed(s, "bob", "Bill"), 0);
	assert_int_equal(hear(s, "bob", "h5"), -ENOENT);
	assert_int_equal(sb_roster_renamed(s, "Carol", "bob"), 0);
	assert_int_equal(hear(s, "bob", "h6"), 0);
	assert_int_equal(hear(s, "Bill", "h7"), 0);
	expect_host(s, "bob", "h6");
	expect_host(s, "bill", "h7");
	assert_int_equal(hear(s, "Carol", "h8"), -ENOENT);
	assert_int_equal(sb_roster_quit(s, "bob"), 0);
	assert_int_equal(hear(s, "bob", "h9"), -ENOENT);
	/* By each name that she was heard by. */
	assert_int_equal(hear(s, "DORA", "h10"), 0);
	assert_int_equal(hear(s, "dora", "h10"), 0);
	assert_int_equal(sb_roster_renamed(s, "dora", "Eve"), 0);
	assert_int_equal(hear(s, "Eve", "h11"), 0);
	assert_int_equal(sb_roster_quit(s, "eve"), 0);
	assert_int_equal(hear(s, "DORA", "h12"), -ENOENT);
	assert_int_equal(hear(s, "dora", "h12"), -ENOENT);
	assert_int_equal(hear(s, "Eve", "h12"), -ENOENT);
	assert_int_equal(sb_roster_left(s, "me", "#a"), 0);
	assert_int_equal(hear(s, "Bill", "h13"), -ENOENT);
	sb_roster_destroy(s);
}

static void
many_are_heard(void **state)
{
	enum { N = 3000 };
	struct sb_irc_state *s = make_roster_of("#a", "");
	char nick[32], host[16];
	size_t i, round;

	(void)state;
	for (i = 0; i < N; i++) {
		(void)snprintf(nick, sizeof(nick), "x%zusomebody%zu", i % 7, i);
		assert_int_equal(join(s, nick, "#a"), 0);
	}
	for (round = 0; round < 3; round++)
		for (i = 0; i < N; i++) {
			(void)snprintf(nick, sizeof(nick), "x%zusomebody%zu", i % 7, i);
			(void)snprintf(host, sizeof(host), "%zu.%zu", round, i);
			assert_int_equal(hear(s, nick, host), 0);
			expect_host(s, nick, host);
		}
	sb_roster_destroy(s);
}

static void
channels_whose_names_come_together_are_not_mixed_up(void **state)
{
	struct sb_irc_state *s = make_roster_of("#a", "");

	(void)state;
	assert_int_equal(join(s, "me", "#b"), 0);
	assert_int_equal(sb_roster_names(s, "#a", "bob", true), 0);
	assert_int_equal(sb_roster_names(s, "#b", "carol", true), 0);
	assert_int_equal(sb_roster_names(s, "#A", "dora", true), 0);
	expect_members(s, "#a", "bob dora me");
	expect_members(s, "#b", "carol me");
	assert_int_equal(sb_roster_left(s, "me", "#a"), 0);
	assert_int_equal(sb_roster_names(s, "#a", "emil", true), -ENOENT);
	assert_int_equal(sb_roster_names(s, "#b", "emil", true), 0);
	assert_int_equal(sb_roster_left(s, "me", "#b"), 0);
	assert_int_equal(sb_roster_names(s, "#b", "fred", true), -ENOENT);
	sb_roster_destroy(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(we_are_known_before_any_channel),
		kit_test_bare(user_is_known_while_he_shares_a_channel),
		kit_test_bare(monitored_user_is_known_without_a_channel),
		kit_test_bare(account_is_known_none_or_unknown),
		kit_test_bare(account_that_cannot_be_kept_is_unknown),
		kit_test_bare(who_tells_flags_only_when_it_has_them),
		kit_test_bare(who_has_a_nick_is_who_took_it_last),
		kit_test_bare(joining_again_begins_anew),
		kit_test_bare(entry_of_names_has_signs_and_maybe_a_host),
		kit_test_bare(without_multi_prefix_lower_ranks_stay),
		kit_test_bare(whom_names_do_not_name_is_not_there),
		kit_test_bare(who_leaves_while_names_come_is_not_brought_back),
		kit_test_bare(rank_that_changes_while_names_come_is_not_overruled),
		kit_test_bare(nick_that_another_takes_while_names_come_leaves_them_incomplete),
		kit_test_bare(list_that_cannot_be_kept_removes_nobody),
		kit_test_bare(too_many_who_leave_while_names_come_leave_them_incomplete),
		kit_test_bare(names_that_become_the_same_are_one),
		kit_test_bare(casemapping_that_comes_late_counts_from_then_on),
		kit_test_bare(ranks_follow_their_letters),
		kit_test_bare(name_that_is_too_long_is_nobody),
		kit_test_bare(who_is_heard_again_is_who_has_the_nick_now),
		kit_test_bare(many_are_heard),
		kit_test_bare(channels_whose_names_come_together_are_not_mixed_up),
	};

	return kit_run(tests);
}
