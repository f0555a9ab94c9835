#ifndef SIGNALBOX_RESOLVER_CHANNEL_H
#define SIGNALBOX_RESOLVER_CHANNEL_H

/* c-ares on the loop: a channel asks the servers that resolv.conf named when it was made; when the
 * file has changed there is a new one, and the old one lives until it has no look-up any more. */

#include <sys/stat.h>

#include <ares.h>

#include "private.h"
#include "resolver_search.h"

LIST_HEAD(channel_list, channel);
LIST_HEAD(watched_list, watched);

struct channels {
	struct sb_reactor *reactor;
	const char *conf;
	uint16_t port;
	struct stat conf_status; /* as of when the first channel was made; all 0: there was none */
	int64_t looked_ns; /* at the file */
	int64_t doubt_ns; /* until then it is not read again without a change */
	bool is_doubted; /* nobody answered at the servers that it names */
	struct channel_list list; /* the first is asked, the others only have not ended yet */
};

struct channel {
	struct channels *owner;
	ares_channel ares;
	struct resolver_conf conf;
	struct sb_timer timer;
	struct task task; /* queued: to see when the timer is due */
	struct watched_list sockets;
	size_t n_lookups; /* the user's to count */
	LIST_ENTRY(channel) link;
};

/* conf is borrowed. Returns 0, -ENOMEM, or why the file cannot be read or c-ares cannot begin: then
 * there is nothing to finish. */
int sb_channels_init(
	struct channels *channels, struct sb_reactor *r, const char *conf, uint16_t port);

/* There is no look-up any more. */
void sb_channels_finish(struct channels *channels);

/* The one to ask. The file is looked at once a second, and at once when its servers are in doubt. */
struct channel *sb_channels_take(struct channels *channels);

/* After each call into c-ares, and never from within one. The channel may be gone then. */
void sb_channel_settle(struct channel *channel);

/* Takes how a query ended: silent servers, and those out of reach, are a reason to read the file
 * again. */
void sb_channel_doubt(struct channel *channel, int status);

/* What c-ares returned, as 0 or a negative errno; errno was 0 before. */
int sb_ares_errno(int status);

#endif
