#ifndef SIGNALBOX_SOCKETS_H
#define SIGNALBOX_SOCKETS_H

/* The socket calls of the system: never blocking, never a signal, closed on exec. URLs are
 * normalised. All return 0 or a count, or a negative errno. */

#include <sys/types.h>

#include <stdbool.h>

#include "backend.h"

/* What listens, and which file to remove with it. */
struct socket_listening {
	int fd;
	int reserve; /* a descriptor to give up when there is no other; -1: even that was not to be had */
	dev_t device; /* with inode 0: no file */
	ino_t inode;
};

/* As connect of struct backend; *ret_fd is the caller's to close. */
int sb_socket_connect(const struct sb_url *url, int *ret_fd, int *ret_result);

/* What has become of connecting, once the socket can be written. */
int sb_socket_result(int fd);

/* As listen of struct backend, for all but tls. */
int sb_socket_listen(const struct sb_url *url, struct socket_listening *ret_listening,
	struct sb_url *ret_url, struct sb_error *ret_error);
void sb_socket_unlisten(const struct socket_listening *listening, const struct sb_url *url);

/* As their namesakes in struct backend. */
int sb_socket_accept(int listening, int *ret_fd, struct peer_address *ret_peer);

/* As shed of struct end_ops. */
int sb_socket_shed(struct socket_listening *listening);
ssize_t sb_socket_read(int fd, void *buf, size_t cap);
ssize_t sb_socket_write(int fd, const void *ptr, size_t len);
int sb_socket_shutdown(int fd);
void sb_socket_keep_alive(int fd, const struct keep_alive *keep_alive);
void sb_socket_close(int fd, bool resets);

#endif
