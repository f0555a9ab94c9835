#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto.h"

static ssize_t
read_some(int fd, char *buf, size_t len)
{
	ssize_t n;

	do
		n = read(fd, buf, len);
	while (n < 0 && errno == EINTR);
	return n;
}

/* One byte more than may be, to see that it is too long. */
static int
read_file(int fd, char *buf, const char *path, struct sb_error *ret_error)
{
	size_t len = 0;
	ssize_t n;

	while (len <= SB_SECRET_MAX
		&& (n = read_some(fd, buf + len, SB_SECRET_MAX + 1 - len)) != 0) {
		if (n < 0)
			return sb_error_set(ret_error, -errno, "%s: %s", path, strerror(errno));
		len += (size_t)n;
	}
	if (len > SB_SECRET_MAX)
		return sb_error_set(ret_error, -EINVAL, "%s: a secret has %d bytes at most", path,
			SB_SECRET_MAX);
	return (int)len;
}

/* What is waited for when it is opened or read, such as a FIFO, would hold the program up. */
static int
open_file(const char *path, bool *ret_is_open, struct sb_error *ret_error)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &status) < 0) {
		int error = -errno;

		if (fd >= 0)
			(void)close(fd);
		return sb_error_set(ret_error, error, "%s: %s", path, strerror(-error));
	}
	if (!S_ISREG(status.st_mode)) {
		(void)close(fd);
		return sb_error_set(ret_error, -EINVAL, "%s: a secret is a regular file", path);
	}
	if (ret_is_open)
		*ret_is_open = (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
	return fd;
}

static int
take_line(char *buf, int len)
{
	const char *end = memchr(buf, '\n', (size_t)len);
	int line_len = end ? (int)(end - buf) : len;

	if (end && line_len > 0 && buf[line_len - 1] == '\r')
		line_len--;
	sb_crypto_cleanse(buf + line_len, (size_t)(len - line_len));
	return line_len;
}

static int
read_secret(
	const char *path, bool is_line, char *buf, bool *ret_is_open, struct sb_error *ret_error)
{
	int fd = open_file(path, ret_is_open, ret_error);
	int len;

	if (fd < 0)
		return fd;
	len = read_file(fd, buf, path, ret_error);
	(void)close(fd);
	if (len < 0)
		return len;
	if (is_line)
		len = take_line(buf, len);
	buf[len] = '\0';
	if (!len)
		return sb_error_set(ret_error, -EINVAL, "%s: there is no secret in it", path);
	if (strlen(buf) != (size_t)len)
		return sb_error_set(ret_error, -EINVAL, "%s: a secret has no NUL", path);
	return len;
}

static int
read_or_clear(
	const char *path, bool is_line, char *buf, bool *ret_is_open, struct sb_error *ret_error)
{
	int len = read_secret(path, is_line, buf, ret_is_open, ret_error);

	if (len < 0)
		sb_crypto_cleanse(buf, SB_SECRET_MAX + 1);
	return len;
}

int
sb_secret_read(const char *path, char *buf, bool *ret_is_open, struct sb_error *ret_error)
{
	return read_or_clear(path, true, buf, ret_is_open, ret_error);
}

int
sb_secret_read_all(const char *path, char *buf, bool *ret_is_open, struct sb_error *ret_error)
{
	return read_or_clear(path, false, buf, ret_is_open, ret_error);
}
