#ifndef PROTOCOLS_IRC_ASKS_H
#define PROTOCOLS_IRC_ASKS_H

/* What was asked of a server, and which of its lines answer what. It knows no socket and no clock:
 * whoever owns it passes the time in, sends what it gives, says when that was really sent, shows it
 * each line of the server's, and tells those that are over.
 *
 *     WAITING --next--> QUEUED --sent--> SENT --> OVER --take_over--> the caller's
 *
 * An answer is known by its label (IRCv3 labeled-response), and then any command can be asked; or by
 * its pattern (RFC 2812, section 5; modern.ircdocs.horse; the lists of numerics of alien.net.au and
 * defs.ircdocs.horse): then one of a verb is QUEUED or SENT at a time. A server answers in the order in
 * which it was asked: of those that a line may answer, the first that was queued has it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "casemap.h"
#include "wire.h"

enum {
	SB_ASKS_MAX = 64, /* the application's; the cancelled count while they are answered */
	SB_ASKS_OWN_MAX = 256, /* of the client, for more it does not know what answers them */
	SB_ASK_LABEL_CAP = 32,
	SB_ASK_CODE_CAP = 64, /* longer ones are cut */
	SB_ASK_TEXT_CAP = 512,
};

#define SB_ASK_DEADLINE_NS INT64_C(30000000000)
/* How long after what may be the last line another one is awaited. */
#define SB_ASK_GRACE_NS INT64_C(2000000000)

enum sb_ask_state { SB_ASK_WAITING, SB_ASK_QUEUED, SB_ASK_SENT, SB_ASK_OVER };
enum sb_ask_outcome { SB_ASK_DONE, SB_ASK_FAILED, SB_ASK_TIMED_OUT, SB_ASK_LOST };

struct sb_ask_pattern;

/* One of them. What is over may be read; the rest is private. */
struct sb_ask {
	int64_t number; /* more than 0, and never again */
	const char *verb; /* in capitals */
	enum sb_ask_outcome outcome;
	char code[SB_ASK_CODE_CAP]; /* as what it failed; "" for none */
	char text[SB_ASK_TEXT_CAP]; /* why it is not done; "" */
	struct sb_irc_answer answer;

	struct sb_ask *next;
	enum sb_ask_state state;
	const struct sb_ask_pattern *pattern; /* NULL: it has a label */
	const char *target; /* what its lines name; NULL: anything */
	struct sb_bytes line; /* to be sent; of the client's own what is sent otherwise */
	bool is_own; /* the client's: nobody is told, and nothing kept */
	bool is_cancelled; /* the same from now on */
	bool is_ending; /* what may be the last line has come */
	bool is_refused; /* the server has said no */
	char batch[64]; /* the reference of its batch; "" for none */
	int64_t deadline_ns;
};

/* Zeroed, there are none. The members are private, but for casemap, which the owner sets. */
struct sb_asks {
	enum sb_casemap casemap;
	struct sb_ask *first; /* in the order they were queued; the waiting are among them */
	size_t n, n_own;
	int64_t last_number;
};

/* Adds one, WAITING. out has no tags. Returns 0; -EOPNOTSUPP when it is to have no label and there
 * is no pattern for it; -EAGAIN when there are SB_ASKS_MAX; -ENOMEM; what sb_wire_build() returns. */
int sb_asks_add(
	struct sb_asks *asks, const struct sb_wire_out *out, bool has_label, int64_t *ret_number);

/* The client itself asks that, or is told it as if it had: QUEUED. What answers it is no answer to
 * an application. Returns its number; 0 when it cannot be known, or not noted. */
int64_t sb_asks_add_own(
	struct sb_asks *asks, const char *verb, const char *const *params, size_t n_params);

/* Whether one of the client's own is not over. */
bool sb_asks_awaits(const struct sb_asks *asks, int64_t number, int64_t now_ns);

/* One that can be sent now; it is QUEUED from now on. Its line, with its \r\n, lives until it is
 * over. False for none. */
bool sb_asks_next(struct sb_asks *asks, int64_t *ret_number, struct sb_bytes *ret_line);

/* Its line was really sent; could not be: it is over, FAILED. Numbers of none are fine. */
void sb_asks_sent(struct sb_asks *asks, int64_t number, int64_t now_ns);
void sb_asks_fail(struct sb_asks *asks, int64_t number, const char *why);

/* A line of the server's. label: its own, or that of the batch that it is in; NULL for none.
 * is_labelled: its own. Returns whether it is of an answer to the application, be that cancelled:
 * then some may be over, or asked now, or due at another time. */
bool sb_asks_take(struct sb_asks *asks, const struct sb_wire_line *line, const char *label_or_null,
	bool is_labelled, int64_t now_ns);

/* Those whose deadline has passed are over. */
void sb_asks_expire(struct sb_asks *asks, int64_t now_ns);

/* When to do that next; INT64_MIN when some are over, INT64_MAX for never. */
int64_t sb_asks_due_ns(const struct sb_asks *asks);

/* The connection has ended: all are over, LOST for this reason. */
void sb_asks_lose(struct sb_asks *asks, const char *why);

/* Takes out the first that is over, for the caller to destroy; NULL for none. */
struct sb_ask *sb_asks_take_over(struct sb_asks *asks);
void sb_ask_destroy(struct sb_ask *ask);

/* Nobody wants it any more. True when its line, if it is in a queue still, is not to be sent. */
bool sb_asks_cancel(struct sb_asks *asks, int64_t number);

/* Forgets all. Numbers go on. */
void sb_asks_clear(struct sb_asks *asks);

/* ---- Patterns (asks_patterns.c) ---- */

/* What a line is to one that was asked. */
enum sb_ask_fit {
	SB_FIT_NONE,
	SB_FIT_LINE, /* one of its lines */
	SB_FIT_LAST,
	SB_FIT_MAYBE_LAST, /* others may come, in a moment */
	SB_FIT_REFUSAL, /* it is refused, and that is all */
	SB_FIT_MAYBE_REFUSAL, /* it is refused, and its last line comes, or not */
};

/* Of a command, is_own: of the client's; what its lines will name, or NULL, goes to *ret_target, one
 * of params. */
const struct sb_ask_pattern *sb_ask_pattern(const char *verb, const char *const *params,
	size_t n_params, bool is_own, const char **ret_target);

/* Whether two are of the same verb, so that one waits for the other. */
bool sb_ask_pattern_excludes(const struct sb_ask_pattern *a, const struct sb_ask_pattern *b);

enum sb_ask_fit sb_ask_fits(
	const struct sb_ask *ask, const struct sb_wire_line *line, enum sb_casemap casemap);

/* Whether a line says of whatever was asked that it failed, and as what. */
bool sb_ask_is_refusal(const struct sb_wire_line *line, const char **ret_code);

#endif
