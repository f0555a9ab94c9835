#ifndef PROTOCOLS_HTTP_FOLDER_H
#define PROTOCOLS_HTTP_FOLDER_H

/* Files below a folder, and no others. */

#include <limits.h>
#include <sys/stat.h>

struct sb_http_file {
	int fd; /* the opener's, to close */
	struct stat stat; /* of a regular file */
	char name[NAME_MAX + 1]; /* its own, without the path */
};

/* Opens for reading what a percent-encoded path, relative to the folder, names; a folder's
 * index.html where the path is empty or ends with a /. Each segment is opened in the one before,
 * and no link is followed, so that nothing outside the folder can be reached while it lasts.
 * Returns 0; -EISDIR for a folder without the / at the end; -ENOENT, -ELOOP, -ENOTDIR, -EACCES and
 * others of openat(). */
int sb_http_folder_open(const char *folder, const char *path, struct sb_http_file *ret_file);

#endif
