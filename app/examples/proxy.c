/* A reverse proxy for HTTP: passes each request on to a server behind it, with X-Forwarded-For, and
 * streams both ways. It answers 502 and 504 itself. One request a connection. */
#include <errno.h>
#include <stdlib.h>

#include <signalbox/listener.h>
#include <signalbox/pipe.h>

struct proxy {
	struct sb_reactor *r;
	const char *server;
};

enum { READ_MAX = 64 * 1024, HEAD_MAX = 16 * 1024, FIELDS_MAX = SB_PEER_CAP + 64 };

/* A connection, until the head of its request is whole and a pipe has it. */
struct visit {
	const struct proxy *proxy;
	size_t len;
	char text[HEAD_MAX + READ_MAX
		  + FIELDS_MAX]; /* the head, and what of the body came with it */
};

static void
on_unanswered(void *self, struct sb_stream *browser, const struct sb_error *error)
{
	char text[128];

	(void)self;
	(void)snprintf(text, sizeof(text),
		"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		error->code == -ETIMEDOUT ? "504 Gateway Timeout" : "502 Bad Gateway");
	(void)sb_stream_write(browser, sb_bytes_of(text));
	sb_stream_close(browser);
}

/* Who asks stands behind the last field. What was said of the connection to us goes no further. */
static void
mend(struct visit *visit, const char *peer)
{
	const char *port = strrchr(peer, ':');
	char *end = strstr(visit->text, "\r\n\r\n") + 2, *field, fields[FIELDS_MAX];
	size_t len = (size_t)snprintf(fields, sizeof(fields),
		"X-Forwarded-For: %.*s\r\nConnection: close\r\n",
		port ? (int)(port - peer) : SB_PEER_CAP, peer);

	while ((field = strcasestr(visit->text, "\nConnection:")) && field < end) {
		size_t n = strcspn(field + 1, "\n") + 1;

		visit->len -= n;
		end -= n;
		memmove(field, field + n, (size_t)(visit->text + visit->len - field));
	}
	memmove(end + len, end, (size_t)(visit->text + visit->len - end));
	memcpy(end, fields, len);
	visit->len += len;
}

static void
on_data(void *self, struct sb_stream *browser, struct sb_bytes bytes)
{
	static const struct sb_stream_options patience = { .idle_timeout_ns = 30 * SB_S };
	struct visit *visit = self;
	const struct proxy *p = visit->proxy;
	struct sb_pipe *pipe;
	struct sb_error e;

	if (bytes.len > HEAD_MAX + READ_MAX - visit->len) {
		sb_stream_abort(browser);
		return;
	}
	memcpy(visit->text + visit->len, bytes.ptr, bytes.len);
	visit->len += bytes.len;
	if (!strstr(visit->text, "\r\n\r\n"))
		return;
	mend(visit, sb_stream_peer(browser));
	if (sb_pipe_connect(browser, p->r, p->server, &patience, SB_PLACE, NULL, NULL, &pipe, &e)) {
		on_unanswered(NULL, browser, &e);
		return;
	}
	if (sb_pipe_ask(pipe, (struct sb_bytes){ visit->text, visit->len }, on_unanswered) < 0)
		sb_pipe_destroy(pipe);
	free(visit);
}

static void
on_closed(void *self, struct sb_stream *browser, const struct sb_error *error)
{
	(void)browser, (void)error;
	free(self);
}

static void
on_accepted(void *self, struct sb_stream *browser)
{
	static const struct sb_protocol browsing = { .data = on_data, .closed = on_closed };
	struct visit *visit = calloc(1, sizeof(*visit));

	if (!visit)
		return; /* one that is not taken is closed */
	visit->proxy = self;
	sb_stream_attach(browser, &browsing, visit);
}

static const struct sb_acceptor proxying = { .accepted = on_accepted };

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:8081";
	struct proxy p = { sb_reactor_create(), argc > 2 ? argv[2] : "tcp://127.0.0.1:8080" };
	struct sb_error e = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!p.r || sb_listener_open(p.r, url, NULL, SB_PLACE, &proxying, &p, &listener, &e) < 0)
		return fprintf(stderr, "proxy: %s\n", e.text), 1;
	return sb_reactor_run(p.r) < 0;
}
