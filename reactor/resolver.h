#ifndef SIGNALBOX_RESOLVER_PRIVATE_H
#define SIGNALBOX_RESOLVER_PRIVATE_H

/* Who answers look-ups: resolver.c tells the answers, resolver_ares.c finds them by c-ares,
 * sim_names.c in a simulation's table. */

#include <signalbox/resolver.h>

#include "private.h"

struct sb_lookup {
	struct sb_reactor *reactor;
	enum sb_lookup_kind kind;
	sb_lookup_fn *fn;
	const char *place;
	void *self;
	void *query; /* the resolver's, while it looks */
	struct task task; /* queued: it is answered */
	struct sb_reap reap;
	TAILQ_ENTRY(sb_lookup) link;
	int code;
	const char *detail; /* of a failure of the servers, or NULL */
	struct sb_answer *answers;
	size_t n;
	char name[];
};

struct resolver_ops;

/* First in the struct of whoever makes it. */
struct resolver {
	const struct resolver_ops *ops;
};

struct resolver_ops {
	/* Looks lookup->name up, which is no address. Returns 0, and sb_lookup_answer() comes, even
	 * before this returns; or a negative errno. */
	int (*start)(struct resolver *resolver, struct sb_lookup *lookup);

	/* The look-up, not yet answered, is no more. */
	void (*cancel)(struct resolver *resolver, struct sb_lookup *lookup);

	/* There is no look-up any more. */
	void (*destroy)(struct resolver *resolver);
};

enum { ANSWERS_MAX = 32 }; /* of a look-up; who has more means us no good */

/* A record of RFC 2782. */
struct service {
	uint16_t priority, weight, port;
	char host[256];
};

/* resolver.c */

/* Ends the look-up with n answers, copied; or with n 0, and code as sb_lookup_fn() has it; detail is
 * static. It is told in a later turn. */
void sb_lookup_answer(struct sb_lookup *lookup, const struct sb_answer *answers, size_t n, int code,
	const char *detail);

/* The same with services, which it puts in order. */
void sb_lookup_answer_services(struct sb_lookup *lookup, struct service *services, size_t n);

/* Whether it is spelt as a name or an address is. */
bool sb_lookup_can_be_host(const char *name);

/* Writes the name so that it is not searched for: with a final dot, or an address as it is. */
void sb_lookup_spell_whole(const char *name, char *buf, size_t cap);

/* Why a look-up failed: of a service, or of both families. */
const char *sb_lookup_words(int code, bool is_service);

/* Describes the look-up that *at counts down to, as "look-up NAME PLACE", if there are so many. */
bool sb_lookups_describe(const struct sb_reactor *r, size_t *at, char *buf, size_t cap);

/* Ends the resolver of a reactor, if it has one. */
void sb_resolver_finish(struct sb_reactor *r);

/* resolver_ares.c */

/* Reads conf, borrowed, for the servers, and asks them at their port. Returns 0, -ENOMEM, or what
 * the system says. */
int sb_ares_create(
	struct sb_reactor *r, const char *conf, uint16_t port, struct resolver **ret_resolver);

#endif
