/* Every allocation of the HTTP server is made to fail in turn: what fails says so and changes
 * nothing, what is answered is whole, and nothing is lost. */

#include <errno.h>

#include <signalbox/dispatch_signals.h>

#include "dispatch/failing_memory.inc"
#include "http_files.h"

#define GO_ON "HTTP/1.1 100 Continue\r\n\r\n"

enum { CONTENT_LEN = 40 * 1024 };

struct scene {
	struct sb_world *world;
	struct sb_http *http;
	struct sb_tape *tape;
	struct sb_probe *probe;
	struct sb_connection failed;
	struct folder folder;
	uint64_t id;
	int ret; /* of what the handler called */
	int n_failures; /* that were told */
	char content[CONTENT_LEN + 1]; /* of what is compressed, and of an event */
};

/* ---- What the handlers do ---- */

static void
on_route(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	struct scene *scene = self;
	const char *id = sb_http_param(e->request, "id");

	(void)from;
	assert_non_null(id);
	scene->ret = sb_http_answer_text(e->request, 200, "%s", id);
}

static const struct sb_http_route routes[] = {
	{ "GET", "/route/{id}", SB_HANDLER(on_route) },
};

static int
answer_with_fields(struct scene *scene, struct sb_http_request *q)
{
	struct sb_http_cookie cookie = { .name = "a", .value = "b" };
	int error = sb_http_add_field(q, "ETag", "\"a\"");

	if (!error)
		error = sb_http_set_cookie(q, &cookie);
	if (!error)
		error = sb_http_answer(
			q, 200, "text/plain", (struct sb_bytes){ scene->content, CONTENT_LEN });
	return error;
}

static int
answer_in_pieces(struct scene *scene, struct sb_http_request *q)
{
	int error = sb_http_begin(q, 200, "text/plain", SB_HTTP_CHUNKED);

	if (error)
		return error;
	error = sb_http_write(q, (struct sb_bytes){ scene->content, CONTENT_LEN });
	/* It can be tried again. */
	if (error == -ENOMEM)
		error = sb_http_write(q, (struct sb_bytes){ scene->content, CONTENT_LEN });
	assert_int_equal(error, 0);
	error = sb_http_end(q);
	return error == -ENOMEM ? sb_http_end(q) : error;
}

static int
answer_with_texts(struct sb_http_request *q)
{
	const char *query = sb_http_query(q, "a"), *form = sb_http_form(q, "b"),
		   *cookie = sb_http_cookie(q, "c");

	/* Without memory there are none, or those that were read before. */
	assert_true(!query || !strcmp(query, "1"));
	assert_true(!form || !strcmp(form, "2"));
	assert_true(!cookie || !strcmp(cookie, "3"));
	return sb_http_answer_text(q, 200, "%0700d", 7);
}

static int
act(struct scene *scene, const struct sb_http_requested *e)
{
	struct sb_http_request *q = e->request;

	if (!strcmp(e->path, "/fields"))
		return answer_with_fields(scene, q);
	if (!strcmp(e->path, "/pieces"))
		return answer_in_pieces(scene, q);
	if (!strcmp(e->path, "/texts"))
		return answer_with_texts(q);
	if (!strcmp(e->path, "/file") || !strcmp(e->path, "/large") || !strcmp(e->path, "/folder"))
		return sb_http_answer_file(q, scene->folder.path, e->path);
	if (!strcmp(e->path, "/redirect"))
		return sb_http_redirect(q, 303, "/");
	if (!strcmp(e->path, "/events"))
		return sb_http_begin_events(q);
	return 0;
}

static void
on_requested(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	struct scene *scene = self;

	scene->id = e->id;
	scene->ret = 0;
	if (!sb_http_route(routes, 1, self, from, e))
		scene->ret = act(scene, e);
	if (!scene->ret)
		return;
	assert_int_equal(scene->ret, -ENOMEM);
	/* Nothing was sent, so that something else can be. */
	assert_int_equal(sb_http_answer_text(e->request, 503, "no memory"), 0);
}

static void
on_begun(void *self, struct sb_http *from, const struct sb_http_begun *e)
{
	(void)self, (void)from;
	if (!strcmp(e->path, "/stream"))
		assert_int_equal(sb_http_stream(e->request), 0);
}

static void
on_arrived(void *self, struct sb_http *from, const struct sb_http_body_arrived *e)
{
	struct scene *scene = self;

	(void)from;
	if (!e->is_last)
		return;
	scene->ret = sb_http_answer_text(e->request, 200, "whole");
	if (scene->ret)
		assert_int_equal(sb_http_answer_text(e->request, 503, "no memory"), 0);
}

static void
on_failed(void *self, void *from, const struct sb_dispatch_failed *e)
{
	struct scene *scene = self;

	(void)from, (void)e;
	scene->n_failures++;
}

/* ---- The scene ---- */

static bool
begin(struct scene *scene)
{
	static const char *const hosts[] = { "a", "b" };
	struct sb_http_options options = { .hosts = hosts, .n_hosts = 2 };
	struct sb_dispatcher *d = scene->world->d;
	int error = sb_http_create(d, scene->world->r, &options, SB_PLACE, &scene->http, NULL);

	if (error) {
		assert_int_equal(error, -ENOMEM);
		return false;
	}
	sb_http_requested_connect(d, scene->http, SB_HANDLER(on_requested), scene);
	sb_http_begun_connect(d, scene->http, SB_HANDLER(on_begun), scene);
	sb_http_body_arrived_connect(d, scene->http, SB_HANDLER(on_arrived), scene);
	scene->failed = sb_dispatch_failed_connect(d, SB_ANY, SB_HANDLER(on_failed), scene);
	scene->n_failures = 0;
	scene->tape = sb_tape_create();
	error = sb_http_attach(scene->http, sb_tape_stream(scene->tape));
	if (!error) {
		sb_tape_connect(scene->tape);
		return true;
	}
	assert_int_equal(error, -ENOMEM);
	sb_stream_destroy(sb_tape_stream(scene->tape));
	return false;
}

static void
end(struct scene *scene)
{
	if (scene->http)
		sb_disconnect(scene->world->d, scene->failed);
	sb_http_destroy(scene->http);
	sb_tape_destroy(scene->tape);
	scene->http = NULL;
	scene->tape = NULL;
	sb_simulation_settle(scene->world->sim);
}

/* Each line of a head is one, and a length is that of the content. */
static void
check_answer(const char *request, struct sb_bytes written)
{
	const char *at = written.ptr, *bytes_end = at + written.len, *line_end, *length = NULL;

	if (!strncmp(at, GO_ON, strlen(GO_ON)))
		at += strlen(GO_ON);
	assert_true(!strncmp(at, "HTTP/1.1 ", 9));
	for (at = strstr(at, "\r\n") + 2; strncmp(at, "\r\n", 2) != 0; at = line_end + 2) {
		const char *colon = strstr(at, ": ");

		line_end = strstr(at, "\r\n");
		if (!line_end || !colon || colon > line_end)
			sb_testing_fail(SB_PLACE, "no field: %.100s\nfor\n%s", at, request);
		if (!strncmp(at, "Content-Length: ", 16))
			length = at + 16;
	}
	if (length && bytes_end - at - 2 != strtol(length, NULL, 10))
		sb_testing_fail(SB_PLACE, "another length than was said for\n%s", request);
}

/* The body comes after the header, for a client that waits to be asked for it. */
static void
ask(struct scene *scene, const char *request)
{
	const char *body = strstr(request, "\r\n\r\n");
	struct sb_bytes written;

	sb_tape_feed_split(
		scene->tape, request, body ? (size_t)(body + 4 - request) : strlen(request));
	sb_simulation_settle(scene->world->sim);
	sb_tape_turn(scene->tape);
	written = sb_tape_written_bytes(scene->tape);
	if (!sb_tape_is_over(scene->tape))
		check_answer(request, written);
	if (!scene->n_failures)
		return;
	/* A route has no memory for its names, or what was begun is broken off. */
	assert_true(strstr(request, "/route") || strstr(request, "/large"));
	sb_gate_expect_failure(scene->world->gate, "signal=\"http.requested\"");
}

/* In a stream of events, where there is one: more than is kept of a buffer. */
static void
tell_event(struct scene *scene)
{
	struct sb_http_request *q = sb_http_find(scene->http, scene->id);

	if (q && sb_http_event(q, NULL, NULL, scene->content))
		assert_true(has_failed);
}

/* Whether an allocation failed, of those from the creation to the end. */
static bool
plays_without(struct scene *scene, const char *request, long n)
{
	has_failed = false;
	n_until_failure = n;
	if (begin(scene)) {
		ask(scene, request);
		tell_event(scene);
		sb_http_shut(scene->http);
		sb_simulation_settle(scene->world->sim);
		sb_tape_turn(scene->tape);
		if (!sb_tape_is_shut(scene->tape) && !sb_tape_is_over(scene->tape))
			sb_testing_fail(SB_PLACE, "open without allocation %ld of\n%s", n, request);
	}
	n_until_failure = -1;
	end(scene);
	return has_failed;
}

static void
a_request_is_answered_or_refused_without_memory(void **state)
{
	static const char *const requests[] = {
		"GET /none HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /fields HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
		"GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /texts?a=1 HTTP/1.1\r\nHost: a\r\nCookie: c=3\r\nContent-Length: 3\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n\r\nb=2",
		"GET /file HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /folder HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /redirect HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /events HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /route/12 HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
		"Expect: 100-continue\r\n\r\n2\r\nab\r\n0\r\n\r\n",
		"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
		"wrong",
	};
	static struct scene scene;
	size_t i;
	long n;

	scene = (struct scene){ .world = *state };
	memset(scene.content, 'a', CONTENT_LEN);
	folder_begin(&scene.folder);
	write_file(&scene.folder, "file", "what it holds");
	write_bytes(&scene.folder, "large", scene.content, CONTENT_LEN);
	make_folder(&scene.folder, "folder");
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		for (n = 0; plays_without(&scene, requests[i], n); n++)
			continue;
		assert_in_range(n, 4, 100);
	}
	folder_end(&scene.folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_request_is_answered_or_refused_without_memory),
	};

	return kit_run(tests);
}
