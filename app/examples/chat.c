/* A room: what one says, a line at a time, all others hear. */
#include <stdlib.h>

#include <signalbox/line.h>
#include <signalbox/listener.h>

struct guest {
	struct sb_listener **room;
	struct sb_lines lines;
};

static void
tell_others(struct guest *guest, struct sb_stream *stream, struct sb_bytes line)
{
	char text[800];
	int len = snprintf(text, sizeof(text), "%s: %.*s\r\n", sb_stream_peer(stream),
		(int)line.len, (const char *)line.ptr);

	sb_listener_write_all(*guest->room, stream, (struct sb_bytes){ text, (size_t)len });
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct guest *guest = self;

	sb_line_feed(&guest->lines, bytes);
	while (sb_line_next(&guest->lines, &bytes) != SB_LINE_NONE)
		tell_others(guest, stream, bytes);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct guest *guest = self;

	(void)error;
	tell_others(guest, stream, sb_bytes_of("(has left)"));
	sb_line_finish(&guest->lines);
	free(guest);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol chatting = { .data = on_data, .closed = on_closed };
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return; /* one that is not taken is closed */
	guest->room = self;
	sb_line_init(&guest->lines, 500, SB_LINE_CUT);
	sb_stream_attach(stream, &chatting, guest);
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
