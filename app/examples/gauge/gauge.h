#ifndef GAUGE_H
#define GAUGE_H

/* A whole client, which the chapter on tests (app/docs/testing.md) is about: it asks a station for the
 * level of a river, stays connected, and tells what it hears. Lines end with \r\n.
 *
 *     we       WATCH thames
 *     station  OK
 *     station  LEVEL 4.25        gauge.measured river="thames" metres=4.25
 *     station  PING 17
 *     we       PONG 17
 *
 * A station that says nothing for a minute is taken for gone. */

#include <signalbox/reactor.h>
#include <signalbox/stream.h>

#include "gauge/gauge_signals.h"

/* Connects to the URL, and again when that is lost; NULL: it waits for gauge_take(). Registers its
 * signals with d. Returns 0; what sb_client_create() says; -ENOMEM. */
int gauge_create(struct sb_dispatcher *d, struct sb_reactor *r, const char *url, const char *river,
	struct gauge **ret_gauge, struct sb_error *ret_error);

/* No signal from it any more. May be called in any handler; the memory goes when the turn ends.
 * NULL is fine. */
void gauge_destroy(struct gauge *gauge);

/* Talks over a stream that somebody else made, and owns it. One that was made without a URL. */
void gauge_take(struct gauge *gauge, struct sb_stream *stream);

#endif
