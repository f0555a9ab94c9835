#include "quotes_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 64 * 1024 }; /* bytes read at a time beyond what a file said its size was */

/* An import of files and folders. Its errors are those of the database: what is wrong with a path
 * is told. */
struct import {
	struct quotes *quotes;
	struct teller teller;
	int64_t now_s;
	struct quotes_imported *imported;
	bool is_folder; /* is in one */
	int code; /* what was wrong with the path itself */
};

static int add_names(struct import *import, int folder);

/* Reads what fd has, up to QUOTES_MAX_FILE bytes and one more to tell that there is more. Returns
 * 0, or a negative errno: *ret_text is then NULL. */
static int
read_all(int fd, size_t expected, char **ret_text, size_t *ret_len)
{
	size_t cap = expected + 1, len = 0;
	char *text = NULL, *grown;
	ssize_t got;
	int error;

	do {
		grown = realloc(text, cap);
		if (!grown) {
			error = -ENOMEM;
			goto fail;
		}
		text = grown;
		got = read(fd, text + len, cap - len);
		if (got < 0 && errno != EINTR) {
			error = -errno;
			goto fail;
		}
		len += got > 0 ? (size_t)got : 0;
		if (len == cap)
			cap += STEP;
	} while (got && len <= QUOTES_MAX_FILE);
	*ret_text = text;
	*ret_len = len;
	return 0;
fail:
	free(text);
	*ret_text = NULL;
	*ret_len = 0;
	return error;
}

/* What is wrong with a path: it is left out, and the import goes on. */
SB_PRINTF(3, 4)
static int
leave_out(struct import *import, int code, const char *format, ...)
{
	char why[200];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	teller_say(&import->teller, 0, "%s", why);
	import->imported->n_skipped++;
	import->code = code;
	return 0;
}

static int
too_long(struct import *import)
{
	return leave_out(import, 0, "longer than %d MiB, the most: left out",
		QUOTES_MAX_FILE / (1024 * 1024));
}

/* Whether the index that strfile made of the file says that it did so with -x: the letters of the
 * texts are then rotated by 13. The index of x.u8 is that of x. */
static bool
is_rotated(int folder, const char *name)
{
	size_t len = strlen(name);
	unsigned char header[QUOTES_INDEX_HEADER];
	char index[PATH_MAX];
	bool is_so;
	int fd;

	if (len > 3 && !strcmp(name + len - 3, ".u8"))
		len -= 3;
	if (len + sizeof(".dat") > sizeof(index))
		return false;
	(void)snprintf(index, sizeof(index), "%.*s.dat", (int)len, name);
	fd = openat(folder, index, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_so = read(fd, header, sizeof(header)) == sizeof(header)
		&& quotes_index_is_rotated((struct sb_bytes){ header, sizeof(header) });
	close(fd);
	return is_so;
}

static void
rotate(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			text[i] = (char)('a' + (text[i] - 'a' + 13) % 26);
		else if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)('A' + (text[i] - 'A' + 13) % 26);
}

static int
read_file(struct import *import, int fd, const struct fortune_file *file, bool is_rotated)
{
	char *text;
	size_t len;
	int code = read_all(fd, (size_t)file->size, &text, &len);

	if (code == -ENOMEM)
		return code;
	if (code)
		return leave_out(import, code, "cannot be read: %s", strerror(-code));
	if (is_rotated)
		rotate(text, len);
	if (len > QUOTES_MAX_FILE)
		code = too_long(import);
	else
		code = quotes_read_fortunes(import->quotes, (struct sb_bytes){ text, len }, file,
			import->now_s, &import->teller, import->imported);
	free(text);
	return code;
}

/* A file is known by its one true path, whatever the names that lead to it. */
static int
load_file(struct import *import, int fd, const struct stat *status, bool is_rotated)
{
	char link[64], path[PATH_MAX];
	struct fortune_file file = { path, status->st_size,
		(int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec };
	size_t n_quotes = 0;
	ssize_t len;
	int knows;

	if (status->st_size > QUOTES_MAX_FILE)
		return too_long(import);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		len = snprintf(path, sizeof(path), "%s", import->teller.path);
	path[(size_t)len < sizeof(path) ? (size_t)len : sizeof(path) - 1] = '\0';
	knows = quotes_knows_file(import->quotes, &file, &n_quotes);
	if (!knows)
		return read_file(import, fd, &file, is_rotated);
	import->imported->n_known += n_quotes;
	return knows < 0 ? knows : 0;
}

static int
load_open(struct import *import, int fd, const struct stat *status, int folder, const char *name)
{
	if (S_ISREG(status->st_mode))
		return load_file(import, fd, status, is_rotated(folder, name));
	if (!S_ISDIR(status->st_mode))
		return leave_out(import, -EINVAL, "neither a file nor a folder");
	if (import->is_folder)
		return leave_out(
			import, -EISDIR, "a folder in a folder is not entered: give it by itself");
	return add_names(import, fd);
}

/* Loads the name in the folder that is open as `folder` (or AT_FDCWD). Not blocking, so that a FIFO
 * does not hold it up. */
static int
load_at(struct import *import, int folder, const char *name)
{
	struct stat status;
	int fd, code;

	fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status)) {
		code = -errno;
		leave_out(import, code, "cannot be opened: %s", strerror(-code));
		code = 0;
	} else {
		code = load_open(import, fd, &status, folder, name);
	}
	if (fd >= 0)
		close(fd);
	return code;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
is_file_at(int folder, const char *name)
{
	struct stat status;

	return !fstatat(folder, name, &status, 0) && S_ISREG(status.st_mode);
}

/* Whether another file of the folder stands for this one: x for the index x.dat, x.u8 for x. */
static bool
is_passed_over(int folder, const char *name)
{
	char other[NAME_MAX + sizeof(".u8")];
	size_t len = strlen(name);

	if (len > 4 && !strcmp(name + len - 4, ".dat")) {
		(void)snprintf(other, sizeof(other), "%.*s", (int)len - 4, name);
		if (is_file_at(folder, other))
			return true;
	}
	(void)snprintf(other, sizeof(other), "%s.u8", name);
	return is_file_at(folder, other);
}

static int
add_name(struct import *import, int folder, const char *path, const char *name)
{
	size_t len = strlen(path), cap = len + strlen(name) + 2;
	char *full = malloc(cap);
	int code;

	if (!full)
		return -ENOMEM;
	(void)snprintf(full, cap, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/", name);
	import->teller.path = full;
	code = load_at(import, folder, name);
	import->teller.path = path;
	free(full);
	return code;
}

static int
add_names(struct import *import, int folder)
{
	const char *path = import->teller.path;
	struct dirent **entries;
	int i, code = 0, n = scandirat(folder, ".", &entries, is_visible, by_bytes);

	if (n < 0)
		return errno == ENOMEM
			       ? -ENOMEM
			       : leave_out(import, -errno, "cannot be listed: %s", strerror(errno));
	import->is_folder = true;
	for (i = 0; i < n; i++) {
		if (!code && !is_passed_over(folder, entries[i]->d_name))
			code = add_name(import, folder, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	/* What was wrong with one of its files is not wrong with the folder. */
	import->code = 0;
	return code;
}

int
quotes_import_fortune(struct quotes *quotes, const char *path, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	struct import import = { quotes, { problem, self, path, 0 }, now_s, ret_imported, false,
		0 };
	int code;

	*ret_imported = (struct quotes_imported){ 0 };
	quotes_start(quotes, false);
	code = load_at(&import, AT_FDCWD, path);
	if (code)
		return quotes_explain(quotes, code, ret_error);
	if (import.code)
		return sb_error_set(ret_error, import.code, "%s: %s", path, strerror(-import.code));
	return 0;
}
