#include "roster_private.h"

#include <errno.h>
#include <string.h>

/* A nick as notes have it: made once for those of all channels. */
struct key {
	size_t len; /* 0: it is none */
	uint32_t hash;
	char folded[SB_ROSTER_NAME_MAX + 1];
};

static void
make_key(const struct sb_irc_state *state, const char *nick, struct key *ret_key)
{
	ret_key->len = sb_roster_fold(state, nick, ret_key->folded);
	if (ret_key->len)
		ret_key->hash = sb_hash_bytes(&state->seed, ret_key->folded, ret_key->len);
}

static struct gone *
find_by_key(const struct sb_irc_channel *channel, const struct key *key)
{
	struct gone *gone = NULL;

	if (key->len)
		HASH_FIND_BYHASHVALUE(hh, channel->gone, key->folded, key->len, key->hash, gone);
	return gone;
}

static struct gone *
find_gone(const struct sb_irc_state *state, const struct sb_irc_channel *channel, const char *nick)
{
	struct key key;

	if (!channel->gone)
		return NULL;
	make_key(state, nick, &key);
	return find_by_key(channel, &key);
}

static size_t
gone_size(const char *folded)
{
	return sizeof(struct gone) + strlen(folded) + 1;
}

/* 0 or -ENOMEM. */
static int
call(struct sb_irc_state *state, struct sb_irc_channel *channel, struct gone *gone, const char *now)
{
	int error;

	channel->n_renamed -= gone->now != NULL;
	error = sb_roster_text(state, &gone->now, now);
	channel->n_renamed += gone->now != NULL;
	return error;
}

static void
drop_gone(struct sb_irc_state *state, struct sb_irc_channel *channel, struct gone *gone)
{
	HASH_DELETE(hh, channel->gone, gone);
	(void)call(state, channel, gone, NULL);
	sb_roster_give(state, gone, gone_size(gone->folded));
	state->n_gone--;
}

static struct gone *
make_gone(struct sb_irc_state *state, struct sb_irc_channel *channel, const struct key *key)
{
	struct gone *gone;

	if (state->n_gone == SB_ROSTER_GONE_MAX || !key->len)
		return NULL;
	gone = sb_roster_take(state, gone_size(key->folded));
	if (!gone)
		return NULL;
	memcpy(gone->folded, key->folded, key->len + 1);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, channel->gone, gone->folded, key->len, key->hash, gone);
	if (!gone->hh.tbl) {
		sb_roster_give(state, gone, gone_size(key->folded));
		return NULL;
	}
	state->n_gone++;
	return gone;
}

static struct sb_irc_member *
find_member(
	const struct sb_irc_state *state, const struct sb_irc_channel *channel, const char *nick)
{
	const struct sb_irc_user *user = sb_roster_user_find(state, nick);

	return user ? sb_roster_member_find(channel, user) : NULL;
}

/* Somebody is called by a nick of which there is a note: an entry of that nick may mean him or who
 * had it before. Only if nothing depends on it is the list still sound: he is known to be there, and
 * so is the other, if that is there still. */
static void
claim(struct sb_irc_state *state, struct sb_irc_channel *channel, const char *nick, bool is_there)
{
	struct gone *gone = find_gone(state, channel, nick);
	struct sb_irc_member *before;

	if (!gone)
		return;
	before = gone->now ? find_member(state, channel, gone->now) : NULL;
	if (!is_there || (gone->now && !before)) {
		sb_roster_channel_spoil(state, channel);
		return;
	}
	if (before)
		before->is_named = true;
	drop_gone(state, channel, gone);
}

/* The same of a rename. What entries of the nick say of ranks may not be his. */
static void
claim_renamed(struct sb_irc_state *state, struct sb_irc_channel *channel, const char *from,
	const char *to)
{
	struct sb_irc_member *member = find_member(state, channel, from);

	if (!find_gone(state, channel, to))
		return;
	claim(state, channel, to, member && member->is_named);
	if (member && member->is_named)
		member->fresh = UINT16_MAX;
}

/* Whoever was to be taken for the nick is what it is now; who is called as he was before needs no
 * note. */
static bool
follow(struct sb_irc_state *state, struct sb_irc_channel *channel, const char *nick,
	const char *now)
{
	struct gone *gone, *next;
	bool is_kept = true;

	if (!channel->n_renamed)
		return true;
	HASH_ITER(hh, channel->gone, gone, next)
	{
		if (!gone->now || !sb_casemap_same(state->map, gone->now, nick))
			continue;
		if (now && sb_casemap_same(state->map, gone->folded, now))
			drop_gone(state, channel, gone);
		else if (call(state, channel, gone, now))
			is_kept = false;
	}
	return is_kept;
}

/* key: of the nick. */
static void
note(struct sb_irc_state *state, struct sb_irc_channel *channel, const char *nick,
	const struct key *key, const char *now)
{
	struct gone *gone;
	bool is_kept;

	if (!channel->is_coming || channel->is_broken
		|| (now && sb_casemap_same(state->map, nick, now)))
		return;
	is_kept = follow(state, channel, nick, now);
	if (now)
		claim_renamed(state, channel, nick, now);
	/* A note that there is tells of who had the nick when the list began. */
	if (is_kept && !find_by_key(channel, key)) {
		gone = make_gone(state, channel, key);
		is_kept = gone && !call(state, channel, gone, now);
	}
	if (!is_kept)
		sb_roster_channel_spoil(state, channel);
}

void
sb_roster_gone_note(struct sb_irc_state *state, struct sb_irc_channel *channel, const char *nick,
	const char *now)
{
	struct key key;

	if (!channel->is_coming)
		return;
	make_key(state, nick, &key);
	note(state, channel, nick, &key, now);
}

void
sb_roster_gone_note_all(struct sb_irc_state *state, const char *nick, const char *now)
{
	struct sb_irc_channel *channel;
	struct key key;

	if (!state->n_coming)
		return;
	make_key(state, nick, &key);
	for (channel = state->channels; channel; channel = channel->hh.next)
		note(state, channel, nick, &key, now);
}

void
sb_roster_gone_joined(struct sb_irc_state *state, struct sb_irc_channel *channel, const char *nick)
{
	claim(state, channel, nick, true);
}

void
sb_roster_coming_end(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	struct gone *gone, *next;

	HASH_ITER(hh, channel->gone, gone, next)
	drop_gone(state, channel, gone);
	state->n_coming -= channel->is_coming;
	channel->is_coming = channel->is_broken = false;
}

static void
begin(struct sb_irc_state *state, struct sb_irc_channel *channel)
{
	struct sb_irc_member *member;

	channel->is_coming = true;
	state->n_coming++;
	DL_FOREACH(channel->members, member)
	{
		member->is_named = false;
		member->fresh = 0;
	}
}

/* Takes the signs off the entry. Those of ranks that the server has not told of are no nick's,
 * either. */
static uint16_t
take_signs(const struct sb_irc_state *state, const char **entry)
{
	uint16_t ranks = 0;
	size_t i;

	for (;; ++*entry) {
		for (i = 0; i < state->n_prefixes; i++)
			if (**entry && state->prefixes[i].sign == **entry)
				break;
		if (i < state->n_prefixes)
			ranks |= (uint16_t)(1U << i);
		else if (!**entry || !strchr("~&@%+!.*", **entry))
			return ranks;
	}
}

struct sb_roster_who
sb_roster_split(char *text)
{
	struct sb_roster_who who = { .nick = text };
	char *at, *bang = strchr(text, '!');

	if (!bang)
		return who;
	*bang = '\0';
	who.user = bang + 1;
	at = strchr(bang + 1, '@');
	if (at) {
		*at = '\0';
		who.host = at + 1;
	}
	return who;
}

/* Those below the highest of some. */
static unsigned
below(unsigned ranks)
{
	unsigned highest = ranks & (~ranks + 1U);

	return highest ? ~(highest | (highest - 1)) : 0;
}

static void
set_ranks(struct sb_irc_member *member, unsigned listed, bool has_all)
{
	unsigned ranks = has_all ? listed : listed | (member->ranks & below(listed));

	member->ranks = (uint16_t)((member->ranks & member->fresh) | (ranks & ~member->fresh));
	member->is_named = true;
}

/* What is known of somebody's host is newer than the list. */
static int
meet(struct sb_irc_state *state, const struct sb_roster_who *who, struct sb_irc_user **ret_user)
{
	*ret_user = sb_roster_user_find(state, who->nick);
	if (!*ret_user)
		return sb_roster_user_meet(state, who, ret_user);
	if (*sb_roster_user_text(*ret_user, TEXT_HOST))
		return 0;
	return sb_roster_user_set_who(state, *ret_user, who);
}

static int
take_entry(struct sb_irc_state *state, struct sb_irc_channel *channel,
	const struct sb_roster_who *who, unsigned listed, bool has_all)
{
	struct sb_irc_member *member;
	struct sb_irc_user *user;
	int error;

	/* Of a list that is broken nobody is taken: he may have left. */
	if (channel->is_broken && !sb_roster_user_find(state, who->nick))
		return -ENOMEM;
	error = meet(state, who, &user);
	if (error == -ENOMEM)
		sb_roster_channel_spoil(state, channel);
	if (error)
		return error;
	if (channel->is_broken && !sb_roster_member_find(channel, user))
		return -ENOMEM;
	error = sb_roster_member_meet(state, channel, user, &member);
	if (error)
		sb_roster_user_release(state, user);
	else
		set_ranks(member, listed, has_all);
	return error;
}

/* The channel of an entry: most often that of the one before. */
static struct sb_irc_channel *
find_listed(struct sb_irc_state *state, const char *name)
{
	if (!state->listed || strcmp(sb_roster_channel_name(state->listed), name) != 0)
		state->listed = sb_roster_channel_find(state, name);
	return state->listed;
}

int
sb_roster_names(struct sb_irc_state *state, const char *name, const char *entry, bool has_all_signs)
{
	struct sb_irc_channel *channel = find_listed(state, name);
	char text[2 * SB_ROSTER_NAME_MAX + 1];
	const struct gone *gone;
	struct sb_roster_who who;
	uint16_t listed;

	if (!channel)
		return -ENOENT;
	listed = take_signs(state, &entry);
	if (!channel->is_coming)
		begin(state, channel);
	if (!*entry || strlen(entry) >= sizeof(text))
		return -EINVAL;
	memcpy(text, entry, strlen(entry) + 1);
	who = sb_roster_split(text);
	gone = find_gone(state, channel, who.nick);
	if (gone && !gone->now)
		return 0;
	if (gone)
		who.nick = gone->now;
	return take_entry(state, channel, &who, listed, has_all_signs);
}

int
sb_roster_names_end(struct sb_irc_state *state, const char *name)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct sb_irc_member *member, *next;

	if (!channel)
		return -ENOENT;
	if (!channel->is_coming)
		return 0;
	channel->is_whole = !channel->is_broken;
	DL_FOREACH_SAFE(channel->members, member, next)
	{
		struct sb_irc_user *user = member->user;

		if (!channel->is_whole || member->is_named || user->is_self)
			continue;
		sb_roster_member_drop(state, member);
		sb_roster_user_release(state, user);
	}
	sb_roster_coming_end(state, channel);
	return 0;
}
