#include "http_private.h"

#include <errno.h>
#include <strings.h>

const char *
sb_http_field(const struct sb_http_request *request, const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < request->n_fields; i++) {
		const struct sb_http_field *field = &request->fields[i];

		if (field->name_len == len && !strcasecmp(request->head.ptr + field->name, name))
			return request->head.ptr + field->value;
	}
	return NULL;
}

bool
sb_http_field_next(const struct sb_http_request *request, size_t *cursor, const char **ret_name,
	const char **ret_value)
{
	const struct sb_http_field *field;

	if (*cursor >= request->n_fields)
		return false;
	field = &request->fields[(*cursor)++];
	*ret_name = request->head.ptr + field->name;
	*ret_value = request->head.ptr + field->value;
	return true;
}

struct sb_bytes
sb_http_body(const struct sb_http_request *request)
{
	if (request->is_streamed)
		return (struct sb_bytes){ NULL, 0 };
	return (struct sb_bytes){ request->body.ptr, request->body.len };
}

uint64_t
sb_http_take(struct sb_http_request *request)
{
	if (!request->is_taken && request->answer == HTTP_UNANSWERED) {
		request->is_taken = true;
		request->place = sb_running_place(request->http->d);
		request->active_ns = sb_reactor_now_ns(request->http->r);
	}
	return request->id;
}

struct sb_http_request *
sb_http_find(struct sb_http *http, uint64_t id)
{
	struct sb_http_request *q = http->buckets[id % HTTP_BUCKETS];

	while (q && q->id != id)
		q = q->next_of_bucket;
	/* What is answered and not put away yet is over for whoever asks. */
	if (!q || q->phase == PHASE_HEAD || q->is_gone || q->answer > HTTP_IN_PIECES)
		return NULL;
	return q;
}

int
sb_http_set_max_body(struct sb_http_request *request, uint64_t max_body)
{
	if (!request->connection)
		return -ENOTCONN;
	if (request->phase != PHASE_BEGUN || request->answer != HTTP_UNANSWERED)
		return -EALREADY;
	request->max_body = max_body;
	return 0;
}

int
sb_http_stream(struct sb_http_request *request)
{
	if (!request->connection)
		return -ENOTCONN;
	if (request->phase != PHASE_BEGUN || request->answer != HTTP_UNANSWERED)
		return -EALREADY;
	request->is_streamed = true;
	return 0;
}

void
sb_http_pause(struct sb_http_request *request)
{
	if (!request->connection || request->is_paused)
		return;
	request->is_paused = true;
	request->active_ns = sb_reactor_now_ns(request->http->r);
	sb_http_wake(request->connection);
}

void
sb_http_resume(struct sb_http_request *request)
{
	if (!request->connection || !request->is_paused)
		return;
	request->is_paused = false;
	request->connection->quiet_ns = sb_reactor_now_ns(request->http->r);
	sb_http_wake(request->connection);
}
