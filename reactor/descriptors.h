#ifndef SIGNALBOX_DESCRIPTORS_H
#define SIGNALBOX_DESCRIPTORS_H

/* Descriptors that were open before us: given by number, standard input and output, or passed by
 * systemd. All return 0 or a count, or a negative errno, with words where there is room for them. */

#include <sys/types.h>

#include <stdbool.h>

#include "backend.h"

/* Looks whether it can be a stream, a connected one if it is a socket, and makes it such that it does
 * not block and is closed on exec. -EBADF: no descriptor; -EOPNOTSUPP: a file, which always blocks;
 * -EINVAL, -ENOTCONN: a socket of another kind. Nothing is changed then. */
int sb_descriptor_prepare(int fd, bool *ret_is_socket, struct sb_error *ret_error);

/* The same for a socket that listens. */
int sb_descriptor_prepare_listening(int fd, struct sb_error *ret_error);

/* As their namesakes in struct end_ops, for what is no socket. A pipe without a reader raises no
 * SIGPIPE: it is blocked for the thread meanwhile, and taken back. */
ssize_t sb_descriptor_read(int fd, void *buf, size_t cap);
ssize_t sb_descriptor_write(int fd, const void *ptr, size_t len);

/* Closes it. Behind the number of a standard stream stays /dev/null, so that no other file gets the
 * number, and with it what somebody prints. */
void sb_descriptor_close(int fd);

/* How the descriptors of standard input and output were before. Programs that were there before us,
 * a shell for one, share the flags with us. */
struct stdio_flags {
	int in, out;
	bool are_one; /* both numbers are one open file */
};
void sb_stdio_note(struct stdio_flags *ret_flags);
void sb_stdio_restore(const struct stdio_flags *flags);
void sb_stdio_compare(struct stdio_flags *flags); /* after `in` was prepared, before `out` was */

/* An end that reads from one and writes to the other, and owns both. NULL when out of memory, then
 * they still are the caller's. */
struct end *sb_stdio_create(struct end *in, struct end *out, const struct stdio_flags *flags);

/* systemd.c */

/* The socket that systemd has passed under this name; each is given once. The first call sees to it
 * that no child gets them. -ENOENT, -EBUSY when it has been taken already. */
int sb_systemd_take(const char *name, int *ret_fd, struct sb_error *ret_error);

#endif
