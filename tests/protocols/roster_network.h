#ifndef TESTS_ROSTER_NETWORK_H
#define TESTS_ROSTER_NETWORK_H

/* A small network, and what it tells a client on it: people come, join, part, are kicked, quit, are
 * renamed, given ranks, log in, move. NAMES come slowly, as they were when asked for or as they are,
 * and so do bans; names are spelt in any way that the casemapping of the moment allows. It keeps
 * what the client was told and so must know. */

#include "kit_cmocka.h"

#include <errno.h>
#include <string.h>

#include "protocols/roster_check.h"

enum { PEOPLE = 9, NICKS = 12, CHANNELS = 3, BANS = 4, STEPS = 250, NOBODY = -1 };

/* Each another under any casemapping. */
static const char *const nicks[NICKS] = { "Alice[1]", "bob", "{carol}", "d^ave", "Eve\\", "frank~",
	"g", "[h]_", "IVAN|x", "judy", "k`", "L}l" };
static const char *const channel_names[CHANNELS] = { "#one", "#Two[]", "&{3}~" };
static const char *const masks[BANS] = { "*!*@a.example", "b!*@*", "[c]!*@*", "$a:d" };

struct person {
	bool is_online;
	int nick, account, host, realname;
	bool is_away;
	bool on[CHANNELS];
	unsigned ranks[CHANNELS];
	/* What the client was told, while it shares a channel. */
	bool is_told[CHANNELS];
	bool has_host, has_account, has_realname, has_away;
};

static struct network {
	struct sb_irc_state *state;
	uint64_t random;
	enum sb_casemap map;
	bool is_extended, has_all_signs, has_hosts;
	struct person people[PEOPLE]; /* the first is us */
	int sees_topic[CHANNELS], topics[CHANNELS];
	bool bans[CHANNELS][BANS];
	bool knows_bans[CHANNELS];
	/* NAMES that come: whom they are still to name, in which words. */
	bool is_coming[CHANNELS], is_live[CHANNELS], is_whole[CHANNELS];
	bool is_left[CHANNELS][PEOPLE];
	bool has_named[CHANNELS];
	char entries[CHANNELS][PEOPLE][128];
	bool bans_come[CHANNELS], bans_left[CHANNELS][BANS];
} net;

static unsigned long n_steps, n_lists, n_broken, n_quits, n_renamed_meanwhile, n_left_meanwhile;

static unsigned
choose(unsigned n)
{
	net.random ^= net.random << 13;
	net.random ^= net.random >> 7;
	net.random ^= net.random << 17;
	return (unsigned)((net.random >> 11) % n);
}

/* The name, spelt somehow. */
static const char *
spelt(const char *name)
{
	static char bufs[4][64];
	static unsigned at;
	char *buf = bufs[at++ % 4];
	size_t i;

	(void)snprintf(buf, 64, "%s", name);
	for (i = 0; buf[i]; i++) {
		char other = (char)(buf[i] ^ 0x20);

		if (sb_casemap_fold(net.map, buf[i]) == sb_casemap_fold(net.map, other)
			&& choose(2))
			buf[i] = other;
	}
	return buf;
}

static const char *
number(const char *what, int n)
{
	static char bufs[8][32];
	static unsigned at;
	char *buf = bufs[at++ % 8];

	(void)snprintf(buf, 32, "%s%d", what, n);
	return buf;
}

static const char *
nick_of(int p)
{
	return nicks[net.people[p].nick];
}

static struct sb_roster_who
who(int p)
{
	return (struct sb_roster_who){ nick_of(p), number("u", net.people[p].host),
		number("h", net.people[p].host) };
}

static bool
is_told_any(int p)
{
	int c;

	for (c = 0; c < CHANNELS; c++)
		if (net.people[p].is_told[c])
			return true;
	return p == 0;
}

/* Whether the server tells us what he does. */
static bool
is_seen(int p)
{
	int c;

	for (c = 0; c < CHANNELS; c++)
		if (net.people[p].on[c] && net.people[0].on[c])
			return true;
	return p == 0;
}

static void
forget_if_alone(int p)
{
	struct person *person = &net.people[p];

	if (is_told_any(p))
		return;
	person->has_host = person->has_account = person->has_realname = person->has_away = false;
}

static int
somebody(void)
{
	return 1 + (int)choose(PEOPLE - 1);
}

static int
free_nick(void)
{
	bool is_taken[NICKS] = { false };
	int p, nick;

	for (p = 0; p < PEOPLE; p++)
		if (net.people[p].is_online)
			is_taken[net.people[p].nick] = true;
	do
		nick = (int)choose(NICKS);
	while (is_taken[nick]);
	return nick;
}

/* ---- What happens ---- */

static void
come_online(int p)
{
	struct person *person = &net.people[p];

	memset(person, 0, sizeof(*person));
	person->nick = free_nick();
	person->host = (int)choose(50);
	person->account = (int)choose(3) - 1;
	person->realname = (int)choose(5);
	person->is_online = true;
}

static void
leave(int p, int c)
{
	net.people[p].on[c] = net.people[p].is_told[c] = false;
	net.people[p].ranks[c] = 0;
	n_left_meanwhile += net.is_coming[c] && net.is_left[c][p];
	if (net.is_live[c])
		net.is_left[c][p] = false;
	forget_if_alone(p);
}

static void
we_are_gone(int c)
{
	int p;

	for (p = 0; p < PEOPLE; p++) {
		net.people[p].is_told[c] = false;
		forget_if_alone(p);
	}
	net.people[0].on[c] = false;
	net.people[0].ranks[c] = 0;
	net.is_coming[c] = net.is_whole[c] = net.bans_come[c] = net.knows_bans[c] = false;
	net.sees_topic[c] = NOBODY;
}

static void
join(int p, int c)
{
	struct person *person = &net.people[p];
	struct sb_roster_who source = who(p);
	bool is_seen_here = net.people[0].on[c] || p == 0;

	if (!person->is_online || person->on[c])
		return;
	person->on[c] = true;
	if (!is_seen_here)
		return;
	assert_int_equal(
		sb_roster_joined(net.state, &source, p ? spelt(channel_names[c]) : channel_names[c],
			net.is_extended ? person->account < 0 ? "*" : number("a", person->account)
					: NULL,
			net.is_extended ? number("r", person->realname) : NULL),
		0);
	person->is_told[c] = person->has_host = true;
	if (net.is_extended)
		person->has_account = person->has_realname = true;
}

static void
part(int p, int c)
{
	int error;

	if (!net.people[p].on[c])
		return;
	if (net.people[0].on[c]) {
		error = sb_roster_left(net.state, spelt(nick_of(p)), spelt(channel_names[c]));
		assert_int_equal(
			error, net.people[p].is_told[c] || net.is_coming[c] ? error : -ENOENT);
	}
	leave(p, c);
	if (p == 0)
		we_are_gone(c);
}

static void
quit(int p)
{
	int c;

	if (!net.people[p].is_online || p == 0)
		return;
	if (is_seen(p))
		(void)sb_roster_quit(net.state, spelt(nick_of(p)));
	for (c = 0; c < CHANNELS; c++)
		leave(p, c);
	net.people[p].is_online = false;
	n_quits++;
}

static void
change_nick(int p)
{
	int nick = free_nick(), c;

	if (!net.people[p].is_online)
		return;
	if (is_seen(p))
		(void)sb_roster_renamed(net.state, spelt(nick_of(p)), nicks[nick]);
	for (c = 0; c < CHANNELS; c++)
		n_renamed_meanwhile += net.is_coming[c] && net.is_left[c][p];
	net.people[p].nick = nick;
}

static void
change_rank(int p, int c)
{
	struct sb_mode_change change = { .is_added = choose(2), .kind = SB_MODE_RANK };
	unsigned bit = 1U << choose(2);
	struct person *person = &net.people[p];

	if (!person->on[c])
		return;
	change.letter = bit == 1 ? 'o' : 'v';
	change.arg = person->is_told[c] ? spelt(nick_of(p)) : nick_of(p);
	person->ranks[c] = change.is_added ? person->ranks[c] | bit : person->ranks[c] & ~bit;
	if (!net.people[0].on[c])
		return;
	(void)sb_roster_mode(net.state, spelt(channel_names[c]), &change, NULL, 0);
	if (change.is_added || (net.is_coming[c] && net.has_named[c]))
		person->is_told[c] = true;
}

static void
change_details(int p)
{
	struct person *person = &net.people[p];
	const char *nick = spelt(nick_of(p));
	struct sb_roster_who source;
	int error = 0;

	if (!person->is_online || !is_seen(p))
		return;
	switch (choose(4)) {
	case 0:
		person->account = (int)choose(3) - 1;
		error = sb_roster_account(
			net.state, nick, person->account < 0 ? "*" : number("a", person->account));
		person->has_account = is_told_any(p);
		break;
	case 1:
		person->host = (int)choose(50);
		source = who(p);
		source.nick = nick;
		error = sb_roster_heard(net.state, &source);
		person->has_host = is_told_any(p);
		break;
	case 2:
		person->realname = (int)choose(5);
		error = sb_roster_setname(net.state, nick, number("r", person->realname));
		person->has_realname = is_told_any(p);
		break;
	default:
		person->is_away = choose(2);
		error = sb_roster_away(net.state, nick, person->is_away ? "tea" : NULL);
		person->has_away = is_told_any(p);
	}
	assert_int_equal(error, is_told_any(p) ? 0 : -ENOENT);
}

static void
ask_who(int p)
{
	struct person *person = &net.people[p];
	struct sb_roster_who_line line = { .who = who(p),
		.account = person->account < 0 ? "0" : number("a", person->account),
		.realname = number("r", person->realname),
		.has_flags = true,
		.is_away = person->is_away };

	if (!person->is_online)
		return;
	assert_int_equal(sb_roster_who(net.state, &line), is_told_any(p) ? 0 : -ENOENT);
	if (is_told_any(p))
		person->has_host = person->has_account = person->has_realname = person->has_away =
			true;
}

/* ---- NAMES and bans ---- */

static void
write_entry(int p, int c)
{
	unsigned ranks = net.people[p].ranks[c];
	struct sb_roster_who source = who(p);

	(void)snprintf(net.entries[c][p], sizeof(net.entries[c][p]), "%s%s%s", ranks & 1 ? "@" : "",
		ranks & 2 && (net.has_all_signs || !(ranks & 1)) ? "+" : "", source.nick);
	if (net.has_hosts)
		(void)snprintf(net.entries[c][p] + strlen(net.entries[c][p]), 40, "!%s@%s",
			source.user, source.host);
}

static void
names_begin(int c)
{
	int p;

	net.is_coming[c] = true;
	net.has_named[c] = false;
	net.is_live[c] = choose(2);
	for (p = 0; p < PEOPLE; p++) {
		net.is_left[c][p] = net.people[p].on[c];
		write_entry(p, c);
	}
}

/* A list that is not whole is asked for anew; the client may miss somebody until then. */
static void
names_ended(int c)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(net.state, channel_names[c]);
	int p;

	net.is_coming[c] = false;
	net.is_whole[c] = sb_irc_channel_is_whole(channel);
	n_lists++;
	n_broken += !net.is_whole[c];
	for (p = 0; p < PEOPLE; p++) {
		net.people[p].is_told[c] =
			net.is_whole[c]
				? net.people[p].on[c]
				: sb_irc_member_find(net.state, channel, nick_of(p)) != NULL;
		forget_if_alone(p);
	}
}

/* Whom the client knows by a list that has not ended. */
static void
learn(int p, int c)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(net.state, channel_names[c]);
	struct person *person = &net.people[p];
	struct sb_roster_who source = who(p);

	if (!person->is_online || person->is_told[c]
		|| !sb_irc_member_find(net.state, channel, nick_of(p)))
		return;
	person->is_told[c] = true;
	/* An old entry tells of an old host, of those of whom none was known. */
	if (net.has_hosts && !person->has_host) {
		(void)sb_roster_heard(net.state, &source);
		person->has_host = true;
	}
}

static void
name_one(int c)
{
	int p = (int)choose(PEOPLE), i;

	for (i = 0; i < PEOPLE && !net.is_left[c][p]; i++)
		p = (p + 1) % PEOPLE;
	if (i == PEOPLE) {
		assert_int_equal(sb_roster_names_end(net.state, spelt(channel_names[c])), 0);
		names_ended(c);
		return;
	}
	net.has_named[c] = true;
	if (net.is_live[c])
		write_entry(p, c);
	net.is_left[c][p] = false;
	(void)sb_roster_names(
		net.state, spelt(channel_names[c]), net.entries[c][p], net.has_all_signs);
	for (i = 0; i < PEOPLE; i++)
		learn(i, c);
}

static void
names(int c)
{
	if (!net.people[0].on[c])
		return;
	if (!net.is_coming[c])
		names_begin(c);
	name_one(c);
}

static void
change_ban(int c)
{
	int b = (int)choose(BANS);
	struct sb_mode_change change = { .letter = 'b', .kind = SB_MODE_LIST };

	net.bans[c][b] = !net.bans[c][b];
	change.is_added = net.bans[c][b];
	change.arg = change.is_added ? masks[b] : spelt(masks[b]);
	if (net.people[0].on[c])
		assert_int_equal(
			sb_roster_mode(net.state, spelt(channel_names[c]), &change, "s", 5), 0);
}

static void
list_bans(int c)
{
	int b;

	if (!net.people[0].on[c])
		return;
	if (!net.bans_come[c])
		memcpy(net.bans_left[c], net.bans[c], sizeof(net.bans[c]));
	net.bans_come[c] = true;
	for (b = 0; b < BANS; b++)
		if (net.bans_left[c][b]) {
			net.bans_left[c][b] = false;
			assert_int_equal(sb_roster_list_entry(net.state, spelt(channel_names[c]),
						 'b', masks[b], "s", 5),
				0);
			return;
		}
	assert_int_equal(sb_roster_list_end(net.state, spelt(channel_names[c]), 'b'), 0);
	net.bans_come[c] = false;
	net.knows_bans[c] = true;
}

#endif
