#include <signalbox/profile.h>

#include <errno.h>
#include <stdlib.h>

#include "private.h"

enum { ENTRIES_START = 64 };

/* A connection by its serial; by their place expectations, which have none, and those that have
 * ended. */
struct key {
	uint64_t serial;
	const char *place;
};

struct counted {
	struct key key;
	struct sb_profile_entry counts;
	UT_hash_handle hh;
};

/* An emission in progress, and the call in it. */
struct level {
	int64_t began_ns;
	struct counted *entry; /* of the call; NULL: there was no memory */
	int64_t call_began_ns;
	int64_t nested_ns; /* what the emissions took that began in it; between calls nobody asks */
};

struct sb_profile {
	struct sb_dispatcher *d; /* NULL: destroyed */
	int64_t slow_ns;
	sb_slow_fn *slow;
	void *self;
	struct level levels[SB_DEPTH_LIMIT + 1];
	size_t n_levels;
	struct counted *table, **entries; /* in the order of their first calls */
	size_t n_entries, cap_entries;
	uint64_t n_lost;
};

static struct counted *
find(const struct sb_profile *profile, struct key key)
{
	struct counted *entry;

	HASH_FIND(hh, profile->table, &key, sizeof(key), entry);
	return entry;
}

/* There is room in the list. False: none for the table. */
static bool
enter(struct sb_profile *profile, struct counted *entry)
{
	HASH_ADD(hh, profile->table, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl)
		return false;
	profile->entries[profile->n_entries++] = entry;
	return true;
}

/* Its connection is there, or a call of it may be in progress. */
static bool
is_kept(const struct sb_profile *profile, const struct counted *entry)
{
	for (size_t k = 0; k < profile->n_levels; k++)
		if (profile->levels[k].entry == entry)
			return true;
	return !entry->key.serial || sb_connection_find(profile->d, entry->counts.connection);
}

static void
sum_up(struct sb_profile_entry *sum, const struct sb_profile_entry *more)
{
	if (more->n_calls)
		sum->name = more->name;
	sum->n_calls += more->n_calls;
	sum->n_failed += more->n_failed;
	sum->total_ns += more->total_ns;
	sum->own_ns += more->own_ns;
	if (more->most_ns > sum->most_ns)
		sum->most_ns = more->most_ns;
}

/* Those that have ended become one for each place. */
static void
fold(struct sb_profile *profile)
{
	const size_t n = profile->n_entries;

	profile->n_entries = 0;
	for (size_t k = 0; k < n; k++) {
		struct counted *entry = profile->entries[k], *whole;

		if (is_kept(profile, entry)) {
			profile->entries[profile->n_entries++] = entry;
			continue;
		}
		HASH_DELETE(hh, profile->table, entry);
		entry->key = (struct key){ .place = entry->counts.place };
		entry->counts.connection = (struct sb_connection){ .serial = 0 };
		whole = find(profile, entry->key);
		if (!whole && enter(profile, entry))
			continue;
		if (whole)
			sum_up(&whole->counts, &entry->counts);
		else
			profile->n_lost += entry->counts.n_calls;
		free(entry);
	}
}

/* Room for one more. Folding when it is full, and growing when that left more than half, takes
 * constant time for each that comes. Returns 0, -ENOMEM. */
static int
reserve(struct sb_profile *profile)
{
	const size_t cap = profile->cap_entries ? profile->cap_entries * 2 : ENTRIES_START;
	struct counted **entries;

	if (profile->n_entries < profile->cap_entries)
		return 0;
	fold(profile);
	if (profile->n_entries < profile->cap_entries / 2)
		return 0;
	entries = realloc(profile->entries, cap * sizeof(*entries));
	if (!entries)
		return profile->n_entries < profile->cap_entries ? 0 : -ENOMEM;
	profile->entries = entries;
	profile->cap_entries = cap;
	return 0;
}

static struct counted *
add(struct sb_profile *profile, struct key key)
{
	struct counted *entry = reserve(profile) < 0 ? NULL : calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->key = key;
	if (enter(profile, entry))
		return entry;
	free(entry);
	return NULL;
}

static struct counted *
entry_of(struct sb_profile *profile, const struct sb_receiver *receiver)
{
	const struct key key = { receiver->connection.serial,
		receiver->connection.serial ? NULL : receiver->place };
	struct counted *entry = find(profile, key);

	if (!entry)
		entry = add(profile, key);
	if (!entry)
		return NULL;
	entry->counts.connection = receiver->connection;
	entry->counts.place = receiver->place;
	entry->counts.is_pattern = receiver->is_pattern;
	return entry;
}

static void
on_emission_began(void *self, const struct sb_emission *emission)
{
	struct sb_profile *profile = self;

	(void)emission;
	profile->levels[profile->n_levels++] =
		(struct level){ .began_ns = sb_clock_ns(profile->d) };
}

/* What failed is told when the calls have ended: that counts as nested in the call outside. */
static void
on_emission_ended(
	void *self, const struct sb_emission *emission, int result, const struct sb_result *counts)
{
	struct sb_profile *profile = self;
	const struct level *level = &profile->levels[--profile->n_levels];
	struct level *outside = profile->n_levels ? &profile->levels[profile->n_levels - 1] : NULL;

	(void)emission, (void)result, (void)counts;
	if (outside)
		outside->nested_ns += sb_clock_ns(profile->d) - level->began_ns;
}

static void
on_call_began(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct sb_profile *profile = self;
	struct level *level = &profile->levels[profile->n_levels - 1];

	(void)emission;
	level->entry = entry_of(profile, receiver);
	level->nested_ns = 0;
	level->call_began_ns = sb_clock_ns(profile->d);
}

static void
count(struct counted *entry, const struct sb_signal *signal, bool has_failed, int64_t took_ns,
	int64_t nested_ns)
{
	struct sb_profile_entry *counts = &entry->counts;

	counts->name = signal->name;
	counts->n_calls++;
	counts->n_failed += has_failed;
	counts->total_ns += took_ns;
	counts->own_ns += took_ns - nested_ns;
	if (took_ns > counts->most_ns)
		counts->most_ns = took_ns;
}

static void
on_call_ended(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver,
	enum sb_outcome outcome)
{
	struct sb_profile *profile = self;
	struct level *level = &profile->levels[profile->n_levels - 1];
	const int64_t took_ns = sb_clock_ns(profile->d) - level->call_began_ns;

	if (outcome == SB_PASSED_OVER)
		return;
	if (level->entry)
		count(level->entry, emission->signal, outcome == SB_FAILED, took_ns,
			level->nested_ns);
	else
		profile->n_lost++;
	/* Who hears it may destroy the profile. */
	if (profile->slow && took_ns > profile->slow_ns)
		profile->slow(profile->self, emission, receiver, took_ns);
}

static void
on_destroyed(void *self, const struct sb_dispatcher *d)
{
	struct sb_profile *profile = self;

	(void)d;
	profile->d = NULL;
}

static const struct sb_observer observer = {
	.emission_began = on_emission_began,
	.emission_ended = on_emission_ended,
	.call_began = on_call_began,
	.call_ended = on_call_ended,
	.destroyed = on_destroyed,
};

struct sb_profile *
sb_profile_create(struct sb_dispatcher *d, int64_t slow_ns, sb_slow_fn *slow, void *self)
{
	struct sb_profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return NULL;
	profile->d = d;
	profile->slow_ns = slow_ns;
	profile->slow = slow;
	profile->self = self;
	if (sb_observe(d, &observer, SB_PLACE, profile) < 0) {
		free(profile);
		return NULL;
	}
	return profile;
}

void
sb_profile_destroy(struct sb_profile *profile)
{
	if (!profile)
		return;
	if (profile->d)
		(void)sb_unobserve(profile->d, &observer, profile);
	HASH_CLEAR(hh, profile->table);
	for (size_t k = 0; k < profile->n_entries; k++)
		free(profile->entries[k]);
	free(profile->entries);
	free(profile);
}

bool
sb_profile_next(
	const struct sb_profile *profile, size_t *cursor, struct sb_profile_entry *ret_entry)
{
	while (*cursor < profile->n_entries) {
		const struct counted *entry = profile->entries[(*cursor)++];

		/* It is called for the first time just now, or was passed over. */
		if (!entry->counts.n_calls)
			continue;
		*ret_entry = entry->counts;
		return true;
	}
	return false;
}

uint64_t
sb_profile_n_lost(const struct sb_profile *profile)
{
	return profile->n_lost;
}
