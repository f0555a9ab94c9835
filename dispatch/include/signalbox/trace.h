#ifndef SIGNALBOX_TRACE_H
#define SIGNALBOX_TRACE_H

/* Prints what is emitted, by whom, who is called and what comes of it, as a tree: each emission
 * stands under the call in which it began. Observers at work (<signalbox/observer.h>); without a
 * trace it costs nothing. */

#include <stdio.h>

#include <signalbox/dispatcher.h>

SB_C_BEGIN

/* Prints to the file, until the dispatcher is destroyed or it is stopped, each emission of a signal
 * whose name matches one of the patterns ("irc.*", "irc.*,http.>"; parted by commas or spaces; as
 * for sb_pattern_connect()), and beneath it its calls:
 *
 *     #7 irc.message [libera] target="#box" text="!quote" nick="alice"
 *       on_message app/bot.c:527
 *         #8 quote.shown [libera] id=3
 *           on_any app/journal.c:40, by quote.*  4.10 us
 *       on_message app/bot.c:527 ended  263 us
 *       on_message app/seen.c:12  1.05 us  failed
 *
 * That is: its number, its sender's label or else its type, its payload, in which long values are
 * cut; each call's place, the pattern that led to it, "awaited" for an expectation, the time it
 * took (without that of the trace) where the dispatcher has a loop, and how it ended, unless it
 * returned. That "nobody" was called stands behind it, that a call "cancelled" or "stopped" it in a
 * line below. One in an emission that is not printed says in which, and in which call there.
 *
 * The line of an emission is written before anybody is called, that of a call when it ends or when
 * something printed begins in it; always whole, and flushed. A crash in a handler comes behind the
 * line of its emission and those of the handlers that had returned: the one is the next.
 *
 * What is still connected, awaited, queued or to be delivered when the dispatcher is destroyed is
 * printed then, with its places. In colour where the file is a terminal, the environment has no
 * NO_COLOR, or an empty one, and its TERM is there and not dumb. What peers sent cannot harm a
 * terminal. The file is borrowed; that it cannot be written is not noticed.
 * Returns 0; -EINVAL for a pattern that cannot be, with which and what would be right; -EALREADY
 * where d is traced; -ECANCELED where it is destroyed; -ENOMEM. */
SB_API int sb_trace_start(
	struct sb_dispatcher *d, const char *patterns, FILE *file, struct sb_error *ret_error);

/* Prints no more. Harmless where nothing is traced. */
SB_API void sb_trace_stop(struct sb_dispatcher *d);

/* The one call for a program: sb_trace_start() with the patterns in the environment's
 * SIGNALBOX_TRACE, or 0 and nothing done where it is not there or empty. An error names the
 * variable. */
SB_API int sb_trace_from_environment(
	struct sb_dispatcher *d, FILE *file, struct sb_error *ret_error);

SB_C_END

#endif
