#include "guard.h"

#include <string.h>

#include <signalbox/base.h>

#include "marks.h"
#include "words.h"

enum { NOBODY = -1 };

static const int64_t s_ns = 1000000000;

const struct sb_limits sb_limits_usual = {
	.person = { .burst = 4, .every_ns = 5 * s_ns },
	.total = { .burst = 8, .every_ns = 1 * s_ns },
};

/* ---- People ---- */

/* Who finds keys that share it gains nothing: it only makes looking faster. */
static uint32_t
hash_of(const char *key, size_t len)
{
	uint64_t hash = len, word;

	for (; len >= sizeof(word); key += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	hash = (hash ^ sb_words_load_(key, len)) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash >> 32);
}

static void
people_init(struct sb_people *people)
{
	people->n = 0;
	people->after[SB_GUARD_PEOPLE] = people->before[SB_GUARD_PEOPLE] = SB_GUARD_PEOPLE;
	memset(people->sign, 0, sizeof(people->sign));
}

_Static_assert((int)SB_GUARD_PEOPLE == (int)SB_MARKS_SPAN, "they are looked through at once");

static int
find_hash(const struct sb_people *people, const char *key, size_t len, uint32_t hash)
{
	uint64_t alike = sb_marks_64(people->sign, (unsigned char)(hash & 0xff));

	for (alike &= sb_marks_below(people->n); alike; alike &= alike - 1) {
		size_t at = sb_marks_first(alike);

		if (people->hash[at] == hash && !memcmp(people->key[at], key, len)
			&& !people->key[at][len])
			return (int)at;
	}
	return NOBODY;
}

static int
find(const struct sb_people *people, const char *key)
{
	size_t len = strnlen(key, SB_GUARD_KEY_MAX);

	return find_hash(people, key, len, hash_of(key, len));
}

/* The one to be forgotten, who is not among those kept, a bit each. */
static int
oldest(const struct sb_people *people, uint64_t kept)
{
	size_t at = people->after[SB_GUARD_PEOPLE];

	while (at < SB_GUARD_PEOPLE && kept >> at & 1)
		at = people->after[at];
	return at < SB_GUARD_PEOPLE ? (int)at : NOBODY;
}

static void
leave_order(struct sb_people *people, size_t at)
{
	people->after[people->before[at]] = people->after[at];
	people->before[people->after[at]] = people->before[at];
}

/* As the last one heard. */
static void
join_order(struct sb_people *people, size_t at)
{
	uint8_t last = people->before[SB_GUARD_PEOPLE];

	people->before[at] = last;
	people->after[at] = SB_GUARD_PEOPLE;
	people->after[last] = people->before[SB_GUARD_PEOPLE] = (uint8_t)at;
}

/* A place for one more; NOBODY: all of them are kept. */
static int
make_place(struct sb_people *people, uint64_t kept)
{
	int at;

	if (people->n < SB_GUARD_PEOPLE)
		return (int)people->n++;
	at = oldest(people, kept);
	if (at >= 0)
		leave_order(people, (size_t)at);
	return at;
}

/* Where a person is from now on; *ret_is_new: what is there is of somebody else, or of nobody. */
static int
hear(struct sb_people *people, const char *key, uint64_t kept, bool *ret_is_new)
{
	size_t len = strnlen(key, SB_GUARD_KEY_MAX);
	uint32_t hash = hash_of(key, len);
	int at = find_hash(people, key, len, hash);

	*ret_is_new = at < 0;
	if (at >= 0)
		leave_order(people, (size_t)at);
	else
		at = make_place(people, kept);
	if (at < 0)
		return NOBODY;
	join_order(people, (size_t)at);
	if (!*ret_is_new)
		return at;
	people->hash[at] = hash;
	people->sign[at] = (uint8_t)(hash & 0xff);
	memcpy(people->key[at], key, len);
	people->key[at][len] = '\0';
	return at;
}

/* ---- Answers ---- */

void
sb_limiter_init(struct sb_limiter *limiter, const struct sb_limits *limits)
{
	sb_assert(limits->person.burst > 0 && limits->person.every_ns > 0);
	sb_assert(limits->total.burst > 0 && limits->total.every_ns > 0);
	limiter->limits = *limits;
	limiter->total_full_ns = INT64_MIN;
	people_init(&limiter->people);
}

/* When the bucket would be full again, were a token taken now. */
static int64_t
full_after(int64_t full_ns, const struct sb_rate *rate, int64_t now_ns)
{
	return (full_ns > now_ns ? full_ns : now_ns) + rate->every_ns;
}

static bool
has_token(int64_t full_after_ns, const struct sb_rate *rate, int64_t now_ns)
{
	return full_after_ns - now_ns <= rate->burst * rate->every_ns;
}

bool
sb_limiter_take(struct sb_limiter *limiter, const char *key, int64_t now_ns)
{
	const struct sb_limits *limits = &limiter->limits;
	int64_t person_ns, total_ns;
	bool is_new;
	int at = hear(&limiter->people, key, 0, &is_new);

	if (is_new)
		limiter->person_full_ns[at] = now_ns;
	person_ns = full_after(limiter->person_full_ns[at], &limits->person, now_ns);
	total_ns = full_after(limiter->total_full_ns, &limits->total, now_ns);
	if (!has_token(person_ns, &limits->person, now_ns)
		|| !has_token(total_ns, &limits->total, now_ns))
		return false;
	limiter->person_full_ns[at] = person_ns;
	limiter->total_full_ns = total_ns;
	return true;
}

/* ---- Floods ---- */

const struct sb_flood_rules sb_flood_rules_usual = {
	.kinds = {
		[SB_FLOOD_PRIVATE] = { .n = 5, .within_ns = 8 * s_ns },
		[SB_FLOOD_CHANNEL] = { .n = 15, .within_ns = 60 * s_ns },
		[SB_FLOOD_CTCP] = { .n = 3, .within_ns = 60 * s_ns },
	},
	.ignore_ns = 300 * s_ns,
};

void
sb_guard_init(struct sb_guard *guard, const struct sb_flood_rules *rules)
{
	size_t kind;

	for (kind = 0; kind < SB_FLOOD_KINDS; kind++)
		sb_assert(rules->kinds[kind].n != 1 && rules->kinds[kind].n <= SB_FLOOD_MAX);
	sb_assert(rules->ignore_ns > 0);
	guard->rules = *rules;
	people_init(&guard->people);
	guard->ignored = 0;
}

static bool
is_marked(const struct sb_guard *guard, int at)
{
	return guard->ignored >> at & 1;
}

static void
pardon(struct sb_guard *guard, int at)
{
	guard->ignored &= ~((uint64_t)1 << at);
	memset(guard->of[at].n, 0, sizeof(guard->of[at].n));
	memset(guard->of[at].next, 0, sizeof(guard->of[at].next));
}

/* Notes one more; whether that is a flood. */
static bool
count(struct sb_guard *guard, int at, enum sb_flood kind, int64_t now_ns)
{
	const struct sb_flood_rule *rule = &guard->rules.kinds[kind];
	int64_t *times_ns = guard->of[at].times_ns[kind];
	unsigned *n = &guard->of[at].n[kind], *next = &guard->of[at].next[kind];

	if (!rule->n)
		return false;
	times_ns[*next] = now_ns;
	*next = (*next + 1) % rule->n;
	if (*n < rule->n)
		++*n;
	/* Where the next one goes is now the first of the last so many. */
	return *n == rule->n && now_ns - times_ns[*next] < rule->within_ns;
}

enum sb_verdict
sb_guard_hear(struct sb_guard *guard, const char *key, enum sb_flood kind, int64_t now_ns)
{
	enum sb_verdict fine = SB_VERDICT_FINE;
	bool is_new;
	int at = hear(&guard->people, key, guard->ignored, &is_new);

	if (at < 0)
		return SB_VERDICT_FINE;
	if (is_new)
		pardon(guard, at);
	if (is_marked(guard, at)) {
		if (now_ns < guard->of[at].until_ns)
			return SB_VERDICT_IGNORED;
		pardon(guard, at);
		fine = SB_VERDICT_ENDED;
	}
	if (!count(guard, at, kind, now_ns))
		return fine;
	guard->ignored |= (uint64_t)1 << at;
	guard->of[at].until_ns = now_ns + guard->rules.ignore_ns;
	return SB_VERDICT_BEGINS;
}

bool
sb_guard_ignores(const struct sb_guard *guard, const char *key, int64_t now_ns)
{
	int at = guard->ignored ? find(&guard->people, key) : NOBODY;

	return at >= 0 && is_marked(guard, at) && now_ns < guard->of[at].until_ns;
}

/* Who of those ignored is so for the shortest time; NOBODY. */
static int
first_to_end(const struct sb_guard *guard)
{
	int found = NOBODY, at;

	for (at = 0; at < (int)guard->people.n; at++)
		if (is_marked(guard, at)
			&& (found < 0 || guard->of[at].until_ns < guard->of[found].until_ns))
			found = at;
	return found;
}

const char *
sb_guard_ended(struct sb_guard *guard, int64_t now_ns)
{
	int at = first_to_end(guard);

	if (at < 0 || guard->of[at].until_ns > now_ns)
		return NULL;
	pardon(guard, at);
	return guard->people.key[at];
}

int64_t
sb_guard_due(const struct sb_guard *guard)
{
	int at = first_to_end(guard);

	return at < 0 ? INT64_MAX : guard->of[at].until_ns;
}
