#ifndef TESTS_ROSTER_CHECK_H
#define TESTS_ROSTER_CHECK_H

/* What is so of any roster, whatever it was told. */

#include <string.h>

#include <signalbox/hash.h>

#include "protocols/irc/roster.h"

static inline size_t
check_members(const struct sb_irc_state *state, const struct sb_irc_channel *channel)
{
	const struct sb_irc_member *m = NULL, *of_user;
	size_t n = 0;

	while ((m = sb_irc_member_next(channel, m))) {
		const struct sb_irc_user *user = sb_irc_member_user(m);

		sb_assert(sb_irc_member_channel(state, m) == channel);
		sb_assert(sb_irc_user_find(state, sb_irc_user_nick(user)) == user);
		sb_assert(sb_irc_member_find(state, channel, sb_irc_user_nick(user)) == m);
		of_user = NULL;
		while ((of_user = sb_irc_user_member_next(user, of_user)) != m)
			sb_assert(of_user);
		sb_assert(strlen(sb_irc_member_ranks(state, m).letters) <= 16);
		n++;
	}
	sb_assert(n == sb_irc_channel_n_members(channel));
	return n;
}

static inline void
check_lists(const struct sb_irc_channel *channel)
{
	const struct sb_irc_mode *mode = NULL;
	const struct sb_irc_mask *mask = NULL, *other;

	while ((mode = sb_irc_channel_mode_next(channel, mode)))
		sb_assert(sb_irc_channel_mode(channel, mode->letter) == mode);
	while ((mask = sb_irc_channel_mask_next(channel, 'b', mask)))
		for (other = NULL; (other = sb_irc_channel_mask_next(channel, 'b', other));)
			sb_assert(other == mask || strcmp(other->mask, mask->mask));
}

/* monitored: how many users may be known without a channel in common. */
static inline void
check_roster(const struct sb_irc_state *state, size_t monitored)
{
	const struct sb_irc_channel *channel = NULL;
	const struct sb_irc_user *user = NULL, *self = sb_irc_state_self(state);
	size_t n_members = 0, n_of_users = 0, n_channels = 0, n_users = 0, n_alone = 0;
	size_t n_hostless = 0, n_accountless = 0;

	while ((channel = sb_irc_channel_next(state, channel))) {
		sb_assert(sb_irc_channel_find(state, sb_irc_channel_name(channel)) == channel);
		n_members += check_members(state, channel);
		check_lists(channel);
		n_channels++;
	}
	while ((user = sb_irc_user_next(state, user))) {
		const struct sb_irc_member *m = sb_irc_user_member_next(user, NULL);

		n_alone += !m && user != self;
		n_hostless += !sb_irc_user_host(user);
		n_accountless += sb_irc_user_account_state(user) == SB_IRC_ACCOUNT_UNKNOWN;
		for (; m; m = sb_irc_user_member_next(user, m))
			n_of_users++;
		n_users++;
	}
	sb_assert(n_of_users == n_members && n_channels == sb_irc_state_n_channels(state));
	sb_assert(n_users == sb_irc_state_n_users(state) && n_alone <= monitored);
	sb_assert(sb_roster_lacks_hosts(state) == (n_hostless > 0));
	sb_assert(sb_roster_lacks_accounts(state) == (n_accountless > 0));
	sb_assert(!self || !strcmp(sb_irc_user_nick(self), sb_irc_state_nick(state)));
}

#endif
