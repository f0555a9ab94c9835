#ifndef SIGNALBOX_RESOLVER_H
#define SIGNALBOX_RESOLVER_H

/* Names to addresses and services to hosts: /etc/hosts and DNS, by c-ares, without threads; in a
 * simulation its table (sb_simulation_set_name()). sb_stream_connect() looks names up by itself;
 * this is for programs that want the addresses.
 *
 * /etc/resolv.conf is read again when it has changed. The other sources of nsswitch.conf (mDNS,
 * sssd) are not asked. */

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
	char host[256]; /* an address, "192.0.2.1" or "2001:db8::1"; of a service: a name */
	uint16_t port; /* of a service; else 0 */
};

/* answers: in the order to try them: addresses by RFC 6724, services by priority and, among equals,
 * at random by weight; borrowed for the call. n 0 and error->code: -ENOENT there is no such name,
 * -ENODATA it has none of the kind (also a service whose only target is "."), -ETIMEDOUT,
 * -EAGAIN the servers failed, -ENOMEM; the text names the name and the reason. Otherwise code
 * is 0. */
typedef void sb_lookup_fn(
	void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error);

struct sb_lookup;

/* Looks the name up; fn is called once, in a later turn, never from within this call. place: as
 * SB_HANDLER(fn) gives it. Returns 0; -EINVAL for what is no name; -ENOMEM; -EMFILE and the like
 * when the resolver cannot be made. */
SB_API int sb_lookup_start(struct sb_reactor *r, enum sb_lookup_kind kind, const char *name,
	sb_lookup_fn *fn, const char *place, void *self, struct sb_lookup **ret_lookup,
	struct sb_error *ret_error);

/* fn is not called any more. Only before it was called; in it the lookup is over already. Others
 * are not disturbed. NULL is fine. */
SB_API void sb_lookup_cancel(struct sb_lookup *lookup);

SB_C_END

#endif
