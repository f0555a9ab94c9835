#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "private.h"
#include "tls_end.h"

static int64_t
or_default(int64_t given, int64_t value)
{
	return given ? given : value;
}

/* A default gives way to what was given. */
static void
fill_marks(struct sb_stream_options *options, const struct sb_stream_options *o)
{
	size_t low = 16 * 1024, high = 64 * 1024;

	options->hard_limit = o->hard_limit ? o->hard_limit : 1024 * 1024;
	if (!o->hard_limit && options->hard_limit < o->high_water)
		options->hard_limit = o->high_water;
	if (high < o->low_water)
		high = o->low_water;
	if (high > options->hard_limit)
		high = options->hard_limit;
	options->high_water = o->high_water ? o->high_water : high;
	if (low > options->high_water)
		low = options->high_water;
	options->low_water = o->low_water ? o->low_water : low;
	sb_assert(options->low_water <= options->high_water
		  && options->high_water <= options->hard_limit);
}

static void
fill(struct sb_stream_options *options, const struct sb_stream_options *given)
{
	static const struct sb_stream_options defaults = { 0 };
	const struct sb_stream_options *o = given ? given : &defaults;

	sb_assert(o->idle_timeout_ns >= 0 && o->write_timeout_ns >= 0 && o->lifetime_ns >= 0);
	sb_assert(o->close_timeout_ns >= 0 && o->keep_alive_interval_ns >= 0);
	*options = *o;
	options->connect_timeout_ns = or_default(o->connect_timeout_ns, 30 * SB_S);
	options->close_timeout_ns = or_default(o->close_timeout_ns, 10 * SB_S);
	options->keep_alive_idle_ns = or_default(o->keep_alive_idle_ns, 60 * SB_S);
	options->keep_alive_interval_ns = or_default(o->keep_alive_interval_ns, 15 * SB_S);
	options->keep_alive_count = o->keep_alive_count ? o->keep_alive_count : 4;
	fill_marks(options, o);
}

struct origin *
sb_origin_create(struct sb_reactor *r, const char *url, const struct sb_stream_options *options,
	const char *place)
{
	size_t size = strlen(url) + 1;
	struct origin *origin = calloc(1, sizeof(*origin) + size);

	if (!origin)
		return NULL;
	origin->reactor = r;
	origin->n_holders = 1;
	origin->place = place;
	fill(&origin->options, options);
	sb_tls_hold(origin->options.tls);
	memcpy(origin->url, url, size);
	return origin;
}

struct origin *
sb_origin_hold(struct origin *origin)
{
	origin->n_holders++;
	return origin;
}

void
sb_origin_release(struct origin *origin)
{
	if (--origin->n_holders > 0)
		return;
	sb_tls_release(origin->options.tls);
	free(origin);
}

static int
seconds_up(int64_t ns)
{
	int64_t s = ns / SB_S + (ns % SB_S > 0);

	return s < INT_MAX ? (int)s : INT_MAX;
}

void
sb_origin_keep_alive(const struct origin *origin, struct end *end)
{
	const struct sb_stream_options *o = &origin->options;
	struct keep_alive how = {
		.idle_s = o->keep_alive_idle_ns > 0 ? seconds_up(o->keep_alive_idle_ns) : 0,
		.interval_s = seconds_up(o->keep_alive_interval_ns),
		.count = o->keep_alive_count < INT_MAX ? (int)o->keep_alive_count : INT_MAX,
	};

	if (end->ops->keep_alive)
		end->ops->keep_alive(end, &how);
}
