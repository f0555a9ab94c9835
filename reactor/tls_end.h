#ifndef SIGNALBOX_TLS_END_H
#define SIGNALBOX_TLS_END_H

/* What streams and listeners need of TLS. No header of OpenSSL is needed for it. */

#include <signalbox/tls.h>

#include "private.h"

/* A filter: an end over another end. It is made with its stream and lives as long, so that what it
 * knows can be asked for after it was closed. */
struct tls_end;

/* Over an end that is connected, which is the filter's from now on. Until it begins, what is written
 * goes out in the clear. name: whom a client expects, NULL: nobody; where: with that, what a session is
 * kept for. Returns NULL when out of memory, and the end is the caller's still. */
struct tls_end *sb_tls_end_create(struct sb_reactor *r, struct sb_tls *tls, const char *name,
	const char *where, struct end *under);

/* What the stream uses. It may be closed again, and be watched when it is closed. */
struct end *sb_tls_end_base(struct tls_end *f);

/* After it was closed. NULL is fine. */
void sb_tls_end_destroy(struct tls_end *f);

/* Begins the handshake; result() of the end tells what has become of it. Returns 0, or -ENOMEM. */
int sb_tls_end_begin(struct tls_end *f);

/* Whether that was called; also when it is closed. */
bool sb_tls_end_has_begun(const struct tls_end *f);

/* Why it failed, in words, or "". */
const char *sb_tls_end_why(const struct tls_end *f);

/* As sb_stream_tls_info(). */
bool sb_tls_end_info(const struct tls_end *f, struct sb_tls_info *ret_info);

/* tls.c */
bool sb_tls_is_server(const struct sb_tls *tls);

/* Whether a stream of this kind can use it: 0, or -EINVAL with the reason behind "WHAT: ". A client
 * has a name, or NULL. tls NULL: none is used. */
int sb_tls_check_use(const struct sb_tls *tls, bool is_server, const char *name, const char *what,
	struct sb_error *ret_error);

/* The context of a URL's options, held: 0, or as sb_tls_create(). */
int sb_tls_from_url(struct sb_reactor *r, const struct sb_url *url, bool is_server,
	struct sb_tls **ret_tls, struct sb_error *ret_error);

/* Frees those of URLs, which no stream or listener uses any more. */
void sb_tls_forget_urls(struct sb_reactor *r);

/* Of a context; NULL is fine. */
void sb_tls_hold(struct sb_tls *tls);
void sb_tls_release(struct sb_tls *tls);

/* "TLS context PLACE"; NULL after the last that somebody has to destroy. */
const struct sb_tls *sb_tls_after(const struct sb_reactor *r, const struct sb_tls *tls);
void sb_tls_describe(const struct sb_tls *tls, char *buf, size_t cap);

/* tls_simulated.c */

/* OpenSSL with random numbers that follow from the seed, to be destroyed after all that was made with
 * it. NULL when out of memory. */
struct tls_library *sb_tls_library_create(uint64_t seed);
void sb_tls_library_destroy(struct tls_library *library);

#endif
