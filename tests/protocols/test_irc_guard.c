/* The two guards: what they let through, whom they ignore and for how long; and over seeds, that
 * both do what a simple model does. */

#include "kit_cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "protocols/irc/guard.h"

static const int64_t s_ns = 1000000000;

static uint32_t
draw(uint64_t *random, uint32_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*random >> 33) % below;
}

static const char *
person(char buf[16], uint32_t number)
{
	(void)snprintf(buf, 16, "person%u", number);
	return buf;
}

/* ---- Answers ---- */

static void
a_person_is_answered_so_many_times_and_then_now_and_again(void **state)
{
	struct sb_limiter limiter;
	int i;

	(void)state;
	sb_limiter_init(&limiter, &sb_limits_usual);
	for (i = 0; i < 4; i++)
		assert_true(sb_limiter_take(&limiter, "bob", 7));
	assert_false(sb_limiter_take(&limiter, "bob", 7));
	assert_false(sb_limiter_take(&limiter, "bob", 6 + 5 * s_ns));
	assert_true(sb_limiter_take(&limiter, "bob", 7 + 5 * s_ns));
	assert_false(sb_limiter_take(&limiter, "bob", 7 + 5 * s_ns));
	/* Full again, and not more than full. */
	for (i = 0; i < 5; i++)
		assert_int_equal(sb_limiter_take(&limiter, "bob", 3600 * s_ns), i < 4);
}

static void
others_have_their_own_until_all_is_used_up(void **state)
{
	struct sb_limiter limiter;
	char buf[16];
	uint32_t i;

	(void)state;
	sb_limiter_init(&limiter, &sb_limits_usual);
	for (i = 0; i < 4; i++)
		assert_true(sb_limiter_take(&limiter, "bob", 0));
	for (i = 0; i < 4; i++)
		assert_true(sb_limiter_take(&limiter, person(buf, i), 0));
	assert_false(sb_limiter_take(&limiter, "eve", 0));
	/* What was refused has cost eve nothing. */
	for (i = 1; i <= 6; i++)
		assert_int_equal(sb_limiter_take(&limiter, "eve", (int64_t)i * s_ns), i != 5);
}

static void
a_refused_person_costs_the_others_nothing(void **state)
{
	struct sb_limiter limiter;
	int i;

	(void)state;
	sb_limiter_init(&limiter, &sb_limits_usual);
	for (i = 0; i < 100; i++)
		assert_int_equal(sb_limiter_take(&limiter, "bob", 0), i < 4);
	for (i = 0; i < 4; i++)
		assert_true(sb_limiter_take(&limiter, "eve", 0));
}

static void
who_was_not_heard_for_the_longest_time_is_forgotten(void **state)
{
	static const struct sb_limits limits = { .person = { 1, 1000 }, .total = { 1000, 1 } };
	struct sb_limiter limiter;
	char buf[16];
	uint32_t i;

	(void)state;
	sb_limiter_init(&limiter, &limits);
	for (i = 0; i < SB_GUARD_PEOPLE; i++)
		assert_true(sb_limiter_take(&limiter, person(buf, i), 0));
	/* Heard, although refused: so the second is the one. */
	assert_false(sb_limiter_take(&limiter, person(buf, 0), 0));
	assert_true(sb_limiter_take(&limiter, "one more", 0));
	assert_false(sb_limiter_take(&limiter, person(buf, 0), 0));
	assert_false(sb_limiter_take(&limiter, person(buf, 2), 0));
	assert_true(sb_limiter_take(&limiter, person(buf, 1), 0));
	assert_false(sb_limiter_take(&limiter, "one more", 0));
}

static void
keys_are_compared_up_to_where_they_are_cut(void **state)
{
	static const struct sb_limits limits = { .person = { 1, 1000 }, .total = { 1000, 1 } };
	struct sb_limiter limiter;
	char key[SB_GUARD_KEY_MAX + 3];

	(void)state;
	sb_limiter_init(&limiter, &limits);
	memset(key, 'x', sizeof(key));
	key[SB_GUARD_KEY_MAX + 2] = '\0';
	assert_true(sb_limiter_take(&limiter, key, 0));
	key[SB_GUARD_KEY_MAX] = 'y';
	assert_false(sb_limiter_take(&limiter, key, 0));
	key[SB_GUARD_KEY_MAX] = '\0';
	assert_false(sb_limiter_take(&limiter, key, 0));
	key[SB_GUARD_KEY_MAX - 1] = 'y';
	assert_true(sb_limiter_take(&limiter, key, 0));
	/* Two that are alike to a hasty look. */
	assert_true(sb_limiter_take(&limiter, "costarring", 0));
	assert_true(sb_limiter_take(&limiter, "liquid", 0));
	assert_true(sb_limiter_take(&limiter, "", 0));
	assert_false(sb_limiter_take(&limiter, "", 0));
}

/* The model: levels in ns, people in the order in which they were heard. */
enum { MODEL_PEOPLE = 80 };

struct bucket {
	int64_t level_ns, at_ns;
};

static bool
bucket_has(struct bucket *bucket, const struct sb_rate *rate, int64_t now_ns)
{
	bucket->level_ns += now_ns - bucket->at_ns;
	bucket->at_ns = now_ns;
	if (bucket->level_ns > rate->burst * rate->every_ns)
		bucket->level_ns = rate->burst * rate->every_ns;
	return bucket->level_ns >= rate->every_ns;
}

/* Who is in the table, the last heard first. */
struct order {
	size_t n;
	uint32_t who[SB_GUARD_PEOPLE];
};

/* Moves a person to the front. Returns whether they were there; *ret_lost is who had to go, or none
 * where kept says so of all. */
static bool
order_hear(struct order *order, uint32_t who, const bool *kept, int *ret_lost)
{
	size_t i = 0;
	bool is_there;

	*ret_lost = -1;
	while (i < order->n && order->who[i] != who)
		i++;
	is_there = i < order->n;
	if (!is_there && order->n < SB_GUARD_PEOPLE) {
		order->n++;
	} else if (!is_there) {
		for (i = order->n; i > 0 && kept && kept[order->who[i - 1]]; i--)
			;
		if (!i)
			return false;
		*ret_lost = (int)order->who[--i];
	}
	memmove(order->who + 1, order->who, i * sizeof(*order->who));
	order->who[0] = who;
	return is_there;
}

static void
limit_as_the_model(void *self, uint64_t seed)
{
	struct bucket total, people[MODEL_PEOPLE];
	struct order order = { .n = 0 };
	struct sb_limiter limiter;
	struct sb_limits limits;
	uint64_t random = seed;
	uint32_t n_people, n_taken = 0;
	int64_t now_ns = draw(&random, 100);
	int i;

	(void)self;
	limits.person = (struct sb_rate){ 1 + draw(&random, 5), 1 + draw(&random, 30) };
	limits.total = (struct sb_rate){ 1 + draw(&random, 20), 1 + draw(&random, 10) };
	n_people = 1 + draw(&random, MODEL_PEOPLE);
	sb_limiter_init(&limiter, &limits);
	total = (struct bucket){ limits.total.burst * limits.total.every_ns, now_ns };
	for (i = 0; i < 500; i++) {
		uint32_t who = draw(&random, n_people);
		char buf[16];
		bool is_fine;
		int lost;

		now_ns += draw(&random, 3) ? 0 : draw(&random, 40);
		if (!order_hear(&order, who, NULL, &lost))
			people[who] = (struct bucket){ limits.person.burst * limits.person.every_ns,
				now_ns };
		is_fine = bucket_has(&people[who], &limits.person, now_ns);
		is_fine = bucket_has(&total, &limits.total, now_ns) && is_fine;
		if (is_fine) {
			people[who].level_ns -= limits.person.every_ns;
			total.level_ns -= limits.total.every_ns;
			n_taken++;
		}
		assert_int_equal(sb_limiter_take(&limiter, person(buf, who), now_ns), is_fine);
	}
	assert_in_range(n_taken, 1, 500);
}

static void
the_limiter_does_what_its_model_does(void **state)
{
	(void)state;
	sb_testing_each_seed(1, 2000, limit_as_the_model, NULL);
}

/* ---- Floods ---- */

static void
who_says_too_much_is_ignored_and_heard_again(void **state)
{
	struct sb_guard guard;
	int i;

	(void)state;
	sb_guard_init(&guard, &sb_flood_rules_usual);
	assert_int_equal(sb_guard_due(&guard), INT64_MAX);
	for (i = 0; i < 4; i++)
		assert_int_equal(
			sb_guard_hear(&guard, "bob", SB_FLOOD_PRIVATE, i), SB_VERDICT_FINE);
	assert_int_equal(
		sb_guard_hear(&guard, "bob", SB_FLOOD_PRIVATE, 8 * s_ns - 1), SB_VERDICT_BEGINS);
	assert_true(sb_guard_ignores(&guard, "bob", 8 * s_ns));
	assert_false(sb_guard_ignores(&guard, "eve", 8 * s_ns));
	assert_int_equal(sb_guard_due(&guard), 308 * s_ns - 1);
	assert_int_equal(
		sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 308 * s_ns - 2), SB_VERDICT_IGNORED);
	assert_null(sb_guard_ended(&guard, 308 * s_ns - 2));
	assert_string_equal(sb_guard_ended(&guard, 308 * s_ns - 1), "bob");
	assert_null(sb_guard_ended(&guard, 308 * s_ns - 1));
	assert_false(sb_guard_ignores(&guard, "bob", 308 * s_ns - 1));
	/* From the beginning again. */
	for (i = 0; i < 5; i++)
		assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_PRIVATE, 308 * s_ns),
			i < 4 ? SB_VERDICT_FINE : SB_VERDICT_BEGINS);
}

static void
what_comes_slowly_enough_is_no_flood(void **state)
{
	struct sb_guard guard;
	int i;

	(void)state;
	sb_guard_init(&guard, &sb_flood_rules_usual);
	for (i = 0; i < 100; i++)
		assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_PRIVATE, i * 2 * s_ns),
			SB_VERDICT_FINE);
	/* One a little sooner. */
	assert_int_equal(
		sb_guard_hear(&guard, "bob", SB_FLOOD_PRIVATE, 200 * s_ns - 1), SB_VERDICT_BEGINS);
}

static void
the_end_is_told_once_by_whichever_comes_first(void **state)
{
	struct sb_guard guard;
	int i;

	(void)state;
	sb_guard_init(&guard, &sb_flood_rules_usual);
	for (i = 0; i < 3; i++)
		(void)sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 0);
	assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 300 * s_ns), SB_VERDICT_ENDED);
	assert_null(sb_guard_ended(&guard, 300 * s_ns));
	assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 300 * s_ns), SB_VERDICT_FINE);
	/* The one that ended it counts. */
	assert_int_equal(
		sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 300 * s_ns), SB_VERDICT_BEGINS);
}

static void
kinds_are_counted_apart_and_joins_are_free(void **state)
{
	struct sb_guard guard;
	int i;

	(void)state;
	sb_guard_init(&guard, &sb_flood_rules_usual);
	for (i = 0; i < 4; i++)
		assert_int_equal(
			sb_guard_hear(&guard, "bob", SB_FLOOD_PRIVATE, 0), SB_VERDICT_FINE);
	for (i = 0; i < 14; i++)
		assert_int_equal(
			sb_guard_hear(&guard, "bob", SB_FLOOD_CHANNEL, 0), SB_VERDICT_FINE);
	for (i = 0; i < 2; i++)
		assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 0), SB_VERDICT_FINE);
	for (i = 0; i < 1000; i++)
		assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_JOIN, 0), SB_VERDICT_FINE);
	assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_CHANNEL, 0), SB_VERDICT_BEGINS);
}

static void
those_ignored_are_not_forgotten(void **state)
{
	struct sb_guard guard;
	char buf[16];
	uint32_t i, k;

	(void)state;
	sb_guard_init(&guard, &sb_flood_rules_usual);
	for (k = 0; k < 3; k++)
		(void)sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(
			sb_guard_hear(&guard, person(buf, i), SB_FLOOD_CTCP, 1), SB_VERDICT_FINE);
	assert_int_equal(sb_guard_hear(&guard, "bob", SB_FLOOD_CTCP, 1), SB_VERDICT_IGNORED);
	/* All of them: another is let through, for there is no room. */
	for (i = 0; i < SB_GUARD_PEOPLE - 1; i++)
		for (k = 0; k < 3; k++)
			(void)sb_guard_hear(&guard, person(buf, 2000 + i), SB_FLOOD_CTCP, 2);
	for (k = 0; k < 100; k++)
		assert_int_equal(sb_guard_hear(&guard, "eve", SB_FLOOD_CTCP, 2), SB_VERDICT_FINE);
	assert_true(sb_guard_ignores(&guard, "bob", 2));
	assert_string_equal(sb_guard_ended(&guard, 300 * s_ns), "bob");
	for (k = 0; k < 3; k++)
		assert_int_equal(sb_guard_hear(&guard, "eve", SB_FLOOD_CTCP, 300 * s_ns),
			k < 2 ? SB_VERDICT_FINE : SB_VERDICT_BEGINS);
}

/* The model keeps every time it heard. */
enum { HEARD_MAX = 500 };

struct model_person {
	bool is_ignored;
	int64_t until_ns;
	size_t n;
	struct {
		enum sb_flood kind;
		int64_t at_ns;
	} heard[HEARD_MAX];
};

struct model {
	struct sb_flood_rules rules;
	struct order order;
	bool kept[MODEL_PEOPLE];
	struct model_person people[MODEL_PEOPLE];
};

static bool
model_floods(const struct model *model, struct model_person *p, enum sb_flood kind, int64_t now_ns)
{
	const struct sb_flood_rule *rule = &model->rules.kinds[kind];
	unsigned n = 0;
	size_t i;

	p->heard[p->n].kind = kind;
	p->heard[p->n++].at_ns = now_ns;
	for (i = 0; i < p->n; i++)
		n += p->heard[i].kind == kind && now_ns - p->heard[i].at_ns < rule->within_ns;
	return rule->n && n >= rule->n;
}

static void
model_pardon(struct model *model, uint32_t who)
{
	model->people[who].n = 0;
	model->people[who].is_ignored = model->kept[who] = false;
}

static enum sb_verdict
model_hear(struct model *model, uint32_t who, enum sb_flood kind, int64_t now_ns)
{
	struct model_person *p = &model->people[who];
	enum sb_verdict fine = SB_VERDICT_FINE;
	int lost;

	if (!order_hear(&model->order, who, model->kept, &lost)) {
		if (model->order.who[0] != who)
			return SB_VERDICT_FINE;
		model_pardon(model, who);
	}
	if (p->is_ignored && now_ns < p->until_ns)
		return SB_VERDICT_IGNORED;
	if (p->is_ignored) {
		model_pardon(model, who);
		fine = SB_VERDICT_ENDED;
	}
	if (!model_floods(model, p, kind, now_ns))
		return fine;
	p->is_ignored = model->kept[who] = true;
	p->until_ns = now_ns + model->rules.ignore_ns;
	return SB_VERDICT_BEGINS;
}

/* All who are to be told, in whichever order where they end at once. */
static void
check_ended(struct model *model, struct sb_guard *guard, int64_t now_ns)
{
	int64_t due_ns = INT64_MAX;
	const char *key;
	uint32_t who;

	while ((key = sb_guard_ended(guard, now_ns))) {
		who = (uint32_t)strtoul(key + strlen("person"), NULL, 10);
		assert_true(model->people[who].is_ignored);
		assert_true(model->people[who].until_ns <= now_ns);
		model_pardon(model, who);
	}
	for (who = 0; who < MODEL_PEOPLE; who++)
		if (model->people[who].is_ignored && model->people[who].until_ns < due_ns)
			due_ns = model->people[who].until_ns;
	assert_int_equal(sb_guard_due(guard), due_ns);
	assert_true(due_ns > now_ns);
}

static void
guard_as_the_model(void *self, uint64_t seed)
{
	struct model *model = self;
	struct sb_guard guard;
	uint64_t random = seed;
	uint32_t n_people = 1 + draw(&random, MODEL_PEOPLE), crowd = 1 + draw(&random, n_people);
	int64_t now_ns = (int64_t)draw(&random, 100) - 50;
	int i;

	memset(model, 0, sizeof(*model));
	for (i = 0; i < SB_FLOOD_KINDS; i++)
		if (draw(&random, 4))
			model->rules.kinds[i] = (struct sb_flood_rule){
				2 + draw(&random, draw(&random, 2) ? 3 : SB_FLOOD_MAX - 1),
				draw(&random, 100)
			};
	model->rules.ignore_ns = 1 + draw(&random, draw(&random, 2) ? 30 : 3000);
	sb_guard_init(&guard, &model->rules);
	for (i = 0; i < HEARD_MAX; i++) {
		uint32_t who = draw(&random, draw(&random, 3) ? crowd : n_people);
		enum sb_flood kind = draw(&random, SB_FLOOD_KINDS);
		enum sb_verdict expected;
		char buf[16];

		now_ns += draw(&random, 3) ? 0 : draw(&random, 20);
		if (!draw(&random, 8))
			check_ended(model, &guard, now_ns);
		assert_int_equal(sb_guard_ignores(&guard, person(buf, who), now_ns),
			model->people[who].is_ignored && now_ns < model->people[who].until_ns);
		expected = model_hear(model, who, kind, now_ns);
		assert_int_equal(sb_guard_hear(&guard, person(buf, who), kind, now_ns), expected);
	}
}

static void
the_guard_does_what_its_model_does(void **state)
{
	static struct model model;

	(void)state;
	sb_testing_each_seed(1, 2000, guard_as_the_model, &model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(a_person_is_answered_so_many_times_and_then_now_and_again),
		kit_test_bare(others_have_their_own_until_all_is_used_up),
		kit_test_bare(a_refused_person_costs_the_others_nothing),
		kit_test_bare(who_was_not_heard_for_the_longest_time_is_forgotten),
		kit_test_bare(keys_are_compared_up_to_where_they_are_cut),
		kit_test_bare(the_limiter_does_what_its_model_does),
		kit_test_bare(who_says_too_much_is_ignored_and_heard_again),
		kit_test_bare(what_comes_slowly_enough_is_no_flood),
		kit_test_bare(the_end_is_told_once_by_whichever_comes_first),
		kit_test_bare(kinds_are_counted_apart_and_joins_are_free),
		kit_test_bare(those_ignored_are_not_forgotten),
		kit_test_bare(the_guard_does_what_its_model_does),
	};

	return kit_run(tests);
}
