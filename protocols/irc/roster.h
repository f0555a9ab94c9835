#ifndef PROTOCOLS_IRC_ROSTER_H
#define PROTOCOLS_IRC_ROSTER_H

/* Keeps struct sb_irc_state (<signalbox/irc_state.h>) by what the server says: each function below
 * is one thing that happened, already parsed. No message is understood here, and none is asked for.
 * The messages are those of RFC 2812 and modern.ircdocs.horse; account-notify, away-notify, chghost,
 * extended-join, extended-monitor, multi-prefix, setname, userhost-in-names, WHOX, bot mode and
 * draft/channel-rename as ircv3.net has them.
 *
 * A function that returns int returns 0; or, and nothing has changed:
 *   -ENOENT  of a channel we are not on, or of somebody not known: harmless, what a server says of
 *            itself when it is not of one mind with us;
 *   -EINVAL  a name is empty, or longer than SB_ROSTER_NAME_MAX;
 *   -EEXIST  somebody else is told to have taken our nick, which cannot be: they are forgotten;
 * or -ENOMEM: there is no memory, or the limit is reached. Then what could not be kept is left out
 * and flagged, as <signalbox/irc_state.h> says, and what is there is still sound.
 *
 * Limits. All together takes no more than the max_bytes given, the blocks' headers included, and
 * besides that sizeof(struct sb_irc_state), about 13 KiB, and hash tables: 16 bytes for each few
 * names, and 600 for each channel whose NAMES come. Texts that are no names (topics, real names,
 * hosts, away) are cut at SB_ROSTER_TEXT_MAX bytes, between characters. A call takes at most some
 * steps for each channel that we are on, entry of one list, or note of who is gone; ends of NAMES,
 * and changes of casemapping and prefixes, some for each member there is.
 *
 * A user is known as long as he shares a channel with us or is kept by sb_roster_monitored().
 * We ourselves are always known. */

#include <signalbox/irc_state.h>

#include "casemap.h"
#include "isupport.h"
#include "modes.h"

struct sb_hash_seed;

enum {
	SB_ROSTER_NAME_MAX = 510, /* bytes of a nick, a channel, a mask */
	SB_ROSTER_TEXT_MAX = 4096,
	SB_ROSTER_CHANNELS_MAX = 1024,
	SB_ROSTER_LIST_MAX = 4096, /* entries of one list of one channel */
	SB_ROSTER_GONE_MAX = 4096, /* who left or was renamed while NAMES came, over all channels */
};

/* Of a message's source. user and host NULL: not told. */
struct sb_roster_who {
	const char *nick, *user, *host;
};

/* Takes nick!user@host apart, in place; borrowed from text. */
struct sb_roster_who sb_roster_split(char *text);

/* ---- Its life ---- */

/* seed: a secret for its tables. Returns 0 or -ENOMEM. */
int sb_roster_create(
	const struct sb_hash_seed *seed, size_t max_bytes, struct sb_irc_state **ret_state);
/* NULL is fine. */
void sb_roster_destroy(struct sb_irc_state *state);

/* We are registered by that nick: everything before is forgotten, but for what the server has said
 * of casemapping and prefixes. */
int sb_roster_begin(struct sb_irc_state *state, const char *nick);
/* The connection has ended: nothing is known, and of the server what is so of a silent one. */
void sb_roster_reset(struct sb_irc_state *state);

/* The server has told its casemapping (005), maybe late. Where two names become the same, one
 * stays: we, or who was spelt in small letters already, or whoever was first. The other is
 * forgotten; the channels that he was on, or the one of two channels that stays, are not whole any
 * more, nor are NAMES and lists that were coming. */
int sb_roster_set_casemap(struct sb_irc_state *state, enum sb_casemap map);
/* And its ranks, the highest first. Members keep those whose letters there still are. */
void sb_roster_set_prefixes(
	struct sb_irc_state *state, const struct sb_isupport_prefix *prefixes, size_t n);

bool sb_roster_is_self(const struct sb_irc_state *state, const char *nick);

/* ---- Who comes and goes ---- */

/* account: NULL: not told; "*" or "": none. realname: NULL: not told. Our own join makes the channel,
 * anew when we were on it already; that of others is -ENOENT where we are not. */
int sb_roster_joined(struct sb_irc_state *state, const struct sb_roster_who *who,
	const char *channel, const char *account, const char *realname);
/* PART, and KICK of that nick. Ours drops the channel. */
int sb_roster_left(struct sb_irc_state *state, const char *nick, const char *channel);
/* Ours drops all channels. */
int sb_roster_quit(struct sb_irc_state *state, const char *nick);
/* Who had the new nick, as far as we know, is forgotten. */
int sb_roster_renamed(struct sb_irc_state *state, const char *from, const char *to);

/* One entry of 353: signs, nick, and maybe !user@host. has_all_signs: multi-prefix is agreed upon; else
 * the entry shows the highest rank, and lower ones that are known stay.
 * The first begins a list, which sb_roster_names_end() (366) ends; then members it did not name are
 * removed, but for us. Who joined, left or was renamed meanwhile, or whose rank changed, is not
 * affected by an entry that is older, nor by the lack of one. Where a list could not be kept whole,
 * nobody is removed. An end without any entry changes nothing. */
int sb_roster_names(
	struct sb_irc_state *state, const char *channel, const char *entry, bool has_all_signs);
int sb_roster_names_end(struct sb_irc_state *state, const char *channel);

/* Keeps the user known (730), also without a channel in common; or no more than any other (731, and
 * when we stop monitoring). A rename ends it: it is the nick that is monitored. */
int sb_roster_monitored(struct sb_irc_state *state, const struct sb_roster_who *who);
int sb_roster_unmonitored(struct sb_irc_state *state, const char *nick);

/* ---- What users are ---- */

/* Whether of somebody known the host is not known; the account. */
bool sb_roster_lacks_hosts(const struct sb_irc_state *state);
bool sb_roster_lacks_accounts(const struct sb_irc_state *state);

/* Whether nobody is known but ourselves, as where we are on no channel. */
bool sb_roster_is_alone(const struct sb_irc_state *state);

/* User and host of anybody who says anything. */
int sb_roster_heard(struct sb_irc_state *state, const struct sb_roster_who *who);
int sb_roster_account(struct sb_irc_state *state, const char *nick, const char *account);
/* text NULL: back; "": away, and not said why. */
int sb_roster_away(struct sb_irc_state *state, const char *nick, const char *text);
int sb_roster_setname(struct sb_irc_state *state, const char *nick, const char *realname);

/* A line of WHO or WHOX. NULL: it has no such field. */
struct sb_roster_who_line {
	struct sb_roster_who who;
	const char *account; /* "0", too, is none */
	const char *realname;
	bool has_flags;
	bool is_away, is_oper, is_bot;
};

int sb_roster_who(struct sb_irc_state *state, const struct sb_roster_who_line *line);

/* Our user modes: one that changes, or all of them (221). */
void sb_roster_umode(struct sb_irc_state *state, bool is_added, char letter);
void sb_roster_set_umodes(struct sb_irc_state *state, const char *letters);

/* ---- What channels are ---- */

/* TOPIC; 332 and 331 with setter NULL, 333 then tells of it. text "": none. */
int sb_roster_topic(struct sb_irc_state *state, const char *channel, const char *text,
	const char *setter, int64_t set_s);
int sb_roster_topic_set_by(
	struct sb_irc_state *state, const char *channel, const char *setter, int64_t set_s);
int sb_roster_created(struct sb_irc_state *state, const char *channel, int64_t created_s);
int sb_roster_url(struct sb_irc_state *state, const char *channel, const char *url);
/* A channel that had the new name is dropped. */
int sb_roster_channel_renamed(struct sb_irc_state *state, const char *from, const char *to);

/* Notes of the owner's on a channel: none when we join it. NULL for one that we are not on; the next
 * call above may end it. */
struct sb_roster_notes {
	bool is_asked_about; /* for its modes and its people */
	bool is_listed_again; /* its NAMES were asked for, since the first were not whole */
};
struct sb_roster_notes *sb_roster_notes(struct sb_irc_state *state, const char *channel);

/* One change of a MODE. setter and set_s are for an entry of a list. A rank given to
 * somebody not known there, or while NAMES come also one taken, tells that he is there. */
int sb_roster_mode(struct sb_irc_state *state, const char *channel,
	const struct sb_mode_change *change, const char *setter, int64_t set_s);
/* All modes will be told, by the function above (324): those known are forgotten, but for ranks and
 * lists. */
int sb_roster_modes_begin(struct sb_irc_state *state, const char *channel);

/* One entry of a list (367, 348, 346, ...), and its end, as for NAMES; an end without an entry is an
 * empty list. setter NULL, set_s 0: not told. */
int sb_roster_list_entry(struct sb_irc_state *state, const char *channel, char letter,
	const char *mask, const char *setter, int64_t set_s);
int sb_roster_list_end(struct sb_irc_state *state, const char *channel, char letter);

/* Bytes in use, of max_bytes. */
size_t sb_roster_n_bytes(const struct sb_irc_state *state);

#endif
