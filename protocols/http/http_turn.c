/* A connection's way from the loop and back: what arrived is read, told, answered, one request
 * after the other. */

#include "http_private.h"

#include <errno.h>
#include <stdlib.h>

enum next {
	STOP, /* nothing can be done now */
	GO_ON,
	DEAD, /* the server was destroyed */
};

static void
consume(struct sb_http_connection *c, size_t len)
{
	c->in.ptr = (const char *)c->in.ptr + len;
	c->in.len -= len;
}

/* ---- Ends ---- */

/* The request is over. */
static void
put_away(struct sb_http_connection *c)
{
	sb_http_request_put(c->request);
	c->request = NULL;
	c->quiet_ns = sb_reactor_now_ns(c->http->r);
}

static enum next
finish(struct sb_http_connection *c)
{
	bool closes = c->request->closes;

	if (!sb_http_tell_answered(c->request, !c->has_failed))
		return DEAD;
	put_away(c);
	if (closes)
		sb_http_linger(c);
	return GO_ON;
}

static enum next
break_off(struct sb_http_connection *c)
{
	/* What went out must not pass for the whole. */
	sb_http_abort(c);
	if (!sb_http_tell_answered(c->request, false))
		return DEAD;
	put_away(c);
	return STOP;
}

/* An answer was begun, and ended before its length. */
static enum next
fall_short(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;

	if (q->status && !sb_http_tell_failure(q, -EMSGSIZE, "an answer shorter than was said"))
		return DEAD;
	return break_off(c);
}

/* Whether a handler may still wait for this request. */
static bool
is_awaited(const struct sb_http_request *q)
{
	return q->answer == HTTP_IN_PIECES
	       || (q->answer == HTTP_UNANSWERED && (q->is_taken || q->is_told));
}

static enum next
fail(struct sb_http_connection *c, int status, const char *why, int error)
{
	struct sb_http_request *q = c->request;

	q->why = why;
	if (is_awaited(q) && !sb_http_tell_gone(q, error))
		return DEAD;
	if (q->answer == HTTP_IN_PIECES)
		return break_off(c);
	if (q->answer == HTTP_UNANSWERED)
		sb_http_answer_plain(q, status, true);
	return GO_ON;
}

/* ---- Telling ---- */

/* After http.requested and each piece of the body: the request is taken, answered, or begun to be;
 * or the server answers it. */
static void
see_to_it(struct sb_http_request *q, const struct sb_result *result)
{
	q->active_ns = sb_reactor_now_ns(q->http->r);
	if (q->answer != HTTP_UNANSWERED || q->is_taken)
		return;
	if (result->n_failed)
		sb_http_answer_plain(q, 500, false);
	else if (q->phase == PHASE_WHOLE)
		sb_http_answer_plain(q, 404, false);
}

static enum next
tell_requested(struct sb_http_connection *c)
{
	struct sb_result result = { 0 };

	if (!sb_http_tell_requested(c->request, &result))
		return DEAD;
	see_to_it(c->request, &result);
	return GO_ON;
}

static enum next
tell_piece(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;
	struct sb_result result = { 0 };

	if (!sb_http_tell_arrived(q, &result))
		return DEAD;
	sb_http_text_empty(&q->body);
	c->quiet_ns = sb_reactor_now_ns(c->http->r);
	see_to_it(q, &result);
	return GO_ON;
}

static enum next
read_body_from_here(struct sb_http_connection *c)
{
	static const char go_ahead[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct sb_http_request *q = c->request;

	if (q->length > 0 && (uint64_t)q->length > q->max_body)
		return fail(c, 413, "the body is too long", -EMSGSIZE);
	if (q->expects && !c->in.len && sb_http_text_add(&c->out, go_ahead, sizeof(go_ahead) - 1))
		return fail(c, 503, "out of memory", -ENOMEM);
	q->phase = PHASE_BODY;
	c->quiet_ns = sb_reactor_now_ns(c->http->r);
	return q->is_streamed ? tell_requested(c) : GO_ON;
}

static enum next
tell_begun(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;
	struct sb_result result = { 0 };

	q->phase = PHASE_BEGUN;
	if (!sb_http_tell_begun(q, &result))
		return DEAD;
	if (q->answer != HTTP_UNANSWERED)
		return GO_ON;
	if (result.n_failed) {
		sb_http_answer_plain(q, 500, true);
		return GO_ON;
	}
	return read_body_from_here(c);
}

/* ---- Reading ---- */

/* Lets the parser read up to len bytes, and passes over what it has read. */
static llhttp_errno_t
parse(struct sb_http_connection *c, size_t len, const char **ret_stop)
{
	const char *at = c->in.ptr;
	llhttp_errno_t error;

	if (llhttp_get_errno(&c->parser) == HPE_PAUSED)
		llhttp_resume(&c->parser);
	error = llhttp_execute(&c->parser, at, len);
	*ret_stop = error == HPE_OK ? at + len : llhttp_get_error_pos(&c->parser);
	return error;
}

static enum next
fault(struct sb_http_connection *c, llhttp_errno_t error, const char *stop)
{
	const char *end = (const char *)c->in.ptr + c->in.len;
	int status = sb_http_head_fault(c, error, stop, end);

	return fail(c, status, c->why, -EBADMSG);
}

/* One empty line may stand before a request (RFC 9112, section 2.2). */
static bool
is_in_empty_line(const struct sb_http_connection *c)
{
	char byte = *(const char *)c->in.ptr;

	return !c->n_head && (byte == '\r' || byte == '\n' || c->last == '\r');
}

static enum next
skip_empty_line(struct sb_http_connection *c)
{
	char byte = *(const char *)c->in.ptr;

	if (c->has_empty_line || byte != (c->last == '\r' ? '\n' : '\r'))
		return fail(c, 400, "no request but line ends", -EBADMSG);
	c->has_empty_line = c->last == '\r';
	c->last = c->has_empty_line ? '\0' : '\r';
	consume(c, 1);
	return GO_ON;
}

static enum next
end_of_head(struct sb_http_connection *c)
{
	int status = sb_http_head_check(c);

	if (status)
		return fail(c, status, c->why, -EBADMSG);
	if (c->request->length)
		return tell_begun(c);
	c->request->phase = PHASE_WHOLE;
	return tell_requested(c);
}

static enum next
read_head(struct sb_http_connection *c)
{
	size_t len = c->http->o.max_header - c->n_head, n_read;
	const char *at, *stop;
	llhttp_errno_t error;

	if (!c->in.len)
		return STOP;
	if (is_in_empty_line(c))
		return skip_empty_line(c);
	if (len > c->in.len)
		len = c->in.len;
	at = c->in.ptr;
	error = parse(c, len, &stop);
	n_read = (size_t)(stop - at);
	if (!c->fault && !sb_http_lines_are_good(c, at, n_read))
		return fail(c, 400, "a line that does not end in CR LF, or is folded", -EBADMSG);
	if (error != HPE_OK && !(error == HPE_PAUSED && c->is_header_read))
		return fault(c, error, stop);
	c->n_head += n_read;
	consume(c, n_read);
	if (c->is_header_read)
		return end_of_head(c);
	if (c->n_head == c->http->o.max_header)
		return fail(c, 431, "the header is too long", -EMSGSIZE);
	return GO_ON;
}

static enum next
read_body(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;
	uint64_t before = q->n_read;
	bool was_in_trailer = c->is_in_trailer;
	const char *at = c->in.ptr, *stop;
	llhttp_errno_t error;
	size_t n_read;

	if (!c->in.len || q->is_paused)
		return STOP;
	error = parse(c, c->in.len, &stop);
	n_read = (size_t)(stop - at);
	c->n_framing += q->length < 0 ? n_read - (size_t)(q->n_read - before) : 0;
	if (!c->fault && was_in_trailer && !sb_http_lines_are_good(c, at, n_read))
		return fail(c, 400, "a trailer's line that does not end in CR LF", -EBADMSG);
	if (error != HPE_OK && error != HPE_PAUSED)
		return fault(c, error, stop);
	if (!sb_http_framing_is_good(c))
		return fail(c, 400, "chunks that say more than they hold", -EBADMSG);
	consume(c, n_read);
	if (q->is_streamed)
		return q->body.len || q->phase == PHASE_WHOLE ? tell_piece(c) : GO_ON;
	return q->phase == PHASE_WHOLE ? tell_requested(c) : GO_ON;
}

/* The first byte of a request is here. */
static enum next
begin(struct sb_http_connection *c)
{
	c->request = sb_http_request_get(c);
	if (!c->request) {
		sb_http_abort(c);
		return STOP;
	}
	llhttp_init(&c->parser, HTTP_REQUEST, &sb_http_parser_settings);
	c->parser.data = c;
	c->n_head = c->n_framing = c->n_chunks = 0;
	c->n_spaces = 0;
	c->has_line = false;
	c->protocol = 0;
	c->last = 0;
	c->has_empty_line = c->is_in_field = c->is_in_trailer = c->is_header_read = false;
	c->fault = 0;
	c->why = NULL;
	return GO_ON;
}

static enum next
between(struct sb_http_connection *c)
{
	if (c->http->is_shut || (c->has_ended && !c->in.len)) {
		sb_http_linger(c);
		return STOP;
	}
	/* Who does not take its answers is given no more. */
	if (!c->in.len || sb_stream_is_full(c->stream))
		return STOP;
	return begin(c);
}

/* The peer has ended in the midst of a request. */
static bool
is_cut_off(const struct sb_http_connection *c)
{
	return c->has_ended && !c->in.len && c->request->answer == HTTP_UNANSWERED
	       && (c->request->phase == PHASE_HEAD || c->request->phase == PHASE_BODY);
}

static enum next
step(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;

	if (!q)
		return between(c);
	if (q->answer == HTTP_ANSWERED)
		return finish(c);
	if (q->answer == HTTP_BROKEN_OFF)
		return fall_short(c);
	if (is_cut_off(c))
		return fail(c, 400, "it ends in its midst", -ECONNRESET);
	if (q->phase == PHASE_HEAD)
		return read_head(c);
	return q->phase == PHASE_BODY ? read_body(c) : STOP;
}

bool
sb_http_go_on(struct sb_http_connection *c)
{
	enum next next = GO_ON;

	c->is_busy = true;
	while (next == GO_ON && c->state == HTTP_OPEN)
		next = step(c);
	c->is_busy = false;
	return next != DEAD;
}

bool
sb_http_fault(struct sb_http_connection *c, int status, const char *why)
{
	enum next next;

	c->is_busy = true;
	next = fail(c, status, why, -ETIMEDOUT);
	c->is_busy = false;
	return next != DEAD;
}

bool
sb_http_late(struct sb_http_connection *c)
{
	struct sb_http_request *q = c->request;
	enum next next = GO_ON;

	c->is_busy = true;
	if (!sb_http_tell_gone(q, -ETIMEDOUT)
		|| !sb_http_tell_failure(q, -ETIMEDOUT, "not answered in time"))
		next = DEAD;
	else if (q->answer == HTTP_IN_PIECES)
		next = break_off(c);
	else
		sb_http_answer_plain(q, 504, false);
	c->is_busy = false;
	return next != DEAD;
}

bool
sb_http_lost(struct sb_http_connection *c, int error)
{
	struct sb_http_request *q = c->request;

	if (!q)
		return true;
	c->is_busy = true;
	if (q->answer == HTTP_ANSWERED && !sb_http_tell_answered(q, !c->has_failed))
		return false;
	if (is_awaited(q) && !q->is_gone && !sb_http_tell_gone(q, error ? error : -ECONNRESET))
		return false;
	if ((q->answer == HTTP_IN_PIECES || q->answer == HTTP_BROKEN_OFF)
		&& !sb_http_tell_answered(q, false))
		return false;
	put_away(c);
	return true;
}
