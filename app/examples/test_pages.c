/* The pages, tested without a socket and without a browser. */
int pages_main(int argc, char **argv);
#define main pages_main
#include "pages.c"
#undef main

#include <signalbox/testing.h>

int
main(void)
{
	struct sb_world *world = sb_world_create(sb_testing_seed());
	struct sb_tape *tape = sb_tape_create();
	struct pages pages = { .n_guests = 0 };

	if (pages_begin(&pages, world->d, world->r, NULL, NULL) < 0)
		return 1;
	sb_http_attach(pages.http, sb_tape_stream(tape));
	sb_tape_connect(tape);

	/* A page. */
	sb_tape_feed(tape, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	sb_tape_expect_line(tape, "HTTP/1.1 200 OK");
	sb_tape_seek(tape, "0 so far.");
	sb_tape_clear(tape);

	/* A form that posts, and one that was left empty. */
	sb_tape_feed(tape, "POST /guests HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n"
			   "Content-Type: application/x-www-form-urlencoded\r\n\r\nname=bob");
	sb_tape_expect_line(tape, "HTTP/1.1 303 See Other");
	sb_tape_seek(tape, "Location: /\r\n");
	sb_tape_clear(tape);
	sb_tape_feed(tape, "POST /guests HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
	sb_tape_expect_line(tape, "HTTP/1.1 400 Bad Request");
	sb_tape_clear(tape);

	/* An answer that is given later: two seconds take no time here. */
	sb_tape_feed(tape, "GET /bell HTTP/1.1\r\nHost: a\r\n\r\n");
	sb_tape_expect(tape, "");
	sb_simulation_run_for(world->sim, 2 * SB_S);
	sb_tape_turn(tape);
	sb_tape_expect_line(tape, "HTTP/1.1 200 OK");
	sb_tape_seek(tape, "\r\n\r\nComing!\n");

	/* What is on no route. */
	sb_tape_feed(tape, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
	sb_tape_expect_line(tape, "HTTP/1.1 404 Not Found");
	if (pages.n_guests != 1)
		return 1;

	sb_http_destroy(pages.http);
	sb_timer_finish(&pages.timer);
	sb_tape_destroy(tape);
	sb_forget(world->d, &pages);
	sb_world_destroy(world);
	return 0;
}
