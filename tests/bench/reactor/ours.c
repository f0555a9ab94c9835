/* Ours: a stream's protocol emits a signal for each piece, or for each line, that comes, and a handler
 * answers. ours echo|lines. Prints its port. */

#include <signalbox/line.h>
#include <signalbox/listener.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ours_signals.h"

enum { LINE_LIMIT = 512 };

struct server {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	const struct sb_protocol *protocol;
	char out[64 * 1024]; /* the answers to the lines of one piece */
	size_t out_len;
};

static struct server server;

/* ---- The application ---- */

static void
on_data(void *self, struct sb_stream *stream, const struct bench_data *e)
{
	(void)self;
	(void)sb_stream_write(stream, e->bytes);
	if (sb_stream_is_full(stream))
		sb_stream_pause(stream);
}

static void
on_line(void *self, struct sb_stream *stream, const struct bench_line *e)
{
	struct server *s = self;

	(void)stream;
	memcpy(s->out + s->out_len, e->line.ptr, e->line.len);
	memcpy(s->out + s->out_len + e->line.len, "\r\n", 2);
	s->out_len += e->line.len + 2;
}

/* ---- The protocols ---- */

static void
drained(void *self, struct sb_stream *stream)
{
	(void)self;
	sb_stream_resume(stream);
}

static void
echo_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self;
	(void)bench_data_emit(server.d, stream, &(struct bench_data){ .bytes = bytes });
}

static void
echo_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self;
	(void)error;
	sb_forget(server.d, stream);
}

static void
lines_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct sb_lines *lines = self;
	struct sb_bytes line;

	server.out_len = 0;
	sb_line_feed(lines, bytes);
	while (sb_line_next(lines, &line) == SB_LINE_WHOLE)
		if (bench_line_emit(server.d, stream, &(struct bench_line){ .line = line })
			== -ECANCELED)
			return;
	(void)sb_stream_write(stream, (struct sb_bytes){ server.out, server.out_len });
}

static void
lines_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)error;
	sb_forget(server.d, stream);
	sb_line_finish(self);
	free(self);
}

static void
accepted(void *self, struct sb_stream *stream)
{
	struct sb_lines *lines = NULL;

	(void)self;
	if (server.protocol->data == lines_data) {
		lines = calloc(1, sizeof(*lines));
		if (!lines)
			exit(1);
		sb_line_init(lines, LINE_LIMIT, SB_LINE_DROP);
	}
	sb_stream_attach(stream, server.protocol, lines);
}

int
main(int argc, char **argv)
{
	static const struct sb_protocol echo = {
		.data = echo_data, .drained = drained, .closed = echo_closed
	};
	static const struct sb_protocol lines = {
		.data = lines_data, .drained = drained, .closed = lines_closed
	};
	static const struct sb_acceptor acceptor = { .accepted = accepted };
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	server.protocol = argc > 1 && !strcmp(argv[1], "lines") ? &lines : &echo;
	server.d = sb_dispatcher_create(NULL, NULL);
	server.r = sb_reactor_create();
	if (!server.d || !server.r || sb_register(server.d, &ours_signals) < 0
		|| sb_listener_open(server.r, "tcp://127.0.0.1:0", NULL, SB_PLACE, &acceptor, NULL,
			   &listener, &error)
			   < 0) {
		(void)fprintf(stderr, "ours: %s\n", error.text);
		return 1;
	}
	bench_data_connect(server.d, SB_ANY, SB_HANDLER(on_data), &server);
	bench_line_connect(server.d, SB_ANY, SB_HANDLER(on_line), &server);
	(void)printf("%s\n", strrchr(sb_listener_url(listener), ':') + 1);
	(void)fflush(stdout);
	return sb_reactor_run(server.r);
}
