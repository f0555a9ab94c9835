#ifndef QUOTH_COMMANDS_H
#define QUOTH_COMMANDS_H

/* What Quoth does and answers when people say something on IRC: from a message to the lines of an
 * answer. No network and no clock: times and random numbers are given to it.
 *
 *     quote [ID | WORDS]    one at random, that one, or one that holds the words
 *     addquote TEXT         keeps it; lines may be parted by " | "
 *     grab NICK [N]         keeps the last line, or the last N of 1 to 10, that NICK said in this
 *                           channel; nobody grabs themselves, since what is worth keeping is for
 *                           others to say, as in other bots
 *     undo                  takes back what one has just added, within two minutes
 *     search WORDS          the ids and beginnings of quotes that hold the words, newest first
 *     more                  what did not fit into the last answer that one got here, for ten minutes
 *     vote ID +|-           for it or against it, also +1, -1, up, down; one's own quotes too, as in
 *                           other collections: everybody has one vote
 *     del ID, restore ID    by who added it, or a moderator
 *     info ID               who added it, when, where; its votes
 *     top                   the five best
 *     status [NETWORK]      how it stands with the networks; for moderators alone
 *     help [COMMAND]
 *
 * A command may be of several lines: those of a quote to add, else of one text.
 * It begins with one of the prefixes; without where it is said to us alone, or after our
 * nick and a colon or a comma. Everything else is met with silence, and so is an unknown command in
 * a channel; in private a hint is given, to each person once in ten minutes, so that two programs
 * do not talk for ever. What somebody says under our own nick counts for nothing. Errors go to who
 * asked: a wrong use, which is answered by the right one, no such quote, not allowed, trouble with
 * the database. Who asks too much is met with silence, after one word about it.
 *
 * Somebody is known again by their account on the network, or else by user and host there, never by
 * the nick alone: who has neither may ask, and change nothing. A moderator also sees, in private,
 * deleted quotes that were public or of the moderator's network. */

#include "quotes.h"
#include "replies.h"

struct commands;

/* How much is answered: `burst` commands at once, and one more every `every_s` seconds. 0 s: no
 * limit. The bounds are those of budget.h. */
struct commands_limits {
	int person_burst, person_every_s;
	int channel_burst, channel_every_s;
};

/* Writes how it stands with the i-th network, in one line; false after the last. */
typedef bool commands_status_fn(const void *self, size_t i, char *ret_buf, size_t cap);

/* Something that somebody said. Borrowed for the call. */
struct commands_said {
	const char *network; /* its name in the configuration */
	const char *channel; /* NULL: to us alone */
	const char *nick, *user, *host; /* user and host may be NULL */
	const char *account; /* NULL: not known */
	const char *text; /* 8 KiB count; lines are parted by \n */
	const char *our_nick;
	bool is_action; /* /me */
	bool is_past; /* it was said while we were not there: a command is none any more */
	bool is_moderator;
	const char *const *prefixes;
	size_t n_prefixes;
	enum quotes_visibility visibility; /* of what is added here */
	commands_status_fn *status; /* NULL: there is nothing to tell */
	const void *status_self;
	int64_t time_ms; /* when it was said, ms since 1970 UTC */
	int64_t now_s; /* s since 1970 UTC */
	int64_t now_ns; /* monotonic, for the limits */
	uint64_t random;
};

/* Borrows quotes, which outlives it; limits are copied. seed is a random number that nobody knows,
 * for what is kept under names that come from the network. NULL when out of memory. */
struct commands *commands_create(
	struct quotes *quotes, const struct commands_limits *limits, uint64_t seed);

/* NULL is fine. */
void commands_destroy(struct commands *commands);

/* From now on these limits. */
void commands_set_limits(struct commands *commands, const struct commands_limits *limits);

/* Remembers what was said in a channel, line by line, for grab, but commands (the last 200 lines of each of 1000
 * channels, those longest silent are forgotten), and does and answers what it asks for.
 * *ret_replies is empty for silence. Returns 0, or a negative errno for what went wrong with the
 * database, which is also answered in words; -ENOMEM too when what was said could not be
 * remembered. */
int commands_hear(struct commands *commands, const struct commands_said *said,
	struct replies *ret_replies, struct sb_error *ret_error);

/* Somebody took another nick: what they have said is found under the new one. */
void commands_renamed(
	struct commands *commands, const char *network, const char *nick, const char *new_nick);

#endif
