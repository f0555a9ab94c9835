#include "stream.h"

#include <errno.h>
#include <stdlib.h>

enum {
	READS_A_TURN = 16, /* of READ_CAP, before others have theirs */
};

/* When it will have taken too long, as things stand. */
static int64_t
deadline_ns(const struct stream *s)
{
	switch (s->state) {
	case CONNECTING:
	case SECURING:
	case CLOSING:
		return s->give_up_ns;
	case OPEN:
		if (s->is_paused)
			return INT64_MAX;
		if (s->write_error)
			return time_add(s->active_ns, s->options.close_timeout_ns);
		if (s->options.idle_timeout_ns > 0)
			return time_add(s->active_ns, s->options.idle_timeout_ns);
		return INT64_MAX;
	case OVER:
	case GONE:
		break;
	}
	return INT64_MAX;
}

/* Sees that the timer fires in time; that it may fire early spares starting it for each byte. */
static void
set_timer(struct stream *s)
{
	int64_t at_ns = deadline_ns(s);

	if (at_ns == INT64_MAX)
		sb_timer_stop(&s->timer);
	else if (!sb_timer_is_started(&s->timer) || s->timer.at_ns > at_ns)
		sb_timer_start(&s->timer, at_ns - sb_reactor_now_ns(s->reactor));
}

static bool
can_read(const struct stream *s)
{
	return s->state == OPEN && !s->is_paused && !s->has_ended;
}

void
sb_stream_set_give_up(struct stream *s)
{
	int64_t timeout_ns = s->options.connect_timeout_ns;

	s->give_up_ns =
		timeout_ns < 0 ? INT64_MAX : time_add(sb_reactor_now_ns(s->reactor), timeout_ns);
}

void
sb_stream_update(struct stream *s)
{
	unsigned interest = 0;

	if (s->end) {
		if (can_read(s))
			interest |= EVENT_READ;
		if (s->state != OPEN || s->queue.len > 0)
			interest |= EVENT_WRITE;
		if (interest != s->end->interest)
			s->end->ops->watch(s->end, interest);
	}
	set_timer(s);
}

static void
close_end(struct stream *s, bool resets)
{
	if (s->end)
		s->end->ops->close(s->end, resets);
	s->end = NULL;
	sb_byte_queue_drop(&s->queue, &s->reactor->spare);
	sb_reactor_unqueue(s->reactor, &s->task);
	sb_timer_stop(&s->timer);
}

void
sb_stream_end(struct stream *s, enum why why, int code)
{
	/* What was not sent must not look like the whole. */
	bool resets = why == WE_ABORTED || s->queue.len > 0;

	close_end(s, resets);
	s->state = OVER;
	s->why = why;
	s->code = code;
	sb_reactor_queue(s->reactor, &s->task, 0);
}

static void
free_stream(void *self)
{
	struct stream *s = self;

	sb_tls_end_destroy(s->tls);
	free(s);
}

void
sb_stream_retire(struct stream *s)
{
	close_end(s, true);
	s->state = GONE;
	TAILQ_REMOVE(&s->reactor->streams, s, link);
	sb_timer_finish(&s->timer);
	sb_reactor_reap(s->reactor, &s->reap, free_stream, s);
}

static void
tell_closed(struct stream *s)
{
	const struct sb_protocol *protocol = s->protocol;
	struct sb_error error;

	sb_stream_explain(s, &error);
	sb_stream_retire(s);
	protocol->closed(s->self, &s->base, &error);
}

void
sb_stream_shut_down_if_written(struct stream *s)
{
	if (s->state != OPEN || !s->is_told || !s->shuts_down || s->queue.len > 0 || s->write_error)
		return;
	if (!s->has_shut_down) {
		s->write_error = s->end->ops->shutdown(s->end);
		s->has_shut_down = true;
	}
	if (s->has_ended)
		sb_stream_begin_closing(s, PEER_ENDED);
}

void
sb_stream_tell_connected(struct stream *s)
{
	s->state = OPEN;
	s->is_told = true;
	s->active_ns = s->reactor->now_ns;
	sb_stream_shut_down_if_written(s);
	if (s->protocol->connected)
		s->protocol->connected(s->self, &s->base);
	sb_stream_update(s);
}

static bool
has_tls(const struct stream *s)
{
	return s->tls && sb_tls_end_has_begun(s->tls);
}

void
sb_stream_stand(struct stream *s)
{
	if (!s->tls || has_tls(s)) {
		sb_stream_tell_connected(s);
		return;
	}
	if (s->state == OPEN) {
		/* It was accepted, and its time to connect begins. */
		s->state = CONNECTING;
		sb_stream_set_give_up(s);
	}
	sb_stream_shake(s);
}

static void
finish_connecting(struct stream *s)
{
	int ret = s->end->ops->result(s->end);

	if (ret == 0)
		sb_stream_stand(s);
	else if (ret != -EINPROGRESS)
		sb_stream_end(s, has_tls(s) ? TLS_FAILED : CONNECT_FAILED, ret);
}

static void
finish_securing(struct stream *s)
{
	int ret = s->end->ops->result(s->end);

	if (ret == 0) {
		s->state = OPEN;
		s->active_ns = s->reactor->now_ns;
		sb_stream_shut_down_if_written(s);
		if (s->protocol->secured)
			s->protocol->secured(s->self, &s->base);
		sb_stream_update(s);
	} else if (ret != -EINPROGRESS) {
		sb_stream_end(s, TLS_FAILED, ret);
	}
}

void
sb_stream_fail_writing(struct stream *s, int code)
{
	s->write_error = code;
	s->is_full = false;
	s->active_ns = sb_reactor_now_ns(s->reactor);
	sb_byte_queue_drop(&s->queue, &s->reactor->spare);
	if (s->state != OPEN || s->has_ended)
		sb_stream_end(s, WRITE_FAILED, code);
}

/* Ends it once all is written. */
static void
finish_closing(struct stream *s)
{
	bool is_written = s->queue.len == 0;

	if (is_written && s->end->ops->finish)
		is_written = s->end->ops->finish(s->end) != -EAGAIN;
	if (is_written)
		sb_stream_end(s, s->why, 0);
	else
		sb_stream_update(s);
}

void
sb_stream_begin_closing(struct stream *s, enum why why)
{
	s->state = CLOSING;
	s->why = why;
	s->give_up_ns = time_add(sb_reactor_now_ns(s->reactor), s->options.close_timeout_ns);
	if (s->write_error)
		sb_stream_end(s, WRITE_FAILED, s->write_error);
	else
		finish_closing(s);
}

/* code: 0 for the peer's end. */
static void
finish_reading(struct stream *s, int code)
{
	s->has_ended = true;
	if (s->write_error) {
		sb_stream_end(s, WRITE_FAILED, s->write_error);
	} else if (code < 0) {
		sb_stream_end(s, READ_FAILED, code);
	} else if (!s->protocol->ended) {
		sb_stream_begin_closing(s, PEER_ENDED);
	} else {
		sb_stream_update(s);
		s->protocol->ended(s->self, &s->base);
		sb_stream_shut_down_if_written(s);
	}
}

/* The protocol may be another after each call, and the stream be over. */
static void
read_all(struct stream *s)
{
	struct sb_reactor *r = s->reactor;
	struct sb_bytes bytes = { r->read_buffer, READ_CAP };
	int i;

	for (i = 0; i < READS_A_TURN && bytes.len == READ_CAP && can_read(s); i++) {
		ssize_t n = s->end->ops->read(s->end, r->read_buffer, READ_CAP);

		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			finish_reading(s, (int)n);
			return;
		}
		s->active_ns = r->now_ns;
		bytes.len = (size_t)n;
		if (s->protocol->data)
			s->protocol->data(s->self, &s->base, bytes);
	}
}

/* Writes of the queue what the peer takes now; false when writing has failed. */
static bool
write_queue(struct stream *s)
{
	while (s->queue.len > 0) {
		ssize_t n = s->end->ops->write(s->end, s->queue.ptr + s->queue.start, s->queue.len);

		if (n == -EAGAIN)
			return true;
		if (n < 0) {
			sb_stream_fail_writing(s, (int)n);
			return false;
		}
		sb_byte_queue_consume(&s->queue, (size_t)n);
		if (s->has_ended)
			s->active_ns = s->reactor->now_ns;
	}
	sb_byte_queue_drop(&s->queue, &s->reactor->spare);
	return true;
}

static void
write_on(struct stream *s)
{
	bool drains;

	if (!write_queue(s)) {
		sb_stream_update(s);
		return;
	}
	if (s->state == CLOSING) {
		finish_closing(s);
		return;
	}
	if (s->state == SECURING) {
		if (s->queue.len == 0)
			sb_stream_shake(s);
		return;
	}
	sb_stream_shut_down_if_written(s);
	drains = s->is_full && s->queue.len < s->options.low_water;
	if (drains)
		s->is_full = false;
	sb_stream_update(s);
	if (drains && s->state == OPEN && !s->shuts_down && s->protocol->drained)
		s->protocol->drained(s->self, &s->base);
}

void
sb_stream_run(void *self, unsigned events)
{
	struct stream *s = self;

	if (s->state == OVER) {
		tell_closed(s);
		return;
	}
	if (s->state == CONNECTING) {
		finish_connecting(s);
		return;
	}
	if (s->state == SECURING && has_tls(s)) {
		finish_securing(s);
		return;
	}
	/* Reading first: what came before a reset is not to be lost to it. */
	if (events & EVENT_READ)
		read_all(s);
	if (events & EVENT_WRITE && s->end && (s->state == CLOSING || s->queue.len > 0))
		write_on(s);
}

void
sb_stream_on_deadline(void *self)
{
	struct stream *s = self;

	if (deadline_ns(s) > s->reactor->now_ns)
		set_timer(s);
	else if (s->state == CONNECTING || s->state == SECURING)
		sb_stream_end(s, CONNECT_TIMED_OUT, -ETIMEDOUT);
	else if (s->state == CLOSING)
		sb_stream_end(s, CLOSE_TIMED_OUT, -ETIMEDOUT);
	else if (s->write_error)
		sb_stream_end(s, WRITE_FAILED, s->write_error);
	else
		sb_stream_end(s, IDLE_TIMED_OUT, -ETIMEDOUT);
}
