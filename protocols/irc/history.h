#ifndef PROTOCOLS_IRC_HISTORY_H
#define PROTOCOLS_IRC_HISTORY_H

/* What an IRC client has seen last of each channel, so that it can ask for what it missed after a
 * reconnect (IRCv3 draft/chathistory), and what of the answer it has told already. No more than the
 * state and its rules: the owner writes the lines and reads the batches.
 *
 *     somewhere we were before is joined  -> due
 *     due -> asked for, one at a time     AFTER what was seen last, a page
 *     a page that has brought something   -> the next
 *     a page without anything new         -> done
 *
 * After a reconnect, those are asked for, too, who have sent us private messages (TARGETS).
 *
 * The peer is hostile: a page that never ends is the owner's to give up, and all together takes the
 * bytes of the struct and some 400 for each of SB_HISTORY_TARGETS_MAX targets. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "casemap.h"

enum {
	SB_HISTORY_TARGETS_MAX = 256,
	SB_HISTORY_NAME_CAP = 201, /* a longer name is not remembered */
	SB_HISTORY_MSGID_CAP = 128, /* a longer id is not remembered */
	SB_HISTORY_KEYS = 1024, /* messages that are known again */
	SB_HISTORY_PAGE = 100, /* messages that are asked for at once */
	SB_HISTORY_MAX = 1000, /* messages that are fetched of one target */
	SB_HISTORY_PEERS_MAX = 50, /* whose private messages are fetched */
	SB_HISTORY_FUZZ_MS = 10 * 1000, /* clocks of servers may differ by that */
};

struct sb_history_target {
	char name[SB_HISTORY_NAME_CAP];
	char msgid[SB_HISTORY_MSGID_CAP]; /* of what was seen last; "" when not known */
	uint64_t key; /* of the same; 0: none */
	int64_t time_ms; /* of the same, or when we joined */
	int64_t live_ms; /* of what was said while it is due; 0: nothing */
	bool is_due;
	bool is_peer; /* somebody, and not a channel: until what they said is fetched */
};

enum sb_history_fetch {
	SB_HISTORY_IDLE,
	SB_HISTORY_TARGETS, /* who has written to us */
	SB_HISTORY_AFTER,
};

/* The owner's memory; the members are private. */
struct sb_history {
	struct sb_history_target *targets;
	size_t n, cap;
	uint64_t keys[SB_HISTORY_KEYS];
	size_t next_key;
	int64_t heard_ms; /* when anything was said last; 0: never */
	int64_t since_ms; /* of private messages */
	bool is_private_due;
	bool lacks_private; /* not all since then have been fetched */

	enum sb_history_fetch fetch; /* under way */
	size_t at; /* whose, for AFTER */
	unsigned n_pages; /* that were asked for, the last of which is under way */
	bool is_open; /* its answer has begun */
	uint32_t limit; /* of a page */
	bool may_use_msgid, used_msgid, is_exact;
	int64_t from_ms; /* the page begins after that */
	uint64_t from_key;
	size_t n_page, n_new; /* lines of the page, and those among them that are new */
	size_t n_lines; /* of all pages */
	int64_t n_messages;
};

/* An empty one: a zeroed struct is one, too. finish frees what it has. */
void sb_history_init(struct sb_history *h);
void sb_history_finish(struct sb_history *h);

/* By what a message is known again: its id; where it has none, what it is and when. Never 0. */
uint64_t sb_history_key(
	const char *msgid_or_null, int64_t time_ms, const char *nick, const char *text);

/* We have joined a channel: where we were before, it is due. Without memory, or room, it is not
 * remembered. */
void sb_history_joined(
	struct sb_history *h, enum sb_casemap map, const char *channel, int64_t time_ms);
/* We have left it for good. */
void sb_history_left(struct sb_history *h, enum sb_casemap map, const char *channel);
void sb_history_renamed(
	struct sb_history *h, enum sb_casemap map, const char *from, const char *to);

/* Something was said now, to a channel or to somebody. */
void sb_history_said(struct sb_history *h, enum sb_casemap map, const char *target,
	const char *msgid_or_null, int64_t time_ms, uint64_t key);

/* Private messages are due, if anything was ever heard, since then; or since an earlier connection, on
 * which they were not all fetched. Of a new connection: before anything is said on it. */
void sb_history_private(struct sb_history *h);

/* The connection has ended: nothing is due or under way. */
void sb_history_end(struct sb_history *h);

/* What to ask for. */
struct sb_history_request {
	enum sb_history_fetch fetch; /* never SB_HISTORY_IDLE */
	const char *target; /* of AFTER; borrowed */
	char from[sizeof("msgid=") + SB_HISTORY_MSGID_CAP]; /* "timestamp=..." */
	char to[sizeof("timestamp=") + 32]; /* of TARGETS */
	uint32_t limit;
};

/* The next request, which is then under way; false when one is already, or nothing is due.
 * limit: what the server allows, at least 1. reftypes_or_null: MSGREFTYPES. */
bool sb_history_next(struct sb_history *h, int64_t now_ms, uint32_t limit,
	const char *reftypes_or_null, struct sb_history_request *ret_request);

/* Whether what is under way is about that target, or about none. */
bool sb_history_is_about(const struct sb_history *h, enum sb_casemap map, const char *target);

/* A batch of this type, about this target, begins: the page's number, from 1, if it is the answer, and
 * none has begun already; else 0. */
unsigned sb_history_page_begin(
	struct sb_history *h, enum sb_casemap map, const char *type, const char *target);
/* Whether that is the page under way. */
bool sb_history_is_page(const struct sb_history *h, unsigned page);

/* A line of that page. is_message: somebody else's, and no event. Returns whether it is new, and to be
 * told. */
bool sb_history_take(struct sb_history *h, const char *msgid_or_null, int64_t time_ms, uint64_t key,
	bool is_message);

/* Somebody that TARGETS has named. */
void sb_history_peer(struct sb_history *h, enum sb_casemap map, const char *nick);

/* What came of a target. */
struct sb_history_result {
	char name[SB_HISTORY_NAME_CAP];
	int64_t n_messages;
	bool is_whole;
};

/* The page has ended; or there is none, since the server refuses, or does not answer. True when a
 * target is done with, and *ret_result says how; there may be more to ask for either way. */
bool sb_history_page_end(struct sb_history *h, struct sb_history_result *ret_result);
bool sb_history_failed(
	struct sb_history *h, bool may_try_again, struct sb_history_result *ret_result);

#endif
