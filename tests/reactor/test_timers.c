/* Time, timers, posted calls, reaping: the turn of a reactor, over libev and the simulation. */

#include "reactor/contract.h"

enum { N_TIMERS = 8 };

/* A journal of what was called, one letter each. */
struct turns {
	struct world *world;
	struct sb_reactor *r;
	char journal[256];
	struct sb_timer timers[N_TIMERS];
	struct sb_reap reaps[3];
	unsigned n_left;
};

static struct note {
	struct turns *turns;
	char letter;
} notes[26];

static void
write_down(struct turns *t, char letter)
{
	size_t len = strlen(t->journal);

	assert_true(len + 1 < sizeof(t->journal));
	t->journal[len] = letter;
	t->journal[len + 1] = '\0';
}

static void
on_note(void *self)
{
	struct note *note = self;

	write_down(note->turns, note->letter);
}

static struct note *
note_of(struct turns *t, char letter)
{
	struct note *note = &notes[letter - 'a'];

	note->turns = t;
	note->letter = letter;
	return note;
}

static int
set_up_over(void **state, enum transport transport)
{
	struct turns *t = calloc(1, sizeof(*t));

	(void)alarm(60);
	assert_non_null(t);
	t->world = create_world(transport, 1);
	t->r = t->world->r;
	*state = t;
	return 0;
}

static int
set_up_libev(void **state)
{
	return set_up_over(state, OVER_TCP);
}

static int
set_up_simulation(void **state)
{
	return set_up_over(state, OVER_SIMULATION);
}

static int
tear_down(void **state)
{
	struct turns *t = *state;
	int i;

	for (i = 0; i < N_TIMERS; i++)
		sb_timer_finish(&t->timers[i]);
	destroy_world(t->world);
	free(t);
	return 0;
}

static void
init_timer(struct turns *t, int i, sb_call_fn *fn, void *self)
{
	assert_int_equal(sb_timer_init(&t->timers[i], t->r, SB_HANDLER(fn), self), 0);
}

static void
init_notes(struct turns *t, int n)
{
	int i;

	for (i = 0; i < n; i++)
		init_timer(t, i, on_note, note_of(t, (char)('a' + i)));
}

static void
timers_fire_by_deadline_and_equal_ones_in_order_of_start(void **state)
{
	struct turns *t = *state;

	init_notes(t, 5);
	/* In the callbacks of one turn all have the same now. */
	sb_timer_start(&t->timers[0], 3 * SB_MS);
	sb_timer_start(&t->timers[1], 2 * SB_MS);
	sb_timer_start(&t->timers[2], 1 * SB_MS);
	if (t->world->sim) {
		sb_timer_start(&t->timers[3], 2 * SB_MS);
		sb_timer_start(&t->timers[1], 2 * SB_MS);
	}
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, t->world->sim ? "cdba" : "cba");
	assert_false(sb_timer_is_started(&t->timers[0]));
}

static void
start_equals(void *self)
{
	struct turns *t = self;
	int i;

	for (i = 1; i < 5; i++)
		sb_timer_start(&t->timers[i], SB_MS);
	sb_timer_start(&t->timers[2], SB_MS);
}

static void
equal_deadlines_are_first_in_first_out(void **state)
{
	struct turns *t = *state;

	init_notes(t, 5);
	sb_timer_finish(&t->timers[0]);
	init_timer(t, 0, start_equals, t);
	sb_timer_start(&t->timers[0], 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "bdec");
}

static void
start_again(void *self)
{
	struct turns *t = self;

	write_down(t, 'z');
	if (--t->n_left > 0)
		sb_timer_start(&t->timers[0], 0);
}

static void
begin_turns(void *self)
{
	struct turns *t = self;

	sb_timer_start(&t->timers[0], 0);
	sb_timer_start(&t->timers[1], 0);
}

/* Another due in the same turn fires between, and the post of the turn comes before both. */
static void
timer_started_in_a_turn_does_not_fire_in_it(void **state)
{
	struct turns *t = *state;

	t->n_left = 3;
	init_timer(t, 0, start_again, t);
	init_timer(t, 1, on_note, note_of(t, 'b'));
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(begin_turns), t), 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'p')), 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "pzbzz");
}

static void
post_between(void *self)
{
	struct turns *t = self;

	write_down(t, 'x');
	sb_timer_start(&t->timers[1], -5);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'p')), 0);
}

/* If the timer fired in the turn that starts it, it would come before the post of the next. */
static void
zero_delay_is_a_turn_of_its_own(void **state)
{
	struct turns *t = *state;

	init_timer(t, 0, post_between, t);
	init_timer(t, 1, on_note, note_of(t, 'b'));
	sb_timer_start(&t->timers[0], 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "xpb");
}

static void
stop_next(void *self)
{
	struct turns *t = self;

	write_down(t, 's');
	sb_timer_stop(&t->timers[1]);
	sb_timer_finish(&t->timers[2]);
	sb_timer_stop(&t->timers[3]);
	sb_timer_start(&t->timers[3], SB_MS);
}

static void
start_four(void *self)
{
	struct turns *t = self;
	int i;

	for (i = 0; i < 5; i++)
		sb_timer_start(&t->timers[i], 0);
}

static void
timer_stopped_by_another_due_in_the_same_turn_does_not_fire(void **state)
{
	struct turns *t = *state;

	init_notes(t, 5);
	sb_timer_finish(&t->timers[0]);
	init_timer(t, 0, stop_next, t);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(start_four), t), 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "sed");
}

static void
finish_and_wipe(void *self)
{
	struct turns *t = self;

	write_down(t, 'f');
	sb_timer_finish(&t->timers[0]);
	memset(&t->timers[0], 0, sizeof(t->timers[0]));
	sb_timer_finish(&t->timers[0]);
	sb_timer_stop(&t->timers[0]);
}

static void
timer_may_be_finished_in_its_own_callback(void **state)
{
	struct turns *t = *state;

	init_timer(t, 0, finish_and_wipe, t);
	sb_timer_start(&t->timers[0], 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "f");
}

static void
started_timer_starts_over(void **state)
{
	struct turns *t = *state;

	init_notes(t, 2);
	sb_timer_start(&t->timers[0], SB_MS);
	sb_timer_start(&t->timers[1], 3 * SB_MS);
	sb_timer_start(&t->timers[0], 8 * SB_MS);
	assert_true(sb_timer_is_started(&t->timers[0]));
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "ba");
}

static void
distant_timer_does_not_overflow(void **state)
{
	struct turns *t = *state;

	init_notes(t, 2);
	sb_timer_start(&t->timers[0], INT64_MAX);
	sb_timer_start(&t->timers[1], SB_MS);
	let_pass(t->world, 2 * SB_MS);
	assert_string_equal(t->journal, "b");
	assert_true(sb_timer_is_started(&t->timers[0]));
}

static void
timers_never_fire_early(void **state)
{
	struct turns *t = *state;
	int64_t before_ns = sb_reactor_now_ns(t->r), passed_ns;

	let_pass(t->world, 7 * SB_MS + 123456);
	passed_ns = sb_reactor_now_ns(t->r) - before_ns;
	assert_true(passed_ns >= 7 * SB_MS + 123456);
	if (t->world->sim)
		assert_true(passed_ns == 7 * SB_MS + 123456);
}

static void
post_two(void *self)
{
	struct turns *t = self;

	write_down(t, '2');
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'c')), 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'd')), 0);
	sb_reactor_stop(t->r);
}

static void
posted_calls_keep_their_order_and_wait_for_a_turn(void **state)
{
	struct turns *t = *state;

	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'a')), 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(post_two), t), 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'b')), 0);
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_reactor_run(t->r), 0);
	/* It was stopped in the first turn, which ended; a stopped reactor runs again. */
	assert_string_equal(t->journal, "a2b");
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "a2bcd");
}

static void
stop_without_a_run_ends_the_next_at_once(void **state)
{
	struct turns *t = *state;

	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'a')), 0);
	sb_reactor_stop(t->r);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "a");
}

static void
reap_more(void *self)
{
	struct turns *t = self;

	write_down(t, 'r');
	sb_reactor_reap(t->r, &t->reaps[2], on_note, note_of(t, 't'));
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'u')), 0);
}

static void
reap_two(void *self)
{
	struct turns *t = self;

	sb_reactor_reap(t->r, &t->reaps[0], on_note, note_of(t, 's'));
	sb_reactor_reap(t->r, &t->reaps[1], reap_more, t);
	write_down(t, 'q');
}

static void
reaping_comes_when_the_turn_ends_and_may_reap_more(void **state)
{
	struct turns *t = *state;

	init_timer(t, 0, on_note, note_of(t, 'a'));
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(reap_two), t), 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'p')), 0);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "qpsrtu");
}

static void
what_was_to_be_reaped_outside_a_run_is_reaped_by_the_next(void **state)
{
	struct turns *t = *state;

	sb_reactor_reap(t->r, &t->reaps[0], on_note, note_of(t, 'a'));
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "a");
}

static void
set_flag(void *self)
{
	*(bool *)self = true;
}

static void
destroying_a_reactor_reaps_and_drops_posted_calls(void **state)
{
	struct sb_simulation *sim = sb_simulation_create(1);
	struct sb_reactor *rs[2] = { sb_reactor_create(), sb_simulation_reactor(sim) };
	bool is_reaped[2] = { false, false }, is_called = false;
	struct sb_reap reaps[2];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_non_null(rs[i]);
		sb_reactor_reap(rs[i], &reaps[i], set_flag, &is_reaped[i]);
		assert_int_equal(sb_reactor_post(rs[i], SB_HANDLER(set_flag), &is_called), 0);
	}
	sb_reactor_destroy(rs[0]);
	sb_simulation_destroy(sim);
	sb_reactor_destroy(NULL);
	sb_simulation_destroy(NULL);
	assert_true(is_reaped[0]);
	assert_true(is_reaped[1]);
	assert_false(is_called);
}

static void
run_again(void *self)
{
	struct turns *t = self;

	assert_int_equal(sb_reactor_run(t->r), -EBUSY);
	if (t->world->sim)
		assert_int_equal(sb_simulation_run_for(t->world->sim, 1), -EBUSY);
	write_down(t, 'x');
}

static void
run_in_any_callback_is_refused(void **state)
{
	struct turns *t = *state;

	init_timer(t, 0, run_again, t);
	sb_timer_start(&t->timers[0], 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(run_again), t), 0);
	sb_reactor_reap(t->r, &t->reaps[0], run_again, t);
	assert_int_equal(sb_reactor_run(t->r), 0);
	assert_string_equal(t->journal, "xxx");
}

static void
timers_and_posts_are_listed_with_their_place(void **state)
{
	struct turns *t = *state;
	char line[256];
	size_t cursor = 0;

	init_notes(t, 2);
	sb_timer_start(&t->timers[1], 0);
	assert_int_equal(sb_reactor_post(t->r, SB_HANDLER(on_note), note_of(t, 'z')), 0);
	assert_true(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "timer fn tests/reactor/test_timers.c:", 36), 0);
	assert_true(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "timer ", 6), 0);
	assert_true(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "posted call on_note tests/reactor/test_timers.c:", 47), 0);
	assert_false(sb_reactor_pending_next(t->r, &cursor, line, sizeof(line)));
	assert_int_equal(sb_reactor_run(t->r), 0);
}

/* A thousand timers started, moved and stopped at random, against a plain list. */
enum { N_RANDOM = 1000 };

struct random_timer {
	struct sb_timer timer;
	struct crowd *crowd;
	int64_t at_ns; /* INT64_MAX: is not to fire */
	uint64_t seq;
	bool is_live; /* initialised */
};

struct crowd {
	struct sb_reactor *r;
	struct random_timer all[N_RANDOM];
	uint64_t seq, state;
	unsigned n_fired;
};

static uint64_t
draw(struct crowd *c, uint64_t n)
{
	c->state = c->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (c->state >> 33) % n;
}

static struct random_timer *
first_of(struct crowd *c)
{
	struct random_timer *first = NULL;
	size_t i;

	for (i = 0; i < N_RANDOM; i++) {
		struct random_timer *t = &c->all[i];

		if (t->at_ns < INT64_MAX
			&& (!first || t->at_ns < first->at_ns
				|| (t->at_ns == first->at_ns && t->seq < first->seq)))
			first = t;
	}
	return first;
}

static void on_random(void *self);

static void
change_one(struct crowd *c)
{
	struct random_timer *t = &c->all[draw(c, N_RANDOM)];
	int64_t after_ns = (int64_t)draw(c, 20) * SB_MS;

	if (!t->is_live) {
		assert_int_equal(sb_timer_init(&t->timer, c->r, SB_HANDLER(on_random), t), 0);
		t->is_live = true;
	}
	t->at_ns = INT64_MAX;
	switch (draw(c, 8)) {
	case 0:
		sb_timer_stop(&t->timer);
		break;
	case 1:
		sb_timer_finish(&t->timer);
		t->is_live = false;
		break;
	default:
		t->at_ns = sb_reactor_now_ns(c->r) + after_ns;
		t->seq = ++c->seq;
		sb_timer_start(&t->timer, after_ns);
	}
	assert_true(sb_timer_is_started(&t->timer) == (t->at_ns < INT64_MAX));
	assert_true(sb_timer_due_ns(&t->timer) == t->at_ns);
}

static void
on_random(void *self)
{
	struct random_timer *t = self;
	struct crowd *c = t->crowd;
	unsigned i;

	assert_ptr_equal(first_of(c), t);
	assert_true(t->at_ns == sb_reactor_now_ns(c->r));
	t->at_ns = INT64_MAX;
	for (i = 0; i < 3 && c->n_fired < 3000; i++)
		change_one(c);
	c->n_fired++;
}

static void
many_timers_fire_as_a_plain_list_would(void **state)
{
	struct sb_simulation *sim = sb_simulation_create(1);
	struct crowd *c = calloc(1, sizeof(*c));
	size_t i;

	(void)state;
	assert_non_null(sim);
	assert_non_null(c);
	c->r = sb_simulation_reactor(sim);
	c->state = 42;
	for (i = 0; i < N_RANDOM; i++) {
		c->all[i].crowd = c;
		c->all[i].at_ns = INT64_MAX;
	}
	for (i = 0; i < N_RANDOM; i++)
		change_one(c);
	assert_int_equal(sb_reactor_run(c->r), 0);
	assert_null(first_of(c));
	assert_true(c->n_fired >= 3000);
	for (i = 0; i < N_RANDOM; i++)
		sb_timer_finish(&c->all[i].timer);
	sb_simulation_destroy(sim);
	free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define both(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up_simulation, tear_down),                       \
		cmocka_unit_test_setup_teardown(name, set_up_libev, tear_down)
		both(timers_fire_by_deadline_and_equal_ones_in_order_of_start),
		both(equal_deadlines_are_first_in_first_out),
		both(timer_started_in_a_turn_does_not_fire_in_it),
		both(zero_delay_is_a_turn_of_its_own),
		both(timer_stopped_by_another_due_in_the_same_turn_does_not_fire),
		both(timer_may_be_finished_in_its_own_callback),
		both(started_timer_starts_over),
		both(distant_timer_does_not_overflow),
		both(timers_never_fire_early),
		both(posted_calls_keep_their_order_and_wait_for_a_turn),
		both(stop_without_a_run_ends_the_next_at_once),
		both(reaping_comes_when_the_turn_ends_and_may_reap_more),
		both(what_was_to_be_reaped_outside_a_run_is_reaped_by_the_next),
		both(run_in_any_callback_is_refused),
		both(timers_and_posts_are_listed_with_their_place),
		cmocka_unit_test(destroying_a_reactor_reaps_and_drops_posted_calls),
		cmocka_unit_test(many_timers_fire_as_a_plain_list_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
