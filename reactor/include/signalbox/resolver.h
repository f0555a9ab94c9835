#ifndef SIGNALBOX_RESOLVER_H
#define SIGNALBOX_RESOLVER_H

/* Names to addresses and services to hosts: /etc/hosts and DNS, by c-ares, without threads; in a
 * simulation its table (sb_simulation_set_name()). sb_stream_connect() looks names up by itself;
 * this is for programs that want the addresses.
 *
 * A name that /etc/hosts has (or the file that CARES_HOSTS names) is asked for nowhere else, not for
 * the other family either; localhost is 127.0.0.1 and ::1. The servers are those of /etc/resolv.conf,
 * which is read again when it has changed; addresses with a scope (fe80::1%eth0) are not among them.
 * Of it count too search, domain, and the options ndots, timeout (or retrans, in ms), attempts (or
 * retry) and rotate; LOCALDOMAIN and RES_OPTIONS override it. The other sources of nsswitch.conf
 * (mDNS, sssd) are not asked.
 *
 * A name without a final dot is searched for, a service is not. The search goes on where there is no
 * such name, and where the servers fail, and ends at the first name there is, whichever families it
 * has: so the addresses of both are of one host.
 *
 * Servers that keep silent are waited for 15 s in all. With `options timeout:N attempts:N` each is
 * given N seconds, and in each further attempt twice as long as before; where only one is said, there
 * are two attempts, or 5 s for the servers together. */

#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

enum sb_lookup_kind {
	SB_LOOKUP_IPV4, /* A */
	SB_LOOKUP_IPV6, /* AAAA */
	SB_LOOKUP_SERVICE, /* SRV, RFC 2782 */
};

struct sb_answer {
	char host[256]; /* an address, "192.0.2.1" or "2001:db8::1"; of a service: a whole name,
			   which with a final dot is not searched for */
	uint16_t port; /* of a service; else 0 */
};

/* answers: in the order to try them: addresses by RFC 6724, services by priority and, among equals,
 * at random by weight; borrowed for the call. n 0 and error->code: -ENOENT there is no such name,
 * -ENODATA it has none of the kind (also a service whose only target is "."), -ETIMEDOUT the
 * servers kept silent, -EAGAIN they are out of reach or failed, -ENOMEM; the text names the name and
 * the reason. Otherwise code is 0. */
typedef void sb_lookup_fn(
	void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error);

struct sb_lookup;

/* Looks the name up; fn is called once, in a later turn, never from within this call. place: as
 * SB_HANDLER(fn) gives it. Returns 0; -EINVAL for what is no name, which a number that is no address
 * (127.1) is not either; -ENOMEM; -EMFILE, -EACCES and the like when the resolver cannot be made, as
 * when /etc/resolv.conf cannot be read. */
SB_API int sb_lookup_start(struct sb_reactor *r, enum sb_lookup_kind kind, const char *name,
	sb_lookup_fn *fn, const char *place, void *self, struct sb_lookup **ret_lookup,
	struct sb_error *ret_error);

/* fn is not called any more. Only before it was called; in it the lookup is over already. Others
 * are not disturbed. NULL is fine. */
SB_API void sb_lookup_cancel(struct sb_lookup *lookup);

SB_C_END

#endif
