#include "quotes_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 64 * 1024 }; /* bytes read at a time beyond what a file said its size was */

#define SECOND_NS INT64_C(1000000000)

/* An import under way. */
struct import {
	struct quotes *quotes;
	int64_t now_s;
	quotes_problem_fn *fn;
	void *self;
	struct quotes_imported *imported;
	struct sb_error *error; /* of the database */
	bool is_broken; /* by the database: no file can be taken in any more */
};

static int take_folder(struct import *import, int folder, const char *path);

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

/* What is wrong with a path as a whole. */
SB_PRINTF(3, 4)
static void
tell(const struct import *import, const char *path, const char *format, ...)
{
	struct teller teller = { import->fn, import->self, path };
	char why[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	teller_say(&teller, 0, "%s", why);
	import->imported->n_skipped++;
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

/* Whether a file was taken in as it is now: 1, 0. */
static int
is_known(const struct import *import, const char *path, const struct stat *status)
{
	sqlite3_stmt *stmt;
	int got = quotes_statement(import->quotes,
		"SELECT 1 FROM file WHERE path = :path AND size = :size AND changed_ns = :changed",
		&stmt, import->error);

	if (got)
		return got;
	quotes_bind_text(stmt, ":path", path);
	quotes_bind_int(stmt, ":size", status->st_size);
	quotes_bind_int(
		stmt, ":changed", status->st_mtim.tv_sec * SECOND_NS + status->st_mtim.tv_nsec);
	got = quotes_step(import->quotes, stmt, import->error);
	(void)sqlite3_reset(stmt);
	return got;
}

static int
remember(const struct import *import, const char *path, const struct stat *status)
{
	sqlite3_stmt *stmt;
	int error = quotes_statement(import->quotes,
		"INSERT OR REPLACE INTO file (path, size, changed_ns) VALUES (:path, :size, "
		":changed)",
		&stmt, import->error);

	if (error)
		return error;
	quotes_bind_text(stmt, ":path", path);
	quotes_bind_int(stmt, ":size", status->st_size);
	quotes_bind_int(
		stmt, ":changed", status->st_mtim.tv_sec * SECOND_NS + status->st_mtim.tv_nsec);
	return quotes_run(import->quotes, stmt, import->error);
}

/* All of it or nothing. */
static int
take_bytes(
	struct import *import, const char *path, const struct stat *status, struct sb_bytes bytes)
{
	struct teller teller = { import->fn, import->self, path };
	struct quotes_imported before = *import->imported;
	int error = quotes_begin_change(import->quotes, import->error);

	if (!error) {
		error = quotes_take_in(import->quotes, path, bytes, import->now_s, &teller,
			import->imported, import->error);
		if (!error)
			error = remember(import, path, status);
		error = quotes_end_change(import->quotes, error, import->error);
	}
	if (error) {
		*import->imported = before;
		import->is_broken = true;
	}
	return error;
}

static int
take_file(
	struct import *import, int fd, const char *path, const struct stat *status, bool is_rotated)
{
	char *text;
	size_t len;
	int error = is_known(import, path, status);

	if (error) {
		import->is_broken = error < 0;
		return error < 0 ? error : 0;
	}
	error = status->st_size > QUOTES_MAX_FILE
			? -EFBIG
			: read_all(fd, (size_t)status->st_size, &text, &len);
	if (!error && len > QUOTES_MAX_FILE) {
		free(text);
		error = -EFBIG;
	}
	if (error == -EFBIG) {
		tell(import, path, "longer than %d MiB, the most: left out",
			QUOTES_MAX_FILE / (1024 * 1024));
		return 0;
	}
	if (error) {
		tell(import, path, "cannot be read: %s", strerror(-error));
		return sb_error_set(
			import->error, error, "%s: cannot be read: %s", path, strerror(-error));
	}
	if (is_rotated)
		rotate(text, len);
	error = take_bytes(import, path, status, (struct sb_bytes){ text, len });
	free(text);
	return error;
}

static int
refuse(struct import *import, const char *path, int error, const char *why)
{
	tell(import, path, "%s", why);
	return sb_error_set(import->error, error, "%s: %s", path, why);
}

/* Takes in the name in the folder that is open as `folder` (or AT_FDCWD); path is how people know it.
 * Not blocking, so that a FIFO does not hold it up. */
static int
take_at(struct import *import, int folder, const char *name, const char *path)
{
	struct stat status;
	char why[128];
	int fd, error;

	fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status)) {
		error = -errno;
		(void)snprintf(why, sizeof(why), "cannot be opened: %s", strerror(-error));
		if (fd >= 0)
			close(fd);
		return refuse(import, path, error, why);
	}
	if (S_ISDIR(status.st_mode) && folder == AT_FDCWD)
		return take_folder(import, fd, path);
	if (S_ISREG(status.st_mode))
		error = take_file(import, fd, path, &status, is_rotated(folder, name));
	else if (S_ISDIR(status.st_mode))
		error = refuse(import, path, -EISDIR,
			"a folder in a folder is not entered: give it by itself");
	else
		error = refuse(import, path, -EINVAL, "neither a file nor a folder");
	close(fd);
	return error;
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
take_name(struct import *import, int folder, const char *path, const char *name)
{
	size_t len = strlen(path), cap = len + strlen(name) + 2;
	char *full = malloc(cap);
	int error;

	if (!full) {
		import->is_broken = true;
		return sb_error_set(import->error, -ENOMEM, "out of memory");
	}
	(void)snprintf(full, cap, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/", name);
	error = take_at(import, folder, name, full);
	free(full);
	return error;
}

/* Owns the descriptor of the folder. What is wrong with single files leaves them out. */
static int
take_folder(struct import *import, int folder, const char *path)
{
	struct dirent **entries;
	int i, error = 0, n = scandirat(folder, ".", &entries, is_visible, by_bytes);
	char why[128];

	if (n < 0) {
		error = -errno;
		close(folder);
		(void)snprintf(why, sizeof(why), "cannot be listed: %s", strerror(-error));
		return refuse(import, path, error, why);
	}
	for (i = 0; i < n; i++) {
		if (!import->is_broken && !is_passed_over(folder, entries[i]->d_name))
			error = take_name(import, folder, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(folder);
	return import->is_broken ? error : 0;
}

int
quotes_import_fortune(struct quotes *quotes, const char *path, int64_t now_s,
	quotes_problem_fn *problem, void *self, struct quotes_imported *ret_imported,
	struct sb_error *ret_error)
{
	struct sb_error unused;
	struct import import = { quotes, now_s, problem, self, ret_imported,
		ret_error ? ret_error : &unused, false };

	*ret_imported = (struct quotes_imported){ 0 };
	quotes_begin_long_call(quotes);
	return take_at(&import, AT_FDCWD, path, path);
}
