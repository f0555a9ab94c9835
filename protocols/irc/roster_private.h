#ifndef PROTOCOLS_IRC_ROSTER_PRIVATE_H
#define PROTOCOLS_IRC_ROSTER_PRIVATE_H

/* What the roster is made of: users in a table by nick, channels in a table by name, and between a
 * user and a channel a membership, which is in a list of each. One membership and its user are what
 * most of the memory is for, so that these two are small: a member is 40 bytes, and the texts of a
 * user lie in one block. */

#include "table.h"

#include "roster.h"

/* The texts of a user, one after the other, each with its NUL; "": not known. Those that are not
 * known at the end are left out. */
enum user_text {
	TEXT_FOLDED, /* the key, in small letters */
	TEXT_NICK,
	TEXT_USER,
	TEXT_HOST,
	TEXT_ACCOUNT,
	TEXT_REALNAME,
	TEXT_AWAY,
	N_TEXTS,
};

struct sb_irc_user {
	UT_hash_handle hh; /* its key is the block of texts */
	struct sb_irc_member *members; /* by next_of_user */
	uint32_t texts_size;
	bool is_folded : 1; /* the nick is in small letters: TEXT_NICK is not there twice */
	bool is_self : 1;
	bool is_monitored : 1;
	bool is_away : 1;
	bool is_oper : 1;
	bool is_bot : 1;
	bool has_account : 1; /* the server has told; TEXT_ACCOUNT "" is none */
};

struct sb_irc_member {
	struct sb_irc_user *user;
	struct sb_irc_member *prev, *next; /* of the channel */
	struct sb_irc_member *next_of_user;
	uint16_t channel; /* its index */
	uint16_t ranks; /* bits; 1 is the highest */
	uint16_t fresh; /* those that are newer than the NAMES that come */
	bool is_named; /* by the NAMES that come, or newer than they */
};

/* Who left the channel since its NAMES began, or is called otherwise since. */
struct gone {
	UT_hash_handle hh;
	char *now; /* NULL: left */
	char folded[];
};

struct mode {
	struct sb_irc_mode mode;
	struct mode *prev, *next;
	char *arg;
};

struct entry {
	struct sb_irc_mask mask;
	struct entry *prev, *next;
	size_t size;
	bool is_listed; /* by the list that comes, or newer than it */
	bool is_gone; /* taken away since it began */
	char text[];
};

struct list {
	char letter;
	bool is_whole;
	bool is_coming, is_broken;
	size_t n; /* those that are gone, too */
	struct entry *entries;
	struct list *next;
};

struct sb_irc_channel {
	UT_hash_handle hh; /* its key is the name, folded; the name follows it */
	uint16_t index;
	bool is_whole;
	bool is_coming, is_broken; /* of NAMES */
	bool has_modes;
	struct sb_roster_notes notes;
	size_t n_members;
	struct sb_irc_member *members;
	struct gone *gone;
	size_t n_renamed; /* of those */
	char *topic, *setter, *url;
	int64_t set_s, created_s;
	struct mode *modes;
	struct list *lists;
};

/* Of those who were heard last, so many are found at once. */
enum { HEARD_BITS = 9, HEARD_SLOTS = 1 << HEARD_BITS };

struct sb_irc_state {
	struct sb_hash_seed seed;
	size_t n_bytes, max_bytes;
	enum sb_casemap map;
	size_t n_prefixes;
	struct sb_isupport_prefix prefixes[SB_ISUPPORT_PREFIX_MAX];

	bool is_whole;
	char nick[SB_ROSTER_NAME_MAX + 1];
	char umodes[257];
	struct sb_irc_user *self; /* NULL: before begin, or for want of memory */
	struct sb_irc_user *users;
	struct sb_irc_channel *channels;
	size_t n_coming; /* channels whose NAMES come */
	size_t n_gone; /* over all channels */
	size_t n_hostless, n_accountless; /* users of whom it is not known */
	struct sb_irc_channel *slots[SB_ROSTER_CHANNELS_MAX];
	struct sb_irc_channel *listed; /* of which NAMES has told last; NULL: none */
	struct sb_irc_user *heard[HEARD_SLOTS]; /* by the nick as it is written; NULL: none */
};

/* ---- Memory: what is taken is counted, and the state is not whole any more when it is not to be
 * had. ---- */

/* Zeroed; NULL for -ENOMEM. */
void *sb_roster_take(struct sb_irc_state *state, size_t size);
void sb_roster_give(struct sb_irc_state *state, void *block, size_t size);
/* Puts a copy of the value, NULL for none, cut to SB_ROSTER_TEXT_MAX, in the place of *text. 0 or
 * -ENOMEM, and then *text is NULL. */
int sb_roster_text(struct sb_irc_state *state, char **text, const char *value);
/* How much of a text is kept. */
size_t sb_roster_cut(const char *text);

/* The block that a key is the beginning of, which is ours to write. */
static inline char *
sb_roster_block(const void *key)
{
	return (char *)(uintptr_t)key;
}

/* A name in small letters, into SB_ROSTER_NAME_MAX + 1 bytes. Returns its length, or 0 for one that
 * is empty or too long. */
size_t sb_roster_fold(const struct sb_irc_state *state, const char *name, char *buf);

/* ---- Users ---- */

const char *sb_roster_user_text(const struct sb_irc_user *user, enum user_text which);
struct sb_irc_user *sb_roster_user_find(const struct sb_irc_state *state, const char *nick);
/* The same of one who says something, and will be found sooner when he does so again. */
struct sb_irc_user *sb_roster_user_hear(struct sb_irc_state *state, const char *nick);
/* Finds, or makes, the user, and notes what who tells. 0, -EINVAL, -ENOMEM. */
int sb_roster_user_meet(
	struct sb_irc_state *state, const struct sb_roster_who *who, struct sb_irc_user **ret_user);
/* 0 or -ENOMEM: the text is as before. */
int sb_roster_user_set(struct sb_irc_state *state, struct sb_irc_user *user, enum user_text which,
	const char *value);
int sb_roster_user_set_who(
	struct sb_irc_state *state, struct sb_irc_user *user, const struct sb_roster_who *who);
int sb_roster_user_set_account(
	struct sb_irc_state *state, struct sb_irc_user *user, const char *account);
/* Gives the user another nick, that nobody has. On -ENOMEM it is dropped. */
int sb_roster_user_rename(struct sb_irc_state *state, struct sb_irc_user *user, const char *nick);
/* Folds the nick anew. The user is dropped, and its channels are not whole, when it cannot be kept;
 * or whoever had the name. */
int sb_roster_user_fold(struct sb_irc_state *state, struct sb_irc_user *user);
/* Forgets the user and all memberships. */
void sb_roster_user_drop(struct sb_irc_state *state, struct sb_irc_user *user);
/* The same when nothing keeps the user any more. */
void sb_roster_user_release(struct sb_irc_state *state, struct sb_irc_user *user);
/* The channels that the user is on are not whole. */
void sb_roster_user_spoil(struct sb_irc_state *state, const struct sb_irc_user *user);

/* ---- Members ---- */

struct sb_irc_member *sb_roster_member_find(
	const struct sb_irc_channel *channel, const struct sb_irc_user *user);
/* Finds or makes. 0 or -ENOMEM, and then the channel is not whole. */
int sb_roster_member_meet(struct sb_irc_state *state, struct sb_irc_channel *channel,
	struct sb_irc_user *user, struct sb_irc_member **ret_member);
/* The user is not released. */
void sb_roster_member_drop(struct sb_irc_state *state, struct sb_irc_member *member);

/* ---- Channels ---- */

struct sb_irc_channel *sb_roster_channel_find(const struct sb_irc_state *state, const char *name);
int sb_roster_channel_make(
	struct sb_irc_state *state, const char *name, struct sb_irc_channel **ret_channel);
void sb_roster_channel_drop(struct sb_irc_state *state, struct sb_irc_channel *channel);
void sb_roster_channel_spoil(struct sb_irc_state *state, struct sb_irc_channel *channel);
const char *sb_roster_channel_name(const struct sb_irc_channel *channel);
/* What casemapping changes, as of a user. */
int sb_roster_channel_fold(struct sb_irc_state *state, struct sb_irc_channel *channel);

/* ---- NAMES that come ---- */

/* The nick has left the channel, or, now not NULL, is called otherwise. A channel whose NAMES do
 * not come needs no note. */
void sb_roster_gone_note(struct sb_irc_state *state, struct sb_irc_channel *channel,
	const char *nick, const char *now);
void sb_roster_gone_note_all(struct sb_irc_state *state, const char *nick, const char *now);
/* Somebody of that nick has come. */
void sb_roster_gone_joined(
	struct sb_irc_state *state, struct sb_irc_channel *channel, const char *nick);
/* The NAMES have ended, or the channel does. */
void sb_roster_coming_end(struct sb_irc_state *state, struct sb_irc_channel *channel);

/* ---- Modes and lists ---- */

void sb_roster_modes_clear(struct sb_irc_state *state, struct sb_irc_channel *channel);
void sb_roster_lists_clear(struct sb_irc_state *state, struct sb_irc_channel *channel);
/* Those that come cannot be whole. */
void sb_roster_lists_spoil(struct sb_irc_state *state, struct sb_irc_channel *channel);
/* A mode of type A is set or taken away. */
int sb_roster_list_change(struct sb_irc_state *state, struct sb_irc_channel *channel,
	const struct sb_mode_change *change, const char *setter, int64_t set_s);

#endif
