#ifndef QUOTH_SCROLLBACK_H
#define QUOTH_SCROLLBACK_H

/* The last lines that were said in the channels that we are in. Pure.
 *
 * The last SCROLLBACK_LINES of each of SCROLLBACK_CHANNELS; where another channel speaks, the one
 * that was silent longest is forgotten. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scrollback;

enum {
	SCROLLBACK_LINES = 200, /* of a channel */
	SCROLLBACK_CHANNELS = 1000,
	SCROLLBACK_MAX_LINE = 1024, /* bytes kept of what is said in a line */
	SCROLLBACK_MAX_NICK = 63, /* bytes; who has a longer nick is not remembered */
};

/* seed is a secret random number. NULL when out of memory. */
struct scrollback *scrollback_create(uint64_t seed);

/* NULL is fine. */
void scrollback_destroy(struct scrollback *scrollback);

/* Something that was said. */
struct scrollback_said {
	const char *nick;
	const char *text; /* lines parted by \n are remembered each by itself */
	bool is_action; /* /me */
	bool is_past; /* told now, and perhaps known already */
	int64_t time_ms; /* since 1970 UTC */
};

/* Remembers the lines, made plain, as "<nick> text", or "* nick text" for an action. One in which
 * nothing can be seen is passed over. What is past takes its place by its time, and what is known
 * already, the same at the same time, is not remembered twice. Returns 0, or -ENOMEM, when not all is
 * remembered. */
int scrollback_add(struct scrollback *scrollback, const char *network, const char *channel,
	const struct scrollback_said *said);

/* From now on what nick has said on the network is found under new_nick. It is shown under the nick
 * under which it was said. */
void scrollback_renamed(
	struct scrollback *scrollback, const char *network, const char *nick, const char *new_nick);

/* Finds the last lines that nick said in a channel, at most max, the newest last in ret_lines.
 * They are borrowed until the next call with the scrollback. Returns how many. */
size_t scrollback_find(struct scrollback *scrollback, const char *network, const char *channel,
	const char *nick, size_t max, const char **ret_lines);

#endif
