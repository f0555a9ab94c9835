#ifndef PROTOCOLS_IRC_SECRET_H
#define PROTOCOLS_IRC_SECRET_H

/* Secrets come from files, and no error shows anything of them but the file's name. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>

enum { SB_SECRET_MAX = 4096 }; /* bytes of a file */

/* Reads a password: the first line of a file, without its end (LF or CRLF); or, with sb_secret_read_all,
 * a key: all of it. buf has room for SB_SECRET_MAX + 1 bytes; a NUL is put behind. It reads the disk, so
 * it is called when a configuration is read, not when a connection needs it.
 * *ret_is_open, which may be NULL: whether others than the file's owner and group may read or write the
 * file, of which somebody should be told.
 * Returns the length. Otherwise buf is cleared, *ret_error, which may be NULL, says why, and it
 * returns -EINVAL when it is empty, longer than SB_SECRET_MAX, has a NUL, or is no regular file; or
 * what opening or reading said. */
int sb_secret_read(const char *path, char *buf, bool *ret_is_open, struct sb_error *ret_error);
int sb_secret_read_all(const char *path, char *buf, bool *ret_is_open, struct sb_error *ret_error);

#endif
