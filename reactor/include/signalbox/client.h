#ifndef SIGNALBOX_CLIENT_H
#define SIGNALBOX_CLIENT_H

/* Staying connected: connects to one of several places, and again when the connection is lost,
 * later and later while it fails.
 *
 * Before the n-th attempt in a row that follows a failure it waits a random time between 0 and
 * min(max, initial * factor^(n-1)) (full jitter: a thousand clients of a server that comes back do
 * not come at once). The count starts over, and with the first URL, only after the protocol has
 * said that the session is established, sb_client_established(), and it has lasted for
 * stable_after_ns: a server that accepts and drops is not hammered. The end of one that has lasted
 * is no failure, but is followed by a first delay. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>
#include <signalbox/stream.h>

SB_C_BEGIN

struct sb_client;

/* All is copied. 0: the default. */
struct sb_client_options {
	const char *const *urls; /* tried in turn, the next after each failure; at least one */
	size_t n_urls;
	int64_t delay_initial_ns; /* 2 s */
	double delay_factor; /* 2; at least 1 */
	int64_t delay_max_ns; /* never longer; 5 min */
	unsigned max_attempts; /* that fail in a row, then it gives up; no limit */
	int64_t stable_after_ns; /* 60 s; negative: at once when established */
	struct sb_stream_options stream; /* what `tls` points to must outlive the client */
};

enum sb_client_state {
	SB_CLIENT_STOPPED, /* at first, after stop, and after giving up */
	SB_CLIENT_CONNECTING,
	SB_CLIENT_UP,
	SB_CLIENT_WAITING,
};

/* What its owner is told, always from the loop; each may be NULL but `up`. In each it may be
 * stopped or destroyed. */
struct sb_client_events {
	/* Which URL to connect to in the place of one of the options', before each attempt; borrowed
	 * until `connecting` is told. NULL, and where there is no such function: that one. One that
	 * cannot be fails the attempt. Where it stops the client nothing has begun. */
	const char *(*choose)(void *self, const char *url);

	/* An attempt begins, the n-th in a row, from 1. url is borrowed for the call. One `down`
	 * follows, whatever comes between. */
	void (*connecting)(void *self, const char *url, unsigned n);

	/* The connection stands. Returns the protocol that is told all that happens to the stream,
	 * `connected` first, in this turn, and in *ret_self its object; NULL refuses it, and counts
	 * as a failure. The stream is the protocol's until its `closed`, but for its end: the
	 * client hears of that, after the protocol. */
	const struct sb_protocol *(*up)(void *self, struct sb_stream *stream, void **ret_self);

	/* An attempt or a connection is over: never connected, lost, or closed by the protocol.
	 * In order (error->code 0) is over, too, and it connects again: who wants no more calls
	 * sb_client_stop(). The state says already what follows. */
	void (*down)(void *self, const struct sb_error *error);

	/* It will try again after this delay, the n-th in a row: right after `down`, unless that
	 * has changed it. */
	void (*waiting)(void *self, int64_t delay_ns, unsigned n);

	/* max_attempts have failed, the last for this reason. The state is stopped. */
	void (*gave_up)(void *self, const struct sb_error *error);
};

/* Returns 0; -EINVAL and the like for a URL or numbers that cannot be, in words; -ENOMEM. It is
 * stopped. events must outlive it. place: SB_PLACE. */
SB_API int sb_client_create(struct sb_reactor *r, const struct sb_client_options *options,
	const char *place, const struct sb_client_events *events, void *self,
	struct sb_client **ret_client, struct sb_error *ret_error);

/* Stops it and destroys the stream it has, whose protocol hears nothing more; its owner neither.
 * NULL is fine. */
SB_API void sb_client_destroy(struct sb_client *client);

/* Begins, with the first URL and without a delay, in the next turn; or where a connection is still
 * being closed, after its `down`. One that is not stopped goes on as it does. */
SB_API void sb_client_start(struct sb_client *client);

/* Connects no more: what waits is forgotten, an attempt under way is given up, a connection is
 * closed in order, whose protocol hears `closed` as ever. Only then, in a later turn, `down` is
 * told for what stood or was attempted. A stopped one is fine. */
SB_API void sb_client_stop(struct sb_client *client);

/* While it waits: connects now. The count goes on. Otherwise nothing. */
SB_API void sb_client_retry_now(struct sb_client *client);

/* The protocol of the stream says that its session is established (IRC: registered). Without a
 * stream, and again, it is nothing. */
SB_API void sb_client_established(struct sb_client *client);

/* The next delay is at least so long, whatever the longest; said before `waiting` is told, in `down`
 * at the latest. The longest of several counts, and it is forgotten when an attempt begins. */
SB_API void sb_client_hold(struct sb_client *client, int64_t delay_ns);

/* When the connection or the attempt that it has is over, it connects at once (but for a hold), with
 * the same URL of the options, which `choose` may now see otherwise; this is no failure, and the count
 * goes on. `waiting` is told all the same. At most once in a row: without an establishment in
 * between, the second is as if not said. Without a connection or an attempt it is nothing. */
SB_API void sb_client_again(struct sb_client *client);

SB_API enum sb_client_state sb_client_state(const struct sb_client *client);

/* The stream that `up` was told of, until it is over; or NULL. Borrowed. */
SB_API struct sb_stream *sb_client_stream(const struct sb_client *client);

SB_C_END

#endif
