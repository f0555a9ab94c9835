/* Deadlines of a dispatcher joined to a reactor: neither early nor lost. */

#include "protocols/join_fixture.h"

#include <signalbox/expect.h>

/* It was not early. */
static void
on_late(void *self, const struct sb_expected *expected)
{
	struct tower *t = self;

	assert_int_equal(expected->which, -ETIMEDOUT);
	assert_true(sb_clock_ns(t->d) >= t->at_ns);
	write_down(t, 't');
}

static struct sb_expectation
expect_within(struct tower *t, int64_t within_ns, sb_expected_fn *fn)
{
	struct sb_awaited awaited = bell_broke_awaited(SB_ANY, NULL);
	struct sb_expectation e;
	int64_t now_ns = sb_clock_ns(t->d);

	t->at_ns = within_ns < INT64_MAX - now_ns ? now_ns + within_ns : INT64_MAX;
	e = sb_expect(t->d, &awaited, 1, within_ns, SB_HANDLER(fn), t);
	assert_true(e.serial);
	return e;
}

static void
a_deadline_ends_a_wait_and_the_run_ends(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, 7 * SB_MS + 123456, on_late);
	run(t);
	assert_string_equal(t->journal, "t");
	if (t->sim)
		assert_true(sb_reactor_now_ns(t->r) == t->at_ns);
}

static void
a_distant_deadline_is_exact_in_a_simulation(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, 86400 * SB_S + 1, on_late);
	assert_int_equal(sb_simulation_run_for(t->sim, 86400 * SB_S), 0);
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_simulation_run_for(t->sim, 1), 0);
	assert_string_equal(t->journal, "t");
}

static void
the_latest_deadline_of_all_does_not_overflow(void **state)
{
	struct tower *t = *state;
	struct sb_expectation e = expect_within(t, INT64_MAX, on_late);

	start_timer(t, stop_tower, t, 2 * SB_MS);
	run(t);
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_expect_cancel(t->d, e), 0);
}

static void
expect_late_in_the_turn(void *self)
{
	struct tower *t = self;
	int64_t began_ns = sb_reactor_now_ns(t->r);

	/* The clock goes on within the turn; the timer counts from its beginning. */
	while (!t->sim && sb_reactor_clock_ns(t->r) < began_ns + 5 * SB_MS)
		;
	(void)expect_within(t, SB_MS, on_late);
}

static void
a_deadline_set_late_in_a_turn_is_not_early(void **state)
{
	struct tower *t = *state;

	start_timer(t, expect_late_in_the_turn, t, 0);
	run(t);
	assert_string_equal(t->journal, "t");
}

static void
a_deadline_that_is_cancelled_does_not_keep_the_reactor_running(void **state)
{
	struct tower *t = *state;
	int64_t began_ns = sb_reactor_now_ns(t->r);

	assert_int_equal(sb_expect_cancel(t->d, expect_within(t, 50 * SB_S, on_late)), 0);
	run(t);
	assert_true(sb_reactor_now_ns(t->r) - began_ns < 20 * SB_S);
	assert_string_equal(t->journal, "");
}

static void
on_second(void *self, const struct sb_expected *expected)
{
	(void)expected;
	write_down(self, '2');
}

static void
on_first(void *self, const struct sb_expected *expected)
{
	(void)expected;
	write_down(self, '1');
}

static void
an_earlier_deadline_set_later_comes_first(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, 9 * SB_MS, on_second);
	(void)expect_within(t, 4 * SB_MS, on_first);
	(void)expect_within(t, 13 * SB_MS, on_late);
	run(t);
	assert_string_equal(t->journal, "12t");
}

static void
ring_till_then(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	t->n++;
	if (sb_clock_ns(t->d) < t->at_ns)
		ring_later(t, e->n);
}

static void
deliveries_before_it_neither_lose_nor_hasten_a_deadline(void **state)
{
	struct tower *t = *state;

	connect(t, ring_till_then);
	(void)expect_within(t, 3 * SB_MS, on_late);
	ring_later(t, 1);
	run(t);
	assert_string_equal(t->journal, "t");
	assert_true(t->n > 1);
}

static void
on_at_once(void *self, const struct sb_expected *expected)
{
	struct tower *t = self;

	assert_int_equal(expected->which, -ETIMEDOUT);
	write_down(t, 'x');
	if (++t->n < 5)
		(void)expect_within(t, 0, on_at_once);
}

static void
one_that_is_due_at_once_comes_in_a_turn_each_time(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, 0, on_at_once);
	assert_string_equal(t->journal, "");
	run(t);
	assert_string_equal(t->journal, "xxxxx");
}

static void
a_deadline_survives_a_time_without_a_loop(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, 5 * SB_MS, on_late);
	assert_int_equal(sb_join(t->d, NULL, SB_PLACE), 0);
	run(t);
	assert_string_equal(t->journal, "");
	assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	run(t);
	assert_string_equal(t->journal, "t");
}

static void
on_late_destroy(void *self, const struct sb_expected *expected)
{
	struct tower *t = self;

	(void)expected;
	sb_dispatcher_destroy(t->d);
	t->d = NULL;
	write_down(t, 'd');
}

static void
a_dispatcher_may_be_destroyed_in_the_call_of_a_deadline(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, SB_MS, on_late_destroy);
	run(t);
	assert_string_equal(t->journal, "d");
}

static void
on_late_part(void *self, const struct sb_expected *expected)
{
	struct tower *t = self;

	(void)expected;
	assert_int_equal(sb_join(t->d, NULL, SB_PLACE), 0);
	write_down(t, 'p');
}

static void
on_late_join(void *self, const struct sb_expected *expected)
{
	struct tower *t = self;

	(void)expected;
	assert_int_equal(sb_join(t->d, t->r, SB_PLACE), 0);
	write_down(t, 'j');
	(void)expect_within(t, SB_MS, on_late_part);
}

static void
a_dispatcher_may_be_joined_and_parted_in_the_call_of_a_deadline(void **state)
{
	struct tower *t = *state;

	(void)expect_within(t, SB_MS, on_late_join);
	run(t);
	assert_string_equal(t->journal, "jp");
}

/* Both a signal and a deadline become due while the reactor runs inside a handler. */
static void
run_inside(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	write_down(t, (char)e->n);
	if (e->n != 'a')
		return;
	ring_later(t, 'b');
	(void)expect_within(t, 4 * SB_MS, on_late);
	start_timer(t, stop_tower, t, 31 * SB_MS);
	run(t);
	write_down(t, '.');
}

static void
a_deadline_that_came_in_a_handler_is_told_when_it_has_returned(void **state)
{
	struct tower *t = *state;
	int64_t back_ns;

	connect(t, run_inside);
	assert_int_equal(bell_rang_emit(t->d, NULL, &(struct bell_rang){ .n = 'a' }), 1);
	assert_string_equal(t->journal, "a.");
	back_ns = sb_reactor_now_ns(t->r);
	run(t);
	assert_string_equal(t->journal, "a.tb");
	if (t->sim)
		assert_true(sb_reactor_now_ns(t->r) == back_ns);
}

/* The same, but the deadline comes when the handler has long returned. */
static void
run_inside_for_a_moment(void *self, struct bell *bell, const struct bell_rang *e)
{
	struct tower *t = self;

	(void)bell;
	write_down(t, (char)e->n);
	if (e->n != 'a')
		return;
	ring_later(t, 'b');
	(void)expect_within(t, 4 * SB_MS, on_late);
	start_timer(t, stop_tower, t, 2 * SB_MS);
	run(t);
	write_down(t, '.');
}

static void
what_waited_for_a_handler_comes_at_once_and_a_deadline_in_its_time(void **state)
{
	struct tower *t = *state;

	connect(t, run_inside_for_a_moment);
	assert_int_equal(bell_rang_emit(t->d, NULL, &(struct bell_rang){ .n = 'a' }), 1);
	assert_string_equal(t->journal, "a.");
	assert_int_equal(sb_simulation_run_for(t->sim, 0), 0);
	assert_string_equal(t->journal, "a.b");
	assert_int_equal(sb_simulation_run_for(t->sim, 2 * SB_MS - 1), 0);
	assert_string_equal(t->journal, "a.b");
	assert_int_equal(sb_simulation_run_for(t->sim, 1), 0);
	assert_string_equal(t->journal, "a.bt");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		both(a_deadline_ends_a_wait_and_the_run_ends),
		cmocka_unit_test_setup_teardown(
			a_distant_deadline_is_exact_in_a_simulation, set_up_simulation, tear_down),
		both(the_latest_deadline_of_all_does_not_overflow),
		both(a_deadline_set_late_in_a_turn_is_not_early),
		both(a_deadline_that_is_cancelled_does_not_keep_the_reactor_running),
		both(an_earlier_deadline_set_later_comes_first),
		both(deliveries_before_it_neither_lose_nor_hasten_a_deadline),
		both(one_that_is_due_at_once_comes_in_a_turn_each_time),
		both(a_deadline_survives_a_time_without_a_loop),
		both(a_dispatcher_may_be_destroyed_in_the_call_of_a_deadline),
		both(a_dispatcher_may_be_joined_and_parted_in_the_call_of_a_deadline),
		both(a_deadline_that_came_in_a_handler_is_told_when_it_has_returned),
		cmocka_unit_test_setup_teardown(
			what_waited_for_a_handler_comes_at_once_and_a_deadline_in_its_time,
			set_up_simulation, tear_down),
	};

	return kit_run(tests);
}
