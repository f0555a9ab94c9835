#ifndef SIGNALBOX_IRCD_H
#define SIGNALBOX_IRCD_H

/* A small IRC server to embed: enough for people with an ordinary client to register, join
 * channels, talk, see names and topics, change nicks and leave (RFC 2812). No operators, no links
 * to others. What happens on it becomes signals, <signalbox/ircd_signals.h>.
 *
 * It pings who has been silent for 90 s and drops who does not answer within as much again; whoever
 * has not registered after a minute; and whoever lets more than 256 KiB pile up unread, by what
 * others say: a client that does not read its answers is not read either, and LIST, WHO and NAMES
 * are broken off with numeric 416 before their usual end where more than 128 KiB of answers would
 * wait. */

#include <signalbox/ircd_signals.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_ircd;

/* All is copied. NULL and 0 take the default. */
struct sb_ircd_options {
	const char *url; /* where to listen; needed */
	const char *name; /* of the server, at most 63 bytes; "irc.local" */
	const char *network; /* for ISUPPORT, at most 63 bytes; "Signalbox" */
	size_t max_clients; /* connections; who comes beyond is told so and closed; 1024 */
	/* The same for those of one IPv4 address, or one /64 of IPv6, but that over TLS they are told
	 * nothing; 64. */
	size_t max_per_peer;
};

/* Listens, and registers its signals with d. place is for reports: SB_PLACE. Returns 0; or what
 * sb_listener_open() says; -EINVAL for a name or a network that is too long or holds what IRC
 * allows in neither; -EEXIST as sb_register(); -ENOMEM. */
SB_API int sb_ircd_create(struct sb_dispatcher *d, struct sb_reactor *r,
	const struct sb_ircd_options *options, const char *place, struct sb_ircd **ret_ircd,
	struct sb_error *ret_error);

/* Stops listening, aborts every client, no signal from it any more. May be called in any handler;
 * the memory goes when the turn ends. NULL is fine. */
SB_API void sb_ircd_destroy(struct sb_ircd *ircd);

/* Stops listening, tells every client ERROR with the reason, and closes each once it has been told,
 * within 10 s; then sb_ircd_n_clients() is 0. Nobody is on the network any more when the first has
 * closed: ircd.quit has come for each by then, after this call. Again is harmless.
 * reason holds no CR or LF; NULL: "Shutting down". */
SB_API void sb_ircd_shut(struct sb_ircd *ircd, const char *reason);

/* Where it listens, or listened, with the port it took; borrowed while it lives. */
SB_API const char *sb_ircd_url(const struct sb_ircd *ircd);

/* Connections there are, registered or not; those that are being closed too. */
SB_API size_t sb_ircd_n_clients(const struct sb_ircd *ircd);

SB_C_END

#endif
