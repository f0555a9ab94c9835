/* A room: what one says, a line at a time, all others hear. */
#include <signalbox/line.h>
#include <signalbox/listener.h>

static void
tell_others(void *self, struct sb_stream *from, struct sb_bytes line)
{
	struct sb_listener **room = self;
	char text[800];
	int len = snprintf(text, sizeof(text), "%s: %.*s\r\n", sb_stream_peer(from), (int)line.len,
		(const char *)line.ptr);

	sb_listener_write_all(*room, from, (struct sb_bytes){ text, (size_t)len });
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)error;
	tell_others(self, stream, sb_bytes_of("(has left)"));
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_line_protocol chatting = { .line = tell_others,
		.closed = on_closed };
	struct sb_line_reader *reader;

	if (sb_line_reader_create(stream, 500, SB_LINE_CUT, &chatting, self, &reader) < 0)
		fprintf(stderr, "chat: no room for %s\n", sb_stream_peer(stream));
}

static const struct sb_acceptor chat = { .accepted = on_accepted };

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:7002";
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *room;

	if (!r || sb_listener_open(r, url, NULL, SB_PLACE, &chat, &room, &room, &error) < 0)
		return fprintf(stderr, "chat: %s\n", error.text), 1;
	return sb_reactor_run(r) < 0;
}
