/* The counter, tested without a socket. */
int counter_main(void);
#define main counter_main
#include "counter.c"
#undef main

#include <signalbox/testing.h>

#include "talker/talker.h"

#define URL "tcp://127.0.0.1:7003"

static void
say_all(struct sb_world *world, const char *text, const char *answer)
{
	struct talker ann;

	talker_call(&ann, world->r, URL);
	sb_simulation_settle(world->sim);
	if (talker_say(&ann, text) < 0)
		sb_testing_fail(SB_PLACE, "the counter is not there");
	sb_stream_shutdown(ann.stream);
	sb_simulation_settle(world->sim);
	if (strcmp(ann.heard, answer) != 0 || ann.stream)
		sb_testing_fail(SB_PLACE, "told: %s", ann.heard);
}

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_listener *listener;
	uint64_t n = 0;

	if (sb_listener_open(world->r, URL, NULL, SB_PLACE, &counter, &n, &listener, NULL) < 0)
		return 1;
	say_all(world, "seventeen bytes..", "17 bytes\n");
	say_all(world, "five.", "22 bytes\n");
	sb_listener_close(listener);
	sb_world_destroy(world);
	return 0;
}
