#ifndef SIGNALBOX_PROGRAM_H
#define SIGNALBOX_PROGRAM_H

/* The life of a program that runs for years: its parts are started in order and stopped in the
 * opposite one, each with a deadline; INT, TERM and HUP arrive as calls; systemd is told. */

#include <stdbool.h>
#include <stdint.h>

#include <signalbox/base.h>
#include <signalbox/reactor.h>

SB_C_BEGIN

struct sb_program;

/* A part of the program: an object that is started and stopped. */
struct sb_part {
	const char *name; /* for reports: "the web" */

	/* Begins to start; sb_part_started() says that it is through, from within or later. Returns
	 * 0, or a negative errno with the reason: then the program stops. NULL: nothing to do. */
	int (*start)(void *self, struct sb_error *ret_error);

	/* Begins to stop (listeners close, what is queued is written, goodbye is said);
	 * sb_part_stopped() says that it is through, from within or later. NULL: nothing to do. */
	void (*stop)(void *self);

	/* The deadline of the stop has passed: what is left is to be dropped at once. It counts as
	 * stopped when this returns. NULL: it is left as it is. */
	void (*abort)(void *self);

	/* HUP: read your configuration again. NULL: nothing to do. */
	void (*reload)(void *self);

	int64_t start_timeout_ns; /* 90 s; a start that takes longer is -ETIMEDOUT */
	int64_t stop_timeout_ns; /* 10 s */
};

struct sb_program_events {
	/* All parts are started: READY has been told to systemd. May be NULL. */
	void (*ready)(void *self);

	/* Who holds up the stop, and for how long by now: told when a part has been stopping for a
	 * second, then every five, and when its deadline has passed (was_aborted). May be NULL. */
	void (*held_up)(void *self, const char *part, int64_t for_ns, bool was_aborted);

	/* All parts are stopped, in order, or after one could not start: error->code is why, or 0.
	 * The reactor is stopped after this turn. signal_number: what ended it, or 0. */
	void (*over)(void *self, int signal_number, const struct sb_error *error);
};

/* Takes INT and TERM (stop, the second time: abort all that still stops) and HUP (reload) of the
 * process, and tells systemd where NOTIFY_SOCKET is set: see <signalbox/notify.h>. Returns 0;
 * -EBUSY when another reactor has the signals; -ENOMEM. events must outlive it. */
SB_API int sb_program_create(struct sb_reactor *r, const struct sb_program_events *events,
	const char *place, void *self, struct sb_program **ret_program, struct sb_error *ret_error);

/* Gives the signals back. Its parts are not touched. NULL is fine. */
SB_API void sb_program_destroy(struct sb_program *program);

/* Adds a part, started after those added before and stopped before them. *part must outlive the
 * program. Before sb_program_start(). Returns its number, from 0, or -ENOMEM. */
SB_API int sb_program_add(struct sb_program *program, const struct sb_part *part, void *self);

/* Starts the parts, one after the other, from the next turn on. */
SB_API void sb_program_start(struct sb_program *program);

/* Stops them, as TERM does. Again is harmless. */
SB_API void sb_program_stop(struct sb_program *program);

/* What a part says of itself; number: as sb_program_add() gave it. Again is harmless. */
SB_API void sb_part_started(struct sb_program *program, int number);
SB_API void sb_part_stopped(struct sb_program *program, int number);

SB_C_END

#endif
