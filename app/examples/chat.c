/* A room: what one says, a line at a time, all others hear. */
#include <stdlib.h>
#include <sys/queue.h>

#include <signalbox/line.h>
#include <signalbox/listener.h>

struct guest {
	struct room *room;
	struct sb_stream *stream;
	struct sb_lines lines;
	LIST_ENTRY(guest) link;
};

struct room {
	LIST_HEAD(, guest) guests;
};

static void
tell_others(const struct guest *from, struct sb_bytes line)
{
	char text[600];
	struct guest *to;
	int len = snprintf(text, sizeof(text), "%s: %.*s\r\n", sb_stream_peer(from->stream),
		(int)line.len, (const char *)line.ptr);

	LIST_FOREACH(to, &from->room->guests, link)
	if (to != from && sb_stream_write(to->stream, (struct sb_bytes){ text, (size_t)len }) < 0)
		sb_stream_abort(to->stream); /* one who does not listen leaves */
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct guest *guest = self;
	struct sb_bytes line;
	enum sb_line got;

	(void)stream;
	sb_line_feed(&guest->lines, bytes);
	while ((got = sb_line_next(&guest->lines, &line)) != SB_LINE_NONE)
		if (got == SB_LINE_WHOLE)
			tell_others(guest, line);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct guest *guest = self;

	(void)stream, (void)error;
	tell_others(guest, sb_bytes_of("(has left)"));
	LIST_REMOVE(guest, link);
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
	guest->stream = stream;
	sb_line_init(&guest->lines, 500, SB_LINE_CUT);
	LIST_INSERT_HEAD(&guest->room->guests, guest, link);
	sb_stream_attach(stream, &chatting, guest);
}

static const struct sb_acceptor chat = { .accepted = on_accepted };

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:7002";
	struct sb_reactor *r = sb_reactor_create();
	struct room room = { LIST_HEAD_INITIALIZER(room.guests) };
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!r || sb_listener_open(r, url, NULL, SB_PLACE, &chat, &room, &listener, &error) < 0) {
		fprintf(stderr, "chat: %s\n", error.text);
		return 1;
	}
	return sb_reactor_run(r) < 0;
}
