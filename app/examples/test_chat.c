/* The chat server, tested without a socket. */
int chat_main(int argc, char **argv);
#define main chat_main
#include "chat.c"
#undef main

#include <signalbox/testing.h>

#include "talker/talker.h"

int
main(void)
{
	const char url[] = "tcp://127.0.0.1:7";
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_listener *room;
	struct talker ann, bob, eve;

	if (sb_listener_open(world->r, url, NULL, SB_PLACE, &chat, &room, &room, NULL) < 0)
		return 1;
	talker_call(&ann, world->r, url);
	talker_call(&bob, world->r, url);
	talker_call(&eve, world->r, url);
	sb_simulation_settle(world->sim);

	/* Whole lines are heard, by all others. */
	talker_say(&ann, "good ");
	sb_simulation_settle(world->sim);
	if (bob.heard[0] || talker_say(&ann, "morning\r\nto all\r\n") < 0)
		return 1;
	sb_simulation_settle(world->sim);
	if (!strstr(bob.heard, ": good morning\r\n") || !strstr(eve.heard, ": to all\r\n")
		|| ann.heard[0])
		return 1;

	/* One who goes is missed. */
	talker_leave(&eve);
	sb_simulation_settle(world->sim);
	if (!strstr(bob.heard, ": (has left)\r\n"))
		return 1;

	talker_leave(&ann);
	talker_leave(&bob);
	sb_simulation_settle(world->sim);
	if (sb_listener_n_streams(room))
		return 1;
	sb_listener_close(room);
	sb_world_destroy(world);
	return 0;
}
