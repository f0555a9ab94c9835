#ifndef SIGNALBOX_RACE_H
#define SIGNALBOX_RACE_H

/* Connecting (RFC 8305): the addresses of a name, or of the hosts of a service, race for being the
 * first that answers. What needs no name goes the same way, with one attempt. */

#include "private.h"

struct race;

/* Called once. end: the winner's, which is the callee's from now on, with the address it went to;
 * from the loop, and the race touches nothing after. Or NULL, and code is why the last of them
 * failed; this may come from within sb_race_start(). */
typedef void race_fn(void *self, struct end *end, const struct peer_address *peer, int code);

/* url is normalised. Returns 0; or a negative errno when there is nothing to connect with. */
int sb_race_start(struct sb_reactor *r, const struct sb_url *url, race_fn *fn, void *self,
	struct race **ret_race);

/* Gives up what is under way. It can still be asked how it went. NULL is fine. */
void sb_race_stop(struct race *race);

/* NULL is fine. */
void sb_race_destroy(struct race *race);

/* Writes "192.0.2.1:17: Connection refused; [2001:db8::1]:17: no answer; and 3 more", as much as
 * there is room for; "" when there was no name. */
void sb_race_report(const struct race *race, char *buf, size_t cap);

#endif
