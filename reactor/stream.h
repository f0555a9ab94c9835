#ifndef SIGNALBOX_STREAM_PRIVATE_H
#define SIGNALBOX_STREAM_PRIVATE_H

/* The stream over a back-end. stream.c makes it, stream_calls.c is what its owner may call,
 * stream_events.c what happens to it, stream_deadlines.c and stream_queue.c are what it has only
 * while it needs them. */

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
	WRITE_TIMED_OUT,
	LIFETIME_ENDED,
	CLOSE_TIMED_OUT,
	NO_MEMORY,
};

/* Of a stream that something can come too late for. */
struct deadlines {
	struct sb_timer timer; /* lazy: due at the first deadline, or earlier */
	int64_t idle_timeout_ns;
	int64_t heard_ns; /* when a byte last came or, after the peer's end, went */
	int64_t taken_ns; /* when the peer last took some of the queue, or it began */
	int64_t give_up_ns; /* of connecting, of TLS and of closing */
	int64_t end_ns; /* of its lifetime */
};

/* Ten thousand may be idle: what a stream does not always need hangs off a pointer, and the struct
 * stays within 136 bytes. */
struct stream {
	struct sb_stream base;
	const struct sb_protocol *protocol; /* NULL: accepted, and nobody has taken it yet */
	void *self;
	struct origin *origin;
	struct end *end; /* NULL from OVER on, but for TLS */
	struct deadlines *deadlines; /* NULL: it has none */
	struct byte_queue *queue; /* NULL: nothing is queued */
	TAILQ_ENTRY(stream) link;
	/* One after the other: it is reaped when it will not be told anything any more. */
	union {
		struct task task;
		struct sb_reap reap;
	};
	struct peer_address peer;
	int16_t code; /* with why */
	int16_t write_error; /* of the first write that failed */
	enum stream_state state : 4;
	enum why why : 4;
	bool is_told : 1; /* `connected` */
	bool is_paused : 1;
	bool is_full : 1;
	bool has_ended : 1; /* the peer */
	bool shuts_down : 1;
	bool has_shut_down : 1;
	bool has_tls : 1; /* end is a struct tls_end, to the end of the stream */
};

enum { NAME_CAP = SB_URL_CAP + SB_PEER_CAP };

/* stream.c */

/* For reports: the URL, or the peer and the listener's. */
void sb_stream_name(const struct stream *s, char *buf, size_t cap);

/* "127.0.0.1:50412", "unix" and so on. */
void sb_stream_print_peer(const struct stream *s, char *buf, size_t cap);

/* stream_calls.c */
extern const struct sb_transport sb_stream_transport;

/* stream_events.c */

/* The task's function. */
void sb_stream_run(void *self, unsigned events);

/* To be called after each change of what the stream waits for. */
void sb_stream_update(struct stream *s);

/* The connection stands: with TLS, whose handshake begins; else, `connected`. From the loop only. */
void sb_stream_stand(struct stream *s);

/* `connected`; from the loop only. */
void sb_stream_tell_connected(struct stream *s);

/* `drained`, if it is time for it; from the loop only. */
void sb_stream_tell_drained(struct stream *s);

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

/* stream_deadlines.c */

/* Makes sure that it can have deadlines: 0, or -ENOMEM. */
int sb_stream_need_deadlines(struct stream *s);

/* The same as soon as its options ask for one. */
int sb_stream_need_its_deadlines(struct stream *s);

/* The connect timeout begins: 0, or -ENOMEM. */
int sb_stream_set_give_up(struct stream *s);

/* Begins those that count from `connected`, and frees what none of them needs. */
void sb_stream_begin_deadlines(struct stream *s);
void sb_stream_free_deadlines(struct stream *s);

/* Sees that the first is noticed in time. */
void sb_stream_set_timer(struct stream *s);
void sb_stream_stop_timer(struct stream *s);

/* Now a byte came, or went that counts as one; now some of the queue was taken, or it began. */
void sb_stream_note_heard(struct stream *s);
void sb_stream_note_taken(struct stream *s);

/* stream_queue.c */

/* Makes sure that n more bytes can be queued: 0, or -ENOMEM. */
int sb_stream_reserve(struct stream *s, size_t n);
void sb_stream_enqueue(struct stream *s, const void *ptr, size_t n);
void sb_stream_drop_queue(struct stream *s);

static inline size_t
queued_len(const struct stream *s)
{
	return s->queue ? s->queue->len : 0;
}

/* stream_tls.c */

/* For struct sb_transport. */
int sb_stream_begin_tls(
	struct sb_stream *base, struct sb_tls *tls, const char *name, struct sb_error *ret_error);
bool sb_stream_has_tls(const struct sb_stream *base, struct sb_tls_info *ret_info);

/* Begins the handshake that its origin asks for. */
void sb_stream_secure(struct stream *s);

/* Begins the one that was asked for in mid-stream, once all is written. */
void sb_stream_secure_if_written(struct stream *s);

/* After an event in a handshake in mid-stream. */
void sb_stream_finish_securing(struct stream *s);

static inline struct tls_end *
tls_of(const struct stream *s)
{
	return s->has_tls ? (struct tls_end *)s->end : NULL;
}

/* stream_error.c */

/* Fills in *error from why and code. */
void sb_stream_explain(const struct stream *s, struct sb_error *error);

#endif
