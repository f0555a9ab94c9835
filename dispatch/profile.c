#include <signalbox/profile.h>

#include <errno.h>
#include <stdlib.h>

#include <signalbox/later.h>

#include "table.h"

/* A connection by its serial; expectations, which have none, by their place. */
struct key {
	uint64_t serial;
	const char *place;
};

struct entry {
	struct key key;
	struct sb_profile_entry counts;
	UT_hash_handle hh;
};

/* An emission in progress, and the call in it. */
struct level {
	int64_t began_ns;
	struct entry *entry; /* of the call; NULL: there was no memory */
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
	struct entry *table, **entries; /* in the order of their first calls */
	size_t n_entries, cap_entries;
	uint64_t n_lost;
};

static struct entry *
add(struct sb_profile *profile, struct key key)
{
	struct entry *entry;

	if (profile->n_entries == profile->cap_entries) {
		const size_t cap = profile->cap_entries ? profile->cap_entries * 2 : 16;
		struct entry **entries = realloc(profile->entries, cap * sizeof(*entries));

		if (!entries)
			return NULL;
		profile->entries = entries;
		profile->cap_entries = cap;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->key = key;
	HASH_ADD(hh, profile->table, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	profile->entries[profile->n_entries++] = entry;
	return entry;
}

static struct entry *
entry_of(struct sb_profile *profile, const struct sb_receiver *receiver)
{
	const struct key key = { receiver->connection.serial,
		receiver->connection.serial ? NULL : receiver->place };
	struct entry *entry;

	HASH_FIND(hh, profile->table, &key, sizeof(key), entry);
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
count(struct entry *entry, const struct sb_signal *signal, bool has_failed, int64_t took_ns,
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
		const struct entry *entry = profile->entries[(*cursor)++];

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
