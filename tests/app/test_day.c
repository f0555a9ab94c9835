/* A day of Quoth at rest: it is connected, and the server asks now and then whether it is there. It
 * passes as what happens in it, not as time: what is counted here is all that does. */

#include "program.h"

enum {
	HOURS = 24,
	PINGS_MAX = 60, /* in an hour */
	LINES_A_PING = 20, /* a question, its answer, and the timers of both sides */
};

struct day {
	size_t n_looks; /* each second the watch looks whether the loop is held up */
	size_t n_others;
};

static void
count_line(void *self, const char *line)
{
	struct day *day = self;

	if (strstr(line, " timer on_look app/watch.c:"))
		day->n_looks++;
	else
		day->n_others++;
}

static void
a_day_at_rest_is_a_few_things_a_minute(void **state)
{
	struct fixture *f = *state;
	struct day day = { 0, 0 };
	int64_t began_ns;

	start_demo(f);
	began_ns = sb_reactor_now_ns(f->world->r);
	sb_simulation_on_trace(f->world->sim, count_line, &day);
	assert_int_equal(sb_simulation_run_for(f->world->sim, HOURS * 3600 * SB_S), 0);
	sb_simulation_on_trace(f->world->sim, NULL, NULL);
	assert_true(sb_reactor_now_ns(f->world->r) - began_ns == HOURS * 3600 * SB_S);
	assert_in_range(day.n_others, HOURS, HOURS * PINGS_MAX * LINES_A_PING);
	assert_in_range(day.n_looks, 0, HOURS * 3600);
	assert_null(strstr(f->log, "disconnected"));
	print_message("in a day %zu looks of the watch and %zu other things\n", day.n_looks,
		day.n_others);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_day_at_rest_is_a_few_things_a_minute, set_up, tear_down),
	};

	return kit_run(tests);
}
