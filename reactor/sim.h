#ifndef SIGNALBOX_SIM_H
#define SIGNALBOX_SIM_H

/* The simulation: simulation.c is time, chance and turns, sim_places.c knows who listens where,
 * sim_network.c moves bytes. */

#include <signalbox/simulation.h>

#include "private.h"

TAILQ_HEAD(sim_end_list, sim_end);
TAILQ_HEAD(sim_place_list, sim_place);
TAILQ_HEAD(sim_connection_list, sim_connection);

/* A URL that somebody dialled, listened at or changed the reach of; kept to the end. */
struct sim_place {
	TAILQ_ENTRY(sim_place) link;
	enum sb_reach reach;
	struct sim_end *listening; /* or NULL */
	struct sb_url url;
};

/* Bytes under way to an end. */
struct sim_delivery {
	int64_t at_ns;
	size_t len;
	bool cuts; /* instead of all its bytes, a few come, and then a reset */
};

struct sim_end {
	struct end base;
	struct sb_simulation *sim;
	struct sb_timer due; /* in sim->network: when the next thing arrives here */
	TAILQ_ENTRY(sim_end) hot_link; /* of those whose interest may have been met */
	TAILQ_ENTRY(sim_end) backlog_link;
	bool is_hot;
	struct sim_place *place; /* where it listens, or its client dialled */

	/* Of one that listens */
	struct sim_end_list backlog;

	/* Of one of a connection */
	struct sim_connection *connection; /* NULL: listens */
	struct sim_end *peer;
	struct byte_queue bytes; /* from the peer, unread: first what has arrived */
	size_t n_arrived;
	struct byte_queue deliveries; /* of struct sim_delivery */
	/* When these arrive; 0: they do not. In this order, each after all bytes before it. */
	int64_t dial_ns, answer_ns, end_ns, reset_ns;
	int64_t last_ns; /* the latest arrival so far: order is kept */
	int answer; /* 0, or why connecting fails */
	int error; /* it was reset, or never connected */
	bool is_open; /* somebody has it: a stream or a backlog */
	bool is_answered;
	bool has_ended; /* the peer's end has arrived */
	bool has_shut_down;
};

struct sim_connection {
	TAILQ_ENTRY(sim_connection) link;
	struct sim_end client, server;
	unsigned client_port;
};

struct sb_simulation {
	struct sb_reactor *reactor;
	uint64_t seed, random[4];
	int64_t now_ns;
	int64_t wall_ahead_ns; /* of now_ns */
	unsigned n_turns_at_once; /* without time passing */
	bool takes_signals;
	struct sb_weather weather;
	struct timer_heap network;
	struct sim_end_list hot;
	struct sim_place_list places;
	struct sim_connection_list connections;
	struct byte_queue spare;
	unsigned n_dialled;
	void *tls_library; /* made when it is first asked for */
};

/* simulation.c */
uint64_t sb_sim_random(struct sb_simulation *sim);

/* sim_places.c */

/* The place of a normalised URL, made when missing; NULL when out of memory. */
struct sim_place *sb_sim_place(struct sb_simulation *sim, const struct sb_url *url);
void sb_sim_places_free(struct sb_simulation *sim);

/* Who hears of a connection to the URL: the listener there, or at all addresses of its kind. */
struct sim_end *sb_sim_find_listening(struct sb_simulation *sim, const struct sb_url *url);

/* Sets a port at which nobody listens: 0, or -EADDRINUSE when there is none. */
int sb_sim_choose_port(struct sb_simulation *sim, struct sb_url *url);

/* sim_network.c */

/* Lets arrive what is due. */
void sb_sim_deliver(struct sb_simulation *sim);

/* Queues the tasks of ends whose interest is met, or only looks; whether there are any. */
bool sb_sim_report(struct sb_simulation *sim, bool queues);

void sb_sim_set_reach(struct sb_simulation *sim, struct sim_place *place, enum sb_reach reach);
void sb_sim_cut_all(struct sb_simulation *sim);
void sb_sim_network_finish(struct sb_simulation *sim);

int sb_sim_connect(void *back, const struct sb_url *url, struct end **ret_end, int *ret_result);
int sb_sim_listen(void *back, const struct sb_url *url, struct end **ret_end,
	struct sb_url *ret_url, struct sb_error *ret_error);

#endif
