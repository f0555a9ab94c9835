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

#include "irc_split.h"
#include "isupport.h"
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

/* Batches that may be open at once, and bytes that are kept of what they are called. */
enum { BATCHES_MAX = 16, BATCH_TEXT_CAP = 64 };

/* Several lines that belong together. */
struct batch {
	char reference[BATCH_TEXT_CAP]; /* of its lines; "": there is none here */
	char type[BATCH_TEXT_CAP]; /* "" for one that is too long */
	char label[BATCH_TEXT_CAP]; /* that it answers; "" for none */
};

/* One that is joined after each registration. */
struct channel {
	char *name;
	char *key; /* NULL for none */
	bool is_joined; /* the server has told us */
};

struct sb_irc {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	const char *place;

	struct sb_client *client; /* connects; NULL: no URL was given */
	char host[256]; /* of the URL; "" for none */
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
	int64_t attempt;
	int end_error; /* why it ends, if we did that ourselves; 0: we did not */
	char reason[SB_WIRE_MAX]; /* why it ends, if somebody said so; "" */

	char nick[NICK_CAP];
	char wanted[NICK_CAP]; /* the nick to ask for first */
	char asked[NICK_CAP]; /* the nick last asked for by sb_irc_change_nick() */
	size_t nick_max; /* bytes the server leaves of a nick, as far as we know */
	unsigned n_variants; /* of the nick tried in this registration */
	size_t user_len, host_len; /* ours, as others see them; 0: not known */

	/* What the server is, and what it has told. */
	struct sb_isupport features;
	struct sb_irc_state *roster;
	struct batch batches[BATCHES_MAX];
	size_t next_batch;
	bool is_ready; /* its greetings are over */

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

/* PASS, NICK, USER. */
void sb_irc_register_(struct sb_irc *irc);

/* The server refused a nick before it let us in: tries another, or gives up. is_erroneous: for how
 * it is written, not because somebody has it. refused: what the server calls it; "" for nothing. */
void sb_irc_try_other_nick_(struct sb_irc *irc, bool is_erroneous, const char *refused);

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
/* It is called otherwise from now on. Where there is no memory for that it stays as it was. */
void sb_irc_channel_renamed_(struct sb_irc *irc, const char *from, const char *to);
void sb_irc_channel_finish_(struct channel *channel);

#endif
