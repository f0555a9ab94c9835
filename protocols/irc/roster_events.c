#include "roster_private.h"

#include <errno.h>
#include <string.h>

/* We are on a channel: one that we thought to be on is another now. */
static int
join_self(struct sb_irc_state *state, const struct sb_roster_who *who, const char *name)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct sb_irc_member *member;
	struct sb_irc_user *user;
	int error;

	if (channel)
		sb_roster_channel_drop(state, channel);
	error = sb_roster_channel_make(state, name, &channel);
	if (error)
		return error;
	error = sb_roster_user_meet(state, who, &user);
	if (!error)
		error = sb_roster_member_meet(state, channel, user, &member);
	if (error)
		sb_roster_channel_drop(state, channel);
	return error;
}

static int
join_other(struct sb_irc_state *state, const struct sb_roster_who *who, const char *name)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct sb_irc_member *member;
	struct sb_irc_user *user;
	int error;

	if (!channel)
		return -ENOENT;
	sb_roster_gone_joined(state, channel, who->nick);
	error = sb_roster_user_meet(state, who, &user);
	if (error == -ENOMEM)
		sb_roster_channel_spoil(state, channel);
	if (error)
		return error;
	error = sb_roster_member_meet(state, channel, user, &member);
	if (error) {
		sb_roster_user_release(state, user);
		return error;
	}
	/* Who joins has no rank, whatever he had when we thought him there. */
	member->ranks = 0;
	member->fresh = UINT16_MAX;
	member->is_named = true;
	return 0;
}

int
sb_roster_joined(struct sb_irc_state *state, const struct sb_roster_who *who, const char *channel,
	const char *account, const char *realname)
{
	struct sb_irc_user *user;
	int error = sb_roster_is_self(state, who->nick) ? join_self(state, who, channel)
							: join_other(state, who, channel);

	if (error || (!account && !realname))
		return error;
	user = sb_roster_user_find(state, who->nick);
	if (user && account)
		error = sb_roster_user_set_account(state, user, account);
	if (user && realname && !error)
		error = sb_roster_user_set(state, user, TEXT_REALNAME, realname);
	return error;
}

int
sb_roster_left(struct sb_irc_state *state, const char *nick, const char *name)
{
	struct sb_irc_channel *channel = sb_roster_channel_find(state, name);
	struct sb_irc_member *member;
	struct sb_irc_user *user;

	if (!channel)
		return -ENOENT;
	if (sb_roster_is_self(state, nick)) {
		sb_roster_channel_drop(state, channel);
		return 0;
	}
	sb_roster_gone_note(state, channel, nick, NULL);
	user = sb_roster_user_find(state, nick);
	member = user ? sb_roster_member_find(channel, user) : NULL;
	if (!member)
		return -ENOENT;
	sb_roster_member_drop(state, member);
	sb_roster_user_release(state, user);
	return 0;
}

int
sb_roster_quit(struct sb_irc_state *state, const char *nick)
{
	struct sb_irc_user *user = sb_roster_user_find(state, nick);
	struct sb_irc_channel *channel, *next;

	if (sb_roster_is_self(state, nick)) {
		HASH_ITER(hh, state->channels, channel, next)
		sb_roster_channel_drop(state, channel);
		return 0;
	}
	sb_roster_gone_note_all(state, nick, NULL);
	if (!user)
		return -ENOENT;
	sb_roster_user_drop(state, user);
	return 0;
}

/* Makes way for somebody who has the nick now. */
static void
displace(struct sb_irc_state *state, struct sb_irc_user *user)
{
	if (user)
		sb_roster_user_drop(state, user);
}

static int
rename_self(struct sb_irc_state *state, const char *to)
{
	struct sb_irc_user *self = state->self, *other = sb_roster_user_find(state, to);

	if (other != self)
		displace(state, other);
	sb_roster_gone_note_all(state, state->nick, to);
	memcpy(state->nick, to, strlen(to) + 1);
	return self ? sb_roster_user_rename(state, self, to) : -ENOMEM;
}

static int
rename_other(struct sb_irc_state *state, const char *from, const char *to)
{
	struct sb_irc_user *user = sb_roster_user_find(state, from);
	struct sb_irc_user *other = sb_roster_user_find(state, to);

	sb_roster_gone_note_all(state, from, sb_roster_is_self(state, to) ? NULL : to);
	if (sb_roster_is_self(state, to)) {
		displace(state, user);
		return -EEXIST;
	}
	if (other != user)
		displace(state, other);
	if (!user)
		return -ENOENT;
	user->is_monitored = false;
	if (!user->members) {
		sb_roster_user_drop(state, user);
		return 0;
	}
	return sb_roster_user_rename(state, user, to);
}

int
sb_roster_renamed(struct sb_irc_state *state, const char *from, const char *to)
{
	char folded[SB_ROSTER_NAME_MAX + 1];

	if (!sb_roster_fold(state, from, folded) || !sb_roster_fold(state, to, folded))
		return -EINVAL;
	return sb_roster_is_self(state, from) ? rename_self(state, to)
					      : rename_other(state, from, to);
}

int
sb_roster_monitored(struct sb_irc_state *state, const struct sb_roster_who *who)
{
	struct sb_irc_user *user;
	int error = sb_roster_user_meet(state, who, &user);

	if (!error)
		user->is_monitored = true;
	return error;
}

int
sb_roster_unmonitored(struct sb_irc_state *state, const char *nick)
{
	struct sb_irc_user *user = sb_roster_user_find(state, nick);

	if (!user)
		return -ENOENT;
	user->is_monitored = false;
	sb_roster_user_release(state, user);
	return 0;
}

bool
sb_roster_lacks_hosts(const struct sb_irc_state *state)
{
	return state->n_hostless > 0;
}

bool
sb_roster_lacks_accounts(const struct sb_irc_state *state)
{
	return state->n_accountless > 0;
}

int
sb_roster_heard(struct sb_irc_state *state, const struct sb_roster_who *who)
{
	struct sb_irc_user *user = sb_roster_user_hear(state, who->nick);

	return user ? sb_roster_user_set_who(state, user, who) : -ENOENT;
}

int
sb_roster_account(struct sb_irc_state *state, const char *nick, const char *account)
{
	struct sb_irc_user *user = sb_roster_user_find(state, nick);

	return user ? sb_roster_user_set_account(state, user, account) : -ENOENT;
}

int
sb_roster_away(struct sb_irc_state *state, const char *nick, const char *text)
{
	struct sb_irc_user *user = sb_roster_user_find(state, nick);

	if (!user)
		return -ENOENT;
	user->is_away = text != NULL;
	return sb_roster_user_set(state, user, TEXT_AWAY, text ? text : "");
}

int
sb_roster_setname(struct sb_irc_state *state, const char *nick, const char *realname)
{
	struct sb_irc_user *user = sb_roster_user_find(state, nick);

	return user ? sb_roster_user_set(state, user, TEXT_REALNAME, realname) : -ENOENT;
}

static int
set_flags(
	struct sb_irc_state *state, struct sb_irc_user *user, const struct sb_roster_who_line *line)
{
	user->is_oper = line->is_oper;
	user->is_bot = line->is_bot;
	user->is_away = line->is_away;
	return line->is_away ? 0 : sb_roster_user_set(state, user, TEXT_AWAY, "");
}

int
sb_roster_who(struct sb_irc_state *state, const struct sb_roster_who_line *line)
{
	struct sb_irc_user *user = sb_roster_user_hear(state, line->who.nick);
	const char *account = line->account;
	int error;

	if (!user)
		return -ENOENT;
	error = sb_roster_user_set_who(state, user, &line->who);
	if (account && !error)
		error = sb_roster_user_set_account(
			state, user, strcmp(account, "0") ? account : "");
	if (line->realname && !error)
		error = sb_roster_user_set(state, user, TEXT_REALNAME, line->realname);
	if (line->has_flags && !error)
		error = set_flags(state, user, line);
	return error;
}
