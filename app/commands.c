#include "commands_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include <signalbox/irc.h>

static command_fn answer_help;

static const struct command table[] = {
	{ "quote", "[ID | WORDS]", "one at random, that one, or one that holds all the words",
		commands_quote, 0 },
	{ "addquote", "TEXT", "keeps a quote; \" | \" parts its lines", commands_addquote,
		COMMAND_CHANGES | COMMAND_TAKES_LINES },
	{ "grab", "NICK [N]", "keeps the last line, or the last N of up to 10, that NICK said here",
		commands_grab, COMMAND_CHANGES },
	{ "undo", "", "takes back what you have just added", commands_undo, COMMAND_CHANGES },
	{ "search", "WORDS", "the ids and beginnings of the quotes that hold all the words",
		commands_search, 0 },
	{ "more", "", "what did not fit into the last answer you got here", commands_more, 0 },
	{ "vote", "ID +|-", "for a quote, or against it", commands_vote, COMMAND_CHANGES },
	{ "info", "ID", "who added a quote, when and where, and its votes", commands_info, 0 },
	{ "top", "", "the five best", commands_top, 0 },
	{ "del", "ID", "deletes a quote that you added", commands_del, COMMAND_CHANGES },
	{ "restore", "ID", "brings back a quote that was deleted", commands_restore,
		COMMAND_CHANGES },
	{ "status", "[NETWORK]", "how it stands with the networks", commands_status,
		COMMAND_IS_FOR_MODERATORS },
	{ "help", "[COMMAND]", "what I can do, or how to use a command", answer_help, 0 },
};

enum {
	N_COMMANDS = sizeof(table) / sizeof(table[0]),
	NICK_MAX = 128, /* bytes of a nick that is compared */
	HINT_EVERY_S = 10 * 60,
};

struct commands *
commands_create(struct quotes *quotes, const struct commands_limits *limits, uint64_t seed)
{
	struct commands *commands = calloc(1, sizeof(*commands));

	if (!commands)
		return NULL;
	commands->quotes = quotes;
	commands->limits = *limits;
	commands->scrollback = scrollback_create(seed);
	commands->persons = budget_create(seed);
	commands->channels = budget_create(seed);
	commands->hints = budget_create(seed);
	commands->rests =
		recent_create(COMMANDS_MAX_RESTS, sizeof(struct commands_rest), NULL, seed);
	if (!commands->scrollback || !commands->persons || !commands->channels || !commands->hints
		|| !commands->rests) {
		commands_destroy(commands);
		return NULL;
	}
	return commands;
}

void
commands_destroy(struct commands *commands)
{
	if (!commands)
		return;
	scrollback_destroy(commands->scrollback);
	budget_destroy(commands->persons);
	budget_destroy(commands->channels);
	budget_destroy(commands->hints);
	recent_destroy(commands->rests);
	free(commands);
}

void
commands_set_limits(struct commands *commands, const struct commands_limits *limits)
{
	commands->limits = *limits;
}

void
commands_renamed(
	struct commands *commands, const char *network, const char *nick, const char *new_nick)
{
	scrollback_renamed(commands->scrollback, network, nick, new_nick);
}

static const struct command *
find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (strlen(table[i].name) == len && !strncasecmp(table[i].name, name, len))
			return &table[i];
	return NULL;
}

static int
answer_help(struct asked *asked)
{
	const char *word = asked->args;
	const struct command *command = find(word, strlen(word));
	char names[REPLIES_MAX_LINE] = "";
	int64_t n_quotes;
	size_t i, len = 0;

	if (command) {
		replies_say(asked->replies, "%s%s%s: %s", command->name,
			command->usage[0] ? " " : "", command->usage, command->help);
		return 0;
	}
	if (*word)
		return asked_refuse(
			asked, "There is no command %.40s; %shelp names all.", word, asked->mark);
	n_quotes = quotes_n(asked->commands->quotes);
	if (n_quotes < 0)
		return asked_trouble(asked, (int)n_quotes, NULL);
	for (i = 0; i < N_COMMANDS; i++)
		if (!(table[i].traits & COMMAND_IS_FOR_MODERATORS) || asked->said->is_moderator)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
				i ? ", " : "", table[i].name);
	replies_say(asked->replies,
		"I know %" PRId64 " quotes, and the commands %s; %shelp quote tells more of one. "
		"They may also be said after \"%.*s:\", or in private.",
		n_quotes, names, asked->mark, NICK_MAX, asked->said->our_nick);
	return 0;
}

/* What follows our nick, a colon or a comma, and spaces; or NULL when it does not begin so. */
static const char *
after_nick(const char *text, const char *nick)
{
	char head[NICK_MAX + 1];
	size_t len = strlen(nick);

	if (len > NICK_MAX || strlen(text) <= len || !strchr(":,", text[len]))
		return NULL;
	memcpy(head, text, len);
	head[len] = '\0';
	if (!sb_irc_same(head, nick))
		return NULL;
	return text + len + 1 + strspn(text + len + 1, " \t");
}

/* What follows the longest of our prefixes that it begins with, or NULL. */
static const char *
after_prefix(const struct commands_said *said, const char *text)
{
	size_t i, len, longest = 0;

	for (i = 0; i < said->n_prefixes; i++) {
		len = strlen(said->prefixes[i]);
		if (len > longest && !strncmp(text, said->prefixes[i], len))
			longest = len;
	}
	return longest ? text + longest : NULL;
}

/* Where the command begins, without its mark; NULL when it is none. */
static const char *
find_name(const struct commands_said *said)
{
	const char *after = after_nick(said->text, said->our_nick);
	const char *text = after ? after : said->text;
	const char *bare = after_prefix(said, text);

	if (said->is_action)
		return NULL;
	if (bare)
		return bare;
	return after || !said->channel ? text : NULL;
}

static void
write_mark(const struct commands_said *said, char ret_mark[COMMANDS_MARK_CAP])
{
	if (!said->channel)
		ret_mark[0] = '\0';
	else if (said->n_prefixes)
		(void)snprintf(ret_mark, COMMANDS_MARK_CAP, "%s", said->prefixes[0]);
	else
		(void)snprintf(ret_mark, COMMANDS_MARK_CAP, "%s: ", said->our_nick);
}

/* By what somebody is known again: false when by nothing but their nick, which is then written. */
static bool
write_person(const struct commands_said *said, char *ret_key, size_t cap)
{
	int len = -1;

	if (said->account && said->account[0] && strcmp(said->account, "*") != 0)
		len = snprintf(ret_key, cap, "%s account:%s", said->network, said->account);
	else if (said->user && said->host && said->host[0])
		len = snprintf(
			ret_key, cap, "%s host:%s@%s", said->network, said->user, said->host);
	if (len >= 0 && (size_t)len < cap)
		return true;
	(void)snprintf(ret_key, cap, "%s nick:%s", said->network, said->nick);
	return false;
}

/* A network and a channel, or "" in private. */
static void
write_channel(const struct commands_said *said, char *ret_key, size_t cap)
{
	int len = snprintf(ret_key, cap, "\n%s\n", said->network);

	sb_assert(len > 0 && (size_t)len < cap);
	plain_fold(said->channel ? said->channel : "", ret_key + len, cap - (size_t)len);
}

/* Whether both, the person and the channel, have not asked too much; if not, a word about it. */
static bool
is_within_limits(struct commands *commands, const struct commands_said *said, const char *person,
	const char *channel, struct replies *replies)
{
	const struct commands_limits *limits = &commands->limits;
	bool is_first;

	if (!budget_take(commands->persons, person,
		    (struct budget_rate){ limits->person_burst, limits->person_every_s },
		    said->now_ns, &is_first)) {
		if (is_first)
			replies_say(replies, "That is much at once: one more every %d s.",
				limits->person_every_s);
	} else if (said->channel
		   && !budget_take(commands->channels, channel,
			   (struct budget_rate){ limits->channel_burst, limits->channel_every_s },
			   said->now_ns, &is_first)) {
		if (is_first)
			replies_say(replies, "That is much at once for %s: one more every %d s.",
				said->channel, limits->channel_every_s);
	} else {
		return true;
	}
	replies->is_private = true;
	return false;
}

/* The arguments made plain; lines that a command takes as such are parted by bars. */
static void
write_args(const struct command *command, const char *args, char ret_buf[PLAIN_MAX + 1])
{
	char line[PLAIN_MAX + 1];
	size_t n, len = 0;

	if (!(command->traits & COMMAND_TAKES_LINES)) {
		(void)plain_write(args, ret_buf, PLAIN_MAX + 1);
		return;
	}
	ret_buf[0] = '\0';
	for (; *args && len < PLAIN_MAX - 3; args += n + (args[n] == '\n')) {
		n = strcspn(args, "\n");
		(void)snprintf(
			line, sizeof(line), "%.*s", (int)(n < PLAIN_MAX ? n : PLAIN_MAX), args);
		if (len)
			len += (size_t)snprintf(ret_buf + len, PLAIN_MAX + 1 - len, " | ");
		len += plain_write(line, ret_buf + len, PLAIN_MAX + 1 - len);
	}
}

static int
run(struct asked *asked, const char *person, bool is_known)
{
	const struct commands_said *said = asked->said;

	asked->person = (struct quotes_person){
		.scope = { .network = said->network, .channel = said->channel },
		.name = said->nick,
		.key = person,
		.is_moderator = said->is_moderator,
	};
	write_mark(said, asked->mark);
	if ((asked->command->traits & COMMAND_IS_FOR_MODERATORS) && !said->is_moderator)
		return asked_refuse(asked, "Only moderators may ask that.");
	if ((asked->command->traits & COMMAND_CHANGES) && !is_known)
		return asked_refuse(asked, "I cannot tell who you are: the server names neither "
					   "your account nor your host.");
	return asked->command->fn(asked);
}

static int
answer(struct commands *commands, const struct commands_said *said, const struct command *command,
	const char *args, struct replies *replies, struct sb_error *ret_error)
{
	struct asked asked = {
		.commands = commands,
		.said = said,
		.command = command,
		.replies = replies,
		.ret_error = ret_error,
	};
	char person[COMMANDS_KEY_CAP / 2], channel[COMMANDS_KEY_CAP / 2];
	bool is_known = write_person(said, person, sizeof(person));

	write_channel(said, channel, sizeof(channel));
	if (!is_within_limits(commands, said, person, channel, replies))
		return 0;
	(void)snprintf(asked.place, sizeof(asked.place), "%s%s", person, channel);
	write_args(command, args, asked.args);
	return run(&asked, person, is_known);
}

static int
remember(struct commands *commands, const struct commands_said *said, struct sb_error *ret_error)
{
	struct scrollback_said line = {
		.nick = said->nick,
		.text = said->text,
		.is_action = said->is_action,
		.is_past = said->is_past,
		.time_ms = said->time_ms,
	};
	int error = scrollback_add(commands->scrollback, said->network, said->channel, &line);

	return error ? sb_error_set(ret_error, error, "out of memory") : 0;
}

/* Something that is no command, said to us alone. */
static void
hint(struct commands *commands, const struct commands_said *said, struct replies *replies)
{
	char person[COMMANDS_KEY_CAP / 2];
	bool is_first;

	(void)write_person(said, person, sizeof(person));
	if (budget_take(commands->hints, person, (struct budget_rate){ 1, HINT_EVERY_S },
		    said->now_ns, &is_first))
		replies_say(replies, "I do not know that; help names what I know.");
	replies->is_private = true;
}

int
commands_hear(struct commands *commands, const struct commands_said *said,
	struct replies *ret_replies, struct sb_error *ret_error)
{
	const char *name = find_name(said);
	size_t len = name ? strcspn(name, " \t\n") : 0;
	const struct command *command = find(name, len);
	int error = 0;

	ret_replies->n = 0;
	ret_replies->is_private = false;
	if (sb_irc_same(said->nick, said->our_nick))
		return 0;
	if (said->is_past) {
		if (!command && said->channel)
			error = remember(commands, said, ret_error);
		return error;
	}
	if (command)
		error = answer(commands, said, command, name + len, ret_replies, ret_error);
	else if (said->channel)
		error = remember(commands, said, ret_error);
	else if (len)
		hint(commands, said, ret_replies);
	replies_guard(ret_replies, said->prefixes, said->n_prefixes);
	return error;
}
