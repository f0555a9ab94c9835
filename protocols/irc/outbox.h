#ifndef PROTOCOLS_IRC_OUTBOX_H
#define PROTOCOLS_IRC_OUTBOX_H

/* The lines that wait to be sent to a server, and when each may go, so that it never thinks we
 * flood. It knows no socket and no clock: whoever owns it passes the time in, writes the lines, and
 * asks again when the next is due.
 *
 *     sb_outbox_put(outbox, &line);
 *     ...
 *     while (there is room in the stream && sb_outbox_next(outbox, now_ns, &line))
 *         write line.bytes
 *     start a timer for sb_outbox_due_ns(outbox, now_ns)
 *
 * The model is the message timer of RFC 2813, section 5.8, which most servers keep in one form or
 * another: each line costs time, and the sum, less the time that has passed, stays within a window.
 * Servers with counters (so many lines at once, then so many a second) are the same with other
 * numbers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

enum sb_outbox_priority {
	SB_OUTBOX_AT_ONCE, /* PONG, QUIT, CAP, AUTHENTICATE: waits for nothing, but is counted */
	SB_OUTBOX_ANSWER, /* what people wait for: the targets take turns, line by line */
	SB_OUTBOX_BULK, /* the rest, while no answer waits */
	SB_OUTBOX_N_PRIORITIES,
};

/* ---- What a server allows ---- */

/* What lines with this verb cost beside the rest. */
struct sb_outbox_extra {
	const char *verb; /* in capitals */
	int64_t ns;
};

struct sb_outbox_model {
	const char *name;
	int64_t window_ns; /* costs that may stand out at once: the burst */
	int64_t reserve_ns; /* of the window, that bulk leaves to answers; at most the window */
	int64_t line_ns; /* of each line */
	size_t step_bytes; /* at least 1 */
	int64_t step_ns; /* of each whole step_bytes of a line, tags and \r\n included */
	bool takes_greater; /* of the two above; otherwise their sum */
	int64_t target_ns; /* of each target of a line after the first */
	const struct sb_outbox_extra *extras; /* until one with a NULL verb; NULL for none */
};

/* The models there are, by name; NULL for a name that is none.
 *
 *     default     2 s a line and 1 s for 120 bytes (RFC 2813; bahamut and ircu count bytes so)
 *     gentle      half of that or less, for a server that has warned us
 *     none        nothing waits
 *     ngircd      3 lines and 256 bytes a second (Conn_Handler)
 *     solanum     5 lines, then 2 a second (client_flood_burst_max, client_flood_message_num)
 *     hybrid      5 lines, then 1 a second (MAX_FLOOD)
 *     unrealircd  1 s a line and for 90 bytes (set::anti-flood, lag-penalty)
 *     inspircd    1 s a line, costly verbs more (<connect:commandrate>, penalties of commands)
 *     ergo        5 lines, then 2 a second (fakelag)
 *
 * Where a server's window is seconds long we use less of it: servers count in whole seconds, and
 * lines sent apart may arrive together. These are the defaults of each, which its people may change:
 * the names live for ever, the numbers do not bind anybody. */
const struct sb_outbox_model *sb_outbox_model(const char *name);

/* All their names, "default, gentle, none, ..."; lives for ever. */
const char *sb_outbox_model_names(void);

/* The model for a server whose version (004: "solanum-1.0-dev", "InspIRCd-4") is this; "none"
 * for Signalbox's own; "default" for any that is not known. */
const struct sb_outbox_model *sb_outbox_model_of(const char *version);

/* What a line, or each of several, costs under a model. Only what a server reads in it is looked
 * at: a line that is not IRC costs what its bytes do. */
int64_t sb_outbox_cost_ns(const struct sb_outbox_model *model, struct sb_bytes line);

/* ---- The queue ---- */

enum {
	SB_OUTBOX_LANES = 64, /* targets that take turns; more at a time share one turn */
	SB_OUTBOX_AT_ONCE_MAX = 64, /* lines at once that wait at a time */
	SB_OUTBOX_TARGET_MAX = 512, /* bytes */
};

/* Each priority has room of its own: so many bytes, and so many lines, of which AT_ONCE has
 * SB_OUTBOX_AT_ONCE_MAX instead. One target gets half of the answers' at most, so that the others find
 * room. The memory that the queue takes is three times these bytes, and 600 for each line at most. */
struct sb_outbox_limits {
	size_t lines; /* at least 2 */
	size_t bytes; /* at least two of the longest lines */
};

/* A line. put copies it. The one that next gives lives until next, clear or finish is called. */
struct sb_outbox_line {
	struct sb_bytes bytes; /* with its \r\n */
	enum sb_outbox_priority priority;
	const char *target; /* the nick or channel that an answer is for; "" for none */
	uint64_t id; /* of the request that it belongs to; 0 for none */
	bool is_batch; /* it is several lines, which go together; each counts as a server counts it */
};

struct sb_outbox_lane {
	struct sb_outbox_entry *first, *last;
	size_t n_lines, n_bytes;
};

/* The owner's memory; the members are private. */
struct sb_outbox {
	struct sb_outbox_limits limits;
	const struct sb_outbox_model *model;
	int64_t timer_ns; /* when nothing stands out any more */
	/* Of answers, one for each target; then the one that more targets share, at once, bulk. */
	struct sb_outbox_lane lanes[SB_OUTBOX_LANES + 3];
	size_t turn; /* the lane of answers to look at first */
	size_t n_lines[SB_OUTBOX_N_PRIORITIES], n_bytes[SB_OUTBOX_N_PRIORITIES];
	int64_t queued_ns[SB_OUTBOX_N_PRIORITIES]; /* what they will cost */
	struct sb_outbox_entry *taken; /* what was given last */
	bool is_high, told_high;
};

/* An empty one. The model must live as long as it is used. */
void sb_outbox_init(struct sb_outbox *outbox, const struct sb_outbox_model *model,
	struct sb_outbox_limits limits);

/* Frees what waits; unseen, so that one that was used for a connection is cleared before. */
void sb_outbox_finish(struct sb_outbox *outbox);

/* Counts by another model from now on, also what waits. What stands out stays so, but nothing does
 * under a model without a window. */
void sb_outbox_set_model(struct sb_outbox *outbox, const struct sb_outbox_model *model);

/* Lets nothing go for so long but what goes at once: the server has said that we are too fast. Does
 * not shorten what stands out. */
void sb_outbox_hold(struct sb_outbox *outbox, int64_t now_ns, int64_t ns);

/* Puts a line at the end of its queue. Returns 0; -ENOBUFS when there is no room for it, or none
 * left to its target; -EINVAL when it is not one line, with \r\n, without any other CR, LF or NUL,
 * and not empty, or, as a batch, some of those, or its target has more than SB_OUTBOX_TARGET_MAX
 * bytes; -EMSGSIZE when it takes more than half of the bytes that there are; -ENOMEM. */
int sb_outbox_put(struct sb_outbox *outbox, const struct sb_outbox_line *line);

/* Takes a line that may go now, and counts it as sent. False when there is none, or not now.
 *
 * First come those at once, then answers, then bulk; FIFO within a priority, but that the targets of
 * answers take turns. Targets are the same when they are under casemapping "rfc1459". A line that
 * alone costs more than the window goes when nothing stands out. */
bool sb_outbox_next(struct sb_outbox *outbox, int64_t now_ns, struct sb_outbox_line *ret_line);

/* When sb_outbox_next() gives a line: now_ns if it does now, INT64_MAX when nothing waits. */
int64_t sb_outbox_due_ns(const struct sb_outbox *outbox, int64_t now_ns);

/* For how long a short line of this priority that were put now would wait, if nothing else is put:
 * an answer at most so long, since its target has a turn of its own. */
int64_t sb_outbox_wait_ns(
	const struct sb_outbox *outbox, int64_t now_ns, enum sb_outbox_priority priority);

/* What waits, of all priorities. */
size_t sb_outbox_n_lines(const struct sb_outbox *outbox);
size_t sb_outbox_n_bytes(const struct sb_outbox *outbox);

/* Whether a priority has room for n short lines, and for n times as many bytes as each of its lines may
 * have on average. */
bool sb_outbox_has_room(const struct sb_outbox *outbox, enum sb_outbox_priority priority, size_t n);

enum sb_outbox_level {
	SB_OUTBOX_SAME, /* as it was told last */
	SB_OUTBOX_ROSE, /* answers or bulk fill half of their room, or one was refused for want of it */
	SB_OUTBOX_FELL, /* neither fills more than a quarter, after it rose */
};

/* What has become of the level since this was asked last: each crossing is told once, and one that
 * was undone meanwhile never. */
enum sb_outbox_level sb_outbox_crossed(struct sb_outbox *outbox);

typedef void sb_outbox_unsent_fn(void *self, const struct sb_outbox_line *line);

/* Drops the lines of this request that were not sent. id is not 0. Returns how many. */
size_t sb_outbox_cancel(struct sb_outbox *outbox, uint64_t id);

/* The connection is over: takes out what waits, lets nothing stand out, and then hands over each line
 * that was not sent, in the order in which they would have gone. The function may do anything with
 * the outbox, put lines for the next connection for example. NULL for nobody to tell. */
void sb_outbox_clear(struct sb_outbox *outbox, sb_outbox_unsent_fn *fn_or_null, void *self);

#endif
