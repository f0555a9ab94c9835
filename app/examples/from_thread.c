/* Tells what is typed to everybody who is connected. A thread reads it, since that may wait; a queue
 * brings it to the loop, which knows the streams. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <signalbox/join.h>
#include <signalbox/listener.h>
#include <signalbox/queue.h>

struct guest {
	struct sb_stream *stream;
	LIST_ENTRY(guest) link;
};

struct room {
	struct sb_reactor *r;
	struct sb_listener *listener;
	LIST_HEAD(, guest) guests;
};

/* The thread. What the queue does not take stays ours; NULL is the end. */
static void *
read_lines(void *self)
{
	struct sb_queue *lines = self;
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) >= 0 && !sb_queue_put(lines, line))
		line = NULL;
	free(line);
	(void)sb_queue_put(lines, NULL);
	sb_queue_release(lines);
	return NULL;
}

/* All below is the loop's. */

static bool
on_line(void *self, void *item)
{
	struct room *room = self;
	struct guest *to;

	if (!item)
		sb_reactor_stop(room->r);
	else
		LIST_FOREACH(to, &room->guests, link)
	if (sb_stream_write(to->stream, sb_bytes_of(item)) < 0)
		sb_stream_abort(to->stream); /* one who does not listen leaves */
	free(item);
	return true;
}

static void
on_dropped(void *self, void *item)
{
	(void)self;
	free(item);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct guest *guest = self;

	(void)stream, (void)error;
	LIST_REMOVE(guest, link);
	free(guest);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol listening = { .closed = on_closed };
	struct guest *guest = calloc(1, sizeof(*guest));
	struct room *room = self;

	if (!guest)
		return; /* one that is not taken is closed */
	guest->stream = stream;
	LIST_INSERT_HEAD(&room->guests, guest, link);
	sb_stream_attach(stream, &listening, guest);
}

/* Begins to read, for a reader that is a room. */
static int
room_begin(struct room *room, struct sb_dispatcher *d, const char *url, struct sb_error *ret_error)
{
	/* Who types faster than the loop can tell is told of with a gap. */
	static const struct sb_queue_options options = { .policy = SB_DROP_OLDEST,
		.drop = on_dropped };
	static const struct sb_acceptor acceptor = { .accepted = on_accepted };
	struct sb_queue *lines = sb_queue_create(d, &options, SB_HANDLER(on_line), room);
	pthread_t thread;
	int ret;

	if (!lines)
		return -1;
	ret = sb_listener_open(
		room->r, url, NULL, SB_PLACE, &acceptor, room, &room->listener, ret_error);
	if (ret == 0)
		ret = -pthread_create(&thread, NULL, read_lines, lines);
	if (ret < 0) {
		sb_queue_release(lines);
		return ret;
	}
	return -pthread_detach(thread);
}

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:7005";
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct room room = { .r = sb_reactor_create() };
	struct sb_error error = { .text = "out of memory" };

	if (!d || !room.r || sb_join(d, room.r, SB_PLACE) < 0
		|| room_begin(&room, d, url, &error) < 0) {
		fprintf(stderr, "from_thread: %s\n", error.text);
		return 1;
	}
	return sb_reactor_run(room.r) < 0;
}
