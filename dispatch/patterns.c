#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
is_token_end(char c)
{
	return c == '\0' || c == '.';
}

/* As subjects of NATS match, token by token. */
bool
sb_pattern_matches(const char *pattern, const char *name)
{
	for (;;) {
		if (pattern[0] == '>' && pattern[1] == '\0')
			return *name != '\0';
		if (pattern[0] == '*' && is_token_end(pattern[1])) {
			if (is_token_end(*name))
				return false;
			name += strcspn(name, ".");
			pattern++;
		} else {
			while (!is_token_end(*pattern) && *pattern == *name) {
				pattern++;
				name++;
			}
			if (!is_token_end(*pattern) || !is_token_end(*name))
				return false;
		}
		if (!*pattern || !*name)
			return *pattern == *name;
		pattern++;
		name++;
	}
}

/* A leg in one row. */
static int
leg_add(struct sb_dispatcher *d, struct pattern *pattern, struct row *row)
{
	const struct record *whole = record_at(d, pattern->record);
	struct record *leg;
	uint32_t at;

	if (pattern->n_legs == pattern->cap_legs) {
		uint32_t cap = pattern->cap_legs ? pattern->cap_legs * 2 : 4;
		uint32_t *legs = realloc(pattern->legs, cap * sizeof(*legs));

		if (!legs)
			return -ENOMEM;
		pattern->legs = legs;
		pattern->cap_legs = cap;
	}
	at = sb_record_alloc(d);
	if (at == NONE)
		return -ENOMEM;
	leg = record_at(d, at);
	*leg = (struct record){
		.serial = whole->serial,
		.fn = whole->fn,
		.self = whole->self,
		.place = whole->place,
		.next_of_group = pattern->record,
		.priority = whole->priority,
		.flags = RECORD_PATTERN | RECORD_LEG,
	};
	sb_row_insert(d, row, at);
	pattern->legs[pattern->n_legs++] = at;
	return 0;
}

static int
pattern_meet(struct sb_dispatcher *d, struct pattern *pattern, struct row *any)
{
	struct row *row;
	int error;

	if (!sb_pattern_matches(pattern->text, any->signal->name))
		return 0;
	row = sb_row_for(d, any, pattern->sender);
	if (!row)
		return -ENOMEM;
	error = leg_add(d, pattern, row);
	if (error < 0)
		sb_row_release(d, row);
	return error;
}

int
sb_patterns_meet_signal(struct sb_dispatcher *d, struct row *any)
{
	for (struct pattern *pattern = d->patterns; pattern; pattern = pattern->next) {
		int error = pattern_meet(d, pattern, any);

		if (error < 0)
			return error;
	}
	return 0;
}

static void
leg_drop(struct sb_dispatcher *d, uint32_t at)
{
	sb_row_remove(d, at);
	sb_record_free(d, at);
}

/* The signal's legs are each pattern's last, if it has them. */
void
sb_patterns_leave_signal(struct sb_dispatcher *d, uint32_t number)
{
	for (struct pattern *pattern = d->patterns; pattern; pattern = pattern->next) {
		uint32_t at = pattern->n_legs ? pattern->legs[pattern->n_legs - 1] : NONE;

		if (at == NONE || record_at(d, at)->in.row->key.number != number)
			continue;
		leg_drop(d, at);
		pattern->n_legs--;
	}
}

static void
set_patterns(struct sb_dispatcher *d, struct pattern **at, struct pattern *pattern)
{
	*at = pattern;
	d->unknown.pub.odd = d->patterns ? ROW_IS_UNKNOWN : 0;
}

static void
pattern_free(struct pattern *pattern)
{
	free(pattern->legs);
	free(pattern);
}

void
sb_pattern_drop(struct sb_dispatcher *d, uint32_t at)
{
	struct pattern *pattern = record_at(d, at)->in.pattern, **in;

	for (uint32_t k = 0; k < pattern->n_legs; k++)
		leg_drop(d, pattern->legs[k]);
	for (in = &d->patterns; *in != pattern; in = &(*in)->next)
		;
	set_patterns(d, in, pattern->next);
	pattern_free(pattern);
}

void
sb_patterns_free(struct sb_dispatcher *d)
{
	while (d->patterns) {
		struct pattern *pattern = d->patterns;

		d->patterns = pattern->next;
		pattern_free(pattern);
	}
}

static uint32_t
find_same(const struct sb_dispatcher *d, const char *text, const void *from, sb_fn *fn,
	const void *self)
{
	uint32_t at = sb_record_of_receiver(d, fn, self);

	for (; at != NONE; at = record_at(d, at)->group ? record_at(d, at)->next_of_group : NONE) {
		const struct record *record = record_at(d, at);

		if (record->flags & RECORD_PATTERN && record->in.pattern->sender == from
			&& !strcmp(record->in.pattern->text, text))
			break;
	}
	return at;
}

/* The pattern with its record, entered in the list, without legs. */
static struct pattern *
pattern_make(struct sb_dispatcher *d, const char *text, const void *from, struct record filled)
{
	size_t size = strlen(text) + 1;
	struct pattern *pattern = calloc(1, sizeof(*pattern) + size), **in;
	uint32_t at = pattern ? sb_record_alloc(d) : NONE;

	if (at == NONE) {
		free(pattern);
		return NULL;
	}
	memcpy(pattern->text, text, size);
	pattern->sender = from;
	pattern->record = at;
	filled.in.pattern = pattern;
	*record_at(d, at) = filled;
	if (sb_record_link(d, at) < 0) {
		sb_record_free(d, at);
		pattern_free(pattern);
		return NULL;
	}
	for (in = &d->patterns; *in; in = &(*in)->next) {
		const struct record *other = record_at(d, (*in)->record);

		if (is_before(filled.priority, filled.serial, other->priority, other->serial))
			break;
	}
	pattern->next = *in;
	set_patterns(d, in, pattern);
	return pattern;
}

struct sb_connection
sb_pattern_connect(struct sb_dispatcher *d, const char *text, void *from, struct sb_options options,
	sb_pattern_fn *fn, const char *place, void *self)
{
	struct pattern *pattern;
	uint32_t at;

	sb_connect_check(text && *text, from, options, (sb_fn *)fn, place);
	if (d->hot.odd & ODD_DESTROYED)
		return sb_connect_refuse(d);
	at = find_same(d, text, from, (sb_fn *)fn, self);
	if (at != NONE)
		return sb_connect_again(d, at, options);
	pattern = pattern_make(d, text, from,
		(struct record){
			.serial = ++d->last_serial,
			.fn = (sb_fn *)fn,
			.self = self,
			.place = place,
			.priority = (int16_t)options.priority,
			.flags = RECORD_PATTERN | (options.once ? RECORD_ONCE : 0),
		});
	if (!pattern)
		return sb_connect_refuse(d);
	at = pattern->record;
	for (uint32_t k = 1; k < d->hot.n_rows; k++) {
		struct row *any = row_of_number(d, k);

		if (any->signal && pattern_meet(d, pattern, any) < 0) {
			sb_connection_drop(d, at);
			return sb_connect_refuse(d);
		}
	}
	return sb_connection_of(d, at);
}
