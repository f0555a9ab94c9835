#include "http_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Proxies and clients give up what is silent for longer, 30 s being the least that is usual. */
#define QUIET_NS (15 * SB_S)

static void
set_due(struct sb_http_request *request)
{
	request->event_at_ns = sb_reactor_now_ns(request->http->r) + QUIET_NS;
}

int
sb_http_begin_events(struct sb_http_request *request)
{
	size_t n_added = request->added.len;
	int error = sb_http_add_field(request, "Cache-Control", "no-store");

	if (!error)
		error = sb_http_begin(request, 200, "text/event-stream", SB_HTTP_CHUNKED);
	if (error) {
		request->added.len = n_added;
		return error;
	}
	/* Who shuts the server has had its streams ended before this one was. */
	if (request->is_head || request->http->is_shut)
		return sb_http_end(request);
	request->is_events = true;
	set_due(request);
	return 0;
}

static int
add(struct sb_http_text *text, const char *name, const char *value, size_t len)
{
	if (sb_http_text_add(text, name, strlen(name)) || sb_http_text_add(text, value, len)
		|| sb_http_text_add(text, "\n", 1))
		return -ENOMEM;
	return 0;
}

/* Each line of the data is a field; CR LF, CR and LF end one. */
static int
add_data(struct sb_http_text *text, const char *data)
{
	for (;;) {
		size_t len = strcspn(data, "\r\n");

		if (add(text, "data: ", data, len))
			return -ENOMEM;
		data += len;
		if (!*data)
			return 0;
		data += data[0] == '\r' && data[1] == '\n' ? 2 : 1;
	}
}

static int
write_event(struct sb_http_request *request, struct sb_http_text *text, const char *name,
	const char *id, const char *data)
{
	if (name && add(text, "event: ", name, strlen(name)))
		return -ENOMEM;
	if (id && add(text, "id: ", id, strlen(id)))
		return -ENOMEM;
	if (add_data(text, data) || sb_http_text_add(text, "\n", 1))
		return -ENOMEM;
	return sb_http_write(request, (struct sb_bytes){ text->ptr, text->len });
}

static bool
is_line(const char *text)
{
	return !text[strcspn(text, "\r\n")];
}

int
sb_http_event(struct sb_http_request *request, const char *name, const char *id, const char *data)
{
	struct sb_http_text text = { .len = 0 };
	int error;

	if (!request->connection)
		return -ENOTCONN;
	if (!request->is_events)
		return -EALREADY;
	if ((name && !is_line(name)) || (id && !is_line(id)))
		return -EINVAL;
	error = write_event(request, &text, name, id, data);
	free(text.ptr);
	if (!error)
		set_due(request);
	return error;
}

void
sb_http_on_event_due(struct sb_http_request *request)
{
	/* A file that let others have their turn. */
	if (!request->is_events) {
		request->event_at_ns = INT64_MAX;
		if (request->source.more && request->answer == HTTP_IN_PIECES)
			request->source.more(request->source.self, request);
		return;
	}
	/* Where it cannot be written, what waits to be taken says as much. */
	(void)sb_http_write(request, sb_bytes_of(":\n\n"));
	set_due(request);
}
