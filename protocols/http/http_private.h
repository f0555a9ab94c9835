#ifndef PROTOCOLS_HTTP_PRIVATE_H
#define PROTOCOLS_HTTP_PRIVATE_H

/* The parts of the HTTP server.
 *
 * A connection reads one request at a time, http_head.c and http_connection.c, and goes on to the
 * next when that one is answered, http_answer.c. What the peer sends meanwhile waits in `ahead`.
 *
 * Signals are emitted by the connection alone, on its way from the loop and back: no function that
 * a handler calls emits. Such a function leaves it to the connection, which looks at what was done
 * when the handler returns, or is woken (sb_http_wake()) for the next turn. A handler may destroy
 * the server: what emits returns false then, and every caller goes back to the loop at once.
 *
 * A request that is over has no connection any more. It is used again, with its memory, but not
 * before the turn ends: until then whoever holds its handle is told -ENOTCONN. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/http.h>
#include <signalbox/listener.h>
#include <signalbox/stream.h>
#include <signalbox/url.h>

#include <llhttp.h>

#include "table.h"

enum {
	HTTP_AHEAD_MAX = 16 * 1024, /* bytes that wait to be parsed; then the peer is not read */
	HTTP_QUEUE_MAX = 1024 * 1024, /* bytes of an answer in pieces that may wait for the peer */
	HTTP_HARD_LIMIT = 16 * 1024 * 1024, /* bytes of whole answers that may */
	HTTP_OUT_MAX = 16 * 1024, /* bytes put together before they are written */
	HTTP_KEPT_MAX = 16 * 1024, /* bytes of a buffer that is kept for the next request */
	HTTP_BUCKETS = 1024, /* a power of two */
	HTTP_PEER_CAP = 64,
};

/* How long a peer that was told an error, or the last answer, may take to end its side, once it has
 * taken that. */
#define HTTP_LINGER_NS (5 * SB_S)

/* Bytes that grow; not NUL-terminated. */
struct sb_http_text {
	char *ptr;
	size_t len, cap;
};

/* A field of the request: where in its `head` name and value begin; both end with a NUL. */
struct sb_http_field {
	uint32_t name, name_len, value, value_len;
};

/* Memory that lives as long as the request, sb_http_keep(). */
struct sb_http_block {
	struct sb_http_block *next;
	char bytes[];
};

/* What writes an answer in pieces when not the handler does: a file, for one. `more` is called,
 * from the loop, when there is room again, and finish once, when the request is over. */
struct sb_http_source {
	void (*more)(void *self, struct sb_http_request *request);
	void (*finish)(void *self);
	void *self;
};

enum http_phase {
	PHASE_HEAD, /* its header is being read */
	PHASE_BEGUN, /* http.begun is being emitted */
	PHASE_BODY, /* its body is being read */
	PHASE_WHOLE, /* it is whole */
};

enum http_answer {
	HTTP_UNANSWERED,
	HTTP_IN_PIECES, /* begun, and not ended */
	HTTP_ANSWERED,
	HTTP_BROKEN_OFF, /* begun, and will not be ended */
};

struct sb_http_request {
	struct sb_http *http;
	struct sb_http_connection *connection; /* NULL: it is over */
	struct sb_http_request *next; /* of those that are over, or free */
	struct sb_http_request *next_of_bucket;
	uint64_t id;
	int64_t began_ns; /* when its first byte came */

	/* What was asked. */
	enum http_phase phase;
	struct sb_http_text head; /* texts, each with a NUL after it: the target, fields */
	struct sb_http_field *fields;
	size_t n_fields, cap_fields;
	const char *method, *path, *query, *host; /* "" until known */
	bool is_head; /* HEAD */
	bool is_old; /* HTTP/1.0 */
	bool is_kept; /* as to the request, the connection may serve another */
	bool expects; /* 100-continue */
	int64_t length; /* of the body; -1: in chunks */
	uint64_t max_body;
	uint64_t n_read; /* bytes of the body */
	struct sb_http_text body; /* whole; in pieces, what is to be told next */
	bool is_streamed;
	bool is_paused;
	bool is_told; /* http.requested was emitted */

	/* Kept for it: sb_http_keep(), http_params.c, sb_http_route(). */
	struct sb_http_block *blocks;
	struct sb_http_pairs *query_pairs, *form_pairs, *cookie_pairs, *params;

	/* The answer. */
	enum http_answer answer;
	bool is_taken;
	bool has_no_content; /* to HEAD, 204, 304: written, it is counted and not sent */
	bool is_chunked;
	bool closes; /* the connection, after it */
	bool is_gone; /* http.gone was told: no handler answers it any more */
	bool is_events; /* a stream of events: no deadline, ended by sb_http_shut() */
	int status;
	struct sb_http_text added; /* fields, "Name: value\r\n" each */
	int64_t left; /* bytes of the content that are to come; -1: not known */
	uint64_t n_bytes; /* of the content that went out */
	int64_t active_ns; /* when it was taken, begun or last written */
	const char *place; /* of the handler that took or began it; NULL: none */
	const char *why; /* what is wrong with a request that could not be read */
	struct sb_http_source source;
	int64_t event_at_ns; /* when sb_http_on_event_due() shall be called; INT64_MAX: never */
};

enum http_state {
	HTTP_OPEN,
	HTTP_LINGERING, /* all is said; what the peer still sends is thrown away */
	HTTP_CLOSING, /* its stream is closed or aborted */
};

struct sb_http_connection {
	struct sb_http *http;
	struct sb_stream *stream; /* NULL when it is over */
	struct sb_http_connection *prev, *next;
	uint64_t number;
	char peer[HTTP_PEER_CAP];
	struct sb_timer timer; /* lazy: due at the first deadline, or earlier */
	struct sb_reap reap;
	enum http_state state;
	bool is_refused; /* one too many: told 503 */
	bool is_busy; /* it will look at what was done before it returns to the loop */
	bool is_woken; /* its timer is due at once */
	bool has_ended; /* the peer */
	bool has_failed; /* to write */
	bool is_paused; /* the stream */

	llhttp_t parser;
	struct sb_http_request *request; /* NULL between two */
	struct sb_bytes in; /* what is to be parsed next: just arrived, or of `ahead` */
	struct sb_http_text ahead; /* what arrived and could not be parsed yet */
	size_t n_head; /* bytes of the header */
	size_t n_framing; /* bytes of a body in chunks that are not its content */
	size_t n_chunks;
	char last; /* byte of the header, to see its line ends */
	unsigned n_spaces; /* of the request's line */
	bool has_line; /* that is over */
	char protocol; /* its name's first byte: the parser knows RTSP and ICE as well */
	bool has_empty_line; /* before the request */
	bool is_in_field; /* its name has begun, its value has not ended */
	bool is_in_trailer;
	bool is_header_read; /* the parser has paused after the header */
	int fault; /* the status for what a callback of the parser found wrong; 0: nothing */
	const char *why;

	struct sb_http_text out; /* to be written, in one piece */
	uint64_t n_written; /* handed to the stream */
	uint64_t n_taken; /* of these by the peer, when that was last looked at */
	int64_t quiet_ns; /* since when it waits for the peer's next words */
	int64_t went_ns; /* when the peer last took something */
	int64_t linger_ns; /* since when it lingers */
};

struct sb_http {
	struct sb_dispatcher *d;
	struct sb_reactor *r;
	struct sb_listener *listener;
	struct sb_http_options o; /* without a default left to fill in; url is NULL */
	const char **hosts; /* what its hosts are in */
	struct sb_http_connection *connections;
	size_t n_connections;
	uint64_t n_numbers, n_ids; /* given so far */
	struct sb_http_request *free; /* to be used again */
	size_t n_free;
	struct sb_http_request *over; /* since this turn */
	struct sb_http_request *buckets[HTTP_BUCKETS]; /* by id, those that are not over */
	bool is_shut;
	bool is_dead;
	int64_t date_s; /* what `date` says */
	char date[SB_HTTP_DATE_CAP];
	struct sb_reap recycle, reap;
	char url[SB_URL_CAP];
};

/* ---- http.c ---- */

/* A request for the connection, empty; NULL when out of memory. */
struct sb_http_request *sb_http_request_get(struct sb_http_connection *connection);

/* It is over: it is found no more, and used again when the turn has ended. */
void sb_http_request_put(struct sb_http_request *request);

/* Appends; 0 or -ENOMEM. */
int sb_http_text_add(struct sb_http_text *text, const void *ptr, size_t len);

/* Makes room for len bytes more; 0 or -ENOMEM. */
int sb_http_text_reserve(struct sb_http_text *text, size_t len);

/* Of no length again; what is much memory goes. */
void sb_http_text_empty(struct sb_http_text *text);

/* Memory of len bytes that lives as long as the request; NULL when out of memory. */
char *sb_http_keep(struct sb_http_request *request, size_t len);

/* ---- http_connection.c ---- */

/* Serves the stream. Returns 0, or -ENOMEM. */
int sb_http_connection_add(struct sb_http *http, struct sb_stream *stream, bool is_refused);

/* Cuts it; nothing is told any more. Its memory goes with the server's. */
void sb_http_connection_cut(struct sb_http_connection *connection);

/* sb_http_shut() for one connection. */
void sb_http_connection_shut(struct sb_http_connection *connection);

/* Its memory, when nobody looks at it any more. */
void sb_http_connection_free(struct sb_http_connection *connection);

/* Something was done for it outside its own way: it looks at it in the next turn. */
void sb_http_wake(struct sb_http_connection *connection);

/* Writes what is put together in `out`. */
void sb_http_flush(struct sb_http_connection *connection);

/* All is said: our direction ends, then theirs, or it is not waited for longer. */
void sb_http_linger(struct sb_http_connection *connection);

/* Resets it; `closed` follows. */
void sb_http_abort(struct sb_http_connection *connection);

/* ---- http_turn.c ---- */

/* Goes on with what is to be read and with what was done, as far as it goes now. From the loop
 * only. Returns false when the server was destroyed meanwhile. */
bool sb_http_go_on(struct sb_http_connection *connection);

/* What the peer sent is wrong, or took too long: it is told this status, if it can be told. */
bool sb_http_fault(struct sb_http_connection *connection, int status, const char *why);

/* Who took the request, or began to answer it, is late. */
bool sb_http_late(struct sb_http_connection *connection);

/* The stream is over, and with it the request: error says how. */
bool sb_http_lost(struct sb_http_connection *connection, int error);

/* ---- http_tell.c ---- */

/* Each emits a signal, and returns whether the server is still there. */
bool sb_http_tell_begun(struct sb_http_request *request, struct sb_result *ret_result);
bool sb_http_tell_requested(struct sb_http_request *request, struct sb_result *ret_result);
bool sb_http_tell_arrived(struct sb_http_request *request, struct sb_result *ret_result);
bool sb_http_tell_drained(struct sb_http_request *request);
bool sb_http_tell_gone(struct sb_http_request *request, int error);
bool sb_http_tell_answered(struct sb_http_request *request, bool is_whole);

/* dispatch.failed, with the place of the handler that is at fault. */
bool sb_http_tell_failure(struct sb_http_request *request, int error, const char *why);

/* ---- http_head.c ---- */

extern const llhttp_settings_t sb_http_parser_settings;

/* Line ends of a part of the header are CR LF, and no line is folded; what is read so far is known
 * by connection->last. */
bool sb_http_lines_are_good(struct sb_http_connection *connection, const char *at, size_t len);

/* Reads the whole header's meaning: target, host, length and all. Returns 0, or the status to
 * answer with, and connection->why. */
int sb_http_head_check(struct sb_http_connection *connection);

/* Whether the framing of a body in chunks is no more than such a body may need. */
bool sb_http_framing_is_good(const struct sb_http_connection *connection);

/* Whether it is a token (RFC 9110, section 5.6.2); has no byte that a field's value may not
 * have. */
bool sb_http_is_token(const char *text, size_t len);
bool sb_http_is_value(const char *text, size_t len);

/* The status for an error of the parser that stopped at `at`, and connection->why. */
int sb_http_head_fault(struct sb_http_connection *connection, llhttp_errno_t error, const char *at,
	const char *end);

/* ---- http_answer.c ---- */

/* Bytes that are enough for the head of the answer, with the fields added so far. */
size_t sb_http_head_room(const struct sb_http_request *request, const char *type);

/* Answers in text, for the server itself. The connection closes after it where `closes`. */
void sb_http_answer_plain(struct sb_http_request *request, int status, bool closes);

/* ---- http_conditional.c, http_gzip.c, http_events.c ---- */

/* Where the content should go out in another coding, sets *content to it, which lives as long as
 * the request, and adds and changes fields of request->added; to be called before the next, for
 * HEAD too. status is the handler's. Returns 0; -ENOMEM. */
int sb_http_compress(
	struct sb_http_request *request, int status, const char *type, struct sb_bytes *content);

/* The status to answer with, for a status of a handler: 304 or 412 where a condition of the request
 * says so (RFC 9110, section 13.2.2), by the ETag and Last-Modified in request->added. */
int sb_http_conditional(const struct sb_http_request *request, int status);

/* From the loop, when request->event_at_ns has come; may write and set it anew. */
void sb_http_on_event_due(struct sb_http_request *request);

#endif
