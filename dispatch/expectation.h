#ifndef DISPATCH_EXPECTATION_H
#define DISPATCH_EXPECTATION_H

/* An expectation, and the order of their deadlines. Its place and its self are its record's. It is
 * freed when it ends, before it is told: nothing of it is looked at after code of others ran. */

#include "private.h"

struct awaited {
	sb_fn *matches;
	bool (*match)(sb_fn *matches, void *self, void *from, const void *payload);
	uint32_t leg; /* NONE: its sender has been forgotten */
};

struct expectation {
	uint32_t record;
	uint32_t n, n_left; /* signals awaited, at first and now */
	uint32_t deadline; /* its place in the heap; NONE: in none */
	int64_t at_ns; /* INT64_MAX: none */
	sb_expected_fn *fn;
	struct object *object; /* of its self; NULL: no self */
	struct expectation *next_of_self, **at_of_self;
	uint64_t lost; /* when nothing was left, among the serials; 0: something is */
	struct expectation *next_lost, *prev_lost;
	uint64_t listed; /* by which sb_receivers(), so that it is there once */
	struct awaited awaited[];
};

/* Whose leg it is. */
static inline struct expectation *
expectation_of_leg(const struct sb_dispatcher *d, const struct record *leg)
{
	return record_at(d, leg->next_of_group)->in.expectation;
}

/* Whose own record it is, or NULL. */
static inline struct expectation *
expectation_of_record(const struct record *record)
{
	return record->serial && record->flags & RECORD_EXPECTS ? record->in.expectation : NULL;
}

/* expectation.c */
/* With its own record, on the object of its self, and nothing awaited; NULL: out of memory. */
struct expectation *sb_expectation_make(
	struct sb_dispatcher *d, size_t n, const char *place, void *self);
/* A leg in the row of one signal more. Returns 0, -ENOMEM. */
int sb_expectation_await(
	struct sb_dispatcher *d, struct expectation *e, const struct sb_awaited *wanted);
/* Its deadline from now; one past all time is none. Returns 0, -ENOMEM. */
int sb_expectation_limit(struct sb_dispatcher *d, struct expectation *e, int64_t within_ns);
/* Takes it out of everything, and frees it. */
void sb_expectation_end(struct sb_dispatcher *d, struct expectation *e);

/* deadlines.c: a binary heap, the earliest on top, those of one time in the order in which they
 * were made. Most never come, but are taken out when the answer does: both, and finding the next,
 * take no walk over all that wait. The loop is asked for the earliest at each change. */
/* Makes room for one more. Returns 0, or -ENOMEM and nothing changed. */
int sb_deadlines_reserve(struct sb_dispatcher *d);
void sb_deadlines_add(struct sb_dispatcher *d, struct expectation *e);
void sb_deadlines_remove(struct sb_dispatcher *d, struct expectation *e);

#endif
