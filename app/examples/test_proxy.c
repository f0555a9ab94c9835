/* The proxy, tested without a socket: the browser and the server are talkers. */
int proxy_main(int argc, char **argv);
#define main proxy_main
#include "proxy.c"
#undef main

#include <signalbox/testing.h>

#include "talker/talker.h"

#define URL "tcp://127.0.0.1:80"
#define SERVER "tcp://127.0.0.1:8080"
#define REQUEST "GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"

static struct talker browser, server;
static struct sb_world *world;

/* A browser that has said this. */
static void
ask(const char *text)
{
	talker_call(&browser, world->r, URL);
	sb_simulation_settle(world->sim);
	if (talker_say(&browser, text) < 0)
		sb_testing_fail(SB_PLACE, "the proxy is not there");
	sb_simulation_settle(world->sim);
}

static void
expect(const char *place, const char *heard, const char *part)
{
	if (!strstr(heard, part))
		sb_testing_fail(place, "no \"%s\" in:\n%s", part, heard);
}

static void
a_request_and_its_answer_pass(void)
{
	static char body[300000];

	ask(REQUEST);
	expect(SB_PLACE, server.heard,
		"GET /a HTTP/1.1\r\nHost: a\r\n"
		"X-Forwarded-For: 127.0.0.1\r\nConnection: close\r\n\r\n");
	talker_say(&server, "HTTP/1.1 200 OK\r\n\r\nhello");
	sb_simulation_settle(world->sim);
	talker_say(&server, " world");
	sb_stream_close(server.stream);
	sb_simulation_settle(world->sim);
	expect(SB_PLACE, browser.heard, "HTTP/1.1 200 OK\r\n\r\nhello world");
	if (server.stream || browser.stream)
		sb_testing_fail(SB_PLACE, "the connections are not over");

	/* A head in pieces; and a browser that leaves while it is passed on, or before. */
	ask("GET /b HTTP/1.1\r\nconnection: x\r\nHost: b\r\n\r");
	talker_say(&browser, "\n");
	sb_simulation_settle(world->sim);
	expect(SB_PLACE, server.heard, "GET /b HTTP/1.1\r\nHost: b\r\nX-Forwarded-For: ");
	talker_leave(&browser);
	ask("GET");
	talker_leave(&browser);
	sb_simulation_settle(world->sim);

	/* A long body, before the answer begins. */
	memset(body, 'x', sizeof(body) - 1);
	ask("POST / HTTP/1.1\r\nContent-Length: 299999\r\n\r\n");
	talker_say(&browser, body);
	sb_simulation_settle(world->sim);
	expect(SB_PLACE, server.heard, "\r\n\r\nxxxx");
	if (server.n_heard < sizeof(body))
		sb_testing_fail(SB_PLACE, "the server has %zu bytes", server.n_heard);
	talker_leave(&browser);
	sb_simulation_settle(world->sim);
	if (server.stream)
		sb_testing_fail(SB_PLACE, "the browser left, and the server was not told");
}

static void
what_cannot_pass_is_answered(void)
{
	static char much[100000];

	/* Nobody answers in time; or leaves without a word. */
	ask(REQUEST);
	sb_simulation_run_for(world->sim, 31 * SB_S);
	expect(SB_PLACE, browser.heard, "HTTP/1.1 504 Gateway Timeout\r\n");
	ask(REQUEST);
	talker_leave(&server);
	sb_simulation_settle(world->sim);
	expect(SB_PLACE, browser.heard, "HTTP/1.1 502 Bad Gateway\r\n");

	/* Or says that it has no more to say. */
	ask(REQUEST);
	sb_stream_shutdown(server.stream);
	sb_simulation_settle(world->sim);
	expect(SB_PLACE, browser.heard, "HTTP/1.1 502 Bad Gateway\r\n");

	/* A head without an end. */
	memset(much, 'x', sizeof(much) - 1);
	ask(much);
	if (browser.stream)
		sb_testing_fail(SB_PLACE, "a head without an end is still read");

	sb_simulation_set_reach(world->sim, SERVER, SB_REFUSED);
	ask(REQUEST);
	expect(SB_PLACE, browser.heard, "HTTP/1.1 502 Bad Gateway\r\n");
	sb_simulation_set_reach(world->sim, SERVER, SB_BLACK_HOLED);
	ask(REQUEST);
	sb_simulation_run_for(world->sim, 31 * SB_S);
	expect(SB_PLACE, browser.heard, "HTTP/1.1 504 Gateway Timeout\r\n");
}

int
main(void)
{
	struct sb_listener *listener = NULL, *there;
	struct proxy proxy;

	world = sb_world_create(sb_testing_seed());
	proxy = (struct proxy){ world->r, SERVER };
	there = talker_listen(&server, world->r, SERVER);
	if (!there
		|| sb_listener_open(
			   world->r, URL, NULL, SB_PLACE, &proxying, &proxy, &listener, NULL)
			   < 0)
		return 1;
	a_request_and_its_answer_pass();
	what_cannot_pass_is_answered();
	sb_listener_close(there);
	sb_listener_close(listener);
	sb_world_destroy(world);
	return 0;
}
