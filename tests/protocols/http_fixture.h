#ifndef HTTP_FIXTURE_H
#define HTTP_FIXTURE_H

/* An HTTP server in a world, with a handler that does what the path says, and peers on tapes. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/http.h>
#include <signalbox/testing.h>

struct fixture {
	struct sb_world *world;
	struct sb_http *http; /* NULL when it was destroyed */
	struct sb_probe *probe;
	struct sb_tape *tape;
	uint64_t id; /* of the last request taken */
	struct sb_http_request *request; /* the last that was seen */
	size_t n_streamed; /* bytes of the body in pieces */
	const char *destroys_at; /* the signal at which the server is destroyed; NULL: none */
	int ret; /* of the last call */
	char got[64 * 1024]; /* what the tape has, without dates */
};

static inline bool
is(const char *path, const char *expected)
{
	return !strcmp(path, expected);
}

static inline void
destroy_it(struct fixture *f)
{
	sb_http_destroy(f->http);
	f->http = NULL;
}

static inline bool
destroys_now(struct fixture *f, const char *signal)
{
	if (!f->destroys_at || !is(f->destroys_at, signal))
		return false;
	f->destroys_at = NULL;
	destroy_it(f);
	return true;
}

static inline int
say_in_pieces(struct sb_http_request *q, int64_t length, const char *first, const char *second)
{
	int error = sb_http_begin(q, 200, "text/plain", length);

	if (!error)
		error = sb_http_write(q, sb_bytes_of(first));
	if (!error && second)
		error = sb_http_write(q, sb_bytes_of(second));
	return error ? error : sb_http_end(q);
}

/* Those that answer in one call. */
static inline bool
answers_at_once(struct fixture *f, const struct sb_http_requested *e)
{
	struct sb_http_request *q = e->request;

	if (is(e->path, "/hello"))
		f->ret = sb_http_answer_text(q, 200, "hello");
	else if (is(e->path, "/echo"))
		f->ret = sb_http_answer(q, 200, NULL, sb_http_body(q));
	else if (is(e->path, "/query"))
		f->ret = sb_http_answer_text(q, 200, "%s|%s|%s", e->path, e->query, e->host);
	else if (is(e->path, "*"))
		f->ret = sb_http_answer(q, 204, NULL, (struct sb_bytes){ NULL, 0 });
	else if (is(e->path, "/pieces"))
		f->ret = say_in_pieces(q, SB_HTTP_CHUNKED, "one", "second");
	else if (is(e->path, "/known"))
		f->ret = say_in_pieces(q, 9, "one", "second");
	else if (is(e->path, "/short"))
		f->ret = say_in_pieces(q, 9, "one", NULL);
	else if (is(e->path, "/long"))
		f->ret = say_in_pieces(q, 4, "one", "second");
	else
		return false;
	return true;
}

static inline void
fixture_on_requested(void *self, struct sb_http *http, const struct sb_http_requested *e)
{
	struct fixture *f = self;

	f->request = e->request;
	if (destroys_now(f, "http.requested") || answers_at_once(f, e))
		return;
	if (is(e->path, "/take") || is(e->path, "/pause"))
		f->id = sb_http_take(e->request);
	else if (is(e->path, "/fail"))
		sb_fail(f->world->d, -EIO, "no idea");
	else if (is(e->path, "/begin"))
		f->ret = sb_http_begin(e->request, 200, "text/plain", SB_HTTP_CHUNKED);
	else if (is(e->path, "/shut"))
		sb_http_shut(http);
	if (is(e->path, "/pause"))
		sb_http_pause(e->request);
}

static inline void
fixture_on_begun(void *self, struct sb_http *http, const struct sb_http_begun *e)
{
	struct fixture *f = self;

	(void)http;
	f->request = e->request;
	if (destroys_now(f, "http.begun"))
		return;
	if (is(e->path, "/stream") || is(e->path, "/pause"))
		f->ret = sb_http_stream(e->request);
	else if (is(e->path, "/refuse"))
		f->ret = sb_http_answer_text(e->request, 403, "no");
	else if (is(e->path, "/echo") && is(e->query, "more"))
		f->ret = sb_http_set_max_body(e->request, 100);
	else if (is(e->path, "/fail_early"))
		sb_fail(f->world->d, -EIO, "no idea");
}

static inline void
fixture_on_arrived(void *self, struct sb_http *http, const struct sb_http_body_arrived *e)
{
	struct fixture *f = self;

	(void)http;
	f->n_streamed += e->bytes.len;
	if (destroys_now(f, "http.body_arrived"))
		return;
	if (e->is_last)
		f->ret = sb_http_answer_text(e->request, 200, "%zu bytes", f->n_streamed);
}

static inline void
fixture_on_answered(void *self, struct sb_http *http, const struct sb_http_answered *e)
{
	(void)http, (void)e;
	(void)destroys_now(self, "http.answered");
}

static inline void
fixture_on_gone(void *self, struct sb_http *http, const struct sb_http_gone *e)
{
	struct fixture *f = self;

	(void)http;
	if (!destroys_now(f, "http.gone"))
		f->ret = sb_http_answer_text(e->request, 200, "too late");
}

static inline void
fixture_on_drained(void *self, struct sb_http *http, const struct sb_http_drained *e)
{
	(void)http, (void)e;
	(void)destroys_now(self, "http.drained");
}

/* A new peer, in place of the last, who goes. */
static inline void
peer_connect(struct fixture *f)
{
	if (f->tape && !sb_tape_is_over(f->tape))
		sb_tape_break(f->tape, -ECONNRESET);
	sb_tape_destroy(f->tape);
	f->tape = sb_tape_create();
	if (sb_http_attach(f->http, sb_tape_stream(f->tape)))
		sb_testing_fail(SB_PLACE, "the server takes no tape");
	sb_tape_connect(f->tape);
}

static inline void
fixture_begin_without_peer(
	struct fixture *f, struct sb_world *world, const struct sb_http_options *options)
{
	struct sb_error why = { 0, "" };

	memset(f, 0, sizeof(*f));
	f->world = world;
	if (sb_http_create(world->d, world->r, options, SB_PLACE, &f->http, &why))
		sb_testing_fail(SB_PLACE, "no server: %s", why.text);
	f->probe = sb_probe_create(world->d, "http.*");
	sb_http_requested_connect(world->d, f->http, SB_HANDLER(fixture_on_requested), f);
	sb_http_begun_connect(world->d, f->http, SB_HANDLER(fixture_on_begun), f);
	sb_http_body_arrived_connect(world->d, f->http, SB_HANDLER(fixture_on_arrived), f);
	sb_http_answered_connect(world->d, f->http, SB_HANDLER(fixture_on_answered), f);
	sb_http_gone_connect(world->d, f->http, SB_HANDLER(fixture_on_gone), f);
	sb_http_drained_connect(world->d, f->http, SB_HANDLER(fixture_on_drained), f);
}

static inline void
fixture_begin_with(struct fixture *f, struct sb_world *world, const struct sb_http_options *options)
{
	fixture_begin_without_peer(f, world, options);
	peer_connect(f);
}

static inline void
fixture_begin(struct fixture *f, struct sb_world *world)
{
	fixture_begin_with(f, world, &(struct sb_http_options){ .max_body = 1000 });
}

static inline void
fixture_end(struct fixture *f)
{
	sb_http_destroy(f->http);
	sb_tape_destroy(f->tape);
	sb_probe_destroy(f->probe);
	sb_simulation_settle(f->world->sim);
}

/* Time passes, and the peer is told what is due. */
static inline void
pass(struct fixture *f, int64_t ns)
{
	(void)sb_simulation_run_for(f->world->sim, ns);
	sb_tape_turn(f->tape);
}

/* What was written since, without the lines of dates. */
static inline const char *
got(struct fixture *f)
{
	const char *at = sb_tape_written(f->tape);
	size_t len = 0;

	while (*at) {
		size_t n = strcspn(at, "\n");

		n += at[n] == '\n';
		if (strncmp(at, "Date: ", 6) != 0) {
			sb_assert(len + n < sizeof(f->got));
			memcpy(f->got + len, at, n);
			len += n;
		}
		at += n;
	}
	f->got[len] = '\0';
	sb_tape_clear(f->tape);
	return f->got;
}

static inline void
expect_(const char *place, struct fixture *f, const char *text)
{
	if (strcmp(got(f), text) != 0)
		sb_testing_fail(place, "expected\n%s\ngot\n%s", text, f->got);
}
#define expect(f, text) expect_(SB_PLACE, (f), (text))

/* The answer begins with this status, and the server ends its side after it, or does not. */
static inline void
expect_status_(const char *place, struct fixture *f, int status, bool ends, const char *request)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "HTTP/1.1 %d ", status);
	if (strncmp(got(f), text, strlen(text)) != 0)
		sb_testing_fail(place, "expected %d for\n%s\ngot\n%s", status, request, f->got);
	if (ends != (sb_tape_is_shut(f->tape) || sb_tape_is_over(f->tape)))
		sb_testing_fail(place, "after %d the connection should %s: %s", status,
			ends ? "end" : "stay", request);
	if (ends != (strstr(f->got, "Connection: close\r\n") != NULL))
		sb_testing_fail(place, "the answer does not say how it ends:\n%s", f->got);
}

/* Asks on a connection of its own, in one piece and byte by byte. */
static inline void
check_(const char *place, struct fixture *f, const char *request, int status, bool ends)
{
	peer_connect(f);
	sb_tape_feed(f->tape, request);
	expect_status_(place, f, status, ends, request);
	peer_connect(f);
	sb_tape_feed_by_byte(f->tape, request);
	expect_status_(place, f, status, ends, request);
}
#define check_refused(f, request, status) check_(SB_PLACE, (f), (request), (status), true)
#define check_answered(f, request, status) check_(SB_PLACE, (f), (request), (status), false)

#define HELLO                                                                                      \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"                           \
	"Content-Length: 6\r\n\r\nhello\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define FIELD_OF(field) "GET /hello HTTP/1.1\r\nHost: a\r\n" field "\r\n\r\n"
#define POST(path, fields) "POST " path " HTTP/1.1\r\nHost: a\r\n" fields "\r\n"

#endif
