/* Alarms over libev: the system's clock and its timerfd are stood in for, so that a test can step
 * the clock. */

#include "reactor/contract.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>

#include <signalbox/timers.h>

static struct {
	int64_t ahead_ns; /* of the system's wall clock */
	int timer_fd; /* -1: none */
	unsigned n_opened;
	unsigned n_refused; /* how many more are refused */
	int64_t step_in_wait_ns; /* 0: none */
} clock_of_test = { .timer_fd = -1 };

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int64_t ns;

	if (syscall(SYS_clock_gettime, clock, ret_time) != 0)
		return -1;
	if (clock != CLOCK_REALTIME)
		return 0;
	ns = ret_time->tv_sec * SB_S + ret_time->tv_nsec + clock_of_test.ahead_ns;
	ret_time->tv_sec = ns / SB_S;
	ret_time->tv_nsec = ns % SB_S;
	return 0;
}

int
timerfd_create(int clock, int flags)
{
	assert_int_equal(clock, CLOCK_REALTIME);
	assert_int_equal(flags, TFD_CLOEXEC | TFD_NONBLOCK);
	assert_int_equal(clock_of_test.timer_fd, -1);
	if (clock_of_test.n_refused > 0) {
		clock_of_test.n_refused--;
		errno = EMFILE;
		return -1;
	}
	clock_of_test.n_opened++;
	clock_of_test.timer_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return clock_of_test.timer_fd;
}

int
timerfd_settime(int fd, int flags, const struct itimerspec *time, struct itimerspec *ret_before)
{
	assert_int_equal(fd, clock_of_test.timer_fd);
	assert_int_equal(flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	assert_true(time->it_value.tv_sec > 0);
	assert_null(ret_before);
	return 0;
}

static bool
is_timer_open(void)
{
	return clock_of_test.timer_fd >= 0 && fcntl(clock_of_test.timer_fd, F_GETFD) >= 0;
}

static void
step(int64_t by_ns)
{
	clock_of_test.ahead_ns += by_ns;
	if (clock_of_test.timer_fd >= 0)
		assert_int_equal(eventfd_write(clock_of_test.timer_fd, 1), 0);
}

/* libev's own library is to find it. */
__attribute__((visibility("default"))) int
epoll_wait(int fd, struct epoll_event *events, int cap, int timeout_ms)
{
	int64_t by_ns = clock_of_test.step_in_wait_ns;

	if (by_ns != 0 && timeout_ms != 0) {
		clock_of_test.step_in_wait_ns = 0;
		step(by_ns);
	}
	return (int)syscall(SYS_epoll_pwait, fd, events, cap, timeout_ms, NULL, (size_t)8);
}

struct bedroom {
	struct world *world;
	struct sb_reactor *r;
	struct sb_alarm alarm;
	struct sb_timer timer;
	int64_t step_ns; /* what the timer does */
	int64_t at_ns; /* when it fired */
	unsigned n_fired;
};

static void
on_alarm(void *self)
{
	struct bedroom *b = self;

	b->n_fired++;
	b->at_ns = sb_reactor_wall_ns(b->r);
}

static void
on_timer(void *self)
{
	struct bedroom *b = self;

	step(b->step_ns);
}

static int
set_up(void **state)
{
	struct bedroom *b = calloc(1, sizeof(*b));

	(void)alarm(60);
	assert_non_null(b);
	b->world = create_world(OVER_TCP, 1);
	b->r = b->world->r;
	clock_of_test.timer_fd = -1;
	clock_of_test.n_opened = clock_of_test.n_refused = 0;
	assert_int_equal(sb_alarm_init(&b->alarm, b->r, SB_HANDLER(on_alarm), b), 0);
	assert_int_equal(sb_timer_init(&b->timer, b->r, SB_HANDLER(on_timer), b), 0);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bedroom *b = *state;

	sb_alarm_finish(&b->alarm);
	sb_timer_finish(&b->timer);
	destroy_world(b->world);
	free(b);
	return 0;
}

static void
alarm_never_fires_early(void **state)
{
	struct bedroom *b = *state;
	int64_t at_ns = sb_reactor_wall_ns(b->r) + 20 * SB_MS;

	sb_alarm_start(&b->alarm, at_ns);
	assert_int_equal(sb_reactor_run(b->r), 0);
	assert_int_equal(b->n_fired, 1);
	assert_true(b->at_ns >= at_ns);
}

static void
past_alarm_fires_at_once(void **state)
{
	struct bedroom *b = *state;

	sb_alarm_start(&b->alarm, 0);
	assert_int_equal(sb_reactor_run(b->r), 0);
	assert_int_equal(b->n_fired, 1);
}

static void
descriptor_is_open_only_while_an_alarm_is_started(void **state)
{
	struct bedroom *b = *state;

	assert_int_equal(clock_of_test.n_opened, 0);
	sb_alarm_start(&b->alarm, INT64_MAX - 1);
	assert_true(is_timer_open());
	sb_alarm_start_daily(&b->alarm, 0);
	assert_int_equal(clock_of_test.n_opened, 1);
	sb_alarm_stop(&b->alarm);
	assert_false(is_timer_open());
	clock_of_test.timer_fd = -1;
	sb_alarm_start(&b->alarm, 0);
	assert_true(is_timer_open());
	assert_int_equal(sb_reactor_run(b->r), 0);
	assert_false(is_timer_open());
}

/* Within the wait itself: the descriptor alone can tell. */
static void
step_forward_ends_the_wait(void **state)
{
	struct bedroom *b = *state;
	int64_t start_ns = sb_reactor_now_ns(b->r);

	clock_of_test.step_in_wait_ns = 3600 * SB_S;
	sb_alarm_start(&b->alarm, sb_reactor_wall_ns(b->r) + 3600 * SB_S);
	assert_int_equal(sb_reactor_run(b->r), 0);
	assert_int_equal(b->n_fired, 1);
	assert_true(sb_reactor_now_ns(b->r) - start_ns < 50 * SB_S);
}

static void
step_forward_in_a_turn_is_seen_by_the_next(void **state)
{
	struct bedroom *b = *state;
	int64_t start_ns = sb_reactor_now_ns(b->r);

	b->step_ns = 3600 * SB_S;
	sb_timer_start(&b->timer, SB_MS);
	sb_alarm_start(&b->alarm, sb_reactor_wall_ns(b->r) + 3600 * SB_S);
	assert_int_equal(sb_reactor_run(b->r), 0);
	assert_int_equal(b->n_fired, 1);
	assert_true(sb_reactor_now_ns(b->r) - start_ns < 50 * SB_S);
}

static void
stop_run(void *self)
{
	sb_reactor_stop(self);
}

static void
step_back_holds_it_up(void **state)
{
	struct bedroom *b = *state;
	struct sb_timer stop;

	b->step_ns = -3600 * SB_S;
	sb_timer_start(&b->timer, SB_MS);
	assert_int_equal(sb_timer_init(&stop, b->r, SB_HANDLER(stop_run), b->r), 0);
	sb_timer_start(&stop, 30 * SB_MS);
	sb_alarm_start(&b->alarm, sb_reactor_wall_ns(b->r) + 10 * SB_MS);
	assert_int_equal(sb_reactor_run(b->r), 0);
	sb_timer_finish(&stop);
	assert_int_equal(b->n_fired, 0);
	assert_true(sb_alarm_is_started(&b->alarm));
}

static void
without_a_descriptor_waits_are_short_and_it_is_tried_again(void **state)
{
	struct bedroom *b = *state;
	int64_t start_ns = sb_reactor_now_ns(b->r);

	clock_of_test.n_refused = 2;
	b->step_ns = 3600 * SB_S;
	sb_timer_start(&b->timer, SB_MS);
	sb_alarm_start(&b->alarm, sb_reactor_wall_ns(b->r) + 3601 * SB_S);
	assert_false(is_timer_open());
	assert_int_equal(sb_reactor_run(b->r), 0);
	assert_int_equal(b->n_fired, 1);
	assert_int_equal(clock_of_test.n_opened, 1);
	assert_true(sb_reactor_now_ns(b->r) - start_ns < 50 * SB_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define bedroom_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		bedroom_test(alarm_never_fires_early),
		bedroom_test(past_alarm_fires_at_once),
		bedroom_test(descriptor_is_open_only_while_an_alarm_is_started),
		bedroom_test(step_forward_ends_the_wait),
		bedroom_test(step_back_holds_it_up),
		bedroom_test(step_forward_in_a_turn_is_seen_by_the_next),
		bedroom_test(without_a_descriptor_waits_are_short_and_it_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
