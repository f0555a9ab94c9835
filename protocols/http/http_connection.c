#include "http_private.h"

#include <errno.h>
#include <stdlib.h>

static int64_t
now_ns(const struct sb_http_connection *c)
{
	return sb_reactor_now_ns(c->http->r);
}

static int64_t
earlier(int64_t a_ns, int64_t b_ns)
{
	return a_ns < b_ns ? a_ns : b_ns;
}

static int64_t
later(int64_t a_ns, int64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

static int64_t
after(int64_t from_ns, int64_t time_ns)
{
	return from_ns > INT64_MAX - time_ns ? INT64_MAX : from_ns + time_ns;
}

/* ---- Deadlines ---- */

/* Until when the peer must have sent what is waited for. */
static int64_t
reading_ns(const struct sb_http_connection *c)
{
	const struct sb_http_options *o = &c->http->o;
	const struct sb_http_request *q = c->request;

	if (!q && sb_stream_queued(c->stream))
		return INT64_MAX;
	if (!q)
		return after(later(c->quiet_ns, c->went_ns), o->idle_timeout_ns);
	if (q->phase == PHASE_HEAD)
		return after(q->began_ns, o->header_timeout_ns);
	if (q->phase == PHASE_BODY && !q->is_paused)
		return after(c->quiet_ns, o->body_timeout_ns);
	return INT64_MAX;
}

/* Until when a handler must have gone on with the answer. That the peer takes nothing of it is not
 * the handler's fault. */
static int64_t
answering_ns(const struct sb_http_connection *c)
{
	const struct sb_http_request *q = c->request;

	if (!q || q->is_events || q->phase == PHASE_HEAD || sb_stream_is_full(c->stream))
		return INT64_MAX;
	if (q->answer == HTTP_UNANSWERED && q->phase == PHASE_BODY && !q->is_paused)
		return INT64_MAX;
	return after(q->active_ns, c->http->o.answer_timeout_ns);
}

/* Until when the peer must have taken something. Looked at several times on the way, for nothing
 * else tells that it has. */
static int64_t
writing_ns(struct sb_http_connection *c)
{
	uint64_t n_queued = sb_stream_queued(c->stream);

	if (c->n_written - n_queued != c->n_taken) {
		c->n_taken = c->n_written - n_queued;
		c->went_ns = now_ns(c);
	}
	return n_queued ? after(c->went_ns, c->http->o.write_timeout_ns) : INT64_MAX;
}

/* Until when the peer may take to end its side, since all we said has left us: to close earlier
 * would cut off who takes it slowly. */
static int64_t
lingering_ns(const struct sb_http_connection *c)
{
	if (sb_stream_queued(c->stream))
		return INT64_MAX;
	return after(later(c->linger_ns, c->went_ns), HTTP_LINGER_NS);
}

static int64_t
deadline_ns(struct sb_http_connection *c)
{
	int64_t at_ns = writing_ns(c);

	if (at_ns != INT64_MAX)
		at_ns = earlier(at_ns, after(now_ns(c), c->http->o.write_timeout_ns / 4));
	if (c->is_woken)
		return now_ns(c);
	if (c->state == HTTP_LINGERING)
		return earlier(at_ns, lingering_ns(c));
	if (c->request)
		at_ns = earlier(at_ns, c->request->event_at_ns);
	return earlier(at_ns, earlier(reading_ns(c), answering_ns(c)));
}

/* Sees that the timer fires in time. It may fire too early: so it need not be started for each
 * request. */
static void
set_timer(struct sb_http_connection *c)
{
	int64_t at_ns;

	if (!c->stream || c->state == HTTP_CLOSING)
		return;
	at_ns = deadline_ns(c);
	if (at_ns == INT64_MAX)
		sb_timer_stop(&c->timer);
	else if (at_ns < sb_timer_due_ns(&c->timer))
		sb_timer_start(&c->timer, at_ns - now_ns(c));
}

/* ---- Writing and ending ---- */

void
sb_http_flush(struct sb_http_connection *c)
{
	int error = 0;

	if (!c->out.len)
		return;
	if (c->state == HTTP_OPEN) {
		/* Since now it may take something. */
		if (!sb_stream_queued(c->stream))
			c->went_ns = now_ns(c);
		error = sb_stream_write(c->stream, (struct sb_bytes){ c->out.ptr, c->out.len });
	}
	c->n_written += error ? 0 : c->out.len;
	sb_http_text_empty(&c->out);
	if (!error)
		return;
	c->has_failed = true;
	sb_http_abort(c);
}

void
sb_http_abort(struct sb_http_connection *c)
{
	c->state = HTTP_CLOSING;
	sb_stream_abort(c->stream);
}

static void
close_it(struct sb_http_connection *c)
{
	sb_http_flush(c);
	c->state = HTTP_CLOSING;
	sb_stream_close(c->stream);
}

void
sb_http_linger(struct sb_http_connection *c)
{
	sb_http_flush(c);
	if (c->state != HTTP_OPEN)
		return;
	/* To close with its words unread would reset the connection, and could take the answer
	 * along. */
	c->state = HTTP_LINGERING;
	c->linger_ns = now_ns(c);
	c->in.len = 0;
	sb_stream_shutdown(c->stream);
}

void
sb_http_wake(struct sb_http_connection *c)
{
	if (c->is_busy || c->is_woken || c->state != HTTP_OPEN)
		return;
	c->is_woken = true;
	sb_timer_start(&c->timer, 0);
}

/* ---- From the loop, and back ---- */

/* What could not be parsed now waits. */
static int
keep_rest(struct sb_http_connection *c)
{
	struct sb_bytes rest = c->in;
	int error = 0;

	c->in = (struct sb_bytes){ NULL, 0 };
	if (!rest.len) {
		sb_http_text_empty(&c->ahead);
	} else if (c->ahead.len) {
		/* Then it is of there. */
		memmove(c->ahead.ptr, rest.ptr, rest.len);
		c->ahead.len = rest.len;
	} else {
		error = sb_http_text_add(&c->ahead, rest.ptr, rest.len);
	}
	return error;
}

/* Reads the peer, or not. */
static void
set_flow(struct sb_http_connection *c)
{
	const struct sb_http_request *q = c->request;
	bool holds = q && q->phase == PHASE_BODY && q->is_paused;
	bool is_paused = c->state == HTTP_OPEN && (holds || c->ahead.len >= HTTP_AHEAD_MAX);

	if (is_paused == c->is_paused || c->state == HTTP_CLOSING)
		return;
	c->is_paused = is_paused;
	if (is_paused)
		sb_stream_pause(c->stream);
	else
		sb_stream_resume(c->stream);
}

static void
go_on(struct sb_http_connection *c)
{
	if (!sb_http_go_on(c))
		return;
	sb_http_flush(c);
	if (keep_rest(c))
		sb_http_abort(c);
	set_flow(c);
	set_timer(c);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct sb_http_connection *c = self;

	(void)snprintf(c->peer, sizeof(c->peer), "%s", sb_stream_peer(stream));
	c->quiet_ns = now_ns(c);
	if (c->is_refused) {
		c->request = sb_http_request_get(c);
		if (!c->request)
			sb_http_abort(c);
		else if (!sb_http_fault(c, 503, "too many connections"))
			return;
	}
	go_on(c);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct sb_http_connection *c = self;

	(void)stream;
	if (c->state != HTTP_OPEN)
		return;
	c->in = bytes;
	if (c->ahead.len) {
		if (sb_http_text_add(&c->ahead, bytes.ptr, bytes.len)) {
			sb_http_abort(c);
			return;
		}
		c->in = (struct sb_bytes){ c->ahead.ptr, c->ahead.len };
	}
	go_on(c);
}

/* Goes on without that anything arrived. */
static void
go_on_with_rest(struct sb_http_connection *c)
{
	c->in = (struct sb_bytes){ c->ahead.ptr, c->ahead.len };
	go_on(c);
}

static void
on_drained(void *self, struct sb_stream *stream)
{
	struct sb_http_connection *c = self;
	struct sb_http_request *q = c->request;

	(void)stream;
	if (q && q->answer == HTTP_IN_PIECES) {
		bool is_there = true;

		q->active_ns = now_ns(c);
		c->is_busy = true;
		if (q->source.more)
			q->source.more(q->source.self, q);
		else
			is_there = sb_http_tell_drained(q);
		c->is_busy = false;
		if (!is_there)
			return;
	}
	go_on_with_rest(c);
}

static void
on_ended(void *self, struct sb_stream *stream)
{
	struct sb_http_connection *c = self;

	(void)stream;
	c->has_ended = true;
	go_on_with_rest(c);
}

static void
free_reaped(void *self)
{
	sb_http_connection_free(self);
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct sb_http_connection *c = self;
	struct sb_http *http = c->http;

	(void)stream;
	c->state = HTTP_CLOSING;
	if (!sb_http_lost(c, error->code))
		return;
	c->stream = NULL;
	sb_timer_finish(&c->timer);
	DL_DELETE(http->connections, c);
	http->n_connections--;
	sb_reactor_reap(http->r, &c->reap, free_reaped, c);
}

static const struct sb_protocol protocol = {
	.connected = on_connected,
	.data = on_data,
	.drained = on_drained,
	.ended = on_ended,
	.closed = on_closed,
};

/* Whether the server is still there. */
static bool
act_when_due(struct sb_http_connection *c, int64_t at_ns)
{
	struct sb_http_request *q = c->request;

	if (writing_ns(c) <= at_ns) {
		sb_http_abort(c);
		return true;
	}
	if (c->state == HTTP_LINGERING) {
		if (lingering_ns(c) <= at_ns)
			close_it(c);
		return true;
	}
	if (q && q->event_at_ns <= at_ns)
		sb_http_on_event_due(q);
	if (reading_ns(c) <= at_ns) {
		if (q)
			return sb_http_fault(c, 408, "it does not come in time");
		close_it(c);
		return true;
	}
	return answering_ns(c) > at_ns || sb_http_late(c);
}

static void
on_due(void *self)
{
	struct sb_http_connection *c = self;

	if (c->state == HTTP_CLOSING)
		return;
	if (!c->is_woken && !act_when_due(c, now_ns(c)))
		return;
	c->is_woken = false;
	go_on_with_rest(c);
}

int
sb_http_connection_add(struct sb_http *http, struct sb_stream *stream, bool is_refused)
{
	struct sb_http_connection *c = calloc(1, sizeof(*c));

	if (!c || sb_timer_init(&c->timer, http->r, SB_HANDLER(on_due), c)) {
		free(c);
		return -ENOMEM;
	}
	c->http = http;
	c->stream = stream;
	c->number = ++http->n_numbers;
	c->is_refused = is_refused;
	DL_APPEND(http->connections, c);
	http->n_connections++;
	sb_stream_attach(stream, &protocol, c);
	return 0;
}

void
sb_http_connection_cut(struct sb_http_connection *c)
{
	c->state = HTTP_CLOSING;
	sb_stream_destroy(c->stream);
	sb_timer_finish(&c->timer);
	if (c->request)
		sb_http_request_put(c->request);
	c->stream = NULL;
	c->request = NULL;
}

/* Nothing is asked: at once, unless an answer is on its way. */
static void
end_it(struct sb_http_connection *c)
{
	if (!sb_stream_queued(c->stream)) {
		close_it(c);
		return;
	}
	sb_http_linger(c);
	set_timer(c);
}

void
sb_http_connection_shut(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;

	if (c->state != HTTP_OPEN)
		return;
	if (q && q->is_events && q->answer == HTTP_IN_PIECES) {
		/* Without an end it would stay for ever. */
		if (sb_http_end(q))
			sb_http_abort(c);
	} else if (!q && !c->is_busy && !c->ahead.len) {
		end_it(c);
	}
}

void
sb_http_connection_free(struct sb_http_connection *c)
{
	free(c->ahead.ptr);
	free(c->out.ptr);
	free(c);
}
