#ifndef SIGNALBOX_HTTP_SIGNALS_H
#define SIGNALBOX_HTTP_SIGNALS_H

/* The signals of the HTTP server; what each means stands in <signalbox/http_signals.def>. */

#include <signalbox/base.h>

struct sb_http;
struct sb_http_request;

/* What was asked, by whom: the last fields of every signal born of a request. Where a request could not
 * be read so far, a text is "". The list grows at its end. */
#define HTTP_REQUEST                                                                               \
	FIELD(const char *, method, "\"GET\", \"POST\" ...")                                       \
	FIELD(const char *, path, "As sent, percent-encoded, without the query: \"/a%20b\".")      \
	FIELD(const char *, query, "What follows the ?, percent-encoded; \"\" for none.")          \
	FIELD(const char *, host, "Host and port it was sent to, as the client has it.")           \
	FIELD(const char *, peer, "The client's address, \"127.0.0.1:50412\".")                    \
	FIELD(uint64_t, connection, "The connection's number, from 1.")                            \
	FIELD(uint64_t, id, "The request's number, from 1: never used again.")                     \
	HANDLE(struct sb_http_request *, request, "It: for the functions of <signalbox/http.h>.")

#define SIGNALS <signalbox/http_signals.def>
#define SB_SIGNALS_API SB_API
#include <signalbox/declare_signals.h>

SB_C_BEGIN
SB_API extern const struct sb_table sb_http_signals;
SB_C_END

#endif
