/* Every allocation of the dispatcher is made to fail in turn: what fails says so and changes
 * nothing, the rest goes on, and nothing is lost. */

#include <signalbox/dispatch_signals.h>
#include <signalbox/dispatcher.h>
#include <signalbox/observer.h>

#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dispatch/failing_memory.inc"
#include "dispatch/signals.inc"

#define SIGNALS "dispatch/signals_later.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table signals_later;
#define SIGNALS "dispatch/signals_later.def"
#define SIGNALS_TABLE signals_later
#include <signalbox/define_signals.h>

enum { N_THINGS = 40 };

struct scene {
	struct sb_dispatcher *d;
	struct thing things[N_THINGS];
	int n_calls, n_last_resort, n_observed;
};

static void
on_alpha(void *self, struct thing *from, const struct test_alpha *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	scene->n_calls++;
}

static void
on_alpha_of_thing(void *self, struct thing *from, const struct test_alpha *e)
{
	(void)self;
	(void)from;
	(void)e;
}

static void
on_delta(void *self, struct thing *from, const struct late_delta *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	scene->n_calls++;
}

static void
on_any(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	(void)self;
	(void)from;
	(void)signal;
	(void)payload;
}

static void
on_beta(void *self, struct thing *from, const struct test_beta *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	sb_fail(scene->d, -EIO, "on purpose");
}

static void
last_resort(void *self, const char *signal, const char *place, const struct sb_error *error)
{
	struct scene *scene = self;

	(void)signal;
	(void)place;
	(void)error;
	scene->n_last_resort++;
}

static size_t
n_connected(const struct sb_dispatcher *d)
{
	struct sb_connection_info info;
	size_t cursor = 0, n = 0;

	while (sb_connection_next(d, &cursor, &info))
		n++;
	return n;
}

/* A connect either made one connection, or failed, said so, and there are as many as before. */
static void
check_connect(struct scene *scene, struct sb_connection c, size_t n_before)
{
	assert_int_equal(sb_connect_failed(scene->d), c.serial == 0);
	assert_int_equal(n_connected(scene->d), n_before + (c.serial != 0));
}

static void
connect_all(struct scene *scene)
{
	struct sb_dispatcher *d = scene->d;
	const struct sb_options none = { .priority = 0 };

	for (size_t k = 0; k < N_THINGS; k++) {
		struct thing *thing = &scene->things[k];
		size_t n = n_connected(d);

		check_connect(scene, test_alpha_connect(d, thing, SB_HANDLER(on_alpha), scene), n);
		n = n_connected(d);
		check_connect(scene,
			test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha_of_thing), thing), n);
		n = n_connected(d);
		check_connect(scene,
			sb_pattern_connect(
				d, "*.>", k % 2 ? SB_ANY : thing, none, SB_HANDLER(on_any), thing),
			n);
	}
	(void)test_beta_connect(d, SB_ANY, SB_HANDLER(on_beta), scene);
}

/* A handler that registers and connects: while an emission is in progress, too. */
static void
on_gamma(void *self, void *from, const struct other_gamma *e)
{
	struct scene *scene = self;
	struct thing *thing = &scene->things[1];

	(void)from;
	(void)e;
	(void)sb_register(scene->d, &signals_two);
	(void)late_delta_connect(scene->d, thing, SB_HANDLER(on_delta), scene);
	(void)test_alpha_connect(scene->d, thing, SB_HANDLER(on_alpha_of_thing), scene);
	(void)sb_connect_failed(scene->d);
}

/* What failed in a handler goes well when it is tried again. */
static void
play_in_a_handler(struct scene *scene)
{
	struct thing *thing = &scene->things[1];
	int n_calls;

	(void)other_gamma_connect(scene->d, SB_ANY, SB_HANDLER(on_gamma), scene);
	(void)other_gamma_emit(scene->d, NULL, &(struct other_gamma){ .none_ = false });
	n_until_failure = -1;
	assert_int_equal(sb_register(scene->d, &signals_two), 0);
	assert_ptr_equal(sb_find(scene->d, "late.delta"), late_delta_signal());
	assert_true(late_delta_connect(scene->d, thing, SB_HANDLER(on_delta), scene).serial);
	n_calls = scene->n_calls;
	assert_int_equal(late_delta_emit(scene->d, thing, &(struct late_delta){ .value = 1 }), 1);
	assert_int_equal(scene->n_calls, n_calls + 1);
}

static void
emission_began(void *self, const struct sb_emission *emission)
{
	struct scene *scene = self;

	(void)emission;
	scene->n_observed++;
}

/* One that could not be added sees nothing. */
static void
observe(struct scene *scene)
{
	static const struct sb_observer observer = { .emission_began = emission_began };
	int error = sb_observe(scene->d, &observer, SB_PLACE, scene);

	assert_true(error == 0 || error == -ENOMEM);
	(void)test_alpha_emit(scene->d, NULL, &(struct test_alpha){ .value = 1 });
	assert_int_equal(scene->n_observed, error == 0);
	assert_int_equal(sb_unobserve(scene->d, &observer, scene), error == 0 ? 0 : -ENOENT);
}

/* How one of the queues answered, and what it counts since. */
struct answers {
	enum sb_later which;
	uint64_t n_entered, n_refused;
	int64_t sum; /* of the values that it took */
};

static const enum sb_later both[] = { SB_DEFERRED, SB_POSTED };
static int64_t sum_delivered;

static void
on_note(void *self, struct thing *from, const struct later_note *e)
{
	(void)self;
	(void)from;
	sum_delivered += e->value;
}

/* What was refused for memory changes nothing but that count, and drops nothing. */
static void
enter(struct scene *scene, struct answers *a, int64_t value, size_t len)
{
	static const char bytes[70000];
	const struct later_note e = { .value = value, .text = "text", .bytes = { bytes, len } };
	struct sb_mailbox *mailbox = sb_mailbox_of(scene->d);
	struct sb_later_counts before = sb_later_counts(scene->d, a->which), after;
	int error = a->which == SB_DEFERRED
			    ? later_note_defer(scene->d, NULL, &e)
			    : later_note_post(mailbox, (struct sb_token){ .object = NULL }, &e);

	sb_mailbox_release(mailbox);
	assert_true(error == 0 || error == -ENOMEM);
	after = sb_later_counts(scene->d, a->which);
	assert_int_equal(after.n_refused, before.n_refused + (error != 0));
	if (error) {
		assert_int_equal(after.n_waiting, before.n_waiting);
		assert_int_equal(after.bytes_waiting, before.bytes_waiting);
		assert_int_equal(after.n_dropped, before.n_dropped);
		a->n_refused++;
		return;
	}
	a->n_entered++;
	a->sum += value;
}

/* Delivers all; for that nothing needs memory. */
static void
deliver(struct scene *scene, int64_t sum)
{
	long n = n_until_failure;

	sum_delivered = 0;
	n_until_failure = 0;
	while (sb_deliver(scene->d) > 0)
		;
	assert_int_equal(n_until_failure, 0);
	n_until_failure = n;
	assert_int_equal(sum_delivered, sum);
}

/* A token that there was no memory for is empty; one that was given is good. */
static void
take_tokens(struct scene *scene)
{
	struct sb_mailbox *mailbox = sb_mailbox_of(scene->d);

	for (int k = 0; k < N_THINGS; k++) {
		struct thing thing;
		struct sb_token token = later_note_token(scene->d, &scene->things[k]);
		struct sb_token other = later_note_token(scene->d, &thing);

		if (!token.serial)
			assert_null(token.object);
		(void)later_note_post(mailbox, token, &(struct later_note){ .value = 1 });
		(void)later_note_post(mailbox, other, &(struct later_note){ .value = 1 });
		(void)sb_forget(scene->d, &thing);
	}
	sb_mailbox_release(mailbox);
	while (sb_deliver(scene->d) > 0)
		;
}

static void
play_later(struct scene *scene)
{
	static const size_t lens[] = { 0, 300, 4000, 5000, 70000 };
	struct answers answers[2] = { { .which = SB_DEFERRED }, { .which = SB_POSTED } };
	struct sb_connection c = later_note_connect(scene->d, SB_ANY, SB_HANDLER(on_note), scene);

	if (!c.serial) {
		assert_true(sb_connect_failed(scene->d));
		return;
	}
	for (int turn = 0; turn < 2; turn++) {
		for (int k = 0; k < 40; k++)
			for (size_t q = 0; q < 2; q++)
				enter(scene, &answers[q], 1 << k % 20, lens[k % 5]);
		deliver(scene, answers[0].sum + answers[1].sum);
		answers[0].sum = answers[1].sum = 0;
	}
	for (size_t q = 0; q < 2; q++) {
		struct sb_later_counts counts = sb_later_counts(scene->d, both[q]);

		assert_int_equal(counts.n_delivered, answers[q].n_entered);
		assert_int_equal(counts.n_refused, answers[q].n_refused);
	}
	take_tokens(scene);
}

/* Where the oldest are to make room, they do so only for what came. */
static void
play_full(struct scene *scene)
{
	for (size_t q = 0; q < 2; q++) {
		struct answers a = { .which = both[q] };
		struct sb_later_counts counts;

		sb_set_later(scene->d, both[q],
			(struct sb_later_options){ .size = 3, .policy = SB_DROP_OLDEST });
		for (int k = 0; k < 10; k++)
			enter(scene, &a, 1, k % 2 ? 10 : 5000);
		counts = sb_later_counts(scene->d, both[q]);
		assert_int_equal(counts.n_waiting, a.n_entered < 3 ? a.n_entered : 3);
	}
	while (sb_deliver(scene->d) > 0)
		;
}

/* Returns whether anything failed in it. */
static bool
play(long n)
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	has_failed = false;
	n_until_failure = n;
	scene.d = sb_dispatcher_create(last_resort, &scene);
	if (!scene.d)
		return has_failed;
	(void)sb_register(scene.d, &signals_one);
	connect_all(&scene);
	if (sb_label(scene.d, &scene.things[0], "first") < 0)
		assert_null(sb_label_of(scene.d, &scene.things[0]));
	(void)test_beta_emit(scene.d, NULL, &(struct test_beta){ .truth = true });
	observe(&scene);
	play_later(&scene);
	play_full(&scene);
	play_in_a_handler(&scene);
	/* From here on nothing may need memory. */
	n_until_failure = 0;
	for (size_t k = 0; k < N_THINGS; k++)
		assert_true(test_alpha_emit(
				    scene.d, &scene.things[k], &(struct test_alpha){ .value = 1 })
			    >= N_THINGS - 1);
	assert_true(scene.n_calls >= N_THINGS - 1);
	assert_int_equal(n_until_failure, 0);
	n_until_failure = -1;
	for (size_t k = 0; k < N_THINGS; k++)
		(void)sb_forget(scene.d, &scene.things[k]);
	(void)sb_forget(scene.d, &scene);
	assert_int_equal(n_connected(scene.d), 0);
	sb_dispatcher_destroy(scene.d);
	return has_failed;
}

static void
every_allocation_may_fail(void **state)
{
	long n = 0;

	(void)state;
	while (play(n))
		n++;
	printf("%ld allocations failed in turn\n", n);
	assert_true(n > 100);
}

static void
see_result(
	void *self, const struct sb_emission *emission, int result, const struct sb_result *counts)
{
	struct scene *scene = self;

	(void)emission;
	(void)result;
	(void)counts;
	scene->n_observed++;
}

/* Emits itself again, until it is refused. */
static void
on_delta_again(void *self, struct thing *from, const struct late_delta *e)
{
	struct scene *scene = self;

	scene->n_calls++;
	(void)late_delta_emit(scene->d, from, e);
}

/* In each way there is: nobody, anyone's, its own, merged, a sender without receivers, once,
 * blocked, twice connected, by name, with a result, never registered. */
static void
emit_in_each_way(struct scene *scene)
{
	const struct test_alpha e = { .value = 1 };
	const struct other_gamma none = { .none_ = false };
	struct sb_result result;

	assert_int_equal(test_alpha_emit(scene->d, NULL, &e), 2);
	assert_int_equal(test_alpha_emit(scene->d, &scene->things[0], &e), 3);
	assert_int_equal(test_alpha_emit(scene->d, &scene->things[1], &e), 2);
	assert_int_equal(
		test_beta_emit(scene->d, &scene->things[0], &(struct test_beta){ .whole = 1 }), 1);
	assert_int_equal(sb_emit(scene->d, sb_find(scene->d, "test.alpha"), NULL, &e), 2);
	assert_int_equal(test_alpha_emit_result(scene->d, NULL, &e, &result), 2);
	assert_int_equal(other_gamma_emit(scene->d, NULL, &none), 0);
	assert_int_equal(many_0_emit(scene->d, NULL, &(struct many_0){ .none_ = false }), 0);
}

static void
on_beta_of_thing(void *self, struct thing *from, const struct test_beta *e)
{
	struct scene *scene = self;

	(void)from;
	(void)e;
	scene->n_calls++;
}

static void
emitting_needs_no_memory(void **state)
{
	static const struct sb_observer observer = { .emission_began = emission_began,
		.emission_ended = see_result };
	static struct scene scene;
	struct sb_options none = { .priority = 0 }, once = { .once = true };
	struct sb_dispatcher *d;

	(void)state;
	n_until_failure = -1;
	scene.d = d = sb_dispatcher_create(last_resort, &scene);
	(void)sb_register(d, &signals_one);
	(void)sb_register(d, &signals_two);
	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha), &scene);
	test_alpha_connect(d, SB_ANY, SB_HANDLER(on_alpha_of_thing), &scene);
	test_alpha_connect(d, &scene.things[0], SB_HANDLER(on_alpha), &scene);
	test_alpha_connect(d, &scene.things[0], SB_HANDLER(on_alpha_of_thing), &scene.things[0]);
	test_alpha_connect_with(d, SB_ANONYMOUS, once, SB_HANDLER(on_alpha), &scene);
	test_beta_connect(d, &scene.things[0], SB_HANDLER(on_beta_of_thing), &scene);
	(void)sb_block(d, test_beta_connect(d, SB_ANY, SB_HANDLER(on_beta), &scene));
	late_delta_connect(d, SB_ANY, SB_HANDLER(on_delta_again), &scene);
	n_until_failure = 0;
	emit_in_each_way(&scene);
	assert_int_equal(n_until_failure, 0);
	n_until_failure = -1;
	sb_pattern_connect(d, "*.>", SB_ANY, none, SB_HANDLER(on_any), &scene);
	assert_int_equal(sb_observe(d, &observer, SB_PLACE, &scene), 0);
	n_until_failure = 0;
	emit_in_each_way(&scene);
	assert_int_equal(n_until_failure, 0);
	assert_int_equal(scene.n_observed, 2 * 8);
	/* That it was refused is told with memory, or without. */
	n_until_failure = -1;
	scene.n_calls = 0;
	assert_int_equal(late_delta_emit(d, NULL, &(struct late_delta){ .value = 1 }), 1);
	assert_int_equal(scene.n_calls, SB_DEPTH_LIMIT);
	assert_int_equal(scene.n_last_resort, 1);
	scene.n_calls = 0;
	n_until_failure = 0;
	assert_int_equal(late_delta_emit(d, NULL, &(struct late_delta){ .value = 1 }), 1);
	assert_int_equal(scene.n_calls, SB_DEPTH_LIMIT);
	assert_int_equal(scene.n_last_resort, 2);
	n_until_failure = -1;
	sb_dispatcher_destroy(d);
}

static void
coming_and_going_needs_no_more_memory(void **state)
{
	static char selves[8];
	struct sb_dispatcher *d;

	(void)state;
	n_until_failure = -1;
	d = sb_dispatcher_create(NULL, NULL);
	for (int k = 0; k < 10000; k++) {
		struct sb_connection c = test_alpha_connect(
			d, SB_ANY, SB_HANDLER(on_alpha_of_thing), &selves[k % 8]);

		assert_true(c.serial);
		(void)sb_disconnect(d, c);
		if (k == 100)
			n_until_failure = 0;
	}
	n_until_failure = -1;
	sb_dispatcher_destroy(d);
}

/* Once the queues have had what they need at most, they need no more for the same again. */
static void
later_delivery_reuses_its_memory(void **state)
{
	struct scene scene = { .n_calls = 0 };

	(void)state;
	n_until_failure = -1;
	scene.d = sb_dispatcher_create(NULL, NULL);
	(void)later_note_connect(scene.d, SB_ANY, SB_HANDLER(on_note), &scene);
	for (int k = 0; k < 1000; k++) {
		struct answers answers[2] = { { .which = SB_DEFERRED }, { .which = SB_POSTED } };

		for (int n = 0; n < 180; n++)
			for (size_t q = 0; q < 2; q++)
				enter(&scene, &answers[q], 1, 10);
		assert_int_equal(answers[0].n_refused + answers[1].n_refused, 0);
		deliver(&scene, answers[0].sum + answers[1].sum);
		if (k == 10)
			n_until_failure = 0;
	}
	n_until_failure = -1;
	sb_dispatcher_destroy(scene.d);
}

/* Where the C library can say how much is in use; under sanitizers it says nothing. */
static void
a_burst_does_not_hold_its_memory(void **state)
{
	const struct sb_later_options large = {
		.size = 100000, .bytes = SIZE_MAX, .budget = 100000
	};
	struct scene scene = { .n_calls = 0 };

	(void)state;
	n_until_failure = -1;
	scene.d = sb_dispatcher_create(NULL, NULL);
	for (size_t q = 0; q < 2; q++) {
		struct answers a = { .which = both[q] };
		size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, peak, after;

		/* One that is large by itself leaves nothing. */
		enter(&scene, &a, 1, 70000);
		assert_int_equal(sb_deliver(scene.d), 1);
		assert_true(mallinfo2().uordblks + mallinfo2().hblkhd <= before);
		sb_set_later(scene.d, both[q], large);
		for (int k = 0; k < 50000; k++)
			enter(&scene, &a, 1, k % 1000 ? 100 : 5000);
		peak = mallinfo2().uordblks + mallinfo2().hblkhd;
		assert_int_equal(sb_deliver(scene.d), 50000);
		after = mallinfo2().uordblks + mallinfo2().hblkhd;
		assert_true(after <= before + 65536);
		printf("%zu KiB in use, %zu at the most, %zu after\n", before / 1024, peak / 1024,
			after / 1024);
	}
	sb_dispatcher_destroy(scene.d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(later_delivery_reuses_its_memory),
		cmocka_unit_test(a_burst_does_not_hold_its_memory),
		cmocka_unit_test(emitting_needs_no_memory),
		cmocka_unit_test(coming_and_going_needs_no_more_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
