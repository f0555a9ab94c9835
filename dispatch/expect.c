#include "expectation.h"

#include <errno.h>
#include <limits.h>

static struct sb_expectation
value_of(const struct sb_dispatcher *d, const struct expectation *e)
{
	return (struct sb_expectation){
		.serial = record_at(d, e->record)->serial,
		.index = e->record,
		.dispatcher = d->number,
	};
}

static void
check(const struct sb_dispatcher *d, const struct sb_awaited *awaited, size_t n, int64_t within_ns,
	sb_expected_fn *fn, const char *place)
{
	void *self;

	sb_assert(awaited && n && n <= INT_MAX);
	for (size_t k = 0; k < n; k++) {
		sb_assert(awaited[k].signal && awaited[k].match);
		sb_assert(awaited[k].from); /* an object, SB_ANY or SB_ANONYMOUS */
	}
	sb_assert(fn && place);
	sb_assert(within_ns < 0 || sb_mailbox_loop(d->mailbox, &self)); /* else there is no time */
}

struct sb_expectation
sb_expect(struct sb_dispatcher *d, const struct sb_awaited *awaited, size_t n, int64_t within_ns,
	sb_expected_fn *fn, const char *place, void *self)
{
	struct expectation *e = NULL;
	int error = 0;

	check(d, awaited, n, within_ns, fn, place);
	if (!(d->hot.odd & ODD_DESTROYED))
		e = sb_expectation_make(d, n, place, self);
	for (size_t k = 0; e && error == 0 && k < n; k++)
		error = sb_expectation_await(d, e, &awaited[k]);
	if (e && error == 0 && within_ns >= 0)
		error = sb_expectation_limit(d, e, within_ns);
	if (!e || error < 0) {
		if (e)
			sb_expectation_end(d, e);
		d->connect_failed = true;
		return (struct sb_expectation){ .serial = 0 };
	}
	e->fn = fn;
	return value_of(d, e);
}

int
sb_expect_cancel(struct sb_dispatcher *d, struct sb_expectation expectation)
{
	struct expectation *e = NULL;

	if (expectation.dispatcher == d->number && expectation.index < d->n_records)
		e = expectation_of_record(record_at(d, expectation.index));
	if (!e || record_at(d, e->record)->serial != expectation.serial)
		return -ENOENT;
	sb_expectation_end(d, e);
	return 0;
}

bool
sb_expectation_next(
	const struct sb_dispatcher *d, size_t *cursor, struct sb_expectation_info *ret_info)
{
	while (*cursor < d->n_records) {
		const struct record *record = record_at(d, (uint32_t)(*cursor)++);
		const struct expectation *e = expectation_of_record(record);

		if (!e)
			continue;
		*ret_info = (struct sb_expectation_info){
			.expectation = value_of(d, e),
			.place = record->place,
			.self = record->self,
			.n = e->n_left,
			.at_ns = e->at_ns,
		};
		return true;
	}
	return false;
}

bool
sb_expectation_is_met(const struct sb_dispatcher *d, const struct sb_frame *frame, uint32_t at)
{
	const struct record *leg = record_at(d, at);
	const struct awaited *awaited = &expectation_of_leg(d, leg)->awaited[leg->prev_of_group];
	uint64_t serial = leg->serial;

	if (!awaited->matches)
		return true;
	return awaited->match(awaited->matches, leg->self, frame->from, frame->payload)
	       && leg->serial == serial && !frame->flags;
}

sb_expected_fn *
sb_expectation_take(struct sb_dispatcher *d, uint32_t at, int *ret_which)
{
	const struct record *leg = record_at(d, at);
	struct expectation *e = expectation_of_leg(d, leg);
	sb_expected_fn *fn = e->fn;

	*ret_which = (int)leg->prev_of_group;
	sb_expectation_end(d, e);
	return fn;
}

/* The next to be told of those made, or lost, up to a serial. */
static struct expectation *
next_due(const struct sb_dispatcher *d, int64_t now_ns, uint64_t last)
{
	struct expectation *e = d->n_deadlines ? d->deadlines[0] : NULL;

	if (d->hot.odd & ODD_DESTROYED)
		return NULL;
	if (e && e->at_ns <= now_ns && record_at(d, e->record)->serial <= last)
		return e;
	return d->lost && d->lost->lost <= last ? d->lost : NULL;
}

/* Ends it, and says so. */
static void
tell(struct sb_dispatcher *d, struct expectation *e)
{
	const struct record *record = record_at(d, e->record);
	const struct sb_expected expected = { .which = e->lost ? -ECANCELED : -ETIMEDOUT };
	sb_expected_fn *fn = e->fn;
	void *self = record->self;

	d->outside_place = record->place;
	sb_expectation_end(d, e);
	fn(self, &expected);
	d->outside_place = NULL;
}

void
sb_expectations_run(struct sb_dispatcher *d)
{
	void *self;
	bool has_time = d->n_deadlines && sb_mailbox_loop(d->mailbox, &self);
	int64_t now_ns = has_time ? sb_clock_ns(d) : INT64_MIN;
	uint64_t last = d->last_serial;
	struct expectation *e;

	/* What the loop was asked for has come: it is asked anew for what is left. */
	if (d->wake_at_ns <= now_ns)
		d->wake_at_ns = INT64_MIN;
	while ((e = next_due(d, now_ns, last)))
		tell(d, e);
}

bool
sb_expectations_wait(const struct sb_dispatcher *d)
{
	return d->lost;
}
