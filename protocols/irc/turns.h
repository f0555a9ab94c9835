#ifndef PROTOCOLS_TURNS_H
#define PROTOCOLS_TURNS_H

/* The lines of one connection, so many a turn, so that one who says much at once does not keep the
 * others waiting. What is left is kept for the next turns, and the stream is paused meanwhile; so
 * the peer's end, too, is told after every line before it. */

#include <stdbool.h>
#include <stddef.h>

#include <signalbox/line.h>
#include <signalbox/reactor.h>
#include <signalbox/stream.h>

enum { SB_TURNS_LINES = 32 }; /* that are taken in one turn */

/* A line, or what sb_line_next() says instead; it lives until the turn ends if sb_turns_stop() is
 * called in here, otherwise for the call. Returns 0; or anything else, and what else has arrived is
 * dropped, and with it the rest of a line that it begins. */
typedef int sb_turns_fn(void *self, enum sb_line got, struct sb_bytes line);

/* The owner's memory; the members are private. */
struct sb_turns {
	struct sb_lines lines;
	struct sb_stream *stream; /* NULL: stopped */
	char *backlog; /* what came and waits for a later turn; NULL for nothing */
	size_t backlog_at, backlog_len;
	struct sb_timer timer; /* started while a backlog waits for its turn */
	bool waits_for_reader;
	bool is_held; /* until the timer has passed */
	size_t held_max;
	sb_turns_fn *take;
	void *self;
};

/* limit: of a line, as sb_line_init() has it; longer ones are dropped. waits_for_reader: takes no
 * line while the stream is full, so that a peer who does not read is not read.
 * Returns 0, or -ENOMEM and there is nothing to finish. */
int sb_turns_init(struct sb_turns *turns, struct sb_reactor *r, size_t limit, bool waits_for_reader,
	sb_turns_fn *take, const char *place, void *self);

/* Begins a new connection, with nothing left of the last. Not in a call of take. */
void sb_turns_begin(struct sb_turns *turns, struct sb_stream *stream);

/* For the stream's `data`: takes lines now, and keeps the rest. Returns 0; -ENOMEM: the rest could
 * not be kept and is lost; -ENOBUFS: the same, since lines are held and more have come than may
 * wait. */
int sb_turns_feed(struct sb_turns *turns, struct sb_bytes bytes);

/* For the stream's `drained`. */
void sb_turns_drained(struct sb_turns *turns);

/* No line for so long, ns > 0. Meanwhile the stream is read on, so that one hears of its end and of
 * who sends too much: max bytes may wait. May be called in a call of take; again, while it holds,
 * counts anew. */
void sb_turns_hold(struct sb_turns *turns, int64_t ns, size_t max);

/* No line any more until it begins anew; also in a call of take. Again is harmless. */
void sb_turns_stop(struct sb_turns *turns);

/* Stops it, and the reactor forgets it; its memory is left. Again is harmless. */
void sb_turns_retire(struct sb_turns *turns);

/* Frees the memory of one that is retired or was never made but zeroed. */
void sb_turns_finish(struct sb_turns *turns);

#endif
