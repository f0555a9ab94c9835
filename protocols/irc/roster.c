#include "roster_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

/* What the allocator adds to a block, about. */
enum { BLOCK_HEADER = 16 };

void *
sb_roster_take(struct sb_irc_state *state, size_t size)
{
	void *block = NULL;

	if (state->max_bytes - state->n_bytes >= size + BLOCK_HEADER)
		block = calloc(1, size);
	if (block)
		state->n_bytes += size + BLOCK_HEADER;
	else
		state->is_whole = false;
	return block;
}

void
sb_roster_give(struct sb_irc_state *state, void *block, size_t size)
{
	if (!block)
		return;
	state->n_bytes -= size + BLOCK_HEADER;
	free(block);
}

size_t
sb_roster_cut(const char *text)
{
	return sb_wire_cut(text, strlen(text), SB_ROSTER_TEXT_MAX);
}

int
sb_roster_text(struct sb_irc_state *state, char **text, const char *value)
{
	size_t len = value ? sb_roster_cut(value) : 0;
	char *copy = value ? sb_roster_take(state, len + 1) : NULL;

	if (*text)
		sb_roster_give(state, *text, strlen(*text) + 1);
	*text = copy;
	if (copy)
		memcpy(copy, value, len);
	return copy || !value ? 0 : -ENOMEM;
}

size_t
sb_roster_fold(const struct sb_irc_state *state, const char *name, char *buf)
{
	size_t len = strlen(name);

	if (len > SB_ROSTER_NAME_MAX)
		return 0;
	sb_casemap_fold_bytes(state->map, name, len, buf);
	return len;
}

static void
set_defaults(struct sb_irc_state *state)
{
	static const struct sb_isupport_prefix silent[] = { { 'o', '@' }, { 'v', '+' } };

	state->map = SB_CASEMAP_RFC1459;
	memcpy(state->prefixes, silent, sizeof(silent));
	state->n_prefixes = 2;
}

/* Forgets all but what the server has said of itself. */
static void
clear(struct sb_irc_state *state)
{
	struct sb_irc_channel *channel, *next_channel;
	struct sb_irc_user *user, *next_user;

	HASH_ITER(hh, state->channels, channel, next_channel)
	sb_roster_channel_drop(state, channel);
	HASH_ITER(hh, state->users, user, next_user)
	sb_roster_user_drop(state, user);
	state->nick[0] = '\0';
	state->umodes[0] = '\0';
	state->is_whole = true;
}

int
sb_roster_create(const struct sb_hash_seed *seed, size_t max_bytes, struct sb_irc_state **ret_state)
{
	struct sb_irc_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	state->seed = *seed;
	state->max_bytes = max_bytes;
	set_defaults(state);
	clear(state);
	*ret_state = state;
	return 0;
}

void
sb_roster_destroy(struct sb_irc_state *state)
{
	if (!state)
		return;
	clear(state);
	sb_assert(state->n_bytes == 0);
	free(state);
}

int
sb_roster_begin(struct sb_irc_state *state, const char *nick)
{
	char folded[SB_ROSTER_NAME_MAX + 1];

	clear(state);
	if (!sb_roster_fold(state, nick, folded))
		return -EINVAL;
	memcpy(state->nick, nick, strlen(nick) + 1);
	return sb_roster_user_meet(
		state, &(struct sb_roster_who){ .nick = nick }, &(struct sb_irc_user *){ NULL });
}

void
sb_roster_reset(struct sb_irc_state *state)
{
	clear(state);
	set_defaults(state);
}

bool
sb_roster_is_self(const struct sb_irc_state *state, const char *nick)
{
	return *state->nick && sb_casemap_same(state->map, state->nick, nick);
}

size_t
sb_roster_n_bytes(const struct sb_irc_state *state)
{
	return state->n_bytes;
}

static int
fold_channels(struct sb_irc_state *state)
{
	size_t n = HASH_COUNT(state->channels);
	struct sb_irc_channel *channel, *next;
	int error = 0;

	for (channel = state->channels; channel && n; channel = next, n--) {
		next = channel->hh.next;
		if (channel->is_coming)
			sb_roster_channel_spoil(state, channel);
		sb_roster_lists_spoil(state, channel);
		if (sb_roster_channel_fold(state, channel))
			error = -ENOMEM;
	}
	return error;
}

/* Who is folded anew goes to the end of the table, so that each is met once. We come first: it is
 * for us that another may go, and the rest goes for nobody but itself. */
static int
fold_users(struct sb_irc_state *state)
{
	struct sb_irc_user *user, *next;
	int error = state->self ? sb_roster_user_fold(state, state->self) : 0;
	size_t n = HASH_COUNT(state->users);

	for (user = state->users; user && n; user = next, n--) {
		next = user->hh.next;
		if (sb_roster_user_fold(state, user))
			error = -ENOMEM;
	}
	return error;
}

int
sb_roster_set_casemap(struct sb_irc_state *state, enum sb_casemap map)
{
	int of_channels, of_users;

	if (map == state->map)
		return 0;
	state->map = map;
	of_channels = fold_channels(state);
	of_users = fold_users(state);
	return of_channels ? of_channels : of_users;
}

/* The bits of the ranks, those that there still are, by the new prefixes. */
static uint16_t
moved(const uint16_t *to, uint16_t ranks)
{
	uint16_t now = 0;
	size_t i;

	for (i = 0; i < SB_ISUPPORT_PREFIX_MAX; i++)
		if (ranks >> i & 1)
			now |= to[i];
	return now;
}

void
sb_roster_set_prefixes(
	struct sb_irc_state *state, const struct sb_isupport_prefix *prefixes, size_t n)
{
	uint16_t to[SB_ISUPPORT_PREFIX_MAX] = { 0 };
	const struct sb_irc_channel *channel;
	struct sb_irc_member *member;
	size_t i, k;

	sb_assert(n <= SB_ISUPPORT_PREFIX_MAX);
	for (i = 0; i < state->n_prefixes; i++)
		for (k = 0; k < n; k++)
			if (prefixes[k].letter == state->prefixes[i].letter)
				to[i] = (uint16_t)(1U << k);
	for (channel = state->channels; channel; channel = channel->hh.next)
		DL_FOREACH(channel->members, member)
		{
			member->ranks = moved(to, member->ranks);
			member->fresh = moved(to, member->fresh);
		}
	memmove(state->prefixes, prefixes, n * sizeof(*prefixes));
	state->n_prefixes = n;
}
