/* What the dispatcher costs, beside what a program would write by hand, and beside others that are
 * installed. See ../run. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

struct counter *counters;

static const char *const peers[] = { "GSignal", "libsigc++", "Signals2", NULL };
static const struct measured measured = { .name = "dispatch" };

static const struct {
	const char *name;
	void (*measure)(void);
} parts[] = {
	{ "emissions", measure_emissions },
	{ "senders", measure_senders },
	{ "safety", measure_safety },
	{ "connections", measure_connections },
	{ "later", measure_later },
};

static bool
is_part(const char *name)
{
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		if (!strcmp(parts[k].name, name))
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	bool as_json = argc > 1 && !strcmp(argv[1], "--json");
	const char *part = argc > 1 + as_json ? argv[1 + as_json] : NULL;

	if (part && !is_part(part)) {
		fprintf(stderr, "usage: bench_dispatch [--json] [PART]\nparts:");
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			fprintf(stderr, " %s", parts[k].name);
		fprintf(stderr, "\n");
		return 2;
	}
	counters = calloc(MANY, sizeof(*counters));
	if (!counters)
		return 1;
	measure_begin(&measured, as_json);
	measure_peers(peers);
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		if (!part || !strcmp(parts[k].name, part))
			parts[k].measure();
	(void)measure_end();
	free(counters);
	return 0;
}
