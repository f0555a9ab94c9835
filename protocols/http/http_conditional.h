#ifndef PROTOCOLS_HTTP_CONDITIONAL_H
#define PROTOCOLS_HTTP_CONDITIONAL_H

/* Conditions of a request, for those who answer it. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/http.h>

/* The value of a field added to the answer; empty when there is none. Borrowed until the next is
 * added. */
struct sb_bytes sb_http_added(const struct sb_http_request *request, const char *name);

/* sb_http_conditional() for an answer with this tag, which may be empty, in place of its own. */
int sb_http_conditional_of(const struct sb_http_request *request, int status, struct sb_bytes etag);

/* Whether a Range is to be looked at: If-Range is not there, or says what is so (RFC 9110, section
 * 13.1.5). */
bool sb_http_range_counts(const struct sb_http_request *request, struct sb_bytes etag,
	int64_t modified_s, int64_t now_s);

#endif
