#include <inttypes.h>
#include <stdarg.h>

#include "sim.h"

enum { LINE_CAP = SB_URL_CAP + 512 };

/* Returns how long the line is so far. */
static size_t
print_time(const struct sb_simulation *sim, char line[LINE_CAP])
{
	return (size_t)snprintf(line, LINE_CAP, "%" PRId64 ".%09" PRId64 " ", sim->now_ns / SB_S,
		sim->now_ns % SB_S);
}

SB_PRINTF(3, 0)
static void
tell(const struct sb_simulation *sim, char line[LINE_CAP], const char *format, size_t len,
	va_list args)
{
	(void)vsnprintf(line + len, LINE_CAP - len, format, args);
	sim->trace(sim->trace_self, line);
}

void
sb_sim_trace(struct sb_simulation *sim, const char *format, ...)
{
	char line[LINE_CAP];
	va_list args;

	if (!sim->trace)
		return;
	va_start(args, format);
	tell(sim, line, format, print_time(sim, line), args);
	va_end(args);
}

void
sb_sim_trace_end(const struct sim_end *end, const char *format, ...)
{
	const struct sim_connection *connection = end->connection;
	char line[LINE_CAP];
	va_list args;
	size_t len;

	if (!end->sim->trace)
		return;
	len = print_time(end->sim, line);
	sb_url_print(&end->place->url, line + len, SB_URL_CAP);
	len += strlen(line + len);
	len += (size_t)snprintf(line + len, LINE_CAP - len, " #%u %s ", connection->number,
		end == &connection->client ? "client" : "server");
	va_start(args, format);
	tell(end->sim, line, format, len, args);
	va_end(args);
}

/* FNV-1a. */
uint32_t
sb_sim_sum(const struct sb_simulation *sim, const void *ptr, size_t len)
{
	const unsigned char *at = ptr;
	uint32_t sum = 2166136261u;

	if (!sim->trace)
		return 0;
	while (len-- > 0)
		sum = (sum ^ *at++) * 16777619u;
	return sum;
}

static void
trace_timer(void *back, const char *place)
{
	sb_sim_trace(back, "timer %s", place ? place : "of a stream or a listener");
}

void
sb_simulation_on_trace(struct sb_simulation *sim, sb_simulation_trace_fn *fn, void *self)
{
	sim->trace = fn;
	sim->trace_self = self;
	sim->reactor->fires = fn ? trace_timer : NULL;
}
