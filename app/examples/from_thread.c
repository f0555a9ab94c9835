/* Tells what is typed to all who are connected. A thread reads, which may wait; the loop tells. */
#include <pthread.h>
#include <stdlib.h>

#include <signalbox/listener.h>

static struct sb_listener *room; /* the loop's: no other thread touches it */

static void
on_line(void *line)
{
	sb_listener_write_all(room, NULL, sb_bytes_of(line));
	free(line);
}

static void *
read_lines(void *r)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) >= 0 && !sb_reactor_post(r, on_line, SB_PLACE, line))
		line = NULL;
	return free(line), NULL;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static const struct sb_protocol listening = { .closed = on_closed };
static const struct sb_acceptor hall = { .protocol = &listening };

int
main(void)
{
	const char *url = "tcp://127.0.0.1:7005";
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error e = { .text = "no memory, or no thread" };
	pthread_t thread;

	if (!r || sb_listener_open(r, url, NULL, SB_PLACE, &hall, NULL, &room, &e) < 0
		|| pthread_create(&thread, NULL, read_lines, r) != 0)
		return fprintf(stderr, "from_thread: %s\n", e.text), 1;
	return sb_reactor_run(r) < 0;
}
