/* Says back what it is told, to everybody who connects. */
#include <signalbox/listener.h>

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self;
	if (sb_stream_write(stream, bytes) < 0)
		sb_stream_abort(stream);
	else if (sb_stream_is_full(stream))
		sb_stream_pause(stream); /* who does not listen is not listened to */
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	(void)self;
	sb_stream_resume(stream);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream;
	if (error->code)
		fprintf(stderr, "echo: %s\n", error->text);
}

static const struct sb_protocol echoing = { NULL, on_data, on_drained, .closed = on_closed };
static const struct sb_acceptor echo = { .protocol = &echoing };

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:7000";
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!r || sb_listener_open(r, url, NULL, SB_PLACE, &echo, NULL, &listener, &error) < 0)
		return fprintf(stderr, "echo: %s\n", error.text), 1;
	return sb_reactor_run(r) < 0;
}
