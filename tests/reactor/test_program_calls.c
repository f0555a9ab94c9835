/* What a program's callbacks and its parts may do. */

#include "reactor/life.h"

static void
stop_in_any_callback_is_heeded(void **state)
{
	struct life *life = *state;

	life->fakes[0].on_reload = stop_life;
	run(life);
	raise_and_run(life, SIGHUP);
	expect_said(life, "ra -c -b -a over ");
}

static void
stop_in_a_start_stops_that_part_too(void **state)
{
	struct life *life = *state;

	life->fakes[1].on_start = stop_life;
	sb_program_start(life->program);
	pass(life, 0);
	expect_said(life, "+a +b -b -a over ");
}

static void
stop_when_ready_is_heeded(void **state)
{
	struct life *life = *state;

	life->on_ready = stop_life;
	sb_program_start(life->program);
	raise_and_run(life, SIGHUP);
	expect_said(life, "+a +b +c ready -c -b -a over ");
}

static void
destroy_life(struct life *life)
{
	sb_program_destroy(life->program);
	life->program = NULL;
}

static void
begin_again(struct life *life)
{
	sb_program_destroy(life->program);
	memset(life->fakes, 0, sizeof(life->fakes));
	life->on_ready = NULL;
	life->said[0] = '\0';
	make(life, life->r);
}

static void
it_may_be_destroyed_in_any_callback(void **state)
{
	struct life *life = *state;
	int i;

	for (i = 0; i < 6; i++) {
		begin_again(life);
		life->fakes[0].start_error = i == 0 ? -EIO : 0;
		life->fakes[0].on_start = i <= 1 ? destroy_life : NULL;
		life->on_ready = i == 2 ? destroy_life : NULL;
		life->fakes[0].on_reload = i == 3 ? destroy_life : NULL;
		life->fakes[2].on_stop = i == 4 ? destroy_life : NULL;
		life->fakes[2].on_abort = destroy_life;
		life->fakes[2].stops_later = i == 5;
		life->fakes[0].starts_later = i == 1;
		sb_program_start(life->program);
		sb_simulation_raise(life->sim, SIGHUP);
		pass(life, 0);
		if (life->program)
			sb_program_stop(life->program);
		pass(life, 60 * SB_S);
		assert_null(life->program);
		assert_null(strstr(life->said, "over"));
	}
}

static void
it_may_be_destroyed_when_it_is_held_up_or_over(void **state)
{
	struct life *life = *state;

	life->fakes[2].stops_later = true;
	life->on_held_up = destroy_life;
	run(life);
	raise_and_run(life, SIGTERM);
	pass(life, 60 * SB_S);
	expect_said(life, "-c the web:500! ");
	life->on_held_up = NULL;
	begin_again(life);
	life->on_over = destroy_life;
	run(life);
	raise_and_run(life, SIGTERM);
	assert_null(life->program);
	expect_said(life, "-c -b -a over ");
}

/* Says it again when it is too late. */
static void
say_stopped(struct life *life)
{
	sb_part_stopped(life->program, 2);
	sb_part_stopped(life->program, 2);
}

static void
part_may_say_again_and_in_abort_that_it_is_stopped(void **state)
{
	struct life *life = *state;

	life->fakes[2].stops_later = true;
	life->fakes[2].on_abort = say_stopped;
	run(life);
	raise_and_run(life, SIGTERM);
	raise_and_run(life, SIGTERM);
	expect_said(life, "-c xc xb xa over ");
	pass(life, 60 * SB_S);
	expect_said(life, "");
	begin_again(life);
	life->fakes[2].on_stop = say_stopped;
	run(life);
	raise_and_run(life, SIGTERM);
	expect_said(life, "-c -b -a over ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_life(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_life(stop_in_any_callback_is_heeded),
		in_life(stop_in_a_start_stops_that_part_too),
		in_life(stop_when_ready_is_heeded),
		in_life(it_may_be_destroyed_in_any_callback),
		in_life(it_may_be_destroyed_when_it_is_held_up_or_over),
		in_life(part_may_say_again_and_in_abort_that_it_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
