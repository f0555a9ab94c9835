/* Tells what is typed to all who are connected. A thread reads it, since that may wait; a queue brings it
 * to the loop, which knows the streams. */
#include <pthread.h>
#include <stdlib.h>

#include <signalbox/join.h>
#include <signalbox/listener.h>
#include <signalbox/queue.h>

/* The thread. What the queue does not take stays ours. */
static void *
read_lines(void *queue)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) >= 0 && !sb_queue_put(queue, line))
		line = NULL;
	if (!feof(stdin))
		fprintf(stderr, "from_thread: typed faster than it can be told\n");
	sb_queue_release(queue);
	return free(line), NULL;
}

static bool
on_line(void *room, void *line)
{
	sb_listener_write_all(*(struct sb_listener **)room, NULL, sb_bytes_of(line));
	return free(line), true;
}

static const struct sb_protocol silent = { .closed = NULL };
static const struct sb_acceptor hall = { .protocol = &silent };

int
main(void)
{
	const char *url = "tcp://127.0.0.1:7005";
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error e = { .text = "no memory, or no thread" };
	struct sb_listener *room;
	struct sb_queue *queue;
	pthread_t thread;

	if (!d || !r || sb_join(d, r, SB_PLACE) < 0
		|| !(queue = sb_queue_create(d, NULL, SB_HANDLER(on_line), &room))
		|| sb_listener_open(r, url, NULL, SB_PLACE, &hall, NULL, &room, &e) < 0
		|| pthread_create(&thread, NULL, read_lines, queue) != 0)
		return fprintf(stderr, "from_thread: %s\n", e.text), 1;
	return sb_reactor_run(r) < 0;
}
