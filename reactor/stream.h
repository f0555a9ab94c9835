#ifndef SIGNALBOX_STREAM_PRIVATE_H
#define SIGNALBOX_STREAM_PRIVATE_H

/* The stream over a back-end. stream.c makes it, stream_calls.c is what its owner may call,
 * stream_events.c what happens to it. */

#include "private.h"
#include "tls_end.h"

enum stream_state {
	CONNECTING,
	OPEN,
	SECURING, /* what is queued goes out in the clear, then TLS begins */
	CLOSING, /* writes what is queued, and that is all */
	OVER, /* the end is closed, `closed` is to be told */
	GONE, /* it has been told, or destroyed; freed when the turn ends */
};

enum why {
	WE_CLOSED,
	PEER_ENDED,
	WE_ABORTED,
	CONNECT_FAILED,
	CONNECT_TIMED_OUT,
	TLS_FAILED,
	READ_FAILED,
	WRITE_FAILED,
	IDLE_TIMED_OUT,
	CLOSE_TIMED_OUT,
};

struct stream {
	struct sb_stream base;
	struct sb_reactor *reactor;
	const struct sb_protocol *protocol; /* NULL: accepted, and nobody has taken it yet */
	void *self;
	struct end *end; /* NULL from OVER on */
	struct task task;
	struct sb_timer timer; /* lazy: due at the first deadline, or earlier */
	struct sb_reap reap;
	TAILQ_ENTRY(stream) link;
	const char *place;
	struct sb_stream_options options; /* without a default left to fill in */
	struct tls_end *tls; /* NULL: none */
	struct byte_queue queue;
	int64_t active_ns; /* when a byte last came or, after the peer's end, went */
	int64_t give_up_ns; /* of connecting, of TLS and of closing */
	enum stream_state state;
	enum why why;
	int code; /* with why */
	int write_error; /* of the first write that failed */
	bool is_told; /* `connected` */
	bool is_paused;
	bool is_full;
	bool has_ended; /* the peer */
	bool shuts_down;
	bool has_shut_down;
	char peer[PEER_CAP];
	char name[]; /* for reports: the URL, or the peer and the listener's */
};

/* stream_calls.c */
extern const struct sb_transport sb_stream_transport;

/* stream_events.c */

/* The task's and the timer's functions. */
void sb_stream_run(void *self, unsigned events);
void sb_stream_on_deadline(void *self);

/* The connect timeout begins. */
void sb_stream_set_give_up(struct stream *s);

/* To be called after each change of what the stream waits for. */
void sb_stream_update(struct stream *s);

/* The connection stands: with TLS, whose handshake begins; else, `connected`. From the loop only. */
void sb_stream_stand(struct stream *s);

/* `connected`; from the loop only. */
void sb_stream_tell_connected(struct stream *s);

/* Once all is written, ends our direction; or the stream, when both directions have ended. */
void sb_stream_shut_down_if_written(struct stream *s);

/* Nothing is written any more, but what the peer has sent is still read. */
void sb_stream_fail_writing(struct stream *s, int code);

/* Writes what is queued, then ends the stream with code 0. */
void sb_stream_begin_closing(struct stream *s, enum why why);

/* The connection ends here; `closed` follows in a later turn, when nobody is calling. */
void sb_stream_end(struct stream *s, enum why why, int code);

/* Ends it, and nothing is told. */
void sb_stream_retire(struct stream *s);

/* stream_tls.c */

/* For struct sb_transport. */
int sb_stream_begin_tls(
	struct sb_stream *base, struct sb_tls *tls, const char *name, struct sb_error *ret_error);
bool sb_stream_has_tls(const struct sb_stream *base, struct sb_tls_info *ret_info);

/* Begins the handshake that was asked for. */
void sb_stream_shake(struct stream *s);

/* stream_error.c */

/* Fills in *error from why and code. */
void sb_stream_explain(const struct stream *s, struct sb_error *error);

#endif
