#ifndef SIGNALBOX_SIM_H
#define SIGNALBOX_SIM_H

/* The simulation: simulation.c is time and turns, sim_faults.c chance and the weather, sim_places.c
 * knows who listens where, sim_network.c is what a program does with its ends, sim_delivery.c what
 * arrives at them, sim_trace.c tells of all that. */

#include <signalbox/simulation.h>

#include "private.h"
#include "resolver.h"

TAILQ_HEAD(sim_end_list, sim_end);
TAILQ_HEAD(sim_place_list, sim_place);
TAILQ_HEAD(sim_name_list, sim_name);
TAILQ_HEAD(sim_connection_list, sim_connection);
TAILQ_HEAD(sim_passed_list, sim_passed);

/* A URL that somebody dialled, listened at or changed the reach of; kept to the end. */
struct sim_place {
	TAILQ_ENTRY(sim_place) link;
	enum sb_reach reach;
	struct sim_end *listening; /* or NULL */
	struct sb_url url;
};

/* Bytes under way to an end. */
struct sim_delivery {
	int64_t leaves_ns; /* until then it lies in the sender's memory */
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
	unsigned n_backlog;

	/* Of one of a connection */
	struct sim_connection *connection; /* NULL: listens */
	struct sim_end *peer;
	struct byte_queue bytes; /* from the peer, unread: first what has arrived */
	size_t n_arrived;
	struct byte_queue deliveries; /* of struct sim_delivery */
	/* When these arrive; 0: they do not. In this order, each after all bytes before it. */
	int64_t dial_ns, answer_ns, end_ns, reset_ns;
	int64_t last_ns; /* the latest arrival so far: order is kept */
	int64_t line_free_ns; /* when the peer has sent all that it was given so far */
	int answer; /* 0, or why connecting fails */
	int error; /* of a reset or a refusal; told once, as the system does */
	bool is_reset;
	bool has_descriptor;
	bool is_open; /* somebody has it: a stream or a backlog */
	bool is_answered;
	bool has_ended; /* the peer's end has arrived */
	bool has_shut_down;
};

struct sim_connection {
	TAILQ_ENTRY(sim_connection) link;
	struct sim_end client, server;
	unsigned number; /* from 1, in the order of connecting */
	unsigned client_port;
};

struct sim_resolver {
	struct resolver base;
	struct sb_simulation *sim;
};

struct sb_simulation {
	struct sb_reactor *reactor;
	uint64_t seed, random[4];
	int64_t now_ns;
	int64_t wall_ahead_ns; /* of now_ns */
	unsigned n_turns_at_once; /* without time passing */
	bool takes_signals;
	struct sb_weather weather;
	int64_t next_step_ns; /* of the wall clock; 0: none */
	bool watches_wall; /* an alarm waits, and a step is to end its wait */
	unsigned n_descriptors;
	sb_simulation_trace_fn *trace; /* or NULL */
	void *trace_self;
	struct timer_heap network; /* what arrives, and the work of pools */
	struct sim_end_list hot;
	struct sim_place_list places;
	struct sim_name_list names;
	struct sim_resolver resolver;
	struct sim_connection_list connections;
	struct sim_passed_list passed;
	struct byte_queue spare;
	unsigned n_dialled;
	struct tls_library *tls_library; /* made when it is first asked for */
};

/* Whether it is of a UNIX socket. */
static inline bool
is_local(const struct sim_end *end)
{
	return end->place->url.scheme == SB_SCHEME_UNIX;
}

/* sim_faults.c */
uint64_t sb_sim_random(struct sb_simulation *sim);
void sb_sim_seed(struct sb_simulation *sim, uint64_t seed);

/* A number from 0 to n - 1. */
uint64_t sb_sim_below(struct sb_simulation *sim, uint64_t n);

/* Whether it strikes. Where it cannot, no random number is drawn. */
bool sb_sim_strikes(struct sb_simulation *sim, uint32_t per_million);

/* How many of len bytes are moved at once. */
size_t sb_sim_chop(struct sb_simulation *sim, size_t len);
size_t sb_sim_pipe_size(const struct sb_simulation *sim);

/* How many of len bytes travel as one delivery, and how long sending so many takes. */
size_t sb_sim_piece(const struct sb_simulation *sim, size_t len);
int64_t sb_sim_sending_ns(const struct sb_simulation *sim, size_t len);
int64_t sb_sim_latency_ns(struct sb_simulation *sim);

/* 0, or -EMFILE. */
int sb_sim_take_descriptor(struct sb_simulation *sim, struct sim_end *end);
void sb_sim_give_descriptor(struct sim_end *end);

/* To be called when time has passed: steps the wall clock where that is due. */
void sb_sim_step_clock(struct sb_simulation *sim);

/* When something arrives, work is done, or the clock is stepped and somebody is to notice at once. */
int64_t sb_sim_next_ns(const struct sb_simulation *sim);

/* sim_trace.c */

/* Tells of something, if anybody wants to know. */
SB_PRINTF(2, 3)
void sb_sim_trace(struct sb_simulation *sim, const char *format, ...);

/* The same of an end of a connection: before it stand its URL, its number and its side. */
SB_PRINTF(2, 3)
void sb_sim_trace_end(const struct sim_end *end, const char *format, ...);

/* A sum of bytes, for the trace; 0 where there is none. */
uint32_t sb_sim_sum(const struct sb_simulation *sim, const void *ptr, size_t len);

/* sim_names.c */
void sb_sim_names_init(struct sb_simulation *sim);
void sb_sim_names_finish(struct sb_simulation *sim);
int sb_sim_make_resolver(void *back, struct resolver **ret_resolver);

/* Of all addresses of the name, or of the hosts of the service: 0, -ENOENT when there are none, or
 * -ENOMEM. */
int sb_sim_set_reach_of_name(
	struct sb_simulation *sim, const struct sb_url *url, enum sb_reach reach);

/* sim_places.c */

/* The place of a normalised URL, made when missing; NULL when out of memory. */
struct sim_place *sb_sim_place(struct sb_simulation *sim, const struct sb_url *url);
void sb_sim_places_free(struct sb_simulation *sim);

/* Who hears of a connection to the URL: the listener there, or at all addresses of its kind. */
struct sim_end *sb_sim_find_listening(struct sb_simulation *sim, const struct sb_url *url);

/* Sets a port at which nobody listens: 0, or -EADDRINUSE when there is none. */
int sb_sim_choose_port(struct sb_simulation *sim, struct sb_url *url);

/* sim_pool.c */
struct crew *sb_sim_hire(void *back, struct sb_pool *pool, unsigned n);

/* sim_passed.c */

/* Puts the URL of the socket that was passed by this name into *url, for this one time. */
int sb_sim_take_passed(struct sb_simulation *sim, struct sb_url *url, struct sb_error *ret_error);
void sb_sim_passed_free(struct sb_simulation *sim);

/* sim_delivery.c */

/* To be called when something has happened that its interest may be met by; when it has none. */
void sb_sim_heat(struct sim_end *end);
void sb_sim_cool(struct sim_end *end);

/* A client begins to knock. */
void sb_sim_send_dial(struct sim_end *client);

/* Hands n bytes to the network; 0, or -ENOBUFS when out of memory. */
int sb_sim_send_bytes(struct sim_end *to, const void *ptr, size_t n);
void sb_sim_send_end(struct sim_end *to);

/* What has not left yet is dropped. */
void sb_sim_send_reset(struct sim_end *to);

/* Lets arrive what is due at this end, a struct sim_end. */
void sb_sim_deliver_to(void *self);

/* Lets arrive what is due, and ends the work that is. */
void sb_sim_deliver(struct sb_simulation *sim);

/* Queues the tasks of ends whose interest is met, or only looks; whether there are any. */
bool sb_sim_report(struct sb_simulation *sim, bool queues);

/* url: normalised, without a name. Returns 0, or -ENOMEM. */
int sb_sim_set_reach(struct sb_simulation *sim, const struct sb_url *url, enum sb_reach reach);
void sb_sim_cut_all(struct sb_simulation *sim);

/* sim_network.c */
void sb_sim_network_finish(struct sb_simulation *sim);

int sb_sim_connect(void *back, const struct sb_url *url, struct end **ret_end, int *ret_result);
int sb_sim_listen(void *back, const struct sb_url *url, struct end **ret_end,
	struct sb_url *ret_url, struct sb_error *ret_error);

#endif
