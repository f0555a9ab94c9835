/* What a thread reads from a file reaches the guest. The thread is a real one, and so is the loop:
 * a simulation's time would not wait for it. */
int from_thread_main(void);
#define main from_thread_main
#include "from_thread.c"
#undef main

#include <unistd.h>

#include <signalbox/testing.h>

#include "talker/talker.h"

static const char typed[] = "one\ntwo\n";
static int ends[2];

/* Types, once the guest is there. */
static void
on_guest(void *self, struct sb_stream *stream)
{
	(void)self, (void)stream;
	if (write(ends[1], typed, sizeof(typed) - 1) != sizeof(typed) - 1 || close(ends[1]) < 0)
		sb_testing_fail(SB_PLACE, "nothing can be typed");
}

static void
on_typed(void *r)
{
	sb_reactor_stop(r);
}

/* The lines are posted when this is. */
static void *
read_all(void *r)
{
	(void)read_lines(r);
	if (sb_reactor_post(r, on_typed, SB_PLACE, r) < 0)
		sb_testing_fail(SB_PLACE, "the end cannot be told");
	return NULL;
}

int
main(void)
{
	static const struct sb_acceptor typing = { .accepted = on_guest, .protocol = &listening };
	struct sb_reactor *r = sb_reactor_create();
	struct talker ann;
	pthread_t thread;

	if (!r || pipe(ends) < 0 || dup2(ends[0], STDIN_FILENO) < 0
		|| sb_listener_open(
			   r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &typing, NULL, &room, NULL)
			   < 0
		|| pthread_create(&thread, NULL, read_all, r) != 0)
		return 1;
	talker_call(&ann, r, sb_listener_url(room));
	(void)alarm(60);
	if (sb_reactor_run(r) < 0 || pthread_join(thread, NULL) != 0)
		return 1;

	/* All is told; the guest hears it when the room closes. */
	sb_listener_close_streams(room);
	sb_listener_close(room);
	if (sb_reactor_run(r) < 0 || strcmp(ann.heard, typed) != 0)
		return 1;
	sb_reactor_destroy(r);
	return close(ends[0]);
}
