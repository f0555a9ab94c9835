/* Emitting to so many, by name, by pattern, merged, observed. */

#include <signalbox/observer.h>

#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#include "floors.h"
#include "parts.h"

enum { RECEIVERS_A_ROUND = 40000, BATCH = 10000, MOST_PEERS = 8 };

/* Peers that do the same, each with n receivers. */
static void
emit_to(size_t n, struct limit limit)
{
	const struct peer *all[MOST_PEERS] = { n ? &peer_array : &peer_empty, &peer_ours };
	struct side sides[MOST_PEERS];
	size_t n_sides = 2, times = RECEIVERS_A_ROUND / (n + 4);
	uint64_t n_before;
	char what[32];

	for (size_t k = 0; peers_installed[k]; k++)
		all[n_sides++] = peers_installed[k];
	for (size_t k = 0; k < n_sides; k++) {
		void *self = all[k]->create(1, n);

		all[k]->connect(self, counters, n);
		/* Whoever does less is not measured. */
		n_before = n ? counters[n - 1].n : 0;
		all[k]->emit(self, 3);
		if (n && counters[n - 1].n != n_before + 3)
			abort();
		sides[k] = (struct side){ all[k]->name, all[k]->emit, self };
	}
	(void)snprintf(what, sizeof(what), n ? "to %zu" : "to %zu, beside an empty call", n);
	row_of_sides(what, limit, sides, n_sides, times);
	for (size_t k = 0; k < n_sides; k++)
		all[k]->destroy(sides[k].self);
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *e)
{
	struct counter *counter = self;

	(void)from;
	(void)signal;
	counter->n += (uint64_t)((const struct test_alpha *)e)->value;
}

/* The floors: an array, and a table by name to what emits. */
struct named {
	const char *name;
	int (*emit)(struct sb_dispatcher *d, struct thing *from, const struct test_alpha *e);
	UT_hash_handle hh;
};

struct scene {
	struct sb_dispatcher *d;
	struct thing thing;
	struct plain plain[16];
	size_t n;
	struct named *names;
	const char *volatile name;
};

static void
by_hand(void *self, size_t times)
{
	const struct scene *scene = self;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)array_emit(scene->plain, scene->n, NULL, &payload);
	}
}

static void
typed(void *self, size_t times)
{
	struct scene *scene = self;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)test_alpha_emit(scene->d, &scene->thing, &payload);
	}
}

static void
by_table(void *self, size_t times)
{
	const struct scene *scene = self;

	for (size_t k = 0; k < times; k++) {
		struct named *found;

		BARRIER();
		HASH_FIND_STR(scene->names, scene->name, found);
		(void)found->emit(scene->d, NULL, &payload);
	}
}

static void
by_name(void *self, size_t times)
{
	const struct scene *scene = self;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)sb_emit(scene->d, sb_find(scene->d, scene->name), NULL, &payload);
	}
}

static void
with_result(void *self, size_t times)
{
	struct scene *scene = self;
	struct sb_result result;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)test_alpha_emit_result(scene->d, NULL, &payload, &result);
	}
}

/* n receivers by hand; of ours, n_any of anyone, n_mine of the sender, in turn. */
static void
set(struct scene *scene, size_t n, size_t n_any, size_t n_mine)
{
	*scene = (struct scene){ .d = dispatcher_of_signals(), .n = n, .name = "test.alpha" };
	for (size_t k = 0; k < n; k++)
		scene->plain[k] = (struct plain){ on_alpha, &counters[k] };
	for (size_t k = 0; k < n_any || k < n_mine; k++) {
		if (k < n_any)
			test_alpha_connect(
				scene->d, SB_ANY, SB_HANDLER(on_alpha), &counters[2 * k]);
		if (k < n_mine)
			test_alpha_connect(scene->d, &scene->thing, SB_HANDLER(on_alpha),
				&counters[2 * k + 1]);
	}
}

static void
measure(struct scene *scene, const char *what, struct limit limit, void (*floor)(void *, size_t),
	void (*ours)(void *, size_t))
{
	const struct side sides[] = { { "floor", floor, scene }, { "ours", ours, scene } };

	row_of_sides(what, limit, sides, 2, BATCH);
	sb_dispatcher_destroy(scene->d);
}

static void
measure_names(void)
{
	struct scene scene;
	const struct sb_signal *signal;
	struct named *name, *next;

	set(&scene, 1, 1, 0);
	for (size_t k = 0; (signal = sb_signal_at(scene.d, k)); k++) {
		name = calloc(1, sizeof(*name));
		name->name = signal->name;
		name->emit = test_alpha_emit;
		HASH_ADD_KEYPTR(hh, scene.names, name->name, strlen(name->name), name);
	}
	measure(&scene, "by name to 1; uthash and a typed emission", TIMES(1.5), by_table, by_name);
	HASH_ITER(hh, scene.names, name, next)
	{
		HASH_DEL(scene.names, name);
		free(name);
	}
}

static void
see_emission(void *self, const struct sb_emission *emission)
{
	struct counter *counter = self;

	counter->n += emission->number;
}

static void
see_call(void *self, const struct sb_emission *emission, const struct sb_receiver *receiver)
{
	struct counter *counter = self;

	(void)receiver;
	counter->n += emission->number;
}

static const struct sb_observer observer = {
	.emission_began = see_emission,
	.call_began = see_call,
};

static void
measure_kinds(void)
{
	const struct sb_options none = { .priority = 0 };
	struct scene scene;

	set(&scene, 1, 0, 0);
	sb_pattern_connect(scene.d, "test.*", SB_ANY, none, SB_HANDLER(on_any), &counters[0]);
	measure(&scene, "to 1 by a pattern", NO_LIMIT, by_hand, typed);
	set(&scene, 2, 1, 0);
	sb_pattern_connect(scene.d, "test.*", SB_ANY, none, SB_HANDLER(on_any), &counters[1]);
	measure(&scene, "to 1, and 1 by a pattern", NO_LIMIT, by_hand, typed);
	set(&scene, 2, 1, 1);
	measure(&scene, "to 1 of anyone's merged with 1 of its own", NO_LIMIT, by_hand, typed);
	set(&scene, 8, 4, 4);
	measure(&scene, "to 4 of anyone's merged with 4 of its own", NO_LIMIT, by_hand, typed);
	set(&scene, 1, 1, 0);
	measure(&scene, "to 1, with its result", NO_LIMIT, by_hand, with_result);
	set(&scene, 1, 1, 0);
	(void)sb_observe(scene.d, &observer, SB_PLACE, &counters[2]);
	measure(&scene, "to 1, observed", NO_LIMIT, by_hand, typed);
	set(&scene, 8, 8, 0);
	(void)sb_observe(scene.d, &observer, SB_PLACE, &counters[20]);
	measure(&scene, "to 8, observed", NO_LIMIT, by_hand, typed);
}

void
measure_emissions(void)
{
	measure_section("Emitting, beside a loop over an array of {fn, self}", "ns an emission");
	emit_to(0, (struct limit){ AT_MOST_MORE, 2 });
	emit_to(1, TIMES(2.2));
	emit_to(2, NO_LIMIT);
	emit_to(8, TIMES(1.5));
	emit_to(64, TIMES(1.3));
	emit_to(1000, NO_LIMIT);
	measure_names();
	measure_kinds();
}
