#ifndef TESTS_ROSTER_FIXTURE_H
#define TESTS_ROSTER_FIXTURE_H

/* A roster of ours, "me", and short ways to tell it things. */

#include "kit_cmocka.h"

#include <errno.h>
#include <string.h>

#include "protocols/roster_check.h"

static const struct sb_hash_seed roster_seed = { 1, 2 };

static inline struct sb_irc_state *
make_roster(size_t max_bytes)
{
	struct sb_irc_state *state;

	assert_int_equal(sb_roster_create(&roster_seed, max_bytes, &state), 0);
	assert_int_equal(sb_roster_begin(state, "me"), 0);
	return state;
}

static inline int
join(struct sb_irc_state *state, const char *nick, const char *channel)
{
	return sb_roster_joined(
		state, &(struct sb_roster_who){ nick, "u", "h" }, channel, NULL, NULL);
}

/* Our own join, and those of others, "bob carol". */
static inline struct sb_irc_state *
make_roster_of(const char *channel, const char *others)
{
	struct sb_irc_state *state = make_roster(SIZE_MAX);
	char buf[256], *rest = buf, *nick;

	(void)snprintf(buf, sizeof(buf), "%s", others);
	assert_int_equal(join(state, "me", channel), 0);
	while ((nick = strtok_r(rest, " ", &rest)))
		assert_int_equal(join(state, nick, channel), 0);
	return state;
}

static inline int
change(struct sb_irc_state *state, const char *channel, const char *letter, enum sb_mode_kind kind,
	const char *arg)
{
	struct sb_mode_change change = {
		.is_added = letter[0] == '+', .letter = letter[1], .kind = kind, .arg = arg
	};

	return sb_roster_mode(state, channel, &change, "setter", 9);
}

/* The members of a channel with their ranks, by the order of their nicks: "bob carol=ov me". */
static inline void
expect_members(const struct sb_irc_state *state, const char *name, const char *expected)
{
	const struct sb_irc_channel *channel = sb_irc_channel_find(state, name);
	const struct sb_irc_member *m, *next;
	char text[512] = "";
	const char *last = "";

	assert_non_null(channel);
	check_roster(state, 9);
	do {
		const char *nick, *next_nick = NULL;

		next = NULL;
		for (m = NULL; (m = sb_irc_member_next(channel, m));) {
			nick = sb_irc_user_nick(sb_irc_member_user(m));
			if (strcmp(nick, last) > 0 && (!next || strcmp(nick, next_nick) < 0)) {
				next = m;
				next_nick = nick;
			}
		}
		if (next) {
			struct sb_irc_ranks ranks = sb_irc_member_ranks(state, next);

			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s",
				*text ? " " : "", next_nick, *ranks.letters ? "=" : "",
				ranks.letters);
			last = next_nick;
		}
	} while (next);
	assert_string_equal(text, expected);
}

static inline bool
is_whole(const struct sb_irc_state *state, const char *channel)
{
	return sb_irc_channel_is_whole(sb_irc_channel_find(state, channel));
}

/* Entries of NAMES, "@bob +carol". */
static inline void
name(struct sb_irc_state *state, const char *channel, const char *entries)
{
	char buf[256], *rest = buf, *entry;

	(void)snprintf(buf, sizeof(buf), "%s", entries);
	while ((entry = strtok_r(rest, " ", &rest)))
		assert_int_equal(sb_roster_names(state, channel, entry, true), 0);
}

#endif
