/* Ours: a handler of http.requested that answers. Prints its port. */

#include <signalbox/http.h>

#include <stdio.h>
#include <string.h>

static void
on_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	(void)self;
	(void)http;
	(void)sb_http_answer(e->request, 200, "text/plain; charset=utf-8", sb_bytes_of("hello\n"));
}

int
main(void)
{
	struct sb_http_options options = { .url = "tcp://127.0.0.1:0" };
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct sb_http *http;

	if (!d || !r || sb_http_create(d, r, &options, SB_PLACE, &http, &error) < 0) {
		(void)fprintf(stderr, "hello: %s\n", error.text);
		return 1;
	}
	sb_http_requested_connect(d, SB_ANY, SB_HANDLER(on_requested), NULL);
	(void)printf("%s\n", strrchr(sb_http_url(http), ':') + 1);
	(void)fflush(stdout);
	return sb_reactor_run(r);
}
