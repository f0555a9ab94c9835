/* Tells what is typed to everybody who is connected. A thread reads it, since that may wait; a queue
 * brings it to the loop, which knows the streams. */
#include <pthread.h>
#include <stdlib.h>

#include <signalbox/join.h>
#include <signalbox/listener.h>
#include <signalbox/queue.h>

struct room {
	struct sb_reactor *r;
	struct sb_listener *listener;
};

/* The thread. What the queue does not take stays ours; NULL is the end. */
static void *
read_lines(void *queue)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) >= 0 && !sb_queue_put(queue, line))
		line = NULL;
	free(line);
	(void)sb_queue_put(queue, NULL);
	return sb_queue_release(queue), NULL;
}

static bool
on_line(void *self, void *line)
{
	struct room *room = self;

	if (line)
		sb_listener_write_all(room->listener, NULL, sb_bytes_of(line));
	else
		sb_reactor_stop(room->r);
	free(line);
	return true;
}

static void
on_dropped(void *self, void *line)
{
	(void)self;
	free(line);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static const struct sb_protocol listening = { .closed = on_closed };
static const struct sb_acceptor hall = { .protocol = &listening };

/* Who types faster than the loop can tell is told of with a gap. */
static const struct sb_queue_options options = { .policy = SB_DROP_OLDEST, .drop = on_dropped };

static bool
room_begins(struct room *room, struct sb_dispatcher *d, const char *url, struct sb_error *ret_error)
{
	struct sb_queue *queue = sb_queue_create(d, &options, SB_HANDLER(on_line), room);
	pthread_t thread;

	return queue && sb_join(d, room->r, SB_PLACE) == 0
	       && !sb_listener_open(
		       room->r, url, NULL, SB_PLACE, &hall, room, &room->listener, ret_error)
	       && !pthread_create(&thread, NULL, read_lines, queue) && !pthread_detach(thread);
}

int
main(int argc, char **argv)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct room room = { .r = sb_reactor_create() };
	struct sb_error error = { .text = "out of memory" };

	if (!d || !room.r
		|| !room_begins(&room, d, argc > 1 ? argv[1] : "tcp://127.0.0.1:7005", &error))
		return fprintf(stderr, "from_thread: %s\n", error.text), 1;
	return sb_reactor_run(room.r) < 0;
}
