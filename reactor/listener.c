#include <signalbox/listener.h>
#include <signalbox/stream.h>

#include <errno.h>
#include <stdlib.h>

#include "private.h"
#include "tls_end.h"

enum {
	ACCEPTS_A_TURN = 64,
	PAUSE_MS = 100, /* after a shortage */
};

struct sb_listener {
	struct sb_reactor *reactor;
	const struct sb_acceptor *acceptor;
	void *self;
	struct end *end; /* NULL: closed, freed when the turn ends */
	struct task task;
	struct sb_timer timer; /* started: accepting rests */
	struct sb_reap reap;
	TAILQ_ENTRY(sb_listener) link;
	struct origin *origin; /* of its streams */
	const char *place;
	bool has_failed; /* and `failed` was told */
	char url[SB_URL_CAP];
};

static void
rest(struct sb_listener *l, int code)
{
	struct sb_error error;

	l->end->ops->watch(l->end, 0);
	sb_timer_start(&l->timer, PAUSE_MS * SB_MS);
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
	struct sb_listener *l = self;

	l->end->ops->watch(l->end, EVENT_READ);
}

static void
take(struct sb_listener *l, struct end *end, const struct peer_address *peer)
{
	struct sb_stream *stream = sb_stream_accept(l->origin, end, peer);

	if (!stream) {
		rest(l, -ENOMEM);
		return;
	}
	l->has_failed = false;
	l->acceptor->accepted(l->self, stream);
	sb_stream_begin(stream);
}

static void
accept_all(void *self, unsigned events)
{
	struct sb_listener *l = self;
	struct peer_address peer;
	struct end *end;
	int i, ret;

	(void)events;
	for (i = 0; i < ACCEPTS_A_TURN && l->end && !sb_timer_is_started(&l->timer); i++) {
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

	sb_assert(acceptor && acceptor->accepted);
	ret = sb_url_parse(url, &where, ret_error);
	if (ret == 0)
		ret = sb_url_check_listen(&where, ret_error);
	if (ret < 0)
		return ret;
	if (where.scheme > SB_SCHEME_UNIX)
		return sb_error_set(ret_error, -EOPNOTSUPP, "listening: only tcp:// and unix://");
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
	sb_assert(listener->end);
	sb_reactor_unqueue(r, &listener->task);
	listener->end->ops->close(listener->end, false);
	listener->end = NULL;
	TAILQ_REMOVE(&r->listeners, listener, link);
	sb_timer_finish(&listener->timer);
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
