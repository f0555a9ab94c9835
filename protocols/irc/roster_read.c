#include "roster_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- Ourselves ---- */

const char *
sb_irc_state_nick(const struct sb_irc_state *state)
{
	return state->nick;
}

const struct sb_irc_user *
sb_irc_state_self(const struct sb_irc_state *state)
{
	return state->self;
}

const char *
sb_irc_state_umodes(const struct sb_irc_state *state)
{
	return state->umodes;
}

bool
sb_irc_state_is_whole(const struct sb_irc_state *state)
{
	return state->is_whole;
}

/* ---- Channels ---- */

const struct sb_irc_channel *
sb_irc_channel_find(const struct sb_irc_state *state, const char *name)
{
	return sb_roster_channel_find(state, name);
}

const struct sb_irc_channel *
sb_irc_channel_next(const struct sb_irc_state *state, const struct sb_irc_channel *channel_or_null)
{
	return channel_or_null ? channel_or_null->hh.next : state->channels;
}

size_t
sb_irc_state_n_channels(const struct sb_irc_state *state)
{
	return HASH_COUNT(state->channels);
}

const char *
sb_irc_channel_name(const struct sb_irc_channel *channel)
{
	return sb_roster_channel_name(channel);
}

size_t
sb_irc_channel_n_members(const struct sb_irc_channel *channel)
{
	return channel->n_members;
}

bool
sb_irc_channel_is_whole(const struct sb_irc_channel *channel)
{
	return channel->is_whole;
}

const char *
sb_irc_channel_topic(const struct sb_irc_channel *channel)
{
	return channel->topic;
}

const char *
sb_irc_channel_topic_setter(const struct sb_irc_channel *channel)
{
	return channel->setter;
}

int64_t
sb_irc_channel_topic_set_s(const struct sb_irc_channel *channel)
{
	return channel->set_s;
}

int64_t
sb_irc_channel_created_s(const struct sb_irc_channel *channel)
{
	return channel->created_s;
}

const char *
sb_irc_channel_url(const struct sb_irc_channel *channel)
{
	return channel->url;
}

bool
sb_irc_channel_has_modes(const struct sb_irc_channel *channel)
{
	return channel->has_modes;
}

/* A mode that is shown is the beginning of ours. */
const struct sb_irc_mode *
sb_irc_channel_mode_next(
	const struct sb_irc_channel *channel, const struct sb_irc_mode *mode_or_null)
{
	const struct mode *mode = (const struct mode *)mode_or_null;

	mode = mode ? mode->next : channel->modes;
	return mode ? &mode->mode : NULL;
}

const struct sb_irc_mode *
sb_irc_channel_mode(const struct sb_irc_channel *channel, char letter)
{
	const struct sb_irc_mode *mode = sb_irc_channel_mode_next(channel, NULL);

	while (mode && mode->letter != letter)
		mode = sb_irc_channel_mode_next(channel, mode);
	return mode;
}

const char *
sb_irc_channel_key(const struct sb_irc_channel *channel)
{
	const struct sb_irc_mode *mode = sb_irc_channel_mode(channel, 'k');

	return mode ? mode->arg : NULL;
}

uint32_t
sb_irc_channel_limit(const struct sb_irc_channel *channel)
{
	const struct sb_irc_mode *mode = sb_irc_channel_mode(channel, 'l');
	unsigned long long limit;

	if (!mode || !mode->arg || mode->arg[0] < '0' || mode->arg[0] > '9')
		return 0;
	limit = strtoull(mode->arg, NULL, 10);
	return limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
}

static const struct list *
find_list(const struct sb_irc_channel *channel, char letter)
{
	const struct list *list = channel->lists;

	while (list && list->letter != letter)
		list = list->next;
	return list;
}

bool
sb_irc_channel_has_list(const struct sb_irc_channel *channel, char letter)
{
	const struct list *list = find_list(channel, letter);

	return list && list->is_whole;
}

const struct sb_irc_mask *
sb_irc_channel_mask_next(
	const struct sb_irc_channel *channel, char letter, const struct sb_irc_mask *mask_or_null)
{
	const struct entry *entry = (const struct entry *)mask_or_null;
	const struct list *list;

	if (entry) {
		entry = entry->next;
	} else {
		list = find_list(channel, letter);
		entry = list ? list->entries : NULL;
	}
	while (entry && entry->is_gone)
		entry = entry->next;
	return entry ? &entry->mask : NULL;
}

/* ---- Members ---- */

const struct sb_irc_member *
sb_irc_member_find(
	const struct sb_irc_state *state, const struct sb_irc_channel *channel, const char *nick)
{
	const struct sb_irc_user *user = sb_roster_user_find(state, nick);

	return user ? sb_roster_member_find(channel, user) : NULL;
}

const struct sb_irc_member *
sb_irc_member_next(const struct sb_irc_channel *channel, const struct sb_irc_member *member_or_null)
{
	return member_or_null ? member_or_null->next : channel->members;
}

const struct sb_irc_user *
sb_irc_member_user(const struct sb_irc_member *member)
{
	return member->user;
}

const struct sb_irc_channel *
sb_irc_member_channel(const struct sb_irc_state *state, const struct sb_irc_member *member)
{
	return state->slots[member->channel];
}

struct sb_irc_ranks
sb_irc_member_ranks(const struct sb_irc_state *state, const struct sb_irc_member *member)
{
	struct sb_irc_ranks ranks = { "" };
	size_t i, n = 0;

	for (i = 0; i < state->n_prefixes; i++)
		if (member->ranks >> i & 1)
			ranks.letters[n++] = state->prefixes[i].letter;
	return ranks;
}

bool
sb_irc_member_has_rank(
	const struct sb_irc_state *state, const struct sb_irc_member *member, char letter)
{
	size_t i;

	for (i = 0; i < state->n_prefixes; i++)
		if (state->prefixes[i].letter == letter)
			return member->ranks & ((2U << i) - 1);
	return false;
}

/* ---- Users ---- */

const struct sb_irc_user *
sb_irc_user_find(const struct sb_irc_state *state, const char *nick)
{
	return sb_roster_user_find(state, nick);
}

const struct sb_irc_user *
sb_irc_user_next(const struct sb_irc_state *state, const struct sb_irc_user *user_or_null)
{
	return user_or_null ? user_or_null->hh.next : state->users;
}

size_t
sb_irc_state_n_users(const struct sb_irc_state *state)
{
	return HASH_COUNT(state->users);
}

static const char *
known(const struct sb_irc_user *user, enum user_text which)
{
	const char *text = sb_roster_user_text(user, which);

	return *text ? text : NULL;
}

const char *
sb_irc_user_nick(const struct sb_irc_user *user)
{
	return sb_roster_user_text(user, TEXT_NICK);
}

const char *
sb_irc_user_user(const struct sb_irc_user *user)
{
	return known(user, TEXT_USER);
}

const char *
sb_irc_user_host(const struct sb_irc_user *user)
{
	return known(user, TEXT_HOST);
}

const char *
sb_irc_user_realname(const struct sb_irc_user *user)
{
	return known(user, TEXT_REALNAME);
}

enum sb_irc_account
sb_irc_user_account_state(const struct sb_irc_user *user)
{
	if (!user->has_account)
		return SB_IRC_ACCOUNT_UNKNOWN;
	return known(user, TEXT_ACCOUNT) ? SB_IRC_ACCOUNT_KNOWN : SB_IRC_ACCOUNT_NONE;
}

const char *
sb_irc_user_account(const struct sb_irc_user *user)
{
	return user->has_account ? known(user, TEXT_ACCOUNT) : NULL;
}

bool
sb_irc_user_is_away(const struct sb_irc_user *user)
{
	return user->is_away;
}

const char *
sb_irc_user_away(const struct sb_irc_user *user)
{
	return user->is_away ? known(user, TEXT_AWAY) : NULL;
}

bool
sb_irc_user_is_bot(const struct sb_irc_user *user)
{
	return user->is_bot;
}

bool
sb_irc_user_is_oper(const struct sb_irc_user *user)
{
	return user->is_oper;
}

const struct sb_irc_member *
sb_irc_user_member_next(const struct sb_irc_user *user, const struct sb_irc_member *member_or_null)
{
	return member_or_null ? member_or_null->next_of_user : user->members;
}
