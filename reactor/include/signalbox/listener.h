#ifndef SIGNALBOX_LISTENER_H
#define SIGNALBOX_LISTENER_H

/* Listening: each connection accepted is a stream (<signalbox/stream.h>). */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>
#include <signalbox/stream.h>

SB_C_BEGIN

struct sb_listener;

struct sb_acceptor {
	/* A connection was accepted. The owner attaches a protocol to it now, whose `connected`
	 * comes in the same turn, or with TLS after the handshake; a stream not attached is
	 * destroyed. May be NULL where there is a protocol for all. */
	void (*accepted)(void *self, struct sb_stream *stream);

	/* One could not be accepted (out of descriptors, say). The listener goes on, after a pause
	 * where it would spin; where it is descriptors that lack, those who wait are accepted all
	 * the same and closed at once. Told once until accepting works again. May be NULL. */
	void (*failed)(void *self, const struct sb_error *error);

	/* One was refused by a limit; peer as sb_stream_peer() has it, borrowed for the call. May
	 * be NULL. */
	void (*refused)(void *self, const char *peer);

	/* For servers that keep nothing of their own for a connection: attached to each, with the
	 * acceptor's self, before `accepted`, which may attach another. NULL: `accepted` does. */
	const struct sb_protocol *protocol;
};

/* 0 in a member: no limit. All is copied. */
struct sb_listener_limits {
	unsigned max_total; /* streams of this listener at once */
	unsigned max_per_peer; /* of one IPv4 address, or one /64 of IPv6; not for unix */

	/* Written to who is refused for too many, as it is ("ERROR :Too many connections\r\n"),
	 * before the connection is closed in order, within 2 s; NULL or "": closed at once. To 16
	 * at a time, others are told nothing. Over TLS nothing is written. */
	const char *refusal;
};

/* Listens at the URL; tcp port 0 takes a free one; a stale socket file is replaced, a live one is
 * -EADDRINUSE. options is for the streams accepted. acceptor must outlive the listener.
 * Returns 0, or a negative errno with the URL in the error's text. */
SB_API int sb_listener_open(struct sb_reactor *r, const char *url,
	const struct sb_stream_options *options, const char *place,
	const struct sb_acceptor *acceptor, void *self, struct sb_listener **ret_listener,
	struct sb_error *ret_error);

/* Sets limits, for what is accepted from now on; streams beyond them stay. Returns 0, or -ENOMEM,
 * and they are as they were. */
SB_API int sb_listener_set_limits(
	struct sb_listener *listener, const struct sb_listener_limits *limits);

/* Where it really listens, with the port it took; borrowed while it is open. */
SB_API const char *sb_listener_url(const struct sb_listener *listener);

/* How many of its streams there are: those that were accepted and are not over. */
SB_API size_t sb_listener_n_streams(const struct sb_listener *listener);

/* Writes to all of its streams that are open, as in a room where what one says the others hear;
 * `except` (NULL: none) is left out. One that cannot take it, for its peer does not listen, is
 * aborted. Returns how many took it. */
SB_API size_t sb_listener_write_all(
	struct sb_listener *listener, const struct sb_stream *except, struct sb_bytes bytes);

/* Accepts nobody until resumed; who connects waits in the system's queue. Twice is once. */
SB_API void sb_listener_pause(struct sb_listener *listener);
SB_API void sb_listener_resume(struct sb_listener *listener);

/* Drains: listens no more from now on, and calls drained(self) when the last of its streams is
 * over, in a later turn; a deadline is the caller's (a timer, and sb_listener_abort_streams()).
 * Nothing else is called. Connections not yet accepted are reset, a socket file is removed. It must
 * still be closed, which may be done in `drained`. Not twice. */
SB_API void sb_listener_drain(
	struct sb_listener *listener, sb_call_fn *drained, const char *place, void *self);

/* Closes its streams in order, or aborts them; each is told `closed` as ever. */
SB_API void sb_listener_close_streams(struct sb_listener *listener);
SB_API void sb_listener_abort_streams(struct sb_listener *listener);

/* Stops listening at once, removes the socket file, and calls nothing any more; streams already
 * accepted live on, connections not yet accepted are reset. NULL is fine. */
SB_API void sb_listener_close(struct sb_listener *listener);

SB_C_END

#endif
