#ifndef HTTP_FILES_H
#define HTTP_FILES_H

/* A folder of real files, and an HTTP server that answers with them. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http_site.h"
#include "kit_cmocka.h"

/* Before the simulation's wall clock. */
#define MODIFIED_S INT64_C(784111777)
#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"

struct folder {
	char base[64]; /* with what shall not be reached */
	char path[96]; /* what is served */
	const char *mount; /* what of a path is not the folder's */
};

static inline void
write_bytes(const struct folder *folder, const char *name, const void *ptr, size_t len)
{
	struct timespec times[2] = { { .tv_sec = MODIFIED_S }, { .tv_sec = MODIFIED_S } };
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, ptr, len), len);
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(close(fd), 0);
}

static inline void
write_file(const struct folder *folder, const char *name, const char *text)
{
	write_bytes(folder, name, text, strlen(text));
}

static inline void
make_folder(const struct folder *folder, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static inline void
make_link(const struct folder *folder, const char *target, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	assert_int_equal(symlink(target, path), 0);
}

static inline void
folder_begin(struct folder *folder)
{
	strcpy(folder->base, "/tmp/signalbox-files-XXXXXX");
	assert_non_null(mkdtemp(folder->base));
	(void)snprintf(folder->path, sizeof(folder->path), "%s", folder->base);
	write_file(folder, "secret.txt", "secret");
	make_folder(folder, "www");
	(void)snprintf(folder->path, sizeof(folder->path), "%s/www", folder->base);
	folder->mount = "";
	write_file(folder, "a.txt", "0123456789");
}

static inline int
remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
	(void)stat, (void)kind, (void)at;
	return remove(path);
}

static inline void
folder_end(struct folder *folder)
{
	assert_int_equal(nftw(folder->base, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void
folder_on_requested(struct site *site, const struct sb_http_requested *e)
{
	const struct folder *folder = site->told;

	site->ret = sb_http_answer_file(e->request, folder->path, e->path + strlen(folder->mount));
}

static inline void
folder_site_begin(struct site *site, struct folder *folder, struct sb_world *world)
{
	folder_begin(folder);
	site_begin(site, world, folder_on_requested);
	site->told = folder;
}

static inline void
folder_site_end(struct site *site, struct folder *folder)
{
	site_end(site);
	folder_end(folder);
}

#endif
