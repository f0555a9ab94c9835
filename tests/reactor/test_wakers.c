/* Wakers: calls that are asked for again and again; over libev and the simulation. */

#include "reactor/contract.h"
#include "reactor/private.h"

#include <signal.h>
#include <sys/wait.h>

enum { N_WAKERS = 8 };

/* A journal of what was called, one letter each. */
struct desk {
	struct world *world;
	struct sb_reactor *r;
	char journal[256];
	struct sb_waker wakers[N_WAKERS];
	struct sb_timer timer;
};

struct note {
	struct desk *desk;
	char letter;
};

static struct note notes[26];

static void
write_down(struct desk *desk, char letter)
{
	size_t len = strlen(desk->journal);

	assert_true(len + 1 < sizeof(desk->journal));
	desk->journal[len] = letter;
	desk->journal[len + 1] = '\0';
}

static void
on_note(void *self)
{
	struct note *note = self;

	write_down(note->desk, note->letter);
}

static struct note *
note_of(struct desk *desk, char letter)
{
	struct note *note = &notes[letter - 'a'];

	note->desk = desk;
	note->letter = letter;
	return note;
}

static int
set_up_over(void **state, enum transport transport)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	(void)alarm(60);
	assert_non_null(desk);
	desk->world = create_world(transport, 1);
	desk->r = desk->world->r;
	*state = desk;
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
	struct desk *desk = *state;
	int i;

	for (i = 0; i < N_WAKERS; i++)
		sb_waker_finish(&desk->wakers[i]);
	sb_timer_finish(&desk->timer);
	destroy_world(desk->world);
	free(desk);
	return 0;
}

/* The waker writes down its letter. */
static void
init_notes(struct desk *desk, int n)
{
	int i;

	for (i = 0; i < n; i++)
		sb_waker_init(&desk->wakers[i], desk->r, SB_HANDLER(on_note),
			note_of(desk, (char)('a' + i)));
}

static void
post(struct desk *desk, sb_call_fn *fn, void *self)
{
	assert_int_equal(sb_reactor_post(desk->r, SB_HANDLER(fn), self), 0);
}

static void
post_note(struct desk *desk, char letter)
{
	post(desk, on_note, note_of(desk, letter));
}

static void
a_woken_call_is_made_in_the_next_turn_and_once(void **state)
{
	struct desk *desk = *state;

	init_notes(desk, 1);
	sb_waker_wake(&desk->wakers[0]);
	sb_waker_wake(&desk->wakers[0]);
	assert_string_equal(desk->journal, "");
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "a");
	sb_waker_wake(&desk->wakers[0]);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "aa");
}

static void
wakers_and_posted_calls_keep_one_order(void **state)
{
	struct desk *desk = *state;

	init_notes(desk, 4);
	sb_waker_wake(&desk->wakers[2]);
	post_note(desk, 'p');
	sb_waker_wake(&desk->wakers[0]);
	sb_waker_wake(&desk->wakers[1]);
	post_note(desk, 'q');
	post_note(desk, 'r');
	/* The first one keeps its place. */
	sb_waker_wake(&desk->wakers[2]);
	sb_waker_wake(&desk->wakers[3]);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "cpabqrd");
}

static void
a_waker_that_is_not_woken_does_not_keep_the_reactor_running(void **state)
{
	struct desk *desk = *state;

	init_notes(desk, 2);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "");
}

static void
wake_itself(void *self)
{
	struct desk *desk = self;

	if (strlen(desk->journal) < 3)
		sb_waker_wake(&desk->wakers[0]);
	write_down(desk, 'x');
	sb_reactor_stop(desk->r);
}

static void
one_woken_in_its_own_call_is_called_in_a_later_turn(void **state)
{
	struct desk *desk = *state;
	char expected[5] = "";
	int i;

	sb_waker_init(&desk->wakers[0], desk->r, SB_HANDLER(wake_itself), desk);
	sb_waker_wake(&desk->wakers[0]);
	for (i = 0; i < 4; i++) {
		assert_int_equal(sb_reactor_run(desk->r), 0);
		(void)strcat(expected, "x");
		assert_string_equal(desk->journal, expected);
	}
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "xxxx");
}

/* 0 is woken already, and has its place; 1 is not. */
static void
wake_two(void *self)
{
	struct desk *desk = self;

	write_down(desk, 'x');
	sb_waker_wake(&desk->wakers[0]);
	sb_waker_wake(&desk->wakers[1]);
	sb_reactor_stop(desk->r);
}

static void
one_woken_in_a_turn_waits_for_the_next_unless_it_was_woken_before(void **state)
{
	struct desk *desk = *state;

	init_notes(desk, 2);
	post(desk, wake_two, desk);
	sb_waker_wake(&desk->wakers[0]);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "xa");
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "xab");
}

static void
finish_itself(void *self)
{
	struct sb_waker *waker = self;

	sb_waker_finish(waker);
	/* As its owner would free it. */
	memset(waker, 0xff, sizeof(*waker));
	free(waker);
}

static void
a_waker_may_be_finished_and_freed_in_its_own_call(void **state)
{
	struct desk *desk = *state;
	struct sb_waker *waker = malloc(sizeof(*waker));

	assert_non_null(waker);
	init_notes(desk, 1);
	sb_waker_init(waker, desk->r, SB_HANDLER(finish_itself), waker);
	sb_waker_wake(waker);
	sb_waker_wake(&desk->wakers[0]);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "a");
}

/* Of those of the same turn 1 is in the middle, 3 the last; 4 is woken for the next. */
static void
finish_others(void *self)
{
	struct desk *desk = self;

	write_down(desk, 'x');
	sb_waker_wake(&desk->wakers[4]);
	sb_waker_wake(&desk->wakers[5]);
	sb_waker_finish(&desk->wakers[1]);
	sb_waker_finish(&desk->wakers[3]);
	sb_waker_finish(&desk->wakers[5]);
	sb_waker_wake(&desk->wakers[6]);
}

static void
one_finished_in_the_call_of_another_is_not_called(void **state)
{
	struct desk *desk = *state;
	int i;

	init_notes(desk, 7);
	sb_waker_init(&desk->wakers[7], desk->r, SB_HANDLER(finish_others), desk);
	sb_waker_wake(&desk->wakers[7]);
	for (i = 0; i < 4; i++)
		sb_waker_wake(&desk->wakers[i]);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "xaceg");
}

static void
one_finished_while_it_is_woken_is_not_called_nor_waited_for(void **state)
{
	struct desk *desk = *state;
	char line[256];
	size_t cursor = 0;
	uint64_t turn = desk->r->turn;

	init_notes(desk, 2);
	sb_waker_wake(&desk->wakers[0]);
	sb_waker_finish(&desk->wakers[0]);
	sb_waker_finish(&desk->wakers[0]);
	sb_waker_finish(&desk->wakers[1]);
	assert_false(sb_reactor_pending_next(desk->r, &cursor, line, sizeof(line)));
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_int_equal(desk->r->turn, turn);
	assert_string_equal(desk->journal, "");
	/* Made again, it is as new, and the last that was woken has a next one. */
	init_notes(desk, 2);
	sb_waker_wake(&desk->wakers[1]);
	sb_waker_wake(&desk->wakers[0]);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "ba");
}

static void
wakers_are_listed_with_their_place(void **state)
{
	struct desk *desk = *state;
	char line[256];
	size_t cursor = 0;

	init_notes(desk, 2);
	sb_waker_wake(&desk->wakers[1]);
	post_note(desk, 'z');
	assert_true(sb_reactor_pending_next(desk->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "waker on_note tests/reactor/test_wakers.c:", 42), 0);
	assert_true(sb_reactor_pending_next(desk->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "woken call on_note tests/reactor/test_wakers.c:", 47), 0);
	assert_true(sb_reactor_pending_next(desk->r, &cursor, line, sizeof(line)));
	assert_int_equal(strncmp(line, "posted call fn ", 15), 0);
	assert_false(sb_reactor_pending_next(desk->r, &cursor, line, sizeof(line)));
	assert_int_equal(sb_reactor_run(desk->r), 0);
}

/* Before the timers, which are before the streams. */
static void
start_and_wake(void *self)
{
	struct desk *desk = self;

	assert_int_equal(
		sb_timer_init(&desk->timer, desk->r, SB_HANDLER(on_note), note_of(desk, 't')), 0);
	sb_timer_start(&desk->timer, 0);
	sb_waker_wake(&desk->wakers[0]);
}

static void
woken_calls_come_before_the_timers_of_their_turn(void **state)
{
	struct desk *desk = *state;

	init_notes(desk, 1);
	post(desk, start_and_wake, desk);
	assert_int_equal(sb_reactor_run(desk->r), 0);
	assert_string_equal(desk->journal, "at");
}

static bool
dies(void (*fn)(struct desk *), struct desk *desk)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)fclose(stderr);
		fn(desk);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
destroy_reactor(struct desk *desk)
{
	if (desk->world->sim)
		sb_simulation_destroy(desk->world->sim);
	else
		sb_reactor_destroy(desk->r);
}

static void
wake_finished(struct desk *desk)
{
	sb_waker_wake(&desk->wakers[1]);
}

static void
a_reactor_with_wakers_is_not_destroyed_nor_a_finished_one_woken(void **state)
{
	struct desk *desk = *state;

	init_notes(desk, 1);
	assert_true(dies(destroy_reactor, desk));
	assert_true(dies(wake_finished, desk));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define both(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up_simulation, tear_down),                       \
		cmocka_unit_test_setup_teardown(name, set_up_libev, tear_down)
		both(a_woken_call_is_made_in_the_next_turn_and_once),
		both(wakers_and_posted_calls_keep_one_order),
		both(a_waker_that_is_not_woken_does_not_keep_the_reactor_running),
		both(one_woken_in_its_own_call_is_called_in_a_later_turn),
		both(one_woken_in_a_turn_waits_for_the_next_unless_it_was_woken_before),
		both(a_waker_may_be_finished_and_freed_in_its_own_call),
		both(one_finished_in_the_call_of_another_is_not_called),
		both(one_finished_while_it_is_woken_is_not_called_nor_waited_for),
		both(wakers_are_listed_with_their_place),
		both(woken_calls_come_before_the_timers_of_their_turn),
		both(a_reactor_with_wakers_is_not_destroyed_nor_a_finished_one_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
