/* Phases of a program's life: in the simulation, and with signals of the process. */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <signalbox/notify.h>
#include <signalbox/program.h>
#include <signalbox/simulation.h>

#include "reactor/notify_socket.h"
#include "reactor/private.h"

enum { N_PARTS = 3 };

struct life;

/* What a part does when told; each call is noted. */
struct fake {
	struct life *life;
	char name;
	int number;
	bool starts_later, stops_later; /* the test says when */
	int start_error;
	void (*on_start)(struct life *);
	void (*on_stop)(struct life *);
	void (*on_abort)(struct life *);
	void (*on_reload)(struct life *);
};

struct life {
	struct sb_simulation *sim;
	struct sb_reactor *r;
	struct sb_program *program;
	struct fake fakes[N_PARTS];
	char said[1024];
	int signal_number;
	struct sb_error error;
	void (*on_ready)(struct life *);
	void (*on_held_up)(struct life *);
	void (*on_over)(struct life *);
};

SB_PRINTF(2, 3)
static void
say(struct life *life, const char *format, ...)
{
	size_t len = strlen(life->said);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(life->said + len, sizeof(life->said) - len, format, args);
	va_end(args);
}

static void
expect_said(struct life *life, const char *text)
{
	assert_string_equal(life->said, text);
	life->said[0] = '\0';
}

static int
start(void *self, struct sb_error *ret_error)
{
	struct fake *fake = self;

	say(fake->life, "+%c ", fake->name);
	if (fake->on_start)
		fake->on_start(fake->life);
	if (fake->start_error)
		return sb_error_set(ret_error, fake->start_error, "no luck");
	if (!fake->starts_later)
		sb_part_started(fake->life->program, fake->number);
	return 0;
}

static void
stop(void *self)
{
	struct fake *fake = self;

	say(fake->life, "-%c ", fake->name);
	if (fake->on_stop)
		fake->on_stop(fake->life);
	else if (!fake->stops_later)
		sb_part_stopped(fake->life->program, fake->number);
}

static void
abort_part(void *self)
{
	struct fake *fake = self;

	say(fake->life, "x%c ", fake->name);
	if (fake->on_abort)
		fake->on_abort(fake->life);
}

static void
reload(void *self)
{
	struct fake *fake = self;

	say(fake->life, "r%c ", fake->name);
	if (fake->on_reload)
		fake->on_reload(fake->life);
}

static const struct sb_part parts[N_PARTS] = {
	{ "the store", start, stop, abort_part, reload, 0, 0 },
	{ "the bot", start, stop, abort_part, reload, 20 * SB_S, 12 * SB_S },
	{ "the web", start, stop, abort_part, reload, 0, 500 * SB_MS },
};

static void
on_ready(void *self)
{
	struct life *life = self;

	say(life, "ready ");
	if (life->on_ready)
		life->on_ready(life);
}

static void
on_held_up(void *self, const char *part, int64_t for_ns, bool was_aborted)
{
	struct life *life = self;

	say(life, "%s:%d%s ", part, (int)(for_ns / SB_MS), was_aborted ? "!" : "");
	if (life->on_held_up)
		life->on_held_up(life);
}

static void
on_over(void *self, int signal_number, const struct sb_error *error)
{
	struct life *life = self;

	say(life, "over ");
	life->signal_number = signal_number;
	life->error = *error;
	if (life->on_over)
		life->on_over(life);
}

static const struct sb_program_events events = { on_ready, on_held_up, on_over };

static void
make(struct life *life, struct sb_reactor *r)
{
	int i;

	life->r = r;
	assert_int_equal(
		sb_program_create(r, &events, SB_PLACE, life, &life->program, &life->error), 0);
	for (i = 0; i < N_PARTS; i++) {
		life->fakes[i].life = life;
		life->fakes[i].name = (char)('a' + i);
		life->fakes[i].number = sb_program_add(life->program, &parts[i], &life->fakes[i]);
		assert_int_equal(life->fakes[i].number, i);
	}
}

static int
set_up(void **state)
{
	struct life *life = calloc(1, sizeof(*life));

	(void)alarm(60);
	(void)unsetenv("NOTIFY_SOCKET");
	assert_non_null(life);
	life->sim = sb_simulation_create(1);
	make(life, sb_simulation_reactor(life->sim));
	*state = life;
	return 0;
}

static int
tear_down(void **state)
{
	struct life *life = *state;

	sb_program_destroy(life->program);
	sb_simulation_destroy(life->sim);
	free(life);
	return 0;
}

static void
pass(struct life *life, int64_t ns)
{
	assert_int_equal(sb_simulation_run_for(life->sim, ns), 0);
}

static void
raise_and_run(struct life *life, int signal_number)
{
	sb_simulation_raise(life->sim, signal_number);
	pass(life, 0);
}

static void
run(struct life *life)
{
	sb_program_start(life->program);
	pass(life, 0);
	expect_said(life, "+a +b +c ready ");
}

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
stop_life(struct life *life)
{
	sb_program_stop(life->program);
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
		in_life(stop_in_any_callback_is_heeded),
		in_life(stop_in_a_start_stops_that_part_too),
		in_life(stop_when_ready_is_heeded),
		in_life(it_may_be_destroyed_in_any_callback),
		in_life(it_may_be_destroyed_when_it_is_held_up_or_over),
		in_life(part_may_say_again_and_in_abort_that_it_is_stopped),
		in_life(without_functions_a_part_is_started_and_stopped_at_once),
		in_life(systemd_is_told_of_each_phase),
		in_life(what_systemd_has_no_room_for_is_told_when_it_has),
		in_life(nobody_tries_again_to_tell_what_can_never_be_told),
		in_life(program_without_parts_is_ready_and_over),
		cmocka_unit_test(signals_of_the_process_arrive_and_pipe_is_ignored_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
