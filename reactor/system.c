#include "system.h"

#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include <signalbox/reactor.h>

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec time;

	/* Fails only for a clock that does not exist. */
	sb_assert(clock_gettime(clock, &time) == 0);
	return time.tv_sec * SB_S + time.tv_nsec;
}

int64_t
sb_system_now_ns(void *back)
{
	(void)back;
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t
sb_system_wall_ns(void *back)
{
	(void)back;
	return clock_ns(CLOCK_REALTIME);
}

uint64_t
sb_system_random(void *back)
{
	uint64_t bits;
	ssize_t n;

	(void)back;
	do
		n = getrandom(&bits, sizeof(bits), 0);
	while (n < 0 && errno == EINTR);
	/* So few bytes come whole, once the system has started (getrandom(2)). */
	sb_assert(n == (ssize_t)sizeof(bits));
	return bits;
}

bool
sb_system_has_descriptors(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

int
sb_system_watch_wall(void)
{
	const struct itimerspec never = {
		.it_value.tv_sec = (time_t)((UINT64_C(1) << (sizeof(time_t) * 8 - 1)) - 1),
	};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0)
		return fd;
	(void)close(fd);
	return -EINVAL;
}

void
sb_system_note_wall(int fd)
{
	uint64_t n;

	/* -ECANCELED for a step: what it says is in its coming. */
	(void)!read(fd, &n, sizeof(n));
}
