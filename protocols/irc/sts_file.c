#include "sts_private.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0600 };

/* All of an open file, on the heap. */
static int
read_all(int fd, char **ret_text, size_t *ret_len)
{
	size_t len = 0, cap = 4096;
	char *text = malloc(cap);

	while (text) {
		ssize_t n = read(fd, text + len, cap - len);
		char *more = text;
		int error = n < 0 && errno != EINTR ? -errno : 0;

		len += n > 0 ? (size_t)n : 0;
		if (len > SB_STS_FILE_MAX)
			error = -EFBIG;
		if (error) {
			free(text);
			return error;
		}
		if (!n) {
			*ret_text = text;
			*ret_len = len;
			return 0;
		}
		if (len == cap)
			more = realloc(text, cap *= 2);
		if (!more)
			free(text);
		text = more;
	}
	return -ENOMEM;
}

static int
load(struct sb_sts *store, sb_sts_complain_fn *complain, void *self, struct sb_error *ret_error)
{
	int error, fd = open(store->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	size_t len = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	error = fd < 0 ? -errno : read_all(fd, &text, &len);
	if (fd >= 0)
		close(fd);
	if (!error)
		error = sb_sts_read(
			store, (struct sb_bytes){ text, len }, store->path, complain, self);
	free(text);
	return error ? sb_error_set(
		       ret_error, error, "%s: cannot be read: %s", store->path, strerror(-error))
		     : 0;
}

int
sb_sts_open(const char *path_or_null, sb_sts_complain_fn *complain, void *self,
	struct sb_sts **ret_store, struct sb_error *ret_error)
{
	struct sb_sts *store = calloc(1, sizeof(*store));
	int error = -ENOMEM;

	*ret_store = NULL;
	if (store && path_or_null)
		store->path = strdup(path_or_null);
	if (store && !path_or_null == !store->path)
		error = store->path ? load(store, complain, self, ret_error) : 0;
	else
		(void)sb_error_set(ret_error, error, "no memory for the STS policies");
	if (error) {
		sb_sts_close(store);
		return error;
	}
	*ret_store = store;
	return 0;
}

void
sb_sts_close(struct sb_sts *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->n; i++)
		free(store->hosts[i].name);
	free(store->hosts);
	free(store->kept);
	free(store->path);
	free(store);
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd) ? -errno : 0;
}

/* A file of this content that lasts. */
static int
write_file(const char *path, const char *text, size_t len)
{
	int error,
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	if (fd < 0)
		return -errno;
	error = write_all(fd, text, len);
	if (close(fd) && !error)
		error = -errno;
	return error;
}

/* So that the new name lasts, too. */
static int
sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int error, fd;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* EINVAL: of a file system where names need it not. */
	error = fsync(fd) && errno != EINVAL ? -errno : 0;
	close(fd);
	return error;
}

static int
replace(const char *path, const char *text, size_t len)
{
	char fresh[PATH_MAX];
	int error, n = snprintf(fresh, sizeof(fresh), "%s.new", path);

	if (n >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	error = write_file(fresh, text, len);
	if (!error && rename(fresh, path))
		error = -errno;
	if (error) {
		(void)unlink(fresh);
		return error;
	}
	return sync_folder(path);
}

int
sb_sts_save(struct sb_sts *store, int64_t now_s, struct sb_error *ret_error)
{
	char *text = NULL;
	size_t len;
	int error;

	if (!store->path || !store->is_unsaved)
		return 0;
	error = sb_sts_print(store, now_s, &text, &len);
	if (!error)
		error = replace(store->path, text, len);
	free(text);
	if (error)
		return sb_error_set(ret_error, error, "%s: cannot be written: %s", store->path,
			strerror(-error));
	store->is_unsaved = false;
	return 0;
}

int
sb_sts_note(struct sb_sts *store, const char *host, uint16_t port, int64_t duration_s,
	int64_t now_s, struct sb_error *ret_error)
{
	char name[SB_STS_HOST_MAX];

	sb_assert(port && duration_s >= 0);
	if (sb_sts_host(host, name))
		return sb_error_set(ret_error, -EINVAL, "'%s' is no host name", host);
	if (duration_s > SB_STS_DURATION_MAX)
		duration_s = SB_STS_DURATION_MAX;
	if (!duration_s && !sb_sts_drop_(store, name))
		return sb_sts_save(store, now_s, ret_error);
	if (duration_s && sb_sts_put_(store, name, port, now_s + duration_s))
		return sb_error_set(ret_error, -ENOMEM, "no memory for the STS policy of %s", name);
	store->is_unsaved = true;
	return sb_sts_save(store, now_s, ret_error);
}
