#include <signalbox/qotd.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <signalbox/listener.h>
#include <signalbox/stream.h>
#include <signalbox/url.h>

#include "character.h"
#include "table.h"

/* How long an answered peer may take to end its side. */
#define LINGER_NS (5 * SB_S)

static const struct sb_listener_limits limits = { .max_total = 256, .max_per_peer = 64 };

struct sb_qotd {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_listener *listener;
	struct sb_qotd_request *requests; /* in the order in which they came */
	struct sb_reap reap;
	char url[SB_URL_CAP];
};

/* One connection. */
struct sb_qotd_request {
	struct sb_qotd *qotd;
	struct sb_stream *stream; /* NULL when it is over */
	struct sb_timer linger;
	struct sb_reap reap;
	struct sb_qotd_request *prev, *next;
	bool is_answered;
};

static void
free_object(void *self)
{
	free(self);
}

static void
on_connected(void *self, struct sb_stream *stream)
{
	struct sb_qotd_request *request = self;
	struct sb_qotd *qotd = request->qotd;
	char peer[SB_PEER_CAP];
	struct sb_qotd_requested requested = { .peer = peer, .request = request };

	/* A copy: whoever hears of it may ask for another's name. */
	(void)snprintf(peer, sizeof(peer), "%s", sb_stream_peer(stream));
	if (sb_qotd_requested_emit(qotd->d, qotd, &requested) == -ECANCELED)
		return;
	/* Not closed before the peer ends: to close with its words unread would reset the
	 * connection and could take the answer along. */
	sb_stream_shutdown(stream);
	sb_timer_start(&request->linger, LINGER_NS);
}

static void
on_data(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	/* RFC 865: "any data received is thrown away". */
	(void)self, (void)stream, (void)bytes;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct sb_qotd_request *request = self;
	struct sb_qotd *qotd = request->qotd;

	/* How it ended is the peer's affair: it has had its answer, or does not want it. */
	(void)stream, (void)error;
	request->stream = NULL;
	sb_timer_finish(&request->linger);
	DL_DELETE(qotd->requests, request);
	sb_reactor_reap(qotd->r, &request->reap, free_object, request);
}

static void
on_lingered(void *self)
{
	struct sb_qotd_request *request = self;

	sb_stream_close(request->stream);
}

static const struct sb_protocol protocol = {
	.connected = on_connected,
	.data = on_data,
	.closed = on_closed,
};

static void
refuse(struct sb_qotd *qotd, int error, const char *text)
{
	struct sb_qotd_refused refused = { .error = error, .text = text };

	(void)sb_qotd_refused_emit(qotd->d, qotd, &refused);
}

static void
on_accepted(void *self, struct sb_stream *stream)
{
	struct sb_qotd *qotd = self;
	struct sb_qotd_request *request = calloc(1, sizeof(*request));

	if (!request
		|| sb_timer_init(&request->linger, qotd->r, SB_HANDLER(on_lingered), request)) {
		free(request);
		refuse(qotd, -ENOMEM, "out of memory");
		return;
	}
	request->qotd = qotd;
	request->stream = stream;
	DL_APPEND(qotd->requests, request);
	sb_stream_attach(stream, &protocol, request);
}

static void
on_accept_failed(void *self, const struct sb_error *error)
{
	refuse(self, error->code, error->text);
}

static void
on_peer_refused(void *self, const char *peer)
{
	char text[SB_PEER_CAP + 64];

	(void)snprintf(text, sizeof(text), "too many connections: %s", peer);
	refuse(self, -EUSERS, text);
}

static const struct sb_acceptor acceptor = {
	.accepted = on_accepted,
	.failed = on_accept_failed,
	.refused = on_peer_refused,
};

int
sb_qotd_create(struct sb_dispatcher *d, struct sb_reactor *r, const char *url, const char *place,
	struct sb_qotd **ret_qotd, struct sb_error *ret_error)
{
	struct sb_qotd *qotd;
	int error = sb_register(d, &sb_qotd_signals);

	if (error)
		return sb_error_set(ret_error, error, "the signals of QOTD cannot be registered");
	qotd = calloc(1, sizeof(*qotd));
	if (!qotd)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	qotd->d = d;
	qotd->r = r;
	error = sb_listener_open(r, url, NULL, place, &acceptor, qotd, &qotd->listener, ret_error);
	if (!error && sb_listener_set_limits(qotd->listener, &limits)) {
		sb_listener_close(qotd->listener);
		error = sb_error_set(ret_error, -ENOMEM, "out of memory");
	}
	if (error) {
		free(qotd);
		return error;
	}
	strncpy(qotd->url, sb_listener_url(qotd->listener), sizeof(qotd->url) - 1);
	*ret_qotd = qotd;
	return 0;
}

static void
free_qotd(void *self)
{
	struct sb_qotd *qotd = self;
	struct sb_qotd_request *request, *next;

	DL_FOREACH_SAFE(qotd->requests, request, next)
	free(request);
	free(qotd);
}

void
sb_qotd_destroy(struct sb_qotd *qotd)
{
	struct sb_qotd_request *request;

	if (!qotd)
		return;
	sb_forget(qotd->d, qotd);
	sb_listener_close(qotd->listener);
	DL_FOREACH(qotd->requests, request)
	{
		sb_stream_destroy(request->stream);
		request->stream = NULL;
		sb_timer_finish(&request->linger);
	}
	sb_reactor_reap(qotd->r, &qotd->reap, free_qotd, qotd);
}

const char *
sb_qotd_url(const struct sb_qotd *qotd)
{
	return qotd->url;
}

/* How many bytes the character at text has; a line end, with or without \r, counts as one. */
static size_t
character_len(const char *text)
{
	if (text[0] == '\r' && text[1] == '\n')
		return 2;
	return sb_character_len(text, 4);
}

/* Writes what goes out for text and returns its length. */
static size_t
wrap(const char *text, char buf[SB_QOTD_MAX])
{
	size_t len = 0, n;

	for (; *text; text += n) {
		bool is_end;

		n = character_len(text);
		is_end = text[n - 1] == '\n';
		if (is_end && !text[n])
			break;
		if (len + (is_end ? 2 : n) > SB_QOTD_MAX - 2)
			break;
		memcpy(buf + len, is_end ? "\r\n" : text, is_end ? 2 : n);
		len += is_end ? 2 : n;
	}
	memcpy(buf + len, "\r\n", 2);
	return len + 2;
}

int
sb_qotd_answer(struct sb_qotd_request *request, const char *text)
{
	char buf[SB_QOTD_MAX];

	if (request->is_answered)
		return -EALREADY;
	if (!request->stream)
		return -ENOTCONN;
	request->is_answered = true;
	return sb_stream_write(request->stream, (struct sb_bytes){ buf, wrap(text, buf) });
}
