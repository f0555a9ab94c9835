#ifndef HTTP_SITE_H
#define HTTP_SITE_H

/* An HTTP server with one handler, asked over tapes. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <signalbox/http.h>
#include <signalbox/testing.h>

struct site;
typedef void site_fn(struct site *site, const struct sb_http_requested *e);

struct site {
	struct sb_world *world;
	struct sb_http *http;
	struct sb_tape *tape;
	struct sb_probe *probe;
	site_fn *handler;
	const void *told; /* to the handler, by the test */
	int ret; /* of what the handler called, told to the test */
	uint64_t id; /* of the last request */
};

static inline void
site_on_requested(void *self, struct sb_http *from, const struct sb_http_requested *e)
{
	struct site *site = self;

	(void)from;
	site->id = e->id;
	site->handler(site, e);
}

static inline void
site_connect(struct site *site)
{
	site->tape = sb_tape_create();
	if (sb_http_attach(site->http, sb_tape_stream(site->tape)))
		sb_testing_fail(SB_PLACE, "the server takes no tape");
	sb_tape_connect(site->tape);
}

static inline void
site_begin(struct site *site, struct sb_world *world, site_fn *handler)
{
	struct sb_http_options options = { .max_header = 64 * 1024 };

	*site = (struct site){ .world = world, .handler = handler };
	if (sb_http_create(world->d, world->r, &options, SB_PLACE, &site->http, NULL))
		sb_testing_fail(SB_PLACE, "no server");
	site->probe = sb_probe_create(world->d, "http.*");
	sb_gate_allow(world->gate,
		sb_http_requested_connect(world->d, SB_ANY, SB_HANDLER(site_on_requested), site));
	site_connect(site);
}

static inline void
site_end(struct site *site)
{
	sb_http_destroy(site->http);
	sb_tape_destroy(site->tape);
	sb_probe_destroy(site->probe);
	(void)sb_forget(site->world->d, site);
	/* Its memory goes at the end of a turn. */
	sb_simulation_settle(site->world->sim);
}

/* Asks, with fields that each end with \r\n, and gives the answer. */
static inline const char *
site_ask(struct site *site, const char *method, const char *target, const char *fields)
{
	size_t cap = strlen(method) + strlen(target) + strlen(fields) + 64;
	char *text = malloc(cap);

	(void)snprintf(text, cap, "%s %s HTTP/1.1\r\nHost: a\r\n%s\r\n", method, target, fields);
	sb_tape_clear(site->tape);
	sb_tape_feed(site->tape, text);
	free(text);
	return sb_tape_written(site->tape);
}

static inline const char *
site_get(struct site *site, const char *target)
{
	return site_ask(site, "GET", target, "");
}

static inline int
status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : -1;
}

/* The n-th field of that name, copied where the next three calls leave it; NULL for none. */
static inline const char *
field_n(const char *answer, const char *name, size_t n)
{
	static char bufs[4][512];
	static size_t n_calls;
	char *buf = bufs[n_calls++ % 4];
	const char *line = strstr(answer, "\r\n");
	size_t len = strlen(name);

	/* Each line with the \r\n before it; the empty one is the last. */
	for (; line && strncmp(line, "\r\n\r\n", 4) != 0; line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, len) != 0 || line[2 + len] != ':' || n--)
			continue;
		line += 2 + len + 2;
		(void)snprintf(buf, sizeof(bufs[0]), "%.*s", (int)strcspn(line, "\r"), line);
		return buf;
	}
	return NULL;
}

static inline const char *
field_of(const char *answer, const char *name)
{
	return field_n(answer, name, 0);
}

static inline const char *
content_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end ? end + 4 : "";
}

#define expect_status(answer, status) assert_int_equal(status_of(answer), (status))
#define expect_field(answer, name, value)                                                          \
	do {                                                                                       \
		const char *field_ = field_of((answer), (name));                                   \
		assert_non_null(field_);                                                           \
		assert_string_equal(field_, (value));                                              \
	} while (0)
#define expect_no_field(answer, name) assert_null(field_of((answer), (name)))
#define expect_content(answer, content) assert_string_equal(content_of(answer), (content))

#endif
