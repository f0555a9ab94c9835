#ifndef BENCH_REACTOR_CONNECTION_H
#define BENCH_REACTOR_CONNECTION_H

/* What the servers without a library for it do with a connection. */

#include <stdbool.h>
#include <stddef.h>

enum { READ_CAP = 64 * 1024, READS_AT_ONCE = 32 };

struct connection {
	int fd;
	char *rest; /* what the peer did not take; meanwhile nothing is read */
	size_t start, len;
};

/* What is to be done with the bytes that came. */
typedef bool serve_fn(struct connection *c, char *bytes, size_t len);

enum state {
	ENDED, /* is closed and freed */
	READS,
	WRITES, /* waits until it can */
};

/* The program ends when it is not so. */
void check(bool is_so, const char *what);

/* Listens on 127.0.0.1 and prints the port. */
int listen_somewhere(void);
void print_port(int fd);

/* NULL: nobody is there. */
struct connection *accept_connection(int listener);

/* To be called when it can be read or written. It reads once, or, draining, for as long as its
 * buffer comes back full. */
enum state connection_go_on(struct connection *c, bool is_draining, serve_fn *serve);

/* Writes them, or keeps what the peer does not take; returns false when it fails. */
bool connection_write(struct connection *c, const char *bytes, size_t len);

/* The cheapest that cuts lines: calls a function for each whole one, writes once what that has put
 * into a buffer. A line in two pieces is not for it. */
bool serve_lines(struct connection *c, char *bytes, size_t len);

#endif
