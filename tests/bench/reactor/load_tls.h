#ifndef BENCH_REACTOR_LOAD_TLS_H
#define BENCH_REACTOR_LOAD_TLS_H

/* The load's side of TLS, and the certificate of the servers. */

#include <sys/types.h>

#include <stddef.h>

struct ssl_st;

/* Writes a certificate and its key into a file, whose name it returns; removed at exit. */
const char *make_certificate(void);

/* Over a connected socket, which does not block from now on. */
struct ssl_st *tls_open(int fd);
void tls_close(struct ssl_st *tls);

/* As send() and recv(), EAGAIN included. */
ssize_t tls_send(struct ssl_st *tls, const void *ptr, size_t len);
ssize_t tls_receive(struct ssl_st *tls, void *buf, size_t cap);

#endif
