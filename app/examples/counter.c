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
	struct counter *counter = self;

	(void)stream;
	counter->n += bytes.len;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	(void)self, (void)stream, (void)error;
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	static const struct sb_protocol counting = { .data = on_data, .closed = on_closed };

	sb_stream_attach(stream, &counting, self);
}

static void
on_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	const struct counter *counter = self;

	(void)http;
	sb_http_answer_text(e->request, 200, "%" PRIu64 " bytes", counter->n);
}

static int
counter_begin(struct counter *counter, struct sb_dispatcher *d, struct sb_reactor *r,
	const char *count_at, const char *show_at, struct sb_error *ret_error)
{
	static const struct sb_acceptor acceptor = { .accepted = on_accepted };
	struct sb_http_options options = { .url = show_at };
	int ret = sb_http_create(d, r, &options, SB_PLACE, &counter->http, ret_error);

	if (ret < 0)
		return ret;
	sb_http_requested_connect(d, counter->http, SB_HANDLER(on_requested), counter);
	if (sb_connect_failed(d))
		return -1;
	return sb_listener_open(
		r, count_at, NULL, SB_PLACE, &acceptor, counter, &counter->listener, ret_error);
}

int
main(void)
{
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct counter counter = { .n = 0 };

	if (!d || !r
		|| counter_begin(
			   &counter, d, r, "tcp://127.0.0.1:7003", "tcp://127.0.0.1:7004", &error)
			   < 0) {
		fprintf(stderr, "counter: %s\n", error.text);
		return 1;
	}
	return sb_reactor_run(r) < 0;
}
