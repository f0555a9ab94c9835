#ifndef SIGNALBOX_IRC_STATE_H
#define SIGNALBOX_IRC_STATE_H

/* What an IRC client knows of its network: of the channels it is on, their members, the users it
 * sees there or monitors, and itself. It is what the server has said so far: a handler of a signal
 * finds what the signal tells already done.
 *
 * All is borrowed, and lives until the next turn of the loop. Names are found whichever way the
 * server's casemapping lets them be spelt, and given as the server spelt them last. Texts that are
 * not known are NULL. Nothing here allocates, or changes anything.
 *
 * What could not be kept, for want of memory or since a server told more than the client takes, is
 * left out, and then sb_irc_channel_is_whole() of each channel concerned, and at any rate
 * sb_irc_state_is_whole(), is false. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

struct sb_irc_state;
struct sb_irc_channel;
struct sb_irc_member; /* one user on one channel */
struct sb_irc_user;

/* ---- Ourselves ---- */

/* Our nick, "" while we are not registered. */
SB_API const char *sb_irc_state_nick(const struct sb_irc_state *state);
/* What is known of us as of any user; NULL while we are not registered, or for want of memory. */
SB_API const struct sb_irc_user *sb_irc_state_self(const struct sb_irc_state *state);
/* The letters of our user modes, in the order of their codes. */
SB_API const char *sb_irc_state_umodes(const struct sb_irc_state *state);
/* Whether all that the server has told on this connection was kept. */
SB_API bool sb_irc_state_is_whole(const struct sb_irc_state *state);

/* ---- Channels we are on ---- */

SB_API const struct sb_irc_channel *sb_irc_channel_find(
	const struct sb_irc_state *state, const char *name);
/* The channels in the order we joined them: the first for NULL, NULL after the last. */
SB_API const struct sb_irc_channel *sb_irc_channel_next(
	const struct sb_irc_state *state, const struct sb_irc_channel *channel_or_null);
SB_API size_t sb_irc_state_n_channels(const struct sb_irc_state *state);

SB_API const char *sb_irc_channel_name(const struct sb_irc_channel *channel);
SB_API size_t sb_irc_channel_n_members(const struct sb_irc_channel *channel);
/* Whether its members are all known: the server has listed them (NAMES), and nobody since could not
 * be kept. False before the list has ended. */
SB_API bool sb_irc_channel_is_whole(const struct sb_irc_channel *channel);

/* "" when there is none, NULL when not known. */
SB_API const char *sb_irc_channel_topic(const struct sb_irc_channel *channel);
/* Who set it, as the server said: a nick, or nick!user@host. */
SB_API const char *sb_irc_channel_topic_setter(const struct sb_irc_channel *channel);
/* Seconds since 1970 UTC; 0 when not known; so below. */
SB_API int64_t sb_irc_channel_topic_set_s(const struct sb_irc_channel *channel);
SB_API int64_t sb_irc_channel_created_s(const struct sb_irc_channel *channel);
/* Its homepage, where the server tells one. */
SB_API const char *sb_irc_channel_url(const struct sb_irc_channel *channel);

/* A mode that is set on a channel; ranks and lists are none of them. */
struct sb_irc_mode {
	char letter;
	const char *arg; /* NULL: it has none, or the server hides it */
};

/* Whether the server has told all modes (324); those of later MODEs are known at any rate. */
SB_API bool sb_irc_channel_has_modes(const struct sb_irc_channel *channel);
/* The mode of that letter; NULL when it is not set, or not known to be. */
SB_API const struct sb_irc_mode *sb_irc_channel_mode(
	const struct sb_irc_channel *channel, char letter);
/* The modes in the order they were set: the first for NULL, NULL after the last. */
SB_API const struct sb_irc_mode *sb_irc_channel_mode_next(
	const struct sb_irc_channel *channel, const struct sb_irc_mode *mode_or_null);
/* The argument of the mode k, and that of l as a number; NULL and 0 when there is none. */
SB_API const char *sb_irc_channel_key(const struct sb_irc_channel *channel);
SB_API uint32_t sb_irc_channel_limit(const struct sb_irc_channel *channel);

/* An entry of a list of a channel: a ban, an exception. */
struct sb_irc_mask {
	const char *mask;
	const char *setter;
	int64_t set_s;
};

/* Whether the list of that letter, 'b' for bans, is known: it was asked for, has ended, and all of
 * it could be kept. From then on it is kept right. */
SB_API bool sb_irc_channel_has_list(const struct sb_irc_channel *channel, char letter);
/* The entries in the server's order: the first for NULL, NULL after the last. */
SB_API const struct sb_irc_mask *sb_irc_channel_mask_next(
	const struct sb_irc_channel *channel, char letter, const struct sb_irc_mask *mask_or_null);

/* ---- Members ---- */

/* NULL when nobody of that nick is known to be there. */
SB_API const struct sb_irc_member *sb_irc_member_find(
	const struct sb_irc_state *state, const struct sb_irc_channel *channel, const char *nick);
/* The members of a channel, in no order that means anything: the first for NULL, NULL after the
 * last. */
SB_API const struct sb_irc_member *sb_irc_member_next(
	const struct sb_irc_channel *channel, const struct sb_irc_member *member_or_null);

SB_API const struct sb_irc_user *sb_irc_member_user(const struct sb_irc_member *member);
SB_API const struct sb_irc_channel *sb_irc_member_channel(
	const struct sb_irc_state *state, const struct sb_irc_member *member);

/* The letters of a member's ranks, the highest first: "ov" for an operator with voice. */
struct sb_irc_ranks {
	char letters[17];
};

SB_API struct sb_irc_ranks sb_irc_member_ranks(
	const struct sb_irc_state *state, const struct sb_irc_member *member);
/* Whether the member has a rank, or one above it. False for a letter that is no rank. */
SB_API bool sb_irc_member_has_rank(
	const struct sb_irc_state *state, const struct sb_irc_member *member, char letter);

/* ---- Users ---- */

enum sb_irc_account {
	SB_IRC_ACCOUNT_UNKNOWN,
	SB_IRC_ACCOUNT_NONE, /* not logged in */
	SB_IRC_ACCOUNT_KNOWN,
};

/* A user on one of our channels, or that we monitor and that is there; NULL for any other. */
SB_API const struct sb_irc_user *sb_irc_user_find(
	const struct sb_irc_state *state, const char *nick);
SB_API const struct sb_irc_user *sb_irc_user_next(
	const struct sb_irc_state *state, const struct sb_irc_user *user_or_null);
SB_API size_t sb_irc_state_n_users(const struct sb_irc_state *state);

SB_API const char *sb_irc_user_nick(const struct sb_irc_user *user);
SB_API const char *sb_irc_user_user(const struct sb_irc_user *user);
SB_API const char *sb_irc_user_host(const struct sb_irc_user *user);
SB_API const char *sb_irc_user_realname(const struct sb_irc_user *user);
SB_API enum sb_irc_account sb_irc_user_account_state(const struct sb_irc_user *user);
/* NULL unless it is SB_IRC_ACCOUNT_KNOWN. */
SB_API const char *sb_irc_user_account(const struct sb_irc_user *user);
SB_API bool sb_irc_user_is_away(const struct sb_irc_user *user);
/* Why, NULL when not away, or not known. */
SB_API const char *sb_irc_user_away(const struct sb_irc_user *user);
SB_API bool sb_irc_user_is_bot(const struct sb_irc_user *user);
SB_API bool sb_irc_user_is_oper(const struct sb_irc_user *user);

/* The user's memberships of our channels, the last joined first: the first for NULL, NULL after the
 * last. */
SB_API const struct sb_irc_member *sb_irc_user_member_next(
	const struct sb_irc_user *user, const struct sb_irc_member *member_or_null);

SB_C_END

#endif
