#include <signalbox/stream.h>

void
sb_stream_attach(struct sb_stream *stream, const struct sb_protocol *protocol, void *self)
{
	sb_assert(protocol && protocol->closed);
	stream->transport->attach(stream, protocol, self);
}

int
sb_stream_write(struct sb_stream *stream, struct sb_bytes bytes)
{
	return stream->transport->write(stream, bytes);
}

size_t
sb_stream_queued(const struct sb_stream *stream)
{
	return stream->transport->queued(stream);
}

bool
sb_stream_is_full(const struct sb_stream *stream)
{
	return stream->transport->is_full(stream);
}

void
sb_stream_pause(struct sb_stream *stream)
{
	stream->transport->pause(stream);
}

void
sb_stream_resume(struct sb_stream *stream)
{
	stream->transport->resume(stream);
}

void
sb_stream_shutdown(struct sb_stream *stream)
{
	stream->transport->shutdown(stream);
}

void
sb_stream_close(struct sb_stream *stream)
{
	stream->transport->close(stream);
}

void
sb_stream_abort(struct sb_stream *stream)
{
	stream->transport->abort(stream);
}

void
sb_stream_destroy(struct sb_stream *stream)
{
	if (stream)
		stream->transport->destroy(stream);
}

void
sb_stream_set_idle_timeout(struct sb_stream *stream, int64_t idle_timeout_ns)
{
	sb_assert(idle_timeout_ns >= 0);
	stream->transport->set_idle_timeout(stream, idle_timeout_ns);
}

bool
sb_stream_is_open(const struct sb_stream *stream)
{
	return stream->transport->is_open(stream);
}

const char *
sb_stream_peer(const struct sb_stream *stream)
{
	return stream->transport->peer(stream);
}
