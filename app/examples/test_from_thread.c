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
static int ends[2], n_told;
static struct sb_reactor *r;
static struct sb_listener *room;

/* Types, once the guest is there. */
static void
on_guest(void *self, struct sb_stream *stream)
{
	(void)self, (void)stream;
	if (write(ends[1], typed, sizeof(typed) - 1) != sizeof(typed) - 1 || close(ends[1]) < 0)
		sb_testing_fail(SB_PLACE, "nothing can be typed");
}

static bool
on_told(void *self, void *line)
{
	bool has_done = on_line(self, line);

	if (++n_told == 2)
		sb_reactor_stop(r);
	return has_done;
}

int
main(void)
{
	static const struct sb_acceptor typing = { .accepted = on_guest, .protocol = &silent };
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_queue *queue;
	struct talker ann;
	pthread_t thread;

	r = sb_reactor_create();
	if (!d || !r || sb_join(d, r, SB_PLACE) < 0 || pipe(ends) < 0
		|| dup2(ends[0], STDIN_FILENO) < 0
		|| !(queue = sb_queue_create(d, NULL, SB_HANDLER(on_told), &room))
		|| sb_listener_open(
			   r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &typing, NULL, &room, NULL)
			   < 0
		|| pthread_create(&thread, NULL, read_lines, queue) != 0)
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
	sb_dispatcher_destroy(d);
	sb_reactor_destroy(r);
	return close(ends[0]);
}
