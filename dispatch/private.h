#ifndef DISPATCH_PRIVATE_H
#define DISPATCH_PRIVATE_H

/* What the dispatcher is made of.
 *
 * A record is one connection; records lie in chunks and never move, and are known by their index. A
 * row is an array of slots {fn, self}, sorted by (priority, serial), with the index of each slot's
 * record beside it: one row a signal for receivers of anyone, and one for each pair of signal and
 * sender that has receivers of its own. What is unusual about a record (once, blocked, a pattern's)
 * hides its fn from the slot, so that the generated loop asks.
 * A pattern's record is in no row: it leaves a leg, a record of its own, in each row it matches; so
 * does an expectation's, a leg for each signal that it awaits.
 * What is removed leaves a hole in its row, closed when no emission is in progress. */

#include <signalbox/emission.h>
#include <signalbox/expect.h>
#include <signalbox/later.h>
#include <signalbox/observer.h>
#include <signalbox/queue.h>

#include "backlog.h"
#include "index.h"
#include "table.h"

#define NONE UINT32_MAX

enum { RECORDS_A_CHUNK = 1024 };

/* struct record, flags */
enum {
	RECORD_ONCE = 1,
	RECORD_PATTERN = 2,
	RECORD_LEG = 4, /* a pattern's */
	RECORD_AWAIT = 8, /* an expectation's leg */
	RECORD_EXPECTS = 16, /* an expectation's own */
	RECORD_PART = RECORD_LEG | RECORD_AWAIT | RECORD_EXPECTS, /* any: it is no connection */
};
/* struct sb_row, odd */
enum { ROW_HAS_SENDERS = 1, ROW_IS_UNKNOWN = 2 };
/* struct sb_hot, odd */
enum { ODD_CHANGED = 1, ODD_DESTROYED = 2, ODD_OBSERVED = 4 };
/* struct sb_frame, flags: either ends it */
enum { FRAME_STOPPED = 1, FRAME_GONE = 2 };

/* The connections of one receiver, where there are several, so that it runs once: two of them meet
 * in an emission only where a signal's row and a sender's are merged, or by patterns, and there
 * each is asked for. Those from anyone and of patterns stand first in the list. */
struct group {
	uint32_t n;
	uint32_t first, last;
	bool is_stale;
	struct group *next_stale;
	uint64_t ran[SB_DEPTH_LIMIT + 1]; /* by depth: the id of the emission in which it ran */
};

struct record {
	uint64_t serial; /* 0: free */
	sb_fn *fn;
	void *self;
	const char *place;
	union {
		struct row *row; /* a typed connection, a leg */
		struct pattern *pattern; /* a pattern's connection */
		struct expectation *expectation; /* an expectation's own */
	} in;
	struct group *group; /* NULL: the only connection of its receiver */
	uint32_t slot; /* in the row; of a free record: the next free one */
	uint32_t next_of_self, prev_of_self;
	uint32_t next_of_group; /* of a leg: the record of the pattern or the expectation */
	uint32_t prev_of_group; /* of an expectation's leg: which it is */
	int16_t priority;
	uint16_t n_blocked;
	uint8_t flags;
};

struct row_key {
	uint32_t number;
	uint32_t zero;
	const void *sender; /* NULL: anyone */
};

struct row {
	struct sb_row pub;
	struct sb_slot only_slot; /* most senders have one receiver of their own: no array */

	struct row_key key;
	uint32_t *who; /* by slot: the record, or NONE for a hole */
	uint32_t cap, n_holes;
	uint32_t only_who;
	uint32_t n_senders; /* of an anyone's row: the rows of single senders */
	const struct sb_signal *signal; /* NULL in the row of unknown signals */
	struct row *next_changed;
	int16_t lowest; /* priority that came since it was empty: what is not above it goes last */
	bool is_changed;
};

enum { CACHE_LINE = 64, PAIRS_A_CHUNK = 32 };

/* A sender's row, as it is found. It begins on a cache line, and what finding it and calling its
 * only receiver touches is the second: the end of hh, the key, and the row's first two members. */
struct pair {
	struct object *object;
	struct pair *next_of_sender, **at_of_sender;
	UT_hash_handle hh;
	struct row_key key;
	struct row row;
};

/* They lie close together: those of many senders are met in any order, and then it matters. */
struct pair_chunk {
	struct pair pairs[PAIRS_A_CHUNK];
	struct pair_chunk *next;
	char rest[CACHE_LINE - sizeof(struct pair_chunk *)]; /* to a whole line */
};

struct pattern {
	struct pattern *next; /* by (priority, serial) */
	uint32_t record;
	const void *sender; /* SB_ANY, SB_ANONYMOUS or an object */
	uint32_t n_legs, cap_legs;
	uint32_t *legs;
	char text[];
};

/* What is known of a sender, of an object with a label or a token, or of who expects something. */
struct object {
	const void *key;
	uint64_t token; /* its serial; 0: it has none */
	struct pair *pairs;
	struct expectation *expectations;
	char *label;
	UT_hash_handle hh;
};

struct name {
	const struct sb_signal *signal;
	UT_hash_handle hh;
};

/* A failure that waits for the end of its emission. */
struct failure {
	struct failure *next;
	uint32_t depth;
	const char *signal, *place;
	struct sb_error error;
};

/* What is observed of a frame, by the numbers of its events. */
struct watch {
	uint64_t began, ended; /* began 0: the frame is not observed */
	uint64_t call_began, call_ended; /* call_began 0: no call is in progress */
	struct sb_emission emission;
	struct sb_receiver receiver;
	struct sb_result counts;
	int result;
	enum sb_outcome outcome;
};

struct sb_dispatcher {
	struct sb_hot hot;
	uint32_t cap_rows;
	struct row unknown; /* row 0 */
	struct pair *pairs; /* by (number, sender) */
	struct pair_chunk *pair_chunks;
	struct pair *free_pair; /* by next_of_sender */
	struct name *names;
	struct object *objects;
	struct record **chunks;
	uint32_t n_records, cap_records, cap_chunks, free_record;
	struct index by_self, by_receiver;
	struct pattern *patterns;
	struct row *changed;
	struct group *stale;
	uint32_t number; /* among the dispatchers of the process, so that connections know theirs */
	uint64_t last_serial, last_id;
	struct failure *failures, **failures_end;
	bool connect_failed;
	bool is_forgetting;
	sb_last_resort_fn *last_resort;
	void *last_resort_self;
	struct watcher *watchers;
	bool is_ending; /* observers are being told that it is destroyed */
	uint64_t last_event, last_emission;
	uint32_t
		observer_depth; /* of the frame that an observer is being told of, from 1; 0: none */
	const char *observer_place;
	struct watch watches[SB_DEPTH_LIMIT + 1]; /* by depth */
	struct expectation **deadlines; /* a heap */
	uint32_t n_deadlines, cap_deadlines;
	struct expectation *lost, *last_lost; /* those that have nobody left to wait for */

	struct sb_mailbox *mailbox; /* knows the loop, too */
	struct backlog deferred;
	uint64_t last_token;
	uint64_t n_drops_told[2]; /* by enum sb_later: of those that were dropped */
	int64_t wake_at_ns; /* asked of the loop; INT64_MAX: nothing */
	bool is_delivering;
	bool has_refused; /* a sb_deliver(), and has not asked the loop again yet */
	const char *outside_place; /* of what sb_deliver() calls outside emissions; or NULL */
	struct sb_trace *trace;
	struct sb_queue *queues, *reading; /* reading: whose reader runs, or NULL */
	bool is_running_queues;
};

static inline struct record *
record_at(const struct sb_dispatcher *d, uint32_t at)
{
	return &d->chunks[at / RECORDS_A_CHUNK][at % RECORDS_A_CHUNK];
}

static inline struct row *
row_of_number(const struct sb_dispatcher *d, uint32_t number)
{
	return (struct row *)d->hot.rows[number < d->hot.n_rows ? number : 0];
}

/* Rows and groups stay as they are. */
static inline bool
is_busy(const struct sb_dispatcher *d)
{
	return d->hot.depth || d->is_forgetting;
}

/* What runs is an observer, and no handler. */
static inline bool
is_in_observer(const struct sb_dispatcher *d)
{
	return d->observer_depth && d->observer_depth == d->hot.depth;
}

static inline bool
is_before(int priority, uint64_t serial, int than_priority, uint64_t than_serial)
{
	return priority != than_priority ? priority > than_priority : serial < than_serial;
}

/* Whether the receiver of these connections has run in the emission, by another of them. */
static inline bool
has_run(const struct group *group, uint64_t id, uint32_t depth)
{
	return group && id && group->ran[depth] == id;
}

/* The emission has no id until it needs one. */
static inline void
note_run(struct sb_dispatcher *d, struct group *group, uint64_t *id, uint32_t depth)
{
	if (!group)
		return;
	if (!*id)
		*id = ++d->last_id;
	group->ran[depth] = *id;
}

/* records.c: records, and who else has the same receiver or self. */
uint32_t sb_record_alloc(struct sb_dispatcher *d); /* NONE: out of memory */
void sb_record_free(struct sb_dispatcher *d, uint32_t at);
/* The group's first record, or the only one, of a receiver; or NONE. */
uint32_t sb_record_of_receiver(const struct sb_dispatcher *d, sb_fn *fn, const void *self);
uint32_t sb_record_of_self(const struct sb_dispatcher *d, const void *self);
/* Enters a record that is filled in but not in its row yet. Returns 0, or -ENOMEM and nothing
 * changed. It is taken out before it leaves its row. */
int sb_record_link(struct sb_dispatcher *d, uint32_t at);
void sb_record_unlink(struct sb_dispatcher *d, uint32_t at);
/* From anyone, or of a pattern. */
bool sb_record_is_wide(const struct record *record);
/* Makes the slot say what the record is now. */
void sb_record_show(struct sb_dispatcher *d, uint32_t at);
/* Lets go of groups that became too small. Not while busy. */
void sb_groups_review(struct sb_dispatcher *d);
void sb_records_free(struct sb_dispatcher *d);

/* rows.c */
struct row *sb_row_find(const struct sb_dispatcher *d, uint32_t number, const void *sender);
int sb_row_reserve(struct sb_dispatcher *d, struct row *row);
void sb_row_insert(struct sb_dispatcher *d, struct row *row, uint32_t at);
void sb_row_remove(struct sb_dispatcher *d, uint32_t at);
/* Closes its holes, or frees it where it is a sender's and empty. Not while busy. */
void sb_row_tidy(struct sb_dispatcher *d, struct row *row);
void sb_row_free(struct row *row); /* of a signal */
void sb_pairs_free(struct sb_dispatcher *d);
/* Something left it, or did not come: its holes are closed, or it goes, when that is due. */
void sb_row_release(struct sb_dispatcher *d, struct row *row);
/* The row of a signal, or of a signal and a sender, with room for one more; NULL: out of memory. */
struct row *sb_row_for(struct sb_dispatcher *d, struct row *any, const void *sender);

/* objects.c */
struct object *sb_object_find(const struct sb_dispatcher *d, const void *key);
struct object *sb_object_make(struct sb_dispatcher *d, const void *key);
void sb_object_tidy(struct sb_dispatcher *d, struct object *object);

/* patterns.c */
bool sb_pattern_matches(const char *pattern, const char *name);
/* Leaves legs in the rows of a signal just registered. Returns 0, -ENOMEM. */
int sb_patterns_meet_signal(struct sb_dispatcher *d, struct row *any);
/* Undoes that for a signal that is not registered after all. */
void sb_patterns_leave_signal(struct sb_dispatcher *d, uint32_t number);
void sb_pattern_drop(struct sb_dispatcher *d, uint32_t at);
void sb_patterns_free(struct sb_dispatcher *d);

/* connect.c */
/* The caller's mistakes that every connect shares. */
void sb_connect_check(
	bool has_what, const void *from, struct sb_options options, sb_fn *fn, const char *place);
/* What connect returns: nothing, remembered; what is there already. */
struct sb_connection sb_connect_refuse(struct sb_dispatcher *d);
struct sb_connection sb_connect_again(
	const struct sb_dispatcher *d, uint32_t at, struct sb_options options);
struct sb_connection sb_connection_of(const struct sb_dispatcher *d, uint32_t at);
/* The live connection that the value stands for, or NULL. */
struct record *sb_connection_find(const struct sb_dispatcher *d, struct sb_connection connection);
void sb_connection_drop(struct sb_dispatcher *d, uint32_t at);

struct sb_connection_info sb_connection_info_of(const struct sb_dispatcher *d, uint32_t at);

/* walk.c: whom an emission comes to, one after the other. */
/* The receivers of a sender alone (NULL: anonymous), of a signal that has the row; or NULL. */
struct row *sb_walk_mine(const struct sb_dispatcher *d, const struct row *row, const void *from);
/* The frame stands before the first of them. Its signal is yet to be filled in. */
void sb_walk_begin(
	const struct sb_dispatcher *d, struct sb_frame *frame, struct row *row, struct row *mine);
/* The next that it comes to: the record of a connection that may be blocked, or whose receiver has
 * run, or an expectation's leg; NONE: no more. */
uint32_t sb_walk_next(const struct sb_dispatcher *d, struct sb_frame *frame, const void *from);
/* One emission more would be too deep. */
bool sb_walk_is_too_deep(const struct sb_dispatcher *d, const struct sb_signal *signal);

/* registry.c */
int sb_registry_add(struct sb_dispatcher *d, const struct sb_signal *signal);
void sb_registry_free(struct sb_dispatcher *d);

/* emit.c */
/* Plain frames stop being plain, and every loop looks before its next call. */
void sb_frames_settle(struct sb_dispatcher *d);
struct sb_result sb_frame_counts(const struct sb_frame *frame);
/* What was put off until nothing is emitted. Returns whether d was freed. */
bool sb_emissions_over(struct sb_dispatcher *d);

/* failures.c */
/* For the innermost frame's running handler, or the observer; the frames are settled. */
SB_PRINTF(4, 5)
void sb_failure_report(
	struct sb_dispatcher *d, struct sb_frame *frame, int code, const char *format, ...);
/* Emits the failures of a frame that is about to end. */
void sb_failures_tell(struct sb_dispatcher *d, const struct sb_frame *frame);
/* Gives what still waits to the last resort. */
void sb_failures_flush(struct sb_dispatcher *d);

/* observers.c: for frames of which sb_observers_emission_began() has left that they are observed,
 * but for the first and for unwind. */
void sb_observers_emission_began(struct sb_dispatcher *d, const struct sb_frame *frame);
void sb_observers_call_began(struct sb_dispatcher *d, const struct sb_frame *frame, uint32_t at);
void sb_observers_call_ended(
	struct sb_dispatcher *d, const struct sb_frame *frame, enum sb_outcome outcome);
void sb_observers_emission_ended(
	struct sb_dispatcher *d, const struct sb_frame *frame, int result, struct sb_result counts);
/* Ends what is still begun of the innermost frame. */
void sb_observers_unwind(struct sb_dispatcher *d, const struct sb_frame *frame);
void sb_observers_forget(struct sb_dispatcher *d, const void *self);
/* Tells them that d is destroyed, the last that they hear. */
void sb_observers_end(struct sb_dispatcher *d);
void sb_observers_free(struct sb_dispatcher *d);

/* trace.c: the dispatcher goes, and observers with it. */
void sb_trace_free(struct sb_dispatcher *d);

/* dispatcher.c */
void sb_dispatcher_free(struct sb_dispatcher *d);

/* payload.c */
/* No kind of field needs a stricter one. */
enum { PAYLOAD_ALIGNMENT = 8 };
/* What a copy takes with its texts and bytes; a multiple of the alignment. */
size_t sb_payload_size(const struct sb_signal *signal, const void *payload);
/* Copies it to memory of that size, aligned so. */
void sb_payload_copy(const struct sb_signal *signal, const void *payload, void *memory);

/* mailbox.c */
struct sb_mailbox *sb_mailbox_create(void);
/* Nothing can be posted any more. */
void sb_mailbox_shut(struct sb_mailbox *mailbox);
/* The dispatcher has gone: besides, its loop is parted from, and what was posted goes. */
void sb_mailbox_close(struct sb_mailbox *mailbox);
void sb_mailbox_set_loop(struct sb_mailbox *mailbox, const struct sb_loop *loop, void *self);
/* The loop, or NULL. On the dispatcher's thread, as the former two. */
const struct sb_loop *sb_mailbox_loop(const struct sb_mailbox *mailbox, void **ret_self);
/* Sees to it that sb_deliver() is called, soon. Any thread; nothing after the dispatcher has
 * gone. */
void sb_mailbox_wake(struct sb_mailbox *mailbox);
/* sb_deliver() was called: from now on the loop is woken anew. */
void sb_mailbox_called(struct sb_mailbox *mailbox);
/* It begins, with what was posted, or ends. */
void sb_mailbox_begin(struct sb_mailbox *mailbox);
void sb_mailbox_end(struct sb_mailbox *mailbox);
/* What was posted: on the dispatcher's thread, for its sb_backlog_next(). */
struct backlog *sb_mailbox_posted(struct sb_mailbox *mailbox);
void sb_mailbox_set(struct sb_mailbox *mailbox, struct sb_later_options options);
struct sb_later_counts sb_mailbox_counts(struct sb_mailbox *mailbox);

/* expect.c, expectation.c: by the index of a leg. */
/* Asks the predicate, which may do anything. Whether the expectation is still there, and met. */
bool sb_expectation_is_met(
	const struct sb_dispatcher *d, const struct sb_frame *frame, uint32_t at);
/* Ends it; returns what is to be called. */
sb_expected_fn *sb_expectation_take(struct sb_dispatcher *d, uint32_t at, int *ret_which);
/* The sender was forgotten. */
void sb_expectation_lose(struct sb_dispatcher *d, uint32_t at);

/* later.c, expect.c, queue.c: their parts in sb_deliver(), each of which ends when the dispatcher
 * is destroyed; whether something is left for another; in sb_forget(), and at the end. */
void sb_later_begin(struct sb_dispatcher *d); /* takes what sb_later_run() will deliver */
int sb_later_run(struct sb_dispatcher *d); /* returns how many signals it emitted */
void sb_later_end(struct sb_dispatcher *d);
bool sb_later_waits(struct sb_dispatcher *d);
void sb_later_forget(struct sb_dispatcher *d, const void *object);
void sb_later_free(struct sb_dispatcher *d);
void sb_expectations_run(struct sb_dispatcher *d);
bool sb_expectations_wait(const struct sb_dispatcher *d);
void sb_expectations_forget(struct sb_dispatcher *d, const void *self);
void sb_expectations_free(struct sb_dispatcher *d);
/* sb_deliver() begins: what waits now is due. */
void sb_queues_begin(struct sb_dispatcher *d);
void sb_queues_run(struct sb_dispatcher *d);
/* What a reader has left by longjmp is over. */
void sb_queues_unwind(struct sb_dispatcher *d);
bool sb_queues_wait(struct sb_dispatcher *d);
void sb_queues_forget(struct sb_dispatcher *d, const void *self);
/* The dispatcher is destroyed, perhaps in the midst of it: the readers are gone. */
void sb_queues_end(struct sb_dispatcher *d);
void sb_queues_free(struct sb_dispatcher *d);

/* deliver.c */
/* Asks for it at this time, or not for a time any more: INT64_MAX. */
void sb_deliver_at(struct sb_dispatcher *d, int64_t at_ns);
/* Nothing is emitted any more: the loop is asked again where one was refused meanwhile. */
void sb_deliver_make_good(struct sb_dispatcher *d);
/* The sb_deliver() in progress, if one is, was left by longjmp. */
void sb_deliver_unwind(struct sb_dispatcher *d);

#endif
