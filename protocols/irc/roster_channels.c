#include "roster_private.h"

#include <errno.h>
#include <string.h>

const char *
sb_roster_channel_name(const struct sb_irc_channel *channel)
{
	const char *folded = channel->hh.key;

	return folded + strlen(folded) + 1;
}

static size_t
names_size(const struct sb_irc_channel *channel)
{
	return 2 * (strlen(channel->hh.key) + 1);
}

static struct sb_irc_channel *
find_folded(const struct sb_irc_state *state, const char *folded, size_t len)
{
	struct sb_irc_channel *channel;

	HASH_FIND_BYHASHVALUE(hh, state->channels, folded, len,
		sb_hash_bytes(&state->seed, folded, len), channel);
	return channel;
}

struct sb_irc_channel *
sb_roster_channel_find(const struct sb_irc_state *state, const char *name)
{
	char folded[SB_ROSTER_NAME_MAX + 1];
	size_t len;

	if (!state->channels)
		return NULL;
	len = sb_roster_fold(state, name, folded);
	return len ? find_folded(state, folded, len) : NULL;
}

/* Puts the channel in the table by these names: folded, and as it is. */
static int
enter(struct sb_irc_state *state, struct sb_irc_channel *channel, char *names)
{
	size_t len = strlen(names);

	HASH_ADD_KEYPTR_BYHASHVALUE(
		hh, state->channels, names, len, sb_hash_bytes(&state->seed, names, len), channel);
	if (channel->hh.tbl)
		return 0;
	channel->hh.key = names;
	state->is_whole = false;
	return -ENOMEM;
}

/* The block of both. NULL for -ENOMEM. */
static char *
pack(struct sb_irc_state *state, const char *folded, const char *name)
{
	size_t size = strlen(name) + 1;
	char *names = sb_roster_take(state, 2 * size);

	if (names) {
		memcpy(names, folded, size);
		memcpy(names + size, name, size);
	}
	return names;
}

/* -1 for none. */
static int
free_slot(const struct sb_irc_state *state)
{
	int i;

	for (i = 0; i < SB_ROSTER_CHANNELS_MAX; i++)
		if (!state->slots[i])
			return i;
	return -1;
}

int
sb_roster_channel_make(
	struct sb_irc_state *state, const char *name, struct sb_irc_channel **ret_channel)
{
	char folded[SB_ROSTER_NAME_MAX + 1], *names;
	struct sb_irc_channel *channel;
	int slot = free_slot(state);

	if (!sb_roster_fold(state, name, folded))
		return -EINVAL;
	if (slot < 0) {
		state->is_whole = false;
		return -ENOMEM;
	}
	channel = sb_roster_take(state, sizeof(*channel));
	names = channel ? pack(state, folded, name) : NULL;
	if (!names || enter(state, channel, names)) {
		sb_roster_give(state, names, 2 * (strlen(name) + 1));
		sb_roster_give(state, channel, sizeof(*channel));
		return -ENOMEM;
	}
	channel->index = (uint16_t)slot;
	state->slots[slot] = channel;
	*ret_channel = channel;
	return 0;
}

/* Of one that is not in the table. */
static void
destroy(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	sb_roster_coming_end(state, channel);
	while (channel->members) {
		struct sb_irc_user *user = channel->members->user;

		sb_roster_member_drop(state, channel->members);
		sb_roster_user_release(state, user);
	}
	sb_roster_modes_clear(state, channel);
	sb_roster_lists_clear(state, channel);
	(void)sb_roster_text(state, &channel->topic, NULL);
	(void)sb_roster_text(state, &channel->setter, NULL);
	(void)sb_roster_text(state, &channel->url, NULL);
	state->slots[channel->index] = NULL;
	if (state->listed == channel)
		state->listed = NULL;
	sb_roster_give(state, sb_roster_block(channel->hh.key), names_size(channel));
	sb_roster_give(state, channel, sizeof(*channel));
}

void
sb_roster_channel_drop(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	HASH_DELETE(hh, state->channels, channel);
	destroy(state, channel);
}

void
sb_roster_channel_spoil(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	channel->is_whole = false;
	channel->is_broken = channel->is_coming;
	state->is_whole = false;
}

int
sb_roster_channel_fold(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	char folded[SB_ROSTER_NAME_MAX + 1];
	char *names = sb_roster_block(channel->hh.key);
	struct sb_irc_channel *other;
	size_t len = sb_roster_fold(state, sb_roster_channel_name(channel), folded);

	if (!strcmp(folded, names))
		return 0;
	other = find_folded(state, folded, len);
	if (other) {
		sb_roster_channel_spoil(state, other);
		sb_roster_channel_drop(state, channel);
		return 0;
	}
	HASH_DELETE(hh, state->channels, channel);
	memcpy(names, folded, strlen(folded));
	if (!enter(state, channel, names))
		return 0;
	destroy(state, channel);
	return -ENOMEM;
}

int
sb_roster_channel_renamed(struct sb_irc_state *state, const char *from, const char *to)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, from), *other;
	char folded[SB_ROSTER_NAME_MAX + 1], *names;
	size_t len = sb_roster_fold(state, to, folded);

	if (!len)
		return -EINVAL;
	if (!channel)
		return -ENOENT;
	other = find_folded(state, folded, len);
	if (other && other != channel)
		sb_roster_channel_drop(state, other);
	names = pack(state, folded, to);
	if (!names) {
		sb_roster_channel_drop(state, channel);
		return -ENOMEM;
	}
	HASH_DELETE(hh, state->channels, channel);
	sb_roster_give(state, sb_roster_block(channel->hh.key), names_size(channel));
	channel->hh.key = names;
	if (!enter(state, channel, names))
		return 0;
	destroy(state, channel);
	return -ENOMEM;
}

int
sb_roster_topic(struct sb_irc_state *state, const char *channel, const char *text,
	const char *setter, int64_t set_s)
{
	struct sb_irc_channel *on = sb_roster_channel_find(state, channel);

	if (!on)
		return -ENOENT;
	if (sb_roster_text(state, &on->topic, text)) {
		(void)sb_roster_topic_set_by(state, channel, NULL, 0);
		return -ENOMEM;
	}
	return sb_roster_topic_set_by(state, channel, setter, set_s);
}

int
sb_roster_topic_set_by(
	struct sb_irc_state *state, const char *channel, const char *setter, int64_t set_s)
{
	struct sb_irc_channel *on = sb_roster_channel_find(state, channel);

	if (!on)
		return -ENOENT;
	on->set_s = set_s;
	return sb_roster_text(state, &on->setter, setter);
}

int
sb_roster_created(struct sb_irc_state *state, const char *channel, int64_t created_s)
{
	struct sb_irc_channel *on = sb_roster_channel_find(state, channel);

	if (!on)
		return -ENOENT;
	on->created_s = created_s;
	return 0;
}

int
sb_roster_url(struct sb_irc_state *state, const char *channel, const char *url)
{
	struct sb_irc_channel *on = sb_roster_channel_find(state, channel);

	return on ? sb_roster_text(state, &on->url, url) : -ENOENT;
}

struct sb_roster_notes *
sb_roster_notes(struct sb_irc_state *state, const char *channel)
{
	struct sb_irc_channel *on = sb_roster_channel_find(state, channel);

	return on ? &on->notes : NULL;
}
