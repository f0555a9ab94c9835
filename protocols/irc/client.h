#ifndef PROTOCOLS_IRC_CLIENT_H
#define PROTOCOLS_IRC_CLIENT_H

/* What the IRC client is made of.
 *
 *     IDLE --open--> CONNECTING --> REGISTERING --001--> REGISTERED
 *       ^                ^               |  closed           |
 *       |                +---- WAITING <-+-------------------+
 *       +-- closed -- QUITTING <-- quit, from anywhere
 *
 * attach enters at CONNECTING, and then a loss leads to IDLE.
 *
 * An emission may end in the client's destruction, or its dispatcher's: whatever emits returns what
 * the emission returned, and on -ECANCELED its callers go back to the loop at once. The memory of
 * the client itself lasts until the turn ends. */

#include <stdarg.h>

#include <signalbox/client.h>
#include <signalbox/irc.h>
#include <signalbox/url.h>

#include "asks.h"
#include "caps.h"
#include "closing.h"
#include "guard.h"
#include "history.h"
#include "irc_split.h"
#include "isupport.h"
#include "monitor.h"
#include "outbox.h"
#include "sasl.h"
#include "sts.h"
#include "turns.h"
#include "wire.h"
#include "words.h"

/* Bytes that we take of a channel's name, and of a nick with its NUL; no network allows more. */
enum { CHANNEL_MAX = 200, NICK_CAP = 65 };

/* No line that we write is longer, whatever the server takes. */
enum { LINE_CAP = 4096 };

/* In the id of a line that we made ourselves, or shall make anew after the next registration: nobody
 * is told that it was not sent. */
#define SB_IRC_OURS_ ((uint64_t)1 << 63)
/* In the id of a line that asks; the rest is its number there (asks.h). */
#define SB_IRC_ASK_ ((uint64_t)1 << 62)
/* And of a line that may hold a secret: of it nobody is told but the verb. */
#define SB_IRC_SECRET_ ((uint64_t)1 << 61)

enum state {
	IDLE,
	CONNECTING,
	REGISTERING,
	REGISTERED,
	WAITING, /* for the next attempt */
	QUITTING, /* for the server to close, or for a turn in which to say that it is over */
};

/* Batches that may be open at once, and bytes that are kept of what they are called. */
enum { BATCHES_MAX = 16, BATCH_TEXT_CAP = 64 };

/* Several lines that belong together. */
struct batch {
	char reference[BATCH_TEXT_CAP]; /* of its lines; "": there is none here */
	char type[BATCH_TEXT_CAP]; /* "" for one that is too long */
	char label[BATCH_TEXT_CAP]; /* that it answers; "" for none */
	bool is_told; /* irc.batch_began has told of it */
	bool is_history; /* what is in it was said before */
	unsigned page; /* that we asked for (irc_history.c); 0: none */
	unsigned within; /* the page that it is in, or is */
};

/* Messages of several lines that are being said to us at once: each takes some 17 KiB, and what its
 * beginning has. */
enum { MULTILINES_MAX = 8 };
struct multiline;

/* Where we said last that we type; so many at once. */
enum { TYPINGS_MAX = 16 };
struct typing {
	char target[CHANNEL_MAX + 1];
	int64_t told_ns;
};

/* One that is joined after each registration. */
struct channel {
	char *name;
	char *key; /* NULL for none */
	bool is_joined; /* the server has told us */
	bool is_asked; /* JOIN was sent, and not answered */
	unsigned n_refusals, n_kicks; /* in a row */
	int64_t due_ns; /* when it is tried again; 0: it is not waited for */
	int64_t joined_ns; /* when we came */
};

/* The nick that we want and do not have (irc_regain.c). */
struct regain {
	char watched[NICK_CAP]; /* it; "": we have it */
	unsigned n_tries;
	bool was_free;
	int64_t tried_ns; /* when it was last asked for, if n_tries is not 0 */
	int64_t due_ns; /* when it may be asked for again */
	int64_t services_ns; /* when the services may */
	struct sb_timer timer;
};

struct sb_charset;
struct sb_pool;
struct sb_irc_computing;

enum login_state {
	LOGIN_NONE, /* nobody wants to */
	LOGIN_DUE,
	LOGIN_TRYING,
	LOGIN_ABORTING, /* what we broke off, and the server has not said so yet */
	LOGIN_OVER, /* for good or ill */
};

/* Logging in: with what, and how far it is on this connection. */
struct login {
	bool is_wanted, is_required, allows_plain_in_clear;
	char *user, *password, *authzid, *key; /* NULL for none */
	struct sb_sasl_credentials credentials; /* those */
	enum sb_sasl_mechanism wanted[SB_SASL_NONE];
	size_t n_wanted; /* 0: all */
	struct sb_pool *pool; /* for what takes long; NULL until then */
	struct sb_timer timer; /* the deadline of the attempt */

	enum login_state state;
	enum sb_sasl_mechanism mechanism; /* the last one tried */
	unsigned tried; /* as struct sb_sasl_choice */
	bool is_suspect;
	bool is_in; /* a mechanism has succeeded, and we were not logged out since */
	bool is_late; /* what we have broken off may have succeeded all the same: with `late` */
	enum sb_sasl_mechanism late;
	struct sb_sasl *sasl; /* the attempt; NULL: none is under way */
	struct sb_irc_computing *computing; /* a thread does; NULL: none */
	bool is_computed; /* by a thread, and not gone on with yet */
	char offered[SB_WIRE_MAX]; /* the mechanisms, where 908 said so; "" */
	char account[SB_WIRE_MAX]; /* as the server says; "" for none */
};

/* Strict transport security (irc_sts.c): what is kept of it, and how it stands on this connection. */
struct security {
	struct sb_sts *store; /* the application's, or `own`; NULL: nothing was kept yet */
	struct sb_sts *own; /* NULL: there is none */
	struct sb_sts *upgrades; /* heard in clear, and not confirmed by TLS; NULL: none */
	char *options; /* behind the ? of a URL; NULL for none */
	char url[SB_URL_CAP]; /* that was chosen last in the place of another */
	char host[SB_STS_HOST_MAX]; /* that was asked for; "": there is none that has policies */
	uint16_t port;
	bool is_tls;
	bool is_leaving; /* to come back by TLS */
	bool is_waiting; /* our password does, for the capabilities */
	struct sb_timer timer; /* until it waits no more */
	int64_t duration_s; /* as last heard over TLS; -1 for none */
	int64_t noted_ns; /* when that was kept on this connection; 0: it was not */
	bool is_due; /* to be kept */
};

struct sb_irc {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	const char *place;

	/* What is found among what lines say (irc_receive.c). */
	struct sb_words verbs, tags, talk_tags;
	struct sb_bytes verb_names[SB_WORDS_MAX];

	struct sb_client *client; /* connects; NULL: no URL was given */
	char host[256]; /* of the URL; "" for none */
	char url[SB_URL_CAP]; /* where it is or was last; "" for what was attached */
	char *user, *realname;
	char *password; /* NULL for none */
	int64_t ping_after_ns;
	struct channel *channels;
	size_t n_channels, channels_cap;

	enum state state;
	bool is_destroyed;
	bool has_quit; /* told to, since it was opened or attached */
	struct sb_stream *stream; /* NULL: there is none */
	struct sb_turns turns; /* what it says */
	struct sb_timer timer; /* what for, the state says */
	struct sb_timer ping_timer;
	int64_t heard_ns; /* when something last arrived */
	int64_t heard_wall_ms; /* the same, ms since 1970 UTC */
	struct sb_wire_minute minute; /* of what was said last */
	int64_t attempt;
	int end_error; /* why it ends, if we did that ourselves; 0: we did not */
	char reason[SB_WIRE_MAX]; /* why it ends, if somebody said so; "" */

	char nick[NICK_CAP];
	char wanted[NICK_CAP]; /* the nick to ask for first */
	char asked[NICK_CAP]; /* the nick last asked for by sb_irc_change_nick() */
	size_t nick_max; /* bytes the server leaves of a nick, as far as we know */
	char (*other_nicks)[NICK_CAP];
	size_t n_other_nicks;
	size_t n_refused; /* of those, asked for in this registration */
	unsigned n_variants; /* of the nick tried in this registration */
	bool is_shortened; /* so was that */
	size_t user_len, host_len; /* ours, as others see them; 0: not known */

	/* What the server is, and what it has told. */
	struct sb_isupport features;
	struct sb_irc_state *roster;
	struct batch batches[BATCHES_MAX];
	size_t next_batch;
	bool is_ready; /* its greetings are over */

	/* What is to be sent (irc_queue.c). */
	struct sb_outbox outbox;
	struct sb_timer outbox_timer; /* when something of it is due, or to be told */
	const struct sb_outbox_model *pace; /* as the options have it; NULL: as the server is */
	uint64_t last_id; /* of a line */
	bool is_broken; /* nothing can be written any more on this connection */
	bool is_gentle; /* a server has closed on us for a flood */
	bool is_high, told_high; /* the level of the queue, and what was told of it */
	bool is_pinged; /* a PING of ours is not answered yet */
	int64_t pinged_ns; /* when it was sent */
	int64_t lag_ns; /* -1: not measured */

	/* What people ask and say too often (irc_ctcp.c, irc_guard.c). */
	char *version; /* NULL: not told */
	bool ignores_ctcp, hears_floods;
	struct sb_limiter limiter;
	struct sb_guard guard;
	struct sb_timer guard_timer; /* when somebody is heard again */

	/* What is asked and not answered (irc_ask.c). */
	struct sb_asks asks;
	struct sb_timer asks_timer; /* when one is to be told, or has waited too long */

	/* What is said in several lines, or without words (irc_multiline.c, irc_talk.c). */
	struct multiline *multilines[MULTILINES_MAX];
	size_t n_multilines;
	uint64_t n_said_batches;
	struct typing typings[TYPINGS_MAX];

	/* Getting back what was lost (irc_heal.c, irc_rejoin.c, irc_monitor.c, irc_regain.c). */
	struct sb_timer rejoin_timer, monitor_timer;
	int64_t greetings_end_ns; /* at the latest; 0: they are over, or we are not registered */
	enum sb_closing closing; /* why the server closes, if it has said */
	struct sb_monitor monitor;
	int64_t ison; /* the number of the ISON sent last, among the asks */
	bool is_watching; /* the greetings are over: it is known what the server can watch */
	int64_t round_ns; /* when those who are asked for by ISON are so again */
	struct regain regain;
	char *services; /* NULL: none */

	struct sb_caps caps;
	uint64_t caps_on; /* those that are on: for each line, sb_caps_on() costs too much */
	struct login login;

	struct security sts; /* irc_sts.c */

	/* What was said while we were not there (irc_history.c). */
	bool catches_up;
	struct sb_history history;
	struct sb_timer history_timer; /* the deadline of a page */
	uint64_t history_id; /* of the line that asks for it; 0: there was none yet */

	/* What we tell of ourselves (irc_presence.c). */
	bool is_bot;
	char *away; /* the reason; NULL: we are not */
	bool told_away; /* on this connection */
	bool asked_features; /* so was the server for them, before it let us in */

	struct sb_charset *charset; /* what is not UTF-8 is in it (irc_charset.c) */

	struct sb_reap reap;
};

extern const struct sb_protocol sb_irc_protocol_;
extern const struct sb_client_events sb_irc_client_events_;

/* What a new connection begins with: CONNECTING, nothing known of the server. */
void sb_irc_begin_(struct sb_irc *irc);

/* What the server is and has told: made, 0 or -ENOMEM, and forgotten for a new connection. It is
 * finished by sb_roster_destroy(). */
int sb_irc_features_create_(struct sb_irc *irc);
void sb_irc_features_begin_(struct sb_irc *irc);

/* The batch that is open by that reference; NULL for none. */
const struct batch *sb_irc_batch_(struct sb_irc *irc, const char *reference);

/* What was being said to us in several lines, and is not whole, is forgotten. */
void sb_irc_multilines_end_(struct sb_irc *irc);

/* What was said while we were not there: a connection begins, and is there no more; the number of
 * the page that a batch of that type, about that target, begins, 0 for none that we asked for. */
void sb_irc_history_registered_(struct sb_irc *irc);
void sb_irc_history_end_(struct sb_irc *irc);
unsigned sb_irc_history_page_(struct sb_irc *irc, const char *type, const char *target);
/* The batch has ended. Returns as emit. */
int sb_irc_history_page_end_(struct sb_irc *irc, unsigned page);
/* We have left a channel for good; it is called otherwise. */
void sb_irc_history_left_(struct sb_irc *irc, const char *channel);
void sb_irc_history_renamed_(struct sb_irc *irc, const char *from, const char *to);
/* Asks for what is due and can be asked for. */
void sb_irc_history_go_on_(struct sb_irc *irc);
void sb_irc_on_history_timer_(void *irc);
/* A line with this id was sent: a page is awaited from now on, if it is what asks for that. */
void sb_irc_history_sent_(struct sb_irc *irc, uint64_t id);

/* What we tell of ourselves: before registration ends, where the server lets us; when it has ended;
 * when the greetings are over. */
void sb_irc_presence_early_(struct sb_irc *irc);
void sb_irc_presence_registered_(struct sb_irc *irc);
void sb_irc_presence_ready_(struct sb_irc *irc);
/* Whether that can be a reason for being away: 0, -EINVAL or -EMSGSIZE. */
int sb_irc_away_check_(const char *reason_or_null);

/* A text as the network takes it: itself; or, where that takes UTF-8 alone and it is none, made of
 * it, and then *ret_made is to be freed. Returns NULL when there is no memory. */
const char *sb_irc_as_taken_(const struct sb_irc *irc, const char *text, char **ret_made);

/* Takes a line of the server's: an sb_turns_fn. */
int sb_irc_on_line_(void *irc, enum sb_line got, struct sb_bytes line);

void sb_irc_on_timer_(void *irc);
void sb_irc_on_ping_timer_(void *irc);

/* Before the first line. */
void sb_irc_receive_init_(struct sb_irc *irc);

/* Handles one line of the server's: emits what it means. Returns -ECANCELED when the caller must
 * return to the loop, anything else otherwise. */
int sb_irc_receive_(struct sb_irc *irc, struct sb_bytes bytes);
int sb_irc_malformed_(struct sb_irc *irc, struct sb_bytes bytes, const char *why);

/* Whether there is room for what need not be said: nobody else shall find none for it. */
bool sb_irc_has_room_(const struct sb_irc *irc);
/* Whether so few lines wait that more may be put of what takes many. */
bool sb_irc_has_room_for_many_(const struct sb_irc *irc);

/* Writes a line of the client's own, which has a stream: at once; or when the server allows it and
 * nothing that people wait for does. One that cannot be queued ends the connection, whose `closed`
 * then tells; one that is too long, or none, by what the server or somebody there says, is not said:
 * a PING may be longer than any line of ours, a nick anything. */
void sb_irc_write_(struct sb_irc *irc, const struct sb_wire_out *out);
void sb_irc_write_later_(struct sb_irc *irc, const struct sb_wire_out *out);
/* As that, with this id. */
void sb_irc_write_later_as_(struct sb_irc *irc, const struct sb_wire_out *out, uint64_t id);
/* As that; a request, whose answer must not be taken for one to the application. Returns its number
 * among the asks; 0: it has none. */
int64_t sb_irc_write_asking_(struct sb_irc *irc, const struct sb_wire_out *out);
/* The server answers from now on as if we had asked that, behind what is to be sent already. */
void sb_irc_asks_expect_(
	struct sb_irc *irc, const char *verb, const char *const *params, size_t n_params);

/* Requests: a line with this id was sent, if it is one of theirs; one of the server's has come, its
 * label its own or of its batch, and whether it answers the application; those that are over are told,
 * which returns as emit; the connection has ended, which is told in a later turn. */
void sb_irc_asks_sent_(struct sb_irc *irc, uint64_t id);
bool sb_irc_asks_hear_(struct sb_irc *irc, const struct sb_wire_line *line,
	const char *label_or_null, bool is_labelled);
int sb_irc_asks_tell_(struct sb_irc *irc);
void sb_irc_asks_lost_(struct sb_irc *irc, const char *why);
void sb_irc_on_asks_timer_(void *irc);

/* The queue of what is to be sent: made and freed with the client; at the beginning of each
 * connection, when nothing waits for anything; once registered; at the end, when what was not sent
 * is told, after irc.disconnected. */
void sb_irc_queue_init_(struct sb_irc *irc);
void sb_irc_queue_begin_(struct sb_irc *irc);
void sb_irc_queue_registered_(struct sb_irc *irc);
void sb_irc_queue_end_(struct sb_irc *irc);

/* Puts a line of the application's, as sb_outbox_put(): with so much room left to ours that none of
 * them ends the connection for want of it. */
int sb_irc_queue_put_(struct sb_irc *irc, const struct sb_outbox_line *line);

/* Sends as much as may go now, and comes back for the rest. */
void sb_irc_flush_(struct sb_irc *irc);
void sb_irc_on_outbox_timer_(void *irc);

/* Nothing but what goes at once is sent any more. */
void sb_irc_queue_quit_(struct sb_irc *irc);

/* What server it is: what it takes of us follows. */
void sb_irc_learn_server_(struct sb_irc *irc, const char *version);

/* It says that we are too fast: in a notice, with a numeric. */
void sb_irc_heed_notice_(struct sb_irc *irc, const struct sb_wire_line *line);
void sb_irc_slow_down_(struct sb_irc *irc);

/* ---- What we say (irc_commands.c) ---- */

/* The verb, to whom, its tags as they go out, NULL for none, and whether it is an action. */
struct saying {
	const char *verb, *target, *tags;
	bool is_action;
};

/* Whether something can be said: 0, or what a command returns. is_early: before registration, too. */
int sb_irc_check_ready_(const struct sb_irc *irc, bool is_early);

/* Puts a line; as: how, without its bytes and its id, in which only SB_IRC_OURS_ counts. What is
 * wrong with the line is said before what is wrong with the connection. */
int sb_irc_put_line_(struct sb_irc *irc, const struct sb_wire_out *out,
	const struct sb_outbox_line *as, bool is_early);

/* Sends what was put under this id, as far as may be now; or takes all of it back, when some of it
 * could not be put, or cannot be written. */
int sb_irc_finish_put_(struct sb_irc *irc, uint64_t id, int error);

/* How long a piece of a text may be, as others will see it with our name before it. */
size_t sb_irc_room_(const struct sb_irc *irc, const struct saying *s);

/* Puts the lines of a text under an id, until one cannot be put; is_first: it begins with them. */
int sb_irc_put_text_(struct sb_irc *irc, const struct saying *s, struct sb_split *split,
	bool is_first, uint64_t id);

/* Says it, in as many lines as it needs, all or none. */
int sb_irc_say_text_(struct sb_irc *irc, const struct saying *s, const char *text);
SB_PRINTF(3, 0)
int sb_irc_vsay_(struct sb_irc *irc, struct saying s, const char *format, va_list args);

/* Bytes of the longest line that it takes; at most LINE_CAP. */
size_t sb_irc_line_max_(const struct sb_irc *irc);

/* Our PING, and its answer, whose lag is told. Returns as emit. */
void sb_irc_ping_(struct sb_irc *irc);
int sb_irc_ponged_(struct sb_irc *irc);

/* Whether a line came from a person other than us. */
bool sb_irc_is_other_(const struct sb_wire_line *line, bool is_self);

/* Writes who sent a line to buf, of SB_GUARD_KEY_MAX + 1 bytes: the account, or the host, or the
 * nick, in small letters. */
void sb_irc_key_(
	const struct sb_irc *irc, const struct sb_wire_line *line, const char *account, char *buf);

/* Whether who sent it is not heard now. */
bool sb_irc_ignores_(const struct sb_irc *irc, const struct sb_wire_line *line, const char *account,
	bool is_self);
/* Something of this kind was heard. Returns 0 when it is to be told, -ECANCELED as emit, or 1 when
 * it is not, for they say too much. */
int sb_irc_guard_hear_(struct sb_irc *irc, const struct sb_wire_line *line, const char *account,
	bool is_self, enum sb_flood kind);
void sb_irc_guard_end_(struct sb_irc *irc);
void sb_irc_on_guard_timer_(void *irc);

/* Answers a request, after its signal, if one does. */
struct sb_ctcp;
void sb_irc_answer_ctcp_(struct sb_irc *irc, const struct sb_wire_line *line, const char *account,
	const struct sb_ctcp *ctcp);

/* Ends the connection there is for this reason; told when it has ended. */
SB_PRINTF(3, 4)
void sb_irc_end_(struct sb_irc *irc, int error, const char *why, ...);

/* Whether the server may be written to, and what it says be obeyed: it is connected, and neither we
 * nor the application have ended that. */
bool sb_irc_is_up_(const struct sb_irc *irc);

/* ---- Names ---- */

/* The server leaves that many bytes of a nick. */
void sb_irc_limit_nick_(struct sb_irc *irc, size_t max);

/* Whether two nicks or channels are the same on this server. */
bool sb_irc_same_here_(const struct sb_irc *irc, const char *a, const char *b);

/* Whether we can join a channel of that name. */
bool sb_irc_channel_is_fine_(const char *name);
/* Whether one can be joined with that key. */
bool sb_irc_key_is_fine_(const char *key);

/* JOIN for all channels to be joined, of which nothing has come yet; for those that are due; for one,
 * with its key. */
void sb_irc_join_all_(struct sb_irc *irc);
void sb_irc_join_due_(struct sb_irc *irc);
void sb_irc_channel_join_(struct sb_irc *irc, struct channel *channel);
/* That JOIN was sent; the rejoin timer is to be scheduled afterwards. */
void sb_irc_channel_asked_(struct sb_irc *irc, struct channel *channel);

/* Whether the server takes its name and key; else it stays due. */
bool sb_irc_channel_is_taken_(const struct sb_irc *irc, const struct channel *channel);

/* The one of that name that we want; NULL for none. */
struct channel *sb_irc_channel_(const struct sb_irc *irc, const char *name);

/* Makes room for a channel and copies its name and key, which ret_channel owns until it is kept.
 * Returns 0 or -ENOMEM. */
int sb_irc_channel_prepare_(
	struct sb_irc *irc, const char *name, const char *key_or_null, struct channel *ret_channel);
/* Takes it over, in the place of one of the same name, joined if that was. */
void sb_irc_channel_keep_(struct sb_irc *irc, struct channel channel);
/* The server says that we joined it, or left it: one that it has not said we joined stays, since
 * then it is an earlier stay that ends. */
void sb_irc_channel_joined_(struct sb_irc *irc, const char *name);
void sb_irc_channel_parted_(struct sb_irc *irc, const char *name);
void sb_irc_channel_drop_(struct sb_irc *irc, const char *name);
/* It is called otherwise from now on. Where there is no memory for that it stays as it was. */
void sb_irc_channel_renamed_(struct sb_irc *irc, const char *from, const char *to);
void sb_irc_channel_finish_(struct channel *channel);

/* ---- Getting back what was lost ---- */

/* The timers, 0 or -ENOMEM, and what else there is of it. */
int sb_irc_heal_init_(struct sb_irc *irc);
void sb_irc_heal_finish_(struct sb_irc *irc);
void sb_irc_heal_free_(struct sb_irc *irc);

/* A new connection, or none any more; registered; the greetings are over, so that it is known what
 * the server can do. Nothing is told in these. */
void sb_irc_heal_begin_(struct sb_irc *irc);
void sb_irc_heal_registered_(struct sb_irc *irc);
void sb_irc_heal_ready_(struct sb_irc *irc);

/* Channels: nothing has come of any yet; when the next is due; we were kicked; invited. */
void sb_irc_rejoin_begin_(struct sb_irc *irc);
void sb_irc_rejoin_schedule_(struct sb_irc *irc);
void sb_irc_rejoin_kicked_(struct sb_irc *irc, const char *name);
void sb_irc_rejoin_invited_(struct sb_irc *irc, const char *name);
void sb_irc_on_rejoin_timer_(void *irc);

/* Those who are watched: from now on; the server says how many it can watch; what has changed of
 * them is done in the next turn. */
void sb_irc_monitor_begin_(struct sb_irc *irc);
void sb_irc_monitor_offered_(struct sb_irc *irc);
void sb_irc_monitor_go_on_(struct sb_irc *irc);
void sb_irc_on_monitor_timer_(void *irc);

/* We ourselves want to know of that nick, or no more. */
void sb_irc_watch_(struct sb_irc *irc, const char *nick, bool is_watched);

/* Our nick: whether we have the one that we want may have changed, true when we have it now and had
 * not; somebody left that one; more is known of it; nothing is any more. */
bool sb_irc_regain_check_(struct sb_irc *irc);
void sb_irc_regain_freed_(struct sb_irc *irc, const char *nick);
void sb_irc_regain_go_on_(struct sb_irc *irc);
void sb_irc_regain_end_(struct sb_irc *irc);
void sb_irc_on_regain_timer_(void *irc);

#include "irc_register.h"

#endif
