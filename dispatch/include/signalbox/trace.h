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
 * for sb_pattern_connect()), with its number, its sender's label, its payload, and beneath it each
 * call with its place, its time where the dispatcher has a loop, and how it ended. One that stands
 * in an emission that is not printed says which. What is still connected, awaited or queued when the
 * dispatcher is destroyed is printed then, with its place. In colour where the file is a terminal,
 * the environment does not have NO_COLOR, and TERM is not dumb. The file is borrowed, and flushed
 * after each line.
 * Returns 0; -EINVAL for a pattern that cannot be, with why; -EALREADY where d is traced; -ENOMEM. */
SB_API int sb_trace_start(
	struct sb_dispatcher *d, const char *patterns, FILE *file, struct sb_error *ret_error);

/* Prints no more. Harmless where nothing is traced. */
SB_API void sb_trace_stop(struct sb_dispatcher *d);

/* The one call for a program: sb_trace_start() with the patterns in the environment's
 * SIGNALBOX_TRACE, or 0 and nothing done where it is not there or empty. */
SB_API int sb_trace_from_environment(
	struct sb_dispatcher *d, FILE *file, struct sb_error *ret_error);

SB_C_END

#endif
