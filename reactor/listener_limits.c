#include <signalbox/listener.h>

#include <errno.h>
#include <stdlib.h>

#include "listener.h"
#include "peer.h"

enum { FAREWELLS_MOST = 16 }; /* at once, of a listener; more are refused without a word */

/* A farewell is a stream that nobody knows of: it writes the word, ends its direction, and takes
 * what comes until the peer ends, too. A socket closed with bytes unread would reset the connection,
 * and the peer might not read the word. */
#define FAREWELL_NS (2 * SB_S)

static void
write_refusal(void *self, struct sb_stream *stream)
{
	const struct sb_listener *l = self;

	(void)sb_stream_write(stream, sb_bytes_of(l->refusal));
	sb_stream_shutdown(stream);
}

/* Its direction has ended already. */
static void
on_ended(void *self, struct sb_stream *stream)
{
	(void)self;
	(void)stream;
}

static void
on_closed(void *self, struct sb_stream *stream, const struct sb_error *error)
{
	struct sb_listener *l = self;

	(void)stream;
	(void)error;
	l->n_farewells--;
}

static const struct sb_protocol farewell = {
	.connected = write_refusal,
	.ended = on_ended,
	.closed = on_closed,
};

static void
say_farewell(struct sb_listener *l, struct end *end, const struct peer_address *peer)
{
	struct sb_stream *stream = sb_stream_accept(l->farewell, end, peer);

	if (!stream)
		return;
	l->n_farewells++;
	sb_stream_attach(stream, &farewell, l);
	sb_stream_begin(stream);
}

/* They are not told of it any more, but what has been written may still arrive. */
static void
end_farewells(struct sb_listener *l)
{
	struct stream *s, *next;

	for (s = TAILQ_FIRST(&l->reactor->streams); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->protocol != &farewell || s->self != l)
			continue;
		if (s->end)
			s->end->ops->close(s->end, false);
		s->end = NULL;
		sb_stream_destroy(&s->base);
	}
	l->n_farewells = 0;
}

bool
sb_listener_is_over_limits(const struct sb_listener *l, const struct peer_address *peer)
{
	if (l->max_total && l->n_streams >= l->max_total)
		return true;
	return l->max_per_peer && sb_peer_counts_of(l->counts, peer) >= l->max_per_peer;
}

void
sb_listener_refuse(struct sb_listener *l, struct end *end, const struct peer_address *peer)
{
	char text[PEER_CAP] = "unix";

	if (l->refusal && l->n_farewells < FAREWELLS_MOST)
		say_farewell(l, end, peer);
	else
		end->ops->close(end, false);
	if (peer->port)
		sb_peer_print(peer, text);
	if (l->acceptor->refused)
		l->acceptor->refused(l->self, text);
}

/* Of those that are there. NULL when out of memory. */
static struct peer_counts *
count_peers(struct sb_listener *l)
{
	struct peer_counts *counts = sb_peer_counts_create(l->reactor);
	const struct stream *s;

	if (!counts)
		return NULL;
	TAILQ_FOREACH(s, &l->reactor->streams, link)
	{
		if (s->origin->listener == l && sb_peer_counts_add(counts, &s->peer) < 0) {
			sb_peer_counts_destroy(counts);
			return NULL;
		}
	}
	return counts;
}

static int
make_farewell(struct sb_listener *l, const char *refusal, struct origin **ret_origin)
{
	struct sb_stream_options options = { .lifetime_ns = FAREWELL_NS };

	*ret_origin = NULL;
	if (!refusal)
		return 0;
	*ret_origin = sb_origin_create(l->reactor, l->url, &options, l->place);
	if (!*ret_origin)
		return -ENOMEM;
	(*ret_origin)->is_listener = true;
	return 0;
}

/* Copies the word; under TLS there is none. */
static int
copy_refusal(const struct sb_listener *l, const char *given, char **ret_refusal)
{
	*ret_refusal = NULL;
	if (!given || !*given || l->origin->options.tls)
		return 0;
	*ret_refusal = strdup(given);
	return *ret_refusal ? 0 : -ENOMEM;
}

static void
drop_refusal(struct sb_listener *l)
{
	free(l->refusal);
	if (l->farewell)
		sb_origin_release(l->farewell);
}

int
sb_listener_set_limits(struct sb_listener *listener, const struct sb_listener_limits *limits)
{
	struct peer_counts *counts = NULL;
	struct origin *origin = NULL;
	char *refusal;
	int ret = copy_refusal(listener, limits->refusal, &refusal);

	if (ret == 0)
		ret = make_farewell(listener, refusal, &origin);
	if (ret == 0 && limits->max_per_peer) {
		counts = listener->counts ? listener->counts : count_peers(listener);
		ret = counts ? 0 : -ENOMEM;
	}
	if (ret < 0) {
		if (origin)
			sb_origin_release(origin);
		free(refusal);
		return ret;
	}
	if (listener->counts != counts)
		sb_peer_counts_destroy(listener->counts);
	drop_refusal(listener);
	listener->counts = counts;
	listener->refusal = refusal;
	listener->farewell = origin;
	listener->max_total = limits->max_total;
	listener->max_per_peer = limits->max_per_peer;
	return 0;
}

void
sb_listener_drop_limits(struct sb_listener *l)
{
	end_farewells(l);
	drop_refusal(l);
	sb_peer_counts_destroy(l->counts);
	l->counts = NULL;
}
