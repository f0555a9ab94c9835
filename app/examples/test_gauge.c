/* The tests of a client, from the smallest to the largest: app/docs/testing.md tells of them. */

#include <errno.h>
#include <stdlib.h>

#include <signalbox/listener.h>
#include <signalbox/testing.h>

#include "gauge/gauge.h"

static struct gauge *
make(struct sb_world *world, const char *url)
{
	struct gauge *gauge;
	struct sb_error error;

	if (gauge_create(world->d, world->r, url, "thames", &gauge, &error))
		sb_testing_fail(SB_PLACE, "%s", error.text);
	return gauge;
}

/* ---- On a tape ---- */

static void
a_level_is_told_and_a_ping_is_answered(void)
{
	struct sb_world *world = sb_world_create(1);
	struct gauge *gauge = make(world, NULL);
	struct sb_probe *probe = sb_probe_create(world->d, "gauge.*");
	struct sb_tape *tape = sb_tape_create();

	gauge_take(gauge, sb_tape_stream(tape));
	sb_tape_connect(tape);
	sb_tape_expect_line(tape, "WATCH thames");
	sb_tape_feed_line(tape, "OK");
	sb_tape_feed_by_byte(tape, "LEVEL 4.25\r\nPING 17\r\n");
	sb_probe_expect(probe, "gauge.measured river=thames metres=4.25");
	sb_tape_expect_line(tape, "PONG 17");

	sb_tape_feed_line(tape, "LEVEL high");
	sb_tape_expect_over(tape, -ECONNABORTED);
	sb_probe_expect(probe, "gauge.lost river=thames error=-ECONNABORTED");
	sb_probe_expect_none(probe);

	gauge_destroy(gauge);
	sb_tape_destroy(tape);
	sb_probe_destroy(probe);
	sb_world_destroy(world);
}

/* ---- As a transcript ---- */

static void
create(void *self, struct sb_world *world, const char *url)
{
	struct gauge **gauge = self;

	*gauge = make(world, url);
}

static void
destroy(void *self)
{
	struct gauge **gauge = self;

	gauge_destroy(*gauge);
}

static void
conversations_go_as_they_are_written(void)
{
	static const struct sb_subject subject = {
		.signals = "gauge.*",
		.create = create,
		.destroy = destroy,
	};
	struct gauge *gauge;

	sb_transcript_run_folder(SOURCE_DIR "/app/examples/gauge", &subject, &gauge);
}

/* ---- In the simulation ---- */

/* A station that has little to say: one level to whoever asks. */
static void
station_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self;
	if (memchr(bytes.ptr, '\n', bytes.len))
		(void)sb_stream_write(stream, sb_bytes_of("OK\r\nLEVEL 1.5\r\n"));
}

static void
station_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static void
station_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol protocol = {
		.data = station_data,
		.closed = station_closed,
	};

	sb_stream_attach(stream, &protocol, self);
}

static struct sb_listener *
open_station(struct sb_world *world)
{
	static const struct sb_acceptor acceptor = { .accepted = station_accepted };
	const char *address = "192.0.2.7";
	struct sb_listener *listener;
	struct sb_error error;

	if (sb_simulation_set_name(
		    world->sim, "levels.example.org", SB_LOOKUP_IPV4, &address, 1, 0, 20 * SB_MS)
		|| sb_listener_open(world->r, "tcp://192.0.2.7:4040", NULL, SB_PLACE, &acceptor,
			NULL, &listener, &error))
		sb_testing_fail(SB_PLACE, "there is no station");
	return listener;
}

static void
a_station_that_falls_silent_is_asked_again(void)
{
	struct sb_world *world = sb_world_create(1);
	struct sb_listener *station = open_station(world);
	struct gauge *gauge = make(world, "tcp://levels.example.org:4040");
	struct sb_probe *probe = sb_probe_create(world->d, "gauge.*");

	sb_simulation_run_for(world->sim, 59 * SB_S);
	sb_probe_expect(probe, "gauge.measured metres=1.5");
	sb_probe_expect_none(probe);
	sb_simulation_run_for(world->sim, 10 * SB_S);
	sb_probe_expect(probe, "gauge.lost error=-ETIMEDOUT");
	sb_probe_expect(probe, "gauge.measured metres=1.5");

	sb_simulation_cut_all(world->sim);
	sb_simulation_run_for(world->sim, 10 * SB_S);
	sb_probe_expect(probe, "gauge.lost error=-ECONNRESET");
	sb_probe_expect(probe, "gauge.measured metres=1.5");

	gauge_destroy(gauge);
	sb_probe_destroy(probe);
	sb_listener_close(station);
	sb_simulation_settle(world->sim);
	sb_world_destroy(world);
}

/* ---- In bad weather ---- */

static const struct sb_weather storm = {
	.latency_min_ns = SB_MS,
	.latency_max_ns = 2 * SB_S,
	.chops = true,
	.bytes_per_s = 20,
	.cut_per_million = 100000,
	.refuse_per_million = 300000,
	.vanish_per_million = 100000,
	.fail_names_per_million = 200000,
	.step_wall_every_ns = 60 * SB_S,
	.step_wall_max_ns = 3600 * SB_S,
};

static bool
has_measured(void *self)
{
	return sb_probe_count(self, "gauge.measured") > 0;
}

static void
after_a_storm_levels_come_again(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	struct sb_listener *station = open_station(world);
	struct gauge *gauge = make(world, "tcp://levels.example.org:4040");
	struct sb_probe *probe = sb_probe_create(world->d, "gauge.*");

	(void)self;
	sb_simulation_set_weather(world->sim, &storm);
	sb_simulation_run_for(world->sim, 3600 * SB_S);
	sb_simulation_set_weather(world->sim, &(struct sb_weather){ 0 });
	sb_probe_clear(probe);
	if (sb_simulation_run_until(world->sim, has_measured, probe, 600 * SB_S))
		sb_testing_fail(SB_PLACE, "ten minutes of sunshine, and no level");

	gauge_destroy(gauge);
	sb_probe_destroy(probe);
	sb_listener_close(station);
	sb_simulation_settle(world->sim);
	sb_world_destroy(world);
}

/* ---- Without memory ---- */

static void
measure_once(void *self)
{
	struct sb_world *world = sb_world_create(1);
	struct sb_tape *tape = sb_tape_create();
	struct gauge *gauge = NULL;

	(void)self;
	if (gauge_create(world->d, world->r, NULL, "thames", &gauge, NULL) == 0) {
		gauge_take(gauge, sb_tape_stream(tape));
		sb_tape_connect(tape);
		sb_tape_feed_by_byte(tape, "OK\r\nPING 17\r\n");
		if (!sb_testing_allocation_failed())
			sb_tape_expect(tape, "WATCH thames\r\nPONG 17\r\n");
	} else if (!sb_testing_allocation_failed()) {
		sb_testing_fail(SB_PLACE, "a gauge fails though it has memory");
	}
	gauge_destroy(gauge);
	sb_tape_destroy(tape);
	sb_simulation_settle(world->sim);
	sb_world_destroy(world);
}

int
main(void)
{
	a_level_is_told_and_a_ping_is_answered();
	conversations_go_as_they_are_written();
	a_station_that_falls_silent_is_asked_again();
	sb_testing_each_seed(1, 100, after_a_storm_levels_come_again, NULL);
	printf("%zu allocations\n", sb_testing_each_allocation(measure_once, NULL));
	return 0;
}
