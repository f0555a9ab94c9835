/* The signals, and what each says of its request. */

#include "http_private.h"

#include <errno.h>

/* The fields that all share: a table's other half. */
#define OF_REQUEST(q)                                                                              \
	.method = (q)->method, .path = (q)->path, .query = (q)->query, .host = (q)->host,          \
	.peer = (q)->connection->peer, .connection = (q)->connection->number, .id = (q)->id,       \
	.request = (q)

bool
sb_http_tell_begun(struct sb_http_request *q, struct sb_result *ret_result)
{
	struct sb_http_begun begun = { .length = q->length, OF_REQUEST(q) };

	return sb_http_begun_emit_result(q->http->d, q->http, &begun, ret_result) != -ECANCELED;
}

bool
sb_http_tell_requested(struct sb_http_request *q, struct sb_result *ret_result)
{
	struct sb_http_requested requested = { OF_REQUEST(q) };

	q->is_told = true;
	return sb_http_requested_emit_result(q->http->d, q->http, &requested, ret_result)
	       != -ECANCELED;
}

bool
sb_http_tell_arrived(struct sb_http_request *q, struct sb_result *ret_result)
{
	struct sb_http_body_arrived arrived = {
		.bytes = { q->body.ptr, q->body.len },
		.is_last = q->phase == PHASE_WHOLE,
		OF_REQUEST(q),
	};

	return sb_http_body_arrived_emit_result(q->http->d, q->http, &arrived, ret_result)
	       != -ECANCELED;
}

bool
sb_http_tell_drained(struct sb_http_request *q)
{
	struct sb_http_drained drained = { OF_REQUEST(q) };

	return sb_http_drained_emit(q->http->d, q->http, &drained) != -ECANCELED;
}

bool
sb_http_tell_gone(struct sb_http_request *q, int error)
{
	struct sb_http_gone gone = { .error = error, OF_REQUEST(q) };

	q->is_gone = true;
	return sb_http_gone_emit(q->http->d, q->http, &gone) != -ECANCELED;
}

bool
sb_http_tell_answered(struct sb_http_request *q, bool is_whole)
{
	struct sb_http_answered answered = {
		.status = q->status,
		.n_bytes = q->n_bytes,
		.duration_ns = sb_reactor_clock_ns(q->http->r) - q->began_ns,
		.is_whole = is_whole,
		.why = q->why,
		.referer = sb_http_field(q, "Referer"),
		.user_agent = sb_http_field(q, "User-Agent"),
		OF_REQUEST(q),
	};

	return sb_http_answered_emit(q->http->d, q->http, &answered) != -ECANCELED;
}

bool
sb_http_tell_failure(struct sb_http_request *q, int error, const char *why)
{
	return sb_fail_at(q->http->d, q->http, "http.requested", q->place, error,
		       "%s: %s %s from %s", why, q->method, q->path, q->connection->peer)
	       != -ECANCELED;
}
