/* What a message costs a server on our reactor, beside the cheapest that could be and others that are
 * installed. See ../run. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/measure.h"
#include "load.h"
#include "parts.h"
#include "servers.h"

static const struct {
	const char *name;
	void (*measure)(void);
} parts[] = {
	{ "echo", measure_echo },
	{ "lines", measure_lines },
	{ "stream", measure_stream },
	{ "accept", measure_accept },
	{ "idle", measure_idle },
};

static bool
is_part(const char *name)
{
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		if (!strcmp(parts[k].name, name))
			return true;
	return false;
}

/* Ten thousand connections want descriptors, of the servers too. */
static void
raise_limit(void)
{
	struct rlimit limit;

	need(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	need(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
}

int
main(int argc, char **argv)
{
	static const struct measured measured = { .name = "reactor", .has_ratios = true };
	bool as_json = argc > 1 && !strcmp(argv[1], "--json");
	const char *part = argc > 1 + as_json ? argv[1 + as_json] : NULL;

	if (part && !is_part(part)) {
		fprintf(stderr, "usage: bench_reactor [--json] [PART]\nparts:");
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			fprintf(stderr, " %s", parts[k].name);
		fprintf(stderr, "\n");
		return 2;
	}
	raise_limit();
	servers_share_processor();
	measure_begin(&measured, as_json);
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		if (!part || !strcmp(parts[k].name, part))
			parts[k].measure();
	(void)measure_end();
	return 0;
}
