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

	/* The deadline of the stop has passed, or the program was told a second time to stop: what
	 * is left is to be dropped at once; then perhaps without a `stop` before. It counts as
	 * stopped when this returns. NULL: it is left as it is. */
	void (*abort)(void *self);

	/* HUP: read your configuration again. While parts are being started it waits until all
	 * are; while they are being stopped it is passed over. NULL: nothing to do. */
	void (*reload)(void *self);

	/* 0: 90 s; negative: none. A start that takes longer is -ETIMEDOUT, and it is stopped with
	 * those before it. */
	int64_t start_timeout_ns;
	int64_t stop_timeout_ns; /* 0: 10 s; a stop has an end, so none is negative */
};

struct sb_program_events {
	/* All parts are started: READY has been told to systemd. May be NULL. */
	void (*ready)(void *self);

	/* Who holds up the stop, and for how long by now: told when a part has been stopping for a
	 * second, then every five, and when its deadline has passed (was_aborted: it is dropped
	 * now). May be NULL. */
	void (*held_up)(void *self, const char *part, int64_t for_ns, bool was_aborted);

	/* All parts are stopped, in order, or after one could not start: error->code is why, or 0.
	 * The reactor is stopped after this turn. signal_number: what ended it, or 0. */
	void (*over)(void *self, int signal_number, const struct sb_error *error);
};

/* Takes INT and TERM (stop, the second time: abort all that is not stopped yet, at once) and HUP
 * (reload) of the process, and tells systemd where NOTIFY_SOCKET is set: READY, RELOADING, STOPPING
 * (<signalbox/notify.h>), again until it has room for it. PIPE, where it would end the process, is ignored: no write of the reactor
 * raises it, those of other libraries and to standard output may. Returns 0; -EBUSY when another
 * reactor has the signals; -ENOMEM. events must outlive it. */
SB_API int sb_program_create(struct sb_reactor *r, const struct sb_program_events *events,
	const char *place, void *self, struct sb_program **ret_program, struct sb_error *ret_error);

/* Gives the signals back. Its parts are not touched. In any callback of its own, too. NULL is
 * fine. */
SB_API void sb_program_destroy(struct sb_program *program);

/* Adds a part, started after those added before and stopped before them. *part must outlive the
 * program. Before sb_program_start(). Returns its number, from 0, or -ENOMEM. */
SB_API int sb_program_add(struct sb_program *program, const struct sb_part *part, void *self);

/* Starts the parts, one after the other, from the next turn on: those that say at once that
 * they are started, in one turn. Once.
 * From now on, until it is over, it keeps the reactor running. */
SB_API void sb_program_start(struct sb_program *program);

/* Stops them, as TERM does, from the next turn on; before they are started, too: then it is just
 * over. Again is harmless, and no second TERM. */
SB_API void sb_program_stop(struct sb_program *program);

/* What a part says of itself; number: as sb_program_add() gave it. Again is harmless, as is what
 * was not asked for. */
SB_API void sb_part_started(struct sb_program *program, int number);
SB_API void sb_part_stopped(struct sb_program *program, int number);

SB_C_END

#endif
