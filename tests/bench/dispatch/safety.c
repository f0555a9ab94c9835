/* What each safety costs: the loop by hand, given them one after the other until it is what the
 * dispatcher does; and what is unusual, beside an emission to as many without it. */

#include <signalbox/emission.h>

#include <stdlib.h>

#include "floors.h"
#include "parts.h"

enum { BATCH = 10000, N = 8, LIMIT = 32 };

/* The state of a dispatcher by hand. */
struct hand {
	struct plain *receivers;
	size_t n;
	volatile uint32_t odd;
	uint32_t depth;
	struct {
		const struct plain *receivers, *running;
		void *from;
		size_t end;
	} frames[LIMIT];
};

static __attribute__((noinline)) int
emit_behind_a_call(struct hand *hand, struct thing *from, const struct test_alpha *e)
{
	return array_emit(hand->receivers, hand->n, from, e);
}

static __attribute__((noinline)) int
emit_in_depth(struct hand *hand, struct thing *from, const struct test_alpha *e)
{
	size_t end = hand->n;

	if (hand->depth >= LIMIT)
		return -1;
	hand->depth++;
	for (size_t k = 0; k < end; k++)
		hand->receivers[k].fn(hand->receivers[k].self, from, e);
	hand->depth--;
	return (int)end;
}

static __attribute__((noinline)) int
emit_in_frame(struct hand *hand, struct thing *from, const struct test_alpha *e)
{
	size_t end = hand->n;

	if (hand->depth >= LIMIT)
		return -1;
	hand->frames[hand->depth].receivers = hand->receivers;
	hand->frames[hand->depth].from = from;
	hand->frames[hand->depth].end = end;
	hand->depth++;
	for (size_t k = 0; k < end; k++) {
		hand->frames[hand->depth - 1].running = &hand->receivers[k];
		hand->receivers[k].fn(hand->receivers[k].self, from, e);
	}
	hand->depth--;
	return (int)end;
}

static __attribute__((noinline)) int
emit_with_a_look(struct hand *hand, struct thing *from, const struct test_alpha *e)
{
	const struct plain *at = hand->receivers, *end = at + hand->n;
	uint32_t depth = hand->depth;

	if (hand->odd || depth >= LIMIT)
		return -1;
	hand->frames[depth].receivers = at;
	hand->frames[depth].from = from;
	hand->frames[depth].end = hand->n;
	hand->depth++;
	for (; at < end; at++) {
		hand->frames[depth].running = at;
		if (!at->fn)
			return -1;
		at->fn(at->self, from, e);
		if (hand->odd)
			return -1;
	}
	hand->depth--;
	return (int)hand->n;
}

#define BATCH_OF(name, call)                                                                       \
	static void name(void *self, size_t times)                                                 \
	{                                                                                          \
		struct hand *hand = self;                                                          \
                                                                                                   \
		for (size_t k = 0; k < times; k++) {                                               \
			BARRIER();                                                                 \
			(void)(call);                                                              \
		}                                                                                  \
	}
BATCH_OF(run_plain, array_emit(hand->receivers, hand->n, NULL, &payload))
BATCH_OF(run_behind_a_call, emit_behind_a_call(hand, NULL, &payload))
BATCH_OF(run_in_depth, emit_in_depth(hand, NULL, &payload))
BATCH_OF(run_in_frame, emit_in_frame(hand, NULL, &payload))
BATCH_OF(run_with_a_look, emit_with_a_look(hand, NULL, &payload))

static void
run_ours(void *self, size_t times)
{
	struct sb_dispatcher *d = self;

	for (size_t k = 0; k < times; k++) {
		BARRIER();
		(void)test_alpha_emit(d, NULL, &payload);
	}
}

static struct sb_dispatcher *
dispatcher_with(size_t n)
{
	struct sb_dispatcher *d = dispatcher_of_signals();

	for (size_t k = 0; k < n; k++)
		test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[k]);
	return d;
}

static void
beside_hand(const char *what, struct hand *hand, void (*run)(void *, size_t), void *self)
{
	const struct side sides[] = { { "floor", run_plain, hand }, { "ours", run, self } };

	row_of_sides(what, NO_LIMIT, sides, 2, BATCH);
}

static void
measure_ladder(const char *title, size_t n)
{
	struct hand hand = { .receivers = calloc(n, sizeof(*hand.receivers)), .n = n };
	struct sb_dispatcher *d = dispatcher_with(n);

	for (size_t k = 0; k < n; k++)
		hand.receivers[k] = (struct plain){ on_alpha, &counters[k] };
	measure_section(title, "ns an emission");
	beside_hand("by hand, behind a call", &hand, run_behind_a_call, &hand);
	beside_hand("and with depth and end fixed", &hand, run_in_depth, &hand);
	beside_hand("and a frame that says who runs", &hand, run_in_frame, &hand);
	beside_hand("and a look before and after each call", &hand, run_with_a_look, &hand);
	beside_hand("and found by number: the dispatcher", &hand, run_ours, d);
	sb_dispatcher_destroy(d);
	free(hand.receivers);
}

static void
beside_usual(const char *what, struct sb_dispatcher *d)
{
	struct sb_dispatcher *usual = dispatcher_with(N);
	const struct side sides[] = { { "floor", run_ours, usual }, { "ours", run_ours, d } };

	row_of_sides(what, NO_LIMIT, sides, 2, BATCH);
	sb_dispatcher_destroy(usual);
	sb_dispatcher_destroy(d);
}

static void
measure_unusual(void)
{
	static struct thing others[N];
	const struct sb_options once = { .once = true };
	struct sb_dispatcher *d;

	measure_section("What is unusual, beside an emission to 8 without it", "ns an emission");
	d = dispatcher_with(N);
	test_alpha_connect(d, &others[0], SB_HANDLER(on_alpha), &counters[N]);
	beside_usual("another sender has a receiver of its own", d);
	d = dispatcher_with(N);
	for (size_t k = 0; k < N; k++)
		test_alpha_connect(d, &others[k], SB_HANDLER(on_alpha), &counters[k]);
	beside_usual("each is connected twice, and runs once", d);
	d = dispatcher_with(N);
	(void)sb_block(d, test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[N]));
	beside_usual("a ninth is blocked, the last", d);
	d = dispatcher_of_signals();
	(void)sb_block(d, test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[N]));
	for (size_t k = 0; k < N; k++)
		test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &counters[k]);
	beside_usual("a ninth is blocked, the first", d);
	d = dispatcher_with(N);
	(void)sb_block(
		d, test_alpha_connect_with(d, SB_ANY, once, SB_HANDLER(on_alpha), &counters[N]));
	beside_usual("a ninth is for once, and passed over", d);
}

void
measure_safety(void)
{
	measure_ladder("What each safety costs, 1 receiver", 1);
	measure_ladder("What each safety costs, 8 receivers", N);
	measure_unusual();
}
