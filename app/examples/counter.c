/* Counts the bytes that everybody sends it; who has said all is told how many there were so far. */
#include <inttypes.h>

#include <signalbox/listener.h>

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)stream;
	*(uint64_t *)self += bytes.len;
}

static void
on_ended(void *self, struct sb_stream *stream)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " bytes\n", *(uint64_t *)self);
	(void)sb_stream_write(stream, sb_bytes_of(text));
	sb_stream_close(stream);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static const struct sb_protocol counting = { NULL, on_data, NULL, on_ended, .closed = on_closed };
static const struct sb_acceptor counter = { .protocol = &counting };

int
main(void)
{
	const char *url = "tcp://127.0.0.1:7003";
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error e = { .text = "out of memory" };
	struct sb_listener *listener;
	uint64_t n = 0;

	if (!r || sb_listener_open(r, url, NULL, SB_PLACE, &counter, &n, &listener, &e))
		return fprintf(stderr, "counter: %s\n", e.text), 1;
	return sb_reactor_run(r) < 0;
}
