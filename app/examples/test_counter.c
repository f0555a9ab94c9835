/* The counter, tested without a socket. */
int counter_main(void);
#define main counter_main
#include "counter.c"
#undef main

#include <signalbox/testing.h>

#include "talker/talker.h"

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct counter counter = { .n = 0 };
	struct talker ann, browser;

	if (!counter_begins(&counter, world->d, world->r, NULL))
		return 1;
	talker_call(&ann, world->r, "tcp://127.0.0.1:7003");
	talker_call(&browser, world->r, "tcp://127.0.0.1:7004");
	sb_simulation_settle(world->sim);
	if (talker_say(&ann, "seventeen bytes..") < 0)
		return 1;
	sb_simulation_settle(world->sim);
	if (talker_say(&browser, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") < 0)
		return 1;
	sb_simulation_settle(world->sim);
	if (!strstr(browser.heard, "\r\n\r\n17 bytes\n"))
		return 1;

	talker_leave(&ann);
	talker_leave(&browser);
	sb_simulation_settle(world->sim);
	sb_listener_close(counter.listener);
	sb_http_destroy(counter.http);
	sb_forget(world->d, &counter);
	sb_world_destroy(world);
	return 0;
}
