#include "servers.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

void
servers_share_processor(void)
{
	const struct sched_param none = { .sched_priority = 0 };
	cpu_set_t all, last;
	int i, cpu = 0;

	need(sched_getaffinity(0, sizeof(all), &all) == 0, "sched_getaffinity");
	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all))
			cpu = i;
	CPU_ZERO(&last);
	CPU_SET(cpu, &last);
	need(sched_setaffinity(0, sizeof(last), &last) == 0, "sched_setaffinity");
	/* One goes on until it waits: so it is the same for all how much has come together then. */
	need(sched_setscheduler(0, SCHED_BATCH, &none) == 0, "sched_setscheduler");
}

static void
run_program(const struct server *server, int out)
{
	char path[PATH_MAX], *slash;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)dup2(out, STDOUT_FILENO);
	if (strchr(server->program, '.')) {
		(void)snprintf(path, sizeof(path), "%s/tests/bench/reactor/%s", SOURCE_DIR,
			server->program);
		(void)execl("/usr/bin/python3", "python3", path, server->mode, NULL);
		return;
	}
	path[len > 0 ? len : 0] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return;
	(void)snprintf(
		slash, sizeof(path) - (size_t)(slash - path), "/bench_reactor_%s", server->program);
	(void)execl(path, path, server->mode, NULL);
}

/* One that prints its port; who does not is not installed. */
static void
start(struct server *server)
{
	char text[16] = "";
	FILE *out;
	int ends[2];

	need(pipe(ends) == 0, "pipe");
	server->pid = fork();
	need(server->pid >= 0, "fork");
	if (server->pid == 0) {
		(void)close(ends[0]);
		run_program(server, ends[1]);
		_exit(1);
	}
	(void)close(ends[1]);
	out = fdopen(ends[0], "r");
	need(out != NULL, "fdopen");
	if (fgets(text, sizeof(text), out))
		server->port = (uint16_t)strtoul(text, NULL, 10);
	(void)fclose(out);
	if (strchr(text, '\n')) {
		need(clock_getcpuclockid(server->pid, &server->clock) == 0, "a clock");
		return;
	}
	(void)waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

void
servers_start(struct server *servers, size_t n)
{
	for (size_t k = 0; k < n; k++)
		start(&servers[k]);
}

void
servers_stop(struct server *servers, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (!servers[k].pid)
			continue;
		(void)kill(servers[k].pid, SIGKILL);
		(void)waitpid(servers[k].pid, NULL, 0);
		servers[k].pid = 0;
	}
}

double
server_cpu_ns(const struct server *server)
{
	struct timespec t;

	need(clock_gettime(server->clock, &t) == 0, server->program);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double
server_memory_bytes(const struct server *server)
{
	char path[64], line[256];
	double kib = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)server->pid);
	file = fopen(path, "r");
	need(file != NULL, path);
	while (kib < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, "Anonymous:", 10))
			kib = strtod(line + 10, NULL);
	(void)fclose(file);
	need(kib >= 0, path);
	return kib * 1024;
}
