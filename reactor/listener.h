#ifndef SIGNALBOX_LISTENER_PRIVATE_H
#define SIGNALBOX_LISTENER_PRIVATE_H

/* The listener: listener.c accepts, listener_limits.c refuses. */

#include "peer_counts.h"
#include "stream.h"

struct sb_listener {
	struct sb_reactor *reactor;
	const struct sb_acceptor *acceptor;
	void *self;
	struct end *end; /* NULL: drains, or closed and freed when the turn ends */
	struct task task;
	struct sb_timer timer; /* started: accepting rests */
	struct sb_reap reap;
	TAILQ_ENTRY(sb_listener) link;
	struct origin *origin; /* of its streams */
	size_t n_streams;
	const char *place;
	bool is_paused;
	bool has_failed; /* and `failed` was told */
	bool is_closed;

	/* Once it drains. */
	sb_call_fn *drained;
	const char *drained_place;
	void *drained_self;

	unsigned max_total, max_per_peer;
	struct peer_counts *counts; /* NULL: nobody asks */
	char *refusal; /* NULL: who is refused is told nothing */
	struct origin *farewell; /* of the streams that tell it; with refusal */
	unsigned n_farewells;
	char url[SB_URL_CAP];
};

/* listener_limits.c */

/* Whether one more connection of this peer is too many. */
bool sb_listener_is_over_limits(const struct sb_listener *l, const struct peer_address *peer);

/* Says so, and closes the end. The listener may be closed afterwards. */
void sb_listener_refuse(struct sb_listener *l, struct end *end, const struct peer_address *peer);

/* Frees what the limits need; for one that is closed. */
void sb_listener_drop_limits(struct sb_listener *l);

#endif
