#include "expectation.h"

#include <errno.h>
#include <stdlib.h>

enum { DEADLINES_START = 16 };

static bool
is_earlier(const struct sb_dispatcher *d, const struct expectation *a, const struct expectation *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	return record_at(d, a->record)->serial < record_at(d, b->record)->serial;
}

static void
put(struct sb_dispatcher *d, struct expectation *e, uint32_t at)
{
	d->deadlines[at] = e;
	e->deadline = at;
}

static void
move_up(struct sb_dispatcher *d, struct expectation *e, uint32_t at)
{
	while (at && is_earlier(d, e, d->deadlines[(at - 1) / 2])) {
		put(d, d->deadlines[(at - 1) / 2], at);
		at = (at - 1) / 2;
	}
	put(d, e, at);
}

static void
move_down(struct sb_dispatcher *d, struct expectation *e, uint32_t at)
{
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= d->n_deadlines)
			break;
		if (child + 1 < d->n_deadlines
			&& is_earlier(d, d->deadlines[child + 1], d->deadlines[child]))
			child++;
		if (!is_earlier(d, d->deadlines[child], e))
			break;
		put(d, d->deadlines[child], at);
		at = child;
	}
	put(d, e, at);
}

static void
ask(struct sb_dispatcher *d)
{
	sb_deliver_at(d, d->n_deadlines ? d->deadlines[0]->at_ns : INT64_MAX);
}

int
sb_deadlines_reserve(struct sb_dispatcher *d)
{
	uint32_t cap = d->cap_deadlines ? d->cap_deadlines * 2 : DEADLINES_START;
	struct expectation **deadlines;

	if (d->n_deadlines < d->cap_deadlines)
		return 0;
	deadlines = realloc(d->deadlines, cap * sizeof(*deadlines));
	if (!deadlines)
		return -ENOMEM;
	d->deadlines = deadlines;
	d->cap_deadlines = cap;
	return 0;
}

void
sb_deadlines_add(struct sb_dispatcher *d, struct expectation *e)
{
	move_up(d, e, d->n_deadlines++);
	ask(d);
}

void
sb_deadlines_remove(struct sb_dispatcher *d, struct expectation *e)
{
	struct expectation *last = d->deadlines[--d->n_deadlines];
	uint32_t at = e->deadline;

	e->deadline = NONE;
	if (last != e) {
		move_up(d, last, at);
		move_down(d, last, last->deadline);
	}
	ask(d);
}
