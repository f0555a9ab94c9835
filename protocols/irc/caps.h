#ifndef PROTOCOLS_IRC_CAPS_H
#define PROTOCOLS_IRC_CAPS_H

/* What an IRC client asks of its server's capabilities (IRCv3 "Client Capability Negotiation" 302,
 * with cap-notify). No more than the state and its rules: the owner writes the lines.
 *
 *     CAP LS 302, NICK, USER     written first of all
 *       LISTING --the last LS line--> ASKING --all answered--> SETTLED
 *          |                            ^ NEW, or other wishes    |
 *          |                            +-------------------------+
 *          +-- given up, and nothing was ever listed --> ABSENT
 *
 * A capability is to be on when it is wanted, the server offers it, has not refused it, and what it
 * needs is to be on, too. What is to be on and is not is asked for; what is on and is to be no more,
 * because what it needs has gone or somebody changed his mind, is asked to go off. Nothing is asked
 * while it waits for an answer, and nothing that was refused until the server offers it anew or
 * somebody wants it anew. Of a request that is refused as a whole each part is asked for once more
 * alone, so that one bad name does not cost the others; what needs a part waits for it then.
 *
 * After each call that tells what the server said, the owner sends what sb_caps_next_request()
 * gives, until that is nothing; then CAP END, if sb_caps_may_end().
 *
 * All memory is the struct: no allocation. What the server may say is bounded by nothing, what is
 * kept of it by the table and the names that were added: of other names and longer values nothing. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

/* Those that we know. What each needs stands before it. */
enum sb_cap {
	SB_CAP_CAP_NOTIFY,
	SB_CAP_BATCH,
	SB_CAP_MESSAGE_TAGS,
	SB_CAP_SERVER_TIME,
	SB_CAP_SASL,
	SB_CAP_ACCOUNT_NOTIFY,
	SB_CAP_ACCOUNT_TAG,
	SB_CAP_AWAY_NOTIFY,
	SB_CAP_CHGHOST,
	SB_CAP_EXTENDED_JOIN,
	SB_CAP_EXTENDED_MONITOR,
	SB_CAP_INVITE_NOTIFY,
	SB_CAP_MULTI_PREFIX,
	SB_CAP_NO_IMPLICIT_NAMES,
	SB_CAP_SETNAME,
	SB_CAP_STANDARD_REPLIES,
	SB_CAP_USERHOST_IN_NAMES,
	SB_CAP_LABELED_RESPONSE, /* needs batch, as its specification says */
	SB_CAP_ECHO_MESSAGE, /* needs labeled-response, so that we can tell which echo is whose */
	SB_CAP_MULTILINE, /* needs batch */
	SB_CAP_CHATHISTORY, /* needs batch and server-time */
	SB_CAP_EVENT_PLAYBACK, /* needs chathistory */
	SB_CAP_MESSAGE_REDACTION, /* needs message-tags */
	SB_CAP_ACCOUNT_REGISTRATION,
	SB_CAP_PRE_AWAY,
	SB_CAP_EXTENDED_ISUPPORT,
	SB_CAP_CHANNEL_RENAME,
	SB_CAP_READ_MARKER,
	SB_CAP_STS, /* has a value to be read (sts.h), and is never asked for */
	SB_CAP_N_KNOWN,
};

enum {
	SB_CAPS_ADDED_MAX = 16, /* names that may be added to those */
	SB_CAPS_MAX = SB_CAP_N_KNOWN + SB_CAPS_ADDED_MAX,
	SB_CAPS_NAME_MAX = 64, /* bytes of an added name, its NUL included */
	/* Bytes that are kept of a value, with the NUL: a line's worth of those known to have one, less
	 * of an added one. A longer value is taken for none. */
	SB_CAPS_VALUE_MAX = 512,
	SB_CAPS_ADDED_VALUE_MAX = 128,
	SB_CAPS_N_VALUES = 4, /* known ones that have a value */
	/* Bytes of one request's list: the answer repeats it in a line of 512 with the server's name
	 * and our nick in front, of 63 and 64 at most. */
	SB_CAPS_REQUEST_MAX = 370,
};

_Static_assert(SB_CAPS_MAX <= 64, "each capability has a bit");

/* The bit of a capability, known or added. */
#define SB_CAP_BIT(cap) (UINT64_C(1) << (unsigned)(cap))

enum sb_caps_state {
	SB_CAPS_LISTING, /* waits for the end of the list */
	SB_CAPS_ASKING, /* something is to be asked for or waits for its answer */
	SB_CAPS_SETTLED, /* all is answered */
	SB_CAPS_ABSENT, /* the server has no capabilities, as far as it has said */
};

/* One capability on one connection; private. */
struct sb_caps_entry {
	bool is_wanted; /* lasts over connections, like the name of an added one */
	bool is_on;
	bool is_refused; /* to go on or off, whichever was asked last */
	bool is_alone; /* was part of a request that was refused: next time alone */
	bool asks_off; /* what waits is "-name" */
	bool is_acked; /* the request's answer goes on in another line */
	uint8_t offered; /* which of its names the server offers, a bit each */
	uint8_t alias; /* the one that is on or was asked for */
	unsigned request; /* that waits for its answer, from 1; 0 for none */
};

/* The owner's memory, some 7 KiB; the members are private. */
struct sb_caps {
	struct sb_caps_entry entries[SB_CAPS_MAX];
	size_t n; /* known and added */
	bool has_list, is_listed, is_given_up, has_ended;
	unsigned n_requests; /* so far on this connection */
	char names[SB_CAPS_ADDED_MAX][SB_CAPS_NAME_MAX];
	char values[SB_CAPS_N_VALUES][SB_CAPS_VALUE_MAX];
	char added_values[SB_CAPS_ADDED_MAX][SB_CAPS_ADDED_VALUE_MAX];
};

/* Begins with the wishes of the table and no connection; sb_caps_begin() is not needed for the
 * first. There is nothing to finish. */
void sb_caps_init(struct sb_caps *caps);

/* A new connection: nothing is known of the server. Wishes and added names stay. */
void sb_caps_begin(struct sb_caps *caps);

/* Whether a capability is wanted, by one of its names; the table says it for those that nobody
 * names. One that we do not know is added when it is wanted: its bit and value can then be asked
 * for, its meaning is the caller's affair, and it is asked for where the server offers it from now
 * on (one added while connected needs another CAP LS). sasl is not wanted from the start: by an
 * owner who has what it takes.
 * Returns its number, for good: an enum sb_cap, or one from SB_CAP_N_KNOWN on; -EINVAL for what is
 * no name (empty, too long, a space, '=' or a control character, '-', '~' or ':' in front) and for
 * sts; -ENOENT for an unknown one that is not wanted; -ENOSPC when no more can be added. */
int sb_caps_want(struct sb_caps *caps, const char *name, bool is_wanted);

/* What the server says: the last parameter of its CAP lines, words between spaces. is_last: the
 * line had no "*" before it. A list that comes again, or late, adds to what was offered. A word
 * counts without the modifiers of old ('=', '~') in front; a value after "=" is kept of LS and NEW
 * alone; unknown words are passed over.
 * ACK: as the server has it, so it is, asked for or not, provided that it is offered; where the
 * answer to one request comes in several lines, it counts when it is whole.
 * NAK: refuses the request that its first known word waits in, the oldest if there is none.
 * DEL: at once, and what needs it is no longer on for us, and asked to go off; sts cannot be
 * deleted. An answer that is out of turn refuses what should have been answered before it. */
void sb_caps_ls(struct sb_caps *caps, const char *words, bool is_last);
void sb_caps_new(struct sb_caps *caps, const char *words);
void sb_caps_del(struct sb_caps *caps, const char *words);
void sb_caps_ack(struct sb_caps *caps, const char *words);
void sb_caps_nak(struct sb_caps *caps, const char *words);

/* No answer will come, or none in time: 421 or 410 for CAP, 001 before all was answered, or an
 * owner out of patience. What waits counts as refused, a list without its end as whole; what the
 * server says later counts all the same. */
void sb_caps_give_up(struct sb_caps *caps);

/* The list of the next `CAP REQ :` line, with a NUL, into buf, of a cap of SB_CAPS_REQUEST_MAX + 1
 * at least. Returns its length, and it waits for its answer; 0 for nothing to ask now. Every
 * capability is asked for in one request at most until that is answered, so there are never more
 * requests under way than SB_CAPS_MAX. */
size_t sb_caps_next_request(struct sb_caps *caps, char *buf, size_t cap);

enum sb_caps_state sb_caps_state(const struct sb_caps *caps);

/* Whether to write CAP END now, if authentication, which is the owner's affair, is settled too: the
 * state is SETTLED and it was not written yet. An absent server needs none. */
bool sb_caps_may_end(const struct sb_caps *caps);

/* CAP END was written, or 001 came. */
void sb_caps_ended(struct sb_caps *caps);

/* The bits of those that are on, and what they need is, too. Before and after a call compared they
 * tell what the server's line has changed. */
uint64_t sb_caps_on(const struct sb_caps *caps);

/* Whether one is; number is less than SB_CAPS_MAX. */
bool sb_caps_is_on(const struct sb_caps *caps, int number);

/* Its number by any of its names, or -ENOENT. */
int sb_caps_find(const struct sb_caps *caps, const char *name);

/* Its first name; NULL for a number that nothing has. An added one's lives as long as caps. */
const char *sb_caps_name(const struct sb_caps *caps, int number);

/* What was offered after its "=": sasl's mechanisms, the policy of sts; "" for nothing or for one
 * that has no value to us; NULL when it is not offered. Changes with each call above. */
const char *sb_caps_value(const struct sb_caps *caps, int number);

/* How much a message of many lines may hold (draft/multiline). */
struct sb_caps_multiline {
	int64_t bytes_max; /* more than 0 */
	int64_t lines_max; /* 0: the server sets no limit */
};

/* False when it is not on, or the server gave no limit that can be read: then none may be sent. */
bool sb_caps_multiline(const struct sb_caps *caps, struct sb_caps_multiline *ret_limits);

/* The value of a key in "key=value,key2,...", as sts and multiline have it; empty for a key without
 * one. Of a key that is there twice the first counts. False when it is not there. Borrows text. */
bool sb_caps_token(const char *text, const char *key, struct sb_bytes *ret_value);

/* A whole number from a value, digits alone; one greater than max counts as max. False for anything
 * else. */
bool sb_caps_number(struct sb_bytes value, int64_t max, int64_t *ret_number);

#endif
