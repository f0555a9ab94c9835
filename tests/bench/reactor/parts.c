#include "parts.h"

#include <stdio.h>

#include "bench/measure.h"
#include "load.h"
#include "servers.h"

enum {
	MOST_SERVERS = 8,
	MESSAGE = 64,
	LINES = 16, /* that come together */
	PIECE = 64 * 1024,
	N_IDLE = 10000,
	BURST = 250,
	N_BURSTS = 20,
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A row of servers under the same load, in turn. A figure is the CPU time of the server for each
 * `unit` bytes that it has sent back. */
static void
row_of_servers(const char *what, struct limit limit, struct server *servers, size_t n_servers,
	const struct kind_of_load *kind, size_t n_connections, double unit, double ms)
{
	struct row row = { .what = what, .limit = limit };
	struct load *loads[MOST_SERVERS];
	size_t k, r, n_rounds = measure_rounds(15);

	for (k = 0; k < n_servers; k++)
		if (servers[k].pid)
			loads[k] = load_open(kind, servers[k].port, n_connections);
	/* The first round is for warming up. */
	for (r = 0; r <= n_rounds; r++)
		for (k = 0; k < n_servers; k++) {
			/* Each comes after each other now and then. */
			size_t i = r % 2 ? n_servers - 1 - k : k;
			double start;
			uint64_t n;

			if (!servers[i].pid)
				continue;
			start = server_cpu_ns(&servers[i]);
			n = load_run(loads[i], ms);
			if (r > 0)
				row_note(&row, servers[i].side, r - 1,
					(server_cpu_ns(&servers[i]) - start) / ((double)n / unit));
		}
	for (k = 0; k < n_servers; k++)
		if (servers[k].pid)
			load_close(loads[k]);
	row_end(&row);
}

static const char *const all_peers[] = { "draining", "libev", "libuv", "libevent", "Twisted",
	NULL };
static const char *const line_peers[] = { "libevent", "Twisted", NULL };
static const char *const stream_peers[] = { "plain", "libev", "libuv", "libevent", "Twisted",
	NULL };
static const char *const loop_peers[] = { "libev", "libuv", "libevent", "Twisted", NULL };

void
measure_echo(void)
{
	static const struct kind_of_load kind = { .len = MESSAGE, .window = MESSAGE };
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "plain" },
		{ .side = "draining", .program = "epoll", .mode = "draining" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};

	measure_peers(all_peers);
	measure_section("Echo of 64 bytes, a signal for each piece that comes",
		"ns of the server's CPU a message");
	servers_start(servers, N_OF(servers));
	row_of_servers("1 connection", TIMES(1.1), servers, N_OF(servers), &kind, 1, MESSAGE, 60);
	row_of_servers("100", TIMES(1.1), servers, N_OF(servers), &kind, 100, MESSAGE, 60);
	row_of_servers("1000", TIMES(1.1), servers, N_OF(servers), &kind, 1000, MESSAGE, 100);
	servers_stop(servers, N_OF(servers));
}

void
measure_lines(void)
{
	static const struct kind_of_load kind = {
		.len = LINES * MESSAGE, .line_len = MESSAGE, .window = LINES * MESSAGE
	};
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "lines" },
		{ .side = "ours", .program = "ours", .mode = "lines" },
		{ .side = "libevent", .program = "libevent", .mode = "lines" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "lines" },
	};

	measure_peers(line_peers);
	measure_section("Echo of 64-byte lines, a signal for each, 16 at a time",
		"ns of the server's CPU a line");
	servers_start(servers, N_OF(servers));
	row_of_servers("1 connection", TIMES(1.5), servers, N_OF(servers), &kind, 1, MESSAGE, 60);
	row_of_servers("100", TIMES(1.5), servers, N_OF(servers), &kind, 100, MESSAGE, 60);
	servers_stop(servers, N_OF(servers));
}

void
measure_stream(void)
{
	static const struct kind_of_load kind = { .len = PIECE, .window = 4 * PIECE };
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "draining" },
		{ .side = "plain", .program = "epoll", .mode = "plain" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};

	measure_peers(stream_peers);
	measure_section("Echo of 64 KiB, beside one that reads on while its buffer comes back full",
		"ns of the server's CPU a KiB");
	servers_start(servers, N_OF(servers));
	row_of_servers("1 connection", TIMES(1.1), servers, N_OF(servers), &kind, 1, 1024, 60);
	row_of_servers("8", TIMES(1.1), servers, N_OF(servers), &kind, 8, 1024, 60);
	servers_stop(servers, N_OF(servers));
}

/* Connections that come, are answered once, and end. */
static void
load_bursts(uint16_t port)
{
	static const struct kind_of_load kind = { .len = MESSAGE, .window = MESSAGE };
	struct load *load;
	int i;

	for (i = 0; i < N_BURSTS; i++) {
		load = load_open(&kind, port, BURST);
		(void)load_run(load, 0);
		load_close(load);
	}
}

void
measure_accept(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "plain" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};
	struct row row = { .what = "accepted, answered once, ended", .limit = NO_LIMIT };
	size_t k, r, n_rounds = measure_rounds(5);

	measure_peers(loop_peers);
	measure_section("5000 connections, 250 at a time", "ns of the server's CPU a connection");
	servers_start(servers, N_OF(servers));
	for (r = 0; r < n_rounds; r++)
		for (k = 0; k < N_OF(servers); k++) {
			double start;

			if (!servers[k].pid)
				continue;
			start = server_cpu_ns(&servers[k]);
			load_bursts(servers[k].port);
			row_note(&row, servers[k].side, r,
				(server_cpu_ns(&servers[k]) - start) / (N_BURSTS * BURST));
		}
	row_end(&row);
	servers_stop(servers, N_OF(servers));
}

/* Each server anew: what it has touched once it keeps. */
static void
fill_with_connections(struct server *server, struct row *idle, struct row *used, size_t round)
{
	static const struct kind_of_load kind = { .len = MESSAGE, .window = MESSAGE };
	struct load *first, *load;
	double before;

	servers_start(server, 1);
	if (!server->pid)
		return;
	first = load_open(&kind, server->port, 1);
	before = server_memory_bytes(server);
	load = load_open(&kind, server->port, N_IDLE);
	row_note(idle, server->side, round, (server_memory_bytes(server) - before) / N_IDLE);
	(void)load_run(load, 0);
	row_note(used, server->side, round, (server_memory_bytes(server) - before) / N_IDLE);
	servers_stop(server, 1);
	load_close(load);
	load_close(first);
}

void
measure_idle(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "plain" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};
	struct row idle = { .what = "idle", .limit = { AT_MOST, 256 } };
	struct row used = { .what = "each after a message", .limit = { AT_MOST, 256 } };
	size_t k, r, n_rounds = measure_rounds(1);

	measure_peers(loop_peers);
	measure_section("10 000 connections", "bytes of memory touched, a connection");
	for (r = 0; r < n_rounds; r++)
		for (k = 0; k < N_OF(servers); k++)
			fill_with_connections(&servers[k], &idle, &used, r);
	row_end(&idle);
	row_end(&used);
}
