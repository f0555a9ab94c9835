#ifndef PROTOCOLS_IRC_REJOIN_H
#define PROTOCOLS_IRC_REJOIN_H

/* When a channel that does not let us in, or throws us out, is tried again. The numerics are those of
 * RFC 2812, section 5.2 and modern.ircdocs.horse; 470, 477, 480 and 489 those of servers
 * (Solanum, UnrealIRCd, InspIRCd, ircd-hybrid). */

#include <stdint.h>

enum sb_rejoin {
	SB_REJOIN_NO_REFUSAL, /* it says nothing of a JOIN */
	SB_REJOIN_LATER,
	SB_REJOIN_NEVER, /* no channel can have that name */
};

/* What a numeric says, "473", that names a channel which we asked to join, the n-th refusal in a row,
 * from 1. 403 is also said of what was written to a channel before we joined it: only the third in a
 * row is believed. */
enum sb_rejoin sb_rejoin_judge(const char *numeric, unsigned n);

/* How long to wait after the n-th refusal in a row, from 1: 30 s, twice as long each time, to 12 min;
 * and up to a quarter more, so that those who were refused together do not come together. */
int64_t sb_rejoin_refused_ns(unsigned n, uint64_t random);

/* After the n-th kick in a row, from 1: 5 s, then as above. */
int64_t sb_rejoin_kicked_ns(unsigned n, uint64_t random);

#endif
