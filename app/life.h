#ifndef QUOTH_LIFE_H
#define QUOTH_LIFE_H

/* The life of the program: in which order its parts end, how long each may take for it, and what
 * INT, TERM and HUP do. The parts are made by others. */

#include <signalbox/reactor.h>

#include "log.h"
#include "networks.h"
#include "servers.h"

struct life;

/* Each is called in a turn of the reactor. */
struct life_events {
	void (*ready)(void *self); /* once: all parts are there */
	void (*reload)(void *self); /* HUP, not before it is ready */
	void (*over)(void *self); /* once: all parts have ended, or their time is up */
	void *self;
};

/* Takes the signals of the process: those that come from now on wait until the reactor runs. It
 * borrows r, which outlives it, and copies *log and *events. Returns 0, or a negative errno with
 * an error. */
int life_create(struct sb_reactor *r, const struct log *log, const struct life_events *events,
	struct life **ret_life, struct sb_error *ret_error);

/* Gives the signals back; the parts stay as they are. NULL is fine. */
void life_destroy(struct life *life);

/* Begins, with these parts, which outlive it. waits_for_bot: it is not ready before
 * life_bot_is_there(). */
void life_start(
	struct life *life, struct servers *servers, struct networks *networks, bool waits_for_bot);
void life_bot_is_there(struct life *life);

/* Ends: no more quotes of the day, then no more requests, those that are there are answered within
 * 2 s; then the bot says goodbye everywhere within 5 s; then the IRC server to its clients within
 * 2 s. Again is harmless. */
void life_end(struct life *life, const char *reason);

/* Whether it has begun to. */
bool life_is_ending(const struct life *life);

/* The signal for which it ended at once, in the midst of ending, or 0. */
int life_end_signal(const struct life *life);

#endif
