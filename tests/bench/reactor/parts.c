#include "parts.h"

#include <stdio.h>

#include "bench/measure.h"
#include "load.h"
#include "load_tls.h"
#include "servers.h"

enum {
	MOST_SERVERS = 8,
	MESSAGE = 64,
	LINES = 16, /* that come together */
	PIECE = 64 * 1024,
	N_IDLE = 10000,
	SLICE_MS = 10, /* often and briefly: what disturbs the machine comes and goes */
	BURST = 250,
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Servers under the same load, in turn. */
struct contest {
	struct server *servers;
	size_t n_servers;
	struct kind_of_load load;
	size_t unit; /* bytes sent back, for which a figure is the server's CPU time */
};

static void
take_round(const struct contest *contest, struct row *row, struct load **loads, size_t round)
{
	size_t k, n = contest->n_servers;

	for (k = 0; k < n; k++) {
		/* Each comes after each other now and then. */
		size_t i = round % 2 ? n - 1 - k : k;
		const struct server *server = &contest->servers[i];
		double start, bytes;

		if (!server->pid)
			continue;
		start = server_cpu_ns(server);
		bytes = (double)load_run(loads[i], SLICE_MS);
		/* The first round is for warming up. */
		if (round > 0)
			row_note(row, server->side, round - 1,
				(server_cpu_ns(server) - start) * (double)contest->unit / bytes);
	}
}

static void
measure_row(
	const struct contest *contest, const char *what, size_t n_connections, struct limit limit)
{
	struct row row = { .what = what, .limit = limit };
	struct load *loads[MOST_SERVERS];
	size_t k, round, n_rounds = measure_rounds(MOST_ROUNDS);

	for (k = 0; k < contest->n_servers; k++)
		if (contest->servers[k].pid)
			loads[k] =
				load_open(&contest->load, contest->servers[k].port, n_connections);
	for (round = 0; round <= n_rounds; round++)
		take_round(contest, &row, loads, round);
	for (k = 0; k < contest->n_servers; k++)
		if (contest->servers[k].pid)
			load_close(loads[k]);
	row_end(&row);
}

static const char *const no_peers[] = { NULL };
static const char *const all_peers[] = { "draining", "libev", "libuv", "libevent", "Twisted",
	NULL };
static const char *const line_peers[] = { "libevent", "Twisted", NULL };
static const char *const stream_peers[] = { "plain", "libev", "libuv", "libevent", "Twisted",
	NULL };
static const char *const loop_peers[] = { "libev", "libuv", "libevent", "Twisted", NULL };

void
measure_echo(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "draining", .program = "epoll", .mode = "draining" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};
	const struct contest contest = {
		.servers = servers,
		.n_servers = N_OF(servers),
		.load = { .len = MESSAGE, .window = MESSAGE },
		.unit = MESSAGE,
	};

	measure_peers(all_peers);
	measure_section("Echo of 64 bytes, a signal for each piece that comes",
		"ns of the server's CPU a message");
	servers_start(servers, N_OF(servers));
	measure_row(&contest, "1 connection", 1, NO_LIMIT);
	measure_row(&contest, "100", 100, TIMES(1.1));
	measure_row(&contest, "1000", 1000, NO_LIMIT);
	servers_stop(servers, N_OF(servers));
}

void
measure_lines(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "lines" },
		{ .side = "ours", .program = "ours", .mode = "lines" },
		{ .side = "libevent", .program = "libevent", .mode = "lines" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "lines" },
	};
	const struct contest contest = {
		.servers = servers,
		.n_servers = N_OF(servers),
		.load = { .len = LINES * MESSAGE, .line_len = MESSAGE, .window = LINES * MESSAGE },
		.unit = MESSAGE,
	};

	measure_peers(line_peers);
	measure_section("Echo of 64-byte lines, a signal for each, 16 at a time",
		"ns of the server's CPU a line");
	servers_start(servers, N_OF(servers));
	measure_row(&contest, "1 connection", 1, TIMES(1.5));
	measure_row(&contest, "100", 100, TIMES(1.5));
	servers_stop(servers, N_OF(servers));
}

void
measure_stream(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "draining" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "plain", .program = "epoll", .mode = "plain" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};
	const struct contest contest = {
		.servers = servers,
		.n_servers = N_OF(servers),
		.load = { .len = PIECE, .window = 4 * PIECE },
		.unit = 1024,
	};

	measure_peers(stream_peers);
	measure_section("Echo of 64 KiB, beside one that reads on while its buffer comes back full",
		"ns of the server's CPU a KiB");
	servers_start(servers, N_OF(servers));
	measure_row(&contest, "1 connection", 1, TIMES(1.1));
	measure_row(&contest, "8", 8, TIMES(1.1));
	servers_stop(servers, N_OF(servers));
}

/* Connections that come, are answered once, and end: CPU time of the server for each. */
static double
cost_of_bursts(const struct server *server, bool has_tls, size_t n_bursts)
{
	const struct kind_of_load kind = { .len = MESSAGE, .window = MESSAGE, .has_tls = has_tls };
	double start = server_cpu_ns(server);
	struct load *load;
	size_t i;

	for (i = 0; i < n_bursts; i++) {
		load = load_open(&kind, server->port, BURST);
		(void)load_run(load, 0);
		load_close(load);
	}
	return (server_cpu_ns(server) - start) / (double)(n_bursts * BURST);
}

static void
measure_bursts(const char *what, struct server *servers, size_t n_servers, bool has_tls,
	size_t n_bursts, size_t n_rounds)
{
	struct row row = { .what = what, .limit = NO_LIMIT };
	size_t k, round;

	for (round = 0; round < measure_rounds(n_rounds); round++)
		for (k = 0; k < n_servers; k++)
			if (servers[k].pid)
				row_note(&row, servers[k].side, round,
					cost_of_bursts(&servers[k], has_tls, n_bursts));
	row_end(&row);
}

void
measure_accept(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
		{ .side = "libuv", .program = "libuv", .mode = "echo" },
		{ .side = "libevent", .program = "libevent", .mode = "echo" },
		{ .side = "Twisted", .program = "twisted_server.py", .mode = "echo" },
	};

	measure_peers(loop_peers);
	measure_section("Connections that come 250 at a time, are answered once, and end",
		"ns of the server's CPU a connection");
	servers_start(servers, N_OF(servers));
	/* A round is 5000 for each. */
	measure_bursts("accepted, answered, ended", servers, N_OF(servers), false, 20, 5);
	servers_stop(servers, N_OF(servers));
}

void
measure_tls(void)
{
	const char *pem = make_certificate();
	struct server servers[] = {
		{ .side = "floor", .program = "openssl", .mode = pem },
		{ .side = "ours", .program = "ours", .mode = pem },
	};
	const struct contest contest = {
		.servers = servers,
		.n_servers = N_OF(servers),
		.load = { .len = MESSAGE, .window = MESSAGE, .has_tls = true },
		.unit = MESSAGE,
	};

	servers_start(servers, N_OF(servers));
	measure_peers(no_peers);
	measure_section("Echo of 64 bytes under TLS, beside OpenSSL over epoll",
		"ns of the server's CPU a message");
	measure_row(&contest, "1 connection", 1, NO_LIMIT);
	measure_row(&contest, "100", 100, NO_LIMIT);
	measure_section("The same, by connections", "ns of the server's CPU a connection");
	measure_bursts("accepted, answered, ended", servers, N_OF(servers), true, 1, 5);
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
	row_note(
		idle, server->side, round, (server_memory_bytes(server) - before) / (double)N_IDLE);
	(void)load_run(load, 0);
	row_note(
		used, server->side, round, (server_memory_bytes(server) - before) / (double)N_IDLE);
	servers_stop(server, 1);
	load_close(load);
	load_close(first);
}

void
measure_idle(void)
{
	struct server servers[] = {
		{ .side = "floor", .program = "epoll", .mode = "plain" },
		{ .side = "ours", .program = "ours", .mode = "echo" },
		{ .side = "libev", .program = "libev", .mode = "plain" },
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
