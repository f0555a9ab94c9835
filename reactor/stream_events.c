#include "stream.h"
#include "race.h"

#include <errno.h>
#include <stdlib.h>

enum {
	READS_A_TURN = 16, /* of READ_CAP, before others have theirs */
};

static bool
can_read(const struct stream *s)
{
	return s->state == OPEN && !s->is_paused && !s->has_ended;
}

static bool
is_shaking(const struct stream *s)
{
	return s->state == SECURING || (s->state == CONNECTING && s->has_tls);
}

void
sb_stream_update(struct stream *s)
{
	unsigned interest = 0;

	if (s->end) {
		if (can_read(s))
			interest |= EVENT_READ;
		if (s->queue || is_shaking(s) || (s->state == CLOSING && s->has_tls))
			interest |= EVENT_WRITE;
		if (interest != s->end->interest)
			s->end->ops->watch(s->end, interest);
	}
	sb_stream_set_timer(s);
}

static void
close_end(struct stream *s, bool resets)
{
	if (s->end)
		s->end->ops->close(s->end, resets);
	/* What TLS knows is asked for later. */
	if (!s->has_tls)
		s->end = NULL;
	sb_race_stop(s->origin->race);
	sb_stream_drop_queue(s);
	sb_reactor_unqueue(s->origin->reactor, &s->task);
	sb_stream_stop_timer(s);
}

void
sb_stream_end(struct stream *s, enum why why, int code)
{
	/* What was not sent must not look like the whole. */
	bool resets = why == WE_ABORTED || s->queue;

	close_end(s, resets);
	s->state = OVER;
	s->why = why;
	s->code = (int16_t)code;
	sb_reactor_queue(s->origin->reactor, &s->task, 0);
}

static void
free_stream(void *self)
{
	struct stream *s = self;

	sb_tls_end_destroy(tls_of(s));
	sb_race_destroy(s->origin->race);
	s->origin->race = NULL;
	sb_origin_release(s->origin);
	free(s);
}

void
sb_stream_retire(struct stream *s)
{
	close_end(s, true);
	s->state = GONE;
	TAILQ_REMOVE(&s->origin->reactor->streams, s, link);
	if (s->origin->listener)
		sb_listener_lost(s->origin->listener, &s->peer);
	sb_stream_free_deadlines(s);
	sb_reactor_reap(s->origin->reactor, &s->reap, free_stream, s);
}

static void
tell_closed(struct stream *s)
{
	const struct sb_protocol *protocol = s->protocol;
	struct sb_error error;

	sb_stream_explain(s, &error);
	sb_stream_retire(s);
	if (protocol->closed)
		protocol->closed(s->self, &s->base, &error);
	if (s->origin->watch)
		s->origin->watch->over(s->origin->watch, &s->base, &error);
}

void
sb_stream_shut_down_if_written(struct stream *s)
{
	if (s->state != OPEN || !s->is_told || !s->shuts_down || s->queue || s->write_error)
		return;
	if (!s->has_shut_down) {
		s->write_error = (int16_t)s->end->ops->shutdown(s->end);
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
	/* Who was accepted has it from the listener. */
	if (!s->origin->is_listener)
		sb_origin_keep_alive(s->origin, s->end);
	sb_stream_begin_deadlines(s);
	sb_stream_shut_down_if_written(s);
	if (s->protocol->connected)
		s->protocol->connected(s->self, &s->base);
	sb_stream_update(s);
}

void
sb_stream_stand(struct stream *s)
{
	if (s->origin->options.tls && !s->has_tls)
		sb_stream_secure(s);
	else
		sb_stream_tell_connected(s);
}

/* Where nothing shakes hands, the end was open already; others come by their race. */
static void
finish_connecting(struct stream *s)
{
	int ret = s->has_tls ? s->end->ops->result(s->end) : 0;

	if (ret == 0)
		sb_stream_stand(s);
	else if (ret != -EINPROGRESS)
		sb_stream_end(s, TLS_FAILED, ret);
}

void
sb_stream_fail_writing(struct stream *s, int code)
{
	s->write_error = (int16_t)code;
	s->is_full = false;
	sb_stream_drop_queue(s);
	sb_stream_note_heard(s);
	/* Without memory to say how long it may take, what the peer has sent is lost. */
	if (s->state != OPEN || s->has_ended || sb_stream_need_deadlines(s) < 0)
		sb_stream_end(s, WRITE_FAILED, code);
}

/* Whether all is written, the last words of TLS included. */
static bool
is_written(struct stream *s)
{
	if (s->queue)
		return false;
	return !s->end->ops->finish || s->end->ops->finish(s->end) != -EAGAIN;
}

void
sb_stream_begin_closing(struct stream *s, enum why why)
{
	s->state = CLOSING;
	s->why = why;
	if (s->write_error) {
		sb_stream_end(s, WRITE_FAILED, s->write_error);
	} else if (is_written(s)) {
		sb_stream_end(s, why, 0);
	} else if (sb_stream_need_deadlines(s) < 0) {
		sb_stream_end(s, NO_MEMORY, -ENOMEM);
	} else {
		s->deadlines->give_up_ns = time_add(
			sb_reactor_now_ns(s->origin->reactor), s->origin->options.close_timeout_ns);
		sb_stream_update(s);
	}
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
	struct sb_reactor *r = s->origin->reactor;
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
		sb_stream_note_heard(s);
		bytes.len = (size_t)n;
		if (s->protocol->data)
			s->protocol->data(s->self, &s->base, bytes);
	}
}

/* Writes of the queue what the peer takes now; false when writing has failed. */
static bool
write_queue(struct stream *s)
{
	struct byte_queue *queue = s->queue;

	if (!queue)
		return true;
	while (queue->len > 0) {
		ssize_t n = s->end->ops->write(s->end, queue->ptr + queue->start, queue->len);

		if (n == -EAGAIN)
			return true;
		if (n < 0) {
			sb_stream_fail_writing(s, (int)n);
			return false;
		}
		sb_byte_queue_consume(queue, (size_t)n);
		sb_stream_note_taken(s);
		if (s->has_ended)
			sb_stream_note_heard(s);
	}
	sb_stream_drop_queue(s);
	return true;
}

static void
tell_drained(struct stream *s, bool drains)
{
	if (drains && s->state == OPEN && !s->shuts_down && s->protocol->drained)
		s->protocol->drained(s->self, &s->base);
}

void
sb_stream_tell_drained(struct stream *s)
{
	bool drains = s->is_full && queued_len(s) < s->origin->options.low_water;

	if (drains)
		s->is_full = false;
	tell_drained(s, drains);
}

static void
write_on(struct stream *s)
{
	bool was_full = s->is_full;

	if (!write_queue(s)) {
		sb_stream_update(s);
		tell_drained(s, was_full);
		return;
	}
	if (s->state == CLOSING) {
		if (is_written(s))
			sb_stream_end(s, s->why, 0);
		return;
	}
	if (s->state == SECURING) {
		sb_stream_secure_if_written(s);
		return;
	}
	sb_stream_shut_down_if_written(s);
	sb_stream_update(s);
	sb_stream_tell_drained(s);
}

void
sb_stream_run(void *self, unsigned events)
{
	struct stream *s = self;

	sb_reactor_enter(s->origin->reactor, s->origin->place);
	if (s->state == OVER) {
		tell_closed(s);
		return;
	}
	if (s->state == CONNECTING) {
		finish_connecting(s);
		return;
	}
	if (s->state == SECURING && sb_tls_end_has_begun(tls_of(s))) {
		sb_stream_finish_securing(s);
		return;
	}
	/* Reading first: what came before a reset is not to be lost to it. */
	if (events & EVENT_READ)
		read_all(s);
	if (events & EVENT_WRITE && s->end && (s->state == CLOSING || s->queue))
		write_on(s);
}
