#ifndef TESTS_APP_VISITOR_H
#define TESTS_APP_VISITOR_H

/* Somebody who connects to a URL, keeps what the server says, and leaves when it does. */

#include <errno.h>
#include <stdbool.h>

#include <signalbox/stream.h>
#include <signalbox/testing.h>

struct visitor {
	struct sb_stream *stream;
	char text[64 * 1024]; /* what was said, and a NUL */
	size_t len;
	bool is_over;
	struct sb_error error;
};

static inline void
visitor_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct visitor *visitor = self;

	(void)stream;
	if (visitor->len + bytes.len >= sizeof(visitor->text))
		sb_testing_fail(SB_PLACE, "more than %zu bytes", sizeof(visitor->text));
	memcpy(visitor->text + visitor->len, bytes.ptr, bytes.len);
	visitor->len += bytes.len;
}

static inline void
visitor_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct visitor *visitor = self;

	(void)stream;
	visitor->is_over = true;
	visitor->error = *error;
}

static inline void
visitor_come(struct visitor *visitor, struct sb_reactor *r, const char *url)
{
	static const struct sb_protocol protocol = {
		.data = visitor_data,
		.closed = visitor_closed,
	};

	int ret;

	memset(visitor, 0, sizeof(*visitor));
	ret = sb_stream_connect(
		r, url, NULL, SB_PLACE, &protocol, visitor, &visitor->stream, &visitor->error);
	visitor->is_over = ret == -EMFILE;
	if (ret < 0 && ret != -EMFILE)
		sb_testing_fail(SB_PLACE, "%s: %s", url, visitor->error.text);
}

static inline bool
visitor_is_over(void *self)
{
	struct visitor *visitor = self;

	return visitor->is_over;
}

#endif
