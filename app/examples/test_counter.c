/* The counter, tested without a socket. */
int counter_main(void);
#define main counter_main
#include "counter.c"
#undef main

#include <signalbox/testing.h>

#include "talker/talker.h"

#define URL "tcp://127.0.0.1:7003"
#define WEB "tcp://127.0.0.1:7004"

/* Who says this, and hears that. */
static void
say(struct sb_world *world, const char *url, const char *text, const char *answer)
{
	struct talker ann;

	talker_call(&ann, world->r, url);
	sb_simulation_settle(world->sim);
	if (talker_say(&ann, text) < 0)
		sb_testing_fail(SB_PLACE, "nobody listens at %s", url);
	sb_simulation_settle(world->sim);
	if (!strstr(ann.heard, answer))
		sb_testing_fail(SB_PLACE, "told: %s", ann.heard);
	talker_leave(&ann);
	sb_simulation_settle(world->sim);
}

int
main(void)
{
	static const struct sb_http_options web = { .url = WEB };
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_listener *listener;
	struct sb_http *http;
	uint64_t n = 0;

	if (sb_http_create(world->d, world->r, &web, SB_PLACE, &http, NULL) < 0
		|| sb_listener_open(world->r, URL, NULL, SB_PLACE, &counter, &n, &listener, NULL)
			   < 0)
		return 1;
	sb_http_requested_connect(world->d, http, SB_HANDLER(on_requested), &n);
	say(world, URL, "seventeen bytes..", "");
	say(world, WEB, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n17 bytes\n");
	say(world, URL, "five.", "");
	say(world, WEB, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n22 bytes\n");
	sb_listener_close(listener);
	sb_http_destroy(http);
	sb_world_destroy(world);
	return 0;
}
