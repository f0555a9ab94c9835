#ifndef SIGNALBOX_STREAM_H
#define SIGNALBOX_STREAM_H

/* Streams: a transport moves bytes, a protocol makes sense of them.
 *
 * The contract is one for every transport (TCP, UNIX, simulated, a tape):
 * - No callback of any kind comes from inside a call that the protocol makes.
 * - `connected` comes first, `closed` last and exactly once, also for a connection that was never
 *   made; after `closed` returns the stream is gone. (sb_stream_destroy() is the exception: after
 *   it, nothing is called.)
 * - Writing tries at once and queues the rest, all or nothing.
 * - After a failed write, what the peer has sent is still read to its end, and `closed` says how
 *   the write failed.
 * - In a callback a protocol may do anything to its stream, and to any other. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_stream;

/* The functions of a protocol, usually `static const`; self is the object given with it. Any but
 * `closed` may be NULL. */
struct sb_protocol {
	/* The connection stands: called once, before any other. For an accepted one too. */
	void (*connected)(void *self, struct sb_stream *stream);

	/* Bytes arrived, in order; borrowed for the call, never empty. Not while paused, not after
	 * close, abort or `closed`. */
	void (*data)(void *self, struct sb_stream *stream, struct sb_bytes bytes);

	/* The queue, having been above the high-water mark, is below the low one: write on. */
	void (*drained)(void *self, struct sb_stream *stream);

	/* The peer will send no more, but may still read. NULL: the stream is then closed, once
	 * what is queued is written, and `closed` comes with code 0. */
	void (*ended)(void *self, struct sb_stream *stream);

	/* It is over. error->code: 0 for an end in order (the peer ended, or we closed);
	 * -ECONNREFUSED and others: never made; -ETIMEDOUT: a deadline, the text says which;
	 * -ECONNABORTED: we aborted; -ECONNRESET, -EPIPE and others as the system says.
	 * Borrowed for the call. */
	void (*closed)(void *self, struct sb_stream *stream, const struct sb_error *error);
};

/* 0 in a member: the default, which gives way to the marks that are set. low_water <= high_water <=
 * hard_limit. */
struct sb_stream_options {
	int64_t connect_timeout_ns; /* 30 s; negative: none */

	/* Ends the stream when nothing arrives for so long; after the peer's end, when it takes
	 * nothing for so long. None. */
	int64_t idle_timeout_ns;

	/* How long a close may take to write what is queued; and, after a write has failed, how
	 * long reading what the peer has sent goes on while nothing arrives. 10 s. */
	int64_t close_timeout_ns;

	size_t low_water; /* bytes queued; 16 KiB */
	size_t high_water; /* bytes queued; 64 KiB */
	size_t hard_limit; /* bytes queued; 1 MiB; a write beyond is refused */
};

/* Connects to the URL (tcp without a path, or unix). Returns 0 and the stream, whose protocol is
 * then told everything that happens; or -EINVAL, -EOPNOTSUPP, -ENAMETOOLONG for the URL, -ENOMEM,
 * -EMFILE and the like: nothing was made, nothing is called.
 * options is copied; NULL: all defaults. place is for reports: SB_PLACE. */
SB_API int sb_stream_connect(struct sb_reactor *r, const char *url,
	const struct sb_stream_options *options, const char *place,
	const struct sb_protocol *protocol, void *self, struct sb_stream **ret_stream,
	struct sb_error *ret_error);

/* The calls below are for the stream's owner, on its reactor's thread, until `closed` has returned
 * or sb_stream_destroy() was called. */

/* Hands the stream to another protocol, which is told what happens from now on (`connected` too if
 * it has not been told yet, as for a stream just accepted). */
SB_API void sb_stream_attach(
	struct sb_stream *stream, const struct sb_protocol *protocol, void *self);

/* Writes all the bytes, or nothing: they are sent, or copied into the queue. Returns 0;
 * -ENOTCONN before `connected` or after close, abort or shutdown; -EPIPE when writing fails or has
 * failed; -ENOBUFS when the queue would pass the hard limit, were nothing sent now; -ENOMEM. */
SB_API int sb_stream_write(struct sb_stream *stream, struct sb_bytes bytes);

/* How many bytes are queued; whether the queue has passed the high-water mark, so that `drained`
 * will come. */
SB_API size_t sb_stream_queued(const struct sb_stream *stream);
SB_API bool sb_stream_is_full(const struct sb_stream *stream);

/* No `data` until resumed; twice is once. The idle deadline rests meanwhile. */
SB_API void sb_stream_pause(struct sb_stream *stream);
SB_API void sb_stream_resume(struct sb_stream *stream);

/* We shall write no more: ends our direction once the queue is written. Reading goes on. */
SB_API void sb_stream_shutdown(struct sb_stream *stream);

/* Writes what is queued, reads no more, then `closed`: with code 0, or -ETIMEDOUT when the peer did
 * not take it in time (the rest is dropped, and the connection reset). Again is harmless. A stream
 * of which `connected` was not told just gives up, with -ECONNABORTED. */
SB_API void sb_stream_close(struct sb_stream *stream);

/* Drops what is queued and resets the connection; then `closed` with -ECONNABORTED. */
SB_API void sb_stream_abort(struct sb_stream *stream);

/* Aborts, and nothing is called any more: for an owner that is being destroyed itself. NULL is
 * fine. */
SB_API void sb_stream_destroy(struct sb_stream *stream);

/* Changes the idle deadline, counting from now; 0: none. */
SB_API void sb_stream_set_idle_timeout(struct sb_stream *stream, int64_t idle_timeout_ns);

/* The other side, "127.0.0.1:50412", "[::1]:50412" or "unix"; borrowed while the stream lives. */
SB_API const char *sb_stream_peer(const struct sb_stream *stream);

/* What a transport is made of, for those who write one (the kit's tape is one). A stream is the
 * first member of the transport's own struct. Each function has the contract of its namesake. */
struct sb_transport {
	void (*attach)(struct sb_stream *, const struct sb_protocol *, void *self);
	int (*write)(struct sb_stream *, struct sb_bytes);
	size_t (*queued)(const struct sb_stream *);
	bool (*is_full)(const struct sb_stream *);
	void (*pause)(struct sb_stream *);
	void (*resume)(struct sb_stream *);
	void (*shutdown)(struct sb_stream *);
	void (*close)(struct sb_stream *);
	void (*abort)(struct sb_stream *);
	void (*destroy)(struct sb_stream *);
	void (*set_idle_timeout)(struct sb_stream *, int64_t idle_timeout_ns);
	const char *(*peer)(const struct sb_stream *);
};

struct sb_stream {
	const struct sb_transport *transport;
};

/* Listening. */
struct sb_listener;

struct sb_acceptor {
	/* A connection was accepted. The owner attaches a protocol to it now, whose `connected`
	 * comes in the same turn; a stream not attached is destroyed. */
	void (*accepted)(void *self, struct sb_stream *stream);

	/* One could not be accepted (out of descriptors, say). The listener goes on, after a pause
	 * where it would spin. Told once until accepting works again. */
	void (*failed)(void *self, const struct sb_error *error);
};

/* Listens at the URL; tcp port 0 takes a free one; a stale socket file is replaced, a live one is
 * -EADDRINUSE. options is for the streams accepted. acceptor must outlive the listener.
 * Returns 0, or a negative errno with the URL in the error's text. */
SB_API int sb_listener_open(struct sb_reactor *r, const char *url,
	const struct sb_stream_options *options, const char *place,
	const struct sb_acceptor *acceptor, void *self, struct sb_listener **ret_listener,
	struct sb_error *ret_error);

/* Where it really listens, with the port it took; borrowed while it is open. */
SB_API const char *sb_listener_url(const struct sb_listener *listener);

/* Stops listening at once, removes the socket file, and calls nothing any more; streams already
 * accepted live on, connections not yet accepted are reset. NULL is fine. */
SB_API void sb_listener_close(struct sb_listener *listener);

SB_C_END

#endif
