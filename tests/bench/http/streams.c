/* Our streams alone: what floor.c does, in a protocol on the reactor. Beside hello.c it tells what
 * reading HTTP costs, and beside floor.c what the reactor does. Prints its port. */

#include <signalbox/listener.h>
#include <signalbox/stream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char answer[] = "HTTP/1.1 200 OK\r\n"
			     "Content-Type: text/plain; charset=utf-8\r\n"
			     "Content-Length: 6\r\n"
			     "\r\n"
			     "hello\n";

/* A request of wrk comes whole, or these would be wrong. */
static void
data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self;
	if (memmem(bytes.ptr, bytes.len, "\r\n\r\n", 4))
		(void)sb_stream_write(stream, (struct sb_bytes){ answer, sizeof(answer) - 1 });
}

static void
closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self;
	(void)stream;
	(void)error;
}

static void
accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol protocol = { .data = data, .closed = closed };

	sb_stream_attach(stream, &protocol, self);
}

int
main(void)
{
	static const struct sb_acceptor acceptor = { .accepted = accepted };
	const struct sb_stream_options options = { .idle_timeout_ns = 60 * SB_S };
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!r
		|| sb_listener_open(r, "tcp://127.0.0.1:0", &options, SB_PLACE, &acceptor, NULL,
			   &listener, &error)
			   < 0) {
		(void)fprintf(stderr, "streams: %s\n", error.text);
		return 1;
	}
	(void)printf("%s\n", strrchr(sb_listener_url(listener), ':') + 1);
	(void)fflush(stdout);
	return sb_reactor_run(r);
}
