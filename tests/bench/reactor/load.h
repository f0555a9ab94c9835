#ifndef BENCH_REACTOR_LOAD_H
#define BENCH_REACTOR_LOAD_H

/* The one that all servers are loaded by: connections to one of them, each of which sends what it
 * may have on the way, and more as that comes back. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kind_of_load {
	size_t len; /* of what is sent at once */
	size_t line_len; /* 0: no lines; otherwise each ends in \r\n */
	size_t window; /* bytes on the way, of a connection */
};

struct load;

/* Connects n times; all are accepted when it returns, and the last has sent one window. */
struct load *load_open(const struct kind_of_load *kind, uint16_t port, size_t n);

/* Sends for so long (0: one window of each connection), and takes all that comes back. Returns how
 * many bytes that were. */
uint64_t load_run(struct load *load, double ms);

/* Ends each connection and waits until the server has too. */
void load_close(struct load *load);

/* The program ends, and says what went wrong, when it is not so. */
void need(bool is_so, const char *what);

#endif
