#include <signalbox/stream.h>

#include <errno.h>
#include <stdlib.h>

#include "peer.h"
#include "race.h"
#include "stream.h"

/* Holds the origin. Returns NULL when out of memory. */
static struct stream *
create(struct origin *origin, enum stream_state state)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->base.transport = &sb_stream_transport;
	s->origin = sb_origin_hold(origin);
	s->state = state;
	s->task.run = sb_stream_run;
	s->task.self = s;
	if (sb_stream_need_its_deadlines(s) < 0) {
		sb_origin_release(origin);
		free(s);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&origin->reactor->streams, s, link);
	return s;
}

/* Undoes create. */
static void
discard(struct stream *s)
{
	TAILQ_REMOVE(&s->origin->reactor->streams, s, link);
	sb_stream_free_deadlines(s);
	sb_origin_release(s->origin);
	free(s);
}

static void
on_race_over(void *self, struct end *end, const struct peer_address *peer, int code)
{
	struct stream *s = self;

	if (!end) {
		sb_stream_end(s, CONNECT_FAILED, code);
		return;
	}
	sb_race_destroy(s->origin->race);
	s->origin->race = NULL;
	s->peer = *peer;
	s->end = end;
	end->task = &s->task;
	sb_stream_stand(s);
}

/* What is open already is connected in a later turn, as all are. */
static int
take(struct stream *s, const struct sb_url *url, struct sb_error *ret_error)
{
	struct sb_reactor *r = s->origin->reactor;
	struct sb_error error;
	int ret;

	if (!r->backend->take)
		return sb_error_set(ret_error, -EOPNOTSUPP,
			"connecting to %s: there are no descriptors in a simulation",
			s->origin->url);
	ret = r->backend->take(r->back, url, &s->end, &error);
	if (ret < 0)
		return sb_error_set(
			ret_error, ret, "connecting to %s: %s", s->origin->url, error.text);
	s->end->task = &s->task;
	sb_reactor_queue(r, &s->task, EVENT_WRITE);
	return 0;
}

static int
begin_connecting(struct stream *s, struct sb_url *url, struct sb_error *ret_error)
{
	int ret = sb_origin_take_tls(s->origin, url, ret_error);

	if (ret < 0)
		return ret;
	if (url->scheme == SB_SCHEME_FD || url->scheme == SB_SCHEME_STDIO)
		return take(s, url, ret_error);
	sb_url_normalise(url);
	sb_peer_from_url(url, &s->peer);
	ret = sb_race_start(s->origin->reactor, url, on_race_over, s, &s->origin->race);
	if (ret < 0)
		return sb_error_set(
			ret_error, ret, "connecting to %s: %s", s->origin->url, strerror(-ret));
	sb_stream_update(s);
	return 0;
}

static struct stream *
create_connecting(struct sb_reactor *r, const char *url, const struct sb_stream_options *options,
	const char *place)
{
	struct origin *origin = sb_origin_create(r, url, options, place);
	struct stream *s;

	if (!origin)
		return NULL;
	s = create(origin, CONNECTING);
	sb_origin_release(origin);
	return s;
}

int
sb_stream_connect(struct sb_reactor *r, const char *url, const struct sb_stream_options *options,
	const char *place, const struct sb_protocol *protocol, void *self,
	struct sb_stream **ret_stream, struct sb_error *ret_error)
{
	struct sb_url target;
	struct stream *s;
	int ret;

	sb_assert(protocol);
	ret = sb_url_parse(url, &target, ret_error);
	if (ret == 0)
		ret = sb_url_check_connect(&target, ret_error);
	if (ret < 0)
		return ret;
	s = create_connecting(r, url, options, place);
	if (!s)
		return sb_error_set(ret_error, -ENOMEM, "connecting to %s: out of memory", url);
	s->protocol = protocol;
	s->self = self;
	ret = begin_connecting(s, &target, ret_error);
	if (ret < 0) {
		discard(s);
		return ret;
	}
	*ret_stream = &s->base;
	return 0;
}

struct sb_stream *
sb_stream_accept(struct origin *origin, struct end *end, const struct peer_address *peer)
{
	struct stream *s = create(origin, OPEN);

	if (!s) {
		end->ops->close(end, true);
		return NULL;
	}
	s->peer = *peer;
	s->end = end;
	end->task = &s->task;
	return &s->base;
}

void
sb_stream_begin(struct sb_stream *stream)
{
	struct stream *s = (struct stream *)stream;

	if (!s->protocol)
		sb_stream_destroy(stream);
	else if (s->state == OPEN)
		sb_stream_stand(s);
	else if (s->state == SECURING && s->protocol->connected)
		/* Whoever handed it over has begun TLS. */
		s->protocol->connected(s->self, stream);
}

/* Of a connecting one, which has no address: it says where it goes. */
static void
print_target(const struct stream *s, char *buf, size_t cap)
{
	struct sb_url url;
	int ret = sb_url_parse(s->origin->url, &url, NULL);

	/* The stream was made with it. */
	sb_assert(ret == 0);
	if (sb_url_is_service(&url))
		(void)snprintf(buf, cap, "%s", url.host);
	else if (url.scheme == SB_SCHEME_TCP)
		(void)snprintf(buf, cap, "%s:%u", url.host, url.port);
	else if (url.scheme == SB_SCHEME_FD)
		(void)snprintf(buf, cap, "fd");
	else if (url.scheme == SB_SCHEME_STDIO)
		(void)snprintf(buf, cap, "stdio");
	else
		(void)snprintf(buf, cap, "unix");
}

void
sb_stream_print_peer(const struct stream *s, char *buf, size_t cap)
{
	char text[PEER_CAP];

	if (s->peer.port) {
		sb_peer_print(&s->peer, text);
		(void)snprintf(buf, cap, "%s", text);
	} else if (s->origin->is_listener) {
		(void)snprintf(buf, cap, "unix");
	} else {
		print_target(s, buf, cap);
	}
}

void
sb_stream_name(const struct stream *s, char *buf, size_t cap)
{
	char peer[SB_PEER_CAP];

	if (!s->origin->is_listener) {
		(void)snprintf(buf, cap, "%s", s->origin->url);
		return;
	}
	sb_stream_print_peer(s, peer, sizeof(peer));
	(void)snprintf(buf, cap, "%s at %s", peer, s->origin->url);
}

void
sb_stream_set_watch(struct sb_stream *stream, struct stream_watch *watch)
{
	struct stream *s = (struct stream *)stream;

	s->origin->watch = watch;
}

void
sb_stream_describe(const struct stream *s, char *buf, size_t cap)
{
	char name[NAME_CAP];

	sb_stream_name(s, name, sizeof(name));
	(void)snprintf(buf, cap, "stream %s %s", name, s->origin->place);
}

const struct stream *
sb_stream_after(const struct stream *s)
{
	return TAILQ_NEXT(s, link);
}
