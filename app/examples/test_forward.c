/* The forwarder, tested without a socket. */
int forward_main(int argc, char **argv);
#define main forward_main
#include "forward.c"
#undef main

#include <errno.h>

#include <signalbox/testing.h>

#include "talker/talker.h"

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct forwarder f = { world->r, "tcp://127.0.0.1:2" };
	struct sb_listener *listener = NULL, *listener_there;
	struct talker ann, there;

	if (sb_listener_open(
		    world->r, "tcp://127.0.0.1:1", NULL, SB_PLACE, &forwarding, &f, &listener, NULL)
		< 0)
		return 1;

	/* Nobody is there. */
	talker_call(&ann, world->r, "tcp://127.0.0.1:1");
	sb_simulation_settle(world->sim);
	if (ann.stream || ann.error == -ECONNREFUSED)
		return 1;

	/* Somebody is, and each hears the other. */
	listener_there = talker_listen(&there, world->r, "tcp://127.0.0.1:2");
	talker_call(&ann, world->r, "tcp://127.0.0.1:1");
	sb_simulation_settle(world->sim);
	if (!there.stream || talker_say(&ann, "who?") || talker_say(&there, "me"))
		return 1;
	sb_simulation_settle(world->sim);
	if (strcmp(there.heard, "who?") != 0 || strcmp(ann.heard, "me") != 0)
		return 1;

	/* Who leaves takes the other along. */
	talker_leave(&ann);
	sb_simulation_settle(world->sim);
	if (there.stream)
		return 1;

	sb_listener_close(listener_there);
	sb_listener_close(listener);
	sb_world_destroy(world);
	return 0;
}
