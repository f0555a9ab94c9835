/* What a thread reads from a file reaches the guest. The thread is a real one, and so is the loop:
 * a simulation's time would not wait for it. */
int from_thread_main(int argc, char **argv);
#define main from_thread_main
#include "from_thread.c"
#undef main

#include <unistd.h>

#include <signalbox/testing.h>

#include "talker/talker.h"

static int ends[2];

/* Types, once the guest is there. */
static void
on_guest(void *self, struct sb_stream *stream)
{
	static const char text[] = "one\ntwo\n";

	(void)self, (void)stream;
	if (write(ends[1], text, sizeof(text) - 1) != sizeof(text) - 1 || close(ends[1]) < 0)
		sb_testing_fail(SB_PLACE, "nothing can be typed");
}

int
main(void)
{
	static const struct sb_acceptor typing = { .accepted = on_guest, .protocol = &listening };
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct room room = { .r = sb_reactor_create() };
	struct sb_listener *unused;
	struct talker ann;

	if (!d || !room.r || pipe(ends) < 0 || dup2(ends[0], STDIN_FILENO) < 0)
		return 1;
	if (!room_begins(&room, d, "tcp://127.0.0.1:0", NULL))
		return 1;
	unused = room.listener;
	if (sb_listener_open(room.r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &typing, &room,
		    &room.listener, NULL)
		< 0)
		return 1;
	talker_call(&ann, room.r, sb_listener_url(room.listener));
	(void)alarm(60);
	if (sb_reactor_run(room.r) < 0)
		return 1;

	/* All is told; the guest hears it when the room closes. */
	sb_listener_close_streams(room.listener);
	sb_listener_close(room.listener);
	sb_listener_close(unused);
	if (sb_reactor_run(room.r) < 0 || strcmp(ann.heard, "one\ntwo\n") != 0)
		return 1;
	sb_dispatcher_destroy(d);
	sb_reactor_destroy(room.r);
	return close(ends[0]);
}
