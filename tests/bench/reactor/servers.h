#ifndef BENCH_REACTOR_SERVERS_H
#define BENCH_REACTOR_SERVERS_H

/* The servers that are compared: programs of their own, so that what each costs can be told. They
 * inherit the one processor of this program. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct server {
	const char *side; /* whose figures these are */
	const char *program, *mode;
	pid_t pid; /* 0: is not there */
	uint16_t port;
	clockid_t clock;
};

/* From now on this program and the servers share one processor, and no other is used. */
void servers_share_processor(void);

/* Starts those that are installed. */
void servers_start(struct server *servers, size_t n);
void servers_stop(struct server *servers, size_t n);

/* CPU time so far, user and system, of all threads. */
double server_cpu_ns(const struct server *server);

/* Memory of its own that it has touched. */
double server_memory_bytes(const struct server *server);

#endif
