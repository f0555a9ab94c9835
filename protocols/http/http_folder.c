#include "http_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <signalbox/http.h>

/* Neither waits for the other end of a pipe, nor becomes the terminal of anybody. */
enum { OPEN_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

/* Reads the segment at *path, decoded, and moves on behind it. */
static bool
read_segment(const char **path, char name[NAME_MAX + 1])
{
	size_t len = strcspn(*path, "/");
	char encoded[3 * NAME_MAX + 1];
	int64_t decoded_len;

	if (len >= sizeof(encoded))
		return false;
	memcpy(encoded, *path, len);
	encoded[len] = '\0';
	*path += len;
	decoded_len = sb_http_decode(encoded, false);
	if (decoded_len <= 0 || decoded_len > NAME_MAX)
		return false;
	/* What begins with a dot leads upward, or is not meant to be seen. */
	if (encoded[0] == '.' || strchr(encoded, '/'))
		return false;
	memcpy(name, encoded, (size_t)decoded_len + 1);
	return true;
}

/* Opens a name in a folder, which is closed. */
static int
step(int folder, const char *name, struct sb_http_file *file)
{
	int fd = openat(folder, name, OPEN_FLAGS), error = fd < 0 ? -errno : 0;

	(void)close(folder);
	if (!error && fstat(fd, &file->stat)) {
		error = -errno;
		(void)close(fd);
	}
	if (error)
		return error;
	file->fd = fd;
	(void)snprintf(file->name, sizeof(file->name), "%s", name);
	return 0;
}

/* Takes a regular file; from a folder its index, when the path said that it is one. */
static int
settle(struct sb_http_file *file, bool is_folder)
{
	int error = 0;

	if (S_ISDIR(file->stat.st_mode)) {
		if (!is_folder)
			error = -EISDIR;
		else
			error = step(file->fd, "index.html", file);
		if (error == -EISDIR)
			(void)close(file->fd);
		if (error)
			return error;
		is_folder = false;
	}
	if (!is_folder && S_ISREG(file->stat.st_mode))
		return 0;
	(void)close(file->fd);
	return -ENOENT;
}

int
sb_http_folder_open(const char *folder, const char *path, struct sb_http_file *ret_file)
{
	/* The folder itself is the caller's, and may be a link. */
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = fd < 0 ? -errno : 0;
	char name[NAME_MAX + 1];

	if (error)
		return error;
	if (fstat(fd, &ret_file->stat)) {
		error = -errno;
		(void)close(fd);
		return error;
	}
	ret_file->fd = fd;
	path += *path == '/';
	while (*path) {
		if (!read_segment(&path, name)) {
			(void)close(ret_file->fd);
			return -ENOENT;
		}
		error = step(ret_file->fd, name, ret_file);
		if (error)
			return error;
		if (!*path)
			return settle(ret_file, false);
		path++;
	}
	return settle(ret_file, true);
}
