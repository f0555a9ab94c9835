/* Alarms of the wall clock: over the simulation, whose clock is stepped. */

#include "reactor/contract.h"
#include "reactor/sim.h"

#include <signalbox/timers.h>

#include "kit_cmocka.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)

enum { N_ALARMS = 6 };

struct house;

struct sleeper {
	struct house *house;
	struct sb_alarm alarm;
	char letter;
};

struct house {
	struct world *world;
	struct sb_reactor *r;
	struct sb_simulation *sim;
	struct sleeper sleepers[N_ALARMS];
	char journal[256];
	int64_t last_wall_ns;
	void (*on_alarm)(struct sleeper *);
	struct sb_timer timer;
};

static void
write_down(struct house *h, char letter)
{
	size_t len = strlen(h->journal);

	assert_true(len + 1 < sizeof(h->journal));
	h->journal[len] = letter;
	h->journal[len + 1] = '\0';
}

static void
on_alarm(void *self)
{
	struct sleeper *s = self;

	assert_false(sb_alarm_is_started(&s->alarm));
	write_down(s->house, s->letter);
	s->house->last_wall_ns = sb_reactor_wall_ns(s->house->r);
	if (s->house->on_alarm)
		s->house->on_alarm(s);
}

static int
set_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	int i;

	(void)alarm(60);
	assert_non_null(h);
	h->world = create_world(OVER_SIMULATION, 1);
	h->r = h->world->r;
	h->sim = h->world->sim;
	for (i = 0; i < N_ALARMS; i++) {
		struct sleeper *s = &h->sleepers[i];

		s->house = h;
		s->letter = (char)('a' + i);
		assert_int_equal(sb_alarm_init(&s->alarm, h->r, SB_HANDLER(on_alarm), s), 0);
	}
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct house *h = *state;
	int i;

	for (i = 0; i < N_ALARMS; i++)
		sb_alarm_finish(&h->sleepers[i].alarm);
	sb_timer_finish(&h->timer);
	destroy_world(h->world);
	free(h);
	return 0;
}

static int64_t
wall(const struct house *h)
{
	return sb_reactor_wall_ns(h->r);
}

static void
set(struct house *h, int i, int64_t after_s)
{
	sb_alarm_start(&h->sleepers[i].alarm, wall(h) + after_s * SB_S);
	assert_true(sb_alarm_is_started(&h->sleepers[i].alarm));
}

static void
run_for(struct house *h, int64_t s)
{
	assert_int_equal(sb_simulation_run_for(h->sim, s * SB_S), 0);
}

static void
heard(struct house *h, const char *letters)
{
	assert_string_equal(h->journal, letters);
}

static void
alarm_fires_once_when_the_clock_shows_its_time(void **state)
{
	struct house *h = *state;
	int64_t at_ns = wall(h) + HOUR * SB_S;

	set(h, 0, HOUR);
	assert_int_equal(sb_simulation_run_for(h->sim, HOUR * SB_S - 1), 0);
	heard(h, "");
	assert_int_equal(sb_simulation_run_for(h->sim, 1), 0);
	heard(h, "a");
	assert_true(h->last_wall_ns == at_ns);
	run_for(h, 10 * DAY);
	heard(h, "a");
}

static void
past_alarm_fires_in_the_next_turn(void **state)
{
	struct house *h = *state;

	set(h, 0, -HOUR);
	sb_alarm_start(&h->sleepers[1].alarm, INT64_MIN);
	set(h, 2, 0);
	sb_simulation_settle(h->sim);
	heard(h, "abc");
	assert_true(h->last_wall_ns == wall(h));
}

static void
alarms_keep_the_reactor_running_until_they_are_stopped(void **state)
{
	struct house *h = *state;

	set(h, 0, 3 * DAY);
	set(h, 1, 2 * DAY);
	sb_alarm_stop(&h->sleepers[1].alarm);
	sb_alarm_stop(&h->sleepers[1].alarm);
	assert_false(sb_alarm_is_started(&h->sleepers[1].alarm));
	assert_int_equal(sb_reactor_run(h->r), 0);
	heard(h, "a");
}

static void
alarms_fire_by_time_and_equal_ones_in_order_of_start(void **state)
{
	struct house *h = *state;

	set(h, 3, 30);
	set(h, 0, 20);
	set(h, 2, 20);
	set(h, 1, 20);
	set(h, 0, 20);
	run_for(h, 60);
	heard(h, "cbad");
}

static void
clock_stepped_to_an_alarm_or_past_it_fires_it(void **state)
{
	struct house *h = *state;

	set(h, 0, HOUR);
	set(h, 1, 3 * HOUR);
	set(h, 2, 2 * HOUR);
	sb_simulation_step_wall(h->sim, HOUR * SB_S);
	sb_simulation_settle(h->sim);
	heard(h, "a");
	sb_simulation_step_wall(h->sim, 2 * HOUR * SB_S);
	sb_simulation_settle(h->sim);
	heard(h, "acb");
}

static void
clock_stepped_back_makes_an_alarm_wait_again(void **state)
{
	struct house *h = *state;
	int64_t at_ns = wall(h) + HOUR * SB_S;

	set(h, 0, HOUR);
	run_for(h, HOUR - 1);
	sb_simulation_step_wall(h->sim, -DAY * SB_S);
	run_for(h, DAY);
	heard(h, "");
	run_for(h, 1);
	heard(h, "a");
	assert_true(h->last_wall_ns == at_ns);
	sb_simulation_step_wall(h->sim, -DAY * SB_S);
	run_for(h, 2 * DAY);
	heard(h, "a");
}

static void
step_there_and_back_before_a_turn_is_not_seen(void **state)
{
	struct house *h = *state;

	set(h, 0, HOUR);
	sb_simulation_step_wall(h->sim, DAY * SB_S);
	sb_simulation_step_wall(h->sim, -DAY * SB_S);
	sb_simulation_settle(h->sim);
	heard(h, "");
}

static void
past_alarm_is_past_also_after_a_small_step_back(void **state)
{
	struct house *h = *state;

	set(h, 0, -HOUR);
	set(h, 1, -HOUR);
	sb_simulation_step_wall(h->sim, -HOUR * SB_S + 1);
	sb_simulation_settle(h->sim);
	heard(h, "ab");
	set(h, 0, -HOUR);
	sb_simulation_step_wall(h->sim, -2 * HOUR * SB_S);
	sb_simulation_settle(h->sim);
	heard(h, "ab");
	run_for(h, HOUR);
	heard(h, "aba");
}

static void
step_back(void *self)
{
	struct house *h = self;

	sb_simulation_step_wall(h->sim, -HOUR * SB_S);
}

static void
clock_stepped_by_a_timer_of_the_same_turn_holds_the_alarm_up(void **state)
{
	struct house *h = *state;

	assert_int_equal(sb_timer_init(&h->timer, h->r, SB_HANDLER(step_back), h), 0);
	sb_timer_start(&h->timer, HOUR * SB_S);
	set(h, 0, HOUR);
	run_for(h, HOUR);
	heard(h, "");
	run_for(h, HOUR);
	heard(h, "a");
}

static void
set_again_in_the_past(struct sleeper *s)
{
	if (s->letter == 'a' && strlen(s->house->journal) < 6)
		set(s->house, 0, -HOUR);
}

static void
alarm_that_starts_itself_in_the_past_keeps_no_other_from_its_turn(void **state)
{
	struct house *h = *state;

	h->on_alarm = set_again_in_the_past;
	set(h, 0, HOUR);
	set(h, 1, HOUR);
	run_for(h, HOUR);
	heard(h, "abaaaa");
}

static void
stop_the_others(struct sleeper *s)
{
	sb_alarm_stop(&s->house->sleepers[1].alarm);
	sb_alarm_finish(&s->house->sleepers[2].alarm);
	sb_alarm_finish(&s->alarm);
}

static void
alarm_may_finish_itself_and_others_that_are_due(void **state)
{
	struct house *h = *state;

	h->on_alarm = stop_the_others;
	set(h, 0, 1);
	set(h, 1, 1);
	set(h, 2, 1);
	run_for(h, 2);
	heard(h, "a");
}

static void
again_tomorrow(struct sleeper *s)
{
	assert_int_equal(s->house->last_wall_ns % (DAY * SB_S) / SB_S, 0);
	sb_alarm_start_daily(&s->alarm, 0);
}

static void
daily_alarm_comes_at_its_second_of_each_day(void **state)
{
	struct house *h = *state;

	h->on_alarm = again_tomorrow;
	sb_alarm_start_daily(&h->sleepers[0].alarm, 0);
	/* It begins at 01:46:40. */
	run_for(h, 22 * HOUR);
	heard(h, "");
	run_for(h, HOUR);
	heard(h, "a");
	run_for(h, 30 * DAY);
	heard(h, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void
daily_alarm_of_this_very_second_is_tomorrows(void **state)
{
	struct house *h = *state;

	sb_alarm_start_daily(&h->sleepers[0].alarm, 1 * 3600 + 46 * 60 + 40);
	run_for(h, DAY - 1);
	heard(h, "");
	run_for(h, 1);
	heard(h, "a");
	sb_alarm_start_daily(&h->sleepers[1].alarm, 1 * 3600 + 46 * 60 + 41);
	sb_alarm_start_daily(&h->sleepers[2].alarm, 86399);
	run_for(h, 1);
	heard(h, "ab");
	run_for(h, DAY - 1);
	heard(h, "abc");
}

static void
days_are_counted_before_1970_too(void **state)
{
	struct house *h = *state;

	sb_simulation_step_wall(h->sim, -wall(h) - 20 * SB_S);
	sb_alarm_start(&h->sleepers[2].alarm, INT64_MAX - 1);
	run_for(h, 10);
	heard(h, "");
	sb_alarm_start_daily(&h->sleepers[0].alarm, 86395);
	sb_alarm_start_daily(&h->sleepers[1].alarm, 0);
	run_for(h, 5);
	heard(h, "a");
	assert_true(h->last_wall_ns == -5 * SB_S);
	run_for(h, 5);
	heard(h, "ab");
	assert_true(h->last_wall_ns == 0);
}

static void
daily_alarm_follows_a_clock_that_was_years_ahead(void **state)
{
	struct house *h = *state;

	sb_simulation_step_wall(h->sim, 10 * 365 * DAY * SB_S);
	h->on_alarm = again_tomorrow;
	sb_alarm_start_daily(&h->sleepers[0].alarm, 0);
	run_for(h, HOUR);
	sb_simulation_step_wall(h->sim, -10 * 365 * DAY * SB_S);
	run_for(h, DAY);
	heard(h, "a");
	run_for(h, DAY);
	heard(h, "aa");
}

static void
daily_alarm_follows_a_step_back_while_it_stands_behind_others(void **state)
{
	struct house *h = *state;

	set(h, 1, 100);
	sb_alarm_start_daily(&h->sleepers[0].alarm, 0);
	sb_simulation_step_wall(h->sim, -365 * DAY * SB_S);
	run_for(h, 23 * HOUR);
	heard(h, "a");
}

static void
daily_alarm_does_not_come_twice_for_a_small_step_back(void **state)
{
	struct house *h = *state;

	h->on_alarm = again_tomorrow;
	sb_alarm_start_daily(&h->sleepers[0].alarm, 0);
	run_for(h, 23 * HOUR);
	heard(h, "a");
	/* To 22:46:40 of the day before. */
	sb_simulation_step_wall(h->sim, -2 * HOUR * SB_S);
	run_for(h, 2 * HOUR);
	heard(h, "a");
	sb_simulation_step_wall(h->sim, -5 * HOUR * SB_S);
	run_for(h, 5 * HOUR);
	heard(h, "aa");
}

static void
step_to(struct house *h, int64_t wall_ns)
{
	/* In steps that an int64_t holds. */
	while (wall(h) != wall_ns) {
		int64_t by_ns = wall_ns / 2 - wall(h) / 2;

		sb_simulation_step_wall(h->sim, by_ns ? by_ns : wall_ns > wall(h) ? 1 : -1);
	}
}

static void
alarms_at_the_ends_of_time_come_in_their_order(void **state)
{
	struct house *h = *state;

	sb_alarm_start(&h->sleepers[0].alarm, INT64_MAX);
	sb_alarm_start(&h->sleepers[1].alarm, INT64_MIN);
	sb_alarm_start_daily(&h->sleepers[2].alarm, 0);
	run_for(h, 0);
	heard(h, "b");
	/* A clock that shows the beginning or the end of all that it can show. */
	step_to(h, INT64_MIN + HOUR * SB_S);
	run_for(h, 1);
	heard(h, "b");
	assert_true(sb_alarm_is_started(&h->sleepers[2].alarm));
	sb_alarm_start_daily(&h->sleepers[3].alarm, 86399);
	step_to(h, INT64_MAX - DAY * SB_S / 2);
	run_for(h, 1);
	sb_alarm_start_daily(&h->sleepers[4].alarm, 86399);
	sb_alarm_start_daily(&h->sleepers[4].alarm, 0);
	run_for(h, 1);
	assert_true(sb_alarm_is_started(&h->sleepers[0].alarm));
	assert_int_equal(strlen(h->journal), 3);
}

static void
alarms_are_listed_with_their_place(void **state)
{
	struct house *h = *state;
	size_t cursor = 0;
	char line[256];

	assert_true(sb_reactor_pending_next(h->r, &cursor, line, sizeof(line)));
	assert_memory_equal(line, "alarm on_alarm tests/reactor/test_alarm.c:", 42);
	while (sb_reactor_pending_next(h->r, &cursor, line, sizeof(line)))
		assert_memory_equal(line, "alarm ", 6);
	assert_int_equal(cursor, N_ALARMS + 1);
}

/* Alarms started and stopped at random under a clock that is stepped at random, against the rule:
 * one fires in the first turn in which the clock shows its time, and in no other. */
enum { N_STEPS = 400 };

struct storm {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct storm_alarm {
		struct storm *storm;
		struct sb_alarm alarm;
		int64_t at_ns; /* INT64_MAX: not started */
		uint64_t turn; /* in which it was started */
	} alarms[N_ALARMS];
	struct sb_timer timer;
	unsigned n_steps, n_fired;
};

static int64_t
random_near(struct storm *s, int64_t max_s)
{
	return ((int64_t)(sb_reactor_random(s->r) % (uint64_t)(2 * max_s)) - max_s) * SB_S;
}

static void
on_storm_alarm(void *self)
{
	struct storm_alarm *a = self;

	assert_true(a->at_ns <= sb_reactor_wall_ns(a->storm->r));
	assert_true(a->turn < a->storm->r->turn);
	a->at_ns = INT64_MAX;
	a->storm->n_fired++;
}

static void
on_storm(void *self)
{
	struct storm *s = self;
	struct storm_alarm *a = &s->alarms[sb_reactor_random(s->r) % N_ALARMS];

	/* This turn's alarms come after this timer. */
	sb_timer_start(&s->timer, (int64_t)(sb_reactor_random(s->r) % 2000) / 2 * SB_S
					  * (int64_t)(sb_reactor_random(s->r) % 2));
	switch (sb_reactor_random(s->r) % 4) {
	case 0:
		sb_alarm_stop(&a->alarm);
		a->at_ns = INT64_MAX;
		break;
	case 1:
		sb_simulation_step_wall(s->sim, random_near(s, 5000));
		break;
	default:
		a->at_ns = sb_reactor_wall_ns(s->r) + random_near(s, 3000);
		a->turn = s->r->turn;
		sb_alarm_start(&a->alarm, a->at_ns);
	}
}

static bool
has_been_stepped(void *self)
{
	struct storm *s = self;
	int i;

	/* At the end of a turn: none is left whose time the clock shows, unless started in it. */
	for (i = 0; i < N_ALARMS; i++) {
		const struct storm_alarm *a = &s->alarms[i];

		assert_true(a->at_ns > sb_reactor_wall_ns(s->r) || a->turn == s->r->turn);
	}
	return ++s->n_steps > N_STEPS;
}

static void
storm(void *self, uint64_t seed)
{
	unsigned *n_fired = self;
	struct storm s = { .sim = sb_simulation_create(seed) };
	int i;

	assert_non_null(s.sim);
	s.r = sb_simulation_reactor(s.sim);
	assert_int_equal(sb_timer_init(&s.timer, s.r, SB_HANDLER(on_storm), &s), 0);
	sb_timer_start(&s.timer, 0);
	for (i = 0; i < N_ALARMS; i++) {
		s.alarms[i].storm = &s;
		s.alarms[i].at_ns = INT64_MAX;
		assert_int_equal(sb_alarm_init(&s.alarms[i].alarm, s.r, SB_HANDLER(on_storm_alarm),
					 &s.alarms[i]),
			0);
	}
	assert_int_equal(sb_simulation_run_until(s.sim, has_been_stepped, &s, INT64_MAX), 0);
	for (i = 0; i < N_ALARMS; i++)
		sb_alarm_finish(&s.alarms[i].alarm);
	sb_timer_finish(&s.timer);
	sb_simulation_destroy(s.sim);
	*n_fired += s.n_fired;
}

static void
over_random_steps_each_fires_when_the_clock_first_shows_its_time(void **state)
{
	unsigned n_fired = 0;

	(void)state;
	sb_testing_each_seed(1, 200, storm, &n_fired);
	print_message("200 seeds, %u alarms\n", n_fired);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define house_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		house_test(alarm_fires_once_when_the_clock_shows_its_time),
		house_test(past_alarm_fires_in_the_next_turn),
		house_test(alarms_keep_the_reactor_running_until_they_are_stopped),
		house_test(alarms_fire_by_time_and_equal_ones_in_order_of_start),
		house_test(clock_stepped_to_an_alarm_or_past_it_fires_it),
		house_test(clock_stepped_back_makes_an_alarm_wait_again),
		house_test(step_there_and_back_before_a_turn_is_not_seen),
		house_test(past_alarm_is_past_also_after_a_small_step_back),
		house_test(clock_stepped_by_a_timer_of_the_same_turn_holds_the_alarm_up),
		house_test(alarm_that_starts_itself_in_the_past_keeps_no_other_from_its_turn),
		house_test(alarm_may_finish_itself_and_others_that_are_due),
		house_test(daily_alarm_comes_at_its_second_of_each_day),
		house_test(daily_alarm_of_this_very_second_is_tomorrows),
		house_test(days_are_counted_before_1970_too),
		house_test(daily_alarm_follows_a_clock_that_was_years_ahead),
		house_test(daily_alarm_follows_a_step_back_while_it_stands_behind_others),
		house_test(daily_alarm_does_not_come_twice_for_a_small_step_back),
		house_test(alarms_at_the_ends_of_time_come_in_their_order),
		house_test(alarms_are_listed_with_their_place),
		kit_test_bare(over_random_steps_each_fires_when_the_clock_first_shows_its_time),
	};

	return kit_run(tests);
}
