/* Counts the bytes that anybody sends it over TCP; a browser sees the count. */
#include <inttypes.h>

#include <signalbox/http.h>
#include <signalbox/listener.h>

struct counter {
	struct sb_listener *listener;
	struct sb_http *http;
	uint64_t n;
};

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)stream;
	((struct counter *)self)->n += bytes.len;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static void
on_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	(void)http;
	sb_http_answer_text(e->request, 200, "%" PRIu64 " bytes", ((struct counter *)self)->n);
}

static bool
counter_begins(struct counter *c, struct sb_dispatcher *d, struct sb_reactor *r, struct sb_error *e)
{
	static const struct sb_http_options web = { .url = "tcp://127.0.0.1:7004" };
	static const struct sb_protocol counting = { .data = on_data, .closed = on_closed };
	static const struct sb_acceptor count = { .protocol = &counting };
	const char *url = "tcp://127.0.0.1:7003";

	if (sb_http_create(d, r, &web, SB_PLACE, &c->http, e) < 0)
		return false;
	sb_http_requested_connect(d, c->http, SB_HANDLER(on_requested), c);
	return !sb_connect_failed(d)
	       && !sb_listener_open(r, url, NULL, SB_PLACE, &count, c, &c->listener, e);
}

int
main(void)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct counter counter = { .n = 0 };

	if (!d || !r || !counter_begins(&counter, d, r, &error))
		return fprintf(stderr, "counter: %s\n", error.text), 1;
	return sb_reactor_run(r) < 0;
}
