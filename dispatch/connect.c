#include "private.h"

#include <errno.h>

void
sb_connect_check(
	bool has_what, const void *from, struct sb_options options, sb_fn *fn, const char *place)
{
	sb_assert(has_what);
	sb_assert(from); /* an object, SB_ANY or SB_ANONYMOUS */
	sb_assert(fn && place);
	sb_assert(options.priority >= INT16_MIN && options.priority <= INT16_MAX);
}

struct sb_connection
sb_connect_refuse(struct sb_dispatcher *d)
{
	d->connect_failed = true;
	return (struct sb_connection){ .serial = 0 };
}

struct sb_connection
sb_connection_of(const struct sb_dispatcher *d, uint32_t at)
{
	return (struct sb_connection){
		.serial = record_at(d, at)->serial,
		.index = at,
		.dispatcher = d->number,
	};
}

struct sb_connection
sb_connect_again(const struct sb_dispatcher *d, uint32_t at, struct sb_options options)
{
	const struct record *record = record_at(d, at);

	/* The same receiver is connected to the same thing already: with other options? */
	sb_assert(record->priority == options.priority);
	sb_assert(!(record->flags & RECORD_ONCE) == !options.once);
	return sb_connection_of(d, at);
}

static bool
is_same(const struct record *record, const struct row *row, sb_fn *fn, const void *self)
{
	return !(record->flags & RECORD_PATTERN) && record->in.row == row && record->fn == fn
	       && record->self == self;
}

/* The receiver's connection in the row, or NONE: looked for among the receiver's connections or the
 * row's, whichever are fewer. */
static uint32_t
find_same(const struct sb_dispatcher *d, const struct row *row, sb_fn *fn, const void *self)
{
	uint32_t at = sb_record_of_receiver(d, fn, self);
	const struct group *group = at == NONE ? NULL : record_at(d, at)->group;

	if (at == NONE || !group)
		return at != NONE && is_same(record_at(d, at), row, fn, self) ? at : NONE;
	if (row->key.sender && row->pub.n < group->n) {
		for (uint32_t k = 0; k < row->pub.n; k++)
			if (row->who[k] != NONE
				&& is_same(record_at(d, row->who[k]), row, fn, self))
				return row->who[k];
		return NONE;
	}
	for (; at != NONE; at = record_at(d, at)->next_of_group) {
		if (is_same(record_at(d, at), row, fn, self))
			return at;
		/* What is from anyone stands in the group's first part. */
		if (!row->key.sender && !sb_record_is_wide(record_at(d, at)))
			return NONE;
	}
	return NONE;
}

struct sb_connection
sb_connect_(struct sb_dispatcher *d, const struct sb_signal *signal, const void *from,
	struct sb_options options, sb_fn *fn, const char *place, void *self)
{
	struct row *any, *row;
	struct record *record;
	uint32_t at;
	int error;

	sb_connect_check(signal, from, options, fn, place);
	if (d->hot.odd & ODD_DESTROYED)
		return sb_connect_refuse(d);
	error = sb_registry_add(d, signal);
	sb_assert(error != -EEXIST); /* two signals have one name */
	any = (struct row *)sb_row_of_(&d->hot, signal->number);
	row = error < 0 ? NULL : sb_row_for(d, any, from);
	if (!row)
		return sb_connect_refuse(d);
	at = find_same(d, row, fn, self);
	if (at != NONE)
		return sb_connect_again(d, at, options);
	at = sb_record_alloc(d);
	if (at == NONE) {
		sb_row_release(d, row);
		return sb_connect_refuse(d);
	}
	record = record_at(d, at);
	*record = (struct record){
		.serial = ++d->last_serial,
		.fn = fn,
		.self = self,
		.place = place,
		.in.row = row,
		.priority = (int16_t)options.priority,
		.flags = options.once ? RECORD_ONCE : 0,
	};
	if (sb_record_link(d, at) < 0) {
		sb_record_free(d, at);
		sb_row_release(d, row);
		return sb_connect_refuse(d);
	}
	sb_row_insert(d, row, at);
	return sb_connection_of(d, at);
}

bool
sb_connect_failed(struct sb_dispatcher *d)
{
	bool has_failed = d->connect_failed;

	d->connect_failed = false;
	return has_failed;
}

void
sb_connection_drop(struct sb_dispatcher *d, uint32_t at)
{
	struct record *record = record_at(d, at);

	sb_record_unlink(d, at);
	if (record->flags & RECORD_PATTERN)
		sb_pattern_drop(d, at);
	else
		sb_row_remove(d, at);
	sb_record_free(d, at);
}

struct record *
sb_connection_find(const struct sb_dispatcher *d, struct sb_connection connection)
{
	struct record *record;

	if (!connection.serial || connection.dispatcher != d->number
		|| connection.index >= d->n_records)
		return NULL;
	record = record_at(d, connection.index);
	return record->serial == connection.serial && !(record->flags & RECORD_PART) ? record
										     : NULL;
}

int
sb_disconnect(struct sb_dispatcher *d, struct sb_connection connection)
{
	if (!sb_connection_find(d, connection))
		return -ENOENT;
	sb_connection_drop(d, connection.index);
	return 0;
}

int
sb_block(struct sb_dispatcher *d, struct sb_connection connection)
{
	struct record *record = sb_connection_find(d, connection);

	if (!record)
		return -ENOENT;
	if (record->n_blocked == UINT16_MAX)
		return -EOVERFLOW;
	record->n_blocked++;
	sb_record_show(d, connection.index);
	return 0;
}

int
sb_unblock(struct sb_dispatcher *d, struct sb_connection connection)
{
	struct record *record = sb_connection_find(d, connection);

	if (!record)
		return -ENOENT;
	if (!record->n_blocked)
		return -EALREADY;
	record->n_blocked--;
	sb_record_show(d, connection.index);
	return 0;
}

/* Drops the connections that filter by the sender. Rows keep their holes meanwhile. */
static int
forget_sender(struct sb_dispatcher *d, const void *sender)
{
	const struct object *object = sb_object_find(d, sender);
	int n = 0;

	for (const struct pair *p = object ? object->pairs : NULL; p; p = p->next_of_sender)
		for (uint32_t k = 0; k < p->row.pub.n; k++) {
			uint32_t at = p->row.who[k];

			if (at == NONE)
				continue;
			if (record_at(d, at)->flags & RECORD_AWAIT) {
				sb_expectation_lose(d, at);
				continue;
			}
			sb_connection_drop(d, record_at(d, at)->flags & RECORD_LEG
						      ? record_at(d, at)->next_of_group
						      : at);
			n++;
		}
	/* A pattern that matches no signal yet is in no row. */
	for (struct pattern *p = d->patterns, *next; p; p = next) {
		next = p->next;
		if (p->sender == sender) {
			sb_connection_drop(d, p->record);
			n++;
		}
	}
	return n;
}

int
sb_forget(struct sb_dispatcher *d, const void *object)
{
	uint32_t at;
	int n = 0;

	sb_assert(object != SB_ANY && object != SB_ANONYMOUS);
	if (!object)
		return 0;
	sb_frames_settle(d);
	for (uint32_t k = 0; k < d->hot.depth; k++)
		if (d->hot.frames[k].from == object)
			d->hot.frames[k].flags |= FRAME_GONE;
	d->is_forgetting = true;
	for (; (at = sb_record_of_self(d, object)) != NONE; n++)
		sb_connection_drop(d, at);
	n += forget_sender(d, object);
	sb_observers_forget(d, object);
	sb_expectations_forget(d, object);
	sb_queues_forget(d, object);
	sb_later_forget(d, object);
	if (sb_object_find(d, object))
		(void)sb_label(d, object, NULL);
	d->is_forgetting = false;
	if (!d->hot.depth)
		(void)sb_emissions_over(d);
	return n;
}

struct sb_connection_info
sb_connection_info_of(const struct sb_dispatcher *d, uint32_t at)
{
	const struct record *record = record_at(d, at);
	bool is_pattern = record->flags & RECORD_PATTERN;
	const void *sender = is_pattern ? record->in.pattern->sender : record->in.row->key.sender;

	return (struct sb_connection_info){
		.connection = sb_connection_of(d, at),
		.name = is_pattern ? record->in.pattern->text : record->in.row->signal->name,
		.sender = sender ? sender : SB_ANY,
		.self = record->self,
		.place = record->place,
		.options = { .priority = record->priority, .once = record->flags & RECORD_ONCE },
		.n_blocked = record->n_blocked,
		.is_pattern = is_pattern,
	};
}

bool
sb_connection_next(
	const struct sb_dispatcher *d, size_t *cursor, struct sb_connection_info *ret_info)
{
	while (*cursor < d->n_records) {
		uint32_t at = (uint32_t)(*cursor)++;
		const struct record *record = record_at(d, at);

		if (!record->serial || record->flags & RECORD_PART)
			continue;
		*ret_info = sb_connection_info_of(d, at);
		return true;
	}
	return false;
}
