#ifndef PROTOCOLS_IRC_MODES_H
#define PROTOCOLS_IRC_MODES_H

/* The words of a MODE, or of 324 and 221, as single changes (RFC 2812, sections 3.1.5 and 3.2.3;
 * modern.ircdocs.horse, "CHANMODES parameter"). Which letter takes an argument the server says by
 * CHANMODES and PREFIX. */

#include <stdbool.h>
#include <stddef.h>

#include "isupport.h"

enum sb_mode_kind {
	SB_MODE_UNKNOWN, /* the server has not said what it is; taken to be without argument */
	SB_MODE_LIST, /* type A: an entry of a list */
	SB_MODE_KEY, /* type B: always with an argument */
	SB_MODE_LIMIT, /* type C: with an argument when it is set */
	SB_MODE_FLAG, /* type D: without */
	SB_MODE_RANK, /* of a member: its nick is the argument */
};

struct sb_mode_change {
	bool is_added;
	char letter;
	enum sb_mode_kind kind;
	bool is_query; /* a LIST without argument: asks for the list, and changes nothing */
	/* Not empty. NULL where the kind has none, and where it is missing: a server may hide a key,
	 * and takes one away with or without telling it. A word of those given. */
	const char *arg;
};

/* Where one is in the words. */
struct sb_modes {
	const struct sb_isupport *is; /* NULL: the modes are a user's */
	size_t n;
	const char *const *words;
	size_t arg; /* the next word that may be an argument */
	const char *at; /* the next letter */
	size_t n_needed; /* words that the letters from there on need */
	bool is_added, has_unknown;
};

/* Begins with the words that stand behind the channel's name; they, and is, last as long as the
 * cursor is used. No words, and empty ones, are no changes. */
void sb_modes_begin(
	struct sb_modes *modes, const struct sb_isupport *is, size_t n, const char *const *words);

/* The same for a user's modes: all are flags, and only the first word is looked at. */
void sb_modes_begin_user(struct sb_modes *modes, size_t n, const char *const *words);

/* The next change; false after the last. Letters before any sign are added. A KEY that is taken
 * away has a word as argument if the letters behind it do not need it. A word left over that begins
 * with a sign is more letters, unless an unknown letter may have been its owner; others are
 * passed over. */
bool sb_modes_next(struct sb_modes *modes, struct sb_mode_change *ret_change);

/* What a letter is on this server; PREFIX counts before CHANMODES. */
enum sb_mode_kind sb_modes_kind(const struct sb_isupport *is, char letter);

#endif
