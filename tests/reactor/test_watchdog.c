/* The watchdog: what it makes of what it sees, and through its thread, without sleeping. */

#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signalbox/simulation.h>
#include <signalbox/watchdog.h>

#include "reactor/notify_socket.h"
#include "reactor/private.h"
#include "reactor/watchdog.h"

static const char here[] = "here", there[] = "there";

/* Limit 100, time as said, a turn that began then; whom it tells of, or NULL. */
static const char *
look(struct sight *sight, int64_t now_ns, int64_t began_ns, const char *place)
{
	struct published published = { began_ns, place };
	const char *told = NULL;

	return sb_sight_look(sight, 100, now_ns, &published, &told) ? told : NULL;
}

static void
turn_is_told_of_once_when_it_has_taken_the_limit(void **state)
{
	struct sight sight = { 0 };

	(void)state;
	assert_null(look(&sight, 1025, 1000, here));
	assert_null(look(&sight, 1099, 1000, here));
	assert_ptr_equal(look(&sight, 1100, 1000, here), here);
	assert_null(look(&sight, 1125, 1000, here));
	assert_null(look(&sight, 9000, 1000, here));
	/* The next one is another. */
	assert_null(look(&sight, 9099, 9000, there));
	assert_ptr_equal(look(&sight, 9100, 9000, there), there);
}

static void
wait_is_no_turn_however_long(void **state)
{
	struct sight sight = { 0 };

	(void)state;
	assert_null(look(&sight, 1000, 0, here));
	assert_null(look(&sight, 99000, 0, here));
	assert_null(look(&sight, 99099, 99000, here));
	assert_null(look(&sight, 99200, 0, here));
	assert_null(look(&sight, 99300, 99250, here));
}

static void
place_that_took_longest_is_to_blame(void **state)
{
	struct sight sight = { 0 };

	(void)state;
	assert_null(look(&sight, 1005, 1000, there));
	assert_null(look(&sight, 1020, 1000, here));
	assert_null(look(&sight, 1045, 1000, here));
	assert_null(look(&sight, 1070, 1000, here));
	assert_null(look(&sight, 1090, 1000, there));
	assert_ptr_equal(look(&sight, 1110, 1000, there), here);
	/* The first look may come late. */
	assert_ptr_equal(look(&sight, 9000, 2000, there), there);
}

static void
loop_turns_while_it_waits_or_is_in_another_turn(void **state)
{
	int64_t last_ns = 0;

	(void)state;
	assert_true(sb_sight_turns(&last_ns, &(struct published){ 0, here }));
	assert_true(sb_sight_turns(&last_ns, &(struct published){ 0, here }));
	assert_true(sb_sight_turns(&last_ns, &(struct published){ 1000, here }));
	assert_false(sb_sight_turns(&last_ns, &(struct published){ 1000, there }));
	assert_true(sb_sight_turns(&last_ns, &(struct published){ 2000, there }));
	assert_true(sb_sight_turns(&last_ns, &(struct published){ 0, there }));
}

/* A callback waits until the watchdog has told of it. */
struct held {
	struct sb_reactor *r;
	struct sb_watchdog *watchdog;
	pthread_mutex_t lock;
	pthread_cond_t is_told;
	unsigned n_told, n_over, n_wanted;
	char place[128], over_place[128];
	int64_t held_ns, over_ns;
	bool was_on_loop;
	pthread_t loop;
	const char *handler; /* which the callback calls, so to speak */
	bool destroys;
};

static void
on_held(void *self, const char *place, int64_t held_ns)
{
	struct held *h = self;

	(void)pthread_mutex_lock(&h->lock);
	h->n_told++;
	h->held_ns = held_ns;
	h->was_on_loop = pthread_equal(pthread_self(), h->loop);
	(void)snprintf(h->place, sizeof(h->place), "%s", place);
	(void)pthread_cond_signal(&h->is_told);
	(void)pthread_mutex_unlock(&h->lock);
}

static void
on_over(void *self, const char *place, int64_t held_ns)
{
	struct held *h = self;

	assert_true(pthread_equal(pthread_self(), h->loop));
	h->n_over++;
	h->over_ns = held_ns;
	(void)snprintf(h->over_place, sizeof(h->over_place), "%s", place);
	if (h->destroys) {
		sb_watchdog_destroy(h->watchdog);
		h->watchdog = NULL;
	}
}

static void
hold(void *self)
{
	struct held *h = self;
	const char *before = NULL;

	if (h->handler)
		before = sb_watchdog_enter(h->watchdog, h->handler);
	assert_null(before);
	(void)pthread_mutex_lock(&h->lock);
	h->n_wanted++;
	while (h->n_told < h->n_wanted)
		(void)pthread_cond_wait(&h->is_told, &h->lock);
	(void)pthread_mutex_unlock(&h->lock);
	if (h->handler)
		assert_ptr_equal(sb_watchdog_enter(h->watchdog, before), h->handler);
}

static int
set_up(void **state)
{
	struct held *h = calloc(1, sizeof(*h));

	(void)alarm(60);
	assert_non_null(h);
	assert_int_equal(pthread_mutex_init(&h->lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&h->is_told, NULL), 0);
	h->r = sb_reactor_create();
	h->loop = pthread_self();
	assert_non_null(h->r);
	assert_int_equal(sb_watchdog_create(h->r, SB_MS, on_held, on_over, h, &h->watchdog), 0);
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct held *h = *state;

	sb_watchdog_destroy(h->watchdog);
	sb_reactor_destroy(h->r);
	(void)pthread_cond_destroy(&h->is_told);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
	return 0;
}

static void
expect_told(struct held *h, unsigned n, const char *place)
{
	assert_int_equal(h->n_told, n);
	assert_int_equal(h->n_over, n);
	assert_int_equal(strncmp(h->place, place, strlen(place)), 0);
	assert_string_equal(h->over_place, h->place);
	assert_true(h->held_ns >= SB_MS);
	assert_true(h->over_ns >= h->held_ns);
	assert_false(h->was_on_loop);
}

static void
posted_call_that_holds_the_loop_is_named_while_it_does(void **state)
{
	struct held *h = *state;

	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(hold), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	expect_told(h, 1, "hold tests/reactor/test_watchdog.c:");
	/* And again, the next time. */
	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(hold), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	expect_told(h, 2, "hold tests/reactor/test_watchdog.c:");
}

static void
timer_and_waker_are_named_too(void **state)
{
	struct held *h = *state;
	struct sb_timer timer;
	struct sb_waker waker;

	assert_int_equal(sb_timer_init(&timer, h->r, hold, "timer place:1", h), 0);
	sb_timer_start(&timer, 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	expect_told(h, 1, "timer place:1");
	sb_waker_init(&waker, h->r, hold, "waker place:1", h);
	sb_waker_wake(&waker);
	assert_int_equal(sb_reactor_run(h->r), 0);
	expect_told(h, 2, "waker place:1");
	sb_timer_finish(&timer);
	sb_waker_finish(&waker);
}

static void
handler_is_named_before_the_callback_that_calls_it(void **state)
{
	struct held *h = *state;

	h->handler = "on_message app/bot.c:527";
	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(hold), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	expect_told(h, 1, "on_message app/bot.c:527");
	h->handler = NULL;
	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(hold), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	expect_told(h, 2, "hold ");
}

static void
watchdog_may_be_destroyed_when_it_is_over(void **state)
{
	struct held *h = *state;

	h->destroys = true;
	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(hold), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	assert_int_equal(h->n_over, 1);
	assert_null(h->watchdog);
}

static void
destroy_within(void *self)
{
	struct held *h = self;

	hold(h);
	sb_watchdog_destroy(h->watchdog);
	h->watchdog = NULL;
}

static void
watchdog_may_be_destroyed_in_the_callback_that_it_told_of(void **state)
{
	struct held *h = *state;

	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(destroy_within), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	assert_int_equal(h->n_told, 1);
	assert_int_equal(h->n_over, 0);
}

static void
reactor_has_one(void **state)
{
	struct held *h = *state;
	struct sb_watchdog *second;

	assert_int_equal(sb_watchdog_create(h->r, SB_S, on_held, NULL, h, &second), -EALREADY);
	sb_watchdog_destroy(h->watchdog);
	assert_int_equal(sb_watchdog_create(h->r, SB_MS, NULL, NULL, h, &h->watchdog), 0);
	sb_watchdog_destroy(NULL);
}

/* Spins until the thread must have looked more than once. */
static void
short_turn(void *self)
{
	struct held *h = self;

	if (++h->n_wanted < 2000)
		assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(short_turn), h), 0);
}

static void
many_short_turns_are_not_told_of(void **state)
{
	struct held *h = *state;

	sb_watchdog_destroy(h->watchdog);
	assert_int_equal(sb_watchdog_create(h->r, 60 * SB_S, on_held, on_over, h, &h->watchdog), 0);
	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(short_turn), h), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	assert_int_equal(h->n_told + h->n_over, 0);
}

/* Threads come and go while turns do: for the sanitizer. */
static void
thread_ends_at_any_moment(void **state)
{
	struct held *h = *state;
	int i;

	for (i = 0; i < 50; i++) {
		sb_watchdog_destroy(h->watchdog);
		assert_int_equal(sb_watchdog_create(h->r, 1, NULL, NULL, h, &h->watchdog), 0);
		h->n_wanted = 1900;
		assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(short_turn), h), 0);
		assert_int_equal(sb_reactor_run(h->r), 0);
	}
}

static void
simulation_is_never_told_of(void **state)
{
	struct sb_simulation *sim = sb_simulation_create(1);
	struct sb_reactor *r = sb_simulation_reactor(sim);
	struct held h = { .r = r, .loop = pthread_self() };

	(void)state;
	assert_int_equal(sb_watchdog_create(r, 1, on_held, on_over, &h, &h.watchdog), 0);
	assert_int_equal(sb_reactor_post(r, SB_HANDLER(short_turn), &h), 0);
	assert_int_equal(sb_simulation_run_for(sim, SB_S), 0);
	assert_int_equal(h.n_told + h.n_over, 0);
	assert_null(sb_watchdog_enter(h.watchdog, here));
	assert_ptr_equal(sb_watchdog_enter(h.watchdog, there), here);
	assert_ptr_equal(sb_watchdog_enter(h.watchdog, NULL), there);
	sb_watchdog_destroy(h.watchdog);
	sb_simulation_destroy(sim);
}

/* Reads one message, however long that takes. */
static void
hear_one(int fd)
{
	char text[64] = "";

	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), 10);
	assert_string_equal(text, "WATCHDOG=1");
}

static void
systemd_hears_of_it_again_and_again(void **state)
{
	struct held *h = *state;
	int fd = notify_listen(), i;

	assert_int_equal(setenv("WATCHDOG_USEC", "2000", 1), 0);
	sb_watchdog_destroy(h->watchdog);
	assert_int_equal(sb_watchdog_create(h->r, 60 * SB_S, NULL, NULL, h, &h->watchdog), 0);
	for (i = 0; i < 5; i++)
		hear_one(fd);
	(void)unsetenv("WATCHDOG_USEC");
	notify_end(fd);
}

/* Takes descriptors until there are none. Returns how many are at ret_fds. */
static size_t
take_all(int *ret_fds, size_t cap)
{
	size_t n = 0;

	while (n < cap && (ret_fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		n++;
	assert_true(n < cap && errno == EMFILE);
	return n;
}

static void
systemd_hears_of_it_when_no_descriptor_is_left(void **state)
{
	struct held *h = *state;
	int fd = notify_listen(), fds[64], i;
	struct rlimit before, few = { 64, 64 };
	size_t n;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setenv("WATCHDOG_USEC", "2000", 1), 0);
	sb_watchdog_destroy(h->watchdog);
	assert_int_equal(sb_watchdog_create(h->r, 60 * SB_S, NULL, NULL, h, &h->watchdog), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	n = take_all(fds, 64);
	while (*notify_heard(fd))
		continue;
	for (i = 0; i < 5; i++)
		hear_one(fd);
	while (n > 0)
		(void)close(fds[--n]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	(void)unsetenv("WATCHDOG_USEC");
	notify_end(fd);
}

/* Something of the reactor's own that has a turn, as a socket of its resolver. */
struct inner {
	struct sb_reactor *r;
	struct task task;
	const char *place;
};

static void
run_inner(void *self, unsigned events)
{
	struct inner *inner = self;

	(void)events;
	inner->place = atomic_load(&inner->r->beat.place);
}

static void
queue_inner(void *self)
{
	struct inner *inner = self;

	sb_reactor_queue(inner->r, &inner->task, EVENT_READ);
}

static void
callback_of_an_earlier_turn_is_not_to_blame(void **state)
{
	struct held *h = *state;
	struct inner inner = { .r = h->r, .task = { .run = run_inner }, .place = here };

	inner.task.self = &inner;
	assert_int_equal(sb_reactor_post(h->r, SB_HANDLER(queue_inner), &inner), 0);
	assert_int_equal(sb_reactor_run(h->r), 0);
	assert_int_equal(sb_reactor_begin(h->r), 0);
	assert_int_equal(sb_reactor_turn(h->r, INT64_MIN), 0);
	sb_reactor_end(h->r);
	assert_null(inner.place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define with_thread(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		cmocka_unit_test(turn_is_told_of_once_when_it_has_taken_the_limit),
		cmocka_unit_test(wait_is_no_turn_however_long),
		cmocka_unit_test(place_that_took_longest_is_to_blame),
		cmocka_unit_test(loop_turns_while_it_waits_or_is_in_another_turn),
		with_thread(posted_call_that_holds_the_loop_is_named_while_it_does),
		with_thread(timer_and_waker_are_named_too),
		with_thread(handler_is_named_before_the_callback_that_calls_it),
		with_thread(watchdog_may_be_destroyed_when_it_is_over),
		with_thread(watchdog_may_be_destroyed_in_the_callback_that_it_told_of),
		with_thread(reactor_has_one),
		with_thread(many_short_turns_are_not_told_of),
		with_thread(thread_ends_at_any_moment),
		cmocka_unit_test(simulation_is_never_told_of),
		with_thread(systemd_hears_of_it_again_and_again),
		with_thread(systemd_hears_of_it_when_no_descriptor_is_left),
		with_thread(callback_of_an_earlier_turn_is_not_to_blame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
