/* The roster against a small network: after each thing that happens there the client knows what is
 * so. */

#include "protocols/roster_network.h"

/* ---- The rest ---- */

static void
set_topic(int c)
{
	if (!net.people[0].on[c])
		return;
	net.sees_topic[c] = net.topics[c] = (int)choose(9);
	assert_int_equal(sb_roster_topic(net.state, spelt(channel_names[c]),
				 number("t", net.topics[c]), "x", 7),
		0);
}

static void
split(void)
{
	int p;

	for (p = 1; p < PEOPLE; p++)
		if (choose(2))
			quit(p);
}

static void
change_casemap(void)
{
	int c;

	for (c = 0; c < CHANNELS; c++)
		if (net.is_coming[c] || net.bans_come[c])
			return;
	net.map = (enum sb_casemap)choose(3);
	assert_int_equal(sb_roster_set_casemap(net.state, net.map), 0);
}

/* What makes no sense here is harmless. */
static void
talk_nonsense(int c)
{
	const char *name = spelt(channel_names[c]);
	struct sb_roster_who nobody = { "zoe", "z", "z" };
	struct sb_mode_change change = { .letter = 'q', .kind = SB_MODE_RANK, .arg = "zoe" };

	assert_int_equal(sb_roster_joined(net.state, &nobody, "#none", "*", "z"), -ENOENT);
	assert_int_equal(sb_roster_left(net.state, "zoe", name), -ENOENT);
	assert_int_equal(sb_roster_quit(net.state, "zoe"), -ENOENT);
	assert_int_equal(sb_roster_mode(net.state, name, &change, NULL, 0), -ENOENT);
	assert_int_equal(sb_roster_names(net.state, "#none", "@bob", true), -ENOENT);
	assert_int_equal(sb_roster_names_end(net.state, "#none"), -ENOENT);
	if (!net.people[0].on[c])
		assert_int_equal(sb_roster_names(net.state, name, "@zoe", true), -ENOENT);
}

static void
register_anew(void)
{
	int c;

	sb_roster_reset(net.state);
	for (c = 0; c < CHANNELS; c++) {
		leave(0, c);
		we_are_gone(c);
	}
	come_online(0);
	net.people[0].is_away = false;
	assert_int_equal(sb_roster_begin(net.state, nick_of(0)), 0);
	assert_int_equal(sb_roster_set_casemap(net.state, net.map), 0);
}

static void
step_of_us(int c)
{
	switch (choose(8)) {
	case 0:
		change_casemap();
		break;
	case 1:
		part(0, c);
		break;
	case 2:
		if (!choose(4))
			register_anew();
		break;
	case 3:
		change_nick(0);
		break;
	case 4:
		change_details(0);
		change_rank(0, c);
		break;
	case 5:
		talk_nonsense(c);
		break;
	default:
		join(0, c);
	}
}

static void
step_of_another(int p, int c)
{
	switch (choose(16)) {
	case 0:
		split();
		break;
	case 1:
	case 2:
		quit(p);
		break;
	case 3:
	case 4:
		part(p, c);
		break;
	case 5:
	case 6:
	case 7:
		change_nick(p);
		break;
	case 8:
	case 9:
		change_rank(p, c);
		break;
	case 10:
		ask_who(p);
		break;
	case 11:
		change_details(p);
		break;
	default:
		if (!net.people[p].is_online)
			come_online(p);
		join(p, c);
	}
}

static void
step(void)
{
	int p = somebody(), c = (int)choose(CHANNELS);
	unsigned what = choose(40);

	if (what < 8)
		step_of_us(c);
	else if (what < 24)
		step_of_another(p, c);
	else if (what < 27)
		list_bans(c);
	else if (what < 29)
		change_ban(c);
	else if (what < 30)
		set_topic(c);
	else
		names(c);
}

/* ---- What the client must know ---- */

static void
check_details(const struct person *person, const struct sb_irc_user *user)
{
	const char *account = sb_irc_user_account(user), *host = sb_irc_user_host(user);

	if (person->has_host)
		assert_string_equal(host, number("h", person->host));
	else
		assert_true(!host || net.has_hosts);
	if (!person->has_account)
		assert_int_equal(sb_irc_user_account_state(user), SB_IRC_ACCOUNT_UNKNOWN);
	else if (person->account < 0)
		assert_int_equal(sb_irc_user_account_state(user), SB_IRC_ACCOUNT_NONE);
	else
		assert_string_equal(account, number("a", person->account));
	if (person->has_realname)
		assert_string_equal(sb_irc_user_realname(user), number("r", person->realname));
	else
		assert_null(sb_irc_user_realname(user));
	assert_int_equal(sb_irc_user_is_away(user), person->has_away && person->is_away);
}

static void
check_ranks(unsigned is, const char *known)
{
	bool knows_op = strchr(known, 'o'), knows_voice = strchr(known, 'v');

	if (net.has_all_signs) {
		assert_int_equal(knows_op, is & 1);
		assert_int_equal(knows_voice, is >> 1);
	} else {
		assert_true(knows_op <= (is & 1) && knows_voice <= is >> 1);
	}
}

static void
check_channel(int c)
{
	const struct sb_irc_channel *channel =
		sb_irc_channel_find(net.state, spelt(channel_names[c]));
	const struct sb_irc_member *m;
	size_t n = 0, n_told = 0;
	int p;

	assert_int_equal(channel != NULL, net.people[0].on[c]);
	if (!channel)
		return;
	assert_string_equal(sb_irc_channel_name(channel), channel_names[c]);
	for (p = 0; p < PEOPLE; p++) {
		if (!net.people[p].is_online)
			continue;
		m = sb_irc_member_find(net.state, channel, spelt(nick_of(p)));
		assert_true(!net.people[p].is_told[c] || m);
		assert_true(net.people[p].on[c] || !m);
		n += m != NULL;
		n_told += net.people[p].is_told[c];
		if (!m)
			continue;
		assert_string_equal(sb_irc_user_nick(sb_irc_member_user(m)), nick_of(p));
		if (net.is_whole[c] && !net.is_coming[c])
			check_ranks(
				net.people[p].ranks[c], sb_irc_member_ranks(net.state, m).letters);
	}
	/* No ghosts; and while no list comes, nobody is known whom nobody told of. */
	assert_int_equal(sb_irc_channel_n_members(channel), n);
	if (!net.is_coming[c])
		assert_int_equal(n, n_told);
	/* A list that cannot be whole any more says so before it has ended. */
	assert_true(sb_irc_channel_is_whole(channel) == net.is_whole[c]
		    || (net.is_coming[c] && net.is_whole[c]));
	if (net.sees_topic[c] == NOBODY)
		assert_null(sb_irc_channel_topic(channel));
	else
		assert_string_equal(sb_irc_channel_topic(channel), number("t", net.topics[c]));
}

static void
check_bans(int c)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(net.state, channel_names[c]);
	const struct sb_irc_mask *mask;
	size_t n = 0, n_known = 0;
	int b;

	if (!channel)
		return;
	assert_int_equal(sb_irc_channel_has_list(channel, 'b'), net.knows_bans[c]);
	for (b = 0; b < BANS; b++)
		n += net.bans[c][b];
	for (mask = NULL; (mask = sb_irc_channel_mask_next(channel, 'b', mask));) {
		for (b = 0; b < BANS; b++)
			if (sb_casemap_same(net.map, masks[b], mask->mask))
				break;
		assert_true(b < BANS && (net.bans[c][b] || !net.knows_bans[c]));
		n_known++;
	}
	if (net.knows_bans[c])
		assert_int_equal(n_known, n);
}

static void
check(void)
{
	int c, p;

	check_roster(net.state, 0);
	for (c = 0; c < CHANNELS; c++) {
		check_channel(c);
		check_bans(c);
	}
	for (p = 0; p < PEOPLE; p++) {
		const struct sb_irc_user *user;

		if (!net.people[p].is_online)
			continue;
		user = sb_irc_user_find(net.state, spelt(nick_of(p)));
		assert_true(user || !is_told_any(p));
		if (user && is_told_any(p))
			check_details(&net.people[p], user);
		if (p == 0)
			assert_ptr_equal(user, sb_irc_state_self(net.state));
	}
}

static void
live(void *self, uint64_t seed)
{
	struct sb_hash_seed hash = { seed, 1 };
	int i;

	(void)self;
	memset(&net, 0, sizeof(net));
	net.random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
	net.is_extended = choose(2);
	net.has_all_signs = choose(4);
	net.has_hosts = choose(2);
	assert_int_equal(sb_roster_create(&hash, SIZE_MAX, &net.state), 0);
	register_anew();
	for (i = 0; i < STEPS; i++, n_steps++) {
		step();
		check();
	}
	sb_roster_destroy(net.state);
}

static void
client_knows_what_is_so_after_each_step(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 2500, live, NULL);
	printf("%lu steps; %lu lists of members, %lu not whole; meanwhile %lu left and %lu were "
	       "renamed before they were named; %lu quits\n",
		n_steps, n_lists, n_broken, n_left_meanwhile, n_renamed_meanwhile, n_quits);
	assert_true(n_lists < 1000
		    || (n_broken < n_lists / 20 && n_left_meanwhile > 100
			    && n_renamed_meanwhile > 100));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(client_knows_what_is_so_after_each_step),
	};

	return kit_run(tests);
}
