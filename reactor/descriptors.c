#include "descriptors.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Of a socket's options one that is a number. */
static int
socket_option(int fd, int option)
{
	socklen_t len = sizeof(int);
	int value = 0;

	(void)getsockopt(fd, SOL_SOCKET, option, &value, &len);
	return value;
}

static int
check_socket(int fd, struct sb_error *ret_error)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);

	if (socket_option(fd, SO_TYPE) != SOCK_STREAM)
		return sb_error_set(
			ret_error, -EINVAL, "descriptor %d is a socket without streams", fd);
	if (socket_option(fd, SO_ACCEPTCONN))
		return sb_error_set(ret_error, -EINVAL,
			"descriptor %d is a socket that listens, and not connected", fd);
	if (getpeername(fd, (struct sockaddr *)&address, &len) < 0)
		return sb_error_set(
			ret_error, -errno, "descriptor %d is a socket that is not connected", fd);
	return 0;
}

static int
check_kind(int fd, mode_t mode, struct sb_error *ret_error)
{
	if (S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode))
		return sb_error_set(ret_error, -EOPNOTSUPP,
			"descriptor %d is a %s, which would block the loop: only sockets, pipes "
			"and "
			"terminals can be streams",
			fd,
			S_ISREG(mode)   ? "regular file"
			: S_ISDIR(mode) ? "folder"
					: "disk");
	return S_ISSOCK(mode) ? check_socket(fd, ret_error) : 0;
}

static int
find_mode(int fd, mode_t *ret_mode, struct sb_error *ret_error)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return sb_error_set(ret_error, -errno, "descriptor %d: %s", fd, strerror(errno));
	*ret_mode = status.st_mode;
	return 0;
}

static int
set_flags(int fd, struct sb_error *ret_error)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0
		&& fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
		return 0;
	return sb_error_set(ret_error, -errno, "descriptor %d: %s", fd, strerror(errno));
}

int
sb_descriptor_prepare(int fd, bool *ret_is_socket, struct sb_error *ret_error)
{
	mode_t mode;
	int ret = find_mode(fd, &mode, ret_error);

	if (ret == 0)
		ret = check_kind(fd, mode, ret_error);
	if (ret < 0)
		return ret;
	*ret_is_socket = S_ISSOCK(mode);
	return set_flags(fd, ret_error);
}

int
sb_descriptor_prepare_listening(int fd, struct sb_error *ret_error)
{
	mode_t mode;
	int ret = find_mode(fd, &mode, ret_error);

	if (ret < 0)
		return ret;
	if (!S_ISSOCK(mode) || socket_option(fd, SO_TYPE) != SOCK_STREAM
		|| !socket_option(fd, SO_ACCEPTCONN))
		return sb_error_set(
			ret_error, -EINVAL, "descriptor %d is no socket that listens", fd);
	return set_flags(fd, ret_error);
}

ssize_t
sb_descriptor_read(int fd, void *buf, size_t cap)
{
	ssize_t n;

	do
		n = read(fd, buf, cap);
	while (n < 0 && errno == EINTR);
	/* One that is for writing only became readable: its reader is gone. */
	if (n < 0 && errno == EBADF)
		return 0;
	return n < 0 ? -errno : n;
}

/* write() knows no MSG_NOSIGNAL. */
static ssize_t
write_without_signal(int fd, const void *ptr, size_t len)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t sigpipe, before, pending;
	ssize_t n;

	(void)sigemptyset(&sigpipe);
	(void)sigaddset(&sigpipe, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
	(void)sigpending(&pending);
	n = write(fd, ptr, len);
	if (n < 0) {
		n = -errno;
		/* What was pending already is somebody else's. */
		if (n == -EPIPE && !sigismember(&pending, SIGPIPE))
			(void)sigtimedwait(&sigpipe, NULL, &at_once);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return n;
}

ssize_t
sb_descriptor_write(int fd, const void *ptr, size_t len)
{
	ssize_t n;

	do
		n = write_without_signal(fd, ptr, len);
	while (n == -EINTR);
	return n;
}

void
sb_descriptor_close(int fd)
{
	int null = fd <= STDERR_FILENO ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;

	if (null < 0 || dup2(null, fd) < 0)
		(void)close(fd);
	if (null >= 0)
		(void)close(null);
}

void
sb_stdio_note(struct stdio_flags *ret_flags)
{
	ret_flags->in = fcntl(STDIN_FILENO, F_GETFL);
	ret_flags->out = fcntl(STDOUT_FILENO, F_GETFL);
	ret_flags->are_one = false;
}

void
sb_stdio_restore(const struct stdio_flags *flags)
{
	(void)fcntl(STDIN_FILENO, F_SETFL, flags->in);
	(void)fcntl(STDOUT_FILENO, F_SETFL, flags->out);
}

void
sb_stdio_compare(struct stdio_flags *flags)
{
	/* What one was set to, the other has become: only one open file has one set of flags. */
	flags->are_one = fcntl(STDOUT_FILENO, F_GETFL) != flags->out;
}

/* Standard input and output as one end: what is read and what is written are ends of their own, which
 * queue its task. */
struct stdio_end {
	struct end base;
	struct end *in;
	struct end *out; /* NULL: shut down */
	struct stdio_flags flags;
};

static struct stdio_end *
stdio_of(struct end *base)
{
	return (struct stdio_end *)base;
}

static int
stdio_result(struct end *base)
{
	(void)base;
	return 0;
}

static void
watch_one(struct end *end, struct task *task, unsigned interest)
{
	if (!end || (end->task == task && end->interest == interest))
		return;
	end->task = task;
	end->ops->watch(end, interest);
}

static void
stdio_watch(struct end *base, unsigned interest)
{
	struct stdio_end *end = stdio_of(base);

	base->interest = interest;
	watch_one(end->in, base->task, interest & EVENT_READ);
	watch_one(end->out, base->task, interest & EVENT_WRITE);
}

static ssize_t
stdio_read(struct end *base, void *buf, size_t cap)
{
	struct end *in = stdio_of(base)->in;

	return in->ops->read(in, buf, cap);
}

static ssize_t
stdio_write(struct end *base, const void *ptr, size_t len)
{
	struct end *out = stdio_of(base)->out;

	return out ? out->ops->write(out, ptr, len) : -EPIPE;
}

static void
close_out(struct stdio_end *end, bool resets)
{
	if (!end->out)
		return;
	/* Not while `in` is still read by the same flags: it would block. */
	if (!end->flags.are_one)
		(void)fcntl(STDOUT_FILENO, F_SETFL, end->flags.out);
	end->out->ops->close(end->out, resets);
	end->out = NULL;
}

static int
stdio_shutdown(struct end *base)
{
	struct stdio_end *end = stdio_of(base);

	if (!end->out)
		return 0;
	/* Of a socket, standard input still holds the connection. */
	(void)end->out->ops->shutdown(end->out);
	close_out(end, false);
	return 0;
}

static void
stdio_close(struct end *base, bool resets)
{
	struct stdio_end *end = stdio_of(base);

	close_out(end, resets);
	(void)fcntl(STDIN_FILENO, F_SETFL, end->flags.in);
	end->in->ops->close(end->in, resets);
	free(end);
}

static const struct end_ops stdio_ops = {
	.result = stdio_result,
	.watch = stdio_watch,
	.read = stdio_read,
	.write = stdio_write,
	.shutdown = stdio_shutdown,
	.close = stdio_close,
};

struct end *
sb_stdio_create(struct end *in, struct end *out, const struct stdio_flags *flags)
{
	struct stdio_end *end = calloc(1, sizeof(*end));

	if (!end)
		return NULL;
	end->base.ops = &stdio_ops;
	end->in = in;
	end->out = out;
	end->flags = *flags;
	return &end->base;
}
