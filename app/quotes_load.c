#include "quotes_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 64 * 1024 }; /* bytes read at a time beyond what a file said its size was */

static int add_names(
	struct quotes *quotes, int folder, const char *path, quotes_problem_fn *fn, void *self);

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

static bool
is_loaded(const struct quotes *quotes, const struct stat *status)
{
	const struct source *source;

	for (source = quotes->sources; source; source = source->next)
		if (source->is_file && source->device == status->st_dev
			&& source->inode == status->st_ino)
			return true;
	return false;
}

static int
too_long(const struct teller *teller)
{
	teller_say(teller, 0, "longer than %d MiB, the most: left out",
		QUOTES_MAX_FILE / (1024 * 1024));
	return 0;
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
load_file(struct quotes *quotes, int fd, const struct stat *status, bool is_rotated,
	const struct teller *teller)
{
	struct source *source;
	char *text;
	size_t len;
	int n_added;

	if (is_loaded(quotes, status))
		return 0;
	if (status->st_size > QUOTES_MAX_FILE)
		return too_long(teller);
	n_added = read_all(fd, (size_t)status->st_size, &text, &len);
	if (n_added == -ENOMEM)
		return n_added;
	if (n_added) {
		teller_say(teller, 0, "cannot be read: %s", strerror(-n_added));
		return n_added;
	}
	source = quotes_add_source(quotes, teller->path);
	if (!source) {
		free(text);
		return -ENOMEM;
	}
	source->is_file = true;
	source->device = status->st_dev;
	source->inode = status->st_ino;
	if (is_rotated)
		rotate(text, len);
	n_added = len > QUOTES_MAX_FILE ? too_long(teller)
					: quotes_read_from(quotes, source,
						(struct sb_bytes){ text, len }, teller);
	free(text);
	return n_added;
}

/* Loads the name in the folder that is open as `folder` (or AT_FDCWD); teller->path is how people
 * know it. Not blocking, so that a FIFO does not hold it up. */
static int
load_at(struct quotes *quotes, int folder, const char *name, const struct teller *teller)
{
	struct stat status;
	int fd, error, n_added;

	fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status)) {
		error = -errno;
		teller_say(teller, 0, "cannot be opened: %s", strerror(-error));
		if (fd >= 0)
			close(fd);
		return error;
	}
	if (S_ISREG(status.st_mode)) {
		n_added = load_file(quotes, fd, &status, is_rotated(folder, name), teller);
		close(fd);
		return n_added;
	}
	if (S_ISDIR(status.st_mode) && folder == AT_FDCWD)
		return add_names(quotes, fd, teller->path, teller->fn, teller->self);
	close(fd);
	if (S_ISDIR(status.st_mode)) {
		teller_say(teller, 0, "a folder in a folder is not entered: give it by itself");
		return -EISDIR;
	}
	teller_say(teller, 0, "neither a file nor a folder");
	return -EINVAL;
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
add_name(struct quotes *quotes, int folder, const char *path, const char *name,
	const struct teller *teller)
{
	size_t len = strlen(path), cap = len + strlen(name) + 2;
	char *full = malloc(cap);
	struct teller mine = *teller;
	int n_added;

	if (!full)
		return -ENOMEM;
	(void)snprintf(full, cap, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/", name);
	mine.path = full;
	n_added = load_at(quotes, folder, name, &mine);
	free(full);
	return n_added;
}

/* Owns the descriptor of the folder. */
static int
add_names(struct quotes *quotes, int folder, const char *path, quotes_problem_fn *fn, void *self)
{
	struct teller teller = { fn, self, path };
	struct dirent **entries;
	int i, got = 0, n_added = 0, n = scandirat(folder, ".", &entries, is_visible, by_bytes);

	if (n < 0) {
		n = -errno;
		close(folder);
		if (n != -ENOMEM)
			teller_say(&teller, 0, "cannot be listed: %s", strerror(-n));
		return n;
	}
	for (i = 0; i < n; i++) {
		if (got != -ENOMEM && !is_passed_over(folder, entries[i]->d_name))
			got = add_name(quotes, folder, path, entries[i]->d_name, &teller);
		n_added += got > 0 ? got : 0;
		free(entries[i]);
		if (got > 0)
			got = 0;
	}
	free(entries);
	close(folder);
	return got == -ENOMEM ? got : n_added;
}

int
quotes_load(struct quotes *quotes, const char *path, quotes_problem_fn *problem, void *self)
{
	struct teller teller = { problem, self, path };

	return load_at(quotes, AT_FDCWD, path, &teller);
}
