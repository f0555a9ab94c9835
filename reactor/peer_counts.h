#ifndef SIGNALBOX_PEER_COUNTS_H
#define SIGNALBOX_PEER_COUNTS_H

/* How many connections each peer has: an IPv4 address, or a /64 of IPv6. Who has no address is not
 * counted. */

#include "backend.h"

struct peer_counts;

/* NULL when out of memory. */
struct peer_counts *sb_peer_counts_create(struct sb_reactor *r);
void sb_peer_counts_destroy(struct peer_counts *counts);

/* One more: 0, or -ENOMEM. One less: of those that were added. */
int sb_peer_counts_add(struct peer_counts *counts, const struct peer_address *peer);
void sb_peer_counts_remove(struct peer_counts *counts, const struct peer_address *peer);

unsigned sb_peer_counts_of(const struct peer_counts *counts, const struct peer_address *peer);

#endif
