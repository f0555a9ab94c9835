/* A reverse proxy for HTTP: passes each request on to a server behind it, with X-Forwarded-For, and
 * streams both ways. It answers 502 and 504 itself. One request a connection. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include <signalbox/listener.h>
#include <signalbox/pipe.h>

enum { HEAD_MAX = 16 * 1024, READ_MAX = 64 * 1024, PATIENCE_S = 30 };

struct proxy {
	struct sb_reactor *r;
	const char *server;
};

/* One connection, until its answer begins and a pipe has it. */
struct visit {
	const struct proxy *proxy;
	struct sb_stream *browser, *server; /* NULL: gone, or not there yet */
	size_t len;
	char head[HEAD_MAX + READ_MAX]; /* of the request, and what of its body came with that */
};

/* Answers by itself. `closed` of the browser ends the visit. */
static void
answer(struct visit *visit, const char *status)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
	(void)sb_stream_write(visit->browser, sb_bytes_of(text));
	sb_stream_close(visit->browser);
}

/* The head, less what is between us and the browser, with who asks; and what came with it. */
static void
on_connected(void *self, struct sb_stream *server)
{
	struct visit *visit = self;
	const char *peer = sb_stream_peer(visit->browser), *port = strrchr(peer, ':');
	const char *line = visit->head, *end = visit->head + visit->len, *next;
	char who[SB_PEER_CAP + 64];
	int ret = 0;

	(void)snprintf(who, sizeof(who), "X-Forwarded-For: %.*s\r\nConnection: close\r\n",
		(int)(port ? port - peer : SB_PEER_CAP), peer);
	for (; *line != '\r'; line = next) {
		next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		if (strncasecmp(line, "Connection:", 11) != 0)
			ret |= sb_stream_write(
				server, (struct sb_bytes){ line, (size_t)(next - line) });
	}
	ret |= sb_stream_write(server, sb_bytes_of(who));
	ret |= sb_stream_write(server, (struct sb_bytes){ line, (size_t)(end - line) });
	if (ret)
		sb_stream_abort(server);
	sb_stream_resume(visit->browser);
}

/* The answer begins. */
static void
on_answer(void *self, struct sb_stream *server, struct sb_bytes bytes)
{
	struct visit *visit = self;
	struct sb_pipe *pipe;

	sb_stream_set_idle_timeout(server, 0);
	if (sb_stream_write(visit->browser, bytes) < 0
		|| sb_pipe_create(visit->browser, server, NULL, NULL, &pipe) < 0)
		sb_stream_abort(visit->browser);
	else
		free(visit);
}

static void
on_drained(void *self, struct sb_stream *server)
{
	(void)server;
	sb_stream_resume(((struct visit *)self)->browser);
}

static void
on_server_closed(void *self, struct sb_stream *server, const struct sb_error *error)
{
	struct visit *visit = self;

	(void)server;
	visit->server = NULL;
	answer(visit, error->code == -ETIMEDOUT ? "504 Gateway Timeout" : "502 Bad Gateway");
}

static const struct sb_protocol serving = { on_connected, on_answer, on_drained,
	.closed = on_server_closed };

static void
ask_server(struct visit *visit)
{
	struct sb_stream_options options = { .connect_timeout_ns = PATIENCE_S * SB_S,
		.idle_timeout_ns = PATIENCE_S * SB_S };

	sb_stream_pause(visit->browser);
	if (sb_stream_connect(visit->proxy->r, visit->proxy->server, &options, SB_PLACE, &serving,
		    visit, &visit->server, NULL)
		< 0)
		answer(visit, "502 Bad Gateway");
}

/* Takes the head, then passes on what the server takes. */
static void
on_browser_data(void *self, struct sb_stream *browser, struct sb_bytes bytes)
{
	struct visit *visit = self;
	size_t room = sizeof(visit->head) - visit->len;

	if (visit->server) {
		sb_stream_set_idle_timeout(visit->server, PATIENCE_S * SB_S);
		if (sb_stream_write(visit->server, bytes) < 0)
			sb_stream_abort(visit->server);
		else if (sb_stream_is_full(visit->server))
			sb_stream_pause(browser);
		return;
	}
	memcpy(visit->head + visit->len, bytes.ptr, bytes.len < room ? bytes.len : room);
	visit->len += bytes.len;
	if (bytes.len <= room && memmem(visit->head, visit->len, "\r\n\r\n", 4))
		ask_server(visit);
	else if (visit->len > HEAD_MAX)
		answer(visit, "431 Request Header Fields Too Large");
}

static void
on_browser_closed(void *self, struct sb_stream *browser, const struct sb_error *error)
{
	struct visit *visit = self;

	(void)browser, (void)error;
	sb_stream_destroy(visit->server);
	free(visit);
}

static const struct sb_protocol browsing = { NULL, on_browser_data, .closed = on_browser_closed };

static void
on_accepted(void *self, struct sb_stream *browser)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	if (!visit)
		return; /* one that is not taken is closed */
	visit->proxy = self;
	visit->browser = browser;
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
