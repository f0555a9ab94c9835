/* A guest book: a page, a form that posts, and an answer that is given later. */
#include <inttypes.h>

#include <signalbox/http.h>

struct pages {
	struct sb_http *http;
	struct sb_timer timer;
	uint64_t waiting; /* the request that is answered when the timer fires */
	int n_guests;
};

static void
on_home(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct pages *pages = self;
	char page[256];

	(void)http;
	(void)snprintf(page, sizeof(page),
		"<!doctype html><title>Guests</title><p>%d so far."
		"<form method=post action=/guests><input name=name><button>Sign</button></form>",
		pages->n_guests);
	sb_http_answer(e->request, 200, "text/html; charset=utf-8", sb_bytes_of(page));
}

static void
on_signed(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	const char *name = sb_http_form(e->request, "name");
	struct pages *pages = self;

	(void)http;
	if (!name || !*name) {
		sb_http_answer_text(e->request, 400, "Who are you?");
		return;
	}
	pages->n_guests++;
	sb_http_redirect(e->request, 303, "/");
}

static void
on_bell(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct pages *pages = self;

	if (sb_http_find(http, pages->waiting)) {
		sb_http_answer_text(e->request, 409, "Somebody is at the bell.");
		return;
	}
	pages->waiting = sb_http_take(e->request);
	sb_timer_start(&pages->timer, 2 * SB_S);
}

static void
on_timer(void *self)
{
	struct pages *pages = self;
	struct sb_http_request *request = sb_http_find(pages->http, pages->waiting);

	/* Who rang may have left. */
	if (request)
		sb_http_answer_text(request, 200, "Coming!");
}

static const struct sb_http_route routes[] = {
	{ "GET", "/", SB_HANDLER(on_home) },
	{ "POST", "/guests", SB_HANDLER(on_signed) },
	{ "GET", "/bell", SB_HANDLER(on_bell) },
};

static void
on_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	sb_http_route(routes, sizeof(routes) / sizeof(routes[0]), self, http, e);
}

static int
pages_begin(struct pages *pages, struct sb_dispatcher *d, struct sb_reactor *r, const char *url,
	struct sb_error *ret_error)
{
	struct sb_http_options options = { .url = url };

	if (sb_timer_init(&pages->timer, r, SB_HANDLER(on_timer), pages) < 0)
		return -1;
	sb_http_requested_connect(d, SB_ANY, SB_HANDLER(on_requested), pages);
	return sb_http_create(d, r, &options, SB_PLACE, &pages->http, ret_error);
}

int
main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "tcp://127.0.0.1:8080";
	struct sb_dispatcher *d = sb_dispatcher_create(NULL, NULL);
	struct sb_reactor *r = sb_reactor_create();
	struct sb_error error = { .text = "out of memory" };
	struct pages pages = { .n_guests = 0 };

	if (!d || !r || pages_begin(&pages, d, r, url, &error) < 0) {
		fprintf(stderr, "pages: %s\n", error.text);
		return 1;
	}
	fprintf(stderr, "pages: listening at %s\n", sb_http_url(pages.http));
	return sb_reactor_run(r);
}
