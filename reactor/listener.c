#include <signalbox/listener.h>
#include <signalbox/stream.h>

#include <errno.h>
#include <stdlib.h>

#include "listener.h"
#include "peer.h"
#include "tls_end.h"

enum {
	ACCEPTS_A_TURN = 64,
	PAUSE_MS = 100, /* after a shortage */
};

/* Accepts, or does not: after each change of what decides that. */
static void
update(struct sb_listener *l)
{
	bool accepts = !l->is_paused && !sb_timer_is_started(&l->timer);

	if (l->end)
		l->end->ops->watch(l->end, accepts ? EVENT_READ : 0);
}

/* Those who would wait for a descriptor of ours, perhaps for long, are sent away. */
static void
shed(struct sb_listener *l)
{
	int i;

	for (i = 0; i < ACCEPTS_A_TURN && l->end->ops->shed(l->end) == 0; i++)
		continue;
}

static void
rest(struct sb_listener *l, int code)
{
	struct sb_error error;

	if (code == -EMFILE || code == -ENFILE)
		shed(l);
	sb_timer_start(&l->timer, PAUSE_MS * SB_MS);
	update(l);
	if (l->has_failed)
		return;
	l->has_failed = true;
	(void)sb_error_set(
		&error, code, "accepting a connection at %s: %s", l->url, strerror(-code));
	if (l->acceptor->failed)
		l->acceptor->failed(l->self, &error);
}

static void
on_rested(void *self)
{
	update(self);
}

static struct sb_stream *
make_stream(struct sb_listener *l, struct end *end, const struct peer_address *peer)
{
	struct sb_stream *stream;

	if (l->counts && sb_peer_counts_add(l->counts, peer) < 0) {
		end->ops->close(end, true);
		return NULL;
	}
	stream = sb_stream_accept(l->origin, end, peer);
	if (!stream && l->counts)
		sb_peer_counts_remove(l->counts, peer);
	if (stream)
		l->n_streams++;
	return stream;
}

static void
take(struct sb_listener *l, struct end *end, const struct peer_address *peer)
{
	struct sb_stream *stream;

	if (sb_listener_is_over_limits(l, peer)) {
		l->has_failed = false;
		sb_listener_refuse(l, end, peer);
		return;
	}
	stream = make_stream(l, end, peer);
	if (!stream) {
		rest(l, -ENOMEM);
		return;
	}
	l->has_failed = false;
	if (l->acceptor->protocol)
		sb_stream_attach(stream, l->acceptor->protocol, l->self);
	if (l->acceptor->accepted)
		l->acceptor->accepted(l->self, stream);
	sb_stream_begin(stream);
}

static bool
may_accept(const struct sb_listener *l)
{
	return l->end && !l->is_paused && !sb_timer_is_started(&l->timer);
}

static void
accept_all(void *self, unsigned events)
{
	struct sb_listener *l = self;
	struct peer_address peer;
	struct end *end;
	int i, ret;

	(void)events;
	sb_reactor_enter(l->reactor, l->place);
	for (i = 0; i < ACCEPTS_A_TURN && may_accept(l); i++) {
		ret = l->end->ops->accept(l->end, &end, &peer);
		if (ret == -EAGAIN)
			break;
		if (ret == 0)
			take(l, end, &peer);
		else if (ret != -ECONNABORTED)
			rest(l, ret);
	}
}

static struct sb_listener *
create(struct sb_reactor *r, const char *place)
{
	struct sb_listener *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	if (sb_timer_init(&l->timer, r, on_rested, NULL, l) < 0) {
		free(l);
		return NULL;
	}
	l->reactor = r;
	l->place = place;
	l->task.run = accept_all;
	l->task.self = l;
	return l;
}

static int
begin_listening(struct sb_listener *l, const struct sb_url *url,
	const struct sb_stream_options *options, struct sb_error *ret_error)
{
	struct sb_reactor *r = l->reactor;
	struct sb_url bound;
	int ret = r->backend->listen(r->back, url, &l->end, &bound, ret_error);

	if (ret < 0)
		return ret;
	sb_url_print(&bound, l->url, sizeof(l->url));
	l->origin = sb_origin_create(r, l->url, options, l->place);
	if (!l->origin) {
		l->end->ops->close(l->end, false);
		return sb_error_set(ret_error, -ENOMEM, "listening at %s: out of memory", l->url);
	}
	l->origin->is_listener = true;
	ret = sb_origin_take_tls(l->origin, url, ret_error);
	if (ret < 0) {
		sb_origin_release(l->origin);
		l->end->ops->close(l->end, false);
		return ret;
	}
	sb_origin_keep_alive(l->origin, l->end);
	l->origin->listener = l;
	l->end->task = &l->task;
	l->end->ops->watch(l->end, EVENT_READ);
	TAILQ_INSERT_TAIL(&r->listeners, l, link);
	return 0;
}

int
sb_listener_open(struct sb_reactor *r, const char *url, const struct sb_stream_options *options,
	const char *place, const struct sb_acceptor *acceptor, void *self,
	struct sb_listener **ret_listener, struct sb_error *ret_error)
{
	struct sb_listener *l;
	struct sb_url where;
	int ret;

	sb_assert(acceptor && (acceptor->accepted || acceptor->protocol));
	ret = sb_url_parse(url, &where, ret_error);
	if (ret == 0)
		ret = sb_url_check_listen(&where, ret_error);
	if (ret < 0)
		return ret;
	l = create(r, place);
	if (!l)
		return sb_error_set(ret_error, -ENOMEM, "listening at %s: out of memory", url);
	l->acceptor = acceptor;
	l->self = self;
	sb_url_normalise(&where);
	ret = begin_listening(l, &where, options, ret_error);
	if (ret < 0) {
		sb_timer_finish(&l->timer);
		free(l);
		return ret;
	}
	*ret_listener = l;
	return 0;
}

const char *
sb_listener_url(const struct sb_listener *listener)
{
	return listener->url;
}

size_t
sb_listener_n_streams(const struct sb_listener *listener)
{
	return listener->n_streams;
}

void
sb_listener_pause(struct sb_listener *listener)
{
	listener->is_paused = true;
	update(listener);
}

void
sb_listener_resume(struct sb_listener *listener)
{
	listener->is_paused = false;
	update(listener);
}

/* Listens no more. */
static void
close_end(struct sb_listener *l)
{
	sb_reactor_unqueue(l->reactor, &l->task);
	sb_timer_stop(&l->timer);
	if (l->end)
		l->end->ops->close(l->end, false);
	l->end = NULL;
}

static void
tell_drained(void *self, unsigned events)
{
	struct sb_listener *l = self;

	(void)events;
	sb_reactor_enter(l->reactor, l->drained_place);
	l->drained(l->drained_self);
}

void
sb_listener_drain(struct sb_listener *listener, sb_call_fn *drained, const char *place, void *self)
{
	sb_assert(drained && !listener->drained && !listener->is_closed);
	close_end(listener);
	listener->drained = drained;
	listener->drained_place = place;
	listener->drained_self = self;
	listener->task.run = tell_drained;
	if (listener->n_streams == 0)
		sb_reactor_queue(listener->reactor, &listener->task, 0);
}

void
sb_listener_lost(struct sb_listener *listener, const struct peer_address *peer)
{
	listener->n_streams--;
	if (listener->counts)
		sb_peer_counts_remove(listener->counts, peer);
	if (listener->drained && listener->n_streams == 0)
		sb_reactor_queue(listener->reactor, &listener->task, 0);
}

/* What is called takes no stream out of the list. */
static void
for_streams(struct sb_listener *l, void (*fn)(struct sb_stream *))
{
	struct stream *s;

	TAILQ_FOREACH(s, &l->reactor->streams, link)
	{
		if (s->origin->listener == l)
			fn(&s->base);
	}
}

void
sb_listener_close_streams(struct sb_listener *listener)
{
	for_streams(listener, sb_stream_close);
}

void
sb_listener_abort_streams(struct sb_listener *listener)
{
	for_streams(listener, sb_stream_abort);
}

size_t
sb_listener_write_all(
	struct sb_listener *listener, const struct sb_stream *except, struct sb_bytes bytes)
{
	size_t n = 0;
	struct stream *s;

	TAILQ_FOREACH(s, &listener->reactor->streams, link)
	{
		if (s->origin->listener != listener || &s->base == except
			|| !sb_stream_is_open(&s->base))
			continue;
		if (sb_stream_write(&s->base, bytes) < 0)
			sb_stream_abort(&s->base);
		else
			n++;
	}
	return n;
}

static void
free_listener(void *self)
{
	free(self);
}

void
sb_listener_close(struct sb_listener *listener)
{
	struct sb_reactor *r;

	if (!listener)
		return;
	r = listener->reactor;
	sb_assert(!listener->is_closed);
	listener->is_closed = true;
	close_end(listener);
	sb_listener_drop_limits(listener);
	TAILQ_REMOVE(&r->listeners, listener, link);
	sb_timer_finish(&listener->timer);
	listener->origin->listener = NULL;
	sb_origin_release(listener->origin);
	sb_reactor_reap(r, &listener->reap, free_listener, listener);
}

void
sb_listener_describe(const struct sb_listener *listener, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "listener %s %s", listener->url, listener->place);
}

const struct sb_listener *
sb_listener_after(const struct sb_listener *listener)
{
	return TAILQ_NEXT(listener, link);
}
