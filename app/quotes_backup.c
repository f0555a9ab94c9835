#include "quotes_json.h"
#include "quotes_private.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static int
sync_path(const char *path, int flags)
{
	int code, fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	code = fsync(fd) ? -errno : 0;
	close(fd);
	return code;
}

/* So that the new name lasts, too. */
static int
sync_folder(const char *path)
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	return sync_path(dirname(copy), O_RDONLY | O_DIRECTORY);
}

/* Copies what one moment shows into a file that is there and empty. */
static int
copy_into(struct quotes *quotes, const char *path)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(quotes->db, "VACUUM INTO ?1", -1, &statement, NULL);
	int code;

	if (!result) {
		(void)sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
		result = sqlite3_step(statement);
	}
	code = quotes_failure(quotes, result);
	(void)sqlite3_finalize(statement);
	return code;
}

/* The copy is made beside its place under a name of its own; link() then gives it its name, and
 * refuses one that is there. */
static int
back_up(struct quotes *quotes, const char *path, char *part, struct sb_error *ret_error)
{
	int code, fd = mkstemp(part);

	if (fd < 0)
		return sb_error_set(
			ret_error, -errno, "%s: cannot be made: %s", path, strerror(errno));
	close(fd);
	code = copy_into(quotes, part);
	if (code)
		return quotes_explain(quotes, code, ret_error);
	code = sync_path(part, O_RDONLY);
	if (!code && link(part, path))
		code = -errno;
	if (!code)
		code = sync_folder(path);
	return code ? sb_error_set(ret_error, code, "%s: %s", path, strerror(-code)) : 0;
}

int
quotes_backup(struct quotes *quotes, const char *path, struct sb_error *ret_error)
{
	char part[PATH_MAX];
	struct stat status;
	int code;

	if (!lstat(path, &status))
		return sb_error_set(ret_error, -EEXIST, "%s: is there already", path);
	if (snprintf(part, sizeof(part), "%s.XXXXXX", path) >= (int)sizeof(part))
		return sb_error_set(ret_error, -ENAMETOOLONG, "%s: too long a path", path);
	quotes_start(quotes, false);
	code = back_up(quotes, path, part, ret_error);
	(void)unlink(part);
	return code;
}
