#include "expectation.h"

#include <errno.h>
#include <stdlib.h>

/* Those of one self hang on its object. */
static int
enter_object(struct sb_dispatcher *d, struct expectation *e, const void *self)
{
	e->object = NULL;
	if (!self)
		return 0;
	e->object = sb_object_make(d, self);
	if (!e->object)
		return -ENOMEM;
	e->next_of_self = e->object->expectations;
	e->at_of_self = &e->object->expectations;
	if (e->next_of_self)
		e->next_of_self->at_of_self = &e->next_of_self;
	e->object->expectations = e;
	return 0;
}

static void
leave_object(struct sb_dispatcher *d, struct expectation *e)
{
	if (!e->object)
		return;
	*e->at_of_self = e->next_of_self;
	if (e->next_of_self)
		e->next_of_self->at_of_self = e->at_of_self;
	sb_object_tidy(d, e->object);
}

static void
enter_lost(struct sb_dispatcher *d, struct expectation *e)
{
	e->lost = ++d->last_serial;
	e->next_lost = NULL;
	e->prev_lost = d->last_lost;
	*(d->last_lost ? &d->last_lost->next_lost : &d->lost) = e;
	d->last_lost = e;
}

static void
leave_lost(struct sb_dispatcher *d, struct expectation *e)
{
	*(e->prev_lost ? &e->prev_lost->next_lost : &d->lost) = e->next_lost;
	*(e->next_lost ? &e->next_lost->prev_lost : &d->last_lost) = e->prev_lost;
}

static void
drop_leg(struct sb_dispatcher *d, struct awaited *awaited)
{
	sb_row_remove(d, awaited->leg);
	sb_record_free(d, awaited->leg);
	awaited->leg = NONE;
}

struct expectation *
sb_expectation_make(struct sb_dispatcher *d, size_t n, const char *place, void *self)
{
	struct expectation *e = malloc(sizeof(*e) + n * sizeof(e->awaited[0]));
	uint32_t at = e ? sb_record_alloc(d) : NONE;

	if (at == NONE) {
		free(e);
		return NULL;
	}
	if (enter_object(d, e, self) < 0) {
		sb_record_free(d, at);
		free(e);
		return NULL;
	}
	*record_at(d, at) = (struct record){
		.serial = ++d->last_serial,
		.self = self,
		.place = place,
		.in.expectation = e,
		.flags = RECORD_EXPECTS,
	};
	e->record = at;
	e->n = e->n_left = 0;
	e->deadline = NONE;
	e->at_ns = INT64_MAX;
	e->lost = e->listed = 0;
	return e;
}

void
sb_expectation_end(struct sb_dispatcher *d, struct expectation *e)
{
	for (uint32_t k = 0; k < e->n; k++)
		if (e->awaited[k].leg != NONE)
			drop_leg(d, &e->awaited[k]);
	if (e->deadline != NONE)
		sb_deadlines_remove(d, e);
	if (e->lost)
		leave_lost(d, e);
	leave_object(d, e);
	sb_record_free(d, e->record);
	free(e);
}

int
sb_expectation_await(
	struct sb_dispatcher *d, struct expectation *e, const struct sb_awaited *wanted)
{
	const struct record *whole = record_at(d, e->record);
	int error = sb_registry_add(d, wanted->signal);
	struct row *any, *row;
	uint32_t at;

	sb_assert(error != -EEXIST); /* two signals have one name */
	any = (struct row *)sb_row_of_(&d->hot, wanted->signal->number);
	row = error < 0 ? NULL : sb_row_for(d, any, wanted->from);
	if (!row)
		return -ENOMEM;
	at = sb_record_alloc(d);
	if (at == NONE) {
		sb_row_release(d, row);
		return -ENOMEM;
	}
	/* A serial of its own: of two that meet, from anyone's row and a sender's, the first
	 * counts. */
	*record_at(d, at) = (struct record){
		.serial = ++d->last_serial,
		.self = whole->self,
		.place = whole->place,
		.next_of_group = e->record,
		.prev_of_group = e->n,
		.flags = RECORD_AWAIT,
	};
	sb_row_insert(d, row, at);
	e->awaited[e->n++] = (struct awaited){ wanted->matches, wanted->match, at };
	e->n_left++;
	return 0;
}

int
sb_expectation_limit(struct sb_dispatcher *d, struct expectation *e, int64_t within_ns)
{
	int64_t now_ns = sb_clock_ns(d);

	if (sb_deadlines_reserve(d) < 0)
		return -ENOMEM;
	if (now_ns > 0 && within_ns >= INT64_MAX - now_ns)
		return 0;
	e->at_ns = now_ns + within_ns;
	sb_deadlines_add(d, e);
	return 0;
}

void
sb_expectation_lose(struct sb_dispatcher *d, uint32_t at)
{
	const struct record *leg = record_at(d, at);
	struct expectation *e = expectation_of_leg(d, leg);

	drop_leg(d, &e->awaited[leg->prev_of_group]);
	if (--e->n_left)
		return;
	/* It ends by this, also when the deadline comes before it is told. */
	if (e->deadline != NONE)
		sb_deadlines_remove(d, e);
	e->at_ns = INT64_MAX;
	enter_lost(d, e);
	sb_mailbox_wake(d->mailbox);
}

void
sb_expectations_forget(struct sb_dispatcher *d, const void *self)
{
	const struct object *object;

	while ((object = sb_object_find(d, self)) && object->expectations)
		sb_expectation_end(d, object->expectations);
}

void
sb_expectations_free(struct sb_dispatcher *d)
{
	for (uint32_t at = 0; at < d->n_records; at++)
		free(expectation_of_record(record_at(d, at)));
	free(d->deadlines);
}
