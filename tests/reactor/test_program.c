/* Phases of a program's life: in the simulation, and with signals of the process. */

#include "reactor/life.h"

static void
parts_start_in_order_and_stop_in_the_opposite_one(void **state)
{
	struct life *life = *state;

	sb_program_start(life->program);
	assert_string_equal(life->said, "");
	pass(life, 0);
	expect_said(life, "+a +b +c ready ");
	sb_program_stop(life->program);
	sb_program_stop(life->program);
	assert_string_equal(life->said, "");
	pass(life, 0);
	expect_said(life, "-c -b -a over ");
	assert_int_equal(life->signal_number, 0);
	assert_int_equal(life->error.code, 0);
}

static void
next_part_waits_for_the_one_before(void **state)
{
	struct life *life = *state;

	life->fakes[0].starts_later = true;
	life->fakes[2].stops_later = true;
	sb_program_start(life->program);
	pass(life, 10 * SB_S);
	expect_said(life, "+a ");
	/* Nobody asked this one. */
	sb_part_started(life->program, 1);
	pass(life, 0);
	expect_said(life, "");
	sb_part_started(life->program, 0);
	sb_part_started(life->program, 0);
	assert_string_equal(life->said, "");
	pass(life, 0);
	expect_said(life, "+b +c ready ");
	sb_part_stopped(life->program, 2);
	sb_program_stop(life->program);
	pass(life, 100 * SB_MS);
	expect_said(life, "-c ");
	sb_part_stopped(life->program, 2);
	assert_string_equal(life->said, "");
	pass(life, 0);
	expect_said(life, "-b -a over ");
}

static void
signals_stop_it_and_are_told(void **state)
{
	struct life *life = *state;

	run(life);
	raise_and_run(life, SIGTERM);
	expect_said(life, "-c -b -a over ");
	assert_int_equal(life->signal_number, SIGTERM);
	assert_int_equal(life->error.code, 0);
}

static void
run_ends_when_it_is_over(void **state)
{
	struct life *life = *state;
	struct sb_timer other;

	run(life);
	assert_int_equal(sb_timer_init(&other, life->r, SB_HANDLER(on_ready), life), 0);
	sb_timer_start(&other, SB_S);
	sb_program_stop(life->program);
	assert_int_equal(sb_reactor_run(life->r), 0);
	expect_said(life, "-c -b -a over ");
	sb_timer_finish(&other);
}

static void
second_signal_drops_what_is_left_at_once(void **state)
{
	struct life *life = *state;

	life->fakes[1].stops_later = true;
	run(life);
	raise_and_run(life, SIGINT);
	expect_said(life, "-c -b ");
	/* To be told again to stop is no second signal. */
	sb_program_stop(life->program);
	pass(life, 0);
	expect_said(life, "");
	raise_and_run(life, SIGTERM);
	expect_said(life, "xb xa over ");
	assert_int_equal(life->signal_number, SIGINT);
}

static void
who_holds_up_the_stop_is_told_and_dropped_at_the_deadline(void **state)
{
	struct life *life = *state;

	life->fakes[1].stops_later = true;
	run(life);
	sb_program_stop(life->program);
	pass(life, 999 * SB_MS);
	expect_said(life, "-c -b ");
	pass(life, SB_MS);
	expect_said(life, "the bot:1000 ");
	sb_program_stop(life->program);
	pass(life, 10 * SB_S);
	expect_said(life, "the bot:6000 the bot:11000 ");
	pass(life, SB_S);
	expect_said(life, "the bot:12000! xb -a over ");
	/* It is too late now. */
	sb_part_stopped(life->program, 1);
	pass(life, 60 * SB_S);
	expect_said(life, "");
}

static void
part_of_a_short_deadline_is_told_once(void **state)
{
	struct life *life = *state;

	life->fakes[2].stops_later = true;
	life->fakes[0].stops_later = true;
	run(life);
	sb_program_stop(life->program);
	pass(life, 500 * SB_MS);
	expect_said(life, "-c the web:500! xc -b -a ");
	/* 10 s unless said. */
	pass(life, 9999 * SB_MS);
	expect_said(life, "the store:1000 the store:6000 ");
	pass(life, SB_MS);
	expect_said(life, "the store:10000! xa over ");
}

static void
part_that_cannot_start_stops_those_before_it(void **state)
{
	struct life *life = *state;

	life->fakes[1].start_error = -EADDRINUSE;
	sb_program_start(life->program);
	pass(life, 0);
	expect_said(life, "+a +b -a over ");
	assert_int_equal(life->error.code, -EADDRINUSE);
	assert_string_equal(life->error.text, "the bot: no luck");
	assert_int_equal(life->signal_number, 0);
}

static void
part_that_starts_too_long_is_stopped_too(void **state)
{
	struct life *life = *state;

	life->fakes[1].starts_later = true;
	sb_program_start(life->program);
	pass(life, 20 * SB_S - 1);
	expect_said(life, "+a +b ");
	pass(life, 1);
	expect_said(life, "-b -a over ");
	assert_int_equal(life->error.code, -ETIMEDOUT);
	assert_string_equal(life->error.text, "the bot: it was not started within 20 s");
}

static void
stop_by_timer(void *self)
{
	stop_life(self);
}

static void
stop_in_the_turn_of_a_deadline_comes_first(void **state)
{
	struct life *life = *state;
	struct sb_timer timer;

	life->fakes[1].starts_later = true;
	assert_int_equal(sb_timer_init(&timer, life->r, SB_HANDLER(stop_by_timer), life), 0);
	sb_timer_start(&timer, 20 * SB_S);
	sb_program_start(life->program);
	pass(life, 20 * SB_S);
	expect_said(life, "+a +b -b -a over ");
	assert_int_equal(life->error.code, 0);
	sb_timer_finish(&timer);
}

static void
start_may_take_90_s_unless_said(void **state)
{
	struct life *life = *state;

	life->fakes[0].starts_later = true;
	sb_program_start(life->program);
	pass(life, 90 * SB_S - 1);
	expect_said(life, "+a ");
	pass(life, 1);
	expect_said(life, "-a over ");
}

static void
signal_while_it_starts_stops_what_has_begun(void **state)
{
	struct life *life = *state;

	life->fakes[1].starts_later = true;
	sb_program_start(life->program);
	pass(life, SB_S);
	raise_and_run(life, SIGINT);
	expect_said(life, "+a +b -b -a over ");
	/* The deadline of the start has no say any more. */
	pass(life, 60 * SB_S);
	expect_said(life, "");
	assert_int_equal(life->error.code, 0);
}

static void
stop_before_the_start_is_just_over(void **state)
{
	struct life *life = *state;

	sb_program_stop(life->program);
	sb_program_start(life->program);
	pass(life, 0);
	expect_said(life, "over ");
}

static void
hup_reloads_in_order_once_all_are_started_and_not_while_they_stop(void **state)
{
	struct life *life = *state;

	life->fakes[1].starts_later = life->fakes[1].stops_later = true;
	sb_program_start(life->program);
	raise_and_run(life, SIGHUP);
	raise_and_run(life, SIGHUP);
	expect_said(life, "+a +b ");
	sb_part_started(life->program, 1);
	pass(life, 0);
	expect_said(life, "+c ready ra rb rc ");
	raise_and_run(life, SIGHUP);
	expect_said(life, "ra rb rc ");
	raise_and_run(life, SIGTERM);
	raise_and_run(life, SIGHUP);
	expect_said(life, "-c -b ");
}

static void
without_functions_a_part_is_started_and_stopped_at_once(void **state)
{
	static const struct sb_part nothing = { .name = "nothing" };
	struct life *life = *state;

	assert_int_equal(sb_program_add(life->program, &nothing, NULL), N_PARTS);
	life->fakes[2].stops_later = true;
	run(life);
	raise_and_run(life, SIGHUP);
	expect_said(life, "ra rb rc ");
	raise_and_run(life, SIGTERM);
	raise_and_run(life, SIGTERM);
	expect_said(life, "-c xc xb xa over ");
}

static void
systemd_is_told_of_each_phase(void **state)
{
	struct life *life = *state;
	int fd = notify_listen();

	life->fakes[2].starts_later = true;
	sb_program_start(life->program);
	pass(life, 0);
	assert_string_equal(notify_heard(fd), "");
	sb_part_started(life->program, 2);
	pass(life, 0);
	assert_string_equal(notify_heard(fd), "READY=1|");
	raise_and_run(life, SIGHUP);
	assert_string_equal(notify_heard(fd), "RELOADING=1\nMONOTONIC_USEC=1000000|READY=1|");
	raise_and_run(life, SIGTERM);
	assert_string_equal(notify_heard(fd), "STOPPING=1|");
	notify_end(fd);
}

/* Until systemd has no room for more. */
static void
fill_socket(void)
{
	int i, ret = 0;

	for (i = 0; i < 100000 && ret == 0; i++)
		ret = sb_notify("STATUS=again");
	assert_int_equal(ret, -EAGAIN);
}

static void
what_systemd_has_no_room_for_is_told_when_it_has(void **state)
{
	struct life *life = *state;
	int fd = notify_listen();
	const char *heard;

	fill_socket();
	run(life);
	while (*notify_heard(fd))
		continue;
	pass(life, SB_S);
	assert_string_equal(notify_heard(fd), "READY=1|");
	fill_socket();
	raise_and_run(life, SIGHUP);
	while (*notify_heard(fd))
		continue;
	pass(life, SB_S);
	heard = notify_heard(fd);
	assert_non_null(strstr(heard, "RELOADING=1\nMONOTONIC_USEC="));
	assert_non_null(strstr(heard, "|READY=1|"));
	/* What is not so any more is not told. */
	fill_socket();
	raise_and_run(life, SIGHUP);
	life->fakes[2].stops_later = true;
	raise_and_run(life, SIGTERM);
	while (*notify_heard(fd))
		continue;
	pass(life, 100 * SB_MS);
	assert_string_equal(notify_heard(fd), "STOPPING=1|");
	pass(life, SB_S);
	assert_string_equal(notify_heard(fd), "");
	notify_end(fd);
}

static void
nobody_tries_again_to_tell_what_can_never_be_told(void **state)
{
	struct life *life = *state;
	uint64_t n_turns;

	assert_int_equal(setenv("NOTIFY_SOCKET", "vsock:2:1", 1), 0);
	run(life);
	n_turns = life->r->turn;
	pass(life, 60 * SB_S);
	assert_true(life->r->turn <= n_turns + 1);
	(void)unsetenv("NOTIFY_SOCKET");
}

static void
program_without_parts_is_ready_and_over(void **state)
{
	struct life *life = *state;

	sb_program_destroy(life->program);
	assert_int_equal(
		sb_program_create(life->r, &events, SB_PLACE, life, &life->program, &life->error),
		0);
	sb_program_start(life->program);
	raise_and_run(life, SIGHUP);
	raise_and_run(life, SIGTERM);
	expect_said(life, "ready over ");
}

static void
raise_term(struct life *life)
{
	(void)life;
	assert_int_equal(raise(SIGTERM), 0);
}

/* Over libev. */
static void
signals_of_the_process_arrive_and_pipe_is_ignored_meanwhile(void **state)
{
	struct life life = { .on_ready = raise_term }, other = { .on_ready = NULL };
	struct sigaction pipe_action, term_action;

	(void)state;
	assert_ptr_not_equal(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	life.r = sb_reactor_create();
	other.r = sb_reactor_create();
	assert_non_null(other.r);
	make(&life, life.r);
	assert_int_equal(
		sb_program_create(other.r, &events, SB_PLACE, &other, &other.program, &other.error),
		-EBUSY);
	assert_int_equal(other.error.code, -EBUSY);
	assert_int_equal(raise(SIGPIPE), 0);
	sb_program_start(life.program);
	assert_int_equal(sb_reactor_run(life.r), 0);
	expect_said(&life, "+a +b +c ready -c -b -a over ");
	assert_int_equal(life.signal_number, SIGTERM);
	sb_program_destroy(life.program);
	assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_action), 0);
	assert_int_equal(sigaction(SIGTERM, NULL, &term_action), 0);
	assert_ptr_equal(pipe_action.sa_handler, SIG_DFL);
	assert_ptr_equal(term_action.sa_handler, SIG_DFL);
	sb_reactor_destroy(life.r);
	sb_reactor_destroy(other.r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define in_life(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		in_life(parts_start_in_order_and_stop_in_the_opposite_one),
		in_life(next_part_waits_for_the_one_before),
		in_life(signals_stop_it_and_are_told),
		in_life(run_ends_when_it_is_over),
		in_life(second_signal_drops_what_is_left_at_once),
		in_life(who_holds_up_the_stop_is_told_and_dropped_at_the_deadline),
		in_life(part_of_a_short_deadline_is_told_once),
		in_life(part_that_cannot_start_stops_those_before_it),
		in_life(part_that_starts_too_long_is_stopped_too),
		in_life(stop_in_the_turn_of_a_deadline_comes_first),
		in_life(start_may_take_90_s_unless_said),
		in_life(signal_while_it_starts_stops_what_has_begun),
		in_life(stop_before_the_start_is_just_over),
		in_life(hup_reloads_in_order_once_all_are_started_and_not_while_they_stop),
		in_life(without_functions_a_part_is_started_and_stopped_at_once),
		in_life(systemd_is_told_of_each_phase),
		in_life(what_systemd_has_no_room_for_is_told_when_it_has),
		in_life(nobody_tries_again_to_tell_what_can_never_be_told),
		in_life(program_without_parts_is_ready_and_over),
		cmocka_unit_test(signals_of_the_process_arrive_and_pipe_is_ignored_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
