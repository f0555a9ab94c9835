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
	IRCD_ECHO_MAX = 64, /* of what a client said and is told again in the midst of a line */
	IRCD_SOURCE_CAP = IRCD_NICK_MAX + IRCD_USER_MAX + IRCD_HOST_MAX + 3,
};

enum {
	IRCD_CHANNELS_MAX = 50, /* that one client may be on */
	IRCD_TARGETS_MAX = 4, /* of one PRIVMSG */
	IRCD_MODES_MAX = 4, /* with a parameter, of one MODE */
	IRCD_UNREAD_MAX = 256 * 1024, /* bytes that may wait for a client to read them */
	IRCD_ANSWER_MAX = IRCD_UNREAD_MAX / 2, /* of these, where a long answer is broken off */
};

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
	bool is_op;
	struct ircd_member *prev, *next; /* of the channel, in the order of joining */
	struct ircd_member *prev_of_client, *next_of_client;
};

struct ircd_channel {
	char name[IRCD_CHANNEL_MAX + 1]; /* as who made it spelt it */
	char folded[IRCD_CHANNEL_MAX + 1]; /* the key */
	char topic[IRCD_TOPIC_MAX + 1];
	char topic_by[IRCD_NICK_MAX + 1];
	int64_t topic_at_s, made_at_s; /* since 1970 */
	bool is_closed_to_outsiders; /* mode n */
	bool keeps_topic; /* mode t */
	struct ircd_member *members;
	size_t n_members;
	UT_hash_handle hh;
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
	struct ircd_member *channels; /* in the order of joining */
	size_t n_channels;

	uint64_t
		stamp; /* of who was last marked, or told as neighbours, with this one among them */
	bool negotiates; /* between CAP LS and CAP END */
	bool is_registered;
	bool is_invisible; /* mode i */
	bool is_pinged;
	bool is_refused; /* one too many: is told so */
	bool is_doomed;
	bool is_buried;
	char reason[IRCD_REASON_MAX + 1]; /* why it is doomed */
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
	struct sb_hash_seed seed;
	uint64_t stamp;
	int64_t made_at_s;
	struct sb_reap reap;
};

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

/* From one client to another; to all on a channel but `except`, which may be NULL; to itself and
 * everybody who shares a channel with it, once, and as from `source`, which it may be no more. */
__attribute__((sentinel)) void sb_ircd_tell(
	struct ircd_client *to, const struct ircd_client *from, const char *verb, ...);
__attribute__((sentinel)) void sb_ircd_tell_channel(const struct ircd_channel *channel,
	const struct ircd_client *from, const struct ircd_client *except, const char *verb, ...);
__attribute__((sentinel)) void sb_ircd_tell_neighbours(
	struct ircd_client *from, const char *source, const char *verb, ...);

/* Whether a long answer may go on; otherwise it is broken off: told by 416, and ended as ever. */
bool sb_ircd_has_room(const struct ircd_client *to);
void sb_ircd_break_off(struct ircd_client *to, const char *verb);

/* "nick!user@host". */
void sb_ircd_source(const struct ircd_client *client, char buf[IRCD_SOURCE_CAP]);

/* A numeric whose last parameter is a list of words, in as many lines as it takes. */
struct ircd_words {
	struct ircd_client *to;
	const char *numeric;
	const char *middle; /* NULL for none */
	const char *middle2;
	size_t len, max;
	bool is_sent;
	char text[SB_WIRE_MAX];
};
void sb_ircd_words_begin(struct ircd_words *words, struct ircd_client *to, const char *numeric,
	const char *middle, const char *middle2);
/* mark, "" or a sign, stands before the word. */
void sb_ircd_words_add(struct ircd_words *words, const char *mark, const char *word);
/* Sends what is left; a line at least, when it must be. */
void sb_ircd_words_end(struct ircd_words *words, bool must_be);

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
ircd_command_fn sb_ircd_on_cap, sb_ircd_on_nick, sb_ircd_on_pass, sb_ircd_on_user;
/* ircd_channels.c */
ircd_command_fn sb_ircd_on_join, sb_ircd_on_part, sb_ircd_on_kick, sb_ircd_on_invite;
ircd_command_fn sb_ircd_on_topic, sb_ircd_on_names, sb_ircd_on_list;
/* ircd_mode.c */
ircd_command_fn sb_ircd_on_mode;
/* ircd_talk.c */
ircd_command_fn sb_ircd_on_privmsg, sb_ircd_on_notice, sb_ircd_on_away;
/* ircd_asking.c */
ircd_command_fn sb_ircd_on_who, sb_ircd_on_whois, sb_ircd_on_ison, sb_ircd_on_userhost;
ircd_command_fn sb_ircd_on_lusers, sb_ircd_on_motd, sb_ircd_on_version;

/* 353, with those whom sb_ircd_sees() shows, and 366; and what RPL_LUSERS and MOTD say at
 * registration. */
void sb_ircd_send_names(struct ircd_client *to, const struct ircd_channel *channel, uint64_t mark);
void sb_ircd_send_lusers(struct ircd_client *to);
void sb_ircd_send_motd(struct ircd_client *to);

#endif
