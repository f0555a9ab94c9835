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

#include <signalbox/client.h>
#include <signalbox/irc.h>
#include <signalbox/url.h>

#include "caps.h"
#include "casemap.h"
#include "irc_split.h"
#include "sasl.h"
#include "turns.h"
#include "wire.h"

/* Bytes that we take of a channel's name, and of a nick with its NUL; no network allows more. */
enum { CHANNEL_MAX = 200, NICK_CAP = 65 };

enum state {
	IDLE,
	CONNECTING,
	REGISTERING,
	REGISTERED,
	WAITING, /* for the next attempt */
	QUITTING, /* for the server to close, or for a turn in which to say that it is over */
};

/* One that is joined after each registration. */
struct channel {
	char *name;
	char *key; /* NULL for none */
	bool is_joined; /* the server has told us */
};

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
	struct sb_sasl *sasl; /* the attempt; NULL: none is under way */
	struct sb_irc_computing *computing; /* a thread does; NULL: none */
	bool is_computed; /* by a thread, and not gone on with yet */
	char offered[SB_WIRE_MAX]; /* the mechanisms, where 908 said so; "" */
	char account[SB_WIRE_MAX]; /* as the server says; "" for none */
};

struct sb_irc {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	const char *place;

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
	enum sb_casemap casemap; /* the server's */

	struct sb_caps caps;
	struct login login;

	struct sb_reap reap;
};

extern const struct sb_protocol sb_irc_protocol_;
extern const struct sb_client_events sb_irc_client_events_;

/* What a new connection begins with: CONNECTING, nothing known of the server. */
void sb_irc_begin_(struct sb_irc *irc);

/* Takes a line of the server's: an sb_turns_fn. */
int sb_irc_on_line_(void *irc, enum sb_line got, struct sb_bytes line);

void sb_irc_on_timer_(void *irc);
void sb_irc_on_ping_timer_(void *irc);

/* Handles one line of the server's: emits what it means. Returns -ECANCELED when the caller must
 * return to the loop, anything else otherwise. */
int sb_irc_receive_(struct sb_irc *irc, struct sb_bytes bytes);
int sb_irc_malformed_(struct sb_irc *irc, struct sb_bytes bytes, const char *why);

/* Writes a line for the client itself, which has a stream. One that cannot be written ends the
 * connection, whose `closed` then tells. */
void sb_irc_write_(struct sb_irc *irc, const struct sb_wire_out *out);

/* Ends the connection there is for this reason; told when it has ended. */
SB_PRINTF(3, 4)
void sb_irc_end_(struct sb_irc *irc, int error, const char *why, ...);

/* Whether the server may be written to, and what it says be obeyed: it is connected, and neither we
 * nor the application have ended that. */
bool sb_irc_is_up_(const struct sb_irc *irc);

/* ---- Registration ---- */

/* CAP LS, PASS, NICK, USER. */
void sb_irc_register_(struct sb_irc *irc);

/* The server has a minute from now on to let us in. */
void sb_irc_await_registration_(struct sb_irc *irc);

/* Copies the nicks to try, each of them fine. Returns 0 or -ENOMEM. */
int sb_irc_copy_nicks_(struct sb_irc *irc, const char *const *nicks, size_t n);

/* The server refuses a nick (432, 433, 436, 437): before it let us in another is tried, or it is
 * left. is_erroneous: for how it is written, not because somebody has it. Returns as an emission
 * does, and so do those below. */
int sb_irc_nick_refused_(struct sb_irc *irc, const struct sb_wire_line *line, bool is_erroneous);

/* Wishes of the application and no connection yet. Returns 0 or -EINVAL. */
int sb_irc_caps_init_(
	struct sb_caps *caps, const struct sb_irc_options *options, struct sb_error *ret_error);

/* CAP LS; CAP END, if all is settled. */
void sb_irc_caps_list_(struct sb_irc *irc);
void sb_irc_caps_end_(struct sb_irc *irc);

/* A line CAP: false for one that means nothing to us. */
bool sb_irc_caps_take_(struct sb_irc *irc, const struct sb_wire_line *line, int *ret_ran);

/* A refusal, which may be one of CAP as a whole (410, 421, 451). */
int sb_irc_caps_refused_(struct sb_irc *irc, const struct sb_wire_line *line);

/* 001: what is not settled by now is over. Afterwards we may be up no more. */
int sb_irc_caps_welcomed_(struct sb_irc *irc);
int sb_irc_login_welcomed_(struct sb_irc *irc);

/* ---- Logging in ---- */

/* Whether one could log in with that, or nothing: 0, -EINVAL or -ENOMEM. */
int sb_irc_login_check_(const struct sb_irc_login *login_or_null, struct sb_error *ret_error);

/* Copies it. Returns 0 or -ENOMEM, and what was copied is then there. */
int sb_irc_login_copy_(struct sb_irc *irc, const struct sb_irc_login *login_or_null);

/* A new connection, or none any more: nothing has been tried. */
void sb_irc_login_begin_(struct sb_irc *irc);

/* After what capabilities the server says it has: begins when that can be, is over when it cannot. */
int sb_irc_login_go_on_(struct sb_irc *irc);

/* The server offers SASL anew. */
void sb_irc_login_renew_(struct sb_irc *irc);

/* A line AUTHENTICATE: false for one that we did not ask for; 900 to 908. */
bool sb_irc_login_take_(struct sb_irc *irc, const char *piece, int *ret_ran);
int sb_irc_login_numeric_(struct sb_irc *irc, const struct sb_wire_line *line);

void sb_irc_on_login_timer_(void *irc);
bool sb_irc_login_is_settled_(const struct sb_irc *irc);

/* As whom we are logged in, as the server says; NULL: we are not. */
const char *sb_irc_account_(const struct sb_irc *irc);

/* Its timer and its threads go; the secrets, cleansed. */
void sb_irc_login_end_(struct sb_irc *irc);
void sb_irc_login_free_(struct sb_irc *irc);
void sb_irc_free_secret_(char *secret);

/* The server leaves that many bytes of a nick. */
void sb_irc_limit_nick_(struct sb_irc *irc, size_t max);

/* Whether two nicks or channels are the same on this server. */
bool sb_irc_same_here_(const struct sb_irc *irc, const char *a, const char *b);

/* Whether we can join a channel of that name. */
bool sb_irc_channel_is_fine_(const char *name);

/* JOIN for all channels to be joined. */
void sb_irc_join_all_(struct sb_irc *irc);

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
void sb_irc_channel_finish_(struct channel *channel);

#endif
