/* The echo server, tested without a socket. */
int echo_main(int argc, char **argv);
#define main echo_main
#include "echo.c"
#undef main

#include <signalbox/testing.h>

#include "talker/talker.h"

enum { N_BYTES = 300000 };

static char much[N_BYTES + 1];

static void
all_comes_back(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	struct sb_listener *listener = NULL;
	struct talker ann;

	(void)self;
	sb_simulation_set_weather(world->sim,
		&(struct sb_weather){ .latency_max_ns = SB_S, .chops = true, .pipe_size = 20000 });
	if (sb_listener_open(
		    world->r, "tcp://127.0.0.1:7", NULL, SB_PLACE, &echo, NULL, &listener, NULL)
		< 0)
		sb_testing_fail(SB_PLACE, "it does not listen");
	talker_call(&ann, world->r, "tcp://127.0.0.1:7");
	sb_simulation_run_for(world->sim, 10 * SB_S);
	if (talker_say(&ann, much) < 0)
		sb_testing_fail(SB_PLACE, "nothing can be said");
	sb_simulation_settle(world->sim);
	if (ann.n_heard != N_BYTES || memcmp(ann.heard, much, 8191) != 0)
		sb_testing_fail(SB_PLACE, "of %d bytes came back %zu", N_BYTES, ann.n_heard);
	sb_stream_close(ann.stream);
	sb_simulation_settle(world->sim);
	sb_listener_close(listener);
	sb_world_destroy(world);
}

int
main(void)
{
	for (int i = 0; i < N_BYTES; i++)
		much[i] = (char)('a' + i % 26);
	sb_testing_each_seed(1, 20, all_comes_back, NULL);
	return 0;
}
