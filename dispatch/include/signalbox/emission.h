#ifndef SIGNALBOX_EMISSION_H
#define SIGNALBOX_EMISSION_H

/* What the loops that <signalbox/define_signals.h> generates look into: the binary interface of
 * an emission. Not for other code; a change here is a change of the library's soname. */

#include <signalbox/dispatcher.h>

#ifndef __cplusplus
#include <stdatomic.h>
struct sb_number {
	_Atomic uint32_t value;
};
#endif

SB_C_BEGIN

#define SB_UNLIKELY_(x) __builtin_expect(!!(x), 0)
#define SB_LIKELY_(x) __builtin_expect(!!(x), 1)
/* So that an emission that nobody hears is no more than the asking. */
#define SB_NOINLINE_ __attribute__((noinline))

/* One receiver. fn NULL: not to be called as it stands, for sb_emit_rest_() to see. */
struct sb_slot {
	sb_fn *fn;
	void *self;
};

/* The receivers of a signal, from anyone or from one sender, in the order in which they run. */
struct sb_row {
	struct sb_slot *slots;
	uint32_t n;
	uint32_t
		odd; /* not 0: the slots are not the whole truth, a sender has receivers of its own */
};

/* One emission in progress. While it is plain, only the members before `end` mean anything, and the
 * receivers are simply the slots before `stop`. Where it stops being plain, its loop is made to
 * stop after the call that runs. */
struct sb_frame {
	const struct sb_slot *slot; /* running */
	void *from;
	const void *payload;
	struct sb_row *row;
	const struct sb_slot *stop; /* where its loop ends */
	uint32_t plain; /* how many slots it will have run, while it is plain; else 0 */
	uint32_t end;

	struct sb_row *mine; /* the receivers of this sender alone, or NULL */
	const struct sb_signal *signal;
	const char *place; /* of the running receiver */
	uint64_t serial; /* connections younger than this are not called */
	uint64_t id; /* of this emission, for receivers with several connections; 0 until asked */
	uint64_t last; /* where a walk over patterns stands: the serial of the last that ran, */
	int last_priority; /* and its priority */
	uint32_t at, mine_at, mine_end; /* next slots */
	uint32_t n_ran, n_failed;
	uint32_t has_failed; /* the running receiver said so */
	uint32_t flags;
};

/* The first member of every dispatcher. */
struct sb_hot {
	struct sb_row **rows; /* by number; a number not registered here has rows[0] */
	uint32_t n_rows;
	uint32_t depth;
	uint32_t odd; /* not 0: no emission begins as a plain one */
	struct sb_frame frames[SB_DEPTH_LIMIT + 1]; /* one more, to tell that the last one failed */
};

/* Where a generated loop left off: before the slot `frame->slot`, which needs asking; after it,
 * because something became unusual. */
enum { SB_RUN_AT_SLOT_, SB_RUN_AFTER_SLOT_ };

#ifndef __cplusplus
static inline struct sb_row *
sb_row_of_(const struct sb_hot *hot, struct sb_number *number)
{
	uint32_t n = atomic_load_explicit(&number->value, memory_order_relaxed);

	return hot->rows[n < hot->n_rows ? n : 0];
}
#endif

/* What NAME_connect() and NAME_connect_with() are, without the types. */
SB_API struct sb_connection sb_connect_(struct sb_dispatcher *d, const struct sb_signal *signal,
	const void *from, struct sb_options options, sb_fn *fn, const char *place, void *self);

/* The whole emission, where it cannot be plain; and the rest of one that stopped being plain. */
SB_API int sb_emit_odd_(
	struct sb_dispatcher *d, const struct sb_signal *signal, void *from, const void *payload);
SB_API int sb_emit_rest_(struct sb_dispatcher *d, struct sb_frame *frame, int how);

SB_C_END

#endif
