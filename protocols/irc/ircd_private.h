#ifndef PROTOCOLS_IRCD_PRIVATE_H
#define PROTOCOLS_IRCD_PRIVATE_H

/* The parts of the small IRC server.
 *
 * A client leaves in two steps, since it may turn out in the midst of a command, while lists are
 * walked, that it must go: it is doomed (sb_ircd_dismiss(), sb_ircd_drop(), or its stream closed)
 * and from then on hears nothing; and is buried when the command is done (sb_ircd_bury()): others
 * are told QUIT, its nick is free. The object lives until its stream has closed.
 *
 * Signals come after everything else that a command does, and a handler may destroy the server. So
 * what can emit returns -ECANCELED, and every caller then goes back to the loop at once. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/ircd.h>
#include <signalbox/listener.h>
#include <signalbox/stream.h>
#include <signalbox/url.h>

#include "casemap.h"
#include "ircd_masks.h"
#include "mask.h"
#include "table.h"
#include "turns.h"
#include "wire.h"

/* In bytes, without a NUL. With these no line the server writes can pass SB_WIRE_MAX but by its
 * last parameter, which is cut. */
enum {
	IRCD_NAME_MAX = 63, /* of the server and of the network */
	IRCD_NICK_MAX = 30,
	IRCD_USER_MAX = 10,
	IRCD_HOST_MAX = 63,
	IRCD_REALNAME_MAX = 128,
	IRCD_CHANNEL_MAX = 50,
	IRCD_TOPIC_MAX = 300,
	IRCD_KICK_MAX = 200,
	IRCD_AWAY_MAX = 200,
	IRCD_REASON_MAX = 300,
	IRCD_ACCOUNT_MAX = 30,
	IRCD_KEY_MAX = 23,
	IRCD_SOURCE_CAP = IRCD_NICK_MAX + IRCD_USER_MAX + IRCD_HOST_MAX + 3,
	/* Of what a client said and is told again in the midst of a line: a mask fits. */
	IRCD_ECHO_MAX = IRCD_SOURCE_CAP - 1,
	IRCD_CLIENT_TAGS_MAX = 4094, /* of what a client sends between the @ and the space */
	IRCD_TAGS_CAP = 512 + IRCD_CLIENT_TAGS_MAX + 1, /* with those of the server */
	IRCD_LABEL_MAX = 64, /* 128 with its escapes */
};

enum {
	IRCD_CHANNELS_MAX = 50, /* that one client may be on */
	IRCD_TARGETS_MAX = 4, /* of one PRIVMSG */
	IRCD_MODES_MAX = 4, /* with a parameter, of one MODE */
	IRCD_MASKS_MAX = 100, /* in the three lists of a channel together */
	IRCD_WATCHES_MAX = 100, /* nicks that one client may monitor */
	IRCD_INVITES_MAX = 20, /* of one client that wait for it to join; the oldest goes first */
	IRCD_SASL_FAILURES_MAX = 3, /* and the connection is closed */
	IRCD_UNREAD_MAX = 256 * 1024, /* bytes that may wait for a client to read them */
	IRCD_ANSWER_MAX = IRCD_UNREAD_MAX / 2, /* of these, where a long answer is broken off */
};

/* Capabilities, as bits. */
enum ircd_cap {
	IRCD_ACCOUNT_NOTIFY = 1 << 0,
	IRCD_ACCOUNT_TAG = 1 << 1,
	IRCD_AWAY_NOTIFY = 1 << 2,
	IRCD_BATCH = 1 << 3,
	IRCD_CAP_NOTIFY = 1 << 4,
	IRCD_ECHO_MESSAGE = 1 << 5,
	IRCD_EXTENDED_JOIN = 1 << 6,
	IRCD_INVITE_NOTIFY = 1 << 7,
	IRCD_LABELED_RESPONSE = 1 << 8,
	IRCD_MESSAGE_TAGS = 1 << 9,
	IRCD_MULTI_PREFIX = 1 << 10,
	IRCD_SASL = 1 << 11,
	IRCD_SERVER_TIME = 1 << 12,
	IRCD_SETNAME = 1 << 13,
	IRCD_USERHOST_IN_NAMES = 1 << 14,
};

/* Modes of a channel without a parameter, as bits; sb_ircd_flag_letters has their letters. */
enum ircd_flag {
	IRCD_INVITED_ONLY = 1 << 0, /* i */
	IRCD_MODERATED = 1 << 1, /* m */
	IRCD_MEMBERS_ONLY = 1 << 2, /* n: who is outside may not talk */
	IRCD_SECRET = 1 << 3, /* s */
	IRCD_TOPIC_KEPT = 1 << 4, /* t: only operators set it */
};

/* The lists of masks that a channel has: modes b, e, I. */
enum ircd_list { IRCD_BANS, IRCD_EXCEPTIONS, IRCD_INVITED, IRCD_N_LISTS };

/* A nick in use. */
struct ircd_nick {
	struct ircd_client *client;
	char text[IRCD_NICK_MAX + 1];
	char folded[IRCD_NICK_MAX + 1]; /* the key */
	UT_hash_handle hh;
};

/* Somebody on a channel: in the list of each. */
struct ircd_member {
	struct ircd_client *client;
	struct ircd_channel *channel;
	bool is_op, is_voiced;
	struct ircd_member *prev, *next; /* of the channel, in the order of joining */
	struct ircd_member *prev_of_client, *next_of_client;
};

struct ircd_mask {
	struct ircd_mask *prev, *next;
	char text[IRCD_SOURCE_CAP]; /* nick!user@host, with * and ? */
	char by[IRCD_NICK_MAX + 1];
	int64_t at_s;
};

/* Somebody may join a channel whatever its modes: in the list of each. */
struct ircd_invite {
	struct ircd_client *client;
	struct ircd_channel *channel;
	struct ircd_invite *prev, *next; /* of the channel */
	struct ircd_invite *prev_of_client, *next_of_client; /* the oldest first */
};

struct ircd_channel {
	char name[IRCD_CHANNEL_MAX + 1]; /* as who made it spelt it */
	char folded[IRCD_CHANNEL_MAX + 1]; /* the key */
	char topic[IRCD_TOPIC_MAX + 1];
	char topic_by[IRCD_NICK_MAX + 1];
	int64_t topic_at_s, made_at_s; /* since 1970 */
	unsigned flags; /* enum ircd_flag */
	char key[IRCD_KEY_MAX + 1]; /* mode k; "" for none */
	uint64_t limit; /* mode l; 0 for none */
	struct ircd_mask *masks[IRCD_N_LISTS];
	size_t n_masks;
	struct ircd_member *members;
	size_t n_members;
	struct ircd_invite *invites;
	UT_hash_handle hh;
};

/* A nick that somebody monitors, in use or not. */
struct ircd_watched {
	struct ircd_watch *watches;
	char folded[IRCD_NICK_MAX + 1]; /* the key */
	UT_hash_handle hh;
};

/* That one client monitors one nick: in the list of each. */
struct ircd_watch {
	struct ircd_client *client;
	struct ircd_watched *watched;
	char nick[IRCD_NICK_MAX + 1]; /* as the client spelt it */
	struct ircd_watch *prev, *next; /* of the nick */
	struct ircd_watch *prev_of_client, *next_of_client;
};

/* Who may log in. */
struct ircd_account {
	char name[IRCD_ACCOUNT_MAX + 1];
	char *secret; /* the password, or its hash */
	bool is_hash, is_oper;
};

struct ircd_client {
	struct sb_ircd *ircd;
	struct sb_stream *stream; /* NULL when it has closed */
	struct ircd_client *prev, *next; /* of all, in the order in which they came */
	struct ircd_client *prev_doomed, *next_doomed;
	struct sb_reap reap;

	struct sb_turns turns; /* what it says */
	struct sb_timer deadline; /* to register, or not to be silent */
	int64_t heard_ns, said_ns, came_s;

	struct ircd_nick *nick; /* NULL before NICK */
	char user[IRCD_USER_MAX + 1]; /* "" before USER */
	char host[IRCD_HOST_MAX + 1];
	char realname[IRCD_REALNAME_MAX + 1];
	char away[IRCD_AWAY_MAX + 1]; /* "" when here */
	char account[IRCD_ACCOUNT_MAX + 1]; /* "" when not logged in */
	struct ircd_member *channels; /* in the order of joining */
	size_t n_channels;
	struct ircd_invite *invites;
	size_t n_invites;
	struct ircd_watch *watches;
	size_t n_watches;

	unsigned caps; /* enum ircd_cap */
	struct ircd_sasl *sasl; /* NULL when nothing is being authenticated */
	unsigned n_sasl_failures;
	int64_t paid_until_ns; /* for its lines, by the rule of floods */

	uint64_t
		stamp; /* of who was last marked, or told as neighbours, with this one among them */
	bool knows_302; /* of CAP */
	bool negotiates; /* between CAP LS and CAP END */
	bool is_registered;
	bool is_invisible; /* mode i */
	bool is_bot; /* mode B */
	bool is_oper; /* mode o */
	bool is_pinged;
	bool is_refused; /* one too many: is told so */
	bool is_doomed;
	bool is_buried;
	char reason[IRCD_REASON_MAX + 1]; /* why it is doomed */
};

/* A labelled command that is being obeyed, and what has been answered. */
struct ircd_label {
	struct ircd_client *client; /* NULL for none */
	char value[2 * IRCD_LABEL_MAX + 1]; /* escaped as it came */
	uint64_t batch; /* 0 until there is a second line */
	bool holds; /* the first line waits for whether there is a second */
	char tags[IRCD_TAGS_CAP];
	char line[SB_WIRE_MAX + 1];
	size_t line_len;
};

struct sb_ircd {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_listener *listener; /* NULL when shut */
	char url[SB_URL_CAP];
	char name[IRCD_NAME_MAX + 1];
	char network[IRCD_NAME_MAX + 1];
	size_t max_clients, n_clients, n_registered;
	struct ircd_client *clients, *doomed;
	struct ircd_nick *nicks;
	struct ircd_channel *channels;
	struct ircd_watched *watched;
	struct ircd_account *accounts;
	size_t n_accounts;
	struct ircd_label label;
	struct sb_hash_seed seed;
	uint64_t stamp;
	int64_t made_at_s;
	uint64_t made_at_ms, last_id; /* a msgid has both; a batch the latter */
	int64_t penalty_ns, burst_ns;
	size_t flood_max;
	struct sb_reap reap;
};

/* What it says it runs (004, 351), by the first of which our client knows whether its lines are counted. */
static inline const char *
sb_ircd_version(const struct sb_ircd *ircd)
{
	return ircd->penalty_ns ? "signalbox-paced" : "signalbox";
}

/* ---- ircd_client.c: connections ---- */

/* A connection was accepted. Returns 0 or -ENOMEM, and it is not attached. */
int sb_ircd_add_client(struct sb_ircd *ircd, struct sb_stream *stream);

/* Doomed: it is told ERROR with the reason, and its stream closes. Again is harmless. */
void sb_ircd_dismiss(struct ircd_client *client, const char *reason);

/* Doomed: its stream is aborted. Again is harmless. */
void sb_ircd_drop(struct ircd_client *client, const char *reason);

/* Takes the doomed from the network, and emits ircd.quit for each that was registered. Returns 0 or
 * -ECANCELED. */
int sb_ircd_bury(struct sb_ircd *ircd);

/* Its stream and timers, without a callback; the memory stays. */
void sb_ircd_cut_client(struct ircd_client *client);

/* Its memory, with that of its nick. */
void sb_ircd_free_client(struct ircd_client *client);

/* It has registered: from now on it is pinged. */
void sb_ircd_watch_silence(struct ircd_client *client);

/* Of the wall clock, since 1970. */
int64_t sb_ircd_now_s(const struct sb_ircd *ircd);

/* Copies text, cut between two characters to max bytes; buf has room for one more. */
void sb_ircd_copy(char *buf, size_t max, const char *text);

/* ---- ircd_lines.c: what the server writes ----
 *
 * The parameters are texts up to a NULL. One that is not the last and cannot stand there, since a
 * client made it up, becomes "*"; the last one is cut to what the line holds. Who is doomed hears
 * nothing. */

/* From the server to one client: a numeric, with the client's nick before the other parameters; and
 * anything else, as it stands. */
__attribute__((sentinel)) void sb_ircd_numeric(struct ircd_client *to, const char *numeric, ...);
__attribute__((sentinel)) void sb_ircd_reply(struct ircd_client *to, const char *verb, ...);

/* A line that may go to several, each with the tags that it asked for. */
struct ircd_line {
	const struct ircd_client *from; /* whose account and bot mode are told; NULL: the server */
	const char *client_tags; /* for who knows message-tags, escaped; NULL for none */
	uint64_t id; /* msgid; 0 for none */
	bool is_delivery; /* of one's own words to oneself: answers nothing */
	char bytes[SB_WIRE_MAX + 1];
	size_t len;
};

/* Writes it, as from a client; or from a source that the client may be no more. */
__attribute__((sentinel)) void sb_ircd_line(
	struct ircd_line *line, const struct ircd_client *from, const char *verb, ...);
__attribute__((sentinel)) void sb_ircd_line_from(struct ircd_line *line,
	const struct ircd_client *from, const char *source, const char *verb, ...);

/* Sends it to all on a channel but `except`, which may be NULL; to everybody who shares a channel
 * with `from`, itself not among them; once, and of these to who has all capabilities of `with` and
 * none of `without`. */
void sb_ircd_send_channel(const struct ircd_channel *channel, const struct ircd_client *except,
	unsigned with, unsigned without, const struct ircd_line *line);
void sb_ircd_send_neighbours(struct ircd_client *from, unsigned with, const struct ircd_line *line);

/* From one client to another; to all on a channel; to itself and its neighbours, as from
 * `source`. */
__attribute__((sentinel)) void sb_ircd_tell(
	struct ircd_client *to, const struct ircd_client *from, const char *verb, ...);
__attribute__((sentinel)) void sb_ircd_tell_channel(
	const struct ircd_channel *channel, const struct ircd_client *from, const char *verb, ...);
__attribute__((sentinel)) void sb_ircd_tell_neighbours(
	struct ircd_client *from, const char *source, const char *verb, ...);

/* Whether a long answer may go on; otherwise it is broken off: told by 416, and ended as ever. */
bool sb_ircd_has_room(const struct ircd_client *to);
void sb_ircd_break_off(struct ircd_client *to, const char *verb);

/* "nick!user@host"; with "*" for what it has not said yet. */
void sb_ircd_source(const struct ircd_client *client, char buf[IRCD_SOURCE_CAP]);

/* A numeric whose last parameter is a list of words, in as many lines as it takes. */
struct ircd_words {
	struct ircd_client *to;
	const char *numeric;
	const char *middle; /* NULL for none */
	const char *middle2;
	size_t len, max;
	char separator; /* a space, unless set to another after words_begin */
	bool is_sent;
	char text[SB_WIRE_MAX];
};
void sb_ircd_words_begin(struct ircd_words *words, struct ircd_client *to, const char *numeric,
	const char *middle, const char *middle2);
/* mark, "" or a sign, stands before the word. */
void sb_ircd_words_add(struct ircd_words *words, const char *mark, const char *word);
/* Sends what is left; a line at least, when it must be. */
void sb_ircd_words_end(struct ircd_words *words, bool must_be);

/* ---- ircd_send.c: tags and labels ---- */

/* Sends a line with the tags that this client asked for; holds it back while it may be the only
 * answer to a labelled command. */
void sb_ircd_send(struct ircd_client *to, const struct ircd_line *line);

/* From here on, what the client is sent answers its command with these tags, if they have a label
 * and it may use one (IRCv3 labeled-response); and it is answered. The latter is harmless when
 * nothing of that client has begun. */
void sb_ircd_label_begin(struct ircd_client *client, const char *tags);
void sb_ircd_label_end(struct ircd_client *client);

/* A number that no message and no batch of this server has had. */
uint64_t sb_ircd_next_id(struct sb_ircd *ircd);

/* ---- ircd_names.c: nicks and channels ---- */

/* Who has that nick, registered or not; only the registered; NULL for nobody. */
struct ircd_client *sb_ircd_find_nick(const struct sb_ircd *ircd, const char *nick);
struct ircd_client *sb_ircd_find_user(const struct sb_ircd *ircd, const char *nick);

/* Gives it this nick, which nobody else has. Returns 0, or -ENOMEM and nothing changed. */
int sb_ircd_set_nick(struct ircd_client *client, const char *nick);

/* The nick is free, and is freed. */
void sb_ircd_drop_nick(struct ircd_client *client);

/* The channel of that name, or NULL. */
struct ircd_channel *sb_ircd_find_channel(const struct sb_ircd *ircd, const char *name);

/* Adds it to the channel, which is made when there is none; who makes it is its operator. Returns
 * 0; -ENOMEM and nothing changed. */
int sb_ircd_enter(struct ircd_client *client, const char *name, struct ircd_channel **ret_channel);

/* Takes it off; the channel goes with its last member. */
void sb_ircd_leave(struct ircd_member *member);

/* Its membership, or NULL. */
struct ircd_member *sb_ircd_member_of(
	const struct ircd_client *client, const struct ircd_channel *channel);

/* Marks all on a channel; a client and all who share a channel with it. Returns the mark, which
 * holds until something is marked again or told to neighbours. */
uint64_t sb_ircd_mark_members(const struct ircd_channel *channel);
uint64_t sb_ircd_mark_neighbours(struct ircd_client *client);

/* Whether a list shows that user to whoever's neighbours have the mark: it is not invisible, or is
 * one of them. */
bool sb_ircd_sees(uint64_t mark, const struct ircd_client *user);

/* "@", "+", "" or, where `all` may be shown, "@+". */
const char *sb_ircd_marks(const struct ircd_member *member, bool all);

/* It may join whatever the modes; the oldest of too many is dropped. Returns 0 or -ENOMEM; again is
 * harmless. */
int sb_ircd_add_invite(struct ircd_client *client, struct ircd_channel *channel);
bool sb_ircd_is_invited(const struct ircd_client *client, const struct ircd_channel *channel);
void sb_ircd_drop_invite(struct ircd_invite *invite);

/* Frees all nicks' and channels' tables with the channels. */
void sb_ircd_free_names(struct sb_ircd *ircd);

/* ---- The commands ---- */

/* Does what a client's line says. Returns 0 or -ECANCELED. */
typedef int ircd_command_fn(struct ircd_client *client, const struct sb_wire_line *line);

/* One line as it came, or what is told of one that is not kept; answers what is wrong. Returns 0 or
 * -ECANCELED. */
int sb_ircd_obey(struct ircd_client *client, struct sb_bytes line);

/* The next of a list parted by commas, which is a parameter of a line; empty ones are passed over.
 * False after the last. */
bool sb_ircd_item(const char **cursor, char buf[SB_WIRE_MAX]);

/* ircd_register.c */
ircd_command_fn sb_ircd_on_nick, sb_ircd_on_pass, sb_ircd_on_user;
/* ircd_caps.c */
ircd_command_fn sb_ircd_on_cap;
/* ircd_sasl.c */
ircd_command_fn sb_ircd_on_authenticate;
/* ircd_channels.c */
ircd_command_fn sb_ircd_on_join, sb_ircd_on_part, sb_ircd_on_kick, sb_ircd_on_invite;
/* ircd_topic.c */
ircd_command_fn sb_ircd_on_topic, sb_ircd_on_names, sb_ircd_on_list;
/* ircd_mode.c */
ircd_command_fn sb_ircd_on_mode;
/* ircd_talk.c */
ircd_command_fn sb_ircd_on_privmsg, sb_ircd_on_notice, sb_ircd_on_tagmsg;
/* ircd_users.c */
ircd_command_fn sb_ircd_on_away, sb_ircd_on_setname, sb_ircd_on_kill;
/* ircd_who.c */
ircd_command_fn sb_ircd_on_who;
/* ircd_monitor.c */
ircd_command_fn sb_ircd_on_monitor;
/* ircd_asking.c */
ircd_command_fn sb_ircd_on_whois, sb_ircd_on_ison, sb_ircd_on_userhost;
ircd_command_fn sb_ircd_on_lusers, sb_ircd_on_motd, sb_ircd_on_version;

/* ---- ircd_register.c ---- */

/* It is on the network if nothing is missing any more. Returns 0 or -ECANCELED. */
int sb_ircd_register_if_ready(struct ircd_client *client);

/* ---- ircd_caps.c ---- */

/* Tells who wants to know that accounts can be logged in to from now on, or no more. */
void sb_ircd_announce_sasl(struct sb_ircd *ircd, bool is_new);

/* ---- ircd_sasl.c, ircd_accounts.c ---- */

/* What was going on is dropped, and the client told so when there was something. */
void sb_ircd_abort_sasl(struct ircd_client *client);
void sb_ircd_drop_sasl(struct ircd_client *client);

/* The account, if that is its password; otherwise, and where memory is short, NULL. */
const struct ircd_account *sb_ircd_check_password(
	const struct sb_ircd *ircd, const char *name, const char *password);

/* It is logged in, and its neighbours hear of it. */
void sb_ircd_log_in(struct ircd_client *client, const struct ircd_account *account);

/* Takes copies. Returns 0; -EINVAL or -ENOMEM with its reason, and nothing is changed. */
int sb_ircd_take_accounts(struct sb_ircd *ircd, const struct sb_ircd_account *accounts,
	size_t n_accounts, struct sb_error *ret_error);
void sb_ircd_free_accounts(struct sb_ircd *ircd);

/* ---- ircd_masks.c ---- */

/* Whether one of that list matches the client. */
bool sb_ircd_is_listed(
	const struct ircd_channel *channel, enum ircd_list list, const struct ircd_client *client);

/* Whether it is banned from the channel, and no exception is made of it. */
bool sb_ircd_is_banned(const struct ircd_channel *channel, const struct ircd_client *client);

/* Puts a mask on the list, or takes it off. Returns 1 when that changed something; 0; -ENOSPC when
 * the lists are full; -ENOMEM. */
int sb_ircd_add_mask(
	struct ircd_channel *channel, enum ircd_list list, const char *mask, const char *by);
int sb_ircd_remove_mask(struct ircd_channel *channel, enum ircd_list list, const char *mask);

/* 367 and 368, and so on. */
void sb_ircd_send_masks(
	struct ircd_client *to, const struct ircd_channel *channel, enum ircd_list list);

void sb_ircd_free_masks(struct ircd_channel *channel);

/* ---- ircd_mode.c ---- */

extern const char sb_ircd_flag_letters[];

/* ---- ircd_monitor.c ---- */

/* Tells those who monitor that nick that somebody has it now, or had it until now. */
void sb_ircd_tell_online(const struct ircd_client *client);
void sb_ircd_tell_offline(struct sb_ircd *ircd, const char *nick);

/* It monitors nobody any more. */
void sb_ircd_drop_watches(struct ircd_client *client);

/* ---- What several of them need ---- */

/* The channel of that name, or NULL and the client is told; the client's membership of it; the same
 * when it is an operator there. */
struct ircd_channel *sb_ircd_get_channel(struct ircd_client *client, const char *name);
struct ircd_member *sb_ircd_get_member(struct ircd_client *client, const char *name);
struct ircd_member *sb_ircd_get_op(struct ircd_client *client, const char *name);

/* Whether it may know what goes on there: the channel is not secret, or it is on it. */
bool sb_ircd_may_see(const struct ircd_client *client, const struct ircd_channel *channel);

/* 332 and 333. */
void sb_ircd_send_topic(struct ircd_client *client, const struct ircd_channel *channel);

/* 353, with those whom sb_ircd_sees() shows, and 366; and what RPL_LUSERS and MOTD say at
 * registration. */
void sb_ircd_send_names(struct ircd_client *to, const struct ircd_channel *channel, uint64_t mark);
void sb_ircd_send_lusers(struct ircd_client *to);
void sb_ircd_send_motd(struct ircd_client *to);

#endif
