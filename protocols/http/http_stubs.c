#include "http_private.h"

#include <errno.h>

int
sb_http_conditional(const struct sb_http_request *request, int status)
{
	(void)request;
	return status;
}

int
sb_http_compress(
	struct sb_http_request *request, int status, const char *type, struct sb_bytes *content)
{
	(void)request, (void)status, (void)type, (void)content;
	return 0;
}

void
sb_http_compress_finish(struct sb_http *http)
{
	(void)http;
}

void
sb_http_on_event_due(struct sb_http_request *request)
{
	request->event_at_ns = INT64_MAX;
}

void
sb_http_date(int64_t time_s, char buf[SB_HTTP_DATE_CAP])
{
	(void)time_s;
	(void)snprintf(buf, SB_HTTP_DATE_CAP, "Sun, 06 Nov 1994 08:49:37 GMT");
}

const char *
sb_http_status_text(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 404:
		return "Not Found";
	default:
		return "Unknown";
	}
}
