#include "private.h"

#include <errno.h>
#include <string.h>

enum {
	USUAL_SIZE = 1024,
	USUAL_BYTES = 16 * 1024 * 1024,
	USUAL_BUDGET = 256,
};

static void
push(struct entries *entries, struct entry *entry)
{
	if (entries->first)
		entries->last->next = entry;
	else
		entries->first = entry;
	entries->last = entry;
	entry->next = NULL;
	entries->n++;
	entries->bytes += entry->item.size;
}

/* There must be one. */
static struct entry *
pop(struct entries *entries)
{
	struct entry *entry = entries->first;

	entries->first = entry->next;
	entries->n--;
	entries->bytes -= entry->item.size;
	return entry;
}

static void
free_all(struct backlog *backlog, struct entries *entries)
{
	while (entries->first)
		sb_entry_free(&backlog->store, pop(entries));
}

void
sb_backlog_init(struct backlog *backlog)
{
	memset(backlog, 0, sizeof(*backlog));
	sb_backlog_set(backlog, (struct sb_later_options){ .policy = SB_REFUSE });
}

void
sb_backlog_finish(struct backlog *backlog)
{
	free_all(backlog, &backlog->waiting);
	free_all(backlog, &backlog->taken);
	sb_entries_free_handed_out(&backlog->store, &backlog->handed_out);
	sb_entry_store_finish(&backlog->store);
}

void
sb_backlog_set(struct backlog *backlog, struct sb_later_options options)
{
	if (!options.size)
		options.size = USUAL_SIZE;
	if (!options.bytes)
		options.bytes = USUAL_BYTES;
	if (!options.budget)
		options.budget = USUAL_BUDGET;
	backlog->options = options;
}

struct sb_later_counts
sb_backlog_counts(const struct backlog *backlog)
{
	struct sb_later_counts counts = backlog->counts;

	counts.n_waiting = backlog->waiting.n;
	counts.bytes_waiting = backlog->waiting.bytes;
	return counts;
}

static bool
has_room(const struct backlog *backlog, size_t size)
{
	const struct entries *waiting = &backlog->waiting;

	return waiting->n < backlog->options.size && waiting->bytes <= backlog->options.bytes
	       && size <= backlog->options.bytes - waiting->bytes;
}

/* Whether there is room, or older entries can make it. If not, *ret_result is what put returns. */
static bool
is_welcome(struct backlog *backlog, size_t size, int *ret_result)
{
	enum sb_policy policy = backlog->options.policy;
	bool fits = size <= backlog->options.bytes;

	if (fits && (policy == SB_DROP_OLDEST || has_room(backlog, size)))
		return true;
	if (fits && policy == SB_DROP_NEWEST) {
		backlog->counts.n_dropped++;
		*ret_result = 0;
	} else {
		backlog->counts.n_refused++;
		*ret_result = -ENOBUFS;
	}
	return false;
}

static void
enter(struct backlog *backlog, struct entry *entry)
{
	while (!has_room(backlog, entry->item.size)) {
		sb_entry_free(&backlog->store, pop(&backlog->waiting));
		backlog->counts.n_dropped++;
	}
	push(&backlog->waiting, entry);
	if (backlog->counts.most_waiting < backlog->waiting.n)
		backlog->counts.most_waiting = backlog->waiting.n;
}

int
sb_backlog_put(struct backlog *backlog, const struct item *item, struct entry *made)
{
	struct entry *entry;
	int result;

	if (!is_welcome(backlog, item->size, &result)) {
		if (made)
			sb_entry_free(&backlog->store, made);
		return result;
	}
	entry = made ? made : sb_entry_create(&backlog->store, item);
	if (!entry) {
		backlog->counts.n_refused++;
		return -ENOMEM;
	}
	enter(backlog, entry);
	return 0;
}

void
sb_backlog_take(struct backlog *backlog)
{
	if (backlog->waiting.n <= backlog->options.budget) {
		backlog->taken = backlog->waiting;
		backlog->waiting = (struct entries){ .first = NULL };
		return;
	}
	while (backlog->taken.n < backlog->options.budget)
		push(&backlog->taken, pop(&backlog->waiting));
}

const struct item *
sb_backlog_next(struct backlog *backlog)
{
	struct entry *entry;

	if (!backlog->taken.first)
		return NULL;
	entry = pop(&backlog->taken);
	sb_entry_hand_out(&backlog->handed_out, entry);
	return &entry->item;
}

void
sb_backlog_give_back(struct backlog *backlog)
{
	struct entries later = backlog->waiting;

	sb_entries_free_handed_out(&backlog->store, &backlog->handed_out);
	if (!backlog->taken.first)
		return;
	backlog->waiting = backlog->taken;
	backlog->taken = (struct entries){ .first = NULL };
	if (later.first) {
		backlog->waiting.last->next = later.first;
		backlog->waiting.last = later.last;
		backlog->waiting.n += later.n;
		backlog->waiting.bytes += later.bytes;
	}
	if (backlog->counts.most_waiting < backlog->waiting.n)
		backlog->counts.most_waiting = backlog->waiting.n;
}

static bool
carries(const struct item *item, const void *object)
{
	if (item->from == object)
		return true;
	for (size_t k = 0; k < item->signal->n_fields; k++) {
		const struct sb_field *field = &item->signal->fields[k];
		const void *pointer;

		if (field->kind != SB_HANDLE)
			continue;
		memcpy(&pointer, (const char *)item->payload + field->offset, sizeof(pointer));
		if (pointer == object)
			return true;
	}
	return false;
}

static void
forget_in(struct backlog *backlog, struct entries *entries, const void *object)
{
	struct entries all = *entries;

	*entries = (struct entries){ .first = NULL };
	while (all.first) {
		struct entry *entry = pop(&all);

		if (carries(&entry->item, object)) {
			sb_entry_free(&backlog->store, entry);
			backlog->counts.n_forgotten++;
		} else {
			push(entries, entry);
		}
	}
}

void
sb_backlog_forget(struct backlog *backlog, const void *object)
{
	forget_in(backlog, &backlog->waiting, object);
	forget_in(backlog, &backlog->taken, object);
}
