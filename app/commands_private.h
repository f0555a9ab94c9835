#ifndef QUOTH_COMMANDS_PRIVATE_H
#define QUOTH_COMMANDS_PRIVATE_H

/* What the files of the commands share. */

#include "budget.h"
#include "commands.h"
#include "plain.h"
#include "recent.h"
#include "scrollback.h"

enum {
	COMMANDS_KEY_CAP = 1536, /* of a person and a channel */
	COMMANDS_MARK_CAP = 80,
	COMMANDS_REST_S = 10 * 60, /* how long `more` is possible */
	COMMANDS_MAX_RESTS = 1000,
	COMMANDS_MAX_WORDS = 256, /* bytes of words that `more` goes on with */
};

struct commands {
	struct quotes *quotes;
	struct commands_limits limits;
	struct scrollback *scrollback;
	struct budget *persons, *channels, *hints;
	struct recent *rests;
};

/* What `more` goes on with: a quote from a line on, or a search below an id. */
struct commands_rest {
	int64_t id; /* of the quote; 0: a search */
	size_t from;
	char words[COMMANDS_MAX_WORDS + 1];
	int64_t before;
	int64_t until_ns;
};

/* A command that somebody gave. */
struct asked {
	struct commands *commands;
	const struct commands_said *said;
	const struct command *command;
	char args[PLAIN_MAX + 1]; /* plain, without spaces at its ends */
	char mark[COMMANDS_MARK_CAP]; /* what a command begins with there: "!", "Quoth: ", "" */
	char place[COMMANDS_KEY_CAP]; /* the person and the channel */
	struct quotes_person person;
	struct replies *replies;
	struct sb_error *ret_error;
};

/* Does and answers a command. Returns 0, or asked_trouble(). */
typedef int command_fn(struct asked *asked);

enum {
	COMMAND_CHANGES = 1, /* only for people who can be known again */
	COMMAND_IS_FOR_MODERATORS = 2, /* and for nobody else */
	COMMAND_TAKES_LINES = 4, /* in its arguments " | " parts lines */
};

struct command {
	const char *name, *usage, *help; /* usage: its arguments, or "" */
	command_fn *fn;
	unsigned traits; /* of COMMAND_... */
};

/* Answers to who asked alone: an error of theirs. Returns 0. */
SB_PRINTF(2, 3)
int asked_refuse(struct asked *asked, const char *format, ...);

/* The same with how the command is used. */
int asked_usage(struct asked *asked);

/* Says that the database is in trouble, and hands its error up. why may be NULL. Returns code. */
int asked_trouble(struct asked *asked, int code, const struct sb_error *why);

/* Reads an id at the beginning of *at and goes on behind it and the spaces there. False when there
 * is none. One too large becomes the largest there is. */
bool asked_id(const char **at, int64_t *ret_id);

/* The quote of an id, for who asked. Returns 0; 1 when there is none, which has been answered; or
 * asked_trouble(). */
int asked_find(struct asked *asked, int64_t id, struct quote *ret_quote);

/* Lists the quotes with these words and an id below `before`, 0 for the newest. Returns as a
 * command. */
int commands_list_words(struct asked *asked, const char *words, int64_t before);

command_fn commands_quote, commands_info, commands_status, commands_search, commands_top,
	commands_more;
command_fn commands_addquote, commands_grab, commands_undo, commands_vote, commands_del,
	commands_restore;

#endif
