#include "commands_private.h"

#include <errno.h>
#include <inttypes.h>
#include <strings.h>

#include <signalbox/irc.h>

enum {
	GRAB_MAX = 10, /* lines */
	GRABBED_CAP = GRAB_MAX * (SCROLLBACK_MAX_LINE + SCROLLBACK_MAX_NICK + 8),
};

/* There is the same already. */
static int
say_known(struct asked *asked, int64_t id)
{
	struct quote quote;
	int error = quotes_get(asked->commands->quotes, &asked->person.scope, id, &quote);

	if (error && error != -ENOENT)
		return asked_trouble(asked, error, NULL);
	replies_say(asked->replies, "That is quote %" PRId64 " already%s.", id,
		error ? ", which was deleted" : "");
	return 0;
}

static int
say_added(struct asked *asked, int64_t id)
{
	struct quote quote;
	char beginning[100];
	int error = quotes_get(asked->commands->quotes, &asked->person.scope, id, &quote);

	if (error)
		return asked_trouble(asked, error, NULL);
	replies_begin(&quote, beginning, sizeof(beginning));
	replies_say(asked->replies, "Quote %" PRId64 " added: %s (%sundo takes it back)", id,
		beginning, asked->mark);
	return 0;
}

static int
add(struct asked *asked, const char *text)
{
	struct quotes_new quote = { .text = text, .visibility = asked->said->visibility };
	struct sb_error why;
	int64_t id;
	int error;

	if (quote.visibility == QUOTES_CHANNEL && !asked->said->channel)
		return asked_refuse(asked, "Quotes belong to their channel here: add it there.");
	error = quotes_add(
		asked->commands->quotes, &asked->person, &quote, asked->said->now_s, &id, &why);
	if (error == -EEXIST)
		return say_known(asked, id);
	if (error == -EINVAL || error == -EMSGSIZE)
		return asked_refuse(asked, "That cannot be a quote: %s.", why.text);
	return error ? asked_trouble(asked, error, &why) : say_added(asked, id);
}

static char *
before_spaces(char *text, char *end)
{
	while (end > text && end[-1] == ' ')
		end--;
	return end;
}

/* Lines instead of bars that stand alone, in place; empty lines are left out, and spaces at their
 * ends. */
static void
part_lines(char *text)
{
	char *to = text, before = ' ';
	const char *from;

	for (from = text; *from; before = *from++) {
		if (*from == '|' && before == ' ' && (!from[1] || from[1] == ' ')) {
			to = before_spaces(text, to);
			if (to > text && to[-1] != '\n')
				*to++ = '\n';
		} else if (*from != ' ' || (to > text && to[-1] != '\n')) {
			*to++ = *from;
		}
	}
	to = before_spaces(text, to);
	if (to > text && to[-1] == '\n')
		to--;
	*to = '\0';
}

int
commands_addquote(struct asked *asked)
{
	part_lines(asked->args);
	if (!asked->args[0])
		return asked_usage(asked);
	return add(asked, asked->args);
}

/* NICK [N]: cuts the nick off. Returns the number, 0 for one that cannot be. */
static size_t
read_grab(char *args)
{
	char *at = args + strcspn(args, " ");
	const char *number = at + strspn(at, " ");
	int64_t n = 1;

	if (*number && (!asked_id(&number, &n) || *number))
		return 0;
	*at = '\0';
	return *args && n <= GRAB_MAX ? (size_t)n : 0;
}

int
commands_grab(struct asked *asked)
{
	const struct commands_said *said = asked->said;
	const char *lines[GRAB_MAX];
	char text[GRABBED_CAP];
	size_t i, n, len = 0;

	if (!said->channel)
		return asked_refuse(asked, "What is said in private is not kept.");
	n = read_grab(asked->args);
	if (!n)
		return asked_usage(asked);
	if (sb_irc_same(asked->args, said->nick))
		return asked_refuse(asked, "What you say is for others to grab.");
	n = scrollback_find(
		asked->commands->scrollback, said->network, said->channel, asked->args, n, lines);
	if (!n)
		return asked_refuse(asked, "I remember nothing that %s said in %s.", asked->args,
			said->channel);
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%s", i ? "\n" : "", lines[i]);
	return add(asked, text);
}

int
commands_undo(struct asked *asked)
{
	struct sb_error why;
	int64_t id;
	int error;

	if (asked->args[0])
		return asked_usage(asked);
	error = quotes_undo(asked->commands->quotes, &asked->person, asked->said->now_s, &id, &why);
	if (error == -ENOENT)
		return asked_refuse(asked, "You have added nothing that could be taken back.");
	if (error == -ETIMEDOUT)
		return asked_refuse(asked,
			"You added your last quote too long ago to take it back; %sdel deletes it.",
			asked->mark);
	if (error)
		return asked_trouble(asked, error, &why);
	replies_say(asked->replies, "Quote %" PRId64 " is taken back.", id);
	return 0;
}

static int
read_vote(const char *word)
{
	static const char *const ups[] = { "+", "+1", "++", "up" };
	static const char *const downs[] = { "-", "-1", "--", "down" };
	size_t i;

	for (i = 0; i < sizeof(ups) / sizeof(ups[0]); i++) {
		if (!strcasecmp(word, ups[i]))
			return 1;
		if (!strcasecmp(word, downs[i]))
			return -1;
	}
	return 0;
}

int
commands_vote(struct asked *asked)
{
	const char *at = asked->args;
	struct sb_error why;
	int64_t id, score;
	int vote, error;

	if (!asked_id(&at, &id))
		return asked_usage(asked);
	vote = read_vote(at);
	if (!vote)
		return asked_usage(asked);
	error = quotes_vote(asked->commands->quotes, &asked->person, id, vote, asked->said->now_s,
		&score, &why);
	if (error == -ENOENT)
		return asked_refuse(asked, "There is no quote %" PRId64 ".", id);
	if (error == -EALREADY)
		return asked_refuse(asked, "You have voted so already.");
	if (error)
		return asked_trouble(asked, error, &why);
	replies_say(asked->replies, "Quote %" PRId64 " has a score of %" PRId64 " now.", id, score);
	return 0;
}

/* What quotes_delete() and quotes_restore() are. */
typedef int change_fn(struct quotes *quotes, const struct quotes_person *person, int64_t id,
	int64_t now_s, struct sb_error *ret_error);

/* A moderator may look further than others: asked_find() says how far. */
static int
change(struct asked *asked, change_fn *fn, const char *done, const char *already)
{
	struct quotes_person person = asked->person;
	const char *at = asked->args;
	struct sb_error why;
	struct quote quote;
	int64_t id;
	int error;

	if (!asked_id(&at, &id) || *at)
		return asked_usage(asked);
	if (person.is_moderator) {
		error = asked_find(asked, id, &quote);
		if (error)
			return error < 0 ? error : 0;
		person.scope.sees_all = true;
		asked->replies->is_private = false;
	}
	error = fn(asked->commands->quotes, &person, id, asked->said->now_s, &why);
	if (error == -ENOENT)
		return asked_refuse(asked, "There is no quote %" PRId64 ".", id);
	if (error == -EACCES)
		return asked_refuse(asked,
			"Only who added quote %" PRId64 ", or a moderator, may do that.", id);
	if (error == -EALREADY)
		return asked_refuse(asked, "Quote %" PRId64 " is %s.", id, already);
	if (error)
		return asked_trouble(asked, error, &why);
	replies_say(asked->replies, "Quote %" PRId64 " is %s.", id, done);
	return 0;
}

int
commands_del(struct asked *asked)
{
	return change(asked, quotes_delete, "deleted", "deleted already");
}

int
commands_restore(struct asked *asked)
{
	return change(asked, quotes_restore, "back", "not deleted");
}
