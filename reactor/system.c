#include "system.h"

#include <sys/eventfd.h>
#include <sys/random.h>

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
