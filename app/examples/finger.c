/* Asks a host about somebody (RFC 1288): finger alice@example.org. Its addresses race. */
#include <signalbox/stream.h>

static void
on_connected(void *self, struct sb_stream *stream)
{
	sb_stream_write(stream, (struct sb_bytes){ self, strcspn(self, "@") });
	sb_stream_write(stream, sb_bytes_of("\r\n"));
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)self, (void)stream;
	fwrite(bytes.ptr, 1, bytes.len, stdout);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream;
	if (error->code)
		fprintf(stderr, "finger: %s\n", error->text);
}

static const struct sb_protocol finger = { on_connected, on_data, .closed = on_closed };

int
main(int argc, char **argv)
{
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "write whom and where: finger alice@example.org" };
	char url[300], *host = argc > 1 ? strchr(argv[1], '@') : NULL;
	struct sb_stream *s;

	snprintf(url, sizeof(url), "tcp://%s:79", host ? host + 1 : "");
	if (!r || !host || sb_stream_connect(r, url, NULL, SB_PLACE, &finger, argv[1], &s, &error))
		return fprintf(stderr, "finger: %s\n", error.text), 1;
	return sb_reactor_run(r);
}
