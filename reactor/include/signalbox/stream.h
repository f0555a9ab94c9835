#ifndef SIGNALBOX_STREAM_H
#define SIGNALBOX_STREAM_H

/* Streams: a transport moves bytes, a protocol makes sense of them. Accepting them is in
 * <signalbox/listener.h>, TLS over them in <signalbox/tls.h>.
 *
 * The contract is one for every transport (TCP, UNIX, descriptors, simulated, TLS over any of
 * these, a tape):
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
struct sb_tls;
struct sb_tls_info;

/* The functions of a protocol, usually `static const`; self is the object given with it. Any may be
 * NULL. */
struct sb_protocol {
	/* The connection stands, with TLS where it has it: called once, before any other. For an
	 * accepted one too. */
	void (*connected)(void *self, struct sb_stream *stream);

	/* Bytes arrived, in order; borrowed for the call, never empty. Not while paused, not after
	 * close, abort or `closed`. */
	void (*data)(void *self, struct sb_stream *stream, struct sb_bytes bytes);

	/* The queue, having been above the high-water mark, is below the low one: write on. Also
	 * when writing has failed meanwhile, as the next write says. */
	void (*drained)(void *self, struct sb_stream *stream);

	/* The peer will send no more, but may still read. NULL: the stream is then closed, once
	 * what is queued is written, and `closed` comes with code 0. */
	void (*ended)(void *self, struct sb_stream *stream);

	/* TLS, started in mid-stream, stands (sb_stream_start_tls()). What comes from now on, and
	 * is written, is under it. */
	void (*secured)(void *self, struct sb_stream *stream);

	/* It is over. error->code: 0 for an end in order (the peer ended, or we closed);
	 * -ECONNREFUSED and others: never made; -ETIMEDOUT: a deadline, the text says which;
	 * -ECONNABORTED: we aborted; -EPROTO: TLS failed, the text says how to mend it;
	 * -ECONNRESET, -EPIPE and others as the system says.
	 * Borrowed for the call. */
	void (*closed)(void *self, struct sb_stream *stream, const struct sb_error *error);
};

/* 0 in a member: the default, which gives way to the marks that are set. low_water <= high_water <=
 * hard_limit. */
struct sb_stream_options {
	/* For all until `connected`: looking the name up, each address, TLS. 30 s; negative:
	 * none. */
	int64_t connect_timeout_ns;

	/* Ends the stream when nothing arrives for so long; after the peer's end, when it takes
	 * nothing for so long. None. */
	int64_t idle_timeout_ns;

	/* Ends the stream when something is queued and the peer takes nothing of it for so long.
	 * None. */
	int64_t write_timeout_ns;

	/* Ends the stream so long after `connected`, whatever happens on it. None. */
	int64_t lifetime_ns;

	/* How long a close may take to write what is queued and say so under TLS; and, after a
	 * write has failed, how long reading what the peer has sent goes on while nothing arrives.
	 * 10 s. */
	int64_t close_timeout_ns;

	size_t low_water; /* bytes queued; 16 KiB */
	size_t high_water; /* bytes queued; 64 KiB */
	size_t hard_limit; /* bytes queued; 1 MiB; a write beyond is refused */

	/* TCP: after so long without a word from the peer the system asks whether it is still
	 * there, again at intervals, and gives up after so many questions. In whole seconds,
	 * rounded up. 60 s, 15 s, 4; idle negative: it does not ask. */
	int64_t keep_alive_idle_ns, keep_alive_interval_ns;
	unsigned keep_alive_count;

	/* TLS over whatever the URL says; NULL: as the URL says. Used on. */
	struct sb_tls *tls;
};

/* Connects to the URL (<signalbox/url.h>). A name is looked up, both families at once, and its
 * addresses are tried as RFC 8305 says: IPv6 first if it is known within 50 ms of IPv4, the families
 * in turn, the next after 250 ms or as soon as one has failed, and the first that answers wins. A
 * look-up that no server answers fails after 15 s (<signalbox/resolver.h>). The hosts of a service are
 * looked up one at a time, in their order: the next when every address of those before was begun, 250
 * ms after the last or as soon as that has failed; the earlier may still win. A host's second look-up,
 * whose first gave addresses, is waited for 1 s longer, and then given up for the next host.
 * Returns 0 and the stream, whose protocol is then told everything that happens; where none answers,
 * the error of `closed` names each address that was tried with its reason, as far as there is room.
 * Or -EINVAL, -ENAMETOOLONG for the URL, what sb_tls_create() says for its options, -EBADF for a
 * descriptor that is none, -ENOMEM, -EMFILE and the like: nothing was made, nothing is called.
 * A descriptor (fd:, stdio:) is the stream's from now on, and is closed with it; a regular file is
 * -EOPNOTSUPP (it would block the loop), and standard input and output are put back as they were.
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
 * of which `connected` was not told just gives up, with -ECONNABORTED; one without memory for the
 * deadline of its closing ends at once, with -ENOMEM. */
SB_API void sb_stream_close(struct sb_stream *stream);

/* Drops what is queued and resets the connection; then `closed` with -ECONNABORTED. */
SB_API void sb_stream_abort(struct sb_stream *stream);

/* Aborts, and nothing is called any more: for an owner that is being destroyed itself. NULL is
 * fine. */
SB_API void sb_stream_destroy(struct sb_stream *stream);

/* Changes the idle deadline, counting from now; 0: none. A stream without memory for its first
 * deadline ends, with -ENOMEM. */
SB_API void sb_stream_set_idle_timeout(struct sb_stream *stream, int64_t idle_timeout_ns);

/* Whether `connected` was told and neither close nor abort was called, nor is it over, nor is TLS
 * being started on it: it can be written to, but for a shutdown of ours. */
SB_API bool sb_stream_is_open(const struct sb_stream *stream);

/* The other side, "127.0.0.1:50412", "[::1]:50412", "unix", "fd" or "stdio"; while it connects to a
 * name, that and its port. Borrowed until the next call of this function, of any stream. */
SB_API const char *sb_stream_peer(const struct sb_stream *stream);

/* The longest of these, the NUL included. */
enum { SB_PEER_CAP = 272 };

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
	bool (*is_open)(const struct sb_stream *);
	/* Both may be NULL: -EOPNOTSUPP, false. */
	int (*start_tls)(struct sb_stream *, struct sb_tls *, const char *name, struct sb_error *);
	bool (*tls_info)(const struct sb_stream *, struct sb_tls_info *);
};

struct sb_stream {
	const struct sb_transport *transport;
};

SB_C_END

#endif
