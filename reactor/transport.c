#include <signalbox/stream.h>
#include <signalbox/tls.h>

#include <errno.h>

void
sb_stream_attach(struct sb_stream *stream, const struct sb_protocol *protocol, void *self)
{
	sb_assert(protocol);
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

int
sb_stream_start_tls(
	struct sb_stream *stream, struct sb_tls *tls, const char *name, struct sb_error *ret_error)
{
	if (!stream->transport->start_tls)
		return sb_error_set(ret_error, -EOPNOTSUPP, "this transport knows no TLS");
	return stream->transport->start_tls(stream, tls, name, ret_error);
}

bool
sb_stream_tls_info(const struct sb_stream *stream, struct sb_tls_info *ret_info)
{
	return stream->transport->tls_info && stream->transport->tls_info(stream, ret_info);
}
