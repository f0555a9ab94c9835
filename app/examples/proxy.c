/* A reverse proxy for HTTP: passes each request on to a server behind it, with X-Forwarded-For, and
 * streams both ways. It answers 502 and 504 itself. One request a connection. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include <signalbox/listener.h>
#include <signalbox/pipe.h>

enum { HEAD_MAX = 16 * 1024 };

struct proxy {
	struct sb_reactor *r;
	const char *server;
	int64_t patience_ns; /* for the server's first byte */
};

/* One connection, until its answer begins and a pipe has it. */
struct visit {
	const struct proxy *proxy;
	struct sb_stream *browser, *server; /* NULL: gone, or not there yet */
	char *head; /* of the request, and what of its body came with that */
	size_t len, head_len;
};

static void
end_visit(struct visit *visit)
{
	free(visit->head);
	free(visit);
}

/* Answers by itself. `closed` of the browser ends the visit. */
static void
answer(struct visit *visit, const char *status)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
	if (sb_stream_write(visit->browser, sb_bytes_of(text)) < 0)
		sb_stream_abort(visit->browser);
	else
		sb_stream_close(visit->browser);
}

static int
write_part(struct visit *visit, const char *from, const char *to)
{
	return sb_stream_write(visit->server, (struct sb_bytes){ from, (size_t)(to - from) });
}

/* The head, less what is between us and the browser, with who asks; and what came with it. */
static int
write_request(struct visit *visit)
{
	const char *line = visit->head, *end = line + visit->head_len, *peer, *next;
	char fields[128];
	int ret = 0;

	for (; ret == 0 && *line != '\r'; line = next) {
		next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		if (strncasecmp(line, "Connection:", 11) != 0)
			ret = write_part(visit, line, next);
	}
	peer = sb_stream_peer(visit->browser);
	(void)snprintf(fields, sizeof(fields), "X-Forwarded-For: %.*s\r\nConnection: close\r\n\r\n",
		(int)(strrchr(peer, ':') ? strrchr(peer, ':') - peer : (long)strlen(peer)), peer);
	if (ret == 0)
		ret = sb_stream_write(visit->server, sb_bytes_of(fields));
	return ret < 0 ? ret : write_part(visit, end, visit->head + visit->len);
}

static void
on_server_connected(void *self, struct sb_stream *server)
{
	struct visit *visit = self;

	if (write_request(visit) < 0)
		sb_stream_abort(server);
	sb_stream_resume(visit->browser);
}

/* The answer begins. */
static void
on_server_data(void *self, struct sb_stream *server, struct sb_bytes bytes)
{
	struct visit *visit = self;
	struct sb_pipe *pipe;

	sb_stream_set_idle_timeout(server, 0);
	if (sb_stream_write(visit->browser, bytes) < 0
		|| sb_pipe_create(visit->browser, server, NULL, NULL, &pipe) < 0)
		sb_stream_abort(visit->browser);
	else
		end_visit(visit);
}

static void
on_server_drained(void *self, struct sb_stream *server)
{
	struct visit *visit = self;

	(void)server;
	sb_stream_resume(visit->browser);
}

static void
on_server_closed(void *self, struct sb_stream *server, const struct sb_error *error)
{
	struct visit *visit = self;

	(void)server;
	visit->server = NULL;
	answer(visit, error->code == -ETIMEDOUT ? "504 Gateway Timeout" : "502 Bad Gateway");
}

static void
ask_server(struct visit *visit)
{
	static const struct sb_protocol serving = { .connected = on_server_connected,
		.data = on_server_data,
		.drained = on_server_drained,
		.closed = on_server_closed };
	const struct proxy *proxy = visit->proxy;
	struct sb_stream_options options = { .connect_timeout_ns = proxy->patience_ns,
		.idle_timeout_ns = proxy->patience_ns };

	sb_stream_pause(visit->browser);
	if (sb_stream_connect(proxy->r, proxy->server, &options, SB_PLACE, &serving, visit,
		    &visit->server, NULL)
		< 0)
		answer(visit, "502 Bad Gateway");
}

/* Takes the head, then passes on what the server takes. */
static void
on_browser_data(void *self, struct sb_stream *browser, struct sb_bytes bytes)
{
	struct visit *visit = self;
	char *head, *end;

	if (visit->server) {
		if (sb_stream_write(visit->server, bytes) < 0)
			sb_stream_abort(visit->server);
		else if (sb_stream_is_full(visit->server))
			sb_stream_pause(browser);
		sb_stream_set_idle_timeout(visit->server, visit->proxy->patience_ns);
		return;
	}
	head = realloc(visit->head, visit->len + bytes.len);
	if (!head) {
		sb_stream_abort(browser);
		return;
	}
	visit->head = head;
	memcpy(head + visit->len, bytes.ptr, bytes.len);
	visit->len += bytes.len;
	end = memmem(head, visit->len, "\r\n\r\n", 4);
	if (end) {
		visit->head_len = (size_t)(end - head) + 4;
		ask_server(visit);
	} else if (visit->len > HEAD_MAX) {
		answer(visit, "431 Request Header Fields Too Large");
	}
}

static void
on_browser_closed(void *self, struct sb_stream *browser, const struct sb_error *error)
{
	struct visit *visit = self;

	(void)browser, (void)error;
	sb_stream_destroy(visit->server);
	end_visit(visit);
}

static void
on_accepted(void *self, struct sb_stream *browser)
{
	static const struct sb_protocol browsing = { .data = on_browser_data,
		.closed = on_browser_closed };
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
	struct proxy proxy = { sb_reactor_create(), argc > 2 ? argv[2] : "tcp://127.0.0.1:8080",
		30 * SB_S };
	struct sb_error error = { .text = "out of memory" };
	struct sb_listener *listener;

	if (!proxy.r
		|| sb_listener_open(
			   proxy.r, url, NULL, SB_PLACE, &proxying, &proxy, &listener, &error)
			   < 0) {
		fprintf(stderr, "proxy: %s\n", error.text);
		return 1;
	}
	return sb_reactor_run(proxy.r) < 0;
}
