#ifndef PORTER_H
#define PORTER_H

/* The smallest whole protocol, which the examples of the test kit test: a server that asks each
 * guest for a name. Lines end with \r\n.
 *
 *     we     who are you?
 *     guest  bob              porter.arrived name="bob"
 *     we     hello bob
 *     guest  bye
 *     we     bye              and we close; porter.left name="bob" error=0
 *
 * A line of more than 63 bytes is answered by aborting the connection. */

#include <signalbox/reactor.h>
#include <signalbox/listener.h>
#include <signalbox/stream.h>

#include "porter/porter_signals.h"

/* Makes a porter, and registers its signals with d; url NULL: it does not listen. Returns 0; what
 * sb_listener_open() says; -ENOMEM. */
int porter_create(struct sb_dispatcher *d, struct sb_reactor *r, const char *url,
	struct porter **ret_porter, struct sb_error *ret_error);

/* Aborts every guest; no signal from it any more. May be called in any handler; the memory goes
 * when the turn ends. NULL is fine. */
void porter_destroy(struct porter *porter);

/* Takes a guest on a transport that somebody else made, and owns it from now on. Returns 0; or
 * -ENOMEM, and the stream is still the caller's. */
int porter_take(struct porter *porter, struct sb_stream *stream);

#endif
