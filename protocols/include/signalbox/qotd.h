#ifndef SIGNALBOX_QOTD_H
#define SIGNALBOX_QOTD_H

/* A quote-of-the-day server over TCP (RFC 865): it sends one short text to whoever connects, throws
 * away what they say, and closes. The text is the application's: <signalbox/qotd_signals.h>.
 *
 * It has 256 connections at once, and 64 of one IPv4 address or one /64 of IPv6; who comes beyond is
 * closed at once, for the protocol has no other word than a quote. */

#include <signalbox/qotd_signals.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_qotd;

/* The most bytes of an answer (RFC 865). */
enum { SB_QOTD_MAX = 512 };

/* Listens at the URL and registers its signals with d. place is for reports: SB_PLACE. Returns 0;
 * or what sb_listener_open() says; -EEXIST as sb_register(); -ENOMEM. */
SB_API int sb_qotd_create(struct sb_dispatcher *d, struct sb_reactor *r, const char *url,
	const char *place, struct sb_qotd **ret_qotd, struct sb_error *ret_error);

/* Stops listening, aborts what is being answered, no signal from it any more. May be called in any
 * handler; the memory goes when the turn ends. NULL is fine. */
SB_API void sb_qotd_destroy(struct sb_qotd *qotd);

/* Where it listens, with the port it took; borrowed while it lives. */
SB_API const char *sb_qotd_url(const struct sb_qotd *qotd);

/* Answers a request, in its handler or never: when the emission has ended without an answer, the
 * connection is ended empty. Line ends become \r\n, and the last line gets one too; what would pass
 * SB_QOTD_MAX bytes with it is cut off between two characters. The first answer counts. When it is
 * out, the peer has 5 s to end its side. text is not kept.
 * Returns 0; -EALREADY; -ENOTCONN when the server was destroyed meanwhile; what sb_stream_write()
 * says. */
SB_API int sb_qotd_answer(struct sb_qotd_request *request, const char *text);

SB_C_END

#endif
