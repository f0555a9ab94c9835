#ifndef SIGNALBOX_PIPE_H
#define SIGNALBOX_PIPE_H

/* Two streams joined: what one says is written to the other, both ways, and no faster than the
 * other takes it. */

#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/stream.h>

SB_C_BEGIN

struct sb_pipe;

/* Both streams are over, and the pipe is gone when this returns (to destroy it here is harmless).
 * error: of the stream that did not end in order, the first if both; else code 0. The counts are the
 * bytes read from each. Borrowed for the call. */
typedef void sb_pipe_over_fn(
	void *self, const struct sb_error *error, uint64_t n_from_a, uint64_t n_from_b);

/* Takes over both streams (sb_stream_attach()), which may still be connecting or starting TLS: nothing
 * is read before both stand. One that is full pauses the other until it has drained. The end of one
 * direction is passed on when all before it is written; when both have ended, it is over. A stream
 * that fails has the other one closed: what it was sent is still written, within its close timeout.
 * All deadlines are the streams' own. The hard limit of each must leave 64 KiB above its high-water
 * mark, as the default does: a burst that finds no room ends both with -ENOBUFS. over: may be NULL.
 * Returns 0, or -ENOMEM, and both are the caller's. */
SB_API int sb_pipe_create(struct sb_stream *a, struct sb_stream *b, sb_pipe_over_fn *over,
	void *self, struct sb_pipe **ret_pipe);

/* Connects to the URL, as sb_stream_connect() does, and joins the stream a to that: what a server does
 * that passes its connections on. Where nobody answers, a is closed, and `over` has the error.
 * Returns 0, or what sb_stream_connect() says, and a is the caller's. */
SB_API int sb_pipe_connect(struct sb_stream *a, struct sb_reactor *r, const char *url,
	const struct sb_stream_options *options, const char *place, sb_pipe_over_fn *over,
	void *self, struct sb_pipe **ret_pipe, struct sb_error *ret_error);

/* b is over, error says how (code 0: in order), and nothing came from it. Borrowed for the call. What
 * is written now to a, if that stands, still reaches it: it is closed when this returns, and the pipe
 * over when it is. Here a may be aborted, or the pipe destroyed. */
typedef void sb_pipe_unanswered_fn(void *self, struct sb_stream *a, const struct sb_error *error);

/* For who has read what a asks, and answers it where b does not. Once, in the turn that made the pipe.
 * question: written to b before all else that a says; not empty; copied, and not counted. unanswered:
 * may be NULL; with it, b is closed when it ends without a byte. Its self is the pipe's.
 * Returns 0, or -ENOMEM, and nothing has changed. */
SB_API int sb_pipe_ask(
	struct sb_pipe *pipe, struct sb_bytes question, sb_pipe_unanswered_fn *unanswered);

/* Destroys both streams; `over` is not called. NULL is fine. */
SB_API void sb_pipe_destroy(struct sb_pipe *pipe);

SB_C_END

#endif
