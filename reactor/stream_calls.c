#include "stream.h"

#include <errno.h>

static struct stream *
stream_of(struct sb_stream *base)
{
	return (struct stream *)base;
}

static const struct stream *
const_stream_of(const struct sb_stream *base)
{
	return (const struct stream *)base;
}

static void
stream_attach(struct sb_stream *base, const struct sb_protocol *protocol, void *self)
{
	struct stream *s = stream_of(base);

	s->protocol = protocol;
	s->self = self;
}

/* Sends what goes at once. Returns how much that was, or a negative errno. */
static ssize_t
write_at_once(struct stream *s, struct sb_bytes bytes)
{
	ssize_t n;

	if (s->queue)
		return 0;
	n = s->end->ops->write(s->end, bytes.ptr, bytes.len);
	return n == -EAGAIN ? 0 : n;
}

static int
stream_write(struct sb_stream *base, struct sb_bytes bytes)
{
	struct stream *s = stream_of(base);
	ssize_t n;

	if (s->write_error)
		return -EPIPE;
	if (s->state != OPEN || !s->is_told || s->shuts_down)
		return -ENOTCONN;
	if (bytes.len == 0)
		return 0;
	if (bytes.len > s->origin->options.hard_limit - queued_len(s))
		return -ENOBUFS;
	if (sb_stream_reserve(s, bytes.len) < 0)
		return -ENOMEM;
	n = write_at_once(s, bytes);
	if (n < 0) {
		sb_stream_fail_writing(s, (int)n);
		sb_stream_update(s);
		return -EPIPE;
	}
	if (n > 0 && s->has_ended)
		sb_stream_note_heard(s);
	if ((size_t)n < bytes.len) {
		sb_stream_enqueue(s, (const unsigned char *)bytes.ptr + n, bytes.len - (size_t)n);
		s->is_full = s->is_full || queued_len(s) > s->origin->options.high_water;
		sb_stream_update(s);
	}
	return 0;
}

static size_t
stream_queued(const struct sb_stream *base)
{
	return queued_len(const_stream_of(base));
}

static bool
stream_is_full(const struct sb_stream *base)
{
	const struct stream *s = const_stream_of(base);

	return s->is_full && s->state == OPEN && !s->shuts_down;
}

static void
stream_pause(struct sb_stream *base)
{
	struct stream *s = stream_of(base);

	s->is_paused = true;
	sb_stream_update(s);
}

static void
stream_resume(struct sb_stream *base)
{
	struct stream *s = stream_of(base);

	if (!s->is_paused)
		return;
	s->is_paused = false;
	sb_stream_note_heard(s);
	sb_stream_update(s);
}

static void
stream_shutdown(struct sb_stream *base)
{
	struct stream *s = stream_of(base);

	s->shuts_down = true;
	sb_stream_shut_down_if_written(s);
	sb_stream_update(s);
}

static void
stream_close(struct sb_stream *base)
{
	struct stream *s = stream_of(base);

	if (s->state == CONNECTING || (s->state == OPEN && !s->is_told))
		sb_stream_end(s, WE_ABORTED, -ECONNABORTED);
	else if (s->state == OPEN || s->state == SECURING)
		sb_stream_begin_closing(s, WE_CLOSED);
}

static void
stream_abort(struct sb_stream *base)
{
	struct stream *s = stream_of(base);

	if (s->state < OVER)
		sb_stream_end(s, WE_ABORTED, -ECONNABORTED);
}

static void
stream_destroy(struct sb_stream *base)
{
	struct stream *s = stream_of(base);
	struct stream_watch *watch = s->origin->watch;

	if (s->state == GONE)
		return;
	sb_stream_retire(s);
	if (watch)
		watch->over(watch, base, NULL);
}

static void
stream_set_idle_timeout(struct sb_stream *base, int64_t idle_timeout_ns)
{
	struct stream *s = stream_of(base);

	if (s->state >= OVER || (idle_timeout_ns == 0 && !s->deadlines))
		return;
	if (sb_stream_need_deadlines(s) < 0) {
		sb_stream_end(s, NO_MEMORY, -ENOMEM);
		return;
	}
	s->deadlines->idle_timeout_ns = idle_timeout_ns;
	sb_stream_note_heard(s);
	sb_stream_set_timer(s);
}

static const char *
stream_peer(const struct sb_stream *base)
{
	const struct stream *s = const_stream_of(base);
	struct sb_reactor *r = s->origin->reactor;

	sb_stream_print_peer(s, r->peer_text, sizeof(r->peer_text));
	return r->peer_text;
}

static bool
stream_is_open(const struct sb_stream *base)
{
	const struct stream *s = const_stream_of(base);

	return s->state == OPEN && s->is_told;
}

const struct sb_transport sb_stream_transport = {
	.attach = stream_attach,
	.write = stream_write,
	.queued = stream_queued,
	.is_full = stream_is_full,
	.pause = stream_pause,
	.resume = stream_resume,
	.shutdown = stream_shutdown,
	.close = stream_close,
	.abort = stream_abort,
	.destroy = stream_destroy,
	.set_idle_timeout = stream_set_idle_timeout,
	.peer = stream_peer,
	.start_tls = sb_stream_begin_tls,
	.tls_info = sb_stream_has_tls,
	.is_open = stream_is_open,
};
