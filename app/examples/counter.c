/* Counts the bytes that anybody sends it over TCP; a browser sees the count. */
#include <inttypes.h>

#include <signalbox/http.h>
#include <signalbox/listener.h>

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	(void)stream;
	*(uint64_t *)self += bytes.len;
}

static const struct sb_protocol counting = { .data = on_data };
static const struct sb_acceptor counter = { .protocol = &counting };

static void
on_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	(void)http;
	sb_http_answer_text(e->request, 200, "%" PRIu64 " bytes", *(uint64_t *)self);
}

int
main(void)
{
	static const struct sb_http_options web = { .url = "tcp://127.0.0.1:7004" };
	const char *url = "tcp://127.0.0.1:7003";
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error e = { .text = "out of memory" };
	struct sb_listener *listener;
	struct sb_http *http;
	uint64_t n = 0;

	if (!d || !r || sb_http_create(d, r, &web, SB_PLACE, &http, &e) < 0
		|| sb_listener_open(r, url, NULL, SB_PLACE, &counter, &n, &listener, &e) < 0)
		return fprintf(stderr, "counter: %s\n", e.text), 1;
	sb_http_requested_connect(d, http, SB_HANDLER(on_requested), &n);
	return sb_connect_failed(d) || sb_reactor_run(r) < 0;
}
