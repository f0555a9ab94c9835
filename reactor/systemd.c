/* Sockets that systemd passes (sd_listen_fds(3)): LISTEN_FDS of them, from descriptor 3 on, named by
 * LISTEN_FDNAMES with colons between, meant for the process LISTEN_PID. */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "descriptors.h"

enum {
	FIRST_FD = 3,
	N_MAX = 256,
};

/* The descriptors are the process's: who has taken one has it for good. */
static atomic_bool is_taken[N_MAX];

/* How many were passed to this process; none: says why. */
static int
count_passed(struct sb_error *ret_error)
{
	const char *pid = getenv("LISTEN_PID"), *n_fds = getenv("LISTEN_FDS");
	long n;

	if (!pid || !n_fds)
		return sb_error_set(ret_error, -ENOENT,
			"systemd has passed no sockets (%s is not set)",
			pid ? "LISTEN_FDS" : "LISTEN_PID");
	if (strtol(pid, NULL, 10) != (long)getpid())
		return sb_error_set(ret_error, -ENOENT,
			"the sockets were passed to process %.20s, and this is %ld", pid,
			(long)getpid());
	n = strtol(n_fds, NULL, 10);
	if (n < 1 || n > N_MAX)
		return sb_error_set(ret_error, -ENOENT,
			"LISTEN_FDS is %.20s, which is not from 1 to %d", n_fds, N_MAX);
	return (int)n;
}

/* The name of number i. */
static struct sb_bytes
name_of(int i)
{
	const char *names = getenv("LISTEN_FDNAMES");

	if (!names)
		return sb_bytes_of("unknown");
	for (; i > 0; i--) {
		names = strchr(names, ':');
		if (!names)
			return sb_bytes_of("unknown");
		names++;
	}
	return (struct sb_bytes){ names, strcspn(names, ":") };
}

static bool
is_named(int i, const char *name)
{
	struct sb_bytes is = name_of(i);

	return is.len == strlen(name) && memcmp(is.ptr, name, is.len) == 0;
}

static int
refuse(int n, int code, struct sb_error *ret_error)
{
	char list[256];
	size_t len = 0;
	int i;

	list[0] = '\0';
	for (i = 0; i < n && len < sizeof(list); i++) {
		struct sb_bytes is = name_of(i);

		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%.*s%s",
			i > 0 ? ", " : "", (int)(is.len < 64 ? is.len : 64), (const char *)is.ptr,
			is_taken[i] ? " (taken)" : "");
	}
	return sb_error_set(ret_error, code, "%s; there %s: %s",
		code == -EBUSY ? "the socket of this name has been taken already"
			       : "systemd has passed no socket of this name",
		n == 1 ? "is" : "are", list);
}

/* Not of those taken: such a number may be another file's by now. */
static void
close_on_exec(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (!is_taken[i])
			(void)fcntl(FIRST_FD + i, F_SETFD, FD_CLOEXEC);
	}
}

int
sb_systemd_take(const char *name, int *ret_fd, struct sb_error *ret_error)
{
	int n = count_passed(ret_error), code = -ENOENT, i;

	if (n < 0)
		return n;
	close_on_exec(n);
	for (i = 0; i < n; i++) {
		if (!is_named(i, name))
			continue;
		code = -EBUSY;
		if (!atomic_exchange(&is_taken[i], true)) {
			*ret_fd = FIRST_FD + i;
			return 0;
		}
	}
	return refuse(n, code, ret_error);
}
