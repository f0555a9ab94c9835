#ifndef SIGNALBOX_PEER_H
#define SIGNALBOX_PEER_H

/* Addresses of peers, to and from text. */

#include <netinet/in.h>

#include "backend.h"

void sb_peer_set_v4(struct peer_address *peer, const struct in_addr *address);

/* Of a URL whose host is an address; any other has no address. */
void sb_peer_from_url(const struct sb_url *url, struct peer_address *ret_peer);

/* "127.0.0.1:50412", "[::1]:50412". */
void sb_peer_print(const struct peer_address *peer, char buf[PEER_CAP]);

#endif
