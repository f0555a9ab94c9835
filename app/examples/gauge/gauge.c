#include "gauge/gauge.h"

#include <errno.h>
#include <stdlib.h>

#include <signalbox/client.h>
#include <signalbox/line.h>

enum { LINE_MAX_LEN = 200, SILENCE_S = 60 };

struct gauge {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_client *client; /* NULL: somebody else connects */
	struct sb_stream *stream; /* NULL: not connected */
	struct sb_lines lines;
	bool is_heard; /* the station has said OK */
	char river[32];
	struct sb_reap reap;
};

/* ---- What the station says ---- */

static void
say(struct gauge *gauge, const char *verb, const char *word)
{
	char line[LINE_MAX_LEN + 16];

	(void)snprintf(line, sizeof(line), "%s %s\r\n", verb, word);
	/* A stream that cannot be written to ends by itself. */
	(void)sb_stream_write(gauge->stream, sb_bytes_of(line));
}

static void
hear_ok(struct gauge *gauge)
{
	gauge->is_heard = true;
	if (gauge->client)
		sb_client_established(gauge->client);
}

/* Whether to read on: a handler may have destroyed us. */
static bool
hear_level(struct gauge *gauge, const char *number)
{
	struct gauge_measured e = { .river = gauge->river };
	char *end;

	e.metres = strtod(number, &end);
	if (end == number || *end) {
		sb_stream_abort(gauge->stream);
		return false;
	}
	return gauge_measured_emit(gauge->d, gauge, &e) != -ECANCELED;
}

static bool
hear(struct gauge *gauge, const char *line)
{
	if (!strcmp(line, "OK"))
		hear_ok(gauge);
	else if (!strncmp(line, "PING ", 5))
		say(gauge, "PONG", line + 5);
	else if (!strncmp(line, "LEVEL ", 6))
		return hear_level(gauge, line + 6);
	return true;
}

static bool
take_line(struct gauge *gauge, enum sb_line got, struct sb_bytes bytes)
{
	char line[LINE_MAX_LEN + 1];

	if (got != SB_LINE_WHOLE) {
		sb_stream_abort(gauge->stream);
		return false;
	}
	(void)snprintf(line, sizeof(line), "%.*s", (int)bytes.len, (const char *)bytes.ptr);
	return hear(gauge, line);
}

/* ---- The connection ---- */

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct gauge *gauge = self;

	gauge->stream = stream;
	gauge->is_heard = false;
	sb_line_reset(&gauge->lines);
	say(gauge, "WATCH", gauge->river);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct gauge *gauge = self;
	struct sb_bytes line;
	enum sb_line got;

	(void)stream;
	sb_line_feed(&gauge->lines, bytes);
	while ((got = sb_line_next(&gauge->lines, &line)) != SB_LINE_NONE)
		if (!take_line(gauge, got, line))
			return;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct gauge *gauge = self;
	struct gauge_lost e = { .river = gauge->river, .error = error->code };

	(void)stream;
	gauge->stream = NULL;
	if (gauge->is_heard)
		(void)gauge_lost_emit(gauge->d, gauge, &e);
}

static const struct sb_protocol protocol = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

static const struct sb_protocol *
on_up(void *self, struct sb_stream *stream, void **ret_self)
{
	(void)stream;
	*ret_self = self;
	return &protocol;
}

static const struct sb_client_events events = { .up = on_up };

/* ---- Public ---- */

static int
connect_to(struct gauge *gauge, const char *url, struct sb_error *ret_error)
{
	struct sb_client_options options = {
		.urls = &url,
		.n_urls = 1,
		.stream = { .idle_timeout_ns = SILENCE_S * SB_S },
	};
	int error = sb_client_create(
		gauge->r, &options, SB_PLACE, &events, gauge, &gauge->client, ret_error);

	if (!error)
		sb_client_start(gauge->client);
	return error;
}

int
gauge_create(struct sb_dispatcher *d, struct sb_reactor *r, const char *url, const char *river,
	struct gauge **ret_gauge, struct sb_error *ret_error)
{
	struct gauge *gauge = calloc(1, sizeof(*gauge));
	int error;

	if (!gauge)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	gauge->d = d;
	gauge->r = r;
	(void)snprintf(gauge->river, sizeof(gauge->river), "%s", river);
	sb_line_init(&gauge->lines, LINE_MAX_LEN, SB_LINE_DROP);
	error = sb_register(d, &gauge_signals);
	if (error)
		(void)sb_error_set(ret_error, error, "the signals could not be registered");
	else if (url)
		error = connect_to(gauge, url, ret_error);
	if (error) {
		free(gauge);
		return error;
	}
	*ret_gauge = gauge;
	return 0;
}

/* Not before the turn ends: a line that is being read may lie in there. */
static void
gauge_free(void *self)
{
	struct gauge *gauge = self;

	sb_line_finish(&gauge->lines);
	free(gauge);
}

void
gauge_destroy(struct gauge *gauge)
{
	if (!gauge)
		return;
	(void)sb_forget(gauge->d, gauge);
	if (gauge->client)
		sb_client_destroy(gauge->client);
	else
		sb_stream_destroy(gauge->stream);
	sb_reactor_reap(gauge->r, &gauge->reap, gauge_free, gauge);
}

void
gauge_take(struct gauge *gauge, struct sb_stream *stream)
{
	sb_assert(!gauge->client && !gauge->stream);
	gauge->stream = stream;
	sb_stream_attach(stream, &protocol, gauge);
}
