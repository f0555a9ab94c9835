#ifndef SIGNALBOX_HTTP_H
#define SIGNALBOX_HTTP_H

/* An HTTP/1.1 server (RFC 9110, RFC 9112): each request becomes the signal http.requested, of
 * <signalbox/http_signals.h>, with a handle that takes the answer. HTTP/1.0 is served too, other
 * versions are told 505.
 *
 * Every request is answered. A handler answers it in http.requested, or takes it (sb_http_take())
 * and answers later. Nobody did: 404. Nobody did and a handler failed: 500. Taken and not answered
 * within the deadline: 504, and the failure is told as dispatch.failed with the place of the
 * handler that took it. The requests of a connection are answered in their order, one at a time;
 * what else it sends waits, and is not read beyond a limit.
 *
 * A request's handle is valid in the handler that is given it, and until the turn ends. Who answers
 * later keeps its id and asks sb_http_find(): a request that is over is not found, so that a client
 * that left, or a deadline, harms nobody.
 *
 * What cannot be read, or might be read by others as another request (RFC 9112, sections 5 and
 * 11.2: two lengths, a length and chunks, line ends of LF alone, folded fields, space before a
 * colon), is refused with 400 and the connection closed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <signalbox/http_signals.h>
#include <signalbox/reactor.h>
#include <signalbox/listener.h>
#include <signalbox/stream.h>

SB_C_BEGIN

struct sb_http;

/* All is copied. NULL and 0 take the default. */
struct sb_http_options {
	const char *url; /* where to listen; needed by sb_http_create(), but see sb_http_attach() */

	/* The names it answers for, without a port; a request for another host is told 421. None:
	 * for every name. */
	const char *const *hosts;
	size_t n_hosts;

	size_t max_connections; /* who comes beyond is told 503 and closed; 1024 */
	/* The same for those of one IPv4 address, or one /64 of IPv6, that it listens for, but that
	 * over TLS they are told nothing; 512. Behind a proxy, which is one address: as many as that
	 * one opens. */
	size_t max_per_peer;
	size_t max_target; /* bytes of a request's target; beyond: 414; 8 KiB */
	size_t max_header; /* bytes of a request's line and fields; beyond: 431; 32 KiB */
	size_t max_fields; /* beyond: 431; 100 */
	size_t max_body; /* bytes; beyond: 413; 1 MiB */

	int64_t header_timeout_ns; /* from a request's first byte to its last field: 408; 10 s */
	int64_t body_timeout_ns; /* for the whole body; in pieces, for each: 408; 60 s */
	int64_t idle_timeout_ns; /* before the first byte of the next request: closed; 60 s */
	int64_t answer_timeout_ns; /* for whoever took it, or goes on writing: 504; 30 s */
	int64_t write_timeout_ns; /* while the client takes nothing of the answer: closed; 60 s */
};

/* Listens, and registers its signals with d. d and r must outlive it. Without a url it does not
 * listen: for sb_http_attach(). place is for reports: SB_PLACE. Returns 0; or what
 * sb_listener_open() says; -EINVAL for a host that is empty; -EEXIST as sb_register(); -ENOMEM. */
SB_API int sb_http_create(struct sb_dispatcher *d, struct sb_reactor *r,
	const struct sb_http_options *options, const char *place, struct sb_http **ret_http,
	struct sb_error *ret_error);

/* Stops listening, aborts every connection, no signal from it any more. May be called in any
 * handler; the memory goes when the turn ends. NULL is fine. */
SB_API void sb_http_destroy(struct sb_http *http);

/* Stops listening and closes each connection: at once where nothing is asked, else when what is
 * asked has been answered (with `Connection: close`); the deadlines hold. Streams of events are
 * ended. Then sb_http_n_connections() is 0. Again is harmless. */
SB_API void sb_http_shut(struct sb_http *http);

/* Serves a stream that somebody else made and that is not attached yet: an accepted one, a tape. It
 * is owned from now on. An answer beyond its hard_limit breaks the connection off; those that are
 * listened for have 16 MiB. Returns 0, or -ENOMEM and it is still the caller's. */
SB_API int sb_http_attach(struct sb_http *http, struct sb_stream *stream);

/* From now on it answers for these names; copied. Returns 0; -EINVAL for one that is empty, or
 * -ENOMEM, and nothing has changed. */
SB_API int sb_http_set_hosts(struct sb_http *http, const char *const *hosts, size_t n_hosts);

/* Where it listens, with the port it took, or ""; borrowed while it lives. */
SB_API const char *sb_http_url(const struct sb_http *http);
SB_API size_t sb_http_n_connections(const struct sb_http *http);

/* ---- Reading a request ----
 *
 * Texts are borrowed while the request's handle is valid. */

/* The first field of that name (any case), without the spaces around it; or NULL. */
SB_API const char *sb_http_field(const struct sb_http_request *request, const char *name);

/* The next field, in the order sent, and true; false after the last. *cursor starts at 0. */
SB_API bool sb_http_field_next(const struct sb_http_request *request, size_t *cursor,
	const char **ret_name, const char **ret_value);

/* The whole body; empty when there is none, or it came in pieces. */
SB_API struct sb_bytes sb_http_body(const struct sb_http_request *request);

/* The value of that name in the query; in a body of the type application/x-www-form-urlencoded; in
 * the Cookie fields (RFC 6265, section 5.4); in the path, as sb_http_route() found it. All but the
 * cookie are decoded: + is a space in a query and a form, %XX a byte. The first of that name
 * counts. NULL when there is none, or when it cannot be decoded: a bad escape, or a NUL in it. */
SB_API const char *sb_http_query(struct sb_http_request *request, const char *name);
SB_API const char *sb_http_form(struct sb_http_request *request, const char *name);
SB_API const char *sb_http_cookie(struct sb_http_request *request, const char *name);
SB_API const char *sb_http_param(struct sb_http_request *request, const char *name);

/* ---- Answering ----
 *
 * The functions that answer return 0, and otherwise nothing was sent, unless they say so: -EALREADY
 * when the request is answered, or its answer was begun in another way; -ENOTCONN when the client
 * is gone or the request over; -EINVAL for a status that is none from 200 to 599, or a field that
 * cannot be; -ENOBUFS when the client does not take what waits for it (to an answer in pieces
 * sb_http_drained comes), and for a content of more than 16 MiB, which has to go in pieces;
 * -ENOMEM. type is that of the content, "text/html; charset=utf-8"; NULL for none. */

/* I answer this one later: returns its id, for sb_http_find(). Who does nothing more within the
 * deadline is told of as a failure. Taking again is harmless. */
SB_API uint64_t sb_http_take(struct sb_http_request *request);

/* The request of that id, to be answered; NULL when it is over, or answered. */
SB_API struct sb_http_request *sb_http_find(struct sb_http *http, uint64_t id);

/* Adds a field to the answer, before it is begun. -EINVAL for a name or a value that HTTP does not
 * allow (CR, LF, NUL ...), and for those that the server writes itself: Connection, Content-Length,
 * Date, Transfer-Encoding. An ETag (with its quotes) or Last-Modified given here makes a GET or
 * HEAD conditional (RFC 9110, section 13): the answer becomes 304 where the client has it already,
 * and 412, with the same content, where it wants another. */
SB_API int sb_http_add_field(struct sb_http_request *request, const char *name, const char *value);

/* Answers. To HEAD the content is not sent, its length is. A content of 1 KiB to 1 MiB of a type
 * that shrinks (text/..., JSON, XML, SVG, JavaScript) is sent as gzip where the client takes it,
 * unless a Content-Encoding was added; its ETag is then another (RFC 9110, section 8.8.3.3), and
 * Vary says why. */
SB_API int sb_http_answer(
	struct sb_http_request *request, int status, const char *type, struct sb_bytes content);

/* Answers with a line of text, "text/plain; charset=utf-8", and \n. */
SB_PRINTF(3, 4)
SB_API int sb_http_answer_text(
	struct sb_http_request *request, int status, const char *format, ...);

/* Answers with 303 or another 3xx and the location; encode what stands in it, sb_http_encode(). */
SB_API int sb_http_redirect(struct sb_http_request *request, int status, const char *location);

/* An answer in pieces: begin, write what there is, end. length is that of the content, or
 * SB_HTTP_CHUNKED when it is not known (to HTTP/1.0 the connection is then closed after it). The
 * handler need not take the request, but the deadline counts from each piece to the next. write is
 * all or nothing; when sb_http_is_full(), http.drained comes, and -ENOBUFS when more than 1 MiB
 * would wait. A single piece of more than 1 MiB is -ENOBUFS at any time. What is beyond the length
 * is -EMSGSIZE; an end before it, which is -EMSGSIZE too, breaks the connection off and is told as
 * a failure, for the client must not take it for whole. To write or end what was not begun is an
 * assert. */
#define SB_HTTP_CHUNKED INT64_C(-1)
SB_API int sb_http_begin(
	struct sb_http_request *request, int status, const char *type, int64_t length);
SB_API int sb_http_write(struct sb_http_request *request, struct sb_bytes bytes);
SB_API int sb_http_end(struct sb_http_request *request);
SB_API bool sb_http_is_full(const struct sb_http_request *request);

/* A stream of events (HTML, section 9.2, server-sent events): begun, then events as they happen,
 * for as long as the client stays; a comment every 15 s tells both that the other is there. name
 * and id may be NULL, and may hold no line end; the lines of data are sent as such. No deadline but
 * write_timeout_ns. Once the server is shut it ends where it begins: no event is taken,
 * -EALREADY. */
SB_API int sb_http_begin_events(struct sb_http_request *request);
SB_API int sb_http_event(struct sb_http_request *request, const char *name_or_null,
	const char *id_or_null, const char *data);

/* For http.begun: the body may have this many bytes instead of max_body; it shall come in pieces,
 * http.body_arrived, and http.requested before them. A handler that answers there, or begins to,
 * refuses the body: it is not asked for (Expect: 100-continue), and the connection is closed after
 * the answer. -EALREADY
 * when it is too late for that. */
SB_API int sb_http_set_max_body(struct sb_http_request *request, uint64_t max_body);
SB_API int sb_http_stream(struct sb_http_request *request);

/* No pieces of the body until resumed: the client is not read meanwhile. */
SB_API void sb_http_pause(struct sb_http_request *request);
SB_API void sb_http_resume(struct sb_http_request *request);

/* ---- Cookies (RFC 6265) ---- */

struct sb_http_cookie {
	const char *name; /* a token */
	const char *value; /* ASCII without space " , ; \ and control characters */
	const char *path; /* NULL: "/" */
	int64_t max_age_s; /* 0: for the session; negative: forget it */
	bool is_insecure; /* also over plain http; otherwise Secure */
	bool is_for_scripts; /* otherwise HttpOnly */
	const char *same_site; /* "Lax", "Strict" or, when Secure, "None"; NULL: "Lax" */
};

/* Adds a Set-Cookie field, as sb_http_add_field(). -EINVAL also for a cookie that cannot be;
 * -EMSGSIZE for one of 4 KiB, which clients need not keep. */
SB_API int sb_http_set_cookie(struct sb_http_request *request, const struct sb_http_cookie *cookie);

/* ---- Files ---- */

/* Answers GET and HEAD with a file of a folder: its type by its name, ETag, Last-Modified and the
 * conditions they allow, one range (RFC 9110, section 14; several, or one that cannot be read, are
 * ignored; one that cannot be had is told 416), in pieces as the client takes them. `path` is
 * percent-encoded, as a request has it, and relative to the folder with or without a / before it.
 * No way leads out of the folder, neither by .. nor by a link below it, and none to what begins
 * with a dot; a folder is answered by its index.html, or redirected to its name with a / after it.
 * A file that shrinks meanwhile is broken off. Answers 404, 405, 403, and 503 for want of
 * descriptors, itself where that is right, and returns 0. The file is read on the loop: it should
 * lie on this machine. */
SB_API int sb_http_answer_file(
	struct sb_http_request *request, const char *folder, const char *path);

/* ---- Routes ---- */

/* Which function handles a method and a path: a table, usually `static const`, with SB_HANDLER(fn).
 * pattern: "/q/{id}" matches "/q/12", and sb_http_param(request, "id") is "12": a name in braces,
 * of letters, digits and _, takes one whole, non-empty segment, decoded; "{rest...}" as the last
 * takes all that follows, as sent. Other segments are compared with those of the path decoded. A
 * path that cannot be decoded there does not match, so that a handler finds every name of its
 * pattern. The first route that matches counts. GET serves HEAD too. A pattern that cannot be is an
 * assert. */
typedef void sb_http_route_fn(void *self, struct sb_http *from, const struct sb_http_requested *e);

struct sb_http_route {
	const char *method;
	const char *pattern;
	sb_http_route_fn *fn;
	const char *place;
};

/* For a handler of http.requested: calls the function of the first route that matches; its place is
 * told where a request that it takes or begins to answer comes to nothing. Where the path matches
 * and no method, it answers 405 with Allow, or OPTIONS with 204 and Allow. Returns whether any path
 * matched; otherwise nothing was done, and another may have it. */
SB_API bool sb_http_route(const struct sb_http_route *routes, size_t n_routes, void *self,
	struct sb_http *from, const struct sb_http_requested *e);

/* ---- Texts ---- */

/* Writes bytes percent-encoded, so that they may stand as one segment of a path or a value of a
 * query: all but A-Z a-z 0-9 - . _ ~ as %XX. As much as cap allows, whole escapes, and a NUL.
 * Returns the length that all would take. */
SB_API size_t sb_http_encode(const char *text, char *buf, size_t cap);

/* Decodes in place %XX, and + as a space where plus_is_space. Returns the new length, or -EINVAL
 * for a bad escape or a NUL, and the text is spoilt. */
SB_API int64_t sb_http_decode(char *text, bool plus_is_space);

/* Writes a time as HTTP has it, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7), one
 * outside the years 0 to 9999 as the nearest in them; and reads the three forms there: seconds
 * since 1970 UTC, or -EINVAL, also for what was before. A year of two digits is one from 1970 to
 * 2069. */
enum { SB_HTTP_DATE_CAP = 30 };
SB_API void sb_http_date(int64_t time_s, char buf[SB_HTTP_DATE_CAP]);
SB_API int64_t sb_http_parse_date(const char *text);

/* What a status is called: "Not Found"; "Unknown" for one without a name. */
SB_API const char *sb_http_status_text(int status);

SB_C_END

#endif
