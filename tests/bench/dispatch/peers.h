#ifndef BENCH_DISPATCH_PEERS_H
#define BENCH_DISPATCH_PEERS_H

/* Whoever can do what a dispatcher does, so that each is asked for the same. What they call adds
 * the event's value, which is 1, to the counter of its connection. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct counter {
	uint64_t n;
};

struct peer {
	const char *name;
	/* That many objects with one signal each, and room to keep n connections. */
	void *(*create)(size_t n_objects, size_t n);
	/* The k-th of n connections, to object k where there are many, to counters[k]. */
	void (*connect)(void *self, struct counter *counters, size_t n);
	/* Those of these numbers, one after the other. */
	void (*disconnect)(void *self, const uint32_t *order, size_t n);
	/* The first object's signal; that of each object of the order in turn. NULL: not asked. */
	void (*emit)(void *self, size_t times);
	void (*emit_each)(void *self, const uint32_t *order, size_t n);
	void (*destroy)(void *self);
};

/* The floors: an array of {fn, self}, a call of an empty function, and a uthash table as it comes,
 * by pairs of signal and object, of {fn, self}. */
extern const struct peer peer_array, peer_empty, peer_uthash;
/* Ours, with receivers of anyone, or of each sender; and with as many priorities as there are
 * connections, in no order. */
extern const struct peer peer_ours, peer_ours_senders, peer_ours_mixed;
/* Those that are installed, up to NULL. */
extern const struct peer peer_gsignal, peer_sigc, peer_signals2;
extern const struct peer *const peers_installed[];

#ifdef __cplusplus
}
#endif

#endif
