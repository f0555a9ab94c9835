#include <signalbox/stream.h>

#include <errno.h>
#include <stdlib.h>

#include "stream.h"

void
sb_stream_fill_options(struct sb_stream_options *options, const struct sb_stream_options *given)
{
	static const struct sb_stream_options defaults = { 0 };
	const struct sb_stream_options *o = given ? given : &defaults;
	size_t low = 16 * 1024, high = 64 * 1024;

	sb_assert(o->idle_timeout_ns >= 0 && o->close_timeout_ns >= 0);
	options->connect_timeout_ns = o->connect_timeout_ns ? o->connect_timeout_ns : 30 * SB_S;
	options->tls = o->tls;
	options->idle_timeout_ns = o->idle_timeout_ns;
	options->close_timeout_ns = o->close_timeout_ns ? o->close_timeout_ns : 10 * SB_S;
	/* A default gives way to what was given. */
	options->hard_limit = o->hard_limit ? o->hard_limit : 1024 * 1024;
	if (!o->hard_limit && options->hard_limit < o->high_water)
		options->hard_limit = o->high_water;
	if (high < o->low_water)
		high = o->low_water;
	if (high > options->hard_limit)
		high = options->hard_limit;
	options->high_water = o->high_water ? o->high_water : high;
	if (low > options->high_water)
		low = options->high_water;
	options->low_water = o->low_water ? o->low_water : low;
	sb_assert(options->low_water <= options->high_water
		  && options->high_water <= options->hard_limit);
}

static struct stream *
create(struct sb_reactor *r, const char *name, const char *suffix,
	const struct sb_stream_options *options, const char *place)
{
	size_t cap = strlen(name) + strlen(suffix) + sizeof(" at ");
	struct stream *s = calloc(1, sizeof(*s) + cap);

	if (!s)
		return NULL;
	if (sb_timer_init(&s->timer, r, sb_stream_on_deadline, NULL, s) < 0) {
		free(s);
		return NULL;
	}
	s->base.transport = &sb_stream_transport;
	s->reactor = r;
	s->place = place;
	s->task.run = sb_stream_run;
	s->task.self = s;
	sb_stream_fill_options(&s->options, options);
	(void)snprintf(s->name, cap, "%s%s%s", name, *suffix ? " at " : "", suffix);
	TAILQ_INSERT_TAIL(&r->streams, s, link);
	return s;
}

/* Undoes create. */
static void
discard(struct stream *s)
{
	TAILQ_REMOVE(&s->reactor->streams, s, link);
	sb_timer_finish(&s->timer);
	sb_tls_end_destroy(s->tls);
	free(s);
}

static int
check_target(const struct sb_url *url, const char *text, struct sb_error *ret_error)
{
	if (url->scheme != SB_SCHEME_TCP)
		return 0;
	if (url->path[0])
		return sb_error_set(ret_error, -EINVAL,
			"connecting to %s: a connection needs no path after the port", text);
	if (url->port == 0)
		return sb_error_set(ret_error, -EINVAL,
			"connecting to %s: port 0 is no port to connect to", text);
	return 0;
}

static void
set_peer(struct stream *s, const struct sb_url *url)
{
	if (url->scheme == SB_SCHEME_UNIX)
		(void)snprintf(s->peer, sizeof(s->peer), "unix");
	else if (strchr(url->host, ':'))
		(void)snprintf(s->peer, sizeof(s->peer), "[%.50s]:%u", url->host, url->port);
	else
		(void)snprintf(s->peer, sizeof(s->peer), "%.50s:%u", url->host, url->port);
}

/* What the handshake will need, if there is to be one. */
static int
prepare_tls(struct stream *s, const struct sb_url *url, struct sb_error *ret_error)
{
	const char *name = url->scheme == SB_SCHEME_TCP ? url->host : NULL;
	int ret;

	if (!s->options.tls)
		return 0;
	ret = sb_tls_check_use(s->options.tls, false, name, s->name, ret_error);
	if (ret < 0)
		return ret;
	s->tls = sb_tls_end_create(s->reactor, s->options.tls, name, s->name);
	return s->tls ? 0
		      : sb_error_set(
			      ret_error, -ENOMEM, "connecting to %s: out of memory", s->name);
}

static int
begin_connecting(struct stream *s, struct sb_url *url, struct sb_error *ret_error)
{
	struct sb_reactor *r = s->reactor;
	int result, ret;

	sb_url_normalise(url);
	set_peer(s, url);
	ret = prepare_tls(s, url, ret_error);
	if (ret < 0)
		return ret;
	ret = r->backend->connect(r->back, url, &s->end, &result);
	if (ret < 0)
		return sb_error_set(
			ret_error, ret, "connecting to %s: %s", s->name, strerror(-ret));
	s->end->task = &s->task;
	sb_stream_set_give_up(s);
	if (result == 0 || result == -EINPROGRESS)
		sb_stream_update(s);
	else
		sb_stream_end(s, CONNECT_FAILED, result);
	return 0;
}

int
sb_stream_connect(struct sb_reactor *r, const char *url, const struct sb_stream_options *options,
	const char *place, const struct sb_protocol *protocol, void *self,
	struct sb_stream **ret_stream, struct sb_error *ret_error)
{
	struct sb_url target;
	struct stream *s;
	int ret;

	sb_assert(protocol && protocol->closed);
	ret = sb_url_parse(url, &target, ret_error);
	if (ret == 0)
		ret = check_target(&target, url, ret_error);
	if (ret < 0)
		return ret;
	s = create(r, url, "", options, place);
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
sb_stream_accept(struct sb_reactor *r, struct end *end, const char *peer, const char *where,
	const struct sb_stream_options *options, const char *place)
{
	struct stream *s = create(r, peer, where, options, place);

	if (s && options->tls) {
		s->tls = sb_tls_end_create(r, options->tls, NULL, "");
		if (!s->tls) {
			discard(s);
			s = NULL;
		}
	}
	if (!s) {
		end->ops->close(end, true);
		return NULL;
	}
	(void)snprintf(s->peer, sizeof(s->peer), "%s", peer);
	s->state = OPEN;
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
}

void
sb_stream_describe(const struct stream *s, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "stream %s %s", s->name, s->place);
}

const struct stream *
sb_stream_after(const struct stream *s)
{
	return TAILQ_NEXT(s, link);
}
