#ifndef TESTS_APP_SURFER_H
#define TESTS_APP_SURFER_H

/* Somebody with a browser, in the simulation: asks for pages, several at once, holds what comes to
 * the rules of HTTP, and comes again when the connection is gone. */

#include <errno.h>
#include <stdlib.h>

#include <signalbox/stream.h>
#include <signalbox/testing.h>

enum { SURFER_CAP = 256 * 1024, SURFER_MOST = 4 };

struct surfer_page {
	const char *target;
	int status;
};

struct surfer {
	struct sb_reactor *r;
	struct sb_stream *stream; /* NULL: not connected */
	struct sb_timer again;
	char url[64];
	bool stays; /* comes again */
	const struct surfer_page *asked[SURFER_MOST];
	size_t n_asked, n_answered; /* on this connection */
	size_t n_whole; /* answers in all */
	size_t len;
	char text[SURFER_CAP + 1];
};

static const struct surfer_page surfer_pages[] = {
	{ "/", 200 },
	{ "/top", 200 },
	{ "/q/2", 200 },
	{ "/q/4000000", 404 },
	{ "/search?q=first", 200 },
	{ "/search?q=%22*", 200 },
	{ "/random", 303 },
	{ "/feed.atom", 200 },
	{ "/style.css", 200 },
	{ "/api/v1/quotes?limit=2", 200 },
	{ "/api/v1/nowhere", 404 },
	{ "/metrics", 200 },
	{ "/healthz", 200 },
	{ "/nowhere", 404 },
};

/* Where the first answer in the text ends, or 0 when it is not whole. Without chunks and without
 * HEAD: Quoth's pages have a length. */
static inline size_t
surfer_find_end(const struct surfer *surfer, int *ret_status)
{
	const char *end = strstr(surfer->text, "\r\n\r\n"), *length;
	size_t head, body;

	if (!end)
		return 0;
	head = (size_t)(end - surfer->text) + 4;
	if (sscanf(surfer->text, "HTTP/1.1 %d ", ret_status) != 1)
		sb_testing_fail(SB_PLACE, "no status: %.200s", surfer->text);
	length = strstr(surfer->text, "\r\nContent-Length: ");
	if (!length || length > end)
		sb_testing_fail(SB_PLACE, "no length: %.200s", surfer->text);
	body = strtoul(length + 18, NULL, 10);
	return surfer->len >= head + body ? head + body : 0;
}

static inline void
surfer_ask(struct surfer *surfer)
{
	char text[1024] = "";
	size_t i, len = 0;

	surfer->n_asked = 1 + sb_reactor_random(surfer->r) % SURFER_MOST;
	surfer->n_answered = 0;
	for (i = 0; i < surfer->n_asked; i++) {
		surfer->asked[i] =
			&surfer_pages[sb_reactor_random(surfer->r)
				      % (sizeof(surfer_pages) / sizeof(surfer_pages[0]))];
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"GET %s HTTP/1.1\r\nHost: quotes.test\r\n%s\r\n", surfer->asked[i]->target,
			sb_reactor_random(surfer->r) % 2 ? "Accept-Encoding: gzip\r\n" : "");
	}
	/* One that cannot be written is closed, which is told. */
	(void)sb_stream_write(surfer->stream, (struct sb_bytes){ text, len });
}

static inline void
surfer_connected(void *self, struct sb_stream *stream)
{
	(void)stream;
	surfer_ask(self);
}

static inline void
surfer_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct surfer *surfer = self;
	size_t end;
	int status;

	(void)stream;
	if (surfer->len + bytes.len > SURFER_CAP)
		sb_testing_fail(SB_PLACE, "more than %d bytes", SURFER_CAP);
	memcpy(surfer->text + surfer->len, bytes.ptr, bytes.len);
	surfer->len += bytes.len;
	surfer->text[surfer->len] = '\0';
	while ((end = surfer_find_end(surfer, &status))) {
		if (surfer->n_answered == surfer->n_asked)
			sb_testing_fail(SB_PLACE, "an answer to nothing: %.200s", surfer->text);
		if (status != surfer->asked[surfer->n_answered]->status)
			sb_testing_fail(SB_PLACE, "%s: %.200s",
				surfer->asked[surfer->n_answered]->target, surfer->text);
		surfer->n_answered++;
		surfer->n_whole++;
		memmove(surfer->text, surfer->text + end, surfer->len - end + 1);
		surfer->len -= end;
	}
	if (surfer->n_answered == surfer->n_asked)
		sb_timer_start(&surfer->again, (int64_t)(sb_reactor_random(surfer->r) % 20) * SB_S);
}

static inline void
surfer_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct surfer *surfer = self;

	(void)stream, (void)error;
	surfer->stream = NULL;
	surfer->len = 0;
	sb_timer_stop(&surfer->again);
	if (surfer->stays)
		sb_timer_start(&surfer->again, SB_S);
}

static inline void
surfer_on_again(void *self)
{
	static const struct sb_protocol protocol = {
		.connected = surfer_connected,
		.data = surfer_data,
		.closed = surfer_closed,
	};
	struct surfer *surfer = self;
	struct sb_error error;
	int ret;

	if (surfer->stream) {
		surfer_ask(surfer);
		return;
	}
	ret = sb_stream_connect(
		surfer->r, surfer->url, NULL, SB_PLACE, &protocol, surfer, &surfer->stream, &error);
	if (ret == -EMFILE)
		sb_timer_start(&surfer->again, SB_S);
	else if (ret < 0)
		sb_testing_fail(SB_PLACE, "%s: %s", surfer->url, error.text);
}

static inline struct surfer *
surfer_come(struct sb_reactor *r, const char *url)
{
	struct surfer *surfer = calloc(1, sizeof(*surfer));

	if (!surfer || sb_timer_init(&surfer->again, r, SB_HANDLER(surfer_on_again), surfer))
		sb_testing_fail(SB_PLACE, "out of memory");
	surfer->r = r;
	surfer->stays = true;
	(void)snprintf(surfer->url, sizeof(surfer->url), "%s", url);
	sb_timer_start(&surfer->again, 0);
	return surfer;
}

static inline void
surfer_leave(struct surfer *surfer)
{
	sb_stream_destroy(surfer->stream);
	sb_timer_finish(&surfer->again);
	free(surfer);
}

#endif
