#ifndef SIGNALBOX_SIMULATION_H
#define SIGNALBOX_SIMULATION_H

/* A reactor without sockets and without waiting: virtual time, and a network in memory. Clients and
 * servers of one program talk to each other through it, by the same URLs; the same core runs over
 * it as over libev. Every random choice comes from one seed: the same seed and the same program are
 * the same run.
 *
 * Time passes only when nothing is left to do at its moment. A program that never waits (a timer of
 * 0 that starts itself again) does not stop it for good: after 100 000 turns at one moment each
 * takes 1 us. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>
#include <signalbox/resolver.h>

SB_C_BEGIN

struct sb_simulation;

/* How the network treats its connections. All zero: at once, whole, and without a fault. */
struct sb_weather {
	int64_t latency_min_ns, latency_max_ns; /* of each delivery, one way; order is kept */
	bool chops; /* reads and writes take a random number of bytes, often one */
	uint32_t cut_per_million; /* of deliveries that reset the connection, at a random byte */
	size_t pipe_size; /* bytes under way at once, one way; 0: 64 KiB */
	uint64_t bytes_per_s; /* of each connection, one way; 0: no limit */
	uint32_t refuse_per_million; /* of new connections, though somebody listens */
	uint32_t vanish_per_million; /* of new connections: never answered */
	uint32_t fail_names_per_million; /* of look-ups: -EAGAIN */
	int64_t name_min_ns, name_max_ns; /* how long a look-up takes, beside its own delay */
	int64_t work_min_ns, work_max_ns; /* how long the work of a pool takes */
	/* Of the process, for ends of connections and listeners: beyond, connecting, listening and
	 * accepting are -EMFILE. 0: no limit. */
	unsigned max_descriptors;
	/* The wall clock is stepped at random, on average once in so much time, by at most
	 * step_wall_max_ns either way. 0: it is not. */
	int64_t step_wall_every_ns, step_wall_max_ns;
};

/* NULL when out of memory. Time begins at 1 s monotonic, and the wall at 2001-09-09T01:46:40Z. */
SB_API struct sb_simulation *sb_simulation_create(uint64_t seed);

/* Destroys its reactor too; see sb_reactor_destroy(). NULL is fine. Unlike a reactor it may be
 * destroyed after a test has left one of its callbacks by longjmp. */
SB_API void sb_simulation_destroy(struct sb_simulation *sim);

/* Its reactor; borrowed. */
SB_API struct sb_reactor *sb_simulation_reactor(struct sb_simulation *sim);

/* The seed it was made with, for a test to print. */
SB_API uint64_t sb_simulation_seed(const struct sb_simulation *sim);

/* Changes the weather, for what is sent from now on. */
SB_API void sb_simulation_set_weather(struct sb_simulation *sim, const struct sb_weather *weather);

/* What happens to new connections to this URL, wherever anybody listens. */
enum sb_reach {
	SB_REACHED, /* as usual: refused where nobody listens */
	SB_REFUSED, /* refused though somebody listens */
	SB_BLACK_HOLED, /* never answered; what is connected hears nothing more either */
};
/* Of a name it is what happens at each address that the name has now (sb_simulation_set_name()), at
 * that port; of a service, at each of its hosts. Returns 0; -EINVAL and the like for the URL, or where
 * nobody connects to a place (fd:, stdio:); -ENOENT for a name without addresses; or -ENOMEM. */
SB_API int sb_simulation_set_reach(struct sb_simulation *sim, const char *url, enum sb_reach reach);

/* Sets what a look-up of this name and kind answers, after delay_ns: `answers` are n texts, for
 * addresses "192.0.2.1" or "2001:db8::1", for a service "priority weight port host"; or with n 0
 * this error, as sb_lookup_fn() lists them. delay_ns INT64_MAX: no answer ever. A name that was not
 * set is -ENOENT. Names are the same in any case. Returns 0, -EINVAL for an answer that is none,
 * -ENOMEM. */
SB_API int sb_simulation_set_name(struct sb_simulation *sim, const char *name,
	enum sb_lookup_kind kind, const char *const *answers, size_t n, int error,
	int64_t delay_ns);

/* The socket that systemd would pass as `name`: listening at systemd://name is listening here. */
SB_API int sb_simulation_pass_socket(struct sb_simulation *sim, const char *name, const char *url);

/* Told of everything that a run depends on, one line each without a newline, "1.000250000 tcp://..
 * 17 bytes": connections, deliveries, resets, timers, look-ups, work. Two runs of one seed have
 * the same lines. line is borrowed for the call, which must call nothing. fn NULL: no more. */
typedef void sb_simulation_trace_fn(void *self, const char *line);
SB_API void sb_simulation_on_trace(
	struct sb_simulation *sim, sb_simulation_trace_fn *fn, void *self);

/* Resets every connection there is; listeners stay. */
SB_API void sb_simulation_cut_all(struct sb_simulation *sim);

/* Runs turns until this much virtual time has passed, or it is stopped, or nothing can happen any
 * more (time passes all the same). Returns 0, or -EBUSY within a callback. */
SB_API int sb_simulation_run_for(struct sb_simulation *sim, int64_t duration_ns);

/* Runs until is_so(self) holds at the end of a turn: 0. Returns -ETIMEDOUT when it does not within
 * limit_ns of virtual time, -ECANCELED when stopped, -EBUSY within a callback. */
SB_API int sb_simulation_run_until(
	struct sb_simulation *sim, bool (*is_so)(void *self), void *self, int64_t limit_ns);

/* Runs until nothing is under way: no bytes, no posted call, no timer due now. Time passes only as
 * deliveries need it; timers due later do not fire, unless the deliveries take until then. Not in a
 * callback, and not for a program that never rests: ten million turns are an sb_assert. */
SB_API void sb_simulation_settle(struct sb_simulation *sim);

/* Steps the wall clock, forward or back; monotonic time does not notice. */
SB_API void sb_simulation_step_wall(struct sb_simulation *sim, int64_t by_ns);

/* As if the process were sent SIGINT, SIGTERM or SIGHUP. Somebody must have asked for them:
 * without, that would end the process. */
SB_API void sb_simulation_raise(struct sb_simulation *sim, int signal_number);

SB_C_END

#endif
