/* The simulation: client and server in one process, bad weather, virtual time, many seeds. A seed
 * that fails is told with the way to repeat it: SIGNALBOX_SEED=17 bin/testing_simulation. */

#include <errno.h>

#include <signalbox/testing.h>

#include "porter/porter.h"

static const char url[] = "tcp://127.0.0.1:4000";

/* A guest that says who it is as soon as it can. */
struct guest {
	struct sb_stream *stream; /* NULL: gone */
	char heard[256];
};

static void
on_connected(void *self, struct sb_stream *stream)
{
	(void)self;
	if (sb_stream_write(stream, sb_bytes_of("bob\r\nbye\r\n")))
		sb_stream_abort(stream);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct guest *guest = self;

	(void)stream;
	strncat(guest->heard, bytes.ptr, bytes.len);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct guest *guest = self;

	(void)stream;
	(void)error;
	guest->stream = NULL;
}

static const struct sb_protocol guest_protocol = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

static bool
is_gone(void *self)
{
	const struct guest *guest = self;

	return !guest->stream;
}

static void
a_guest_is_greeted_in_any_weather(void *self, uint64_t seed)
{
	static const struct sb_weather weather = {
		.latency_min_ns = 10 * SB_MS,
		.latency_max_ns = 500 * SB_MS,
		.chops = true,
	};
	struct sb_world *world = sb_world_create(seed);
	struct sb_probe *probe = sb_probe_create(world->d, "porter.*");
	struct guest guest = { .stream = NULL };
	struct porter *porter;

	(void)self;
	sb_simulation_set_weather(world->sim, &weather);
	if (porter_create(world->d, world->r, url, &porter, NULL)
		|| sb_stream_connect(world->r, url, NULL, SB_PLACE, &guest_protocol, &guest,
			&guest.stream, NULL))
		sb_testing_fail(SB_PLACE, "the two could not be made");

	/* An hour costs nothing. */
	if (sb_simulation_run_until(world->sim, is_gone, &guest, 3600 * SB_S))
		sb_testing_fail(SB_PLACE, "the guest is still here, and heard: %s", guest.heard);
	if (strcmp(guest.heard, "who are you?\r\nhello bob\r\nbye\r\n") != 0)
		sb_testing_fail(SB_PLACE, "the guest heard: %s", guest.heard);
	sb_probe_expect(probe, "porter.arrived name=bob");
	sb_probe_expect(probe, "porter.left name=bob error=0");

	sb_probe_destroy(probe);
	porter_destroy(porter);
	sb_world_destroy(world);
}

int
main(void)
{
	sb_testing_each_seed(1, 50, a_guest_is_greeted_in_any_weather, NULL);
	return 0;
}
