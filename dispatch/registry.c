#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The last number given to a signal in this process. */
static _Atomic uint32_t last_number;

static struct name *
find(const struct sb_dispatcher *d, const char *text)
{
	struct name *name;

	HASH_FIND_STR(d->names, text, name);
	return name;
}

/* Another thread may be giving it one too: the first counts. */
static uint32_t
number_of(const struct sb_signal *signal)
{
	uint32_t number = atomic_load(&signal->number->value), wanted;

	if (number)
		return number;
	wanted = atomic_fetch_add(&last_number, 1) + 1;
	if (atomic_compare_exchange_strong(&signal->number->value, &number, wanted))
		return wanted;
	return number;
}

static int
reserve_rows(struct sb_dispatcher *d, uint32_t number)
{
	uint32_t cap = d->cap_rows;
	struct sb_row **rows;

	if (number < cap)
		return 0;
	while (cap <= number)
		cap *= 2;
	rows = realloc(d->hot.rows, cap * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	d->hot.rows = rows;
	d->cap_rows = cap;
	return 0;
}

/* A registration is undone. No emission has met its rows, those of senders included: they go at
 * once, also where an emission is in progress. */
static void
remove_row(struct sb_dispatcher *d, struct row *row)
{
	struct row **at = &d->changed;

	sb_patterns_leave_signal(d, row->key.number);
	while (*at) {
		struct row *changed = *at;

		if (changed->key.number != row->key.number) {
			at = &changed->next_changed;
			continue;
		}
		*at = changed->next_changed;
		changed->is_changed = false;
		if (changed != row)
			sb_row_tidy(d, changed);
	}
	d->hot.rows[row->key.number] = &d->unknown.pub;
	sb_row_free(row);
}

static struct row *
add_row(struct sb_dispatcher *d, const struct sb_signal *signal)
{
	uint32_t number = number_of(signal);
	struct row *row;

	if (reserve_rows(d, number) < 0)
		return NULL;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->signal = signal;
	row->key.number = number;
	while (d->hot.n_rows <= number)
		d->hot.rows[d->hot.n_rows++] = &d->unknown.pub;
	d->hot.rows[number] = &row->pub;
	if (sb_patterns_meet_signal(d, row) < 0) {
		remove_row(d, row);
		return NULL;
	}
	return row;
}

int
sb_registry_add(struct sb_dispatcher *d, const struct sb_signal *signal)
{
	struct row *row = (struct row *)sb_row_of_(&d->hot, signal->number);
	struct name *name;

	if (row->signal)
		return 0;
	if (find(d, signal->name))
		return -EEXIST;
	row = add_row(d, signal);
	if (!row)
		return -ENOMEM;
	name = calloc(1, sizeof(*name));
	if (name) {
		name->signal = signal;
		HASH_ADD_KEYPTR(hh, d->names, signal->name, strlen(signal->name), name);
	}
	if (!name || !name->hh.tbl) {
		free(name);
		remove_row(d, row);
		return -ENOMEM;
	}
	return 0;
}

void
sb_registry_free(struct sb_dispatcher *d)
{
	struct name *name, *next;

	HASH_ITER(hh, d->names, name, next)
	{
		HASH_DELETE(hh, d->names, name);
		free(name);
	}
	for (uint32_t k = 1; k < d->hot.n_rows; k++)
		if (row_of_number(d, k)->signal)
			sb_row_free(row_of_number(d, k));
	free(d->hot.rows);
}

int
sb_register(struct sb_dispatcher *d, const struct sb_table *table)
{
	for (size_t k = 0; k < table->n_signals; k++) {
		int error = sb_registry_add(d, table->signals[k]());

		if (error < 0)
			return error;
	}
	return 0;
}

const struct sb_signal *
sb_find(const struct sb_dispatcher *d, const char *name)
{
	const struct name *known = find(d, name);

	return known ? known->signal : NULL;
}

const struct sb_signal *
sb_signal_at(const struct sb_dispatcher *d, size_t i)
{
	for (uint32_t k = 1; k < d->hot.n_rows; k++)
		if (row_of_number(d, k)->signal && i-- == 0)
			return row_of_number(d, k)->signal;
	return NULL;
}
